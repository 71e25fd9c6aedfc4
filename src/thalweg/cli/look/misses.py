"""`thalweg look misses`."""

from __future__ import annotations

from typing import Annotated

import typer

from thalweg.cli.look.options import Country, DaysBack, Layers, LossName, Seed

EXAMPLES = """\
[b]Examples[/b]

thalweg look misses

thalweg look misses views.csv --country TW --count 12 --out misses.png
"""


def misses(
    *,
    country: Country = "",
    count: Annotated[int, typer.Option(metavar="NUMBER", help="How many of the days missed most to show.")] = 10,
    days_back: DaysBack = 28,
    layers: Layers = "100",
    loss: LossName = "mae",
    seed: Seed = 0,
) -> None:
    """Show the days missed most, the holidays near them, and what a calendar helps.

    A network that knows past days alone misses days with a cause that it cannot see. The unseen days that it misses
    most are named by the holidays near them (with --country), and the same network with the week, and with the year,
    estimates them too.
    """
