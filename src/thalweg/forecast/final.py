"""Step five, the final fit: the choice on all values, with its calibrated intervals: the model that forecasts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from thalweg.forecast.backtest import refit
from thalweg.forecast.features.last_year import look_back
from thalweg.forecast.limits import before, limits_of
from thalweg.forecast.model import Model
from thalweg.forecast.strategy import Pair, needs_direct

if TYPE_CHECKING:
    from collections.abc import Callable

    from thalweg.forecast.calibrate import Calibration
    from thalweg.forecast.data import Data
    from thalweg.forecast.search import Candidate
    from thalweg.learn.training.thread_pool import ThreadPool
    from thalweg.series.series import Series


def final_fit(
    data: Data,
    choice: Candidate,
    calibration: Calibration,
    pool: ThreadPool,
    advance: Callable[[float], None],
) -> Model:
    """Fit the choice on all values of one series.

    Parameters
    ----------
    data : Data
        A panel of one.
    choice : Candidate
    calibration : Calibration
        Its horizon is that of the model.
    pool : ThreadPool
    advance : callable
        Is given the number of networks that were fitted.
    """
    (series,) = data.panel.series
    steps, everything = len(calibration.bands), [(len(series),)]
    (one_step,) = refit(data, choice.members, everything, 1, pool, advance)
    multi_step = one_step
    if needs_direct(calibration.strategies, steps):
        (multi_step,) = refit(data, choice.members, everything, steps, pool, advance)
    days = _last_values(series, one_step.seen)
    limits = before(limits_of(series, len(series), steps), series, len(series) - len(days))
    return Model(
        chosen=choice.line.rung,
        loss=data.loss,
        strategies=calibration.strategies,
        pair=Pair(one_step, multi_step, (limits,)),
        calendar=data.calendar,
        days=days,
        miss_transform=calibration.miss_transform,
        levels=calibration.levels,
        bands=calibration.bands,
        errors=calibration.errors,
        low_residual=calibration.low_residual,
        made=dt.datetime.now().astimezone().date(),
    )


def _last_values(series: Series, seen: int) -> Series:
    """Return the values that the choice looks at, and those of the same weeks of last year."""
    needed = max(look_back(series.frequency), seen) + 1
    cut = max(len(series) - needed, 0)
    return replace(
        series, start=series.dates[cut], values=series.values[cut:], observed=series.observed[cut:], notes=()
    )
