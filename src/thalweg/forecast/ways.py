"""The ways to predict steps ahead: recursively, directly, by networks fitted beside the choice, and by baselines.

Every way answers any step ahead, and its prediction of a date does not depend on how many steps are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.interval import Ends
from thalweg.forecast.predictors.base import recursive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Past
    from thalweg.forecast.limits import Limits
    from thalweg.forecast.predictors.base import WithoutUnknowns
    from thalweg.forecast.predictors.mean import Mean
    from thalweg.series.calendar import Calendar

RECURSIVE = "recursive"  # the choice, one step ahead, is fed its own predictions
DIRECT = "direct"  # the choice with an output for each of a number of steps, fed its own predictions beyond


@dataclass(frozen=True, eq=False)
class Beside:
    """Networks that are fitted beside the choice, a way of their own to predict steps ahead.

    Attributes
    ----------
    name : str
        Of the rung, and of the way.
    near : Mean
        Those that are shared over the steps up to the usual horizon; or those of one step, fed their own predictions.
    far : Mean, optional
        Those shared over the steps beyond; None where none are asked for, or none were known to learn from.
    """

    name: str
    near: Mean
    far: Mean | None = None

    def with_calendar(self, calendar: Calendar) -> Beside:
        """Return the same networks, which know another calendar with the same columns."""
        far = None if self.far is None else self.far.with_calendar(calendar)
        return Beside(self.name, self.near.with_calendar(calendar), far)

    def predict(self, past: Past, steps: int, ends: Ends | None) -> NDArray[np.float64]:
        """Return the predictions of 1 to `steps` ahead, shape (rows, steps); NaN for those that nothing has learned."""
        near = min(steps, past.frequency.horizon)
        if steps == near or np.isfinite(self.near.reach):
            return _fed(self.near, past, steps, ends)
        made = np.full((len(past), steps), np.nan)
        made[:, :near] = self.near.predict(past, np.arange(1, near + 1))
        if self.far is not None:
            made[:, near:] = self.far.predict(past, np.arange(near + 1, steps + 1))
        return _within(made, ends)


@dataclass(frozen=True, eq=False)
class Predictors:
    """What is fitted to predict from one cutoff on.

    Attributes
    ----------
    one_step : Mean
        The choice, fitted for one step ahead.
    multi_step : Mean, optional
        The choice, fitted for several steps at once; models of earlier versions alone hold it.
    beside : tuple of Beside
        The networks fitted beside the choice, each a way by the name of its rung.
    baselines : tuple of WithoutUnknowns
        What needs no fit, each a way by its name.
    limits : tuple of Limits
        What the past of each series bears out; empty for models of earlier versions, which go without.
    """

    one_step: Mean
    multi_step: Mean | None = None
    beside: tuple[Beside, ...] = ()
    baselines: tuple[WithoutUnknowns, ...] = ()
    limits: tuple[Limits, ...] = field(default=())

    @property
    def ways(self) -> tuple[str, ...]:
        """The names of the ways that these predictors can go."""
        direct = () if self.multi_step is None else (DIRECT,)
        return (RECURSIVE, *direct, *(one.name for one in (*self.beside, *self.baselines)))

    @property
    def needed(self) -> int:
        """How many past steps a row must have for what is learned."""
        return max(one.needed for one in self._learned)

    @property
    def seen(self) -> int:
        """From how many past steps all of them have everything that they look at."""
        return max(one.seen for one in (*self._learned, *self.baselines))

    @property
    def _learned(self) -> list[Mean]:
        several = [self.multi_step, *(one for each in self.beside for one in (each.near, each.far))]
        return [self.one_step, *(one for one in several if one is not None)]

    def with_calendar(self, calendar: Calendar) -> Predictors:
        """Return the same predictors, which know another calendar with the same columns."""
        return replace(
            self,
            one_step=self.one_step.with_calendar(calendar),
            multi_step=None if self.multi_step is None else self.multi_step.with_calendar(calendar),
            beside=tuple(one.with_calendar(calendar) for one in self.beside),
        )

    def predict(self, past: Past, reach: Mapping[str, int]) -> dict[str, NDArray[np.float64]]:
        """Return the predictions of each way for the steps ahead up to its reach, in the user's units.

        Parameters
        ----------
        past : Past
        reach : mapping
            Some of `ways`, to the furthest step that is asked of each.

        Returns
        -------
        dict
            Way to an array of float64, shape (rows, furthest step of all); NaN beyond the reach, and where a row's past
            is too short for the way. What is learned is kept within the limits that the past bears out.
        """
        furthest = max(reach.values())
        all_ends = self.limits[past.place].of_predictions(past, furthest) if self.limits else None
        made: dict[str, NDArray[np.float64]] = {}
        for way, steps in reach.items():
            ends = None if all_ends is None else Ends(all_ends.low[:, :steps], all_ends.high[:, :steps])
            made[way] = np.full((len(past), furthest), np.nan)
            made[way][:, :steps] = self._go(way, past, steps, ends)
        return made

    def _go(self, way: str, past: Past, steps: int, ends: Ends | None) -> NDArray[np.float64]:
        """Return the predictions of one way, shape (rows, steps)."""
        ahead = np.arange(1, steps + 1)
        if way == RECURSIVE:
            return _fed(self.one_step, past, steps, None if self.one_step.repeats else ends)
        if way == DIRECT and self.multi_step is not None:
            return _within(self.multi_step.predict(past, ahead), ends)
        beside = next((one for one in self.beside if one.name == way), None)
        return beside.predict(past, steps, ends) if beside else self._baseline(way, past, ahead, ends)

    def _baseline(self, way: str, past: Past, ahead: NDArray[np.int64], ends: Ends | None) -> NDArray[np.float64]:
        """Return the predictions of a baseline; NaN for a row whose past is too short for it."""
        baseline = next(one for one in self.baselines if one.name == way)
        enough = past.available >= baseline.needed
        made = np.full((len(past), len(ahead)), np.nan)
        if enough.any():
            made[enough] = baseline.predict(past.rows(enough), ahead)
        return made if self.one_step.repeats else _within(made, ends)


def _fed(mean: Mean, past: Past, steps: int, ends: Ends | None) -> NDArray[np.float64]:
    """Return the predictions of what is fed its own, step by step; what answers any step is not fed anything."""
    if np.isfinite(mean.reach):
        return recursive(mean, past, steps, reach=1, ends=ends)
    return _within(mean.predict(past, np.arange(1, steps + 1)), ends)


def _within(made: NDArray[np.float64], ends: Ends | None) -> NDArray[np.float64]:
    return made if ends is None else np.clip(made, ends.low, ends.high)
