"""Step two, the choice: by the least validation loss. Then the sealed test is opened, once, for the table only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.search import estimates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.result import RungResult
    from thalweg.forecast.search import Candidate, Searched
    from thalweg.forecast.watch import Watcher


@dataclass(frozen=True, eq=False)
class Opened:
    """The sealed test of every candidate, after the choice.

    Attributes
    ----------
    lines : tuple of RungResult
        The ladder's table, L′ over the sealed test among it.
    estimates : tuple of ndarray of float64, shape (all values of the panel,)
        One-step predictions of the sealed test by each candidate, NaN elsewhere.
    """

    lines: tuple[RungResult, ...]
    estimates: tuple[NDArray[np.float64], ...]


def choose(searched: Searched) -> Candidate:
    """Return the candidate with the least validation loss; the first of equals."""
    return min(searched.candidates, key=lambda one: one.comparable)


def open_sealed_test(searched: Searched, watcher: Watcher) -> Opened:
    """Compute L′ of every candidate over the sealed test. It comes after the choice, and nothing depends on it."""
    watcher.stage("open", len(searched.candidates))
    lines: list[RungResult] = []
    made: list[NDArray[np.float64]] = []
    for one in searched.candidates:
        if one.places:
            ahead = np.mean([made[place] for place in one.places], axis=0)
        else:
            ahead = estimates(one.predictor, searched.data, searched.parts.test)
        made.append(ahead)
        lines.append(replace(one.line, test=searched.data.loss_over(ahead, searched.parts.test)))
        watcher.rung(lines[-1])
        watcher.advance(1)
    return Opened(tuple(lines), tuple(made))


def best_without_and_with_calendar(searched: Searched, opened: Opened) -> dict[str, NDArray[np.float64]]:
    """Return the one-step predictions of the sealed test by the best rung without a calendar and the best with one."""
    best: dict[str, NDArray[np.float64]] = {}
    pairs = list(zip(searched.candidates, opened.estimates, strict=True))
    for known in (False, True):
        fitted = [pair for pair in pairs if pair[0].learned and pair[0].line.known is known]
        if fitted:
            one, ahead = min(fitted, key=lambda pair: pair[0].comparable)
            best[one.line.rung] = ahead
    return best
