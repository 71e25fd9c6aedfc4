"""What kind of file its first bytes tell; its name does not count."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

START_BYTES = 16  # that tell it
DUCKDB, SQLITE = "DuckDB", "SQLite"
ARCHIVE_START = b"PK\x03\x04"  # also of the workbooks of today
OLD_WORKBOOK_START = b"\xd0\xcf\x11\xe0"  # also of those that a password closes
_PARTS = ("[Content_Types].xml", "mimetype")  # of a workbook of Excel and of LibreOffice
_NAMES = (b"[Content_Types].xml", b"docProps/", b"xl/")  # that stand in a workbook of Excel
_SQLITE_START = b"SQLite format 3\0"
_DUCKDB_MARK = slice(8, 12), b"DUCK"


def database_of(start: bytes) -> str:
    """Return which database a file is that begins so, `DUCKDB` or `SQLITE`; empty for another file."""
    if start.startswith(_SQLITE_START):
        return SQLITE
    place, mark = _DUCKDB_MARK
    return DUCKDB if start[place] == mark else ""


def is_workbook(path: Path, start: bytes) -> bool:
    """Return whether a file that begins so is a workbook: an old one, or an archive with the parts of one."""
    if not start.startswith(ARCHIVE_START):
        return start.startswith(OLD_WORKBOOK_START)
    try:
        with zipfile.ZipFile(path) as archive:
            return bool(set(archive.namelist()) & set(_PARTS))
    except (OSError, ValueError, zipfile.BadZipFile):
        content = path.read_bytes()  # one that is cut short has no list of its parts
        return any(name in content for name in _NAMES)
