"""`thalweg sample`: write a simulated teaching channel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from thalweg.cli.arguments import Position
from thalweg.cli.options import Lang
from thalweg.errors import InputError
from thalweg.options import Options, WholeNumber, option

MOST_DAYS = 10_000


@dataclass(frozen=True, kw_only=True)
class SampleOptions(Options):
    """How long the channel is, and which one of many."""

    words: ClassVar[str] = "sample"

    days: int = option(2200, WholeNumber(1, MOST_DAYS, "days"))
    seed: int = option(0, WholeNumber(0))


def sample(
    file: Annotated[Path, Position()] = Path("simulated-channel.csv"),
    *,
    options: SampleOptions,
    lang: Lang = "en",
) -> None:
    """Write the daily views of a simulated teaching channel; the help stands in the catalogues."""
    from rich.console import Console

    from thalweg.charts.numbers import day, number
    from thalweg.files import reason_of, write_whole
    from thalweg.messages import catalogue
    from thalweg.series.sample import sample as simulated
    from thalweg.series.sample import sample_csv

    channel = simulated(days=options.days, seed=options.seed)
    content = sample_csv(channel)
    try:
        mine = not file.exists() or (file.is_file() and file.read_bytes() == content)
    except OSError as error:
        raise InputError("sample.unwritable", file=file, reason=reason_of(error)) from error
    if not mine:
        raise InputError("sample.exists", file=file)
    write_whole(file, content)
    translate = catalogue(lang, command=True)
    console = Console(markup=False, highlight=False, emoji=False)
    first, last = (day(date, lang) for date in channel.dates[[0, -1]])
    console.print(translate("cli.sample_written", file=file, days=number(options.days, 0), first=first, last=last))
    console.print(translate("cli.sample_next", file=file))
