"""Moments in a Parquet file: in which time zone they are turned into days."""
# ruff: noqa: S608  (the SQL is made of our own names; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Any, cast

from thalweg.messages import Message
from thalweg.sql import identifier, literal

if TYPE_CHECKING:
    import duckdb

_MOMENTS = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")  # the second of files that count nanoseconds
UTC = ("UTC", "Etc/UTC", "Z", "GMT", "+00:00")
"""The names of the zone UTC."""

# Arrow's schema holds a text as four bytes of its length, the text itself, and a zero byte.
_ARROW_TEXT = re.compile(rb"(?=(.{4})([A-Za-z0-9_+\-:/]{1,40})\x00)", re.DOTALL)
_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")


def local_moments(
    connection: duckdb.DuckDBPyConnection, path: str, types: list[tuple[str, str]]
) -> tuple[dict[str, str], set[str], list[Message]]:
    """Find how a Parquet file's moments become days in the time zone that they come from.

    The time zone that pandas or Arrow recorded in the file counts. Where none is recorded, moments stay in UTC.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Its time zone is UTC.
    path : str
        The file as DuckDB names it.
    types : list of (str, str)
        Each column's name and SQL type.

    Returns
    -------
    dict of str to str
        For columns of moments of another zone: SQL for the local time.
    set of str
        The columns of moments that stay in UTC.
    list of Message
        Notes that tell the user about it.
    """
    moments = [name for name, sql_type in types if sql_type in _MOMENTS]
    if not moments:
        return {}, set(), []
    recorded = _recorded(connection, path)
    cells: dict[str, str] = {}
    in_utc: set[str] = set()
    notes: list[Message] = []
    for name in moments:
        zone = recorded.get(name, recorded.get(""))
        if zone is None or zone in UTC:
            in_utc.add(name)
            continue
        cell = f"({identifier(name)})::TIMESTAMPTZ"
        utc = f"({cell} AT TIME ZONE 'UTC')"
        if offset := _OFFSET.fullmatch(zone):
            minutes = int(f"{offset[1]}{int(offset[2]) * 60 + int(offset[3])}")
            cells[name], note = f"{utc} + INTERVAL ({minutes}) MINUTE", Message("note.time_zone", {"zone": zone})
        else:
            cells[name], note = f"{cell} AT TIME ZONE {literal(zone)}", Message("note.time_zone", {"zone": zone})
        if note not in notes:
            notes.append(note)
    return cells, in_utc, notes


def _recorded(connection: duckdb.DuckDBPyConnection, path: str) -> dict[str, str]:
    """Return the time zones that the file records, by column; the key "" has the only one in Arrow's schema."""
    metadata: dict[bytes, bytes] = dict(
        connection.execute(f"SELECT key, value FROM parquet_kv_metadata({literal(path)})").fetchall()
    )
    known = {zone for (zone,) in connection.execute("SELECT name FROM pg_timezone_names()").fetchall()}
    zones: dict[str, str] = {}
    try:
        columns = cast("list[dict[str, Any]]", json.loads(metadata.get(b"pandas", b"{}")).get("columns", []))
        for column in columns:
            zone = str((column.get("metadata") or {}).get("timezone", ""))
            if zone in known or _OFFSET.fullmatch(zone):
                zones[str(column.get("field_name"))] = zone
        schema = base64.b64decode(metadata.get(b"ARROW:schema", b""))
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error):
        return zones
    texts = {text.decode() for size, text in _ARROW_TEXT.findall(schema) if int.from_bytes(size, "little") == len(text)}
    named = {text for text in texts if text in known or _OFFSET.fullmatch(text)}
    if len(named) == 1:
        zones[""] = named.pop()
    return zones
