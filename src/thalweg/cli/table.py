"""The ladder's table in the terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
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

    Where the console is too narrow for all of it the columns in `DROPPED_FIRST` are left out, one after another; at
    last the names of rungs take several lines, so that no number is cut off.

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
    too_wide = Measurement.get(console, unlimited, table).maximum - console.width
    return table if too_wide <= 0 else _table(lines, translate, chosen, DROPPED_FIRST, too_wide)


def _table(
    lines: Sequence[RungResult], translate: Catalogue, chosen: str, left_out: Sequence[str], narrower: int = 0
) -> Table:
    """Return the table without some columns, and with that of the names narrower by so many cells."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    cells_of = LadderTable.of(lines, translate.language)
    table.add_column(Text(f"  {cells_of.head('rung')}"), no_wrap=True)
    keys = [key for key in cells_of.columns if key not in left_out]
    for key in keys:
        table.add_column(Text(translate(f"cli.{key}"), justify="right"), justify="right", no_wrap=True)
    names = [cells_of.name(line) for line in lines]
    room = max(map(cell_len, names), default=0) - narrower
    sealed = Text(translate("cli.sealed"), style="dim")
    for line, name in zip(lines, names, strict=True):
        mark = CHOSEN if line.rung == chosen else " "
        cells = [sealed if key == "test" and math.isnan(line.test) else cells_of.cell(line, key) for key in keys]
        table.add_row(
            Text(f"{mark} " + "\n  ".join(_wrapped(name, room))),
            *cells,
            style="bold green" if line.rung == chosen else "",
        )
    return table


def _wrapped(name: str, room: int) -> list[str]:
    """Return a name in lines of at most so many cells, broken between its words."""
    lines = [""]
    for word in name.split(" "):
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and cell_len(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
