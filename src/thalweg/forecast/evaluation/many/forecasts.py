"""What every model forecast for every series at every cutoff."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.messages import Message
from thalweg.series.frequency.dates import steps_after, steps_between

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from thalweg.forecast.evaluation.cutoffs import Cutoffs
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.panel import Panel


class Standing(IntEnum):
    """Whether the forecasts of a series count at a cutoff, and if not, why."""

    COMPARED = 0
    NOT_BEGUN = 1  # it has no value up to there
    NOTHING_COMES = 2  # none of the values that are forecast is known
    FAILED = 3  # a model could not forecast it


@dataclass(frozen=True, eq=False)
class MadeOfMany:
    """The forecasts of one model; NaN where it made none.

    Attributes
    ----------
    mean : ndarray of float64, shape (cutoffs, series, steps)
        In the user's units.
    ends : mapping
        The name of a level, such as ``80``, to the lower and the upper ends of its intervals, of the same shape.
    """

    mean: NDArray[np.float64]
    ends: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]]


@dataclass(frozen=True, eq=False)
class PanelForecasts:
    """What every model forecast for every series at every cutoff.

    Attributes
    ----------
    panel : Panel
    cutoffs : Cutoffs
        Counted in steps from `first`.
    first : numpy.datetime64
        The first date of the panel.
    made : mapping
        The name of a model to its forecasts.
    standing : ndarray of int64, shape (cutoffs, series)
        Of `Standing`.
    failed : mapping of int to Message
        Why a model could not forecast a series, by its place in the panel: the first such case.
    copying : str
        The model that copies the last season.
    own : tuple of str
        The models that are fits of the whole panel.
    unkept : tuple of str
        The models whose forecasts are not kept in the folder, since they cannot be told from others.
    """

    panel: Panel
    cutoffs: Cutoffs
    first: np.datetime64
    made: Mapping[str, MadeOfMany]
    standing: NDArray[np.int64]
    failed: Mapping[int, Message]
    copying: str
    own: tuple[str, ...]
    unkept: tuple[str, ...] = ()
    actual: NDArray[np.float64] = field(init=False)
    """What came, shape (cutoffs, series, steps); NaN where nothing was observed, or a series does not count."""

    def __post_init__(self) -> None:
        counts = (self.standing == Standing.COMPARED)[..., None]
        actual = np.where(counts, actuals(self.panel, self.cutoffs, self.first), np.nan)
        object.__setattr__(self, "actual", actual)

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """The date of each cutoff."""
        return steps_after(self.frequency, self.first, np.array(self.cutoffs.seen) - 1)

    @property
    def frequency(self) -> Frequency:
        """How far apart the values are."""
        return self.panel.frequency

    @property
    def name(self) -> Message:
        """Over how many series the metrics are means."""
        return Message("backtest.many.series", {"count": int((self.compared > 0).sum())})

    @property
    def simulated(self) -> bool:
        """Whether values are simulated."""
        return any(one.simulated for one in self.panel.series)

    @property
    def backend(self) -> str:
        """The library of the frame that they were read from; empty for a file."""
        return self.panel.series[0].backend

    @property
    def begins(self) -> NDArray[np.int64]:
        """How many steps after the first date each series begins."""
        return begins_of(self.panel, self.first)

    @property
    def compared(self) -> NDArray[np.int64]:
        """At how many cutoffs each series counts."""
        return (self.standing == Standing.COMPARED).sum(axis=0)

    @property
    def basis(self) -> tuple[Message, ...]:
        """Of what the metrics are means."""
        return (Message("backtest.many.average", {"count": int((self.compared > 0).sum())}),)

    def columns(self) -> dict[str, Any]:
        """Return the columns that Nixtla's tools read: a row a series, a cutoff and a step whose value was observed."""
        count, (_, _, steps) = len(self.panel), self.actual.shape
        some = self._rows(np.isfinite(self.actual))
        at = np.array(self.cutoffs.seen)[:, None] + self.cutoffs.gap + np.arange(steps)
        dates = np.broadcast_to(steps_after(self.frequency, self.first, at), (count, *at.shape))
        cutoffs = np.broadcast_to(self.dates[:, None], (count, *at.shape))
        columns: dict[str, Any] = {
            "unique_id": np.repeat(np.array(self.panel.names, dtype=object), at.size)[some],
            "ds": dates.reshape(-1)[some],
            "cutoff": cutoffs.reshape(-1)[some],
            "y": self._rows(self.actual)[some],
        }
        for name, made in self.made.items():
            columns[name] = self._rows(made.mean)[some]
            for level, ends in made.ends.items():
                for place, end in enumerate(("lo", "hi")):
                    columns[f"{name}-{end}-{level}"] = self._rows(ends[place])[some]
        return columns

    @staticmethod
    def _rows(values: NDArray[Any]) -> NDArray[Any]:
        """Return values in the order of the rows: by series, then by cutoff, then by step."""
        return values.swapaxes(0, 1).reshape(-1)


def begins_of(panel: Panel, first: np.datetime64) -> NDArray[np.int64]:
    """Return how many steps after a date each series begins."""
    return np.array([steps_between(panel.frequency, first, one.start) for one in panel.series], dtype=np.int64)


def actuals(panel: Panel, cutoffs: Cutoffs, first: np.datetime64) -> NDArray[np.float64]:
    """Return what came, shape (cutoffs, series, steps); NaN where nothing was observed."""
    ahead = np.arange(cutoffs.gap, cutoffs.ahead)
    at = (np.array(cutoffs.seen)[:, None, None] - begins_of(panel, first)[:, None]) + ahead
    lengths = np.diff(panel.offsets)[:, None]
    inside = (at >= 0) & (at < lengths)
    places = panel.offsets[:-1, None] + np.where(inside, at, 0)
    return np.where(inside & panel.observed[places], panel.values[places], np.nan)
