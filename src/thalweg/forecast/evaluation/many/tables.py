"""The table of the series in a backtest of many, and the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.forecast.evaluation.many.metrics import OF_SERIES
from thalweg.forecast.evaluation.many.words import notes_of
from thalweg.forecast.evaluation.tables import tables_of
from thalweg.forecast.panel.result import csv_of_columns
from thalweg.forecast.panel.tables import beats

if TYPE_CHECKING:
    from thalweg.forecast.evaluation.many.forecasts import PanelForecasts
    from thalweg.forecast.evaluation.many.metrics import PanelScores
    from thalweg.messages import Catalogue

SERIES_FILE = "series.csv"


def series_columns(forecasts: PanelForecasts, scores: PanelScores, translate: Catalogue) -> dict[str, Any]:
    """Return a row for each series, those that could not be read last.

    Its name and the columns that make it, at how many cutoffs it counts, how many values its forecasts were compared
    with, each model's MAE and MASE over them, whether thalweg's own beats copying, and notes.
    """
    panel = forecasts.panel
    refused = panel.refused
    none = [""] * len(refused)
    empty = np.full(len(refused), np.nan)
    columns: dict[str, Any] = {"unique_id": [*panel.names, *(each.name for each in refused)]}
    columns |= {name: [*each, *none] for name, each in panel.keys.items() if len(panel.keys) > 1}
    columns["cutoffs"] = [*forecasts.compared.tolist(), *[0] * len(refused)]
    columns["values"] = [*np.isfinite(forecasts.actual).sum(axis=(0, 2)).tolist(), *[0] * len(refused)]
    for metric in OF_SERIES:
        for model, values in scores.by_series[metric].items():
            columns[f"{model}-{metric}"] = np.concatenate([values, empty])
    columns["beats_copying"] = [*beats_copying(forecasts, scores), *none]
    notes = [" ".join(map(translate, notes_of(forecasts, place))) for place in range(len(panel))]
    columns["notes"] = [*notes, *(translate(each.why) for each in refused)]
    return columns


def beats_copying(forecasts: PanelForecasts, scores: PanelScores) -> list[str]:
    """Return for each series whether the first of thalweg's own fits has a smaller MAE than copying.

    ``yes``, ``no`` or ``equal``; nothing where it cannot be told, or there is no such fit.
    """
    if not forecasts.own:
        return [""] * len(forecasts.panel)
    errors = scores.by_series["mae"]
    ranges = (float(np.ptp(one.values)) for one in forecasts.panel.series)
    each = zip(errors[forecasts.own[0]].tolist(), errors[forecasts.copying].tolist(), ranges, strict=True)
    return [beats(*one) for one in each]


def files_of_many(forecasts: PanelForecasts, scores: PanelScores, translate: Catalogue) -> dict[str, bytes]:
    """Return the files of a backtest of many series, by name."""
    tables = {**tables_of(forecasts, scores), SERIES_FILE: series_columns(forecasts, scores, translate)}
    return {name: csv_of_columns(each) for name, each in tables.items()}
