"""`thalweg sample`: write a simulated teaching channel."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from thalweg.cli.options import Lang
from thalweg.errors import InputError


def sample(
    file: Annotated[Path, typer.Argument(help="Where to write the CSV.")] = Path("simulated-channel.csv"),
    days: Annotated[int, typer.Option(min=1, max=10_000, metavar="NUMBER", help="How many days.")] = 2200,
    seed: Annotated[int, typer.Option(min=0, metavar="NUMBER", help="Same seed, same channel.")] = 0,
    lang: Lang = "en",
) -> None:
    """Write the daily views of a simulated teaching channel, to try things on.

    It has a week, terms, growth, a lunar new year and noise that remembers. An existing file is never replaced.
    """
    from rich.console import Console

    import thalweg
    from thalweg.files import write_whole
    from thalweg.look.words import day, number
    from thalweg.messages import catalogue
    from thalweg.series.sample import sample_csv

    channel = thalweg.sample(days=days, seed=seed)
    content = sample_csv(channel)
    try:
        mine = not file.exists() or (file.is_file() and file.read_bytes() == content)
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror or error}. Name another file.") from error
    if not mine:
        raise InputError(f"{file} exists already and is never replaced. Name another file, or move it away.")
    write_whole(file, content)
    say = catalogue(lang)
    console = Console(markup=False, highlight=False, emoji=False)
    dates = [day(date, lang) for date in channel.dates[[0, -1]]]
    console.print(say("cli.sample_written", file=file, days=number(days, 0), first=dates[0], last=dates[1]))
    console.print(say("cli.sample_next", file=file))
