"""What every block of features is."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from thalweg.messages import catalogue

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Origins
    from thalweg.series.calendar import Calendar
    from thalweg.series.frequency.record import Frequency


@dataclass(frozen=True)
class Block(ABC):
    """Some columns of features: a function of the origin, on which a row stands, and the dates to predict.

    Attributes
    ----------
    calendar : Calendar
        What is known of dates beforehand.
    name : str
        The catalogues say what it is (``feature.NAME``), each block by its name.
    known_ahead : bool
        Whether it depends on the dates to predict alone, as a calendar does. Its columns for one step ahead are then
        those of the calendar's group of its name, in their order.
    bounded : bool
        Whether networks that are shared over the steps see its columns within the range that most training rows have.
    most : float
        In spreads: where it is bounded, its columns are kept within ± this too.
    """

    name: ClassVar[str]
    known_ahead: ClassVar[bool] = False
    bounded: ClassVar[bool] = False
    most: ClassVar[float] = math.inf
    calendar: Calendar

    @property
    def frequency(self) -> Frequency:
        """The frequency of the series."""
        return self.calendar.frequency

    @classmethod
    def about(cls, language: str = "en") -> str:
        """Return what it is, in words."""
        return catalogue(language)(f"feature.{cls.name}")

    @classmethod
    def serves(cls, calendar: Calendar) -> bool:
        """Whether a calendar knows what it is made of."""
        return not cls.known_ahead or cls.name in calendar.groups

    @abstractmethod
    def names(self, steps: int) -> tuple[str, ...]:
        """Return the names of its columns where so many steps ahead are predicted at once."""

    @abstractmethod
    def columns(self, origins: Origins, targets: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Return its columns, shape (rows, columns).

        Parameters
        ----------
        origins : Origins
        targets : ndarray of datetime64, shape (rows, steps)
            The dates to predict: 1, 2, 3, … steps after each row's newest.
        """

    @property
    def needed(self) -> int:
        """How many past steps a row must have."""
        return 0

    @property
    def seen(self) -> int:
        """From how many past steps all its columns can be computed; with fewer, some are marked as absent."""
        return self.needed
