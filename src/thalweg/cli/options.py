"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

READING = "How the file is read"
OUTPUT = "What is shown and written"


Duplicates = Literal["sum", "mean", "last"]
Language = Literal["en", "zh"]

DateColumn = Annotated[
    str | None,
    typer.Option("--date", metavar="COLUMN", help="The date column, where it is not plain.", rich_help_panel=READING),
]
ValueColumn = Annotated[
    str | None,
    typer.Option("--value", metavar="COLUMN", help="The value column, where it is not plain.", rich_help_panel=READING),
]
DateFormat = Annotated[
    str | None,
    typer.Option(
        "--date-format",
        metavar="FORMAT",
        help="How dates are written, such as %d/%m/%Y, where the column itself does not tell.",
        rich_help_panel=READING,
    ),
]
DuplicateRule = Annotated[
    Duplicates | None,
    typer.Option("--duplicates", help="What to do with differing rows for one date.", rich_help_panel=READING),
]
Lang = Annotated[Language, typer.Option("--lang", help="Language of what is shown.", rich_help_panel=OUTPUT)]
Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON object instead, and nothing else.", rich_help_panel=OUTPUT)
]
