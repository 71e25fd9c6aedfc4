"""A server on this machine that answers in the form of Wikimedia's API, in its place."""

import contextlib
import datetime as dt
import http.server
import json
import socketserver
import threading

from thalweg.cli import pageviews

YESTERDAY = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
DAYS = [YESTERDAY - dt.timedelta(days=back) for back in range(89, -1, -1)]


def item(title, day, views):
    told = {"project": "en.wikipedia", "article": title, "granularity": "daily", "timestamp": f"{day:%Y%m%d}00"}
    return told | {"access": "all-access", "agent": "user", "views": views}


def listed(title="Machine_learning", first="2015070100"):
    days = [day for day in DAYS if f"{day:%Y%m%d}00" >= first]
    return json.dumps({"items": [item(title, day, 40 + 10 * day.weekday() + day.day % 3) for day in days]}).encode()


class Wikimedia(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """`answers` are given one after the other, the last one for ever: a code, headers and content, or a function."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.asked, self.agents = [], [], []

    def handle_error(self, *_):  # a client that has gone
        pass


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        server.asked.append(self.path)
        server.agents.append(self.headers["User-Agent"])
        answer = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
        if callable(answer):
            answer(self)
            return
        code, headers, content = answer
        self.send_response(code)
        for name, value in {"Content-Type": "application/json", "Content-Length": len(content), **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


GOOD = (200, {}, listed())


@contextlib.contextmanager
def wikimedia(cache, monkeypatch):
    """Give a server that commands ask in place of Wikimedia's, with an empty cache; its `answers` are to be set."""
    made = Wikimedia()
    threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    address = f"http://127.0.0.1:{made.server_port}/api/rest_v1/metrics/pageviews/per-article"
    monkeypatch.setenv(pageviews.SERVER, address)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setenv("no_proxy", "*")
    try:
        yield made
    finally:
        made.shutdown()
        made.server_close()
