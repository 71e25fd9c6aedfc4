"""A checked series: one value a step, without gaps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.frames import frame_of
from thalweg.series.frequency.dates import occurs, step_range, steps_after, steps_between
from thalweg.series.frequency.record import DAILY, Frequency
from thalweg.text import quotable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.regressors import Regressors

_SOURCES = {"frame": "read.frame", "simulated channel": "simulated.source"}
"""The sources that are no files, to their names in the catalogues."""


@dataclass(frozen=True, eq=False)
class Series:
    """One value a step, from the first date to the last, without gaps.

    Attributes
    ----------
    start : numpy.datetime64
        The first date, in the unit of the frequency: D for daily values.
    values : ndarray of float64, shape (steps,)
        In the user's units. A missing day has the value of seven days before (in the first week, of the day before).
        Only past values fill it, so that looking back at it reveals nothing of the future.
    observed : ndarray of bool, shape (steps,)
        False where the value was filled in. Later steps may look back at such a value, but no loss counts it.
    name : str
        The name of the column of values, as `thalweg.text.quotable` shows it.
    source : str
        Where it comes from, for titles: a file's name, shown likewise, "frame" or "simulated channel".
    simulated : bool
        Whether these are simulated values, as `thalweg sample` writes them; everything that shows the series says so.
    notes : tuple of Message
        What was odd in the data, and how it was read (keys ``note.*``).
    frequency : Frequency
        How far apart the values are.
    differenced : bool
        Whether they are the increases of a running total.
    regressors : Regressors, optional
        Other columns that were read beside the values: known beforehand, or of the past alone.
    backend : str
        The library of the frame that it was read from: ``pandas``, ``polars`` or ``pyarrow``; empty for a file.

    Raises
    ------
    InputError
        If the first date is not of the frequency's unit or its weekday does not occur; values and flags are not one
        of each a step; no value is observed; or a value is not finite, filled ones included.
    """

    start: np.datetime64
    values: NDArray[np.float64]
    observed: NDArray[np.bool_]
    name: str
    source: str = "frame"
    simulated: bool = False
    notes: tuple[Message, ...] = field(default=())
    frequency: Frequency = DAILY
    backend: str = ""
    differenced: bool = False
    regressors: Regressors | None = None

    def __post_init__(self) -> None:
        for name in ("name", "source"):
            object.__setattr__(self, name, quotable(str(getattr(self, name))))
        for name, dtype in (("values", np.float64), ("observed", np.bool_)):
            object.__setattr__(self, name, _column(name, getattr(self, name), dtype))
        if not occurs(self.frequency, self.start):
            raise InputError(
                "series.start",
                argument=Argument("start", str(self.start)),
                unit=self.frequency.date_unit,
                frequency=self.frequency.name,
            )
        if len(self.values) != len(self.observed):
            raise InputError("series.lengths", values=len(self.values), observed=len(self.observed))
        if not self.observed.any():
            raise InputError("series.unobserved", count=len(self.values))
        unfit = np.flatnonzero(~np.isfinite(self.values))
        if len(unfit):
            at = int(unfit[0])
            raise InputError("series.not_finite", date=self.dates[at], value=str(self.values[at]), place=at)

    def __repr__(self) -> str:
        dates = self.dates
        return f"<Series {self.name!r} of {self.source}: {len(self)} {self.frequency.steps}, {dates[0]} to {dates[-1]}>"

    def __len__(self) -> int:
        return len(self.values)

    @property
    def source_name(self) -> Message | str:
        """What a sentence calls the source."""
        return Message(_SOURCES[self.source]) if self.source in _SOURCES else self.source

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """The date of each value, datetime64, shape (steps,)."""
        return step_range(self.frequency, self.start, len(self.values))

    def place(self, date: np.datetime64) -> int:
        """Return the index at which a date stands; outside the series it is negative or too large."""
        return steps_between(self.frequency, self.start, date)

    def after(self, steps: int) -> np.datetime64:
        """Return the date so many steps after the last: the first to forecast is that of 1."""
        return steps_after(self.frequency, self.start, len(self) - 1 + steps)

    @property
    def gaps(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Where each run of steps without a value begins, and the step after it ends; each of shape (gaps,)."""
        edges = np.diff(np.concatenate([[True], self.observed, [True]]).astype(np.int8))
        return np.flatnonzero(edges == -1), np.flatnonzero(edges == 1)

    @property
    def counts(self) -> bool:
        """Whether no value is negative. Then a logarithm may be taken, and no forecast is below zero."""
        return bool(self.values.min() >= 0)

    @property
    def whole(self) -> bool:
        """Whether every observed value is whole and none is negative, as of things that are counted."""
        observed = self.values[self.observed]
        return self.counts and bool((observed == np.rint(observed)).all())

    def to_frame(self, backend: str | None = None) -> Any:  # noqa: ANN401 - a frame of the user's library
        """Return dates, values and whether they were observed as a frame.

        Parameters
        ----------
        backend : str, optional
            ``pandas``, ``polars`` or ``pyarrow``; by default the library of the frame that was read.

        Raises
        ------
        InputError
            If there is no such library, or it is not installed.
        """
        columns = {"date": self.dates, self.name: self.values, "observed": self.observed}
        return frame_of(columns, backend, self.backend)

    def head(self, steps: int) -> Series:
        """Return the series of the first steps."""
        return replace(self, values=self.values[:steps], observed=self.observed[:steps])


def _column(name: str, given: object, dtype: type[np.generic]) -> NDArray[np.generic]:
    """Return values or flags as an array of one dimension; an array of the right kind is not copied."""
    found = type(given).__name__
    try:
        column = np.asarray(given)
        found = f"{column.dtype} of {column.ndim} dimension(s)"
        fits = column.ndim == 1 and column.dtype.kind in ("b" if dtype is np.bool_ else "fiub")
        column = column.astype(dtype, copy=False)
    except (TypeError, ValueError):
        fits = False
        column = np.zeros(0, dtype)
    if not fits:
        raise InputError("series.column", name=name, kind=Message(f"series.{name}"), found=found)
    return column
