"""Moments in a Parquet file: of which place's days they are."""
# ruff: noqa: S608  (SQL is put together from names of our own; a user's text goes through `literal` or `identifier`)

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

_MOMENT = "TIMESTAMP WITH TIME ZONE"
_UTC = ("UTC", "Etc/UTC", "Z", "GMT", "+00:00")
_DAY = 24 * 60  # minutes
_STEP = 15  # every zone's offset is a multiple of it
# As Arrow's schema holds a text: four bytes of its length, itself, a zero.
_ARROW_TEXT = re.compile(rb"(?=(.{4})([A-Za-z0-9_+\-:/]{1,40})\x00)", re.DOTALL)
_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")


def local_moments(
    connection: duckdb.DuckDBPyConnection, path: str, scan: str, types: list[tuple[str, str]]
) -> tuple[dict[str, str], list[Message]]:
    """Find how a Parquet file's moments become the days of the place they come from.

    The zone that pandas or Arrow recorded in the file settles it. Where none is named and all moments have
    one time of day, they are taken for midnights; otherwise they stay in UTC.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        In UTC.
    path, scan : str
        The file as DuckDB names it, and the call that reads it.
    types : list of (str, str)
        Each column's name and SQL type.

    Returns
    -------
    dict of str to str
        For columns of moments: SQL for the local time.
    list of Message
        What of this the user should know.
    """
    moments = [name for name, sql_type in types if sql_type == _MOMENT]
    if not moments:
        return {}, []
    recorded = _recorded(connection, path)
    cells: dict[str, str] = {}
    notes: list[Message] = []
    for name in moments:
        zone = recorded.get(name, recorded.get(""))
        if zone in _UTC:
            continue
        cell = identifier(name)
        local = f"({cell} AT TIME ZONE 'UTC')"
        if zone is not None and (offset := _OFFSET.fullmatch(zone)):
            minutes = int(f"{offset[1]}{int(offset[2]) * 60 + int(offset[3])}")
            cells[name], note = f"{local} + INTERVAL ({minutes}) MINUTE", Message("note.time_zone", {"zone": zone})
        elif zone is not None:
            cells[name], note = f"{cell} AT TIME ZONE {literal(zone)}", Message("note.time_zone", {"zone": zone})
        elif minutes := _to_midnight(connection, scan, local):
            hours, rest = divmod(abs(minutes), 60)
            begins = -minutes % _DAY
            cells[name] = f"{local} + INTERVAL ({minutes}) MINUTE"
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
    """Return the zones that the file names: by column, and by "" one that is the only one in Arrow's schema."""
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


def _to_midnight(connection: duckdb.DuckDBPyConnection, scan: str, local: str) -> int:
    """Return the minutes from UTC to where all moments are midnight; 0 where they are none, or noon."""
    low, high = connection.execute(
        f"SELECT min(s), max(s) FROM (SELECT date_part('epoch', {local}::TIME) AS s FROM {scan})"
    ).fetchall()[0]
    if low is None or low != high or low % (60 * _STEP):
        return 0
    minutes = int(low) // 60
    # Noon is how some write a day as a moment in UTC itself.
    return 0 if minutes == _DAY // 2 else (_DAY - minutes if minutes > _DAY // 2 else -minutes)
