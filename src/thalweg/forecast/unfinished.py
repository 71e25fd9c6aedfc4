"""A last value that is not complete yet, as of a day that had not ended when the file was written.

Learned from, it would pull down every forecast. It is left out, told, and its date becomes the first one forecast.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.beforehand import calendar_of
from thalweg.forecast.choose import choose
from thalweg.forecast.data import data_of
from thalweg.forecast.interval import adaptive_conformal, miss_transform, narrowest
from thalweg.forecast.ladder import Ladder, suited, trends
from thalweg.forecast.levels import LEVEL_OF_UNFINISHED
from thalweg.forecast.predictors.network import Rung
from thalweg.forecast.search import estimates, search
from thalweg.forecast.watch import Silence
from thalweg.learn.training.thread_pool import thread_pool
from thalweg.messages import Argument, Message
from thalweg.series.frequency.dates import iso
from thalweg.series.frequency.words import words_of
from thalweg.series.split import split_by_date
from thalweg.series.variation import as_told

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.options import FitOptions
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.series import Series

_NOTE = "note.unfinished"
_COMPARED = 8  # values that the last value is compared with
_FEWEST = 4  # of them must be observed


def may_be_unfinished(series: Series) -> bool:
    """Whether the last value is observed and below the values that it is compared with.

    For days these are the values of its weekday in the last eight weeks, for hours those of its hour in the last eight
    days. Where the season is a year they are the last eight values: years ago the level was another.
    """
    earlier = _comparable(series)
    return bool(series.observed[-1]) and len(earlier) >= _FEWEST and bool(series.values[-1] < earlier.min())


def doubted(series: Series, options: FitOptions) -> bool:
    """Whether `without_unfinished` has to look at the last value, which takes about a second."""
    done = any(note.key == _NOTE for note in series.notes)
    return not options.keep_last and not done and may_be_unfinished(series)


def without_unfinished(series: Series, options: FitOptions) -> Series:
    """Return the series without an unfinished last value, and with a note about it, the first.

    A last value counts as unfinished if it is below all that `may_be_unfinished` compares it with, and below the 1%
    bound of what the best of a few straight lines predicts for it. They are fitted on training values alone, and the
    bound comes from their residuals on all later values but the last.

    Parameters
    ----------
    series : Series
    options : FitOptions
        Its country, events, seed and threads; with `keep_last` the series stays as it is.

    Returns
    -------
    Series
        The same one if nothing was left out, or if that was done before.
    """
    if not doubted(series, options):
        return series
    try:
        split = split_by_date(series)
    except InputError:
        return series  # too short for a fit, which will say so
    data = data_of(series, calendar_of(series, options), "mae")
    with thread_pool(options.threads) as pool:
        searched = search(data, (split,), _lines(series.frequency), seed=options.seed, pool=pool, watcher=Silence())
    predictor, first = choose(searched).candidate.predictor, split.train
    predictions = estimates(predictor, data, ((first, len(series)),))[first:]
    transform = miss_transform(series.values[:first], counts=series.counts)
    residuals, known = transform.residuals(series.values[first:], predictions, series.observed[first:])
    last = len(residuals) - 1
    conformal = adaptive_conformal(
        residuals,
        known,
        last,
        used=series.frequency.calibrated_on,
        least=narrowest(series.values[:first], residuals[known], transform),
        levels=(LEVEL_OF_UNFINISHED,),
    )
    return series if residuals[-1] >= conformal.bands[0, 0, 0] else left_out(series)


def left_out(series: Series) -> Series:
    """Return the series up to the last value but one that was observed, and with a note, the first."""
    earlier, frequency = _comparable(series), series.frequency
    shorter = series.head(int(np.flatnonzero(series.observed[:-1])[-1]) + 1)
    note = Message(
        _NOTE,
        {
            "date": iso(series.dates[-1]),
            "first": iso(shorter.after(1)),
            "value": as_told(series.values[-1]),
            "count": len(earlier),
            "low": as_told(earlier.min()),
            "high": as_told(earlier.max()),
            "argument": Argument("keep_last", value=True),
            "earlier": Message(f"note.compared.{_kind(frequency)}", {"count": len(earlier), **words_of(frequency)}),
            **words_of(frequency),
        },
    )
    return replace(shorter, notes=(note, *series.notes))


def _kind(frequency: Frequency) -> str:
    """Return how the values that the last one is compared with are told, as the end of a key."""
    if len(frequency.known) == 1:
        return "before"
    return "time" if frequency.sub_daily else "weekday"


def _comparable(series: Series) -> NDArray[np.float64]:
    """Return the observed values that the last one is compared with; see `may_be_unfinished`."""
    between = 1 if _kind(series.frequency) == "before" else series.frequency.season
    places = len(series) - 1 - between * np.arange(1, _COMPARED + 1)
    places = places[places >= 0]
    return series.values[places[series.observed[places]]]


def _lines(frequency: Frequency) -> Ladder:
    month = frequency.lags[2]
    rungs = (Rung(month), *(Rung(month, known=word) for word in frequency.known))
    fitted = tuple(replace(suited(rung), seeds=1) for rung in rungs)
    return Ladder("lines", (*trends(frequency), *fitted))
