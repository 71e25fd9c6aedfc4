"""Step two, the choice: by the least validation loss. Then the sealed test is opened, once, for the table only."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.names import rung_message
from thalweg.forecast.search import estimates
from thalweg.forecast.verdict import figures
from thalweg.messages import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.result import RungResult
    from thalweg.forecast.search import Candidate, Searched
    from thalweg.forecast.watch import Watcher


LEAST_ABOVE_ZERO = 10  # values of validation where the series is mostly zero; with fewer, a line of zeros may look best
ROUNDING_SHARE = 1e-9  # losses that differ by a smaller share are equal


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


class Basis(StrEnum):
    """What a choice rests on.

    `VALIDATION`: the rung of the least validation loss. Where validation cannot tell the rungs apart, `TRAINING`: of
    the rungs without unknowns that of the least training loss, which is a loss on days that it has not learned from.
    Where training cannot either, `ORDER`: the first rung, which is the simplest.
    """

    VALIDATION = "validation"
    TRAINING = "training"
    ORDER = "order"


@dataclass(frozen=True, eq=False)
class Choice:
    """The candidate that serves.

    Attributes
    ----------
    candidate : Candidate
    basis : Basis
    note : Message or None
        Why validation cannot tell, and what the choice rests on instead.
    """

    candidate: Candidate
    basis: Basis = Basis.VALIDATION
    note: Message | None = None


def choose(searched: Searched) -> Choice:
    """Choose by the least validation loss, the first of equals; where validation cannot tell, by `Basis`.

    Networks shared over the steps are not chosen: they learn all steps, and one step ahead they lose to others of their
    size on later dates.
    """
    why = _cannot_tell(searched)
    if why is None:
        return Choice(min((one for one in searched.candidates if not one.shared), key=lambda one: one.comparable))
    fixed = [one for one in searched.candidates if not one.line.parameters and not one.places]
    if searched.data.scales is not None:  # nothing else is a rate
        fixed = [one for one in fixed if one.members[0].rate] or fixed
    losses = [one.line.train if math.isfinite(one.line.train) else math.inf for one in fixed]
    best = fixed[losses.index(min(losses))]
    basis = Basis.ORDER if _alike(losses) else Basis.TRAINING
    return Choice(best, basis, Message(f"verdict.rests_on_{basis}", {"why": why, "rung": rung_message(best.line.rung)}))


def named(searched: Searched, name: str) -> Choice:
    """Return the candidate of a name, whatever validation says.

    Raises
    ------
    InputError
        If it was left out: there are too few values for it, or all its descents failed.
    """
    found = next((one for one in searched.candidates if one.line.rung == name), None)
    if found is None:
        raise InputError("choose.left_out", notes=searched.notes)
    return Choice(found)


def _cannot_tell(searched: Searched) -> Message | None:
    """Return why validation cannot tell the rungs apart; None where it can."""
    panel, spans = searched.data.panel, searched.parts.validation
    each = [
        series.values[first:last][series.observed[first:last]]
        for series, (first, last) in zip(panel.series, spans, strict=True)
    ]
    if all(values.min() == values.max() for values in each):
        days, value = sum(map(len, each)), float(each[0][0])
        return Message("verdict.validation_constant", {"days": days, "value": figures(value)})
    above = sum(int((values > 0).sum()) for values in each)
    if searched.data.scales is not None and above < LEAST_ABOVE_ZERO:
        return Message("verdict.validation_few", {"days": sum(map(len, each)), "count": above})
    losses = [one.comparable for one in searched.candidates]
    if len(losses) > 1 and _alike(losses):
        return Message("verdict.validation_alike", {"loss": figures(losses[0])})
    return None


def _alike(losses: Sequence[float]) -> bool:
    return max(losses) - min(losses) <= ROUNDING_SHARE * abs(max(losses))


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
