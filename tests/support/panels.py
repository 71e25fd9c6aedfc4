"""A panel with every oddity that its report tells of, and what a small network finds for it."""

from functools import cache
from unittest.mock import patch

import numpy as np

from thalweg.forecast.panel.global_network import Recipe
from thalweg.forecast.panel.options import PanelFitOptions
from thalweg.forecast.panel.run import fit_panel
from thalweg.forecast.panel.totals import fit_with_totals
from thalweg.messages import Message
from thalweg.series.filling import filled
from thalweg.series.frequency.record import DAILY
from thalweg.series.panel import Refused, joined
from thalweg.series.series import Series

HOSTILE = """</script><script>alert("views")</script><img src=x onerror='alert(1)'>"""
TURNED = "shop \u202egnp.exe\u202c \u05d7\u05e0\u05d5\u05ea"  # marks that turn the direction, and Hebrew
SMALL = Recipe(hidden=(16,), seeds=1, epochs=1)
HORIZON = 7
GAP = 110  # a day without a value


def wave(number, days=130, level=100.0):
    """Return counts with a week, noise and a level of their own."""
    dice = np.random.default_rng(number)
    week = np.array([1.0, 1.1, 1.0, 0.9, 1.2, 0.6, 0.5])[np.arange(days) % 7]
    return np.rint(level * (1 + number) * week * np.exp(dice.normal(0, 0.15, days)))


def series_of(values, name="Views", first=0, missing=()):
    values = np.asarray(values, dtype=np.float64)
    observed = np.ones(len(values), np.bool_)
    observed[list(missing)] = False
    values = filled(values, observed, 7)
    start = np.datetime64("2023-01-02") + np.timedelta64(first, "D")
    return Series(start, values, observed, name, "views.csv", frequency=DAILY)


def odd_panel(count=4, name="Views"):
    """Return ordinary series, and one that ends early, is constant, short, hostile, turned, or late by two days."""
    dice = np.random.default_rng(3)
    broken = wave(2)
    broken[-20:] = np.rint(dice.uniform(0, 3000, 20))  # what no one could have known
    members = {
        **{f"series {number}": series_of(wave(number), name, missing=(GAP,)) for number in range(count)},
        "ended": series_of(wave(5, 90), name),
        "late": series_of(wave(6, 128), name),
        "constant": series_of(np.full(130, 7.0), name),
        "short": series_of([5.0, 6.0, 7.0], name, first=127),
        "broken": series_of(broken, name),
        HOSTILE: series_of(wave(7), name),
        TURNED: series_of(wave(8), name),
    }
    refused = (Refused("refused " + HOSTILE, Message("panel.failed", {"reason": HOSTILE})),)
    return joined(list(members.values()), list(members), keys={"id": tuple(members)}, refused=refused)


def fitted(panel, horizon=HORIZON, **options):
    """Return what a small network finds."""
    with patch("thalweg.forecast.panel.run.recipe_of", lambda _: SMALL):
        return fit_panel(panel, PanelFitOptions(horizon=horizon, threads=1, **options))


@cache
def odd_findings():
    """Return what is found for `odd_panel`, once."""
    return fitted(odd_panel())


def with_totals(panel, horizon=HORIZON):
    """Return what a small network finds, and its totals."""
    with patch("thalweg.forecast.panel.run.recipe_of", lambda _: SMALL):
        return fit_with_totals(panel, PanelFitOptions(horizon=horizon, threads=1, totals="bottom-up"))
