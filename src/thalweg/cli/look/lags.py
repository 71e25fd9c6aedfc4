"""`thalweg look lags`."""

from __future__ import annotations

from typing import Annotated

import typer

from thalweg.cli.look.options import DaysBack, LossName, Seed

EXAMPLES = """\
[b]Examples[/b]

thalweg look lags

thalweg look lags views.csv --days-back 28 --compare 1,7,28 --out lags.png
"""


def lags(
    *,
    days_back: DaysBack = 7,
    compare: Annotated[
        str, typer.Option(metavar="DAYS", help="Days looked back whose losses are compared.")
    ] = "1,7,14,28,56",
    loss: LossName = "mae",
    seed: Seed = 0,
) -> None:
    """Show the weight of each day looked back, and what looking back further gains.

    Each weight of a straight line over the last days stands above the day that it multiplies; below, the loss on seen
    and on unseen days as more days are looked back; and above both the week's rhythm, the knowledge that suggests
    looking back seven days.
    """
