"""Step four, the calibration: intervals from the residuals of the backtest, and the choice as used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.distribution import TABLE, Distribution, StepCalibration, distribution_of, read, residuals_of
from thalweg.forecast.features.past import past_of
from thalweg.forecast.interval import Ends, MissTransform, adaptive_conformal, banded, narrowest, suited_transform
from thalweg.forecast.levels import LEVEL_OF_UNFINISHED, USUAL, Asked, around
from thalweg.forecast.limits import limits_of
from thalweg.forecast.paths import Inside, residual_rows
from thalweg.forecast.result import AsUsed
from thalweg.forecast.sizes import ends_before
from thalweg.forecast.totals import sums_inside
from thalweg.learn.loss import LOSSES, mean_loss

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.backtest import Backtest
    from thalweg.forecast.data import Data
    from thalweg.forecast.interval import Teaching
    from thalweg.forecast.plan import Plan
    from thalweg.forecast.scorer import SeriesParts
    from thalweg.series.series import Series

LEAST_RESIDUALS = 20  # below, a step ahead has the interval of the step before


@dataclass(frozen=True, eq=False)
class Calibration:
    """The intervals of one series, and how the choice did over its sealed test.

    Attributes
    ----------
    plan : Plan
        How each step ahead is predicted.
    miss_transform : MissTransform
        The transform of residuals, chosen on training and validation values.
    asked : Asked
        The levels and the quantiles that are shown.
    distribution : Distribution
        What to add to the prediction of each step ahead, in the transform's units; no level is narrower than a step
        before.
    rows : ndarray of float32, shape (forecasts, horizon)
        The residuals of whole forecasts, as of `thalweg.forecast.paths.residual_rows`.
    inside : tuple of Inside
        How many sums of some lengths fell inside their intervals over the sealed test.
    whole : bool
        Whether values are whole and never negative, so that the ends of intervals are whole.
    as_used : AsUsed
        The sealed test, one step ahead; each interval calibrated on earlier values.
    steps : ndarray of float64, shape (horizon,)
        The loss of each step ahead over the sealed test.
    errors : ndarray of float64
        The loss of each scored value of the sealed test, one step ahead.
    low_residual : float
        The lower end of the 98% interval one step ahead, in the transform's units.
    """

    plan: Plan
    miss_transform: MissTransform
    asked: Asked
    distribution: Distribution
    rows: NDArray[np.float32]
    inside: tuple[Inside, ...]
    whole: bool
    as_used: AsUsed
    steps: NDArray[np.float64]
    errors: NDArray[np.float64]
    low_residual: float


def calibrate(
    data: Data,
    parts: SeriesParts,
    backtested: Backtest,
    plan: Plan,
    horizon: int,
    place: int = 0,
    asked: Asked = USUAL,
) -> Calibration:
    """Calibrate the intervals of one series on its residuals, and score its sealed test.

    Parameters
    ----------
    data : Data
    parts : SeriesParts
    backtested : Backtest
        From the first validation value on, which calibrates the first intervals of the sealed test.
    plan : Plan
        How each step ahead is predicted.
    horizon : int
        Steps ahead.
    place : int
        Which series of the panel.
    asked : Asked
        The levels and the quantiles that are shown.
    """
    series, first, sealed = data.panel.series[place], backtested.first[place], parts.test[place][0]
    forecasts = data.panel.part(backtested.by(plan, horizon), place)
    transform = transform_before(series, forecasts[0], first, sealed)
    steps = [
        step_calibration(series, predictions, transform, first, sealed, step)
        for step, predictions in enumerate(forecasts, 1)
    ]
    levels = tuple(sorted({*TABLE, *asked.calibrated}))
    errors = LOSSES[data.judged].error(forecasts[0, sealed:], series.values[sealed:])
    return Calibration(
        plan=plan,
        miss_transform=transform,
        asked=asked,
        distribution=distribution_of(steps, levels, LEAST_RESIDUALS),
        rows=residual_rows(*residuals_of(steps), len(series) - first, horizon),
        inside=sums_inside(
            series,
            forecasts,
            steps,
            transform,
            first,
            sealed,
            asked.calibrated,
            least_residuals=LEAST_RESIDUALS,
            zeros=data.scales is not None,
        ),
        whole=series.whole,
        as_used=_as_used(data, series, forecasts[0], steps[0], transform, sealed, backtested.refit_days, asked),
        steps=losses_ahead(data.judged, series, forecasts, sealed),
        errors=errors[series.observed[sealed:]].astype(np.float64),
        low_residual=_lowest(steps[0]),
    )


def _lowest(step: StepCalibration) -> float:
    """Return the lower end of the interval below which a last value may not be complete."""
    last = adaptive_conformal(
        step.residuals, step.known, step.first, used=step.used, least=step.least, levels=(LEVEL_OF_UNFINISHED,)
    ).last
    return float(last[0, 0])


def transform_before(series: Series, predictions: NDArray[np.float64], first: int, sealed: int) -> MissTransform:
    """Choose the transform of residuals before the sealed test is looked at."""
    made, actual = predictions[first:sealed], series.values[first:sealed]
    known = series.observed[first:sealed] & np.isfinite(made)
    return suited_transform(series.values[:sealed], actual[known], made[known], counts=series.counts)


def step_calibration(
    series: Series,
    predictions: NDArray[np.float64],
    transform: MissTransform,
    first: int,
    sealed: int,
    step: int,
    teaching: Teaching | None = None,
) -> StepCalibration:
    """Calibrate the intervals of one step ahead on its residuals, over the sealed test."""
    made, actual = predictions[first:], series.values[first:]
    residuals, known = transform.residuals(actual, made, series.observed[first:])
    before = slice(None, sealed - first)
    least = narrowest(series.values[:sealed], residuals[before][known[before]], transform)
    used = series.frequency.calibrated_on
    return StepCalibration(residuals, known, sealed - first, step, used=used, least=least, teaching=teaching)


def limits_one_step(series: Series, sealed: int) -> Ends:
    """Return what the days before each day of the sealed test bear out, one step ahead; judged anew each season."""
    each: list[Ends] = []
    for first in range(sealed, len(series), series.frequency.season):
        newest = np.arange(first, min(first + series.frequency.season, len(series))) - 1
        each.append(limits_of(series, first, 1).of_intervals(past_of(series, newest), 1))
    return Ends(np.concatenate([ends.low for ends in each]), np.concatenate([ends.high for ends in each]))


def losses_ahead(loss: str, series: Series, forecasts: NDArray[np.float64], sealed: int) -> NDArray[np.float64]:
    """Return the loss of each step ahead over the observed values of the sealed test."""
    actual, observed = series.values[sealed:], series.observed[sealed:]
    return np.array(
        [
            mean_loss(LOSSES[loss], row, actual, (observed & np.isfinite(row)).astype(float))
            for row in forecasts[:, sealed:]
        ]
    )


def _as_used(
    data: Data,
    series: Series,
    predictions: NDArray[np.float64],
    step: StepCalibration,
    transform: MissTransform,
    sealed: int,
    refit_days: int,
    asked: Asked,
) -> AsUsed:
    """Score the sealed test, one step ahead."""
    ahead = predictions[sealed:]
    limits = limits_one_step(series, sealed) if transform.offset is not None else None
    levels, bands, median = asked.calibrated, step.conformal.bands, None
    if asked != USUAL:
        bands, medians = read([step] * len(ahead), range(step.first, step.first + len(ahead)), levels)
        median = banded(ahead, medians.reshape(-1, 1, 1), transform, limits)[:, 0, 0]
    ends = banded(ahead, bands, transform, limits)
    if data.scales is not None:
        ends, median = ends_before(series, ahead, sealed, levels)
    scored = series.observed[sealed:]
    prediction, target = ahead[scored], series.values[sealed:][scored]
    intervals = around(prediction, ends[scored], levels, None if median is None else median[scored])
    if series.whole:
        intervals = intervals.whole()
    return AsUsed(
        refit_days=refit_days,
        test=mean_loss(LOSSES[data.judged], prediction, target),
        dates=series.dates[sealed:][scored],
        target=target,
        prediction=prediction,
        intervals=intervals,
        coverage=intervals.coverage(target),
    )
