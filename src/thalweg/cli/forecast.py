"""`thalweg forecast`: from a file of daily numbers to tomorrow's number and a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from thalweg.cli.options import (
    OUTPUT,
    DateColumn,
    DateFormat,
    DuplicateRule,
    Json,
    Lang,
    ValueColumn,
)
from thalweg.errors import InputError

if TYPE_CHECKING:
    from thalweg.forecast.ladder import Ladder
    from thalweg.report.found import Found

FITTING = "How the function is found"
MOST_DAYS = 180  # as `thalweg.forecast.model` has it, which loads slowly
FILES = ("forecast.csv", "ladder.csv", "model.thalweg", "report.html")


EXAMPLES = """\
[b]Examples[/b]

thalweg forecast views.csv

thalweg forecast orders.csv --date day --value total --country DE

thalweg forecast views.csv --ladder quick --out quick-look

thalweg forecast views.csv --json > found.json
"""


def forecast(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet of daily numbers.", show_default=False)],
    date: DateColumn = None,
    value: ValueColumn = None,
    date_format: DateFormat = None,
    duplicates: DuplicateRule = None,
    country: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Whose holidays count, such as DE or TW.", rich_help_panel=FITTING),
    ] = None,
    loss: Annotated[
        Literal["mae", "mse"],
        typer.Option(help="What is made small: absolute or squared errors.", rich_help_panel=FITTING),
    ] = "mae",
    ladder: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE.toml",
            help="Which models are tried: full, lecture, quick, or your own in a TOML file.",
            rich_help_panel=FITTING,
        ),
    ] = "full",
    horizon: Annotated[
        int,
        typer.Option(metavar="DAYS", help="How many days to forecast.", rich_help_panel=FITTING),
    ] = 28,
    seed: Annotated[
        int, typer.Option(min=0, help="Same seed, same result.", metavar="NUMBER", rich_help_panel=FITTING)
    ] = 0,
    threads: Annotated[
        int | None,
        typer.Option(min=1, metavar="NUMBER", help="Threads to use; all cores by default.", rich_help_panel=FITTING),
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit",
            metavar="SECONDS",
            help="Stop climbing after so long and serve the best so far.",
            rich_help_panel=FITTING,
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER",
            help="Where the files go; by default a folder named after FILE, here.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Find the function that predicts tomorrow, and forecast with it.

    Reads FILE, splits its days into training, validation and a sealed test, climbs a ladder of models from
    copying to deep networks, chooses on validation, and writes forecast.csv, ladder.csv, model.thalweg and
    report.html. The files of an earlier run are replaced.
    """
    from rich.console import Console

    import thalweg
    from thalweg.cli.account import tell_findings, tell_first_day, tell_series
    from thalweg.cli.progress import Climb
    from thalweg.files import check_writable
    from thalweg.messages import catalogue

    say = catalogue(lang)
    console = Console(markup=False, highlight=False, emoji=False, quiet=as_json)
    drawing = Console(markup=False, highlight=False, emoji=False, stderr=True) if as_json else console

    climbed = _checked(ladder, country, horizon, time_limit, out)
    series = thalweg.read(file, date=date, value=value, date_format=date_format, duplicates=duplicates)
    try:
        folder = _folder(file, Path(out) if out else None)
    except OSError as error:
        raise InputError(
            f"{out or file.stem} cannot be looked into: {error.strerror or error}. "
            "Name another folder with --out FOLDER."
        ) from error
    check_writable(folder)
    tell_series(console, series, say)
    with Climb(drawing, say) as climb:
        found = thalweg.fit(
            series,
            ladder=climbed,
            loss=loss,
            country=country,
            horizon=horizon,
            seed=seed,
            threads=threads,
            time_limit=time_limit,
            watcher=climb,
        )
    tell_findings(console, found.findings, say)
    _write(found, folder, lang)
    tell_first_day(console, found.findings, say)
    console.print(say("cli.written", folder=folder, files=say("cli.comma").join(FILES)))
    if as_json:
        _print_json(found, lang)


def _checked(ladder: str, country: str | None, horizon: int, time_limit: float | None, out: str | None) -> Ladder:
    """Refuse options that no file could be served with, and return the ladder named."""
    from thalweg.forecast.ladder import named_ladder
    from thalweg.series.country import country_code

    if out is not None and not out.strip():
        raise InputError(f"--out {out!r} names no folder. Give one, such as --out results, or leave --out away.")
    if not 1 <= horizon <= MOST_DAYS:
        raise InputError(f"--horizon {horizon}: forecast 1 to {MOST_DAYS} days ahead.")
    if time_limit is not None and not time_limit > 0:
        raise InputError(f"--time-limit {time_limit:g}: give a positive number of seconds.")
    if country:
        country_code(country)
    return named_ladder(ladder)


def _folder(file: Path, out: Path | None) -> Path:
    """Return where to write, having made sure that nothing but an earlier run's files would be replaced."""
    folder = out or Path(file.stem)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file, and the results need a folder. Name one with --out FOLDER.")
    there = [name for name in FILES if (folder / name).exists()]
    if (folder / file.name).exists() and (folder / file.name).samefile(file) and file.name in FILES:
        raise InputError(f"{file} would be replaced by the forecast's own {file.name}. Name another folder with --out.")
    if there and "model.thalweg" not in there:
        raise InputError(
            f"{folder} holds {there[0]}, which is not from an earlier run (no model.thalweg stands beside it) and "
            "would be replaced. Name another folder with --out, or move it away."
        )
    return folder


def _write(found: Found, folder: Path, language: str) -> None:
    from thalweg.files import write_whole, written_together
    from thalweg.forecast.export import forecast_csv, ladder_csv

    with written_together(folder) as aside:
        write_whole(aside / "forecast.csv", forecast_csv(found.findings.forecast))
        write_whole(aside / "ladder.csv", ladder_csv(found.findings))
        found.save(aside / "model.thalweg")
        found.report(aside / "report.html", language=language)


def _print_json(found: Found, language: str) -> None:
    import json

    from thalweg.forecast.export import as_json

    typer.echo(json.dumps(as_json(found.findings, language), ensure_ascii=False, allow_nan=False))
