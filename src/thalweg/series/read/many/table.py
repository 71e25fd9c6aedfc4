"""From a table to a panel, by what its rows are: of many series, or of one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from thalweg.series.panel import joined
from thalweg.series.read.many.keys import roles_of
from thalweg.series.read.many.rows import panel_of_rows
from thalweg.series.read.profiles import profile_columns
from thalweg.series.read.steps import series_of_rows

if TYPE_CHECKING:
    from thalweg.series.panel import Panel
    from thalweg.series.read.options import PanelOptions
    from thalweg.series.read.table import Table


def panel_of_table(table: Table, options: PanelOptions) -> Panel:
    """Make a panel of a table's rows; errors as in `thalweg.read_panel`."""
    profiles = profile_columns(table, options.date_format)
    roles = roles_of(table, profiles, options)
    if not roles.by:
        series = series_of_rows(table, options)
        return joined([series], [series.name])
    return panel_of_rows(table, profiles, roles.by, replace(options, date=roles.date, value=roles.value))
