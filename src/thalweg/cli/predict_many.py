"""`thalweg predict` and `thalweg update` with a model of many series."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import typer
from rich import box
from rich.table import Table
from rich.text import Text

from thalweg.api.panel_files import write_updated
from thalweg.charts.numbers import day, estimate_decimals, number, when
from thalweg.cli.consoles import consoles_of
from thalweg.cli.csv_file import check_table
from thalweg.cli.events import events_of
from thalweg.cli.given import file_of
from thalweg.cli.many import SOME_FAILED
from thalweg.cli.progress import LadderProgress
from thalweg.cli.terminal import print_notes
from thalweg.cli.wrap import Sentence
from thalweg.errors import InputError
from thalweg.files import write_whole
from thalweg.forecast.export import plain
from thalweg.forecast.levels import level_name
from thalweg.forecast.panel.model import load_panel
from thalweg.forecast.panel.newer import read_newer
from thalweg.forecast.panel.result import forecast_columns, forecast_table
from thalweg.forecast.panel.update import updated
from thalweg.messages import Argument, catalogue
from thalweg.series.frequency.dates import iso
from thalweg.series.frequency.words import words_of
from thalweg.series.panel_events import keys_of_events

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Any

    from rich.console import Console

    from thalweg.forecast.panel.model import PanelModel
    from thalweg.forecast.panel.result import PanelForecast
    from thalweg.messages import Catalogue
    from thalweg.series.events import EventTable
    from thalweg.series.panel import Panel, Refused
    from thalweg.series.read.event_option import EventFile
    from thalweg.series.read.options import ColumnOptions

ROWS_SHOWN = 12
REFUSED_SHOWN = 5


def predict_many(
    path: Path,
    newfile: str | None,
    reading: ColumnOptions,
    out: Path | None,
    *,
    horizon: int | None,
    series: str | None,
    keep_last: bool,
    events: EventTable | EventFile | None,
    alone: Sequence[str],
    lang: str,
    as_json: bool,
) -> None:
    """Forecast each series of a panel's model.

    Parameters
    ----------
    path : Path
        The model's file.
    newfile : str, optional
        Newer values; ``--with`` may name them too.
    reading : ColumnOptions
    out : Path, optional
        Where the forecasts go as a table.
    horizon : int, optional
    series : str, optional
        The only one that is forecast.
    keep_last : bool
        Whether a last date that looks unfinished stays.
    events : EventFile, optional
        Those after the model's last date.
    alone : sequence of str
        The options that were given though they serve one series alone.
    lang : str
    as_json : bool
    """
    for name in alone:
        raise InputError("panel.not_for_many", argument=Argument(name))
    if newfile is None and reading.with_ is not None:
        newfile, reading = str(reading.with_), replace(reading, with_=None)
    translate = catalogue(lang, command=True)
    model = load_panel(path)
    later = events_of(events, reading.date_format, translate, newfile, keys_of_events(model.panel))
    if out is not None:
        check_table("out", out, (path, newfile))
    newer = None if newfile is None else _newer(model, newfile, reading, translate)
    made = model.forecast(newer, horizon, series, keep_last=keep_last, events=later)
    if out is not None:
        write_whole(out, forecast_table(made, out.suffix.lower()))
    console, _ = consoles_of(as_json=as_json)
    if as_json:
        told = {**_described(model, made.refused, made.notes, translate), "new": made.new, "forecast": _rows(made)}
        typer.echo(json.dumps(plain(told), ensure_ascii=False, allow_nan=False))
    else:
        _print_model(console, model, translate)
        print_notes(console, made.notes, translate)
        _print_refused(console, made.refused, translate("cli.panel.refused", count=len(made.refused)), translate)
        _print_forecast(console, made, model, newer, translate)
        if out is not None:
            console.print(translate("look.written", file=out))
    if made.refused:
        raise typer.Exit(SOME_FAILED)


def update_many(
    path: Path,
    file: str,
    reading: ColumnOptions,
    out: Path,
    *,
    keep_last: bool,
    threads: int | None,
    lang: str,
    as_json: bool,
) -> None:
    """Take newer values into a panel's model, and write it; beside it, the files of its folder.

    Parameters
    ----------
    path : Path
        The model's file.
    file : str
        Newer values.
    reading : ColumnOptions
    out : Path
        Where the model goes.
    keep_last : bool
        As of `predict_many`.
    threads : int, optional
    lang : str
    as_json : bool
    """
    translate = catalogue(lang, command=True)
    model = load_panel(path)
    newer = _newer(model, file, reading, translate)
    console, drawing = consoles_of(as_json=as_json)
    words = words_of(model.plan.frequency)
    with LadderProgress(drawing, translate.speaking(words)) as progress:
        progress.stage("global", sum(len(member.thetas) for member in model.plan.final.members))
        made, found = updated(model, newer, threads, progress.advance, keep_last=keep_last)
    forecast = made.forecast()
    files, removed = write_updated(made, forecast, out, lang)
    refused = (*found.refused, *forecast.refused)
    notes, added = (*found.notes, *forecast.notes), int(found.added.sum())
    if as_json:
        told = {
            **_described(made, refused, notes, translate),
            "file": str(out),
            "new_values": added,
            "files": files,
            "removed": removed,
        }
        told |= {"new": list(made.panel.names[len(model.panel) :]), "forecast": _rows(forecast)}
        typer.echo(json.dumps(plain(told), ensure_ascii=False, allow_nan=False))
    else:
        _print_model(console, model, translate)
        print_notes(console, notes, translate)
        _print_refused(console, refused, translate("cli.panel.left_out", count=len(refused)), translate)
        learned = {"values": added, "series": int((found.added > 0).sum())}
        console.print(Sentence(translate("cli.panel.learned", **learned, **words)))
        _print_forecast(console, forecast, made, None, translate)
        console.print(translate("cli.updated", file=out))
        if len(files) > 1:
            console.print(translate("cli.written", folder=out.parent, files=files))
        if removed:
            console.print(Sentence(translate("cli.panel.removed", files=removed)))
    if refused:
        raise typer.Exit(SOME_FAILED)


def _newer(model: PanelModel, file: str, reading: ColumnOptions, translate: Catalogue) -> Panel:
    with file_of(file, translate, reading.since) as path:
        return read_newer(model, path, reading)


def _described(
    model: PanelModel, refused: Sequence[Refused], notes: Sequence[Any], translate: Catalogue
) -> dict[str, Any]:
    return {
        "version": 1,
        "model": {
            "series": len(model.panel),
            "made": model.made.isoformat(),
            "age_days": _age(model),
            "last": iso(model.panel.last_date),
            "horizon": model.horizon,
        },
        "notes": [translate(note) for note in notes],
        "refused": [{"unique_id": each.name, "why": translate(each.why)} for each in refused],
    }


def _rows(made: PanelForecast) -> list[dict[str, Any]]:
    columns = forecast_columns(made)
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _age(model: PanelModel) -> int:
    return (dt.datetime.now().astimezone().date() - model.made).days


def _print_model(console: Console, model: PanelModel, translate: Catalogue) -> None:
    age, panel = _age(model), model.panel
    told = {
        "count": number(len(panel), 0),
        "made": day(np.datetime64(model.made), translate.language),
        "age": translate({0: "cli.today", 1: "cli.yesterday"}.get(age, "cli.days_ago"), days=number(age, 0)),
        "last": when(panel.last_date, panel.frequency, translate.language),
    }
    console.print(Sentence(translate("cli.panel.model", **told)))


def _print_refused(console: Console, refused: Sequence[Refused], head: str, translate: Catalogue) -> None:
    """Tell which series are left out and why, the first of them."""
    if not refused:
        return
    console.print(Sentence(head))
    for each in refused[:REFUSED_SHOWN]:
        why = translate(each.why)
        console.print(Sentence(f"· {why}" if each.name in why else f"· {each.name}: {why}"))


def _print_forecast(
    console: Console, made: PanelForecast, model: PanelModel, newer: Panel | None, translate: Catalogue
) -> None:
    """Print every step of a single series, or the first of each of several."""
    if not len(made):
        return
    alone, steps = len(made) == 1, made.mean.shape[1]
    rows = [(0, step) for step in range(steps)] if alone else [(place, 0) for place in range(len(made))][:ROWS_SHOWN]
    laid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    if not alone:
        laid.add_column(Text(translate("cli.panel.series")), overflow="fold")
    laid.add_column(Text(translate("cli.forecast_date")), no_wrap=True)
    heads = [translate("cli.forecast_mean")]
    heads += [translate("cli.forecast_level", level=level_name(level)) for level in made.asked.levels[:1]]
    heads += [] if alone else [translate("cli.panel.sum_of_steps", count=steps, **words_of(model.plan.frequency))]
    for head in heads:
        laid.add_column(Text(head, justify="right"), justify="right")
    for place, step in rows:
        name = made.names[place]
        panel = model.panel if name in model.panel or newer is None else newer
        places = estimate_decimals(panel[name].values)
        cells = _cells(made, place, step, places, model, translate)
        if not alone:
            cells = [name, *cells, number(float(made.mean[place].sum()), places)]
        laid.add_row(*map(Text, cells))
    console.print()
    if alone:
        console.print(Text(made.names[0], style="bold"))
    console.print(laid)
    console.print()
    if len(made) > ROWS_SHOWN:
        options = {"out": Argument("out", "next.csv"), "series": Argument("series", "NAME")}
        console.print(Sentence(translate("cli.panel.more", count=number(len(made) - ROWS_SHOWN, 0), **options)))


def _cells(
    made: PanelForecast, place: int, step: int, places: int, model: PanelModel, translate: Catalogue
) -> list[str]:
    """Return the date of a step, its forecast and the first interval that was asked for."""
    cells = [when(made.dates[place, step], model.plan.frequency, translate.language)]
    cells.append(number(float(made.mean[place, step]), places))
    for level in made.asked.levels[:1]:
        low, high = (
            number(float(ends[place, step, made.levels.index(level)]), places) for ends in (made.low, made.high)
        )
        cells.append(translate("cli.interval", low=low, high=high))
    return cells
