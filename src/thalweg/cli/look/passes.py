"""`thalweg look passes`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from thalweg.cli.look.options import Activation, DaysBack, Layers, LossName, Seed

EXAMPLES = """\
[b]Examples[/b]

thalweg look passes --weight 2,1,2

thalweg look passes --view paths

thalweg look passes views.csv --days-back 7 --layers 4,3 --day 2021-02-11 --out passes.png
"""


def passes(
    *,
    view: Annotated[
        Literal["both", "forward", "backward", "paths", "counts", "examples"],
        typer.Option(help="Which picture: the two networks, one of them, the paths, the counts, the examples."),
    ] = "both",
    weight: Annotated[
        str,
        typer.Option(
            metavar="LAYER,NEURON,INPUT",
            help="The weight to trace, such as 1,1,2, counted from 1; input 0 is the bias.",
            show_default=False,
        ),
    ] = "",
    day: Annotated[
        str, typer.Option(metavar="DAY", help="Which day, such as 2021-02-11; else the last training day.",
                          show_default=False)
    ] = "",
    examples: Annotated[
        int, typer.Option(metavar="NUMBER", help="How many days, up to this one, the sum over examples is over.")
    ] = 16,
    days_back: DaysBack = 3,
    layers: Layers = "3,2",
    activation: Activation = "sigmoid",
    loss: LossName = "mse",
    seed: Seed = 0,
) -> None:  # fmt: skip
    """Show one example's forward and backward pass, and trace a weight through them.

    The forward network with every z, a and ∂z/∂w; the reversed network of op-amps with ∂C/∂z on every wire; the chosen
    weight's ∂C/∂w = a · ∂C/∂z with a central difference beside it. Without FILE and model options it is the lecture's
    worked network; with FILE a small network fitted on its days, or the first network of a saved model.
    """
