"""What the network over all series sees of one of them, in units of that series' own past."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thalweg.learn.data.examples import Examples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.panel.flat import Flat
    from thalweg.forecast.panel.panel_year import PanelYear
    from thalweg.series.frequency.record import Frequency

LARGEST_TARGET = 50.0  # spreads
LIMIT = 10.0  # spreads: what is seen is kept within ± this
LEAST_SPREAD = 0.1  # of the usual difference of neighbours
LARGEST_SHAPE = 3.0  # spreads of a year ago, that count in the panel's mean


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """How rows are made; the numbers follow from the frequency alone.

    Attributes
    ----------
    window : int
        The last so many values are seen.
    level : int
        The steps whose mean is subtracted; 1 for the last value.
    divisor : {"level", "usual", "deviation"}
        What values less their level are divided by: the level itself; the usual difference of neighbours; or the
        standard deviation of the last `deviation` values.
    deviation : int
    season : int
        The short season; 1 where there is none.
    profiles : tuple of int
        Over how many of the last seasons the mean at each place of the season is taken; one profile for each number.
    base : int
        The profile of so many seasons is what outputs are added to; 0 for the level.
    year : int
        How far back the same steps of the last long season lie; 0 where they are not seen.
    before : int
        The steps whose mean is the level then.
    same : int
        Over how many long seasons the mean of the same steps is seen too; 0 for none.
    panel_year : bool
        Whether what all series did in the long season before is seen.
    recent : tuple of int
        Lengths of the last values whose means are seen.
    earliest : int
        From how many past values on a row is learned from, where a series is long enough.
    """

    window: int
    level: int
    divisor: str
    deviation: int = 0
    season: int = 1
    profiles: tuple[int, ...] = ()
    base: int = 0
    year: int = 0
    before: int = 1
    same: int = 0
    panel_year: bool = False
    recent: tuple[int, ...] = ()
    earliest: int = 1

    @property
    def reach(self) -> int:
        """How far back a row looks at most, so that this much room stands before each series."""
        seasons = self.season * max((self.base, *self.profiles))
        return max(self.window, self.level, self.deviation, seasons, *self.recent, 1)


def members_of(frequency: Frequency) -> tuple[Inputs, ...]:
    """Return the kinds of network whose mean serves series of a frequency.

    They look at the same values in other units and from other levels. One alone errs more than their mean: tuned on
    values before the test parts of NN5, M4 Weekly and M4 Hourly.
    """
    season, year = frequency.season, frequency.year
    if frequency.sub_daily:
        week, days = frequency.long_season, frequency.long_season // season
        by_hour = Inputs(
            window=week,
            level=week,
            divisor="deviation",
            deviation=week,
            season=season,
            profiles=(days,),
            base=days,
            recent=(1, max(season // 4, 1), season, 3 * season),
            earliest=week,
        )
        return (by_hour, replace(by_hour, profiles=(1, days), base=1))
    if frequency.by_day:
        by_day = Inputs(
            window=8 * season,
            level=8 * season,
            divisor="level",
            season=season,
            profiles=(4, 8),
            year=frequency.long_season,
            before=4 * season,
            panel_year=True,
            earliest=8 * season,
        )
        return (
            by_day,
            replace(by_day, divisor="usual", before=8 * season),
            replace(by_day, profiles=(4, 13), base=13),
        )
    half = max(year // 2, 5)
    longer = Inputs(
        window=half,
        level=1,
        divisor="deviation",
        deviation=max(year, 5),
        year=year if year > 1 else 0,
        earliest=half,
    )
    return (longer, replace(longer, window=2 * half, same=2 if year > 1 else 0), replace(longer, window=4 * half))


def seen_blocks(inputs: Inputs, steps: int, *, panel_year: bool) -> dict[str, slice]:
    """Return where the features of `examples_of` stand that are 0 where every value is at the level, by what they tell.

    These are ``values`` (the last ones, the newest first), ``profile`` (the usual course of the season),
    ``last_season`` (the same steps of the last long season), ``level`` (how the level has moved since then),
    ``all_series`` (what all series did then), ``same_season`` (the same steps of several long seasons) and ``recent``
    (the means of the last values). What stands between and behind them tells how much of the past there is, and how
    large the values are.

    Parameters
    ----------
    inputs : Inputs
    steps : int
    panel_year : bool
        Whether there is one.
    """
    sizes = {"values": inputs.window, "profile": inputs.season * len(inputs.profiles)}
    if inputs.year:
        sizes |= {"last_season": steps, "": 1, "level": 1}
        sizes |= {"all_series": steps} if inputs.panel_year and panel_year else {}
        sizes |= {"same_season": steps} if inputs.same else {}
    sizes["recent"] = len(inputs.recent)
    ends = np.cumsum(list(sizes.values())).tolist()
    each = zip(sizes.items(), ends, strict=True)
    return {name: slice(end - size, end) for (name, size), end in each if name and size}


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
    base : ndarray of float64, shape (rows, steps)
        What outputs are added to, in units of `Flat.numbers`.
    spread : ndarray of float64, shape (rows, 1)
        What they are multiplied by before, likewise.
    """

    examples: Examples
    base: NDArray[np.float64]
    spread: NDArray[np.float64]


def scales(flat: Flat, rows: Rows, inputs: Inputs) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return level and spread of each row, in units of `Flat.numbers`, from values up to its newest one."""
    at, known = flat.starts[rows.series] + rows.newest, rows.newest + 1
    level = flat.mean(at, np.minimum(known, inputs.level))
    usual = (flat.usual / flat.units)[rows.series]
    if inputs.divisor == "level":
        spread = np.abs(level + (flat.centres / flat.units)[rows.series])
    elif inputs.divisor == "usual":
        spread = usual
    else:
        spread = flat.numbers[at[:, None] - np.arange(inputs.deviation)].std(axis=1)
    spread = np.maximum(spread, LEAST_SPREAD * usual)
    return level, np.where(spread > 0, spread, 1.0)


def examples_of(
    flat: Flat,
    rows: Rows,
    inputs: Inputs,
    steps: int,
    panel_year: PanelYear | None = None,
    upto: NDArray[np.int64] | None = None,
) -> Scaled:
    """Return rows as examples.

    Parameters
    ----------
    flat : Flat
    rows : Rows
    inputs : Inputs
    steps : int
        Steps ahead, each an output.
    panel_year : PanelYear, optional
        Where the inputs ask for it.
    upto : ndarray of int64, shape (series,), optional
        How many values of each series may be learned from. Without it the rows have no targets.
    """
    at, known = flat.starts[rows.series] + rows.newest, rows.newest + 1
    level, spread = scales(flat, rows, inputs)

    def seen(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        return (numbers - level[:, None]) / spread[:, None]

    base = np.repeat(level[:, None], steps, axis=1)
    blocks: list[NDArray[np.float64]] = []
    for seasons in inputs.profiles:
        profile = _profile(flat, at, known, inputs.season, seasons, level)
        blocks.append(seen(profile))
        if seasons == inputs.base:
            base = profile[:, np.arange(steps) % inputs.season]
    if inputs.year:
        blocks += _last_year(flat, rows, inputs, steps, level, spread, panel_year)
    if inputs.recent:
        blocks.append(seen(np.stack([flat.mean(at, np.minimum(known, length)) for length in inputs.recent], axis=1)))
    size = np.abs(level + (flat.centres / flat.units)[rows.series])
    blocks.append((np.minimum(known, inputs.window) / inputs.window)[:, None])
    blocks.append(np.log(spread / np.maximum(size, TINY)).clip(-LARGEST_LOGARITHM, LARGEST_LOGARITHM)[:, None] / 3)
    target, weight = np.zeros((len(at), steps), np.float32), np.ones((len(at), 1), np.float32)
    if upto is not None:
        target, weight = _targets(flat, rows, base, spread, upto)
    examples = Examples(
        values=flat.numbers,
        newest=at,
        window=inputs.window,
        level=level,
        scale=1 / spread,
        dense=np.clip(np.concatenate(blocks, axis=1), -LIMIT, LIMIT).astype(np.float32),
        target=target,
        weight=weight,
        limit=LIMIT,
    )
    return Scaled(examples, base, spread[:, None])


TINY, LARGEST_LOGARITHM = 1e-9, 6.0


def _targets(
    flat: Flat, rows: Rows, base: NDArray[np.float64], spread: NDArray[np.float64], upto: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what the outputs should be, and their weights: an error is measured as the MASE does."""
    at = flat.starts[rows.series] + rows.newest
    later = at[:, None] + np.arange(1, base.shape[1] + 1)
    end = (flat.starts + upto)[rows.series][:, None]
    inside = np.minimum(later, end - 1)
    target = np.clip((flat.numbers[inside] - base) / spread[:, None], -LARGEST_TARGET, LARGEST_TARGET)
    usual = (flat.usual / flat.units)[rows.series]
    counts = np.where(usual > 0, spread / np.where(usual > 0, usual, 1), 0)
    weight = ((later < end) & flat.observed[inside]) * counts[:, None]
    return target.astype(np.float32), weight.astype(np.float32)


def _profile(
    flat: Flat,
    at: NDArray[np.int64],
    known: NDArray[np.int64],
    season: int,
    seasons: int,
    level: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the mean at each place of the season over the last seasons, from the next step's place on.

    Of a short past as many whole seasons as there are; the level where there is none.
    """
    total, count = np.zeros((len(at), season)), np.zeros((len(at), 1))
    for back in range(1, seasons + 1):
        there = (known >= back * season)[:, None]
        places = np.where(there, at[:, None] + 1 + np.arange(season) - back * season, at[:, None])
        total += np.where(there, flat.numbers[places], 0)
        count += there
    return np.where(count > 0, total / np.maximum(count, 1), level[:, None])


def shapes_of_last_year(
    flat: Flat, rows: Rows, inputs: Inputs, steps: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    """Return the same steps of the last long season in its own units, whether there are, and the level then."""
    before = rows.newest - inputs.year
    there = before + 1 >= inputs.before
    then = Rows(rows.series, np.where(there, before, rows.newest))
    at = flat.starts[then.series] + then.newest
    level = flat.mean(at, np.minimum(then.newest + 1, inputs.before))
    if inputs.divisor == "level":
        spread = np.abs(level + (flat.centres / flat.units)[rows.series])
        spread = np.maximum(spread, LEAST_SPREAD * (flat.usual / flat.units)[rows.series])
        spread = np.where(spread > 0, spread, 1.0)
    else:
        _, spread = scales(flat, rows, inputs)
    last = (flat.starts + flat.lengths)[rows.series] - 1
    ahead = 1 + np.arange(steps) % inputs.year
    numbers = flat.numbers[np.minimum(at[:, None] + ahead, last[:, None])]
    return np.where(there[:, None], (numbers - level[:, None]) / spread[:, None], 0), there, level


def _last_year(
    flat: Flat,
    rows: Rows,
    inputs: Inputs,
    steps: int,
    level: NDArray[np.float64],
    spread: NDArray[np.float64],
    panel_year: PanelYear | None,
) -> list[NDArray[np.float64]]:
    shape, there, then = shapes_of_last_year(flat, rows, inputs, steps)
    blocks = [shape, there[:, None].astype(float), np.where(there, (level - then) / spread, 0)[:, None]]
    if inputs.panel_year and panel_year is not None:
        blocks.append(panel_year.of(flat, rows))
    if inputs.same:
        blocks.append(_same_steps(flat, rows, inputs, steps, level, spread))
    return blocks


def _same_steps(
    flat: Flat, rows: Rows, inputs: Inputs, steps: int, level: NDArray[np.float64], spread: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the mean of the same steps over the last long seasons, as many as there are; 0 where there is none."""
    at = flat.starts[rows.series] + rows.newest
    total, count = np.zeros((len(at), steps)), np.zeros((len(at), 1))
    for back in range(1, inputs.same + 1):
        there = (rows.newest + 1 >= back * inputs.year)[:, None]
        places = at[:, None] + 1 + np.arange(steps) % inputs.year - back * inputs.year
        total += np.where(there, flat.numbers[np.where(there, places, at[:, None])], 0)
        count += there
    mean = total / np.maximum(count, 1)
    return np.where(count > 0, (mean - level[:, None]) / spread[:, None], 0)


def spreads_in_user_units(flat: Flat, rows: Rows, inputs: Inputs) -> NDArray[np.float64]:
    """Return the spread of each row in the user's units: residuals over it have one size over a series."""
    _, spread = scales(flat, rows, inputs)
    return spread * flat.units[rows.series]
