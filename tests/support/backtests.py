"""Small series and models of plain loops for backtests."""

from __future__ import annotations

import numpy as np

from thalweg.series.frequency.dates import date_range
from thalweg.series.frequency.record import DAILY
from thalweg.series.series import Series

DAYS, SEASON = 200, 7


def weekly(days=DAYS, seed=5, future=None, missing=()):
    """Return a series with a week and noise; from place `future` on its values are a signal nobody could foresee."""
    rng = np.random.default_rng(seed)
    values = 100 + 20 * np.sin(2 * np.pi * np.arange(days) / SEASON) + rng.normal(0, 5, days)
    if future is not None:
        values[future:] = 5000 + 100 * np.arange(days - future)
    observed = np.ones(days, dtype=bool)
    observed[list(missing)] = False
    return Series(
        date_range(np.datetime64("2023-01-02"), days)[0], values, observed, "orders", "frame", frequency=DAILY
    )


def last_season(history, horizon):
    """Return the last season again, by a plain loop."""
    return [history.values[-SEASON + step % SEASON] for step in range(horizon)]


def level(history, horizon):
    """Return a mean with intervals of two levels."""
    mean, spread = np.full(horizon, history.values[-28:].mean()), history.values[-28:].std()
    ends = {"lo-80": mean - spread, "hi-80": mean + spread, "lo-95": mean - 2 * spread, "hi-95": mean + 2 * spread}
    return {"mean": mean, **ends}
