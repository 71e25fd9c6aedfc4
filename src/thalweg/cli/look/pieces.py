"""`thalweg look pieces`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from thalweg.cli.look.options import MODEL, Activation, CurveName, DaysBack, Layers, LossName, Seed

EXAMPLES = """\
[b]Examples[/b]

thalweg look pieces

thalweg look pieces views.csv --points 17 --out pieces.png

thalweg look pieces views.csv --view fitted --days-back 7 --layers 8 --input 1

thalweg look pieces --view sliders --w 3
"""
SLIDER = "Where the sliders stand at first (--view sliders)"


def pieces(
    *,
    view: Annotated[
        Literal["build", "fitted", "sliders"],
        typer.Option(help="A curve made by the recipe, the neurons of a fitted network, or one neuron under sliders."),
    ] = "build",
    curve: CurveName = "auto",
    points: Annotated[
        int,
        typer.Option(
            metavar="NUMBER", help="How many points are taken where the curve turns; 0: all of a toy's, or 12."
        ),
    ] = 0,
    input: Annotated[  # noqa: A002 - what the option is called: x₁, x₂, …
        int, typer.Option("--input", metavar="DAYS", help="Which past day moves.", rich_help_panel=MODEL)
    ] = 1,
    hold: Annotated[
        Literal["mean", "last"],
        typer.Option(help="Where the other inputs are held: their mean, or the last day's.", rich_help_panel=MODEL),
    ] = "mean",
    days_back: DaysBack = 1,
    layers: Layers = "6",
    activation: Activation = "relu",
    loss: LossName = "mae",
    seed: Seed = 0,
    c: Annotated[float, typer.Option("--c", metavar="NUMBER", help="Its height.", rich_help_panel=SLIDER)] = 1.0,
    b: Annotated[float, typer.Option("--b", metavar="NUMBER", help="Its shift.", rich_help_panel=SLIDER)] = 0.0,
    w: Annotated[float, typer.Option("--w", metavar="NUMBER", help="Its slope.", rich_help_panel=SLIDER)] = 1.0,
) -> None:
    """Show a curve as a sum of pieces: hard sigmoids, or pairs of ReLUs.

    Built by the lecture's recipe without any training, piece by piece; found in a fitted network, where each neuron
    adds a piece (FILE may be a model.thalweg); or one neuron under three sliders, with its slope.
    """
