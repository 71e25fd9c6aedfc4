"""Frequencies made by hand, and series of them, as tests take them through a fit."""

import numpy as np

from thalweg.series.frequency.dates import step_range
from thalweg.series.frequency.record import daily, weekly
from thalweg.series.series import Series

WEEKLY = weekly()
WEEKDAYS_ONLY = daily("1111100")


def seasonal(frequency, count, start, *, seed=0, name="sales", noise=3.0):
    """Return a series with a clear short season, a slow trend and noise."""
    dates = step_range(frequency, np.datetime64(start), count)
    at = np.arange(count)
    shape = 40 * np.sin(2 * np.pi * np.arange(frequency.season) / frequency.season) + 15 * (
        np.arange(frequency.season) % 3
    )
    random = np.random.default_rng(seed)
    values = 300 + 0.05 * at + shape[at % frequency.season] + random.normal(0, noise, count)
    return Series(dates[0], values, np.ones(count, dtype=bool), name, "made.csv", frequency=frequency)
