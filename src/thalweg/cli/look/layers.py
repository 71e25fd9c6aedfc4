"""`thalweg look layers`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from thalweg.cli.look.options import DaysBack, LossName, Seed

EXAMPLES = """\
[b]Examples[/b]

thalweg look layers

thalweg look layers views.csv --view activation

thalweg look layers views.csv --view deep-or-fat --depths 2,3 --seeds 5

thalweg look layers views.csv --view epochs --epochs 500 --out epochs.svg
"""


def layers(
    *,
    view: Annotated[
        Literal["depth", "activation", "deep-or-fat", "epochs"],
        typer.Option(
            help="depth: L and L′ over depth and width, the deepest by epoch. activation: sigmoid against ReLU. "
            "deep-or-fat: many layers against one with as many unknowns. epochs: every depth by epoch."
        ),
    ] = "depth",
    depths: Annotated[
        str, typer.Option(metavar="NUMBERS", help="Numbers of hidden layers; 0 is a straight line.")
    ] = "0,1,2,3,4",
    width: Annotated[int, typer.Option(metavar="NUMBER", help="Neurons of each of those layers.")] = 100,
    widths: Annotated[
        str, typer.Option(metavar="NUMBERS", help="Neurons of single layers, in the view of depth.")
    ] = "10,100,1000",
    seeds: Annotated[int, typer.Option(metavar="NUMBER", help="Networks of each shape, each from its seed.")] = 3,
    epochs: Annotated[int, typer.Option(metavar="NUMBER", help="Epochs of each; nothing stops earlier.")] = 200,
    days_back: DaysBack = 56,
    loss: LossName = "mae",
    seed: Seed = 0,
) -> None:
    """Show what depth and width do to L and L′, and where overfitting begins.

    Many shapes of network are fitted, each from several seeds and for all epochs, so that one that overfits may do so:
    L on the training days goes on falling while L′ on unseen days (those of validation) turns and rises. Where some
    seed of one shape does better than some of the other, both ways, their difference is told to be chance, perhaps.
    """
