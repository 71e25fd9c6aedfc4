"""Small panels, and networks that are trained in an instant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from thalweg.forecast.panel.global_network import Recipe
from thalweg.series.frequency.record import DAILY
from thalweg.series.panel import Panel, joined
from thalweg.series.series import Series

if TYPE_CHECKING:
    from thalweg.series.frequency.record import Frequency

SMALL = Recipe(hidden=(16,), seeds=2, epochs=2, batch=64)


@pytest.fixture
def small_recipe(monkeypatch):
    """Let runs train small networks."""
    monkeypatch.setattr("thalweg.forecast.panel.run.recipe_of", lambda _: SMALL)
    return SMALL


def weekly_wave(number: int, days: int, *, seed: int = 0) -> np.ndarray:
    """Return counts with a week, a level that wanders and noise; each number has a level of its own."""
    dice = np.random.default_rng([seed, number])
    week = np.array([1.0, 1.1, 1.0, 0.9, 1.2, 0.6, 0.5])[np.arange(days) % 7]
    level = 50 * (1 + number) * np.exp(np.cumsum(dice.normal(0, 0.02, days)))
    return np.rint(level * week * np.exp(dice.normal(0, 0.1, days)))


def series_of(values, name: str = "y", start: str = "2023-01-02", frequency: Frequency = DAILY) -> Series:
    """Return values as a series, all observed but NaN, which a week before fills."""
    values = np.asarray(values, dtype=float)
    observed = ~np.isnan(values)
    for at in np.flatnonzero(~observed):
        values[at] = values[at - 7] if at >= 7 else values[max(at - 1, 0)]
    return Series(np.datetime64(start), values, observed, name, frequency=frequency)


def panel_of_waves(count: int = 6, days: int = 150) -> Panel:
    """Return a panel of a few ordinary series."""
    names = [f"s{number}" for number in range(count)]
    return joined([series_of(weekly_wave(number, days)) for number in range(count)], names, keys={"id": tuple(names)})


def odd_series() -> dict[str, Series]:
    """Return what panels hold besides ordinary series."""
    gaps = weekly_wave(3, 140).astype(float)
    gaps[30:44] = np.nan
    return {
        "ordinary": series_of(weekly_wave(1, 160)),
        "late": series_of(weekly_wave(2, 60), start="2023-04-12"),
        "early": series_of(weekly_wave(4, 90)),
        "gaps": series_of(gaps),
        "zeros": series_of(np.zeros(150)),
        "constant": series_of(np.full(120, 7.0)),
        "one value": series_of([5.0]),
        "two values": series_of([5.0, 6.0]),
        "five values": series_of([5.0, 6.0, 1.0, 2.0, 9.0]),
        "zeros, then a burst": series_of(np.concatenate([np.zeros(140), 1000 + weekly_wave(1, 10)])),
        "negative": series_of(weekly_wave(5, 150) - 300),
        "huge": series_of(1e12 + weekly_wave(1, 150)),
        "small": series_of(1e-6 * weekly_wave(1, 150)),
        "spike": series_of(np.where(np.arange(150) == 149, 1e6, weekly_wave(2, 150))),
    }
