"""The tables of a backtest, as columns and as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.forecast.evaluation.options import FILES
from thalweg.forecast.export import csv_of, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from thalweg.forecast.evaluation.backtested import Backtested
    from thalweg.forecast.evaluation.metrics import Rows, Scores


def score_columns(scores: Scores) -> dict[str, Any]:
    """Return a row a metric and a column a model, as `utilsforecast.evaluation.evaluate` has them."""
    return _columns({}, [({}, scores.overall)])


def step_columns(scores: Scores) -> dict[str, Any]:
    """Return the same by step ahead."""
    return _columns({"step": []}, [({"step": step}, rows) for step, rows in scores.by_step.items()])


def cutoff_columns(forecasts: Backtested, scores: Scores) -> dict[str, Any]:
    """Return the same by cutoff."""
    dates = forecasts.dates
    made = _columns(
        {"cutoff": []}, [({"cutoff": date}, rows) for date, rows in zip(dates, scores.by_cutoff, strict=True)]
    )
    return made | {"cutoff": np.array(made["cutoff"], dtype=dates.dtype)}


def _columns(head: Mapping[str, list[Any]], parts: Iterable[tuple[Mapping[str, Any], Rows]]) -> dict[str, Any]:
    columns: dict[str, list[Any]] = {**{name: [] for name in head}, "metric": []}
    for place, rows in parts:
        for metric, values in rows.items():
            for name, value in {**place, "metric": metric, **values}.items():
                columns.setdefault(name, []).append(value)
    return columns


def rows_of(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return columns as rows of JSON's types."""
    return [plain(dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)]


def tables_of(forecasts: Backtested, scores: Scores) -> dict[str, dict[str, Any]]:
    """Return the columns of the files of a backtest, by the name of the file."""
    tables = (forecasts.columns(), score_columns(scores), step_columns(scores), cutoff_columns(forecasts, scores))
    return dict(zip(FILES, tables, strict=True))


def files_of(forecasts: Backtested, scores: Scores) -> dict[str, bytes]:
    """Return the files of a backtest of one series, by name."""
    return {name: csv_of(tuple(each), rows_of(each)) for name, each in tables_of(forecasts, scores).items()}
