"""The ladder's table in the terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich import box
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from thalweg.report.ladder import LadderTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from thalweg.forecast.result import RungResult
    from thalweg.messages import Catalogue

CHOSEN = "▸"
DROPPED_FIRST = ("time", "days_back", "unknowns")  # columns to leave out for want of room, the first one first


def ladder_table(console: Console, lines: Sequence[RungResult], translate: Catalogue, chosen: str = "") -> Table:
    """Return the rungs as a table: unknowns, days looked back, L, validation, L′, time.

    Where the console is too narrow for all of it the columns in `DROPPED_FIRST` are left out, one after another.

    Parameters
    ----------
    console : Console
        Where it is to be shown.
    lines : sequence of RungResult
        The rungs to show; where L′ is not known yet the word for "sealed" stands.
    say : Catalogue
        The language.
    chosen : str
        The rung to mark.
    """
    unlimited = console.options.update(max_width=10_000)
    table = _table(lines, translate, chosen, left_out=())
    for count in range(1, len(DROPPED_FIRST) + 1):
        if Measurement.get(console, unlimited, table).maximum <= console.width:
            break
        table = _table(lines, translate, chosen, DROPPED_FIRST[:count])
    return table


def _table(lines: Sequence[RungResult], translate: Catalogue, chosen: str, left_out: Sequence[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    cells_of = LadderTable.of(lines, translate.language)
    table.add_column(Text(f"  {cells_of.head('rung')}"), no_wrap=True)
    keys = [key for key in cells_of.columns if key not in left_out]
    for key in keys:
        table.add_column(Text(translate(f"cli.{key}"), justify="right"), justify="right", no_wrap=True)
    sealed = Text(translate("cli.sealed"), style="dim")
    for line in lines:
        mark = CHOSEN if line.rung == chosen else " "
        cells = [sealed if key == "test" and math.isnan(line.test) else cells_of.cell(line, key) for key in keys]
        table.add_row(Text(f"{mark} {cells_of.name(line)}"), *cells, style="bold green" if line.rung == chosen else "")
    return table
