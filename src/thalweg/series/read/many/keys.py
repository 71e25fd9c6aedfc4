"""Which series a row belongs to: the columns that name it, checked before any other work."""
# ruff: noqa: S608  (the SQL is made of our own names; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thalweg.errors import InputError
from thalweg.messages import Argument
from thalweg.series.panel import different
from thalweg.series.read.columns import named
from thalweg.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from thalweg.series.read.options import PanelOptions
    from thalweg.series.read.profiles import ColumnProfile
    from thalweg.series.read.table import Table

_MOST_SHARE = 1 / 2  # of the rows, that there may be series
_FEW_ROWS = 20  # so few may well be of as many series
_KNOWN = (  # how other tools call the columns of the series, the dates and the values
    ("unique_id", "ds", "y"),
    ("item_id", "timestamp", "target"),
    ("id", "ds", "y"),
)
_COLUMNS_TRIED = 100
WIDE_FIELD = "wide_series"
"""The column of a table made long that holds the names of columns; two that are nearly alike are two all the same."""

_WHOLE = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Roles:
    """The columns that name the series, and what the dates and the values are called where that is known."""

    by: tuple[ColumnProfile, ...]
    date: str | None
    value: str | None


def roles_of(table: Table, profiles: list[ColumnProfile], options: PanelOptions) -> Roles:
    """Return the columns that name the series, as they are named or as other tools call them.

    Raises
    ------
    InputError
        If there is no column of a given name.
    """
    if options.by:
        by = tuple(named(table, profiles, "by", name) for name in options.by)
        return Roles(tuple(dict.fromkeys(by)), options.date, options.value)
    names = {profile.column.name.casefold(): profile for profile in profiles}
    for known in _KNOWN:
        if options.wide or not all(name in names for name in known):
            continue
        series, date, value = (names[name] for name in known)
        dates, values = options.date or date.column.name, options.value or value.column.name
        if series.column.name not in (dates, values):
            return Roles((series,), dates, values)
    return Roles((), options.date, options.value)


@dataclass(frozen=True)
class Keys:
    """The series of a table, numbered in the order in which they begin there.

    Attributes
    ----------
    by : tuple of ColumnProfile
        The columns that name them.
    values : tuple of tuple of str
        For each series, what stands in these columns.
    names : tuple of str
    order : tuple of int
        Their numbers in the order of their names.
    """

    by: tuple[ColumnProfile, ...]
    values: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]
    order: tuple[int, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns in SQL."""
        return tuple(profile.column.field for profile in self.by)

    def of(self, rows: str) -> str:
        """Return SQL for rows with ``series``, the number of each row's series."""
        if not self.by:
            return f"SELECT *, 0 AS series FROM ({rows})"
        same = " AND ".join(
            f"rows.{each.column.field} IS NOT DISTINCT FROM series_keys.k{at}" for at, each in enumerate(self.by)
        )
        return f"SELECT rows.*, series_keys.series FROM ({rows}) AS rows JOIN series_keys ON {same}"

    def columns(self, kept: Iterable[int]) -> dict[str, tuple[str, ...]]:
        """Return the values of each column, for the series that are kept."""
        kept = list(kept)
        return {
            profile.column.name: tuple(self.values[series][at] for series in kept) for at, profile in enumerate(self.by)
        }

    def empty(self, series: int) -> ColumnProfile | None:
        """Return the column that names nothing in the rows of a series; None where all of them do."""
        return next((profile for profile, text in zip(self.by, self.values[series], strict=True) if not text), None)


def keys_of(table: Table, profiles: list[ColumnProfile], by: tuple[ColumnProfile, ...], *, few: bool = False) -> Keys:
    """Return the series that some columns name, and number them in the connection's table ``series_keys``.

    Parameters
    ----------
    table : Table
    profiles : list of ColumnProfile
        All its columns.
    by : tuple of ColumnProfile
        Those that name the series.
    few : bool
        Whether there may be a row or two of each series alone.

    Raises
    ------
    InputError
        If there are too many of them, or two whose names are written nearly alike.
    """
    fields = [profile.column.field for profile in by]
    listed = ", ".join(fields)
    parts = ", ".join(f"{field} AS k{at}" for at, field in enumerate(fields))
    ((rows,),) = table.query("SELECT count(*) FROM source_rows")
    ((count,),) = table.query(f"SELECT count(*) FROM (SELECT DISTINCT {listed} FROM source_rows)")
    if not few and rows > _FEW_ROWS and count > _MOST_SHARE * rows:
        raise _too_many(table, profiles, by, rows, count)
    table.prepare(
        "CREATE OR REPLACE TEMP TABLE series_keys AS SELECT *, (row_number() OVER (ORDER BY first) - 1)::INTEGER "
        f"AS series FROM (SELECT {parts}, min(record) AS first FROM source_rows GROUP BY {listed})"
    )
    columns = ", ".join(f"k{at}" for at in range(len(fields)))
    found = table.query(f"SELECT {columns}, first FROM series_keys ORDER BY series")
    texts = [tuple(_text(cell) for cell in cells) for *cells, _ in found]
    for at, profile in enumerate(by):
        _check_unlike(table, profile, {text[at]: row[-1] for text, row in zip(texts[::-1], found[::-1], strict=True)})
    values = tuple(tuple(clean(text).strip() for text in each) for each in texts)
    order = sorted(range(len(values)), key=_natural(values).__getitem__)
    names = dict(zip(order, different("/".join(values[number]) for number in order), strict=True))
    return Keys(by, values, tuple(names[number] for number in range(len(values))), tuple(order))


def _text(cell: Any) -> str:  # noqa: ANN401 - a cell of DuckDB
    """Return a cell of a column that names series as text; one without a value is empty."""
    if cell is None or cell != cell:  # noqa: PLR0124 - a float that is no number
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return str(cell.date() if cell.time() == dt.time() else cell)
    return str(cell)


def _natural(values: Sequence[tuple[str, ...]]) -> list[tuple[tuple[int, str], ...]]:
    """Return what series are sorted by: a column of whole numbers by these, any other by its text."""
    whole = [all(map(_WHOLE.fullmatch, column)) for column in zip(*values, strict=True)]
    return [
        tuple((int(text) if number else 0, text) for text, number in zip(each, whole, strict=True)) for each in values
    ]


def _check_unlike(table: Table, profile: ColumnProfile, rows: Mapping[str, int]) -> None:
    """Refuse two values of a column that differ in capitals, blanks around them or the form of their letters alone.

    Parameters
    ----------
    table : Table
    profile : ColumnProfile
    rows : mapping
        Each value to its first record.
    """
    if profile.column.kind != "text" or profile.column.field == WIDE_FIELD:
        return
    plain: dict[str, str] = {}
    for text in rows:
        form = unicodedata.normalize("NFKC", clean(text)).strip().casefold()
        other = plain.setdefault(form, text)
        if form and other != text:
            first, second = sorted((other, text), key=rows.__getitem__)
            raise InputError(
                "panel.alike",
                source=table.source_name,
                name=profile.column.name,
                one=repr(first),
                row=table.row(rows[first]),
                other=repr(second),
                other_row=table.row(rows[second]),
            )


def _too_many(
    table: Table, profiles: list[ColumnProfile], by: tuple[ColumnProfile, ...], rows: int, count: int
) -> InputError:
    """Return the error about columns of nearly as many values as rows; it names a column that fits better."""
    told = {
        "source": table.source_name,
        "argument": Argument("by", ",".join(profile.column.name for profile in by)),
        "count": count,
        "rows": rows,
        "example": by[0].example,
    }
    better = _better(table, [profile for profile in profiles if profile not in by], rows)
    if better is None:
        return InputError("panel.too_many", **told)
    name, number = better
    return InputError("panel.too_many_but", **told, better=Argument("by", name), number=number)


def _better(table: Table, profiles: list[ColumnProfile], rows: int) -> tuple[str, int] | None:
    """Return the column that may well name the series, and how many values it has: one of text, or else of numbers."""
    others = [profile for profile in profiles if profile.content in ("text", "numbers")][:_COLUMNS_TRIED]
    if not others:
        return None
    (counts,) = table.query(
        f"SELECT {', '.join(f'count(DISTINCT {profile.column.field})' for profile in others)} FROM source_rows"
    )
    fitting = [
        (profile.content == "text", count, profile.column.name)
        for profile, count in zip(others, counts, strict=True)
        if 1 < count <= _MOST_SHARE * rows
    ]
    if not fitting or not max(fitting)[0]:
        return None
    _, count, name = max(fitting)
    return name, count
