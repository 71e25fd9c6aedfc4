"""A checked daily series."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from thalweg.messages import Message
from thalweg.series.dates import date_range

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SOURCES = {"frame": "read.frame", "simulated channel": "simulated.source"}
"""The sources that are no files, to their names in the catalogues."""


@dataclass(frozen=True, eq=False)
class Series:
    """One value a day, from the first day to the last, without gaps.

    Attributes
    ----------
    start : numpy.datetime64
        The first day, in unit D.
    values : ndarray of float64, shape (days,)
        In the user's units. A missing day has the value of seven days before (in the first week, of the day before).
        Only past values fill it, so that looking back at it reveals nothing of the future.
    observed : ndarray of bool, shape (days,)
        False where the value was filled in. Later days may look back at such a day, but no loss counts it.
    name : str
        The name of the column of values.
    source : str
        Where it comes from, for titles: a file's name, "frame" or "simulated channel".
    simulated : bool
        Whether these are simulated values, as `thalweg sample` writes them; everything that shows the series says so.
    notes : tuple of Message
        What was odd in the data, and how it was read (keys ``note.*``).
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
    def source_name(self) -> Message | str:
        """What a sentence calls the source."""
        return Message(_SOURCES[self.source]) if self.source in _SOURCES else self.source

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """All days, datetime64[D], shape (days,)."""
        return date_range(self.start, len(self.values))

    @property
    def counts(self) -> bool:
        """Whether no value is negative. Then a logarithm may be taken, and no forecast is below zero."""
        return bool(self.values.min() >= 0)

    def head(self, days: int) -> Series:
        """Return the series of the first `days` days."""
        return replace(self, values=self.values[:days], observed=self.observed[:days])
