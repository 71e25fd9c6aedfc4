"""`thalweg backtest --by`: models side by side at many cutoffs, over many series."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from thalweg.api.backtest_many import FILES_OF_MANY, backtest_panel_of
from thalweg.charts.steps import speaking
from thalweg.cli.backtest_tables import print_backtest
from thalweg.cli.consoles import consoles_of
from thalweg.cli.csv_file import check_csv, check_picture
from thalweg.cli.events import events_of
from thalweg.cli.given import file_of
from thalweg.cli.many import SOME_FAILED
from thalweg.cli.progress import LadderProgress
from thalweg.cli.results import print_written, result_folder
from thalweg.cli.terminal import print_notes
from thalweg.files import write_whole
from thalweg.forecast.evaluation.many.run import planned, whole_panel
from thalweg.forecast.evaluation.many.tables import beats_copying, files_of_many
from thalweg.forecast.evaluation.many.words import verdict
from thalweg.forecast.evaluation.options import FILES
from thalweg.messages import catalogue
from thalweg.series.frequency.words import words_of
from thalweg.series.panel_events import keys_of_events
from thalweg.series.read.panel import read_panel_with

if TYPE_CHECKING:
    from pathlib import Path

    from thalweg.api.backtest_many import PanelBacktestResult
    from thalweg.forecast.evaluation.options import BacktestOptions
    from thalweg.series.read.options import PanelOptions


def backtest_many(
    file: str,
    reading: PanelOptions,
    options: BacktestOptions,
    csv: Path | None,
    picture: Path | None,
    out: str | None,
    lang: str,
    *,
    as_json: bool,
) -> None:
    """Compare models at many cutoffs over many series, print what was found, and write what was asked for.

    Parameters
    ----------
    file : str
        A file, a folder or a pattern.
    reading : PanelOptions
    options : BacktestOptions
    csv, picture : Path, optional
        Where every forecast goes, and a picture.
    out : str, optional
        A folder for the tables.
    lang : str
    as_json : bool
    """
    translate = catalogue(lang, command=True)
    console, drawing = consoles_of(as_json=as_json)
    with file_of(file, translate, reading.since) as path:
        panel = read_panel_with(path, reading)
        if csv is not None:
            check_csv("csv", csv, (path, picture))
        if picture is not None:
            check_picture("picture", picture, (path, csv))
    folder = result_folder(out, FILES_OF_MANY, file, (csv, picture))
    options = replace(
        options, events=events_of(options.events, reading.date_format, translate, file, keys_of_events(panel))
    )
    panel = whole_panel(panel, options)
    planned(panel, options)  # refuses cutoffs and models that cannot be served, before anything is printed
    say = speaking(translate, panel.frequency)
    console.print(translate("cli.panel.read", count=len(panel), values=len(panel.values), **words_of(panel.frequency)))
    print_notes(console, panel.notes, translate)
    console.print()
    with LadderProgress(drawing, say) as progress:
        # The last date has been looked at, so that the backtest need not.
        result = backtest_panel_of(panel, replace(options, folder=folder, watcher=progress, keep_last=True), lang)
    _write(result, csv, picture, lang)
    print_backtest(console, result, translate)
    print_written(console, translate, folder, FILES_OF_MANY, (csv, picture))
    if as_json:
        typer.echo(json.dumps(result.as_json(lang), ensure_ascii=False, allow_nan=False))
    if result.failed:
        raise typer.Exit(SOME_FAILED)


def _write(result: PanelBacktestResult, csv: Path | None, picture: Path | None, language: str) -> None:
    """Write every forecast and the picture, where they were asked for."""
    forecasts, scores, translate = result.forecasts, result.metrics, catalogue(language)
    if csv is not None:
        write_whole(csv, files_of_many(forecasts, scores, translate)[FILES[0]])
    if picture is not None:
        from thalweg.report.backtest import backtest_illustration  # noqa: PLC0415 - pictures load slowly
        from thalweg.report.picture import kind_of, rendered  # noqa: PLC0415 - likewise

        found = verdict(forecasts, scores, beats_copying(forecasts, scores))
        drawn = backtest_illustration(forecasts, scores, result.compared, language, more=found)
        write_whole(picture, rendered(drawn, kind_of(picture)))
