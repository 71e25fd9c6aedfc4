"""The interface of everything that predicts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from thalweg.forecast.features.last_season import look_back
from thalweg.forecast.features.past import Past
from thalweg.series.frequency.dates import steps_after

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.data import Data
    from thalweg.forecast.interval import Ends
    from thalweg.forecast.training import Descended
    from thalweg.series.calendar import Calendar
    from thalweg.series.frequency.record import Frequency


class Predictor(ABC):
    """What predicts any steps ahead from the past.

    A subclass answers the steps within its reach from the past alone. Those beyond are predicted recursively: its
    predictions are taken for values, and it goes on from there.
    """

    @property
    @abstractmethod
    def reach(self) -> float:
        """How many steps ahead it answers from the past alone; infinite where it answers any."""

    @property
    @abstractmethod
    def needed(self) -> int:
        """How many past steps a row must have."""

    @property
    def seen(self) -> int:
        """From how many past steps it has all that it looks at; with fewer, it takes some as absent."""
        return self.needed

    @property
    @abstractmethod
    def parameters(self) -> int:
        """The number of unknowns that descent found."""

    @abstractmethod
    def direct(self, past: Past, steps: int) -> NDArray[np.float64]:
        """Return predictions for 1 to `steps` ahead, at most its reach, in the user's units; shape (rows, steps)."""

    def predict(self, past: Past, steps: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float64]:
        """Return predictions in the user's units, shape (rows, steps asked for).

        Parameters
        ----------
        past : Past
        steps : sequence of int
            Any steps ahead, from 1 on.

        Raises
        ------
        ValueError
            If a row has fewer past steps than it needs.
        """
        if len(past) and past.available.min() < self.needed:
            raise ValueError(f"{self.needed} past steps are needed; a row has {past.available.min()}.")
        asked = np.asarray(steps)
        last = int(asked.max())
        made = self.direct(past, last) if last <= self.reach else recursive(self, past, last, reach=int(self.reach))
        return made[:, asked - 1]


class RungPredictor(Predictor):
    """The predictor of one rung."""

    @property
    def repeats(self) -> bool:
        """Whether it only says again what was observed, or means of it."""
        return False

    def with_calendar(self, calendar: Calendar) -> RungPredictor:
        """Return the same predictor, which knows another calendar with the same columns; itself where it knows none."""
        del calendar
        return self

    @abstractmethod
    def described(self) -> tuple[dict[str, Any], NDArray[np.float32] | None]:
        """Return what a model file holds of it: plain JSON values, and its unknowns where it has any."""


@dataclass(frozen=True)
class WithoutUnknowns(RungPredictor):
    """A predictor that learns nothing: what it is follows from its attributes, and it answers any step."""

    @property
    @abstractmethod
    def kind(self) -> str:
        """A key of `thalweg.forecast.store.predictors.BASELINES`."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The name in a report."""

    @property
    def reach(self) -> float:
        """Any step."""
        return np.inf

    @property
    def parameters(self) -> int:
        """None."""
        return 0

    def described(self) -> tuple[dict[str, Any], None]:
        """Return its kind and its attributes; there are no unknowns."""
        attributes = {each.name: getattr(self, each.name) for each in fields(self)}
        return {"rung": {"baseline": self.kind, **attributes}}, None


def recursive(
    predictor: Predictor, past: Past, steps: int, *, reach: int, ends: Ends | None = None
) -> NDArray[np.float64]:
    """Feed a predictor its own predictions, `reach` steps at a time; return 1 to `steps` ahead, shape (rows, steps).

    With `ends`, a prediction is kept within them before it is fed back.
    """
    kept = max(look_back(past.frequency), predictor.seen)
    width = kept + steps
    rows = len(past)
    # Each row gets its own past, which grows by the predictions.
    at = np.maximum(past.newest[:, None] - np.arange(kept - 1, -1, -1), 0)
    pasts = np.zeros((rows, width))
    pasts[:, :kept] = past.values[at]
    pasts[:, kept:] = pasts[:, kept - 1 : kept]
    observed = np.ones((rows, width), dtype=np.bool_)
    if past.observed is not None:
        observed[:, :kept] = past.observed[at]
    predictions = np.empty((rows, steps))
    for step in range(0, steps, reach):
        now = Past(
            pasts.reshape(-1),
            np.arange(rows) * width + kept - 1 + step,
            steps_after(past.frequency, past.dates, step),
            np.minimum(past.available, kept) + step,
            past.frequency,
            observed.reshape(-1),
            past.place,
            past.fed + step,
        )
        count = min(reach, steps - step)
        made = predictor.direct(now, count)
        if ends is not None:
            made = np.clip(made, ends.low[:, step : step + count], ends.high[:, step : step + count])
        predictions[:, step : step + count] = made
        pasts[:, kept + step : kept + step + count] = made
    return predictions


@dataclass(frozen=True)
class Fitting:
    """A specification about to be fitted on some data: its descents can run side by side.

    Attributes
    ----------
    descend : callable
        Fits the network of one seed; the keywords are those of `thalweg.forecast.training.descend`. A specification
        without seeds is never asked.
    predictor : callable
        Makes the predictor of the descents, one per seed.
    nbytes : int
        Memory of what the descents learn from.
    """

    descend: Callable[..., Descended]
    predictor: Callable[[Sequence[Descended]], RungPredictor]
    nbytes: int = 0


class Specification(Protocol):
    """A rung of the ladder before it is fitted."""

    @property
    def name(self) -> str:
        """The name in the ladder's table."""
        ...

    @property
    def kind(self) -> str:
        """``copy``, ``seasonal mean``, ``linear`` or ``network``."""
        ...

    @property
    def days_back(self) -> int:
        """Steps looked back."""
        ...

    @property
    def known(self) -> str:
        """What it sees beside past values, a word of `thalweg.series.frequency.record.Frequency.known`."""
        ...

    @property
    def seeds(self) -> int:
        """How many networks, each from its own seed, are averaged; 0 where nothing is learned by descent."""
        ...

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """What a person set (O6), for the table: name to value."""
        ...

    def steps_needed(self, frequency: Frequency) -> int:
        """Return how many past steps a row must have."""
        ...

    def steps_at_once(self, frequency: Frequency) -> int:
        """Return how many steps ahead the search fits it for."""
        ...

    def suits(self, train: int, frequency: Frequency) -> bool:
        """Whether so many training steps are enough for it."""
        ...

    def fitting(self, data: Data, upto: tuple[int, ...], steps: int, *, again: bool = False) -> Fitting:
        """Prepare the fit on the first `upto` values of each series, for so many steps ahead at once.

        With `again`, a fit on fewer values is there to go on from.
        """
        ...
