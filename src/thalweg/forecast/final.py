"""Step five, the final fit: the choice on all values, with its calibrated intervals: the model that forecasts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from thalweg.forecast.backtest import refit
from thalweg.forecast.features.last_season import look_back
from thalweg.forecast.limits import before
from thalweg.forecast.model import Model

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from thalweg.forecast.backtest import Backtest, Cutoff
    from thalweg.forecast.calibrate import Calibration
    from thalweg.forecast.data import Data
    from thalweg.forecast.search import Candidate
    from thalweg.forecast.team import Started, Team
    from thalweg.forecast.ways import Predictors
    from thalweg.learn.training.thread_pool import ThreadPool
    from thalweg.series.series import Series


def final_fit(
    data: Data,
    choice: Candidate,
    team: Team,
    backtested: Backtest,
    calibration: Calibration,
    pool: ThreadPool,
    advance: Callable[[float], None],
) -> Model:
    """Fit the choice on all values of one series, going on from the last refit of the backtest.

    Parameters
    ----------
    data : Data
        A panel of one.
    choice : Candidate
    team : Team
        What the plan of the calibration needs.
    backtested : Backtest
    calibration : Calibration
        Its horizon and its plan are those of the model.
    pool : ThreadPool
    advance : callable
        Is given the number of parts of the team that were fitted, in shares.
    """
    (series,) = data.panel.series
    steps, cutoffs = len(calibration.distribution.bands), [(len(series),)]
    predictors, days = refitted(data, team, cutoffs, steps, pool, advance, backtested.ended)
    return Model(
        chosen=choice.line.rung,
        loss=data.loss,
        plan=calibration.plan,
        predictors=predictors,
        calendar=data.calendar,
        days=days,
        miss_transform=calibration.miss_transform,
        levels=calibration.distribution.levels,
        bands=calibration.distribution.bands,
        errors=calibration.errors,
        low_residual=calibration.low_residual,
        made=dt.datetime.now().astimezone().date(),
        team=team,
        began=series.start,
        medians=calibration.distribution.medians,
        asked=calibration.asked,
        rows=calibration.rows,
        inside=calibration.inside,
        whole=calibration.whole,
    )


def refitted(
    data: Data,
    team: Team,
    cutoffs: Sequence[Cutoff],
    steps: int,
    pool: ThreadPool,
    advance: Callable[[float], None],
    start: Started,
) -> tuple[Predictors, Series]:
    """Refit a team on one series at each cutoff; return the last predictors, and the values that they look back at.

    Parameters
    ----------
    data : Data
        A panel of one.
    team : Team
    cutoffs : sequence of tuple of int
        How many values each refit learns from; the last one from all.
    steps : int
        The horizon.
    pool : ThreadPool
    advance : callable
        As of `final_fit`.
    start : Started
        Where the first refit starts.
    """
    (series,) = data.panel.series
    fitted, _ = refit(data, team, cutoffs, steps, pool, advance, start)
    days = last_values(series, fitted[-1].seen)
    limits = before(fitted[-1].limits[0], series, len(series) - len(days))
    return replace(fitted[-1], limits=(limits,)), days


def last_values(series: Series, seen: int) -> Series:
    """Return the values that the choice looks at, and those of the last long season."""
    needed = max(look_back(series.frequency), seen) + 1
    cut = max(len(series) - needed, 0)
    return replace(
        series,
        start=series.dates[cut],
        values=series.values[cut:],
        observed=series.observed[cut:],
        notes=(),
        regressors=None,
    )
