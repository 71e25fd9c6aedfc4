"""What a user names instead of a file: standard input, an address, an article, a home folder. Each becomes a file."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import typer

from thalweg.errors import InputError
from thalweg.messages import Message
from thalweg.version import __version__

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Generator

    from thalweg.messages import Catalogue

STDIN = "-"
STDIN_NAME = "stdin"
ARTICLE = "wikipedia:"  # how the name of an article begins
TIMEOUT_SECONDS = 20  # without an answer
LONGEST_SECONDS = 300  # for the whole file
MOST_BYTES = 500_000_000
BLOCK_BYTES = 1 << 20


def looks_like_a_file(word: str) -> bool:
    """Whether a word in the place of a command is meant as a file."""
    return word == STDIN or word.startswith(ARTICLE) or any(mark in word for mark in "./\\~*?") or Path(word).exists()


@contextmanager
def file_of(given: str, translate: Catalogue, since: dt.date | None = None) -> Generator[Path]:
    """Give the file that a word stands for, a temporary copy of what comes from elsewhere.

    Messages raised within the block name the copy as the user named it. Of an article the views since a day are asked
    for.

    Raises
    ------
    InputError
        If nothing is piped in, or the address cannot be fetched.
    """
    scheme = _scheme(given)
    is_article = given.startswith(ARTICLE)
    if given != STDIN and not is_article and scheme in ("", "file"):
        yield _local(unquote(urlsplit(given).path) if scheme else given)
        return
    with tempfile.TemporaryDirectory(prefix="thalweg-") as folder:
        if given == STDIN:
            path = Path(folder, STDIN_NAME)
            _receive(path)
        elif is_article:
            from thalweg.cli.pageviews import Article, write_views

            path = Path(folder, Article.of(given).file_name)
            write_views(given, since, path, translate)
        elif scheme in ("http", "https"):
            path = Path(folder, Path(unquote(urlsplit(given).path)).name or urlsplit(given).hostname or "download")
            size = _fetch(given, path)
            typer.echo(translate("cli.fetched", address=given, kilobytes=f"{max(size / 1000, 1):,.0f}"), err=True)
        else:
            raise InputError("given.scheme", address=given, scheme=scheme)
        try:
            yield path
        except InputError as error:
            raise _renamed(error, path, Message("cli.stdin") if given == STDIN else given) from error


def _scheme(given: str) -> str:
    """Return what an address begins with; empty for a path."""
    try:
        return urlsplit(given).scheme if "://" in given else ""
    except ValueError as error:  # brackets that do not match
        raise InputError("given.unreachable", address=given) from error


def _local(given: str) -> Path:
    """Return a path, its ``~`` as a shell reads it."""
    path = Path(given)
    if not given.startswith("~") or path.exists():
        return path
    try:
        return path.expanduser()
    except RuntimeError:  # there is no such user
        return path


def _receive(path: Path) -> None:
    if sys.stdin is None or sys.stdin.isatty():
        raise InputError("given.no_input")
    with path.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)


def _fetch(address: str, path: Path) -> int:
    """Write what stands at an address into a file; return its bytes."""
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    ends, size = time.monotonic() + LONGEST_SECONDS, 0
    try:
        request = Request(address, headers={"User-Agent": f"thalweg/{__version__}"})  # noqa: S310 - http or https
        with urlopen(request, timeout=TIMEOUT_SECONDS) as answer, path.open("wb") as file:  # noqa: S310 - likewise
            if answer.headers.get_content_type() in ("text/html", "application/xhtml+xml"):
                raise InputError("given.page", address=address)
            while block := answer.read(BLOCK_BYTES):
                size += len(block)
                if size > MOST_BYTES:
                    raise InputError("given.too_large", address=address, megabytes=MOST_BYTES // 1_000_000)
                if time.monotonic() > ends:
                    raise InputError("given.slow", address=address)
                file.write(block)
    except HTTPError as error:
        error.close()
        raise InputError("given.refused", address=address, code=error.code) from error
    except TimeoutError as error:
        raise InputError("given.slow", address=address) from error
    except (OSError, HTTPException, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError("given.unreachable", address=address) from error
    return size


def _renamed(error: InputError, path: Path, name: Message | str) -> InputError:
    """Return an error that calls a file as its user does."""
    values: dict[str, Any] = {
        key: name if value == path or value == str(path) else value for key, value in error.message.values.items()
    }
    return InputError(Message(error.message.key, values))
