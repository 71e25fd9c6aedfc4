"""Page views of Wikipedia, asked of a server on this machine that answers in the form of Wikimedia's API, or badly."""

import datetime as dt
import email.utils
import json
import re
import subprocess
import sys
import threading
import time
from urllib.parse import unquote

import pytest

from support.wikimedia import DAYS, GOOD, YESTERDAY, listed, wikimedia
from thalweg.cli import pageviews
from thalweg.cli.given import file_of
from thalweg.errors import InputError
from thalweg.messages import catalogue
from thalweg.series.read import read

COMMAND = [sys.executable, "-c", "from thalweg.cli import main; main()"]
GIVEN = "wikipedia:en:Machine_learning"
SAY = catalogue(command=True)
MISSING = json.dumps(
    {"type": "https://mediawiki.org/wiki/HyperSwitch/errors/not_found", "title": "Not found."}
).encode()


def half(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(listed()[:500])


def silence(_):
    time.sleep(1)


def drip(handler):
    handler.send_response(200)
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b" ")
        time.sleep(0.02)


def hang_up(handler):
    handler.connection.close()


@pytest.fixture
def server(monkeypatch, tmp_path):
    """A server that is asked in place of Wikimedia's, an empty cache, and no waiting."""
    with wikimedia(tmp_path / "cache", monkeypatch) as made:
        made.pauses = []
        monkeypatch.setattr(pageviews.time, "sleep", _noted(made.pauses, time.sleep))
        yield made


def _noted(pauses, sleep):
    def noted(seconds):
        if threading.current_thread() is threading.main_thread():
            pauses.append(seconds)
        else:
            sleep(seconds)

    return noted


def views(given=GIVEN, since=None):
    with file_of(given, SAY, since) as path:
        return path.name, read(path)


def test_the_views_of_an_article_become_a_series(server, capsys):
    server.answers = [GOOD]
    name, series = views()
    assert (name, series.name, len(series)) == ("Machine_learning.csv", "views", 90)
    assert [int(value) for value in series.values[:3]] == [40 + 10 * day.weekday() + day.day % 3 for day in DAYS[:3]]
    (asked,) = server.asked
    start, last = "2015070100", f"{YESTERDAY:%Y%m%d}00"
    assert asked.endswith(f"/per-article/en.wikipedia/all-access/user/Machine_learning/daily/{start}/{last}")
    assert re.fullmatch(r"thalweg/\d\S* \(.+\) Python-urllib/3\.\d+", server.agents[0])
    assert "the views of 90 days" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "project", "title", "name"),
    [
        ("wikipedia:de:Maschinelles Lernen", "de.wikipedia", "Maschinelles_Lernen", "Maschinelles_Lernen.csv"),
        ("wikipedia:zh:机器学习", "zh.wikipedia", "机器学习", "机器学习.csv"),
        ("wikipedia:en:aC/DC", "en.wikipedia", "AC/DC", "AC_DC.csv"),
        ("wikipedia:en:C%2B%2B", "en.wikipedia", "C++", "C++.csv"),
        ("wikipedia:en:Who's Afraid?", "en.wikipedia", "Who's_Afraid?", "Who's_Afraid_.csv"),
        ("wikipedia:simple:Wikipedia:About", "simple.wikipedia", "Wikipedia:About", "Wikipedia_About.csv"),
        ("wikipedia:zh-min-nan:..", "zh-min-nan.wikipedia", "..", "_.csv"),
        ("wikipedia:zh:" + "机" * 85, "zh.wikipedia", "机" * 85, "机" * 50 + ".csv"),
        ('wikipedia:en:100% "Wolf"', "en.wikipedia", '100%_"Wolf"', "100%__Wolf_.csv"),
    ],
)
def test_names_of_articles_and_of_files(server, given, project, title, name):
    server.answers = [GOOD]
    assert views(given)[0] == name
    _, asked_project, _, _, asked_title, _, _, _ = server.asked[0].rpartition("per-article")[2].split("/")
    assert (asked_project, unquote(asked_title)) == (project, title)
    assert "?" not in asked_title


@pytest.mark.parametrize(
    "given", ["wikipedia:", "wikipedia:en", "wikipedia:en:", "wikipedia:EN:X", "wikipedia:e/n:X", "wikipedia:en:a\nb\0"]
)
def test_what_names_no_article_is_told_and_nothing_is_asked(server, given):
    server.answers = [GOOD]
    with pytest.raises(InputError, match=r"wikipedia:en:Machine_learning"):
        views(given)
    assert server.asked == []


def test_since_asks_for_fewer_days(server):
    since = DAYS[20]
    server.answers = [(200, {}, listed(first=f"{since:%Y%m%d}00"))]
    assert str(views(since=since)[1].dates[0]) == since.isoformat()
    assert f"/daily/{since:%Y%m%d}00/" in server.asked[0]


@pytest.mark.parametrize(
    ("answers", "pauses"),
    [
        ([(429, {"Retry-After": "7"}, b""), GOOD], [7]),
        ([(503, {"Retry-After": "DATE"}, b""), GOOD], [None]),
        ([(500, {}, b"<html>"), (502, {}, b""), GOOD], [1, 3]),
        ([half, GOOD], [1]),
        ([hang_up, GOOD], [1]),
        ([(302, {"Location": "/elsewhere"}, b""), GOOD], []),
    ],
)
def test_a_server_that_is_busy_or_breaks_off_is_asked_again(server, answers, pauses):
    soon = email.utils.format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30), usegmt=True)
    server.answers = [
        each
        if callable(each)
        else (each[0], {name: soon if value == "DATE" else value for name, value in each[1].items()}, each[2])
        for each in answers
    ]
    assert len(views()[1]) == 90
    assert len(server.asked) == len(answers)
    if pauses == [None]:
        assert 20 < server.pauses[0] <= 30
    else:
        assert server.pauses == pauses


@pytest.mark.parametrize(
    ("answer", "says", "times"),
    [
        ((404, {}, MISSING), "no views of an article of this name", 1),
        ((200, {}, b'{"items": []}'), "no views of an article of this name", 1),
        ((429, {"Retry-After": "3600"}, b""), "the code 429", 1),
        ((429, {}, b""), "the code 429", 4),
        ((500, {}, b""), "the code 500", 4),
        ((403, {}, b""), "the code 403", 1),
        ((302, {"Location": "http://127.0.0.1:9/elsewhere"}, b""), "the code 302", 1),
        ((302, {"Location": "file:///etc/passwd"}, b""), "the code 302", 1),
        ((200, {}, b"<html>busy</html>"), "no list of views", 1),
        ((200, {}, b'{"items": [{"views": 3}]}'), "no list of views", 1),
        ((200, {}, b'{"items": [{"timestamp": "yesterday", "views": 3}]}'), "no list of views", 1),
        ((200, {}, b"[1, 2]"), "no list of views", 1),
        ((200, {}, b"\xff\xfe\x00"), "no list of views", 1),
        ((200, {}, b'{"items": [{"timestamp": "2024010100", "views": Infinity}]}'), "no list of views", 1),
        ((200, {}, b"[" * 100_000), "no list of views", 1),
        ((200, {}, b'{"items": [{"timestamp": "2010010100", "views": 3}]}'), "no views of an article", 1),
        ((200, {}, b" " * 300_000), "no list of views", 1),
        ((503, {"Retry-After": "\xb2"}, b""), "the code 503", 4),
        (half, "does not answer, or breaks off", 4),
        (hang_up, "does not answer, or breaks off", 4),
        (silence, "takes too long", 4),
        (drip, "takes too long", None),
    ],
)
def test_what_a_server_does_wrong_is_told_in_one_sentence(server, monkeypatch, answer, says, times):
    monkeypatch.setattr(pageviews, "TIMEOUT_SECONDS", 0.1 if answer is silence else 5)
    monkeypatch.setattr(pageviews, "LONGEST_SECONDS", 0.2 if answer is drip else 120)
    monkeypatch.setattr(pageviews, "MOST_BYTES", 200_000)
    server.answers = [answer]
    with pytest.raises(InputError) as refused:
        views()
    told = refused.value.sentence("en", command=True)
    assert says in told
    assert GIVEN in told
    assert len(told.splitlines()) == 1
    assert refused.value.sentence("zh").endswith("。")
    if times is not None:
        assert len(server.asked) == times


def test_an_answer_is_kept_and_told_with_its_age(server, capsys, monkeypatch):
    server.answers = [GOOD]
    first = views()[1]
    assert len(server.asked) == 1
    again = views()[1]
    assert len(server.asked) == 1
    assert list(again.values) == list(first.values)
    assert "as kept on this machine 0 hours ago" in capsys.readouterr().err
    views("wikipedia:en:Deep_learning")
    assert len(server.asked) == 2
    monkeypatch.setattr(pageviews, "FRESH_HOURS", 0)
    server.answers = [(200, {}, listed(first=f"{DAYS[10]:%Y%m%d}00"))]
    assert len(views()[1]) == 80
    server.answers = [(500, {}, b"")]
    assert len(views()[1]) == 80
    assert "does not serve now" in capsys.readouterr().err
    server.answers = [(404, {}, MISSING)]
    with pytest.raises(InputError, match="no views"):
        views()


def test_what_is_kept_and_damaged_is_asked_anew(server, tmp_path):
    server.answers = [GOOD]
    views()
    (kept,) = (tmp_path / "cache" / "thalweg" / "pageviews").iterdir()
    kept.write_bytes(kept.read_bytes().replace(b",4", b",9"))
    assert max(views()[1].values) < 110
    assert len(server.asked) == 2


@pytest.mark.slow
def test_the_command_forecasts_an_article_into_a_folder_of_its_name(server, tmp_path):
    server.answers = [GOOD]
    quick = ("--ladder", "quick", "--horizon", "3", "--threads", "1")
    done = subprocess.run([*COMMAND, GIVEN, *quick], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"Fetched {GIVEN} from 127.0.0.1:{server.server_port}" in done.stderr
    assert "90 days" in done.stdout
    assert len((tmp_path / "Machine_learning" / "forecast.csv").read_text("utf-8").splitlines()) == 4
    assert done.stdout.splitlines()[-1].strip() == f"thalweg forecast {GIVEN} {' '.join(quick)}"
    server.answers = [(404, {}, MISSING)]
    refused = subprocess.run(
        [*COMMAND, "forecast", "wikipedia:en:Nothing_like_it"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (2, "", 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Machine_learning", "cache"]
