"""`thalweg backtest`: models side by side at many cutoffs, and which of them is better."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from thalweg.cli.arguments import Flag, Position
from thalweg.cli.csv_file import check_csv, check_picture
from thalweg.cli.options import Json, Lang
from thalweg.errors import InputError
from thalweg.forecast.evaluation.options import FILES, BacktestOptions
from thalweg.messages import Argument
from thalweg.series.read.options import ColumnOptions

if TYPE_CHECKING:
    from thalweg.api.backtest import BacktestResult


def backtest(
    file: Annotated[str, Position()],
    *,
    reading: ColumnOptions,
    options: BacktestOptions,
    csv: Annotated[Path | None, Flag("--csv", "FILE.csv")] = None,
    picture: Annotated[Path | None, Flag("--picture", "FILE")] = None,
    out: Annotated[str | None, Flag("--out", "FOLDER")] = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Compare models at many cutoffs and print what was found; the help stands in the catalogues."""
    import json
    from dataclasses import replace

    import typer
    from rich.console import Console

    from thalweg.api.backtest import backtest_of
    from thalweg.charts.steps import speaking
    from thalweg.cli.backtest_tables import print_backtest
    from thalweg.cli.events import events_of
    from thalweg.cli.given import file_of
    from thalweg.cli.progress import LadderProgress
    from thalweg.cli.terminal import print_series
    from thalweg.forecast.evaluation.run import planned, whole
    from thalweg.messages import catalogue
    from thalweg.series.read import read_with

    translate = catalogue(lang, command=True)
    console = Console(markup=False, highlight=False, emoji=False, quiet=as_json)
    drawing = Console(markup=False, highlight=False, emoji=False, stderr=True) if as_json else console
    with file_of(file, translate) as path:
        series = read_with(path, reading)
        if csv is not None:
            check_csv("csv", csv, (path, picture))
        if picture is not None:
            check_picture("picture", picture, (path, csv))
    folder = _checked_folder(out, file, (csv, picture))
    events = events_of(options.events, reading.date_format, translate, file)
    options = replace(options, events=events)
    series = whole(series, options)
    planned(series, options)  # refuses cutoffs and models that cannot be served, before anything is printed
    print_series(console, series, translate)
    with LadderProgress(drawing, speaking(translate, series.frequency)) as progress:
        result = backtest_of(series, replace(options, folder=folder, watcher=progress))
    _write(result, csv, picture, folder, lang)
    print_backtest(console, result, translate)
    if folder is not None:
        console.print(translate("cli.written", folder=folder, files=FILES))
    for each in (csv, picture):
        if each is not None:
            console.print(translate("look.written", file=each))
    if as_json:
        typer.echo(json.dumps(result.as_json(lang), ensure_ascii=False, allow_nan=False))


def _checked_folder(out: str | None, file: str, others: tuple[Path | None, ...]) -> Path | None:
    """Return the folder of the results, or None; refuse one in which the file itself, or another, would be replaced."""
    from thalweg.files import check_writable

    if out is None:
        return None
    if not out.strip():
        raise InputError("forecast.no_folder_named", argument=Argument("out", out), example=Argument("out", "results"))
    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        raise InputError("backtest.folder_is_a_file", folder=folder, option=Argument("out", "FOLDER"))
    for name in FILES:
        for each in (Path(file), *others):
            if each is not None and (folder / name).absolute() == each.absolute():
                raise InputError("forecast.own_file", file=each, name=name, option=Argument("out"))
    there = [name for name in FILES if (folder / name).exists()]
    if 0 < len(there) < len(FILES):
        raise InputError("backtest.foreign_file", folder=folder, name=there[0], option=Argument("out", "FOLDER"))
    check_writable(folder, FILES)
    return folder


def _write(result: BacktestResult, csv: Path | None, picture: Path | None, folder: Path | None, language: str) -> None:
    """Write what was asked for, after everything has been made."""
    from thalweg.files import write_whole
    from thalweg.forecast.evaluation.tables import files_of

    if csv is not None:
        write_whole(csv, files_of(result.forecasts, result.metrics)[FILES[0]])
    if picture is not None:
        from thalweg.report.backtest import backtest_illustration
        from thalweg.report.picture import kind_of, rendered

        drawn = backtest_illustration(result.forecasts, result.metrics, result.compared, language)
        write_whole(picture, rendered(drawn, kind_of(picture)))
    if folder is not None:
        result.save(folder)
