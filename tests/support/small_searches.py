"""Small series, small ladders and short fits, for tests of what happens to days rather than to networks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from thalweg.forecast.backtest import predictions_at_cutoffs, refits
from thalweg.forecast.fit import Fit, TrainingSet, descend
from thalweg.forecast.forecaster import fit_series
from thalweg.forecast.ladder import Ladder, Rung
from thalweg.forecast.options import FitOptions
from thalweg.learn.optimizer import Optimizer
from thalweg.series.calendar import Calendar
from thalweg.series.sample import sample
from thalweg.series.series import Series

COPIES = (Rung(1, copy=True), Rung(7, copy=True))
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
    training_set = TrainingSet(rung, series, calendar or Calendar(), loss, upto, steps)
    thetas = [descend(training_set, seed, epochs=epochs).theta for seed in seeds]
    return Fit(rung, training_set.scale, training_set.network, np.stack(thetas))


def meant(model, series, horizon=3):
    """A model of the same series whose choice is a mean of two rungs, one of them counted twice."""
    twice, once = (fitted(rung, series, len(series), epochs=40) for rung in (NET, LINE))
    daily = [twice, twice, once]
    bands = model.bands[:horizon]
    return replace(model, chosen="mean of 2", strategy="recursive", daily=daily, many=daily, bands=bands)


def backtest(specification, members, *, steps, strategy, **options):
    """Refit every so many days; return the predictions made with what was known at the time."""
    fitted = refits(specification, members, steps=steps, strategy=strategy, **options)
    return predictions_at_cutoffs(specification, fitted, steps, strategy)
