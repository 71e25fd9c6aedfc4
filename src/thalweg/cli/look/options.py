"""Options that several pictures share."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

MODEL = "Which function is looked at"

DaysBack = Annotated[int, typer.Option("--days-back", metavar="DAYS", help="Days looked back.", rich_help_panel=MODEL)]
Layers = Annotated[
    str,
    typer.Option(
        "--layers",
        metavar="WIDTHS",
        help="Neurons of each hidden layer, such as 100,100; 0 for a straight line.",
        rich_help_panel=MODEL,
    ),
]
Activation = Annotated[
    Literal["relu", "sigmoid", "hard sigmoid", "tanh"],
    typer.Option("--activation", help="The activation function of the neurons.", rich_help_panel=MODEL),
]
LossName = Annotated[
    Literal["mae", "mse"],
    typer.Option("--loss", help="What is made small: absolute or squared errors.", rich_help_panel=MODEL),
]
Known = Annotated[
    Literal["none", "week", "year"],
    typer.Option(
        "--known",
        help="What it sees beside past days: nothing; weekday and holidays; also the year.",
        rich_help_panel=MODEL,
    ),
]
Country = Annotated[
    str, typer.Option("--country", metavar="CODE", help="Whose holidays count, such as TW.", rich_help_panel=MODEL)
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, metavar="NUMBER", help="Same seed, same picture.", rich_help_panel=MODEL)
]
CurveName = Annotated[
    Literal["auto", "lecture", "sine", "year", "days"],
    typer.Option(
        "--curve",
        help="Which curve: a toy (lecture, sine), the mean week of each day of your last training year (year), or your "
        "last 60 training days (days).",
    ),
]
