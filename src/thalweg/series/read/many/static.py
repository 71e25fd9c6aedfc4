"""Columns that are the same in all rows of a series, such as its region."""
# ruff: noqa: S608  (the SQL is made of our own names)

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Argument
from thalweg.series.read.numbers import is_missing, is_number
from thalweg.series.read.rows import decide
from thalweg.series.read.table import shown
from thalweg.series.read.ways import cell_sql
from thalweg.text import clean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.read.many.keys import Keys
    from thalweg.series.read.options import PanelOptions
    from thalweg.series.read.profiles import ColumnProfile
    from thalweg.series.read.rows import Rows


def static_columns(
    rows: Rows, keys: Keys, profiles: list[ColumnProfile], options: PanelOptions
) -> dict[str, NDArray[Any]]:
    """Return the value of each column for each series, by its number: numbers as float64, anything else as text.

    Parameters
    ----------
    rows : Rows
        The rows of all series.
    keys : Keys
    profiles : list of ColumnProfile
        The columns.
    options : PanelOptions

    Raises
    ------
    InputError
        If a column changes within a series.
    """
    return {profile.column.name: _values(rows, keys, profile, options) for profile in profiles}


def _values(rows: Rows, keys: Keys, profile: ColumnProfile, options: PanelOptions) -> NDArray[Any]:
    texts = _texts(rows, keys, profile)
    filled = [text for text in texts if not is_missing(text)]
    if not filled or not all(map(is_number, filled)):
        return np.array(texts)
    if profile.column.kind == "number":
        return np.array([np.nan if is_missing(text) else float(text) for text in texts])
    own = decide(rows.table, rows.profiles, rows.date_profile, profile, options)
    values = np.full(len(texts), np.nan)
    for number, value in rows.table.query(f"SELECT series, min(value) FROM ({keys.of(own.sql)}) GROUP BY series"):
        values[number] = np.nan if value is None else value
    return values


def _texts(rows: Rows, keys: Keys, profile: ColumnProfile) -> list[str]:
    """Return the text of a column for each series, empty where it has none; refuse one that changes."""
    table = rows.table
    parts = ", ".join(["record", *keys.fields, f"{cell_sql(profile, thorough=False)} AS cell"])
    cells = keys.of(f"SELECT {parts} FROM source_rows")
    found = table.query(
        f"SELECT series, cell, min(record) FROM ({cells}) WHERE cell <> '' GROUP BY series, cell ORDER BY min(record)"
    )
    texts = [""] * len(keys.names)
    records: dict[int, int] = {}
    for number, cell, record in found:
        if number in records:
            raise InputError(
                "panel.static_changes",
                source=table.source_name,
                argument=Argument("static", profile.column.name),
                series=keys.names[number],
                one=shown(texts[number]),
                row=table.row(records[number]),
                other=shown(cell),
                other_row=table.row(record),
            )
        texts[number], records[number] = clean(cell), record
    return texts
