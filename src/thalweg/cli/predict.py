"""`thalweg predict`: go on from a model that was saved, without training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from thalweg.cli.options import DateColumn, DateFormat, DuplicateRule, Json, Lang, ValueColumn

if TYPE_CHECKING:
    from thalweg.forecast.model import Model, Recent
    from thalweg.forecast.result import Forecast


def predict(
    model: Annotated[Path, typer.Argument(help="A model.thalweg that forecast wrote.", show_default=False)],
    newfile: Annotated[
        Path | None,
        typer.Argument(
            metavar="[NEWFILE]", help="Newer days, CSV or Parquet; else the model's own.", show_default=False
        ),
    ] = None,
    horizon: Annotated[
        int | None,
        typer.Option(min=1, metavar="DAYS", help="How many days to forecast; as many as the model was made for."),
    ] = None,
    date: DateColumn = None,
    value: ValueColumn = None,
    date_format: DateFormat = None,
    duplicates: DuplicateRule = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Forecast with a saved model, from its own last day or from NEWFILE's, without training.

    Says how old the model is and, where NEWFILE has days that it has not learned from, whether its recent
    misses are worse than expected.
    """
    import datetime as dt
    import json

    from rich.console import Console

    import thalweg
    from thalweg.cli.account import tell_forecast, tell_model, tell_recent, tell_series
    from thalweg.messages import catalogue

    loaded = thalweg.load(model)
    series = None
    if newfile is not None:
        series = thalweg.read(
            newfile,
            date=date,
            value=value or loaded.name,
            date_format=date_format,
            duplicates=duplicates,
            goes_on=True,
        )
    days = loaded.predict(series, horizon)
    recent = None if series is None else loaded.recent(series)
    age = (dt.datetime.now().astimezone().date() - loaded.made).days
    if as_json:
        typer.echo(json.dumps(_object(loaded, days, recent, age), ensure_ascii=False, allow_nan=False))
        return
    say = catalogue(lang)
    console = Console(markup=False, highlight=False, emoji=False)
    tell_model(console, loaded, age, say)
    if series is not None:
        tell_series(console, series, say)
        tell_recent(console, recent, say)
    console.print()
    tell_forecast(console, days, loaded.days if series is None else series, say)


def _object(model: Model, days: Forecast, recent: Recent | None, age: int) -> dict[str, Any]:
    from thalweg.forecast.export import forecast_rows, plain

    return plain(
        {
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
