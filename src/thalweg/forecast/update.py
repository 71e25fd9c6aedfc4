"""Take new values into a model: what it is made of goes on from where it ended, without a new climb."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.data import data_of
from thalweg.forecast.final import refitted
from thalweg.learn.training.thread_pool import thread_pool
from thalweg.series.filling import in_frequency

if TYPE_CHECKING:
    from thalweg.forecast.model import Model
    from thalweg.series.series import Series


SAME_SHARE = 0.5  # of the stored values that the history must have too


def updated(model: Model, series: Series, threads: int | None = None, *, keep_last: bool = False) -> Model:
    """Return the model after it has learned from new values.

    It is refitted as in its backtest: every so many steps on all values until then, each time from where it ended. The
    choice, the ways of the steps ahead and the calibration of the intervals stay as they are.

    Parameters
    ----------
    model : Model
    series : Series
        The whole history, with the new values.
    threads : int, optional
    keep_last : bool
        Whether a last new value stays though it looks unfinished; see `Model.without_unfinished`.

    Returns
    -------
    Model
        Its `notes` tell about a value that was left out.

    Raises
    ------
    InputError
        If the model does not say how it was fitted, as those of earlier versions; the series begins later than the one
        it was fitted on, holds other values or nothing new; or as `Model.joined` does.
    """
    team = model.team
    if team is None:
        raise InputError("update.earlier_version", made=model.made)
    model.joined(series)  # the name, the frequency and what else must fit
    model = model.knowing(series)
    note = None
    if not keep_last:
        kept, note = model.without_unfinished(series)
        if kept is None:
            raise InputError("update.nothing_new", source=series.source_name, last=model.days.dates[-1])
        series = kept
    series = in_frequency(series, model.days.frequency) or series
    if series.dates[0] > model.began:
        raise InputError("update.not_whole", source=series.source_name, first=series.dates[0], expected=model.began)
    first, count = series.place(model.days.dates[-1]) + 1, len(series)
    if first >= count:
        raise InputError("update.nothing_new", source=series.source_name, last=series.dates[-1])
    stored, given = model.days.values, series.values[first - len(model.days) : first]
    if np.isclose(stored, given).mean() < SAME_SHARE:
        raise InputError("update.other_values", source=series.source_name, name=model.name, last=model.days.dates[-1])
    data = data_of(series, model.calendar, model.loss)
    every = series.frequency.between_refits
    cutoffs = [(upto,) for upto in (*range(first + every, count, every), count)]
    with thread_pool(threads) as pool:
        started = team.started(model.predictors)
        predictors, days = refitted(data, team, cutoffs, model.horizon, pool, lambda _: None, started)
    made = dt.datetime.now().astimezone().date()
    return replace(
        model,
        predictors=predictors,
        days=days,
        whole=model.whole and series.whole,
        made=made,
        notes=() if note is None else (note,),
    )
