"""Curves that rise and fall: the lecture's, a sine, or the user's days over time (N1 to N3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.model import Model
from thalweg.messages import Argument
from thalweg.pictures.shared.source import days_of
from thalweg.series.frequency.dates import steps_after
from thalweg.series.frequency.record import DAILY, Frequency
from thalweg.series.split import split_by_date

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.pictures.shared.source import Source
    from thalweg.series.series import Series

TOYS = ("lecture", "sine")
# The turning points of the lecture's red curve. It rises slowly, then fast, falls fast, then slowly, and rises again.
LECTURE_TURNS = np.array([[0.0, 1.0], [2.0, 1.8], [4.0, 5.0], [6.5, 2.0], [8.5, 1.5], [10.0, 3.0]])
TOY_POINTS = 201
LAST_DAYS = 60


@dataclass(frozen=True, eq=False)
class TargetCurve:
    """A curve, sampled at many points.

    Attributes
    ----------
    kind : str
        ``lecture``, ``sine``, ``year`` or ``days``.
    x, y : ndarray of float64, shape (count,)
        Of a curve of days: the days since `first`, and values in the user's units.
    series : Series or None
    first : numpy.datetime64 or None
        The day at which x is 0. Both are given for a curve of days only.
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
    def frequency(self) -> Frequency:
        """The frequency of the series; that of days for a toy, which has no dates."""
        return DAILY if self.series is None else self.series.frequency

    @property
    def simulated(self) -> bool:
        """Whether the days are simulated."""
        return self.series is not None and self.series.simulated

    @property
    def turns(self) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """The turning points of the lecture's curve, which is piecewise linear; None for other curves."""
        return (LECTURE_TURNS[:, 0], LECTURE_TURNS[:, 1]) if self.kind == "lecture" else None

    def dates(self, x: NDArray[np.float64]) -> NDArray[np.datetime64]:
        """Return the day at each x."""
        assert self.first is not None  # noqa: S101 - `places` asks for dates of days only
        assert self.series is not None  # noqa: S101 - likewise
        return steps_after(self.series.frequency, self.first, x.round().astype(np.int64))

    def places(self, x: NDArray[np.float64]) -> NDArray[np.float64] | NDArray[np.datetime64]:
        """Return x as a person reads it: dates for a curve of days."""
        return x if self.first is None else self.dates(x)


def target_curve(source: Source, kind: str, picture: str) -> TargetCurve:
    """Return the curve of a kind. ``auto`` is the lecture's curve without a series, and ``year`` with one.

    ``year`` is the mean of the season (the seven days) around each day of the last training year; ``days`` is the last
    60 training days as they are.

    Raises
    ------
    InputError
        If a toy is asked for although a series is given, the series is too short, or a saved model is given.
    """
    if kind == "auto":
        kind = "lecture" if source is None else "days" if _year_alone(source) else "year"
    if kind in TOYS:
        if source is not None:
            raise InputError("curve.toy", argument=Argument("curve", kind))
        x = (
            np.linspace(LECTURE_TURNS[0, 0], LECTURE_TURNS[-1, 0], TOY_POINTS)
            if kind == "lecture"
            else np.linspace(0, 2 * np.pi, TOY_POINTS)
        )
        return TargetCurve(kind, x, np.interp(x, *LECTURE_TURNS.T) if kind == "lecture" else np.sin(x))
    if isinstance(source, Model):
        raise InputError("curve.model", picture=picture)
    series = days_of(source, picture)
    if kind == "year" and _year_alone(series):
        raise InputError("curve.year", argument=Argument("curve", kind))
    train, frequency = split_by_date(series).train, series.frequency
    if kind == "days":
        first = max(train - LAST_DAYS, 0)
        y = series.values[first:train]
    else:
        begin = max(train - frequency.year, 0)
        first = begin + frequency.season // 2
        y = np.convolve(series.values[begin:train], np.full(frequency.season, 1 / frequency.season), mode="valid")
    return TargetCurve(kind, np.arange(len(y), dtype=np.float64), y, series, series.dates[first])


def _year_alone(source: Source) -> bool:
    """Whether a year is the only season, so that a mean over a season leaves nothing of it."""
    return not isinstance(source, Model) and source is not None and len(source.frequency.known) == 1
