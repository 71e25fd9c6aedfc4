"""What a checked daily series is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from thalweg.series.dates import date_range

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from thalweg.messages import Message


@dataclass(frozen=True, eq=False)
class Series:
    """One value per day, from the first day to the last, none left out.

    Attributes
    ----------
    start : numpy.datetime64
        The first day, unit D.
    values : ndarray of float64, shape (days,)
        In the user's units. A day that was missing holds the value of seven days before (of the day
        before, in the first week): past values only, so that looking back at it betrays no future.
    observed : ndarray of bool, shape (days,)
        False where the value was filled in; such a day is looked back at but never scored.
    name : str
        The value's column.
    source : str
        Where it came from, for titles and messages: a file's name, or "frame".
    simulated : bool
        True for the teaching channel of `thalweg sample`; told wherever the series shows.
    notes : tuple of Message
        What was odd in the data and how it was dealt with (keys ``note.*``).
    """

    start: np.datetime64
    values: NDArray[np.float64]
    observed: NDArray[np.bool_]
    name: str
    source: str = "frame"
    simulated: bool = False
    notes: tuple[Message, ...] = field(default=())

    def __repr__(self) -> str:
        dates = self.dates
        return f"<Series {self.name!r} of {self.source}: {len(self)} days, {dates[0]} to {dates[-1]}>"

    def __len__(self) -> int:
        return len(self.values)

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """All days, datetime64[D], shape (days,)."""
        return date_range(self.start, len(self.values))

    @property
    def counts(self) -> bool:
        """Whether no value is negative: then a logarithm may be taken and forecasts stop at zero."""
        return bool(self.values.min() >= 0)

    def head(self, days: int) -> Series:
        """Return the first `days` days as a series of its own."""
        return replace(self, values=self.values[:days], observed=self.observed[:days])
