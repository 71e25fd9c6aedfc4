"""`wikipedia:en:Machine_learning` in the place of a file: daily views of an article, from Wikimedia's public API."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

import typer

from thalweg.errors import InputError
from thalweg.files import write_whole
from thalweg.kept import folder
from thalweg.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from thalweg.messages import Catalogue

SERVER = "THALWEG_WIKIMEDIA"  # the environment's name for another server than this one; tests set it
WIKIMEDIA = "https://wikimedia.org/api/rest_v1/metrics/pageviews/per-article"
FIRST_DAY = dt.date.fromisoformat("2015-07-01")  # of which there are counts
FRESH_HOURS = 6  # so long an answer is not asked for again
TIMEOUT_SECONDS = 20  # without a byte
LONGEST_SECONDS = 120  # for all tries together
PAUSES_SECONDS = (1, 3, 9)  # before each further try, where the server does not say how long
MOST_PAUSE_SECONDS = 60
MOST_BYTES = 50_000_000  # ten years of days are one
BLOCK_BYTES = 1 << 16
TRIED_AGAIN = (429, 500, 502, 503, 504)
NOT_FOUND = 404
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]+)*|simple")
_MOST_BYTES_OF_NAME = 150  # of a file; a system may take 255 bytes, and a Chinese letter has three


@dataclass(frozen=True)
class Article:
    """An article of Wikipedia.

    Attributes
    ----------
    language : str
        Of the Wikipedia, as its address begins.
    title : str
        With underscores, as in its address.
    """

    language: str
    title: str

    @classmethod
    def of(cls, given: str) -> Article:
        """Return the article that a user names.

        Raises
        ------
        InputError
            If the name is not of the form.
        """
        language, _, title = given.partition(":")[2].partition(":")
        title = re.sub(r"[\s_]+", "_", unquote(title).strip())
        if not _LANGUAGE.fullmatch(language) or not title.strip("_") or not title.isprintable():
            raise InputError("pageviews.form", given=given)
        return cls(language, title[:1].upper() + title[1:])

    @property
    def file_name(self) -> str:
        """The name of a file with its views; results go into a folder that is called so."""
        name = re.sub(r'^\.+|[/\\:*?"<>|]', "_", self.title)
        return name.encode()[:_MOST_BYTES_OF_NAME].decode(errors="ignore") + ".csv"

    @property
    def project(self) -> str:
        """Which Wikipedia it stands in."""
        return f"{self.language}.wikipedia"


def write_views(given: str, since: dt.date | None, path: Path, translate: Catalogue) -> None:
    """Write the views of an article as CSV, and tell on standard error where they come from.

    Parameters
    ----------
    given : str
        Such as ``wikipedia:en:Machine_learning``.
    since : datetime.date, optional
        The first day; by default the first of which there are counts.
    path : Path
    translate : Catalogue

    Raises
    ------
    InputError
        If there is no such article, or the server does not serve and nothing is kept.
    """
    article, first = Article.of(given), max(since or FIRST_DAY, FIRST_DAY)
    address = _address(article, first)
    place = _place(article, first)
    kept = _kept(place)
    values = {"given": given, "server": urlsplit(address).netloc}
    if kept is not None and kept[0] < FRESH_HOURS:
        text, key = kept[1], "cli.pageviews_kept"
    else:
        try:
            text, key = _csv_of(_fetched(address, given), article, given, first), "cli.pageviews_fetched"
        except InputError as error:
            if kept is None or error.message.key == "error.pageviews.not_found":
                raise
            text, key = kept[1], "cli.pageviews_old"
        else:
            _keep(place, text)
    hours = 0.0 if kept is None else kept[0]
    typer.echo(translate(key, **values, days=text.count("\n") - 1, hours=f"{hours:.0f}"), err=True)
    path.write_text(text, encoding="utf-8", newline="")


def _address(article: Article, first: dt.date) -> str:
    yesterday = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    last = max(yesterday, first)
    server = os.environ.get(SERVER) or WIKIMEDIA
    parts = (article.project, "all-access", "user", quote(article.title, safe=""), "daily")
    return "/".join((server.rstrip("/"), *parts, f"{first:%Y%m%d}00", f"{last:%Y%m%d}00"))


def user_agent() -> str:
    """Return how this program presents itself, as Wikimedia's policy asks: name, version, contact, library."""
    from importlib.metadata import PackageNotFoundError, metadata  # noqa: PLC0415 - where something is fetched

    contact = "no public address yet"
    with suppress(PackageNotFoundError):
        addresses = metadata("thalweg").get_all("Project-URL") or []
        contact = next((each.partition(", ")[2] for each in addresses), contact)
    return f"thalweg/{__version__} ({contact}) Python-urllib/{sys.version_info.major}.{sys.version_info.minor}"


def _fetched(address: str, given: str) -> bytes:
    """Return what the server answers; a server that is busy or broken is asked again."""
    ends = time.monotonic() + LONGEST_SECONDS
    for pause in (*PAUSES_SECONDS, None):
        try:
            return _answer(address, given, ends)
        except _TryAgainError as error:
            seconds = pause if error.seconds is None else error.seconds
            if pause is None or seconds is None or seconds > MOST_PAUSE_SECONDS or time.monotonic() + seconds > ends:
                raise error.told from error
            time.sleep(seconds)
    raise AssertionError  # the last try returns or raises


class _TryAgainError(Exception):
    """A server that may serve later: what is told if it does not, and in how many seconds it asks to be asked."""

    def __init__(self, told: InputError, seconds: float | None = None) -> None:
        super().__init__(str(told))
        self.told, self.seconds = told, seconds


def _answer(address: str, given: str, ends: float) -> bytes:
    """Ask once."""
    from http.client import HTTPException  # noqa: PLC0415 - likewise
    from urllib.error import HTTPError  # noqa: PLC0415 - likewise
    from urllib.request import Request, build_opener  # noqa: PLC0415 - likewise

    values = {"given": given, "server": urlsplit(address).netloc}
    headers = {"User-Agent": user_agent(), "Accept": "application/json"}
    try:
        request = Request(address, headers=headers)  # noqa: S310 - https, or what a test set
        with build_opener(_same_server()).open(request, timeout=TIMEOUT_SECONDS) as answer:
            return _body(answer, ends)
    except HTTPError as error:
        error.close()
        if error.code == NOT_FOUND:
            raise InputError("pageviews.not_found", **values) from error
        refused = InputError("pageviews.refused", code=error.code, **values)
        if error.code not in TRIED_AGAIN:
            raise refused from error
        raise _TryAgainError(refused, _seconds(error.headers.get("Retry-After"))) from error
    except TimeoutError as error:
        raise _TryAgainError(InputError("pageviews.slow", **values)) from error
    except (OSError, HTTPException, ValueError) as error:
        slow = isinstance(getattr(error, "reason", None), TimeoutError)
        raise _TryAgainError(InputError(f"pageviews.{'slow' if slow else 'unreachable'}", **values)) from error


def _body(answer: Any, ends: float) -> bytes:  # noqa: ANN401 - of urllib
    """Return what an answer holds; beyond `MOST_BYTES` it is cut, and then no list. One slow or broken raises."""
    content = bytearray()
    while len(content) <= MOST_BYTES and (block := answer.read1(BLOCK_BYTES)):
        content += block
        if time.monotonic() > ends:
            raise TimeoutError
    if answer.length and len(content) <= MOST_BYTES:
        raise ConnectionError
    return bytes(content)


def _same_server() -> Any:  # noqa: ANN401 - urllib is loaded where something is fetched
    """Return a handler that follows a redirect on the same server alone."""
    from urllib.request import HTTPRedirectHandler  # noqa: PLC0415 - as above

    class SameServer(HTTPRedirectHandler):
        def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:  # noqa: ANN401 - as urllib has it
            asked, led = urlsplit(req.full_url), urlsplit(newurl)
            if (asked.scheme, asked.netloc) != (led.scheme, led.netloc):
                return None  # then the redirect is an error with its code
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    return SameServer()


def _seconds(retry_after: str | None) -> float | None:
    """Return how long a server asks to be left alone: it says seconds, or a moment."""
    if not retry_after:
        return None
    if re.fullmatch(r"\s*\d+\s*", retry_after, re.ASCII):
        return float(retry_after)
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - as above

    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return max(0.0, (aware - dt.datetime.now(dt.UTC)).total_seconds())


def _csv_of(content: bytes, article: Article, given: str, first: dt.date) -> str:
    """Return the views as CSV; a day without a row there has none here either."""
    values = {"given": given, "server": article.project}
    try:
        rows = {
            dt.datetime.strptime(item["timestamp"], "%Y%m%d00").date(): int(item["views"])  # noqa: DTZ007 - a day in UTC
            for item in json.loads(content)["items"]
        }
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise InputError("pageviews.garbage", **values) from error
    lines = [f"{day.isoformat()},{views}" for day, views in sorted(rows.items()) if day >= first]
    if not lines:
        raise InputError("pageviews.not_found", **values)
    return "\n".join(["date,views", *lines, ""])


def _place(article: Article, first: dt.date) -> Path:
    """Return where an answer is kept."""
    told = "\n".join((os.environ.get(SERVER, ""), article.project, article.title, first.isoformat()))
    return folder() / "pageviews" / hashlib.sha256(told.encode()).hexdigest()[:32]


def _kept(place: Path) -> tuple[float, str] | None:
    """Return what is kept, with its age in hours; None where nothing is, or it is damaged."""
    with suppress(OSError, ValueError, TypeError):
        digest, moment, text = place.read_bytes().decode().split("\n", 2)
        hours = (dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(moment)).total_seconds() / 3600
        if digest == _digest(text) and hours >= 0:
            return hours, text
    return None


def _keep(place: Path, text: str) -> None:
    with suppress(OSError, InputError):
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(place, f"{_digest(text)}\n{dt.datetime.now(dt.UTC).isoformat()}\n{text}".encode())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
