"""`thalweg forecast`: from a file of daily numbers to tomorrow's number and a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thalweg.cli.arguments import Flag, Position
from thalweg.cli.csv_file import check_csv, check_table
from thalweg.cli.options import Columns, Json, Lang
from thalweg.errors import InputError
from thalweg.forecast.belonging import MODEL_FILE
from thalweg.forecast.options import FitOptions
from thalweg.forecast.panel.options import TotalsOptions
from thalweg.messages import Argument
from thalweg.series.read.options import PanelOptions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from thalweg.api.fit import FitResult
    from thalweg.messages import Catalogue
    from thalweg.series.series import Series

SAME_SHARE = 0.5  # of the days that two series share, those with equal values: from here on they count as one series
UNMET = 3  # the exit code where --strict is not met
FILES = ("forecast.csv", "ladder.csv", MODEL_FILE, "report.html")


def forecast(
    ctx: typer.Context,
    file: Annotated[str, Position()],
    *,
    reading: PanelOptions,
    options: FitOptions,
    adding: TotalsOptions,
    out: Annotated[str | None, Flag("--out", "FOLDER")] = None,
    samples: Annotated[Path | None, Flag("--samples", "FILE.csv")] = None,
    export: Annotated[Path | None, Flag("--export", "FILE")] = None,
    columns: Columns = "thalweg",
    strict: Annotated[bool, Flag("--strict")] = False,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Fit the file's days, print what was found, and write the four files; the help stands in the catalogues."""
    alone = {"samples": samples, "export": export, "strict": strict, "columns": columns != "thalweg"}
    if _served_as_many(ctx, file, reading, options, adding, out, alone, lang, as_json=as_json):
        return
    from dataclasses import replace
    from time import perf_counter

    from thalweg.api.fit import FitResult
    from thalweg.charts.steps import speaking
    from thalweg.cli.again import print_again, words_of
    from thalweg.cli.answer import print_answer
    from thalweg.cli.consoles import consoles_of
    from thalweg.cli.events import events_of
    from thalweg.cli.given import file_of
    from thalweg.cli.progress import LadderProgress
    from thalweg.cli.results import print_written
    from thalweg.cli.terminal import print_findings, print_series
    from thalweg.cli.times import print_times
    from thalweg.forecast.beforehand import calendar_of
    from thalweg.forecast.forecaster import complete, fit_complete
    from thalweg.forecast.laps import Laps
    from thalweg.messages import catalogue
    from thalweg.series.read import read_with

    translate = catalogue(lang, command=True)
    console, drawing = consoles_of(as_json=as_json)

    if out is not None and not out.strip():
        raise InputError("forecast.no_folder_named", argument=Argument("out", out), example=Argument("out", "results"))
    laps = Laps(perf_counter())
    with file_of(file, translate, reading.since) as path:
        series = read_with(path, reading)
    laps.end("read")
    folder = _checked_folder(path, out, series, samples, export)
    options = replace(options, events=events_of(options.events, reading.date_format, translate, file))
    calendar_of(series, options)  # refuses events of other days, before anything is printed
    series = complete(series, options, laps)
    _load_report(lang)
    print_series(console, series, translate)
    with LadderProgress(drawing, speaking(translate, series.frequency)) as progress:
        result = FitResult.of(*fit_complete(series, replace(options, watcher=progress), Laps(perf_counter())))
    # The forecast stands there before the report's pictures are drawn, which takes seconds.
    print_answer(console, result.findings, translate)
    print_findings(console, result.findings, translate)
    again, began = words_of(ctx), perf_counter()
    _write(result, folder, lang, again, columns, {"samples": samples, "export": export})
    report_seconds = perf_counter() - began
    print_written(console, translate, folder, FILES, (samples, export))
    print_times(console, {**laps.seconds, **result.findings.times, "report": report_seconds}, translate)
    print_again(console, again, translate)
    if as_json:
        _print_json(result, lang, columns)
    if strict:
        _end_strictly(result, translate)


def _served_as_many(
    ctx: typer.Context,
    file: str,
    reading: PanelOptions,
    options: FitOptions,
    adding: TotalsOptions,
    out: str | None,
    alone: Mapping[str, object],
    lang: str,
    *,
    as_json: bool,
) -> bool:
    """Forecast many series where the source is to be read as such, and say whether it was.

    Of the options that serve one series alone, `alone` says which were given.
    """
    if not is_of_many(file, reading):
        adding.refuse()
        return False
    from thalweg.cli.many import forecast_many

    for name, given in alone.items():
        if given:
            raise InputError("panel.not_for_many", argument=Argument(name))
    forecast_many(ctx, file, reading, options, adding, out, lang, as_json=as_json)
    return True


def is_of_many(file: str, reading: PanelOptions) -> bool:
    """Whether a source is to be read as many series: it was said so, or it is several files."""
    path = Path(file)
    pattern = not path.exists() and set(file) & set("*?[")
    return bool(reading.by or reading.wide or pattern) or path.is_dir()


def _end_strictly(result: FitResult, translate: Catalogue) -> None:
    """End with a code of its own where the forecast does not do what ``--strict`` demands, and say what it is."""
    from thalweg.forecast.strict import strictness

    if unmet := strictness(result.findings).unmet:
        told = translate("cli.semicolon").join(map(translate, unmet))
        typer.echo(translate("cli.strict_unmet", unmet=told), err=True)
        raise typer.Exit(UNMET)


def _load_report(language: str) -> None:
    """Load what the report needs, which takes a while, beside the networks that learn and leave Python alone."""
    from threading import Thread

    def load() -> None:
        from thalweg.report import page

        page.load(language)

    Thread(target=load, daemon=True).start()


def _checked_folder(path: Path, out: str | None, series: Series, samples: Path | None, export: Path | None) -> Path:
    """Return the folder to write into, before long work; refuse one that cannot be written, or holds other things."""
    from thalweg.cli.results import forecast_folder
    from thalweg.files import check_writable, reason_of

    try:
        folder = forecast_folder(path, Path(out or path.stem), FILES)
    except OSError as error:
        raise InputError(
            "forecast.folder_unreadable",
            folder=Path(out or path.stem),
            reason=reason_of(error),
            option=Argument("out", "FOLDER"),
        ) from error
    if out is None:
        _check_same_series(folder, series)
    check_writable(folder, FILES)
    own = (path, *(folder / name for name in FILES))
    if samples is not None:
        check_csv("samples", samples, own)
    if export is not None:
        check_table("export", export, (*own, samples))
    return folder


def _check_same_series(folder: Path, series: Series) -> None:
    """Refuse to replace the forecast of another series in a folder that nobody named.

    Files of the same name in different places have the same folder.
    """
    import numpy as np

    from thalweg.forecast.store.file import unpack
    from thalweg.series.frequency.dates import iso

    try:
        stored = unpack(folder / MODEL_FILE).days
    except InputError:
        return  # there is no model, or none that can serve
    _, of_stored, of_series = np.intersect1d(stored.dates, series.dates, return_indices=True)
    if stored.differenced != series.differenced:
        return  # the same totals, read in another way
    before, now = stored.values[of_stored], series.values[of_series]
    # Another reading of a mark makes thousandths of numbers, or a thousand times as much.
    equal = (before == now) | np.isclose(before, 1000 * now) | np.isclose(1000 * before, now)
    if series.name != stored.name or not len(equal) or equal.mean() < SAME_SHARE:
        raise InputError(
            "forecast.other_series",
            folder=folder,
            name=stored.name,
            last=iso(stored.dates[-1]),
            option=Argument("out", Path(f"{folder}-2")),
        )


def _write(
    result: FitResult,
    folder: Path,
    language: str,
    again: Sequence[str],
    naming: str,
    more: Mapping[str, Path | None],
) -> None:
    """Write the files of the folder, the forecast by the names of `naming`, and what more was asked for."""
    from thalweg.files import write_whole, written_together
    from thalweg.forecast.belonging import stamp_of
    from thalweg.forecast.export import forecast_csv, forecast_table, ladder_csv, samples_csv

    with written_together(folder, first=MODEL_FILE) as aside:
        result.save(aside / MODEL_FILE)
        stamp = stamp_of((aside / MODEL_FILE).read_bytes())
        days, name = result.findings.series.values, result.findings.series.name
        write_whole(aside / "forecast.csv", forecast_csv(result.forecast, days, stamp, naming, name))
        write_whole(aside / "ladder.csv", ladder_csv(result.findings, stamp))
        result.report(aside / "report.html", language=language, command=again)
        if samples := more["samples"]:
            write_whole(samples, samples_csv(result.forecast, result.forecast.sample(), days))
        if export := more["export"]:
            kind = export.suffix.lower()
            write_whole(export, forecast_table(result.forecast, days, stamp, kind, naming, name))


def _print_json(result: FitResult, language: str, naming: str) -> None:
    import json

    from thalweg.forecast.export import as_json

    typer.echo(json.dumps(as_json(result.findings, language, naming), ensure_ascii=False, allow_nan=False))
