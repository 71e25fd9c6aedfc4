"""The ladder's table in the terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from thalweg.look.words import common_decimals, duration, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.forecast.result import RungResult
    from thalweg.messages import Catalogue

CHOSEN = "▸"


def ladder_table(lines: Sequence[RungResult], say: Catalogue, chosen: str = "", places: int | None = None) -> Table:
    """Return the rungs as a table: unknowns, days looked back, L, validation, L′, time.

    Parameters
    ----------
    lines : sequence of RungResult
        The rungs to show; where L′ is not known yet the word for "sealed" stands.
    say : Catalogue
        The language.
    chosen : str
        The rung to mark.
    places : int, optional
        Decimals of the losses; by default those under which they line up.
    """
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(Text(f"  {say('table.rung')}"))
    for key in ("unknowns", "days_back", "train", "validation", "test", "time"):
        table.add_column(Text(say(f"cli.{key}"), justify="right"), justify="right", no_wrap=True)
    if places is None:
        places = common_decimals([loss for line in lines for loss in (line.train, line.validation, line.test)])
    for line in lines:
        mark = CHOSEN if line.rung == chosen else " "
        table.add_row(
            Text(f"{mark} {line.rung}"),
            number(line.parameters, 0),
            number(line.days_back, 0),
            number(line.train, places),
            number(line.validation, places),
            Text(say("cli.sealed"), style="dim") if math.isnan(line.test) else number(line.test, places),
            duration(line.seconds, say.language),
            style="bold green" if line.rung == chosen else "",
        )
    return table
