"""To which model the files of a forecast belong: each carries the start of the model file's SHA-256."""

from __future__ import annotations

import csv
import re
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MODEL_FILE = "model.thalweg"
COLUMN = "model"  # of the files of CSV
META = "thalweg-model"  # of the report
_DIGITS = 16
_START_BYTES = 1 << 16  # of a file, which hold its stamp
_META_TAG = re.compile(rf'<meta name="{META}" content="([^"]*)">')


def stamp_of(content: bytes) -> str:
    """Return the stamp of a model file with this content."""
    import hashlib  # noqa: PLC0415 - the command's help reads the names above, and is to be quick

    return "sha256:" + hashlib.sha256(content).hexdigest()[:_DIGITS]


def stamped_page(page: str, stamp: str) -> str:
    """Return a page with the stamp in its head."""
    return page.replace("<head>", f'<head>\n<meta name="{META}" content="{stamp}">', 1)


def strangers(path: Path, lineage: tuple[str, ...] = ()) -> list[str]:
    """Return the names of the files beside a model that carry the stamp of another model, or [] for a lone model.

    The stamps of the models that it was updated from (`lineage`) are its own too.
    A file that carries no stamp is passed over: an earlier version wrote it, or it is none of a forecast.
    """
    if path.name != MODEL_FILE:
        return []
    beside = (("forecast.csv", _in_csv), ("ladder.csv", _in_csv), ("report.html", _in_page))
    found = {name: _stamp_in(path.with_name(name), read) for name, read in beside}
    try:
        own = stamp_of(path.read_bytes()) if any(found.values()) else ""
    except OSError:
        return []  # it was taken away since it was read
    return [name for name, stamp in found.items() if stamp not in ("", own, *lineage)]


def _stamp_in(path: Path, read: Callable[[str], str]) -> str:
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return read(file.read(_START_BYTES).decode(errors="replace"))
    except OSError:
        return ""


def _in_csv(text: str) -> str:
    try:
        header, row = islice(csv.reader(text.splitlines()), 2)
        stamp = dict(zip(header, row, strict=False)).get(COLUMN, "")
    except (ValueError, csv.Error):
        return ""
    return stamp if stamp.startswith("sha256:") else ""


def _in_page(text: str) -> str:
    found = _META_TAG.search(text)
    return found[1] if found else ""
