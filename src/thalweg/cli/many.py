"""`thalweg forecast --by`: one honest forecast for each of many series."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import typer

from thalweg.api.panel import FILES, FILES_OF_TOTALS, PanelResult
from thalweg.api.panel_model import PanelModel
from thalweg.cli.again import print_again, words_of
from thalweg.cli.consoles import consoles_of
from thalweg.cli.events import events_of
from thalweg.cli.given import file_of
from thalweg.cli.progress import LadderProgress
from thalweg.cli.results import forecast_folder, print_written
from thalweg.cli.terminal import print_notes
from thalweg.cli.times import print_times
from thalweg.errors import InputError
from thalweg.files import check_writable
from thalweg.forecast.panel.kept import Kept
from thalweg.forecast.panel.options import PanelFitOptions
from thalweg.forecast.panel.totals import fit_with_totals
from thalweg.forecast.panel.unfinished import without_unfinished_date
from thalweg.messages import Argument, catalogue
from thalweg.series.frequency.words import words_of as words_of_frequency
from thalweg.series.panel_events import keys_of_events
from thalweg.series.read.panel import read_panel_with

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.forecast.options import FitOptions
    from thalweg.forecast.panel.options import TotalsOptions
    from thalweg.series.read.options import PanelOptions

SOME_FAILED = 4  # the exit code where a series could not be forecast


def forecast_many(
    ctx: typer.Context,
    file: str,
    reading: PanelOptions,
    options: FitOptions,
    adding: TotalsOptions,
    out: str | None,
    lang: str,
    *,
    as_json: bool,
) -> None:
    """Forecast each series of a source, and write the files of the results.

    Parameters
    ----------
    ctx : typer.Context
    file : str
        A file, a folder or a pattern.
    reading : PanelOptions
    options : FitOptions
        As the command has them; the ladder counts where the user named one.
    adding : TotalsOptions
    out : str, optional
    lang : str
    as_json : bool
    """
    translate = catalogue(lang, command=True)
    console, drawing = consoles_of(as_json=as_json)
    named = ctx.get_parameter_source("ladder")
    given = {one.name: getattr(options, one.name) for one in fields(options) if one.init}
    if named is not None and named.name == "DEFAULT":
        given.pop("ladder")
    panel_options = PanelFitOptions(**given, totals=adding.totals)
    files = (*FILES, *(FILES_OF_TOTALS if adding.totals else ()))
    folder = _checked_folder(file, out, files)

    again = words_of(ctx)
    began = perf_counter()
    with file_of(file, translate, reading.since) as path:
        panel = read_panel_with(path, reading)
    events = events_of(panel_options.events, reading.date_format, translate, file, keys_of_events(panel))
    panel_options = replace(panel_options, events=events)
    panel = without_unfinished_date(panel, panel_options)
    read_seconds = perf_counter() - began
    words = words_of_frequency(panel.frequency)
    console.print(translate("cli.panel.read", count=len(panel), values=len(panel.values), **words))
    print_notes(console, panel.notes, translate)
    kept = Kept(folder)
    with LadderProgress(drawing, translate.speaking(words)) as progress:
        # The last date has been looked at, so that the fit need not.
        findings = fit_with_totals(panel, replace(panel_options, watcher=progress, keep_last=True), kept)
    result = PanelResult(findings, PanelModel.of(findings, panel_options.asked))
    from thalweg.cli.panel import print_panel  # noqa: PLC0415 - pictures load slowly

    console.print()
    print_panel(console, findings, translate.speaking(words))
    began = perf_counter()
    result.save(folder, lang, again)
    kept.remove()
    print_written(console, translate, folder, files, ())
    print_times(console, {"read": read_seconds, **findings.times, "report": perf_counter() - began}, translate)
    print_again(console, again, translate)
    if as_json:
        typer.echo(json.dumps(result.as_json(lang), ensure_ascii=False, allow_nan=False))
    if result.failed:
        raise typer.Exit(SOME_FAILED)


def _checked_folder(file: str, out: str | None, files: Sequence[str]) -> Path:
    """Return the folder to write into, before long work; refuse one that cannot be written or holds other things."""
    if out is not None and not out.strip():
        raise InputError("forecast.no_folder_named", argument=Argument("out", out), example=Argument("out", "results"))
    usual = f"{Path(file).stem.strip('*?') or 'panel'}-forecast"
    folder = forecast_folder(Path(file), Path(out or usual), files)
    check_writable(folder, files)
    return folder
