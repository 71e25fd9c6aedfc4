"""`thalweg anomalies`: which values lay outside the interval that was told one step before, ranked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from thalweg.cli.arguments import Flag, Position
from thalweg.cli.csv_file import check_csv, check_picture
from thalweg.cli.options import Json, Lang
from thalweg.cli.results import print_written, result_folder
from thalweg.forecast.anomalies.options import FILES, AnomalyOptions
from thalweg.messages import Argument, Message
from thalweg.series.read.options import ReadOptions

if TYPE_CHECKING:
    from rich.console import Console

    from thalweg.api.anomalies import AnomalyResult
    from thalweg.messages import Catalogue

ROWS_SHOWN = 20


def anomalies(
    file: Annotated[str, Position()],
    *,
    reading: ReadOptions,
    options: AnomalyOptions,
    csv: Annotated[Path | None, Flag("--csv", "FILE.csv")] = None,
    picture: Annotated[Path | None, Flag("--picture", "FILE")] = None,
    out: Annotated[str | None, Flag("--out", "FOLDER")] = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Find what lies outside and print it; the help stands in the catalogues."""
    import json
    from dataclasses import replace

    import typer

    from thalweg.api.anomalies import anomalies_in, prepared
    from thalweg.charts.steps import speaking
    from thalweg.cli.consoles import consoles_of
    from thalweg.cli.events import events_of
    from thalweg.cli.given import STDIN, file_of
    from thalweg.cli.progress import LadderProgress
    from thalweg.cli.terminal import print_series
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
    options = replace(options, events=events_of(options.events, reading.date_format, translate, file))
    series = prepared(series, options)
    print_series(console, series, translate)
    named = Message("cli.stdin") if file == STDIN else file
    with LadderProgress(drawing, speaking(translate, series.frequency)) as progress:
        result = anomalies_in(series, replace(options, watcher=progress), named)
    _write(result, csv, picture, folder, lang)
    _print(console, result, translate)
    print_written(console, translate, folder, FILES, (csv, picture))
    if as_json:
        typer.echo(json.dumps(result.as_json(lang), ensure_ascii=False, allow_nan=False))


def _write(result: AnomalyResult, csv: Path | None, picture: Path | None, folder: Path | None, language: str) -> None:
    """Write what was asked for, after everything has been made."""
    from thalweg.files import write_whole
    from thalweg.forecast.anomalies.found import tables_of

    if csv is not None:
        write_whole(csv, tables_of(result.judged, result.anomalies)[FILES[0]])
    if picture is not None:
        from thalweg.report.anomalies import anomaly_illustration
        from thalweg.report.picture import kind_of, rendered

        drawn = anomaly_illustration(result.judged, result.anomalies, result.sentences(language), language)
        write_whole(picture, rendered(drawn, kind_of(picture)))
    if folder is not None:
        result.save(folder, language)


def _print(console: Console, result: AnomalyResult, translate: Catalogue) -> None:
    """Print what was found: how many, the highest scores as a table, what judged them."""
    from math import isfinite

    from rich import box
    from rich.table import Table
    from rich.text import Text

    from thalweg.charts.events import miss_names
    from thalweg.charts.numbers import common_decimals, number, value_decimals
    from thalweg.charts.steps import speaking
    from thalweg.series.frequency.dates import iso

    judged, language = result.judged, translate.language
    frequency = judged.series.frequency
    say = speaking(translate, frequency)
    names = ("rank", "date", "actual", "forecast", "interval", "score", "near")
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for name in names:
        head = Text(say(f"cli.anomalies.{name}", level=f"{judged.level:g}"))
        left = name in {"date", "near"}
        table.add_column(head, justify="left" if left else "right", overflow="fold", no_wrap=name != "near")
    shown = result.anomalies[:ROWS_SHOWN]
    estimates = common_decimals([end for each in shown for end in (each.forecast, each.low, each.high)])
    own = min(value_decimals(judged.series.values), max(estimates, 1))
    for each in shown:
        ends = say("cli.interval", low=number(each.low, estimates), high=number(each.high, estimates))
        steps = each.span.steps
        notes = [miss_names(each, language, judged.calendar.country)]
        notes += [say("cli.anomalies.run", count=steps)] if steps > 1 else []
        if each.after:
            how = "after_one" if each.after_steps == 1 else "after"
            notes.append(say(f"cli.anomalies.{how}", rank=each.after, count=each.after_steps))
        cells = [
            str(each.rank),
            iso(each.date),
            number(each.actual, own),
            number(each.forecast, estimates),
            ends,
            f"{each.score:.2f}" if isfinite(each.score) else "∞",
            say("list.comma").join(filter(None, notes)),
        ]
        table.add_row(*map(Text, cells))
    sentences = result.sentences(language)
    for sentence in sentences[:2]:
        console.print(sentence)
    if result.anomalies:
        console.print()
        console.print(table)
        if len(result.anomalies) > ROWS_SHOWN:
            rest = len(result.anomalies) - ROWS_SHOWN
            console.print(say("cli.anomalies.more", count=rest, csv=Argument("csv", "FILE.csv")))
        console.print()
    for sentence in sentences[2:]:
        console.print(sentence)
    if result.anomalies and not judged.calendar.country and not frequency.by_month:
        console.print(say("cli.anomalies.no_country", option=Argument("country", "TW")))
