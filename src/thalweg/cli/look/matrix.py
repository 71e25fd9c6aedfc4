"""`thalweg look matrix`."""

from __future__ import annotations

from typing import Annotated

import typer

from thalweg.cli.look.options import Activation, DaysBack, Layers, LossName, Seed

EXAMPLES = """\
[b]Examples[/b]

thalweg look matrix

thalweg look matrix views.csv --days-back 7 --layers 4,4 --activation relu --out matrix.png
"""


def matrix(
    *,
    day: Annotated[
        str,
        typer.Option(
            metavar="DAY", help="Which day, such as 2021-02-11; else the last training day.", show_default=False
        ),
    ] = "",
    days_back: DaysBack = 3,
    layers: Layers = "3",
    activation: Activation = "sigmoid",
    loss: LossName = "mse",
    seed: Seed = 0,
) -> None:
    """Show the network's function of one day in matrices, and all unknowns as one vector.

    r = b + W·x, a = σ(r), y = b + cᵀ·a with the numbers of a fitted network written in, layer by layer; below, the
    vector of all unknowns with its parts coloured. Of large matrices the first and last rows and columns stand.
    """
