"""What the network over all series sees of one of them, in units of that series' own past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thalweg.learn.data.examples import Examples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.panel.flat import Flat
    from thalweg.series.frequency.record import Frequency

LARGEST_TARGET = 50.0  # spreads
LEAST_SPREAD = 0.1  # of the mean absolute difference of neighbours over all values up to the row
SMALLEST_SPREAD = 1e-9  # of a series' unit: what is less is rounding


@dataclass(frozen=True)
class Inputs:
    """How rows are made, which follows from the frequency alone.

    Attributes
    ----------
    window : int
        The last so many values are seen.
    level : int
        The steps whose mean is subtracted; 1 for the last value.
    divisor : {"level", "moves", "logarithm"}
        What values less their level are divided by: the level itself, or the mean absolute difference of neighbours; or
        they are logarithms, and divided by nothing.
    moves : int
        Over how many steps this mean is taken.
    season : int
    profiles : tuple of int
        Over how many of the last seasons the mean at each place of the season is taken; one profile for each number.
    long_season : int
        How far back the same steps of the last long season lie; 0 where they are not seen.
    phase : bool
        Whether the place within the season at which the row stands is seen.
    limit : float
        In spreads: what is seen is kept within ± this.
    """

    window: int
    level: int
    divisor: str
    moves: int
    season: int
    profiles: tuple[int, ...]
    long_season: int
    phase: bool
    limit: float = 10.0


def inputs_of(frequency: Frequency) -> Inputs:
    """Return what the network sees of series of a frequency."""
    if frequency.sub_daily:
        week = frequency.long_season
        return Inputs(week, week, "moves", week, frequency.season, (week // frequency.season,), 0, True)
    if frequency.by_day:
        week = frequency.season
        return Inputs(8 * week, 4 * week, "level", 8 * week, week, (4, 8), frequency.long_season, False)
    year = frequency.year
    return Inputs(max(year // 2, min(2 * year, 24)), 1, "moves", year, 1, (), year if year > 1 else 0, False)


def features_of(inputs: Inputs, steps: int) -> int:
    """Return how many features a row has."""
    seasons = inputs.season * (len(inputs.profiles) + inputs.phase)
    return inputs.window + seasons + (steps + 2 if inputs.long_season else 0) + 2


class Rows(NamedTuple):
    """Rows of several series.

    Attributes
    ----------
    series : ndarray of int64, shape (rows,)
        The place of the series among those of the `Flat`.
    newest : ndarray of int64, shape (rows,)
        How many values of the series stand before the row's newest one.
    """

    series: NDArray[np.int64]
    newest: NDArray[np.int64]


class Scaled(NamedTuple):
    """Rows as the network sees them, and what turns its outputs into values.

    Attributes
    ----------
    examples : Examples
    level, spread : ndarray of float64, shape (rows,)
        In units of `Flat.numbers`.
    """

    examples: Examples
    level: NDArray[np.float64]
    spread: NDArray[np.float64]


def scales(flat: Flat, rows: Rows, inputs: Inputs) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return level and spread of each row, in units of `Flat.numbers`, from values up to its newest one."""
    at, known = flat.starts[rows.series] + rows.newest, rows.newest + 1
    level = flat.mean(at, np.minimum(known, inputs.level))
    if inputs.divisor == "level":
        spread = np.abs(level + flat.centres[rows.series] / flat.units[rows.series])
    else:
        spread = flat.mean_move(at, np.minimum(known, inputs.moves))
    if inputs.divisor == "logarithm":
        spread = np.where(np.isnan(flat.offsets[rows.series]), spread, 1 / flat.units[rows.series])
    spread = np.maximum(spread, LEAST_SPREAD * flat.mean_move(at, known))
    return level, np.where(spread > SMALLEST_SPREAD, spread, 1.0)


def spreads_in_user_units(flat: Flat, rows: Rows, inputs: Inputs) -> NDArray[np.float64]:
    """Return the spread of each row in the user's units: residuals over it have one size over a series."""
    level, spread = scales(flat, rows, inputs)
    return spread * _size(flat, rows, level)


def examples_of(
    flat: Flat, rows: Rows, inputs: Inputs, steps: int, upto: NDArray[np.int64] | None = None
) -> Scaled:
    """Return rows as examples.

    Parameters
    ----------
    flat : Flat
    rows : Rows
    inputs : Inputs
    steps : int
        Steps ahead, each an output.
    upto : ndarray of int64, shape (series,), optional
        How many values of each series may be learned from. Without it the rows have no targets.
    """
    at, known = flat.starts[rows.series] + rows.newest, rows.newest + 1
    level, spread = scales(flat, rows, inputs)

    def seen(places: NDArray[np.int64]) -> NDArray[np.float64]:
        return (flat.numbers[places] - level[:, None]) / spread[:, None]

    dense = [_profile(seen, at, known, inputs.season, seasons) for seasons in inputs.profiles]
    if inputs.long_season:
        dense += _last_long_season(flat, rows, inputs, steps, level, spread)
    if inputs.phase:
        dense.append(np.eye(inputs.season)[(flat.phases[rows.series] + rows.newest) % inputs.season])
    dense.append((np.minimum(known, inputs.window) / inputs.window)[:, None])
    moves = flat.mean_move(at, np.minimum(known, inputs.moves))
    dense.append(np.log1p(np.abs(level + flat.centres[rows.series] / flat.units[rows.series]) / np.where(moves > 0, moves, 1))[:, None] / 3)
    columns = np.clip(np.concatenate(dense, axis=1), -inputs.limit, inputs.limit).astype(np.float32)
    target, weight = np.zeros((len(at), steps), np.float32), np.ones((len(at), 1), np.float32)
    if upto is not None:
        later = at[:, None] + np.arange(1, steps + 1)
        end = (flat.starts + upto)[rows.series][:, None]
        inside = np.minimum(later, end - 1)
        target = np.clip(seen(inside), -LARGEST_TARGET, LARGEST_TARGET).astype(np.float32)
        counted = ((later < end) & flat.observed[inside]).astype(np.float32)
        weight = counted * _weights(flat, rows, level, spread)[:, None].astype(np.float32)
    examples = Examples(
        values=flat.numbers,
        newest=at,
        window=inputs.window,
        level=level,
        scale=1 / spread,
        dense=columns,
        target=target,
        weight=weight,
        limit=inputs.limit,
    )
    return Scaled(examples, level, spread)


def _weights(
    flat: Flat, rows: Rows, level: NDArray[np.float64], spread: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what an error of one spread is in mean absolute differences of neighbours, so that series count alike."""
    usual = flat.usual[rows.series]
    return np.where(usual > 0, spread * _size(flat, rows, level) / np.where(usual > 0, usual, 1), 0)


def _size(flat: Flat, rows: Rows, level: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many of the user's units one unit of the numbers is, near each row's level."""
    size = flat.units[rows.series]
    logarithms = ~np.isnan(flat.offsets[rows.series])
    return np.where(logarithms, size * np.exp(np.where(logarithms, level * size + flat.centres[rows.series], 0)), size)


def _profile(seen, at, known, season: int, seasons: int) -> NDArray[np.float64]:
    """Return the mean at each place of the season over the last seasons, from the next step's place on."""
    made, count = np.zeros((len(at), season)), np.zeros((len(at), 1))
    for back in range(1, seasons + 1):
        there = (known >= back * season)[:, None]
        made += np.where(there, seen(np.maximum(at[:, None] + 1 + np.arange(season) - back * season, 0)), 0)
        count += there
    return made / np.maximum(count, 1)


def _last_long_season(
    flat: Flat, rows: Rows, inputs: Inputs, steps: int, level: NDArray[np.float64], spread: NDArray[np.float64]
) -> list[NDArray[np.float64]]:
    """Return the same steps of the last long season in its own units, whether there are, and how the level moved."""
    before = rows.newest - inputs.long_season
    there = before >= inputs.level
    then = Rows(rows.series, np.where(there, before, rows.newest))
    old_level, old_spread = scales(flat, then, inputs)
    ahead = 1 + np.arange(steps) % inputs.long_season
    last = flat.starts[rows.series] + flat.lengths[rows.series] - 1
    places = np.minimum((flat.starts[rows.series] + then.newest)[:, None] + ahead, last[:, None])
    shape = (flat.numbers[places] - old_level[:, None]) / old_spread[:, None]
    moved = (level - old_level) / spread
    return [np.where(there[:, None], shape, 0), there[:, None].astype(float), np.where(there, moved, 0)[:, None]]
