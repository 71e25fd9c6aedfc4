"""Curves that rise and fall: the lecture's, a sine, or the user's days over time (N1 to N3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.model import Model
from thalweg.messages import Argument
from thalweg.pictures.shared.source import days_of
from thalweg.series.dates import days_after
from thalweg.series.scale import WEEK
from thalweg.series.split import split_by_date

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.pictures.shared.source import Source
    from thalweg.series.series import Series

TOYS = ("lecture", "sine")
# The lecture's red curve: it rises slowly, then fast, falls fast, then slowly, and rises again. Its turning points.
TURNS = np.array([[0.0, 1.0], [2.0, 1.8], [4.0, 5.0], [6.5, 2.0], [8.5, 1.5], [10.0, 3.0]])
GRID = 201
A_YEAR, LAST_DAYS = 365, 60


@dataclass(frozen=True, eq=False)
class TargetCurve:
    """A curve, closely sampled.

    Attributes
    ----------
    kind : str
        ``lecture``, ``sine``, ``year`` or ``days``.
    x, y : ndarray of float64, shape (count,)
        For days: days since the first, and the user's units.
    series : Series or None
    first : numpy.datetime64 or None
        The day that x counts from. Both only where the curve is one of days.
    """

    kind: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    series: Series | None = None
    first: np.datetime64 | None = None

    @property
    def name(self) -> str:
        """What y is."""
        return "y" if self.series is None else self.series.name

    @property
    def simulated(self) -> bool:
        """Whether the days are simulated."""
        return self.series is not None and self.series.simulated

    @property
    def turns(self) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """The curve's own turning points, where it is piecewise linear and has few."""
        return (TURNS[:, 0], TURNS[:, 1]) if self.kind == "lecture" else None

    def dates(self, x: NDArray[np.float64]) -> NDArray[np.datetime64]:
        """Return the days that x counts; not a time where the curve is none of days."""
        return days_after(np.asarray(self.first, dtype="datetime64[D]"), x.round().astype(np.int64))

    def places(self, x: NDArray[np.float64]) -> NDArray[np.float64] | NDArray[np.datetime64]:
        """Return x as a person reads it: days as dates."""
        return x if self.first is None else self.dates(x)


def target_curve(source: Source, kind: str, picture: str) -> TargetCurve:
    """Return the curve of that kind; where it is left open, the lecture's without days, and with days their last year.

    ``year`` is the mean of seven days around each of the last year's training days, ``days`` the last 60 as they are.

    Raises
    ------
    InputError
        If there is no such curve, a toy is asked for beside days, the days are too few, or a saved model is given.
    """
    if kind == "auto":
        kind = "lecture" if source is None else "year"
    if kind in TOYS:
        if source is not None:
            raise InputError("curve.toy", argument=Argument("curve", kind))
        x = np.linspace(TURNS[0, 0], TURNS[-1, 0], GRID) if kind == "lecture" else np.linspace(0, 2 * np.pi, GRID)
        return TargetCurve(kind, x, np.interp(x, *TURNS.T) if kind == "lecture" else np.sin(x))
    if isinstance(source, Model):
        raise InputError("curve.model", picture=picture)
    series = days_of(source, picture)
    train = split_by_date(series).train
    if kind == "days":
        first = max(train - LAST_DAYS, 0)
        y = series.values[first:train]
    else:
        begin = max(train - A_YEAR, 0)
        first = begin + WEEK // 2
        y = np.convolve(series.values[begin:train], np.full(WEEK, 1 / WEEK), mode="valid")
    return TargetCurve(kind, np.arange(len(y), dtype=np.float64), y, series, series.dates[first])
