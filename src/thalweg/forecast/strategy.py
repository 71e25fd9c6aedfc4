"""How steps after the first are predicted: directly, recursively, or by the mean of both; it may differ by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.predictors.base import recursive

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Past
    from thalweg.forecast.interval import Ends
    from thalweg.forecast.limits import Limits
    from thalweg.forecast.predictors.mean import Mean

# A predictor of all steps at once, one fed its own predictions, or the mean of the two.
STRATEGIES = ("direct", "recursive", "both")
COPYING = "copy"  # what is told where the choice is a single baseline, which answers every step from the past alone


@dataclass(frozen=True, eq=False)
class Pair:
    """One choice fitted twice: for one step ahead, and for all steps of the horizon at once.

    Attributes
    ----------
    one_step, multi_step : Mean
        The same object where no strategy needs a second one.
    limits : tuple of Limits
        What the past of each series bears out; empty for models of earlier versions, which go without.
    """

    one_step: Mean
    multi_step: Mean
    limits: tuple[Limits, ...] = ()

    def ends(self, past: Past, steps: int) -> Ends | None:
        """Return the limits of predictions; None where there are none, as for what only repeats the past."""
        if not self.limits or self.one_step.repeats:
            return None
        return self.limits[past.place].of_predictions(past, steps)


def needs_direct(strategies: Iterable[str], steps: int) -> bool:
    """Whether some of the strategies need a predictor of all steps at once."""
    return steps > 1 and not {"direct", "both"}.isdisjoint(strategies)


def predict_steps(pair: Pair, past: Past, strategies: tuple[str, ...]) -> NDArray[np.float64]:
    """Return predictions for as many steps ahead as there are strategies, in the user's units; shape (rows, steps).

    Parameters
    ----------
    pair : Pair
    past : Past
    strategies : tuple of str
        For each step ahead one of `STRATEGIES`, or ``copy``. The first step is always that of the one-step predictor.
    """
    steps = np.arange(1, len(strategies) + 1)
    ends = pair.ends(past, len(steps))
    if len(steps) == 1:
        return _within(pair.one_step.predict(past, steps), ends)
    made: dict[str, NDArray[np.float64]] = {}
    if {"recursive", "both"} & set(strategies):
        made["recursive"] = recursive(pair.one_step, past, len(steps), reach=1, ends=ends)
    if set(strategies) - {"recursive"}:
        direct = pair.multi_step.predict(past, steps)
        direct[:, 0] = pair.one_step.predict(past, steps[:1])[:, 0]
        made["direct"] = made[COPYING] = _within(direct, ends)
    if "both" in strategies:
        made["both"] = average(made["direct"].T, made["recursive"].T).T
    return mixed(made, strategies, axis=1)


def _within(made: NDArray[np.float64], ends: Ends | None) -> NDArray[np.float64]:
    return made if ends is None else np.clip(made, ends.low, ends.high)


def mixed(made: Mapping[str, NDArray[np.float64]], strategies: tuple[str, ...], axis: int) -> NDArray[np.float64]:
    """Return the predictions of each step ahead by its strategy; the steps lie along an axis."""
    if len(set(strategies)) == 1:
        return made[strategies[0]]
    steps = [made[strategy].take([step], axis) for step, strategy in enumerate(strategies)]
    return np.concatenate(steps, axis)


def average(direct: NDArray[np.float64], recursive: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of two strategies' predictions, shape (steps, rows); the first step is the same in both."""
    return np.concatenate([direct[:1], (direct[1:] + recursive[1:]) / 2])


def strategy_name(strategies: tuple[str, ...]) -> str:
    """Return what a table calls the strategies: their name where all steps have the same, else ``by step``."""
    return strategies[0] if len(set(strategies)) == 1 else "by step"
