"""From a table to a panel, by what it is: long, with a row for each date of each series, or wide, or one series."""
# ruff: noqa: S608  (the SQL is made of our own names)

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.series.panel import joined
from thalweg.series.read.columns import named
from thalweg.series.read.many.keys import roles_of
from thalweg.series.read.many.rows import panel_of_rows
from thalweg.series.read.many.wide import OF_A_CELL, wide_of
from thalweg.series.read.profiles import profile_columns
from thalweg.series.read.regressors import choose_regressors
from thalweg.series.read.steps import series_of_rows

if TYPE_CHECKING:
    from thalweg.series.panel import Panel
    from thalweg.series.read.options import PanelOptions
    from thalweg.series.read.profiles import ColumnProfile
    from thalweg.series.read.table import Table


def panel_of_table(table: Table, options: PanelOptions) -> Panel:
    """Make a panel of a table's rows; errors as in `thalweg.read_panel`."""
    profiles = profile_columns(table, options.date_format)
    roles = roles_of(table, profiles, options)
    if roles.by and not any(profile.content == "dates" for profile in profiles if profile not in roles.by):
        profiles = _with_dates_of_one(table, profiles, roles.by)
    if options.wide:
        return _wide(table, profiles, roles.by, options)
    if not roles.by:
        series = series_of_rows(table, options)
        return joined([series], [series.name], notes=())
    return panel_of_rows(table, profiles, roles.by, replace(options, date=roles.date, value=roles.value))


def _wide(table: Table, profiles: list[ColumnProfile], by: tuple[ColumnProfile, ...], options: PanelOptions) -> Panel:
    """Make a panel of a table in which each column of numbers is a series.

    All columns are taken to be written alike. Where they are not, each is read by itself.
    """
    others = choose_regressors(table, profiles, replace(options, value=None))
    others += [named(table, profiles, "static", name) for name in options.static]
    wide = wide_of(table, profiles, by, others, options)
    asked = replace(options, date=wide.date.column.name, value="value")
    try:
        return panel_of_rows(*wide.long(), asked, wide=True)
    except InputError as error:
        if error.message.key not in OF_A_CELL:
            raise
    table.prepare("CREATE OR REPLACE TEMP VIEW source_rows AS SELECT * FROM wide_rows")
    return panel_of_rows(*wide.long(wide.check_numbers(options)), asked, wide=True)


def _with_dates_of_one(
    table: Table, profiles: list[ColumnProfile], by: tuple[ColumnProfile, ...]
) -> list[ColumnProfile]:
    """Return the profiles again, with the dates that the rows of one series show: in those of all a year repeats."""
    fields = ", ".join(profile.column.field for profile in by)
    table.prepare("ALTER VIEW source_rows RENAME TO rows_of_all")
    table.prepare(
        "CREATE TEMP VIEW source_rows AS SELECT * FROM rows_of_all SEMI JOIN "
        f"(SELECT {fields} FROM rows_of_all LIMIT 1) USING ({fields})"
    )
    of_one = profile_columns(table)
    table.prepare("DROP VIEW source_rows")
    table.prepare("ALTER VIEW rows_of_all RENAME TO source_rows")
    dated = {profile.column: profile for profile in of_one if profile.content == "dates"}
    return [dated.get(profile.column, profile) for profile in profiles]
