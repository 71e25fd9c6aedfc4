"""What holidays and events add to the series of a panel, as shares of what is usual for each one.

Before anything learns from the values, what known days added is taken away; it is added again to every prediction.
So a holiday that fell on one weekday last year moves with its date, and what one series shows of it twice, hundreds
show together. How far the values of such days are believed follows from how much usual days scatter (empirical Bayes).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thalweg.forecast.panel.known_days import known_days
from thalweg.series.filling import filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.panel.known_days import KnownDays
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.series import Series

LEVEL_SEASONS = 8  # whose mean is the level
NEIGHBOURS = 4  # the same places of the seasons before and after, of each side
LEAST_NEIGHBOURS = 3
LEAST_USUAL = 0.3  # of the level: of a place that is nearly zero no share can be told; 0.1 and 0.5 are as good
LARGEST_SHARE = 3.0  # what a value that lies farther from the usual one counts as
LEAST_CHECKED = 10  # values, for validation to turn effects down: of fewer it says too little
LEAST_VARIANCE = 1e-8  # of a date's mean of shares
MOST_SERIES = 400  # from which the panel's effects are learned, evenly spaced over it


class _Seen(NamedTuple):
    """What the values of a series show of days.

    Attributes
    ----------
    shares : ndarray of float64, shape (steps,)
        How far each value lies from the usual one of its place, as a share of it; NaN where that is not known.
    sizes : ndarray of float64, shape (steps,)
        What is usual, in levels.
    kinds : ndarray of int64, shape (steps,)
        Of its dates.
    begin : int
        How many dates of the panel stand before the first one.
    """

    shares: NDArray[np.float64]
    sizes: NDArray[np.float64]
    kinds: NDArray[np.int64]
    begin: int


@dataclass(frozen=True, eq=False)
class DayEffects:
    """What known days add to each series.

    Attributes
    ----------
    days : KnownDays
    of_columns : ndarray of float64, shape (columns,)
        What each column adds in all series, as a share of what is usual; of one kind of day those of its columns are
        added.
    own : ndarray of float32, shape (series, kinds)
        What a series differs from the others on a kind of day, likewise.
    idle : tuple of int
        Kinds of day whose effects validation has not borne out; they add nothing.
    """

    days: KnownDays
    of_columns: NDArray[np.float64]
    own: NDArray[np.float32]
    idle: tuple[int, ...] = ()

    @property
    def of_kinds(self) -> NDArray[np.float64]:
        """What each kind of day adds in all series, shape (kinds,)."""
        effects = self.days.kinds @ self.of_columns
        effects[list(self.idle)] = 0
        return effects

    def without(self, kinds: tuple[int, ...]) -> DayEffects:
        """Return the effects of the other kinds of day alone."""
        own = self.own.copy()
        own[:, list(kinds)] = 0
        return replace(self, own=own, idle=kinds)

    def without_own(self) -> DayEffects:
        """Return the effects that all series have alike."""
        return replace(self, own=np.zeros_like(self.own))

    def of(self, places: Sequence[int] | slice | NDArray[np.int64]) -> DayEffects:
        """Return the effects on some of the series alone."""
        days = replace(self.days, chosen=self.days.chosen[places])
        return replace(self, days=days, own=self.own[places])

    def reaching(self, series: Sequence[Series], beyond: int) -> DayEffects:
        """Return the effects on series with newer dates, and on others behind them, which have no own ones.

        Parameters
        ----------
        series : sequence of Series
            They begin with those of `own`, in its order.
        beyond : int
            How many steps beyond the last value are asked for.
        """
        chosen = np.append(self.days.chosen, np.zeros(len(series) - len(self.own), np.int64))
        return self.on_days(known_days(series, self.days.calendars, chosen, beyond, self.days.kinds))

    def on_days(self, days: KnownDays) -> DayEffects:
        """Return the effects on other dates, whose kinds begin with those that are known here."""
        count, kinds = self.own.shape
        own = np.pad(self.own, ((0, len(days.chosen) - count), (0, len(days.kinds) - kinds)))
        return replace(self, days=days, own=own)

    def on(self, series: Series, place: int, beyond: int = 0) -> NDArray[np.float64]:
        """Return what is added on each date of a series and on some beyond it, as shares, shape (steps + beyond,)."""
        return (self.of_kinds + self.own[place])[self.days.of_series(series, place, beyond)]

    def ahead(self, series: Series, place: int, newest: NDArray[np.int64], steps: int) -> NDArray[np.float64]:
        """Return what is added to the predictions of some rows of a series, in the user's units, shape (rows, steps).

        Parameters
        ----------
        series : Series
        place : int
        newest : ndarray of int64, shape (rows,)
            How many values stand before the newest one of each row: what is added rests on no later value.
        steps : int
        """
        effects = self.on(series, place, steps)[newest[:, None] + np.arange(1, steps + 1)]
        some = np.flatnonzero(effects.any(axis=1))  # few rows have a known day ahead
        if len(some):
            effects[some] *= usual_ahead(series.values, newest[some], steps, self.days.frequency)
        return effects

    def taken_away(self, series: Sequence[Series]) -> list[Series]:
        """Return the series without what known days added to them.

        Parameters
        ----------
        series : sequence of Series
            Those of `own`, in its order.
        """
        return [
            replace(one, values=_without(one, self.on(one, place), self.days.frequency))
            for place, one in enumerate(series)
        ]


def level_of(values: NDArray[np.float64], frequency: Frequency) -> NDArray[np.float64]:
    """Return the level before each value and after the last one, shape (steps + 1,): the mean size of values before.

    Parameters
    ----------
    values : ndarray of float64, shape (steps,)
    frequency : Frequency
        The mean is that of eight weeks for days and hours, of eight values for longer steps.
    """
    length = LEVEL_SEASONS * _apart(frequency)
    totals = np.concatenate([[0.0], np.cumsum(np.abs(values))])
    at = np.arange(len(totals))
    begin = np.maximum(at - length, 0)
    return (totals - totals[begin]) / np.maximum(at - begin, 1)


def usual_ahead(
    values: NDArray[np.float64], newest: NDArray[np.int64], steps: int, frequency: Frequency
) -> NDArray[np.float64]:
    """Return the size of what is usual some steps after the newest value of some rows, shape (rows, steps).

    It is the median of the last values of the same place of the season, four where there are as many, and at least a
    share of the level.

    Parameters
    ----------
    values : ndarray of float64, shape (known,)
    newest : ndarray of int64, shape (rows,)
        The place of the newest value; −1 where none is known.
    steps : int
    frequency : Frequency
    """
    apart, ahead = _apart(frequency), np.arange(1, steps + 1)
    first = newest[:, None] + ahead - -(-ahead // apart) * apart  # the last place of the season that is known
    places = first[:, :, None] - apart * np.arange(NEIGHBOURS)
    around = np.where(places >= 0, np.abs(values)[np.maximum(places, 0)], np.nan)
    level = level_of(values, frequency)[newest + 1]
    around[:, :, 0] = np.where(first >= 0, around[:, :, 0], level[:, None])  # so that one is known
    return np.maximum(np.nanmedian(around, axis=2), LEAST_USUAL * level[:, None])


def _without(series: Series, effects: NDArray[np.float64], frequency: Frequency) -> NDArray[np.float64]:
    """Return the values without the effects of their dates.

    A missing value has no effect of its own date. It was filled in with an earlier value, which may have that of
    another one; so it is filled in again, from what is left.
    """
    values, at = series.values.copy(), np.flatnonzero(effects)
    if not len(at):
        return values
    values[at] -= effects[at] * usual_ahead(series.values, at - 1, 1, frequency)[:, 0]
    values = np.where(series.values >= 0, np.maximum(values, 0), values)
    return filled(values, series.observed, frequency.season)


def _apart(frequency: Frequency) -> int:
    """How many steps apart values lie that are alike: a week, of hours too, as a day apart is another weekday."""
    if frequency.sub_daily:
        return frequency.long_season
    return frequency.season if frequency.by_day else 1


def _seen(series: Series, place: int, upto: int, days: KnownDays) -> _Seen:
    """Return what the first values show: each is compared with the median of its neighbours on both sides."""
    values, frequency = series.values[:upto], series.frequency
    around = np.full((2 * NEIGHBOURS, upto), np.nan)
    for back in range(1, NEIGHBOURS + 1):
        apart = back * _apart(frequency)
        if apart < upto:
            around[back - 1, apart:] = values[:-apart]
            around[-back, :-apart] = values[apart:]
    level = level_of(values, frequency)[:-1]
    enough = np.isfinite(around).sum(axis=0) >= LEAST_NEIGHBOURS
    known = enough & series.observed[:upto] & (level > 0)
    shares, sizes = np.full(upto, np.nan), np.full(upto, np.nan)
    usual = np.nanmedian(around[:, known], axis=0)
    size = np.maximum(np.abs(usual), LEAST_USUAL * level[known])
    shares[known], sizes[known] = (values[known] - usual) / size, size / level[known]
    kinds = days.of_series(series, place)[:upto]
    return _Seen(shares.clip(-LARGEST_SHARE, LARGEST_SHARE), sizes, kinds, days.place(series))


def learn_effects(series: Sequence[Series], upto: Sequence[int], days: KnownDays) -> DayEffects:
    """Return what known days add, from the first values of each series.

    Parameters
    ----------
    series : sequence of Series
    upto : sequence of int
        How many values of each may be learned from.
    days : KnownDays
    """
    some = _some_of(series)
    seen = [_seen(series[at], at, upto[at], days) for at in some]
    of_columns = _of_columns(seen, days)
    of_kinds, count = days.kinds @ of_columns, len(days.kinds)
    own = np.zeros((len(series), count), np.float32)
    spread = _spread_of_own([_own_means(each, of_kinds) for each in seen])
    for place, one in enumerate(series if spread > 0 else ()):
        means, variances = _own_means(_seen(one, place, upto[place], days), of_kinds)
        own[place] = means * spread / (spread + variances)
    return DayEffects(days, of_columns, own)


@dataclass(frozen=True)
class Check:
    """How the effects fared on known days of validation values, which they were not learned from.

    Attributes
    ----------
    count : int
        How many values of such days there are.
    without, common, own : float
        The mean absolute distance from the usual value in levels: without effects, with those of the panel, and with
        what is each series' own besides. NaN where there is no value.
    kinds : tuple of int
        The kinds of day that these values are of: of others validation says nothing.
    """

    count: int
    without: float = np.nan
    common: float = np.nan
    own: float = np.nan
    kinds: tuple[int, ...] = ()

    @property
    def serves(self) -> str:
        """What has the smallest error: ``without``, ``common`` or ``own``; of few values ``own``, unchecked."""
        errors = {"without": self.without, "common": self.common, "own": self.own}
        return min(errors, key=errors.__getitem__) if self.count >= LEAST_CHECKED else "own"


def check_effects(effects: DayEffects, series: Sequence[Series], learned: Sequence[int], upto: Sequence[int]) -> Check:
    """Return how effects fare on values behind those that they were learned from.

    Parameters
    ----------
    effects : DayEffects
    series : sequence of Series
    learned, upto : sequence of int
        The values of each series from `learned` to `upto` are looked at.
    """
    days, errors, found = effects.days, [], set[int]()
    of_kinds = effects.of_kinds
    for at in _some_of(series):
        seen = _seen(series[at], at, upto[at], days)
        known = learned[at] + np.flatnonzero(~np.isnan(seen.shares[learned[at] :]) & (seen.kinds[learned[at] :] > 0))
        shares, kinds = seen.shares[known], seen.kinds[known]
        common = of_kinds[kinds]
        own = common + effects.own[at, kinds]
        errors.append(seen.sizes[known] * np.abs([shares, shares - common, shares - own]))
        found.update(kinds.tolist())
    made = np.concatenate(errors, axis=1)
    if not made.shape[1]:
        return Check(0)
    without, common, own = made.mean(axis=1).tolist()
    return Check(made.shape[1], without, common, own, tuple(sorted(found)))


def _some_of(series: Sequence[Series]) -> range:
    return range(0, len(series), -(-len(series) // MOST_SERIES))


def _of_columns(seen: Sequence[_Seen], days: KnownDays) -> NDArray[np.float64]:
    """Return what each column adds in all series: a ridge regression over dates, whose strength the data tell.

    A date's mean over n series has the variance ``common + own / n``: what happens on a date, happens to many. By it
    the dates are weighed. The variance of the effects themselves is how much the columns' means scatter beyond that.
    """
    dates, kinds = days.of_dates.shape[1], len(days.kinds)
    totals, squares, counts = (np.zeros((dates, kinds)) for _ in range(3))
    for shares, _, mine, begin in seen:
        known = np.flatnonzero(~np.isnan(shares))
        cells = (begin + known, mine[known])
        totals[cells] += shares[known]
        squares[cells] += shares[known] ** 2
        counts[cells] += 1
    means = totals / np.maximum(counts, 1)
    usual = counts[:, 0] > 0
    if not usual.any():
        return np.zeros(len(days.columns))
    within = (squares - counts * means**2)[usual, 0].sum()
    own = within / max((counts[usual, 0] - 1).sum(), 1)
    common = max((means[usual, 0] ** 2 - own / counts[usual, 0]).mean(), 0) + LEAST_VARIANCE
    at_date, kind = np.nonzero(counts[:, 1:])
    cells = (at_date, kind + 1)
    held, weights = days.kinds[cells[1]].astype(float), 1 / (common + own / counts[cells])
    sums = weights @ held
    there = sums > 0
    if not there.any():
        return np.zeros(len(days.columns))
    precision = (held * weights[:, None]).T @ held
    answers = held.T @ (weights * means[cells])
    scatter = ((answers[there] / sums[there]) ** 2 - 1 / sums[there]).mean()
    if scatter <= 0:
        return np.zeros(len(days.columns))
    return np.linalg.solve(precision + np.eye(len(precision)) / scatter, answers)


def _own_means(seen: _Seen, of_kinds: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far a series lies from the panel's effect on each kind of day, and the variances of these means.

    Where it has no such day, the mean is 0 and its variance infinite, as for usual days.
    """
    shares, kinds = seen.shares, seen.kinds
    known = ~np.isnan(shares)
    rest, mine = (shares - of_kinds[kinds])[known], kinds[known]
    counts = np.bincount(mine, minlength=len(of_kinds))
    totals = np.bincount(mine, rest, len(of_kinds))
    usual = shares[known & (kinds == 0)]
    variance = (usual**2).mean() + LEAST_VARIANCE if len(usual) else np.inf
    counts[0] = 0
    there = counts > 0
    means = np.where(there, totals / np.maximum(counts, 1), 0)
    return means, np.where(there, variance / np.maximum(counts, 1), np.inf)


def _spread_of_own(of_series: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> float:
    """Return the variance of the series' own differences, beyond what usual days scatter.

    Means that are known better weigh more.
    """
    means, variances = (np.concatenate([each[at] for each in of_series]) for at in range(2))
    known = np.isfinite(variances)
    if not known.any():
        return 0.0
    weights = 1 / variances[known] ** 2
    return max(float(weights @ (means[known] ** 2 - variances[known]) / weights.sum()), 0.0)
