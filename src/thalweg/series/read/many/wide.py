"""A wide table, in which each column of numbers is a series, turned into a long one."""
# ruff: noqa: S608  (the SQL is made of our own names; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.read.candidates import forecastable
from thalweg.series.read.columns import choose_date, named
from thalweg.series.read.many.keys import WIDE_FIELD
from thalweg.series.read.profiles import ColumnProfile
from thalweg.series.read.rows import decide
from thalweg.series.read.table import Column, Table
from thalweg.sql import literal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.read.options import PanelOptions

SERIES = "series"
"""What the column is called that names the columns of a wide table."""

OF_A_CELL = {
    f"error.read.{key}"
    for key in ("not_a_number", "not_numbers", "sign_differs", "mark_undecided", "other_mark", "infinite", "too_large")
}
"""Errors about how the numbers of a column are written."""


@dataclass(frozen=True)
class Wide:
    """A wide table.

    Attributes
    ----------
    table : Table
    date : ColumnProfile
    values : list of ColumnProfile
        The columns that are a series each.
    beside : list of ColumnProfile
        The other columns that count: those that name series too, and those to learn from.
    by : tuple of ColumnProfile
        Those of `beside` that name series too.
    """

    table: Table
    date: ColumnProfile
    values: list[ColumnProfile]
    beside: list[ColumnProfile]
    by: tuple[ColumnProfile, ...]

    @property
    def typed(self) -> bool:
        """Whether the values are numbers, not text to be read."""
        return all(profile.column.kind == "number" for profile in self.values)

    def check_numbers(self, options: PanelOptions) -> dict[str, NDArray[np.float64]]:
        """Return the numbers of each column by row, each read as it is written; refuse a cell that is none."""
        read: dict[str, NDArray[np.float64]] = {}
        profiles = [self.date, *self.beside, *self.values]
        ((rows,),) = self.table.query("SELECT max(record) FROM wide_rows")
        for profile in self.values:
            own = decide(self.table, profiles, self.date, profile, options)
            taken = self.table.query_arrays(f"SELECT record, value FROM ({own.sql})")
            values = np.full(rows, np.nan)
            values[np.ma.getdata(taken["record"]) - 1] = np.ma.filled(
                np.ma.asarray(taken["value"], dtype=np.float64), np.nan
            )
            read[profile.column.field] = values
        return read

    def long(
        self, numbers: dict[str, NDArray[np.float64]] | None = None
    ) -> tuple[Table, list[ColumnProfile], tuple[ColumnProfile, ...]]:
        """Return the table with a row for each cell, the profiles of its columns, and those that name the series.

        Parameters
        ----------
        numbers : dict, optional
            The numbers of each column, by its field; without it, the cells as they stand.
        """
        table, count, cells = self.table, len(self.values), "wide_rows"
        fields = [profile.column.field for profile in self.values]
        if numbers is not None:
            table.connection.register("wide_numbers", {"row": np.arange(1, 1 + len(numbers[fields[0]])), **numbers})
            others = ", ".join(f"wide_rows.{each.column.field}" for each in (self.date, *self.beside))
            cells = f"(SELECT record, {others}, wide_numbers.* FROM wide_rows JOIN wide_numbers ON row = record)"
        kind = "number" if self.typed or numbers is not None else "text"
        target = "DOUBLE" if kind == "number" else "VARCHAR"
        names = ", ".join(literal(profile.column.name) for profile in self.values)
        kept = ", ".join(profile.column.field for profile in (self.date, *self.beside))
        table.prepare(
            f"CREATE OR REPLACE TEMP VIEW source_rows AS SELECT (record - 1) * {count} + place + 1 AS record, {kept}, "
            f"list_extract([{names}], place + 1) AS {WIDE_FIELD}, wide_value FROM (SELECT record, {kept}, "
            f"unnest(range({count})) AS place, unnest([{', '.join(f'{field}::{target}' for field in fields)}]) "
            f"AS wide_value FROM {cells})"
        )

        def place(record: int) -> int:
            row = (record - 1) // count + 1
            return table.place(row) if table.place else row - (1 if table.is_frame else 0)

        first = self.values[0]
        series = ColumnProfile(Column(SERIES, WIDE_FIELD, "text"), "text", first.column.name)
        value = replace(first, column=Column("value", "wide_value", kind), content="numbers")
        long = replace(
            table,
            columns=[profile.column for profile in (self.date, *self.beside, series, value)],
            place=place,
        )
        return long, [self.date, *self.beside, series, value], (*self.by, series)


def wide_of(
    table: Table,
    profiles: list[ColumnProfile],
    by: tuple[ColumnProfile, ...],
    others: list[ColumnProfile],
    options: PanelOptions,
) -> Wide:
    """Find the columns of a wide table that are a series each, and keep its rows at hand.

    Parameters
    ----------
    table : Table
    profiles : list of ColumnProfile
        All its columns.
    by : tuple of ColumnProfile
        Those that name series too.
    others : list of ColumnProfile
        Those to learn from, and those that are the same in all rows of a series.
    options : PanelOptions

    Raises
    ------
    InputError
        If there is no column of dates, or none of numbers.
    """
    left = [profile for profile in profiles if profile not in (*by, *others)]
    named_ones = _named(table, left, options)
    date = choose_date(table, [each for each in left if each not in named_ones], options.date, options.date_format)
    values = named_ones
    if not values:
        numbers = [profile for profile in left if profile.content == "numbers" and profile is not date]
        values = forecastable(table, numbers, date, options.date_format, constant=True)
        if not values:
            raise InputError("panel.wide_without_numbers", source=table.source_name, argument=Argument("wide"))
        if dropped := [profile.column.name for profile in numbers if profile not in values]:
            table.notes.append(Message("note.panel_columns_of_the_date", {"names": dropped}))
    kept = ", ".join(dict.fromkeys(profile.column.field for profile in (date, *by, *others, *values)))
    table.prepare(f"CREATE OR REPLACE TEMP TABLE wide_rows AS SELECT record, {kept} FROM source_rows")
    table.prepare("CREATE OR REPLACE TEMP VIEW source_rows AS SELECT * FROM wide_rows")
    return Wide(table, date, values, [*by, *others], by)


def _named(table: Table, profiles: list[ColumnProfile], options: PanelOptions) -> list[ColumnProfile]:
    """Return the columns that are named, with commas between, or the one whose own name has commas."""
    if options.value is None:
        return []
    if any(profile.column.name == options.value.strip() for profile in profiles):
        return [named(table, profiles, "value", options.value)]
    names = dict.fromkeys(name.strip() for name in options.value.split(",") if name.strip())
    return [named(table, profiles, "value", name) for name in names]
