"""`thalweg look surface`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from thalweg.cli.look.options import MODEL, Activation, DaysBack, Layers, Seed

EXAMPLES = """\
[b]Examples[/b]

thalweg look surface

thalweg look surface --view curve

thalweg look surface views.csv --days-back 28 --layers 100,100 --plane random

thalweg look surface views.csv --view starts --starts 20 --out starts.png
"""


def surface(
    *,
    view: Annotated[
        Literal["path", "curve", "losses", "search", "starts", "rates"],
        typer.Option(help="What is drawn: see above."),
    ] = "path",
    plane: Annotated[
        Literal["auto", "path", "random", "unknowns"],
        typer.Option(help="Of a function of more than two unknowns: through the path, at random, or of two unknowns."),
    ] = "auto",
    unknowns: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="Which unknowns: two for --plane unknowns, one for --view curve: w1,b of a line, W2.3.1,b1.4 of a "
            "network, or numbers in θ from 1. By default those that moved most.",
            show_default=False,
        ),
    ] = "",
    days_back: DaysBack = 1,
    layers: Layers = "0",
    activation: Activation = "relu",
    loss: Annotated[
        Literal["auto", "mae", "mse"],
        typer.Option(help="Absolute or squared errors; by default absolute, for rates squared.", rich_help_panel=MODEL),
    ] = "auto",
    rate: Annotated[
        float,
        typer.Option(min=0, metavar="NUMBER", help="Learning rate of a straight line's descent; 0: one that suits."),
    ] = 0.0,
    updates: Annotated[
        int, typer.Option(metavar="NUMBER", help="Updates of a straight line's descent; 0: as many as suit.")
    ] = 0,
    step: Annotated[int, typer.Option(metavar="NUMBER", help="The update whose gradient is drawn first.")] = 0,
    starts: Annotated[int, typer.Option(metavar="NUMBER", help="How many starts --view starts makes.")] = 12,
    seed: Seed = 0,
) -> None:
    """Show the loss for every w and b, and how descent finds its way down.

    The views: path, the descent on the error surface with its gradient; curve, the loss over one unknown; losses,
    absolute beside squared errors; search, brute force beside descent; starts, many starts and where each ends; rates,
    learning rates too small, good and too large. With --layers or --days-back the surface is a plane through more.
    """
