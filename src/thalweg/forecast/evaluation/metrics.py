"""How far off forecasts were: the metrics of a backtest, over all forecasts, by step ahead and by cutoff.

MASE divides each error by the mean absolute difference of the values seen at its cutoff from those a season before
(Hyndman and Koehler 2006, "Another look at measures of forecast accuracy"). sMAPE is the mean of |error| over
|actual| + |forecast|, from 0 to 1 (Makridakis 1993 has twice that). WAPE is the sum of |error| over that of |actual|.
The pinball loss of quantile q is q·(actual − quantile) where that is positive, else (1 − q)·(quantile − actual)
(Koenker and Bassett 1978); ``pinball`` is its mean over the ends of all intervals and the forecast, which stands for
the median. CRPS is twice the integral of the pinball loss over q (Gneiting and Raftery 2007; Laio and Tamea 2007), in
which the loss at any q is that of the nearest quantile known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.forecast.evaluation.options import METRICS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.evaluation.contenders import Made
    from thalweg.forecast.evaluation.run import Forecasts
    from thalweg.series.series import Series

    Mean = Callable[[NDArray[np.float64]], Any]

Rows = dict[str, dict[str, float]]  # a metric's name to its value of each model


@dataclass(frozen=True, eq=False)
class Scores:
    """The metrics of a backtest.

    Attributes
    ----------
    season : int
        Steps of the season that MASE compares with.
    overall : mapping
        Metric to model to value; NaN where it cannot be told, as the coverage of a model without intervals.
    by_step : mapping
        Step ahead, counted from the cutoff, to the same.
    by_cutoff : tuple
        The same for each cutoff.
    metric : str
        By which the models are ranked: the one asked for, or the mean absolute error where that cannot be told.
    ranking : tuple of str
        The models for which it is known, the best first.
    """

    season: int
    overall: Rows
    by_step: dict[int, Rows]
    by_cutoff: tuple[Rows, ...]
    metric: str
    ranking: tuple[str, ...]

    @property
    def order(self) -> tuple[str, ...]:
        """All models, the best first; at the end those that are not ranked."""
        others = (name for name in self.overall[self.metric] if name not in self.ranking)
        return (*self.ranking, *others)


@dataclass(frozen=True, eq=False)
class Outcome:
    """Forecasts of one model beside what came, shape (cutoffs, steps) each; NaN where nothing was observed.

    Attributes
    ----------
    actual, mean : ndarray of float64
    ends : dict
        Level, in percent, to the lower and the upper ends.
    scale : ndarray of float64, shape (cutoffs, 1)
        What MASE divides by; NaN where it is 0 or unknown.
    whole : bool
        Whether there are intervals of every level that some model has. Else the losses of quantiles are not told, since
        they would be of other quantiles.
    """

    actual: NDArray[np.float64]
    mean: NDArray[np.float64]
    ends: dict[float, tuple[NDArray[np.float64], NDArray[np.float64]]]
    scale: NDArray[np.float64]
    whole: bool = True

    def part(self, rows: slice, columns: slice) -> Outcome:
        """Return some cutoffs and some steps."""
        at = (rows, columns)
        ends = {level: (low[at], high[at]) for level, (low, high) in self.ends.items()}
        return Outcome(self.actual[at], self.mean[at], ends, self.scale[rows], self.whole)


def scores_of(forecasts: Forecasts, metrics: Sequence[str], ranking: str) -> Scores:
    """Return the metrics that are asked for, and the one that ranks.

    Parameters
    ----------
    forecasts : Forecasts
    metrics : sequence of str
        Some of `METRICS`.
    ranking : str
        The one that ranks the models; where it is known of none, as MASE of a constant series, the mean absolute error.
    """
    season = forecasts.series.frequency.season
    outcomes = outcomes_of(forecasts, season)
    cutoffs, every = forecasts.cutoffs, slice(None)
    steps = range(cutoffs.horizon)
    levels = levels_of(outcomes)
    metric, order = ranked_by(ranking, lambda name: _rows(outcomes, [name], levels, every, every)[name])
    told = [name for name in METRICS if name in {*metrics, metric}]
    return Scores(
        season,
        _rows(outcomes, told, levels, every, every),
        {cutoffs.gap + step + 1: _rows(outcomes, told, levels, every, slice(step, step + 1)) for step in steps},
        tuple(_rows(outcomes, told, levels, slice(at, at + 1), every) for at in range(len(cutoffs.seen))),
        metric,
        order,
    )


def ranked_by(asked: str, values_of: Callable[[str], dict[str, float]]) -> tuple[str, tuple[str, ...]]:
    """Return what ranks the models, and those for which it is known, the least first.

    Parameters
    ----------
    asked : str
        A metric; where it is known of no model, the mean absolute error ranks.
    values_of : callable
        A metric to its value of each model.
    """
    for metric in (asked, "mae"):
        values = values_of(metric)
        if known := [name for name in values if math.isfinite(values[name])]:
            return metric, tuple(sorted(known, key=lambda name: values[name]))
    return asked, ()


def outcomes_of(forecasts: Forecasts, season: int) -> dict[str, Outcome]:
    """Return the outcome of each model."""
    series, cutoffs = forecasts.series, forecasts.cutoffs
    at = np.array(cutoffs.seen)[:, None] + cutoffs.gap + np.arange(cutoffs.horizon)
    actual = np.where(series.observed[at], series.values[at], np.nan)
    scale = np.array([[scale_of(series, seen, season)] for seen in cutoffs.seen])
    levels = {level for each in forecasts.made.values() for level in each[0].ends}
    made: dict[str, Outcome] = {}
    for name, each in forecasts.made.items():
        ends = {float(level): (_stacked(each, level, 0), _stacked(each, level, 1)) for level in each[0].ends}
        made[name] = Outcome(actual, np.stack([one.mean for one in each]), ends, scale, levels <= set(each[0].ends))
    return made


def _stacked(each: Sequence[Made], level: str, end: int) -> NDArray[np.float64]:
    return np.stack([one.ends[level][end] for one in each])


def scale_of(series: Series, seen: int, season: int) -> float:
    """Return the mean absolute difference of the first values from those a season before; NaN where it is 0."""
    values, observed = series.values[:seen], series.observed[:seen]
    both = observed[season:] & observed[:-season] if seen > season else np.zeros(0, dtype=bool)
    if not both.any():
        return math.nan
    scale = float(np.abs(values[season:] - values[:-season])[both].mean())
    return scale if scale > 0 else math.nan


def levels_of(outcomes: dict[str, Outcome]) -> list[float]:
    """Return the levels of which some model has intervals, rising."""
    return sorted({level for one in outcomes.values() for level in one.ends})


def _rows(
    outcomes: dict[str, Outcome], metrics: Sequence[str], levels: Sequence[float], rows: slice, columns: slice
) -> Rows:
    parts = {name: one.part(rows, columns) for name, one in outcomes.items()}
    names = [name for metric in metrics for name in metric_names(metric, levels)]
    return {name: {model: _value(part, name) for model, part in parts.items()} for name in names}


def metric_names(metric: str, levels: Sequence[float]) -> list[str]:
    """Return the names of a metric's rows: of coverage one a level, of the pinball loss one more a quantile."""
    if metric == "coverage":
        return [f"coverage-{level:.12g}" for level in levels]
    if metric != "pinball":
        return [metric]
    shares = (share for level in levels for share in quantiles_of(level))
    return ["pinball", *(f"pinball-{share:.10g}" for share in sorted(shares))]


def quantiles_of(level: float) -> tuple[float, float]:
    """Return the quantiles that the ends of an interval are, such as 0.1 and 0.9 for 80%."""
    return round((100 - level) / 200, 10), round((100 + level) / 200, 10)


def _value(part: Outcome, metric: str) -> float:
    """Return one metric of one part; NaN where nothing was observed, or it is beyond what a float can be."""
    known = np.isfinite(part.actual)
    if not known.any():
        return math.nan
    value = float(metric_of(part, metric, lambda losses: losses[known].mean()))
    return value if math.isfinite(value) else math.nan


def metric_of(part: Outcome, metric: str, mean: Mean) -> Any:  # noqa: ANN401 - a number, or an array of such
    """Return a metric, of which `mean` says over what it is taken.

    Parameters
    ----------
    part : Outcome
    metric : str
        As the rows of `Scores` are called.
    mean : callable
        Returns the mean of an array of the outcome's shape, over what was observed: a number, or an array of such.
    """
    kind, _, level = metric.partition("-")
    with np.errstate(over="ignore", invalid="ignore"):
        if kind == "coverage":
            return mean(_inside(part, float(level)))
        if kind == "pinball" and level:
            one = (loss for q, loss in pinball_losses(part) if q == float(level))
            return mean(next(one, np.full(part.actual.shape, math.nan)))
        if kind in ("pinball", "crps"):
            return _of_quantiles(part, kind, mean)
        return _of_errors(part, kind, mean)


def _inside(part: Outcome, level: float) -> NDArray[np.float64]:
    if level not in part.ends:
        return np.full(part.actual.shape, math.nan)
    low, high = part.ends[level]
    return ((part.actual >= low) & (part.actual <= high)).astype(np.float64)


def _of_errors(part: Outcome, kind: str, mean: Mean) -> Any:  # noqa: ANN401 - as of `metric_of`
    error = part.mean - part.actual
    size = np.abs(error)
    match kind:
        case "rmse":
            return np.sqrt(mean(size**2))
        case "bias":
            return mean(error)
        case "wape":
            usual = mean(np.abs(part.actual))
            return np.where(usual > 0, mean(size) / np.where(usual > 0, usual, 1), math.nan)
        case "smape":
            both = np.abs(part.actual) + np.abs(part.mean)
            return mean(np.where(both > 0, size / np.where(both > 0, both, 1), 0.0))
        case "mase":
            return mean(size / part.scale)
        case _:
            return mean(size)


def _of_quantiles(part: Outcome, kind: str, mean: Mean) -> Any:  # noqa: ANN401 - as of `metric_of`
    if not part.ends or not part.whole:
        return mean(np.full(part.actual.shape, math.nan))
    quantiles, losses = zip(
        *sorted(((q, mean(loss)) for q, loss in pinball_losses(part)), key=itemgetter(0)), strict=True
    )
    if kind == "pinball":
        return np.mean(losses, axis=0)
    return 2 * np.tensordot(weights_of(quantiles), np.array(losses), axes=1)


def pinball_losses(part: Outcome) -> Iterator[tuple[float, NDArray[np.float64]]]:
    """Yield each quantile that is known with the pinball losses, shape (cutoffs, steps)."""
    quantiles: list[tuple[float, NDArray[np.float64]]] = [(0.5, part.mean)]
    for level, (low, high) in part.ends.items():
        quantiles += zip(quantiles_of(level), (low, high), strict=True)
    for q, made in quantiles:
        missing = part.actual - made
        yield q, np.maximum(q * missing, (q - 1) * missing)


def weights_of(quantiles: Sequence[float]) -> NDArray[np.float64]:
    """Return the share of probabilities from 0 to 1 that lie nearest to each of some rising quantiles."""
    known = np.array(quantiles)
    between = (known[1:] + known[:-1]) / 2
    return np.diff(np.concatenate([[0.0], between, [1.0]]))
