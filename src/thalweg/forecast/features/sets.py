"""Which blocks of features a rung has, and its rows as `Examples`.

A row stands on its newest value: step h predicts the h-th value after it. Nothing later than the newest value enters
its features, apart from what is known ahead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thalweg.forecast.features.event import Event
from thalweg.forecast.features.holiday import Holiday
from thalweg.forecast.features.known_columns import ColumnChanges, KnownColumns
from thalweg.forecast.features.last_season import LastSeason
from thalweg.forecast.features.long_levels import LongLevels
from thalweg.forecast.features.month import Month
from thalweg.forecast.features.past import Past, origins_of
from thalweg.forecast.features.past_columns import PastColumns
from thalweg.forecast.features.past_values import PastValues
from thalweg.forecast.features.same_places import SamePlaces
from thalweg.forecast.features.season import Season
from thalweg.forecast.features.steps_ahead import StepsAhead
from thalweg.forecast.features.time_of_day import TimeOfDay
from thalweg.forecast.features.usual_place import UsualPlace
from thalweg.forecast.features.weekday import Weekday
from thalweg.learn.data.examples import Examples
from thalweg.series.frequency.dates import steps_after

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.features.block import Block
    from thalweg.learn.activation import Values
    from thalweg.series.calendar import Calendar
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.scale import Scale

FEATURE_CLIP = 4.0  # spreads: features are kept within ± this, so that one extreme value does not dominate
RARE = 0.02  # share of the training rows, at either end, beyond which a bounded feature is cut
ROWS_OF_BOUNDS = 2000  # as many rows tell where most features lie
# In the order of their columns.
BLOCKS: tuple[type[Block], ...] = (
    TimeOfDay, Weekday, Month, Season, Holiday, Event, KnownColumns, ColumnChanges, PastColumns, UsualPlace, LastSeason,
    LongLevels,
)  # fmt: skip
# What the user gives, in every set that knows a season.
GIVEN = (Event.name, KnownColumns.name, ColumnChanges.name, PastColumns.name)


@dataclass(frozen=True)
class Covariates:
    """What a rung sees beside past values.

    Attributes
    ----------
    blocks : tuple of str
        The names of its blocks.
    level : str
        What is subtracted from the logarithm: ``last``, the last value; ``season``, the mean of a season; empty for raw
        values, as in the lecture.
    """

    blocks: tuple[str, ...] = ()
    level: str = ""

    @property
    def long(self) -> bool:
        """Whether the course of the long season is learned, so that two of them are needed."""
        return self.level == "season"

    def level_steps(self, frequency: Frequency) -> int:
        """Return the steps whose mean is the level; 0 for raw values."""
        return {"": 0, "last": 1, "season": frequency.level}[self.level]


def covariates(known: str, frequency: Frequency) -> Covariates:
    """Return what a rung sees beside past values.

    Parameters
    ----------
    known : str
        Empty for nothing; else a word of `Frequency.known`. The first of two words stands for the short season: the
        place in it, the usual deviation of the places to come, and the holidays. The last word stands for the long
        season too: all that the calendar knows, the same place of the last long season, and long levels.
    frequency : Frequency

    Raises
    ------
    ValueError
        If rungs of this frequency know no such season.

    Notes
    -----
    Where a year is the only season, the usual deviation of a place is left out. It would be a mean over years, and
    each row would need a whole year before it. The columns of the months and the waves of the year say the same.
    """
    if not known:
        return Covariates()
    if known not in frequency.known:
        raise ValueError(f"Rungs of {frequency.name} values know {frequency.known}, not {known!r}.")
    calendar, two = frequency.calendar, len(frequency.known) == 2  # noqa: PLR2004 - a short and a long season
    if two and known == frequency.known[0]:
        place = {calendar[0], Holiday.name} & set(calendar) if calendar else set[str]()
        return Covariates(_in_order({*place, *GIVEN, UsualPlace.name}), level="last")
    seen = {*calendar, *GIVEN, LongLevels.name}
    if two:
        seen.add(UsualPlace.name)
    if frequency.long_season > 1:
        seen.add(LastSeason.name)
    return Covariates(_in_order(seen), level="season")


def _in_order(names: set[str]) -> tuple[str, ...]:
    return tuple(block.name for block in BLOCKS if block.name in names)


Bounds = tuple["NDArray[np.float64]", "NDArray[np.float64]"]


class Column(NamedTuple):
    """One column of features.

    Attributes
    ----------
    block, name : str
    known_ahead : bool
    """

    block: str
    name: str
    known_ahead: bool


@dataclass(frozen=True)
class FeatureSet:
    """The features of a rung.

    Attributes
    ----------
    window : PastValues
    blocks : tuple of Block
        The others, in the order of their columns.
    limit : float
        In spreads: features are kept within ± this.
    bounds : tuple of ndarray of float64, shape (dense columns,), optional
        The least and the largest value of each dense column, besides.
    """

    window: PastValues
    blocks: tuple[Block, ...]
    limit: float
    bounds: Bounds | None = None

    @property
    def needed(self) -> int:
        """How many past steps a row must have."""
        return max(self.window.length, *(block.needed for block in self.blocks), 0)

    @property
    def seen(self) -> int:
        """From how many past steps every feature of a row can be computed; with fewer, some are marked as absent."""
        return max(self.window.length, *(block.seen for block in self.blocks), 0)

    def columns(self, steps: int) -> tuple[Column, ...]:
        """Return all columns in their order, where so many steps ahead are predicted at once."""
        lags = (Column(self.window.name, name, self.window.known_ahead) for name in self.window.names)
        others = (Column(block.name, name, block.known_ahead) for block in self.blocks for name in block.names(steps))
        return (*lags, *others)

    def bounded_by(self, dense: Values) -> FeatureSet:
        """Return the set whose bounded columns are kept within the range that most of some rows have.

        Parameters
        ----------
        dense : ndarray, shape (rows, dense columns)
            The rows to learn from; there is at least one.
        """
        counts = [len(block.names(1)) for block in self.blocks]
        bounded = np.repeat([block.bounded for block in self.blocks], counts)
        limits = np.repeat([block.most for block in self.blocks], counts)
        some = dense[:: -(-len(dense) // ROWS_OF_BOUNDS)]
        least, most = np.quantile(some, [RARE, 1 - RARE], axis=0)
        low, high = np.clip(least, -limits, limits), np.clip(most, -limits, limits)
        return replace(self, bounds=(np.where(bounded, low, -np.inf), np.where(bounded, high, np.inf)))

    @property
    def ends(self) -> Bounds:
        """The least and the largest value of each feature; one number each where they are the same for all."""
        if self.bounds is None:
            return np.array(-self.limit), np.array(self.limit)
        window = np.full(self.window.length, self.limit)
        low, high = np.clip(self.bounds, -self.limit, self.limit)
        return np.concatenate([-window, low]), np.concatenate([window, high])

    def within_bounds(self, dense: Values) -> Values:
        """Return dense columns kept within the bounds, where there are any."""
        return dense if self.bounds is None else np.clip(dense, *self.bounds)

    def baseline(self, rows: Examples) -> NDArray[np.float64]:
        """Return what the outputs of shared networks are added to, in spreads: the usual place of the first date.

        Zeros where no block says it.
        """
        at = self.baseline_place
        return np.zeros((len(rows), 1)) if at is None else rows.dense[:, at : at + 1].astype(np.float64)

    @property
    def baseline_place(self) -> int | None:
        """Which dense column the outputs of shared networks are added to; None for other networks."""
        blocks = [block.name for block in self.blocks]
        if StepsAhead.name not in blocks or UsualPlace.name not in blocks:
            return None
        return sum(len(block.names(1)) for block in self.blocks[: blocks.index(UsualPlace.name) + 1]) - 1

    def rows(
        self,
        past: Past,
        scale: Scale,
        steps: int,
        *,
        ahead: NDArray[np.int64] | None = None,
        limit: float | None = None,
    ) -> Examples:
        """Return rows to predict from, as examples without targets (weight 0, target NaN).

        Parameters
        ----------
        past : Past
        scale : Scale
        steps : int
            Steps ahead.
        ahead : ndarray of int64, shape (rows,), optional
            The first step ahead of each row; 1 where it is not given.
        limit : float, optional
            Instead of the set's own. With an infinite limit there are no bounds either; with a scale without a
            logarithm the features are then an affine function of the values.
        """
        origins = origins_of(past, scale, ahead)
        rows, limit = len(past), self.limit if limit is None else limit
        dense = np.zeros((rows, 0))
        if self.blocks:
            targets = self.targets(past, steps, origins.ahead)
            columns = [block.columns(origins, targets) for block in self.blocks]
            dense = np.concatenate(columns, axis=1)
            del columns  # far ahead there are thousands
            np.clip(dense, -limit, limit, out=dense)
            dense = self.within_bounds(dense) if np.isfinite(limit) else dense
        values, newest = origins.source.windows(past.newest, self.window.length)
        return Examples(
            values=values,
            newest=newest,
            window=self.window.length,
            level=origins.level,
            scale=np.full(rows, 1 / scale.spread),
            dense=dense,
            target=np.full((rows, steps), np.nan),
            weight=np.zeros((rows, steps)),
            emphasis=self.window.emphasis,
            limit=limit,
        )

    @staticmethod
    def targets(past: Past, steps: int, ahead: NDArray[np.int64]) -> NDArray[np.datetime64]:
        """Return the dates to predict, shape (rows, steps); the first lies `ahead` steps after the newest value."""
        return steps_after(past.frequency, past.dates[:, None], ahead[:, None] + np.arange(steps))


def feature_set(known: str, days_back: int, calendar: Calendar, *, shared: str = "") -> FeatureSet:
    """Return the features of a rung.

    Parameters
    ----------
    known : str
        As of `covariates`.
    days_back : int
        The length of the window, in steps.
    calendar : Calendar
        Its frequency says what there is to know.
    shared : str
        What a network that is shared over the steps ahead takes values from: ``last``, the last value, or ``season``,
        the mean of a season. Empty for one that is not shared.
    """
    sees = covariates(known, calendar.frequency)
    blocks = tuple(block(calendar) for block in BLOCKS if block.name in sees.blocks and block.serves(calendar))
    if shared:
        blocks = _of_shared(blocks, calendar, shared)
    return FeatureSet(PastValues(days_back, fading=bool(known)), blocks, FEATURE_CLIP if known else np.inf)


def _of_shared(blocks: tuple[Block, ...], calendar: Calendar, level: str) -> tuple[Block, ...]:
    """Return the blocks of a network that is shared over the steps ahead, and sees which one it predicts."""
    other = {
        LastSeason.name: (LastSeason(calendar, calendar.frequency.longest_horizon),),
        # A network that takes values from the last one follows a level that has moved; long ones lead it back.
        LongLevels.name: (LongLevels(calendar),) if level == "season" else (),
    }
    kept = (one for block in blocks for one in other.get(block.name, (block,)))
    return (*kept, SamePlaces(calendar), StepsAhead(calendar))
