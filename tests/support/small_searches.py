"""Small series, small ladders and short fits, for tests of what happens to days rather than to networks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from thalweg.forecast.data import data_of
from thalweg.forecast.features.past import past_of
from thalweg.forecast.forecaster import fit_series
from thalweg.forecast.interval import adaptive_conformal
from thalweg.forecast.ladder import Ladder, copies
from thalweg.forecast.options import FitOptions
from thalweg.forecast.plan import Block, Plan
from thalweg.forecast.predictors.far_ahead import far_ahead
from thalweg.forecast.predictors.mean import Mean
from thalweg.forecast.predictors.network import Rung, network_predictor
from thalweg.forecast.search import estimates
from thalweg.forecast.training import TrainingSet, descend
from thalweg.forecast.ways import DIRECT, RECURSIVE, Beside, Predictors
from thalweg.learn.optimizer import Optimizer
from thalweg.series.calendar import Calendar
from thalweg.series.frequency.record import DAILY
from thalweg.series.sample import sample
from thalweg.series.series import Series

COPIES = copies()
QUICK = Optimizer("adamw", 0.01, "cosine", decay=0.01)
LINE = Rung(7, seeds=2, epochs=40, optimizer=QUICK)
NET = Rung(14, hidden=(8,), seeds=2, epochs=40, optimizer=QUICK)
WEEK, YEAR = replace(NET, known="week"), replace(NET, known="year")
TINY = Ladder("tiny", (*COPIES, LINE, NET, WEEK), mean=True)
SHORT = Ladder("short", (*COPIES, LINE))
OPTIONS = {"ladder": TINY, "horizon": 5, "threads": 2}


def series_of(values, observed=None, *, start="2021-03-01", name="views"):
    values = np.asarray(values, dtype=float)
    observed = np.ones(len(values), dtype=bool) if observed is None else observed
    return Series(np.datetime64(start, "D"), values, observed, name, "views.csv")


def channel(days=430, *, missing=(), seed=1):
    """Simulated views; each missing day holds the value of a week before, as reading fills it."""
    series = sample(days, seed)
    values, observed = series.values.copy(), series.observed.copy()
    for day in sorted(missing):
        values[day], observed[day] = values[day - 7], False
    return series_of(values, observed, start=str(series.start))


def part(series, first, last=None):
    """Days `first` to `last` (excluded) as a series."""
    return replace(
        series, start=series.dates[first], values=series.values[first:last], observed=series.observed[first:last]
    )


def changed_after(series, day, seed):
    """The same series with random positive values from `day` on."""
    values = series.values.copy()
    values[day:] = np.random.default_rng(seed).uniform(0, 1e5, len(values) - day)
    return replace(series, values=values)


def search(series, **changes):
    return fit_series(series, FitOptions(**(OPTIONS | changes)))


def fitted(rung, series, upto, steps=1, *, epochs=2, seeds=(0, 1), calendar=None, loss="mae"):
    """Fit a rung on the days before `upto`."""
    training_set = TrainingSet.of(rung, series, calendar or Calendar(), loss, upto, steps)
    return network_predictor(
        training_set, np.stack([descend(training_set, each, epochs=epochs).theta for each in seeds])
    )


BOTH = (DIRECT, RECURSIVE)


def predictors_of(one_step, multi_step=None, **more):
    """Return the predictors of two lists of members; without a second there is no direct way."""
    return Predictors(Mean(tuple(one_step)), None if multi_step is None else Mean(tuple(multi_step)), **more)


def ways_of(predictors, past, ways, steps):
    """Return the predictions of some ways for 1 to `steps` ahead, each an array of shape (rows, steps)."""
    return predictors.predict(past, dict.fromkeys(ways, steps))


def plan_of(ways, steps, fade=0):
    """Return the plan whose later steps all go some ways; the first step is that of the choice."""
    first = Block(1, 1, (RECURSIVE,))
    return Plan((first, Block(2, steps, tuple(ways))) if steps > 1 else (first,), fade)


def served_by(model, ways, one_step=None, multi_step=None, **changes):
    """Return a model with other members, whose later steps all go the same ways."""
    one_step = model.predictors.one_step.members if one_step is None else one_step
    horizon = len(changes.get("bands", model.bands))
    changes = {"medians": model.medians[:horizon], "rows": model.rows[:, :horizon]} | changes
    predictors, plan = predictors_of(one_step, multi_step), plan_of(ways, horizon)
    return replace(model, predictors=predictors, plan=plan, team=None, **changes)


def meant(model, series, horizon=3):
    """A model of the same series whose choice is a mean of two rungs, one of them counted twice."""
    twice, once = (fitted(rung, series, len(series), epochs=40) for rung in (NET, LINE))
    return served_by(model, (RECURSIVE,), [twice, twice, once], chosen="mean of 2", bands=model.bands[:horizon])


def shared_networks(series):
    """A model whose far steps are predicted by shared networks, near and far ones, and by what needs no fit."""
    rung = replace(WEEK, shared=True)
    made = search(series, ladder=SHORT, horizon=40)[1]
    near, far = (Mean((fitted(rung, series, len(series), steps),)) for steps in (28, 40))
    baselines = far_ahead(DAILY, counts=True)
    blocks = [(1, 1, (RECURSIVE,)), (2, 28, (rung.name,)), (29, 91, (rung.name, *(one.name for one in baselines)))]
    return replace(
        made,
        predictors=replace(made.predictors, beside=(Beside(rung.name, near, far),), baselines=baselines),
        plan=Plan(tuple(Block(*block) for block in blocks)),
        days=series,
        team=None,
    )


def estimates_of(predictor, series, first, last):
    """Return one-step predictions of the days `first` to `last` (excluded), NaN where there are none."""
    return estimates(predictor, data_of(series, Calendar(), "mae"), [(first, last)])[first:last]


def tomorrow_of(predictor, series, newest):
    """Return the one-step predictions of some rows, shape (rows,)."""
    return predictor.predict(past_of(series, np.asarray(newest)), (1,))[:, 0]


def calibrated(residuals, known, first, delay=1):
    """Calibrate the usual intervals of daily residuals."""
    return adaptive_conformal(residuals, known, first, delay, used=DAILY.year)
