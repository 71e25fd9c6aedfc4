"""How far off the forecasts of many series were: each metric by series, and the mean over the series."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.evaluation.metrics import (
    Outcome,
    Scores,
    levels_of,
    metric_names,
    metric_of,
    ranked_by,
    scale_of,
)
from thalweg.forecast.evaluation.options import METRICS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.evaluation.many.forecasts import PanelForecasts
    from thalweg.forecast.evaluation.metrics import Mean, Rows

RELATIVE = "relative_mae"
"""The mean absolute error of a series over that of copying; the mean over the series where copying misses something."""

OF_SERIES = ("mae", "mase")
ALL_BUT_SERIES, ALL_BUT_STEPS, ALL_BUT_CUTOFFS = (0, 2), 0, 2  # axes that a mean is taken over


@dataclass(frozen=True, eq=False)
class PanelScores(Scores):
    """The metrics of a backtest of many series: means over the series, each of which counts the same.

    Attributes
    ----------
    by_series : mapping
        Metric to model to an array of a value for each series; NaN where it cannot be told.
    """

    by_series: dict[str, dict[str, NDArray[np.float64]]]


def scores_of_panel(forecasts: PanelForecasts, metrics: Sequence[str], ranking: str) -> PanelScores:
    """Return the metrics that are asked for, and the one that ranks; parameters as of `scores_of`."""
    season = forecasts.frequency.season
    outcomes = outcomes_of_panel(forecasts, season)
    levels = levels_of(outcomes)

    def taken(name: str, axes: int | tuple[int, int], series: int = 0) -> dict[str, NDArray[np.float64]]:
        """Return a metric of each model: over some axes for each series, then the mean over the axis of the series."""
        return {
            model: mean_over(metric_of(one, name, _mean_over(one, axes)), series) for model, one in outcomes.items()
        }

    def overall(name: str) -> dict[str, float]:
        return {model: float(value) for model, value in taken(name, ALL_BUT_SERIES).items()}

    metric, order = ranked_by(ranking, overall)
    told = [name for each in METRICS if each in {*metrics, metric} for name in metric_names(each, levels)]
    by_series = {
        name: {model: metric_of(one, name, _mean_over(one, ALL_BUT_SERIES)) for model, one in outcomes.items()}
        for name in OF_SERIES
    }
    by_step = {name: taken(name, ALL_BUT_STEPS) for name in told}
    by_cutoff = {name: taken(name, ALL_BUT_CUTOFFS, series=1) for name in told}
    cutoffs = forecasts.cutoffs
    return PanelScores(
        season=season,
        overall=_with_relative({name: overall(name) for name in told}, by_series["mae"], forecasts.copying),
        by_step={cutoffs.gap + step + 1: _at(by_step, step) for step in range(cutoffs.horizon)},
        by_cutoff=tuple(_at(by_cutoff, at) for at in range(len(cutoffs.seen))),
        metric=metric,
        ranking=order,
        by_series=by_series,
    )


def _at(metrics: dict[str, dict[str, NDArray[np.float64]]], place: int) -> Rows:
    return {name: {model: float(values[place]) for model, values in each.items()} for name, each in metrics.items()}


def _with_relative(rows: Rows, errors: dict[str, NDArray[np.float64]], copying: str) -> Rows:
    """Return metrics with the mean absolute error relative to copying's, behind that error where it is told."""
    at = list(rows).index("mae") + 1 if "mae" in rows else 0
    pairs = list(rows.items())
    return dict([*pairs[:at], (RELATIVE, relative_to(errors, copying)), *pairs[at:]])


def relative_to(errors: dict[str, NDArray[np.float64]], copying: str) -> dict[str, float]:
    """Return the mean over series of each model's error over that of copying, where that misses something."""
    copied = errors[copying]
    divisor = np.where(copied > 0, copied, np.nan)
    return {model: float(mean_over(each / divisor, 0)) for model, each in errors.items()}


def _mean_over(one: Outcome, axes: int | tuple[int, int]) -> Mean:
    known = np.isfinite(one.actual)
    return lambda losses: mean_over(np.where(known, losses, math.nan), axes)


def mean_over(values: NDArray[np.float64], axes: int | tuple[int, int]) -> NDArray[np.float64]:
    """Return means of what is finite; NaN where nothing is."""
    finite = np.isfinite(values)
    number = finite.sum(axis=axes)
    with np.errstate(over="ignore"):
        total = np.where(finite, values, 0.0).sum(axis=axes)
    return np.where(number > 0, total / np.maximum(number, 1), math.nan)


def outcomes_of_panel(forecasts: PanelForecasts, season: int) -> dict[str, Outcome]:
    """Return the outcome of each model; arrays have the shape (cutoffs, series, steps)."""
    begins = forecasts.begins
    scale = np.array(
        [
            [
                scale_of(one, max(min(seen - begin, len(one)), 0), season)
                for one, begin in zip(forecasts.panel.series, begins.tolist(), strict=True)
            ]
            for seen in forecasts.cutoffs.seen
        ]
    )[..., None]
    levels = {level for one in forecasts.made.values() for level in one.ends}
    return {
        name: Outcome(
            forecasts.actual,
            one.mean,
            {float(level): ends for level, ends in one.ends.items()},
            scale,
            levels <= set(one.ends),
        )
        for name, one in forecasts.made.items()
    }
