"""From which values on a network learns, and which steps ahead are drawn for each of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.frequency.dates import a_date

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.data import Span
    from thalweg.forecast.rung import Hyperparameters
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.series import Series


def begin_of(rung: Hyperparameters, series: Series, upto: int) -> int:
    """Return the index of the first value that a rung learns from, of those before `upto`.

    It is 0 also where so few values follow the date since which the rung learns that it would look back over more than
    a third of them, as at a cutoff before that date.
    """
    begin = max(series.place(a_date(series.frequency, rung.since)), 0) if rung.since else 0
    return begin if rung.suits(upto - begin, series.frequency) else 0


def span_of_shared(steps: int, frequency: Frequency) -> Span:
    """Return the first and the last step that a shared network learns: up to the usual horizon, or those beyond."""
    return (1, steps) if steps <= frequency.horizon else (frequency.horizon + 1, steps)


def drawn_steps(
    newest: NDArray[np.int64], span: Span, end: int, drawn: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw some steps ahead for each origin, near ones more often, one from each of equal parts of a share.

    Returns
    -------
    newest, ahead : ndarray of int64, shape (rows,)
        Those whose target lies before `end`, in the order of their origins.
    """
    first, last = span
    parts = min(drawn, last - first + 1)
    shares = (np.arange(parts) + np.random.default_rng(len(newest)).random((len(newest), parts))) / parts
    ahead = first + np.floor(shares**2 * (last - first + 1)).astype(np.int64)
    inside = newest[:, None] + ahead < end
    return np.repeat(newest, parts)[inside.ravel()], ahead[inside]
