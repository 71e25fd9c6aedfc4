"""`thalweg look shift`."""

from __future__ import annotations

from typing import Annotated

import typer

from thalweg.cli.look.options import Country, DaysBack, Known, Layers, LossName, Seed

EXAMPLES = """\
[b]Examples[/b]

thalweg look shift

thalweg look shift views.csv --days-back 28 --layers 100 --known week --out shift.png
"""


def shift(
    *,
    days: Annotated[int, typer.Option(metavar="NUMBER", help="How many of the last unseen days to draw.")] = 60,
    days_back: DaysBack = 1,
    layers: Layers = "0",
    known: Known = "none",
    country: Country = "",
    loss: LossName = "mae",
    seed: Seed = 0,
) -> None:
    """Show whether the estimate is yesterday, moved by a day.

    What came on unseen days stands against the estimate, and against the estimate moved back a day; in the page a
    slider moves it. Where the estimate lies far nearer to the day before than to the day it is for, and is hardly
    better than copying yesterday, it copies yesterday: the verdict says so, and the loss of copying stands beside.
    """
