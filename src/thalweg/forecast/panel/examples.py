"""What the networks over all series see of one of them, in units of that series' own past."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thalweg.forecast.panel.panel_year import shapes_of_last_year
from thalweg.forecast.panel.scaling import scales
from thalweg.learn.data.examples import Examples
from thalweg.series.frequency.dates import share_of_month, steps_after

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.panel.flat import Flat
    from thalweg.forecast.panel.inputs import Inputs
    from thalweg.forecast.panel.panel_year import PanelYear
    from thalweg.forecast.panel.rows import Rows

LARGEST_TARGET = 50.0  # spreads
LIMIT = 10.0  # spreads: what is seen is kept within ± this
TINY, LARGEST_LOGARITHM = 1e-9, 6.0


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
    if inputs.month:
        blocks.append(_month(flat, rows, inputs.month))
    if flat.beside is not None:
        blocks.append(flat.beside.features(rows, steps))
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


def _month(flat: Flat, rows: Rows, waves: int) -> NDArray[np.float64]:
    """Return where in its month the step after each row's newest value lies, shape (rows, 2 · waves)."""
    first = np.array(flat.first_dates)[rows.series]
    passed = share_of_month(steps_after(flat.frequency, first, rows.newest + 1))
    angle = 2 * np.pi * np.arange(1, waves + 1) * passed[:, None]
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1)


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
