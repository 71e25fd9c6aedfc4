"""`thalweg predict`: go on from a model that was saved, without training."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from thalweg.cli.arguments import Flag, Position
from thalweg.cli.csv_file import check_csv, check_picture, check_table
from thalweg.cli.options import Columns, Json, Lang
from thalweg.errors import InputError
from thalweg.files import write_whole
from thalweg.forecast.belonging import MODEL_FILE
from thalweg.messages import Argument, Whole
from thalweg.options import Options, Text, WholeNumber, option, switch
from thalweg.series.read.event_option import Events
from thalweg.series.read.options import ColumnOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.forecast.model import Model, Recent
    from thalweg.forecast.result import Forecast
    from thalweg.forecast.what_if import WhatIf
    from thalweg.series.series import Series


HEAD_BYTES = 1024


@dataclass(frozen=True, kw_only=True)
class PredictOptions(Options):
    """How far a saved model forecasts."""

    words: ClassVar[str] = "predict"

    horizon: int | None = option(None, WholeNumber(1, unit="steps"))
    events: Any = option(None, Events())  # noqa: RUF009 - a declaration
    keep_last: bool = switch()
    series: str | None = option(None, Text("NAME"), panel="many")


def predict(
    model: Annotated[Path, Position()],
    newfile: Annotated[str | None, Position()] = None,
    *,
    options: PredictOptions,
    reading: ColumnOptions,
    out: Annotated[Path | None, Flag("--out", "FILE")] = None,
    samples: Annotated[Path | None, Flag("--samples", "FILE.csv")] = None,
    picture: Annotated[Path | None, Flag("--picture", "FILE")] = None,
    columns: Columns = "thalweg",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Forecast with a saved model; the help stands in the catalogues."""
    from thalweg.checksummed import is_of
    from thalweg.forecast.panel.model import PANEL_MODEL

    model = model_file(model, newfile)
    if not is_of(PANEL_MODEL, model):
        _predict_one(model, newfile, options, reading, out, samples, picture, columns, lang, as_json=as_json)
        return
    from thalweg.cli.predict_many import predict_many

    given = {"samples": samples, "picture": picture}
    alone = [name for name, value in (given | {"columns": columns == "prophet"}).items() if value]
    predict_many(
        model, newfile, reading, out,
        horizon=options.horizon, series=options.series, keep_last=options.keep_last, events=options.events,
        alone=alone, lang=lang, as_json=as_json,
    )  # fmt: skip


def _predict_one(
    model: Path,
    newfile: str | None,
    options: PredictOptions,
    reading: ColumnOptions,
    out: Path | None,
    samples: Path | None,
    picture: Path | None,
    columns: Columns,
    lang: Lang,
    *,
    as_json: bool,
) -> None:
    """Forecast with a model of one series."""
    import datetime as dt
    import json
    from dataclasses import replace

    from rich.console import Console

    from thalweg.cli.events import events_of
    from thalweg.cli.given import file_of
    from thalweg.cli.terminal import print_forecast, print_model, print_notes, print_recent, print_series
    from thalweg.forecast.belonging import stamp_of
    from thalweg.forecast.export import forecast_table, samples_csv
    from thalweg.forecast.model import load
    from thalweg.messages import catalogue
    from thalweg.series.read import read_with

    if options.series is not None:
        raise InputError("predict.one_series", argument=Argument("series", options.series), file=model)
    translate = catalogue(lang, command=True)
    events = events_of(options.events, reading.date_format, translate, newfile)
    loaded = load(model) if events is None else load(model).with_events(events)
    places = _places(out, samples, picture, (model, newfile, reading.with_))
    series = None
    if newfile is not None:
        with file_of(newfile, translate, reading.since) as path:
            series = read_with(path, replace(newer_options(loaded, reading), with_=None))
    note = None
    if series is not None and not options.keep_last:
        series, note = loaded.without_unfinished(series)
    odd = series.notes if series is not None else () if note is None else (note,)
    supposed = _supposed(loaded, series, reading, options.horizon)
    days = loaded.predict(series, options.horizon, keep_last=True) if supposed is None else supposed.forecast
    recent = None if series is None else loaded.recent(series, keep_last=True)
    age = (dt.datetime.now().astimezone().date() - loaded.made).days
    known = (loaded.days if series is None else series).values
    stamp, name = stamp_of(model.read_bytes()), loaded.name
    made = {"out": lambda: forecast_table(days, known, stamp, places["out"].suffix.lower(), columns, name)}
    made["samples"] = lambda: samples_csv(days, days.sample(), known)
    made["picture"] = lambda: _drawn(loaded, series, supposed or days, places["picture"], lang)
    for path, content in [(path, made[name]()) for name, path in places.items()]:
        write_whole(path, content)
    if as_json:
        told = _object(loaded, days, recent, age, supposed, columns) | {
            "notes": [translate(note) for note in (*loaded.notes, *odd)]
        }
        typer.echo(json.dumps(told, ensure_ascii=False, allow_nan=False))
        return
    console = Console(markup=False, highlight=False, emoji=False)
    print_model(console, loaded, age, translate)
    if series is not None:
        print_series(console, series, translate)
        print_recent(console, recent, loaded.days.frequency, translate)
    else:
        print_notes(console, odd, translate)
    console.print()
    print_forecast(console, days, loaded.days if series is None else series, translate, loaded.calendar, supposed)
    for at, path in enumerate(places.values()):
        console.print(("" if at else "\n") + translate("look.written", file=path))


def _places(
    out: Path | None, samples: Path | None, picture: Path | None, read: Sequence[str | Path | None]
) -> dict[str, Path]:
    """Return where to write, by the name of the option; refuse, before the work, what cannot be written."""
    asked = (("out", out), ("samples", samples), ("picture", picture))
    places = {name: path for name, path in asked if path is not None}
    for at, (name, path) in enumerate(places.items()):
        check = {"picture": check_picture, "out": check_table}.get(name, check_csv)
        check(name, path, (*read, *list(places.values())[:at]))
    return places


def newer_options(model: Model, reading: ColumnOptions) -> ColumnOptions:
    """Return how a file of newer values is read for a model: its value and its columns, where nothing else is said."""
    from dataclasses import replace

    from thalweg.series.regressors import columns_of

    value, difference = reading.value or model.name, reading.difference or model.days.differenced
    columns = columns_of(model.calendar.regressors)
    return replace(reading, value=value, difference=difference, goes_on=True, **columns)


def _supposed(model: Model, series: Series | None, reading: ColumnOptions, horizon: int | None) -> WhatIf | None:
    """Return the forecasts with the values of known columns that ``--with`` gives, and without; None without it."""
    from dataclasses import replace

    from thalweg.forecast.what_if import what_if

    if reading.with_ is None:
        return None
    plain = replace(reading, value=None, known=(), past=(), with_=None)
    return what_if(model, series, reading.with_, plain, horizon, keep_last=True)


def _drawn(model: Model, series: Series | None, made: Forecast | WhatIf, path: Path, language: str) -> bytes:
    """Return the picture of a forecast, or of two, as a file of the kind that its name asks for."""
    from thalweg.forecast.what_if import WhatIf
    from thalweg.report.ahead import forecast_illustration, what_if_illustration
    from thalweg.report.picture import kind_of, rendered

    known = model.days if series is None else model.joined(series)
    if isinstance(made, WhatIf):
        return rendered(what_if_illustration(made, known, language), kind_of(path))
    return rendered(forecast_illustration(made, known, language), kind_of(path))


def model_file(model: Path, newfile: str | None) -> Path:
    """Return the model's file: where a folder of `forecast` was named, that in it. A table is refused."""
    if (model / MODEL_FILE).is_file():
        return model / MODEL_FILE
    try:
        with model.open("rb") as file:
            start = file.read(HEAD_BYTES)
    except (OSError, ValueError):
        return model  # what is wrong is told on loading
    if start[8:9] == b"{" or (start and 0 in start and not start.startswith(b"PAR1")):
        return model
    if newfile is not None and Path(newfile).suffix == Path(MODEL_FILE).suffix:
        raise InputError("predict.exchanged", file=model, command=_command("predict", newfile, str(model)))
    made = Path(model.stem) / MODEL_FILE
    raise InputError(
        "predict.table", file=model, first=_command("forecast", str(model)), then=_command("predict", str(made))
    )


def _command(*words: str) -> Whole:
    return Whole(shlex.join(["thalweg", *words]))


def _object(
    model: Model, days: Forecast, recent: Recent | None, age: int, supposed: WhatIf | None, naming: str
) -> dict[str, Any]:
    from thalweg.forecast.export import forecast_rows, plain, total_rows, what_if_object

    return plain(
        {
            "version": 1,
            "model": {
                "value": model.name,
                "chosen": model.chosen,
                "made": model.made.isoformat(),
                "age_days": age,
                "last_day": model.days.dates[-1],
            },
            "recent": recent
            and {
                "days": recent.days,
                "loss": recent.loss,
                "expected": recent.expected,
                "worse_than_expected": recent.worse,
            },
            "forecast": forecast_rows(days, naming, model.name),
            "totals": total_rows(days),
            "first_forecast": supposed and forecast_rows(supposed.first, naming, model.name),
            "what_if": supposed and what_if_object(supposed),
        }
    )
