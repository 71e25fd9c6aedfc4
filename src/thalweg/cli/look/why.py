"""`thalweg look why`."""

from __future__ import annotations

from typing import Annotated

import typer

from thalweg.cli.look.options import Country, DaysBack, Known, Layers, LossName, Seed

EXAMPLES = """\
[b]Examples[/b]

thalweg look why

thalweg look why views.csv --country US --count 8

thalweg look why model.thalweg --day 2025-01-09 --out why.png
"""


def why(
    *,
    day: Annotated[
        str,
        typer.Option(
            metavar="DAY", help="The day whose estimate is explained, as 2025-01-09; else the one after the last."
        ),
    ] = "",
    count: Annotated[int, typer.Option(metavar="NUMBER", help="How many days and calendar facts to name.")] = 12,
    days_back: DaysBack = 28,
    layers: Layers = "100",
    known: Known = "week",
    loss: LossName = "mae",
    country: Country = "",
    seed: Seed = 0,
) -> None:
    """Tell why tomorrow's number is what it is: which past days and calendar facts moved it, and by how much.

    From the estimate of an average day after an ordinary month, each past day and each fact of the calendar moves
    the number up or down; together they lead to the estimate. To a FILE of daily numbers a function is fitted for this
    picture, by the options below, not necessarily the one that thalweg forecast chooses; a saved model.thalweg, from
    the folder that thalweg forecast writes, is explained as it is.
    """
