"""`thalweg backtest`: models side by side at many cutoffs, and which of them is better."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from thalweg.cli.arguments import Flag, Position
from thalweg.cli.csv_file import check_csv, check_picture
from thalweg.cli.options import Json, Lang
from thalweg.cli.results import print_written, result_folder
from thalweg.forecast.evaluation.options import FILES, BacktestOptions
from thalweg.series.read.options import PanelOptions

if TYPE_CHECKING:
    from thalweg.api.backtest import BacktestResult


def backtest(
    file: Annotated[str, Position()],
    *,
    reading: PanelOptions,
    options: BacktestOptions,
    csv: Annotated[Path | None, Flag("--csv", "FILE.csv")] = None,
    picture: Annotated[Path | None, Flag("--picture", "FILE")] = None,
    out: Annotated[str | None, Flag("--out", "FOLDER")] = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Compare models at many cutoffs and print what was found; the help stands in the catalogues."""
    from thalweg.cli.forecast import is_of_many

    if is_of_many(file, reading):
        from thalweg.cli.backtest_many import backtest_many

        backtest_many(file, reading, options, csv, picture, out, lang, as_json=as_json)
        return
    import json
    from dataclasses import replace

    import typer

    from thalweg.api.backtest import backtest_of
    from thalweg.charts.steps import speaking
    from thalweg.cli.backtest_tables import print_backtest
    from thalweg.cli.consoles import consoles_of
    from thalweg.cli.events import events_of
    from thalweg.cli.given import file_of
    from thalweg.cli.progress import LadderProgress
    from thalweg.cli.terminal import print_series
    from thalweg.forecast.evaluation.run import planned, whole
    from thalweg.messages import catalogue
    from thalweg.series.read import read_with

    translate = catalogue(lang, command=True)
    console, drawing = consoles_of(as_json=as_json)
    with file_of(file, translate) as path:
        series = read_with(path, reading)
        if csv is not None:
            check_csv("csv", csv, (path, picture))
        if picture is not None:
            check_picture("picture", picture, (path, csv))
    folder = result_folder(out, FILES, file, (csv, picture))
    events = events_of(options.events, reading.date_format, translate, file)
    options = replace(options, events=events)
    series = whole(series, options)
    planned(series, options)  # refuses cutoffs and models that cannot be served, before anything is printed
    print_series(console, series, translate)
    with LadderProgress(drawing, speaking(translate, series.frequency)) as progress:
        result = backtest_of(series, replace(options, folder=folder, watcher=progress))
    _write(result, csv, picture, folder, lang)
    print_backtest(console, result, translate)
    print_written(console, translate, folder, FILES, (csv, picture))
    if as_json:
        typer.echo(json.dumps(result.as_json(lang), ensure_ascii=False, allow_nan=False))


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
