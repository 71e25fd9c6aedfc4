"""`thalweg look error`."""

from __future__ import annotations

from typing import Annotated

import typer

from thalweg.cli.look.options import DaysBack, Layers, LossName, Seed

EXAMPLES = """\
[b]Examples[/b]

thalweg look error

thalweg look error views.csv --days 60 --minus 250 --out error.png
"""


def error(
    *,
    days: Annotated[int, typer.Option(metavar="NUMBER", help="How many of the last training days to show.")] = 28,
    minus: Annotated[
        float,
        typer.Option(
            metavar="NUMBER",
            help="What the third loss takes off the absolute error; 0: a round number above their mean.",
        ),
    ] = 0.0,
    days_back: DaysBack = 1,
    layers: Layers = "0",
    loss: LossName = "mae",
    seed: Seed = 0,
) -> None:
    """Show the error of each day, and the loss that is their mean.

    Each day's error stands as a bar between what came and what was estimated, and the loss that their mean is: of
    absolute errors, of squared errors, and of absolute errors minus a number, which may be negative.
    """
