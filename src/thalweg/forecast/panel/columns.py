"""The columns beside the values, as the networks over all series see them: known, of the past, and static ones."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.beforehand import check_ahead
from thalweg.messages import Argument
from thalweg.series.panel import Refused
from thalweg.series.regressors import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.options import FitOptions
    from thalweg.forecast.panel.rows import Rows
    from thalweg.series.panel import Panel
    from thalweg.series.series import Series

MOST_CATEGORIES = 50  # of a static column of text, the most frequent ones
LEAST_SERIES = 2  # of a category; what one series has alone says nothing of others
NEWEST_AND_MEAN = 2  # are seen of each column, beside its values to come


@dataclass(frozen=True)
class StaticColumn:
    """How a column that is the same in all rows of a series is seen.

    Attributes
    ----------
    name : str
    categories : tuple of str
        Of text: each is a feature, which is 1 for the series that have it.
    centre, spread : float
        Of numbers: one feature, less its mean over the series and over its standard deviation.
    """

    name: str
    categories: tuple[str, ...] = ()
    centre: float = 0.0
    spread: float = 1.0

    @property
    def features(self) -> int:
        """How many there are."""
        return len(self.categories) or 1

    def encoded(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Return the features of each series, shape (series, features); 0 where nothing is known."""
        if self.categories:
            return np.equal(values.astype(object)[:, None], np.array(self.categories, object)).astype(np.float32)
        numbers = (values.astype(np.float64)[:, None] - self.centre) / self.spread
        return np.nan_to_num(numbers).astype(np.float32)


@dataclass(frozen=True)
class Columns:
    """Which columns the networks see, and how.

    Attributes
    ----------
    known, past : tuple of str
        Those whose values of dates to come are known, and the others.
    static : tuple of StaticColumn
    """

    known: tuple[str, ...] = ()
    past: tuple[str, ...] = ()
    static: tuple[StaticColumn, ...] = ()

    @property
    def each(self) -> tuple[str, ...]:
        """The names of those that have a value for each step."""
        return (*self.known, *self.past)

    def blocks(self, steps: int) -> dict[str, slice]:
        """Return where the features of each column stand among those of all columns.

        Parameters
        ----------
        steps : int
            Steps ahead.
        """
        sizes = [(name, steps + NEWEST_AND_MEAN) for name in self.known]
        sizes += [(name, NEWEST_AND_MEAN) for name in self.past]
        sizes += [(one.name, one.features) for one in self.static]
        ends = np.cumsum([size for _, size in sizes]).tolist()
        return {name: slice(end - size, end) for (name, size), end in zip(sizes, ends, strict=True)}

    def described(self) -> dict[str, Any]:
        """Return what a file holds."""
        return asdict(self)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Columns:
        """Return what a file describes."""
        static = (
            StaticColumn(str(one["name"]), tuple(one["categories"]), float(one["centre"]), float(one["spread"]))
            for one in stored["static"]
        )
        return cls(tuple(stored["known"]), tuple(stored["past"]), tuple(static))


class Beside(NamedTuple):
    """Columns, and the static features of some series.

    Attributes
    ----------
    columns : Columns
    static : ndarray of float32, shape (series, features)
    """

    columns: Columns
    static: NDArray[np.float32]

    def of(self, places: Sequence[int] | slice | NDArray[np.int64]) -> Beside:
        """Return them for some of the series."""
        return Beside(self.columns, self.static[places])


def with_known_future(panel: Panel, options: FitOptions, horizon: int) -> Panel:
    """Return the panel with the columns that count, without the series whose known ones end before the last forecast.

    Parameters
    ----------
    panel : Panel
    options : FitOptions
        Where it names columns, no others count.
    horizon : int

    Raises
    ------
    InputError
        If no series is left: why the first one is not. If a column was not read.
    """
    asked = (*options.known, *options.past)
    for name, one in panel:
        there = () if one.regressors is None else one.regressors.names
        for column in asked:
            if column not in there:
                argument = Argument("known" if column in options.known else "past", column)
                raise InputError("columns.not_read", source=name, name=column, argument=argument)
    if asked:
        kept = (one.regressors and one.regressors.only(asked) for one in panel.series)
        series = [replace(one, regressors=columns) for one, columns in zip(panel.series, kept, strict=True)]
        panel = replace(panel, series=tuple(series))
    refused = dict(stopping_early(panel, range(len(panel)), horizon))
    if not refused:
        return panel
    if len(refused) == len(panel):
        raise next(iter(refused.values()))
    kept = [place for place in range(len(panel)) if place not in refused]
    return panel.only(kept, [Refused(panel.names[place], error.message) for place, error in refused.items()])


def stopping_early(
    panel: Panel, places: Iterable[int], steps: int, *, fitted: bool = False
) -> Iterator[tuple[int, InputError]]:
    """Yield the places of the series whose known columns end before the last date to forecast, and what is wrong.

    `fitted` is as of `check_ahead`.
    """
    for place in places:
        one = panel.series[place]
        if one.regressors is not None:
            try:
                check_ahead(one.regressors, one, steps, fitted=fitted)
            except InputError as error:
                yield place, error


def columns_of_panel(panel: Panel) -> tuple[Columns, list[str]]:
    """Return the columns of a panel that can be learned from, and the names of those that say nothing.

    A static column says nothing where all series have the same, or no two do.
    """
    each = columns_of(panel.series[0].regressors)
    static: list[StaticColumn] = []
    idle: list[str] = []
    for name, values in panel.static.items():
        if values.dtype.kind in "UO":
            held, counts = np.unique(values[values != ""].astype(str), return_counts=True)
            shared = held[np.argsort(-counts, kind="stable")][: int((counts >= LEAST_SERIES).sum())]
            if len(shared) and counts.max() < len(values):
                static.append(StaticColumn(name, tuple(shared[:MOST_CATEGORIES].tolist())))
            else:
                idle.append(name)
            continue
        numbers = values[~np.isnan(values)]
        if len(numbers) and numbers.std() > 0:
            static.append(StaticColumn(name, centre=float(numbers.mean()), spread=float(numbers.std())))
        else:
            idle.append(name)
    return Columns(each["known"], each["past"], tuple(static)), idle


def beside_of(columns: Columns, panel: Panel) -> Beside | None:
    """Return what stands beside the series of a panel; None where there are no columns."""
    if not columns.each and not columns.static:
        return None
    nothing = np.full(len(panel), "", object)
    parts = [
        one.encoded(panel.static.get(one.name, nothing if one.categories else np.full(len(panel), np.nan)))
        for one in columns.static
    ]
    return Beside(columns, np.concatenate([np.zeros((len(panel), 0), np.float32), *parts], axis=1))


class Laid(NamedTuple):
    """The columns of several series in one array, standardised, as far beyond each series as steps are predicted.

    Attributes
    ----------
    beside : Beside
    values : ndarray of float32, shape (columns, all steps)
    starts : ndarray of int64, shape (series,)
        Where the first value of each series stands.
    season : int
        Over so many steps a mean is taken.
    """

    beside: Beside
    values: NDArray[np.float32]
    starts: NDArray[np.int64]
    season: int

    def features(self, rows: Rows, steps: int) -> NDArray[np.float64]:
        """Return the features of rows, shape (rows, features), in the order of `Columns.blocks`."""
        columns, at = self.beside.columns, self.starts[rows.series] + rows.newest
        back = np.maximum(at[:, None] - np.arange(self.season), self.starts[rows.series][:, None])
        parts: list[NDArray[Any]] = []
        for place, values in enumerate(self.values):
            if place < len(columns.known):
                parts.append(values[at[:, None] + np.arange(1, steps + 1)])
            parts += [values[at][:, None], values[back].mean(axis=1, keepdims=True)]
        return np.concatenate([*parts, self.beside.static[rows.series]], axis=1, dtype=np.float64)


def laid(beside: Beside, series: Sequence[Series], upto: Sequence[int], beyond: int) -> Laid:
    """Return the columns of series, each less its mean and over its standard deviation among the first values.

    Parameters
    ----------
    beside : Beside
    series : sequence of Series
    upto : sequence of int
        How many values of each series have been learned from.
    beyond : int
        Steps beyond the last value: where a known column ends before, it stays at its last value.
    """
    names = beside.columns.each
    lengths = np.array([len(one) + beyond for one in series])
    starts = np.cumsum(lengths) - lengths
    values = np.zeros((len(names), int(lengths.sum())), np.float32)
    for one, start, length, learned in zip(series, starts.tolist(), lengths.tolist(), upto, strict=True):
        if one.regressors is None:
            continue
        begin = int(one.regressors.places(one.dates[:1])[0])
        found = {each.name: each for each in one.regressors.each}
        for place, name in enumerate(names):
            if name in found:
                mine = found[name].values
                past = mine[begin : begin + max(learned, 1)]
                spread = float(past.std())
                scaled = replace(found[name], centre=float(past.mean()), spread=spread or np.inf)
                values[place, start : start + length] = scaled.at(begin + np.arange(length))
    return Laid(beside, values, starts, series[0].frequency.season)
