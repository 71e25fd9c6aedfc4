"""Frequencies made by hand, and series of them, as tests take them through a fit."""

import numpy as np

from thalweg.series.frequency.dates import step_range
from thalweg.series.frequency.record import Frequency
from thalweg.series.series import Series

WEEKLY = Frequency(
    name="weekly",
    step="week",
    steps="weeks",
    units=7,
    season=52,
    month=4,
    year=52,
    least=104,
    long=260,
    longest_horizon=52,
    lags=(1, 4, 13, 26),
    copies=(("copy last week", 1), ("copy last year", 52)),
    calendar=("season",),
)
WEEKDAYS_ONLY = Frequency(
    name="Monday to Friday",
    step="working day",
    steps="working days",
    weekmask="1111100",
    season=5,
    month=20,
    year=261,
    least=40,
    long=714,
    longest_horizon=130,
    lags=(1, 5, 20, 40),
    copies=(("copy the last working day", 1), ("copy last week", 5)),
    calendar=("weekday", "season", "holiday"),
)


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
