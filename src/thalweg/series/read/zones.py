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
_UTC = ("UTC", "Etc/UTC", "Z", "GMT", "+00:00")
_MINUTES_A_DAY = 24 * 60
_OFFSET_STEP_MINUTES = 15  # the offset of every time zone is a multiple of it
# Arrow's schema holds a text as four bytes of its length, the text itself, and a zero byte.
_ARROW_TEXT = re.compile(rb"(?=(.{4})([A-Za-z0-9_+\-:/]{1,40})\x00)", re.DOTALL)
_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")


def local_moments(
    connection: duckdb.DuckDBPyConnection, path: str, scan: str, types: list[tuple[str, str]]
) -> tuple[dict[str, str], list[Message]]:
    """Find how a Parquet file's moments become days in the time zone that they come from.

    The time zone that pandas or Arrow recorded in the file counts. Where none is recorded and all moments have the same
    time of day, that time is taken for midnight; otherwise the moments stay in UTC.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Its time zone is UTC.
    path, scan : str
        The file as DuckDB names it, and the call that reads it.
    types : list of (str, str)
        Each column's name and SQL type.

    Returns
    -------
    dict of str to str
        For columns of moments: SQL for the local time.
    list of Message
        Notes that tell the user about it.
    """
    moments = [name for name, sql_type in types if sql_type in _MOMENTS]
    if not moments:
        return {}, []
    recorded = _recorded(connection, path)
    cells: dict[str, str] = {}
    notes: list[Message] = []
    for name in moments:
        zone = recorded.get(name, recorded.get(""))
        if zone in _UTC:
            continue
        cell = f"({identifier(name)})::TIMESTAMPTZ"
        utc = f"({cell} AT TIME ZONE 'UTC')"
        if zone is not None and (offset := _OFFSET.fullmatch(zone)):
            minutes = int(f"{offset[1]}{int(offset[2]) * 60 + int(offset[3])}")
            cells[name], note = f"{utc} + INTERVAL ({minutes}) MINUTE", Message("note.time_zone", {"zone": zone})
        elif zone is not None:
            cells[name], note = f"{cell} AT TIME ZONE {literal(zone)}", Message("note.time_zone", {"zone": zone})
        elif minutes := _to_midnight(connection, scan, utc):
            hours, rest = divmod(abs(minutes), 60)
            begins = -minutes % _MINUTES_A_DAY
            cells[name] = f"{utc} + INTERVAL ({minutes}) MINUTE"
            note = Message(
                "note.moments",
                {
                    "column": name,
                    "time": f"{begins // 60:02d}:{begins % 60:02d}",
                    "offset": f"{'+' if minutes > 0 else '-'}{hours:02d}:{rest:02d}",
                },
            )
        else:
            continue
        if note not in notes:
            notes.append(note)
    return cells, notes


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
    except (ValueError, AttributeError, binascii.Error):
        return zones
    texts = {text.decode() for size, text in _ARROW_TEXT.findall(schema) if int.from_bytes(size, "little") == len(text)}
    named = {text for text in texts if text in known or _OFFSET.fullmatch(text)}
    if len(named) == 1:
        zones[""] = named.pop()
    return zones


def _to_midnight(connection: duckdb.DuckDBPyConnection, scan: str, utc: str) -> int:
    """Return the offset from UTC, in minutes, at which all moments are midnight.

    It is 0 where they are so at no offset, and where all moments are noon.
    """
    low, high = connection.execute(
        f"SELECT min(seconds), max(seconds) FROM (SELECT date_part('epoch', {utc}::TIME) AS seconds FROM {scan})"
    ).fetchall()[0]
    if low is None or low != high or low % (60 * _OFFSET_STEP_MINUTES):
        return 0
    minutes = int(low) // 60
    half_day = _MINUTES_A_DAY // 2
    if minutes == half_day:  # some programs write a day as noon in UTC
        return 0
    return _MINUTES_A_DAY - minutes if minutes > half_day else -minutes
