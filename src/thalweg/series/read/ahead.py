"""Rows after the last value: what other columns know of days to come is not used, and a note says so."""
# ruff: noqa: S608  (the SQL is made of our own names)

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.messages import Message
from thalweg.series.read.groups import told_date

if TYPE_CHECKING:
    from thalweg.series.read.groups import Groups
    from thalweg.series.read.rows import Rows
    from thalweg.series.read.table import Column

_MOST_NAMED = 5  # columns


def notes_ahead(rows: Rows, groups: Groups, used: list[Column]) -> list[Message]:
    """Return a note where dates after the last value are filled in other columns than the date and the value.

    Parameters
    ----------
    rows : Rows
    groups : Groups
        Their dates.
    used : list of Column
        The columns of the dates and of the values.
    """
    others = [column for column in rows.table.columns if column not in used]
    valued, by = groups.valued, groups.by
    if not others or not valued.any() or valued[-1]:
        return []
    last = groups.date[valued][-1]
    after = f"DATE '{last}'" if by == "day" else str(last.astype("int64"))
    filled = ", ".join(f"count(nullif(trim({column.field}::VARCHAR), ''))" for column in others)
    (counts,) = rows.table.query(
        f"SELECT {filled} FROM source_rows JOIN (SELECT record, {by} FROM ({groups.sql})) USING (record) "
        f"WHERE {by} > {after}"
    )
    named = [f'"{column.name}"' for column, count in zip(others, counts, strict=True) if count]
    if not named:
        return []
    ahead = groups.date[groups.date > last]
    shown = named[:_MOST_NAMED] + (["…"] if len(named) > _MOST_NAMED else [])
    return [Message("note.ahead", {"count": len(ahead), "first": told_date(ahead[0]), "columns": shown})]
