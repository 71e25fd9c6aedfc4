"""`thalweg look bias`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from thalweg.cli.look.options import MODEL, CurveName, LossName, Seed

EXAMPLES = """\
[b]Examples[/b]

thalweg look bias

thalweg look bias views.csv --neurons 1,2,4,8,16 --out bias.png
"""


def bias(
    *,
    curve: CurveName = "auto",
    neurons: Annotated[
        str,
        typer.Option(metavar="NUMBERS", help="Neurons of each network beside the line.", rich_help_panel=MODEL),
    ] = "1,2,4,8",
    activation: Annotated[
        Literal["sigmoid", "hard sigmoid"],
        typer.Option(help="The activation function of the neurons.", rich_help_panel=MODEL),
    ] = "sigmoid",
    loss: LossName = "mae",
    seed: Seed = 0,
) -> None:
    """Show the best straight line, and what it cannot do.

    On a curve that rises and falls, the lecture's or your days over time: the line of least loss, found exactly, and
    beside it what a sum of a few sigmoids can. In the page two sliders move a line of your own.
    """
