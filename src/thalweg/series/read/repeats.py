"""Several rows for one date: repeated rows, many series, or rows that contradict each other."""
# ruff: noqa: S608  (the SQL is made of our own names; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.read.groups import told_date
from thalweg.sql import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.series.read.groups import Groups
    from thalweg.series.read.profiles import ColumnProfile
    from thalweg.series.read.rows import Rows

_DATES_TRIED = 20
_HOURS_A_DAY = 24
_HOUR_NAMES = ("hour", "hr", "time", "stunde")


def check_repeats(rows: Rows, groups: Groups, differing: Sequence[object] | None = None) -> Message:
    """Refuse dates that have several differing rows; return a note about dates that have the same row several times.

    Parameters
    ----------
    rows : Rows
        The rows that count.
    groups : Groups
        Their dates, some of which have more than one row.
    differing : sequence, optional
        The dates whose rows differ, rising, as `differing_dates` finds them; without it, they are looked for.

    Returns
    -------
    Message
        How many rows were dropped because they repeat another.

    Raises
    ------
    InputError
        If rows of one date differ. It says whether the rows are hours, are of many series, or contradict each other.
    """
    table, by, counts = rows.table, groups.by, groups.rows
    if differing is None:
        differing = [date for (date,) in table.query(_differing(rows, groups.sql, by))]
    repeated = groups.date[counts > 1]
    if by == "moment":  # a moment that clocks show twice is no contradiction
        numbers = set(repeated.astype(np.int64).tolist())
        differing = [date for date in differing if date in numbers]
    if not differing:
        return Message("note.duplicates_dropped", {"count": int((counts - 1).sum()), "first": told_date(repeated[0])})
    if 2 * len(differing) > len(counts) and (key := _key(rows, groups, differing[:_DATES_TRIED])) is not None:
        profile, values = key
        if profile.column.name.casefold() in _HOUR_NAMES and values == _HOURS_A_DAY:
            raise InputError(
                "read.hours_apart", source=table.source_name, name=profile.column.name, rows=values, **_sum_or_mean()
            )
        raise InputError(
            "read.many_series",
            source=table.source_name,
            count=values,
            name=profile.column.name,
            by=Argument("by", profile.column.name),
            **_sum_or_mean(),
        )
    raise _contradiction(rows, _hashed(rows, groups.sql), by, differing)


def differing_dates(rows: Rows, by: str, sql: str) -> dict[int, list[object]]:
    """Return the dates of each series, by its number, that have rows which differ.

    Parameters
    ----------
    rows : Rows
        Of several series.
    by : str
        ``day`` or ``moment``.
    sql : str
        A query of the rows with all their columns, among them ``series`` and what `by` names.
    """
    found: dict[int, list[object]] = {}
    for series, date in rows.table.query(_differing(rows, sql, f"series, {by}")):
        found.setdefault(series, []).append(date)
    return found


def _differing(rows: Rows, sql: str, keys: str) -> str:
    """Return SQL for the dates, and what else `keys` names, whose rows differ."""
    hashed = _hashed(rows, sql)
    return f"SELECT {keys} FROM ({hashed}) GROUP BY {keys} HAVING min(row_hash) <> max(row_hash) ORDER BY {keys}"


def _hashed(rows: Rows, sql: str) -> str:
    """Return SQL for rows with ``row_hash``, which tells rows apart that differ in a cell."""
    fields = [profile.column.field for profile in rows.profiles if profile.content != "row_numbers"]
    return f"SELECT *, hash({', '.join(fields)}) AS row_hash FROM ({sql})"


def _sum_or_mean() -> dict[str, Argument]:
    return {"sum": Argument("duplicates", "sum"), "mean": Argument("duplicates", "mean")}


def _others(rows: Rows) -> list[ColumnProfile]:
    """Return the columns beside those of dates and values, without row numbers."""
    chosen = (rows.date_profile, rows.value_profile)
    return [each for each in rows.profiles if each not in chosen and each.content != "row_numbers"]


def _key(rows: Rows, groups: Groups, dates: Sequence[object]) -> tuple[ColumnProfile, int] | None:
    """Return the column whose values are the same on each date, one a row, and how many values it has."""
    others = sorted(_others(rows), key=lambda profile: profile.content != "text")
    if not others:
        return None
    by, listed = groups.by, ", ".join(map(_in_sql, dates))
    counts = ", ".join(f"count(DISTINCT {profile.column.field})" for profile in others)
    counted = rows.table.query(
        f"SELECT grouping({by}), count(*), {counts} FROM ({groups.sql}) WHERE {by} IN ({listed}) "
        f"GROUP BY GROUPING SETS (({by}), ()) ORDER BY 1"
    )
    *per_date, overall = counted
    usual = int(np.median([date[1] for date in per_date]))
    for place, profile in enumerate(others, start=2):
        if all(date[place] == date[1] for date in per_date) and overall[place] <= 2 * usual:
            return profile, usual
    return None


def _in_sql(date: object) -> str:
    """Return a day, or a moment in seconds since 1970, in SQL."""
    return str(date) if isinstance(date, int) else f"DATE {literal(str(date))}"


def _told(date: object) -> str:
    return told_date(np.datetime64(date, "s")) if isinstance(date, int) else str(date)


def _contradiction(rows: Rows, hashed: str, by: str, differing: Sequence[object]) -> InputError:
    """Return the error about two rows of one date that differ; it names both rows and what differs."""
    table, name = rows.table, rows.value_profile.column.name
    others = _others(rows)
    fields = ", ".join(["record", "row_hash", "value_cell", *(profile.column.field for profile in others)])
    found = table.query(f"SELECT {fields} FROM ({hashed}) WHERE {by} = {_in_sql(differing[0])} ORDER BY record")
    first = found[0]
    second = next(row for row in found if row[1] != first[1])
    values = {"name": name, "first": first[2] or Message("read.empty"), "second": second[2] or Message("read.empty")}
    if first[2] != second[2]:
        difference = Message("read.values_differ", values)
    else:
        pairs = zip(others, first[3:], second[3:], strict=True)
        apart = next((profile for profile, one, other in pairs if one != other), rows.date_profile)
        difference = Message("read.other_cells_differ", {**values, "column": apart.column.name})
    return InputError(
        "read.rows_differ" if len(differing) == 1 else "read.rows_differ_often",
        source=table.source_name,
        first=table.row(first[0]),
        second=table.row(second[0]),
        day=_told(differing[0]),
        difference=difference,
        count=len(differing),
        ways=[Argument("duplicates", way) for way in ("sum", "mean", "last")],
    )
