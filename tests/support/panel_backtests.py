"""A small panel of every kind of series for backtests, and networks that are trained in an instant."""

import numpy as np

import thalweg
from support.panels import SMALL, series_of, wave
from thalweg.series.panel import joined

DAYS = 160
RECIPE = "thalweg.forecast.panel.run.recipe_of"


def members(days=DAYS, future=None):
    """Return series by their names; from date `future` on, all are a signal that nobody could foresee."""
    made = {
        **{
            f"whole {number}": series_of(wave(number, days), missing=(days - 4,) if number == 1 else ())
            for number in range(4)
        },
        "late": series_of(wave(5, days)[days - 30 :], first=days - 30),
        "ended": series_of(wave(6, days - 40)),
        "negative": series_of(wave(7, days) - 900),
    }
    if future is not None:
        for one in made.values():
            begin = int((one.start - np.datetime64("2023-01-02")).astype(int))
            values = one.values
            at = np.arange(begin, begin + len(values))
            values[at >= future] = 70_000 + 1000.0 * (at[at >= future] - future)
    return made


def panel_of(found):
    """Return series by their names as a panel."""
    return joined(list(found.values()), list(found), keys={"shop": tuple(found)})


def tried(panel, **options):
    """Return a backtest by small networks."""
    return thalweg.backtest(panel, **{"horizon": 7, "threads": 1, **options})


def small(patch):
    """Let fits of panels train small networks, until the patch is undone."""
    patch.setattr(RECIPE, lambda _: SMALL)
