"""`thalweg predict`: go on from a model that was saved, without training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from thalweg.cli.arguments import Position
from thalweg.cli.options import Json, Lang
from thalweg.options import Options, WholeNumber, option, switch
from thalweg.series.read.options import ReadOptions

if TYPE_CHECKING:
    from thalweg.forecast.model import Model, Recent
    from thalweg.forecast.result import Forecast


@dataclass(frozen=True, kw_only=True)
class PredictOptions(Options):
    """How far a saved model forecasts."""

    words: ClassVar[str] = "predict"

    horizon: int | None = option(None, WholeNumber(1, unit="days"))
    keep_last: bool = switch()


def predict(
    model: Annotated[Path, Position()],
    newfile: Annotated[Path | None, Position()] = None,
    *,
    options: PredictOptions,
    reading: ReadOptions,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Forecast with a saved model; the help stands in the catalogues."""
    import datetime as dt
    import json
    from dataclasses import replace

    from rich.console import Console

    from thalweg.cli.terminal import print_forecast, print_model, print_notes, print_recent, print_series
    from thalweg.forecast.model import load
    from thalweg.messages import catalogue
    from thalweg.series.read import read_with

    loaded = load(model)
    series = None
    if newfile is not None:
        series = read_with(newfile, replace(reading, value=reading.value or loaded.name, goes_on=True))
    notes = list(loaded.notes)
    if series is not None and not options.keep_last:
        series, note = loaded.without_unfinished(series)
        notes += [] if note is None else [note]
    days = loaded.predict(series, options.horizon, keep_last=True)
    recent = None if series is None else loaded.recent(series, keep_last=True)
    age = (dt.datetime.now().astimezone().date() - loaded.made).days
    translate = catalogue(lang, command=True)
    if as_json:
        told = _object(loaded, days, recent, age) | {"notes": [translate(note) for note in notes]}
        typer.echo(json.dumps(told, ensure_ascii=False, allow_nan=False))
        return
    console = Console(markup=False, highlight=False, emoji=False)
    print_model(console, loaded, age, translate)
    if series is not None:
        print_series(console, series, translate)
        print_recent(console, recent, translate)
    else:
        print_notes(console, notes[len(loaded.notes) :], translate)
    console.print()
    print_forecast(console, days, loaded.days if series is None else series, translate)


def _object(model: Model, days: Forecast, recent: Recent | None, age: int) -> dict[str, Any]:
    from thalweg.forecast.export import forecast_rows, plain

    return plain(
        {
            "version": 1,
            "model": {
                "value": model.name,
                "chosen": model.chosen,
                "made": model.made.isoformat(),
                "age_days": age,
                "last_day": model.last_day,
            },
            "recent": recent
            and {
                "days": recent.days,
                "loss": recent.loss,
                "expected": recent.expected,
                "worse_than_expected": recent.worse,
            },
            "forecast": forecast_rows(days),
        }
    )
