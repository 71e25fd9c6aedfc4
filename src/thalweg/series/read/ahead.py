"""Rows after the last value: what other columns know of days to come is not used, and a note says so."""
# ruff: noqa: S608  (the SQL is made of our own names)

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.messages import Message

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from thalweg.series.read.rows import Rows
    from thalweg.series.read.table import Column

_MOST_NAMED = 5  # columns


def notes_ahead(
    rows: Rows, day: NDArray[np.datetime64], valued: NDArray[np.bool_], used: list[Column]
) -> list[Message]:
    """Return a note where days after the last value are filled in other columns than the date and the value.

    Parameters
    ----------
    rows : Rows
    day : ndarray of datetime64[D], shape (days,)
        Rising.
    valued : ndarray of bool, shape (days,)
        Whether the day has a value.
    used : list of Column
        The columns of the dates and of the values.
    """
    others = [column for column in rows.table.columns if column not in used]
    if not others or not valued.any() or valued[-1]:
        return []
    last = day[valued][-1]
    filled = ", ".join(f"count(nullif(trim({column.field}::VARCHAR), ''))" for column in others)
    (counts,) = rows.table.query(
        f"SELECT {filled} FROM source_rows JOIN (SELECT record, day FROM ({rows.sql})) USING (record) "
        f"WHERE day > DATE '{last}'"
    )
    named = [f'"{column.name}"' for column, count in zip(others, counts, strict=True) if count]
    if not named:
        return []
    ahead = day[day > last]
    shown = named[:_MOST_NAMED] + (["…"] if len(named) > _MOST_NAMED else [])
    return [Message("note.ahead", {"count": len(ahead), "first": str(ahead[0]), "columns": shown})]
