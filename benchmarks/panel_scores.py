"""How forecasts of many series are scored: each beside copying the week, then the mean over the series.

Both files are in long format: a forecast holds ``unique_id, ds`` and its values; series hold ``unique_id, ds, y``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import numpy as np

import scores

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

WEEK = 7
Column = dict[np.datetime64, float]  # date to value


@dataclass(frozen=True, eq=False)
class Task:
    """One series to forecast.

    Attributes
    ----------
    dates : ndarray of datetime64[D], shape (days,)
        The days that are held out, and exist.
    actual : ndarray of float64, shape (days,)
        Their values.
    copied : ndarray of float64, shape (days,)
        The value of the same weekday in the last week before them, NaN where that does not exist.
    scale : float
        The mean absolute difference of values a week apart before them: MASE is in units of it.
    """

    dates: NDArray[np.datetime64]
    actual: NDArray[np.float64]
    copied: NDArray[np.float64]
    scale: float


@dataclass(frozen=True)
class Score:
    """Errors of a forecaster, each the mean over the series.

    Attributes
    ----------
    mae, mase, relative : float
        The mean absolute error, in units of `Task.scale`, and in units of the error of copying the week.
    series : int
        How many series are forecast.
    no_scale, no_relative : int
        How many of them have a scale, or an error of copying, of 0: they count in no mean of that figure.
    missing : int
        How many series have no forecast of all days, or none that is finite: they count in no figure.
    """

    mae: float
    mase: float
    relative: float
    series: int
    no_scale: int
    no_relative: int
    missing: int


def columns(path: Path, value: str, names: Collection[str] | None = None) -> dict[str, Column]:
    """Return the series of a Parquet file by their names: all of them, or some."""
    chosen = "" if names is None else "WHERE unique_id IN (SELECT unnest($names))"
    rows = duckdb.connect().execute(
        f'SELECT unique_id::VARCHAR, ds::DATE::VARCHAR, "{value}"::DOUBLE FROM read_parquet($path) {chosen} '  # noqa: S608 - all of it stands here
        "ORDER BY unique_id, ds",
        {"path": str(path)} | ({} if names is None else {"names": list(names)}),
    )
    found: dict[str, Column] = {}
    while block := rows.fetchmany(100_000):
        for name, date, number in block:
            found.setdefault(name, {})[np.datetime64(date)] = np.nan if number is None else number
    return found


def tasks(train: Path, held_out: Path, names: Collection[str] | None = None) -> dict[str, Task]:
    """Return what is to be forecast, by the series' names: all series of the files, or some."""
    before, after = columns(train, "y", names), columns(held_out, "y", names)
    return {name: _task(before[name], column) for name, column in after.items() if name in before}


def _task(before: Mapping[np.datetime64, float], after: Mapping[np.datetime64, float]) -> Task:
    first, last = min(before), max(before)
    known = np.full(int((last - first).astype(int)) + 1, np.nan)  # of every day, whether it exists or not
    for date, value in before.items():
        known[(date - first).astype(int)] = value
    dates = np.array(list(after))
    ahead = (dates - last).astype(int)
    weeks = np.concatenate([np.full(WEEK, np.nan), known])[-WEEK:]
    return Task(dates, np.array(list(after.values())), weeks[(ahead - 1) % WEEK], scores.scale(known, WEEK))


def score(asked: Mapping[str, Task], made: Mapping[str, Mapping[np.datetime64, float]]) -> Score:
    """Score the forecasts of some series, date by date."""
    errors: list[tuple[float, float, float]] = []
    missing = 0
    for name, task in asked.items():
        forecast = np.array([made.get(name, {}).get(date, np.nan) for date in task.dates])
        if not np.isfinite(forecast).all():
            missing += 1
            continue
        own, copied = mean_error(task.actual, forecast), mean_error(task.actual, task.copied)
        errors.append((own, _by(own, task.scale), _by(own, copied)))
    if not errors:
        return Score(np.nan, np.nan, np.nan, 0, 0, 0, missing)
    mae, mase, relative = np.array(errors).T
    without = [int(np.isnan(figures).sum()) for figures in (mase, relative)]
    return Score(float(mae.mean()), _mean(mase), _mean(relative), len(errors), *without, missing)


def copies(asked: Mapping[str, Task]) -> dict[str, Column]:
    """Return the forecasts of copying the week."""
    return {name: dict(zip(task.dates, task.copied, strict=True)) for name, task in asked.items()}


def mean_error(actual: NDArray[np.float64], forecast: NDArray[np.float64]) -> float:
    """Return the mean absolute error over the days that have both."""
    away = np.abs(actual - forecast)
    return float(np.nanmean(away)) if np.isfinite(away).any() else float("nan")


def _by(error: float, unit: float) -> float:
    return error / unit if unit > 0 else float("nan")


def _mean(figures: NDArray[np.float64]) -> float:
    there: Sequence[float] = figures[~np.isnan(figures)]
    return float(np.mean(there)) if len(there) else float("nan")
