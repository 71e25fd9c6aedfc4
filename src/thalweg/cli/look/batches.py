"""`thalweg look batches`."""

from __future__ import annotations

from typing import Annotated

import typer

from thalweg.cli.look.options import DaysBack, Layers, LossName, Seed

EXAMPLES = """\
[b]Examples[/b]

thalweg look batches

thalweg look batches views.csv --batch 32 --sizes 1,16,all --out batches.png

thalweg look batches views.csv --layers 0 --loss mse --epochs 30
"""


def batches(
    *,
    batch: Annotated[
        int, typer.Option(metavar="NUMBER", help="Examples of a batch, B: the size looked at closely.")
    ] = 64,
    sizes: Annotated[
        str, typer.Option(metavar="NUMBERS", help="Sizes compared on one descent; all is every example at once.")
    ] = "8,64,all",
    epochs: Annotated[int, typer.Option(metavar="NUMBER", help="How often all examples are seen, from 2 on.")] = 10,
    days_back: DaysBack = 28,
    layers: Layers = "100",
    loss: LossName = "mae",
    seed: Seed = 0,
) -> None:
    """Show batch, update and epoch: which example is in which batch, and what the size does.

    The training days are split at random into batches, anew in every epoch. Each batch's loss gives the gradient of
    one update. Below stand the loss of every batch beside that of all days, and the same descent in batches of several
    sizes: by update, by epoch and by the time it took.
    """
