"""What kind of file its first bytes tell; its name does not count."""

from __future__ import annotations

START_BYTES = 16  # that tell it
DUCKDB, SQLITE = "DuckDB", "SQLite"
_SQLITE_START = b"SQLite format 3\0"
_DUCKDB_MARK = slice(8, 12), b"DUCK"


def database_of(start: bytes) -> str:
    """Return which database a file is that begins so, `DUCKDB` or `SQLITE`; empty for another file."""
    if start.startswith(_SQLITE_START):
        return SQLITE
    place, mark = _DUCKDB_MARK
    return DUCKDB if start[place] == mark else ""
