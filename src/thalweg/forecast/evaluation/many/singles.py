"""Models of one series in a backtest of many: each series by itself, as in a backtest of it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.evaluation.contenders import check_made
from thalweg.forecast.evaluation.many.fits import Made

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.evaluation.contenders import Contender, Fitted, Task
    from thalweg.forecast.evaluation.contenders import Made as MadeOfOne
    from thalweg.forecast.evaluation.many.fits import Known
    from thalweg.messages import Message
    from thalweg.series.series import Series


def each_alone(
    one: Contender,
    block: Sequence[Known],
    wanted: NDArray[np.bool_],
    tasks: Sequence[Task],
    gap: int,
    advance: Callable[[float], None],
) -> list[Made]:
    """Fit a model to each series at the first of some cutoffs, and forecast at each of them.

    Parameters
    ----------
    one : Contender
    block : sequence of Known
        What is known at each cutoff, rising.
    wanted : ndarray of bool, shape (cutoffs, series)
        Where forecasts are compared with something; elsewhere none is made.
    tasks : sequence of Task
        Of each series, with its events.
    gap : int
        The first so many steps are left out.
    advance : callable
        Called with the share of all series that was done since the last call.

    Returns
    -------
    list of Made
        One a cutoff, with intervals of the levels that the model gave for every series.

    Raises
    ------
    InputError
        If no series can be served: why the first one cannot.
    """
    found: list[dict[int, MadeOfOne]] = [{} for _ in block]
    failed: list[dict[int, Message]] = [{} for _ in block]
    histories = [dict(zip(known.places, known.series, strict=True)) for known in block]
    first: InputError | None = None
    for place in range(block[0].count):
        mine = [(at, histories[at][place]) for at in range(len(block)) if wanted[at, place]]
        error = _serve(one, place, mine, found, failed, tasks[place], gap)
        first = first or error
        advance(1 / block[0].count)
    if first is not None and not any(found):
        raise first
    levels = [set(made.ends) for each in found for made in each.values()]
    of_all = sorted(set.intersection(*levels), key=float) if levels else []
    shape = (block[0].count, tasks[0].steps - gap)

    def stacked(each: dict[int, MadeOfOne], why: dict[int, Message]) -> Made:
        ends = {
            level: (
                _stacked({place: made.ends[level][0] for place, made in each.items()}, shape),
                _stacked({place: made.ends[level][1] for place, made in each.items()}, shape),
            )
            for level in of_all
        }
        return Made(_stacked({place: made.mean for place, made in each.items()}, shape), ends, why)

    return [stacked(*pair) for pair in zip(found, failed, strict=True)]


def _serve(
    one: Contender,
    place: int,
    mine: Sequence[tuple[int, Series]],
    found: Sequence[dict[int, MadeOfOne]],
    failed: Sequence[dict[int, Message]],
    task: Task,
    gap: int,
) -> InputError | None:
    """Note the forecasts of a series, or why there is none at a cutoff; return the first such error.

    The model is fitted at the first cutoff at which it can be.
    """
    fitted: Fitted | None = None
    first: InputError | None = None
    for at, history in mine:
        try:
            fitted = fitted or one.fitted(history, task)
            found[at][place] = check_made(one.name, fitted.forecast(history), task.steps, history).beyond(gap)
        except InputError as error:
            failed[at][place] = error.message
            first = first or error
    return first


def _stacked(rows: dict[int, NDArray[np.float64]], shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return rows by the place of their series; NaN where there is none."""
    made = np.full(shape, np.nan)
    for place, row in rows.items():
        made[place] = row
    return made
