"""What each column that a user gives is worth: the error on validation with it and without it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.result import ColumnWorth
from thalweg.forecast.small_network import compared, helps, small_network_errors, steps_measured
from thalweg.forecast.verdict import figures
from thalweg.messages import Message
from thalweg.series.frequency.words import words_of

if TYPE_CHECKING:
    from thalweg.forecast.data import Data
    from thalweg.learn.training.thread_pool import ThreadPool
    from thalweg.series.regressors import Regressors
    from thalweg.series.split import Split


@dataclass(frozen=True)
class Worth:
    """The data with the columns that help, what each is worth, and the sentences about it."""

    data: Data
    columns: tuple[ColumnWorth, ...] = ()
    notes: tuple[Message, ...] = ()


def worth_of(data: Data, split: Split, horizon: int, seed: int, pool: ThreadPool) -> Worth:
    """Measure what each column is worth, and leave out those that do not help.

    Small networks, shared over the steps ahead, are fitted on training values with all columns, then without one after
    another. A column stays that lessens the error on validation at one of a few steps ahead by more than chance
    explains, and does not make it larger at another. The next are measured without those that were left out: so of two
    columns that say the same, one stays.

    Parameters
    ----------
    data : Data
        A panel of one.
    split : Split
    horizon : int
    seed : int
    pool : ThreadPool
    """
    regressors = data.calendar.regressors
    if regressors is None:
        return Worth(data)
    (series,) = data.panel.series
    steps = steps_measured(series.frequency, horizon)
    still = [one.name for one in regressors.each if not one.spread]
    columns = [ColumnWorth(one.name, one.known, kept=False) for one in regressors.each if not one.spread]
    notes = [Message("verdict.column_still", {"name": name}) for name in still]
    kept = regressors.only([name for name in regressors.names if name not in still])
    errors = small_network_errors(_with(data, kept), split, steps, seed, pool)
    for one in () if kept is None else kept.each:
        others = None if kept is None else kept.only([name for name in kept.names if name != one.name])
        without = None if errors is None else small_network_errors(_with(data, others), split, steps, seed, pool)
        less = compared(errors, without, steps, series.frequency.season)
        if errors is None or without is None or np.isnan(less).all():
            columns.append(ColumnWorth(one.name, one.known, kept=True))
            notes.append(Message("verdict.column_unmeasured", {"name": one.name, **words_of(series.frequency)}))
            continue
        at = int(np.nanargmax(less))
        kept_here = helps(less)
        losses = float(np.nanmean(errors[:, at])), float(np.nanmean(without[:, at]))
        columns.append(ColumnWorth(one.name, one.known, kept_here, steps[at], *losses))
        words = words_of(series.frequency)
        ahead = Message(f"verdict.steps_ahead_{'one' if steps[at] == 1 else 'many'}", {"count": steps[at], **words})
        values = {
            "name": one.name,
            "with_it": figures(losses[0]),
            "without_it": figures(losses[1]),
            "ahead": ahead,
            **words,
        }
        key = f"verdict.column_helps_{data.loss}" if kept_here else f"verdict.column_left_out_{data.loss}"
        notes.append(Message(key, values))
        if not kept_here:
            kept, errors = others, without
    return Worth(_with(data, kept), tuple(columns), tuple(notes))


def _with(data: Data, regressors: Regressors | None) -> Data:
    return replace(data, calendar=replace(data.calendar, regressors=regressors))
