"""What moved the predictions of one member from one row: integrated gradients along the line from the base.

A network sees features, but the sources lie in past values and in what is known beforehand. After the scale's
transform (its logarithm, where it has one) the features, before they are clipped, are an affine function of the past
values and of the calendar's columns. So is the level that is added at the end. The prediction is a function of features
and level, and its mean slopes on the line lead from the features back to the sources::

    F(x) = inverse(network(clip(features)), level)
    part of a source = Σ_j mean slope_j · (what the source changes of feature j)

The logarithm of a value is divided among the sources as the value itself is: by the secant from the base to the value.
A copy, a seasonal mean and a line are linear, so that what a source moves is their prediction from it alone. A rate
of what comes seldom is a weighted sum, whose weights say when something came.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.explain.row import Moved
from thalweg.forecast.features.known_columns import ColumnChanges
from thalweg.forecast.features.past_columns import PastColumns
from thalweg.forecast.predictors.base import WithoutUnknowns
from thalweg.forecast.predictors.far_ahead import MOST_RATIO, LastYear
from thalweg.forecast.predictors.network import NetworkPredictor
from thalweg.forecast.predictors.rates import RateAndSize
from thalweg.learn.explain.attribution import input_slopes, integrated_gradients
from thalweg.series.calendar import COLUMN
from thalweg.series.scale import trailing_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.explain.row import Facts, Row
    from thalweg.forecast.predictors.base import Predictor
    from thalweg.learn.activation import Values
    from thalweg.series.scale import Scale

ALIKE_SHARE = 1e-9  # of two numbers: a smaller difference gives no secant


@functools.singledispatch
def attributed(member: Predictor, row: Row, ahead: NDArray[np.int64], tolerance: float) -> Moved:
    """Return what moved one member's predictions; a new kind of predictor registers its own way.

    Parameters
    ----------
    member : Predictor
    row : Row
    ahead : ndarray of int64, shape (steps,)
        Steps within the reach of the member.
    tolerance : float
        See `thalweg.learn.explain.attribution.integrated_gradients`.
    """
    del row, ahead, tolerance
    raise TypeError(f"What moved the predictions of a {type(member).__name__} is not known.")


@attributed.register(WithoutUnknowns)
def _(member: WithoutUnknowns, row: Row, ahead: NDArray[np.int64], tolerance: float) -> Moved:
    del tolerance
    both = np.stack([row.values, row.base])
    made = member.direct(row.pasts(np.concatenate([both, row.split])), int(ahead.max()))[:, ahead - 1]
    return Moved.with_remainder(made[0], made[1], made[2:].T.copy())


@attributed.register(RateAndSize)
def _(member: RateAndSize, row: Row, ahead: NDArray[np.int64], tolerance: float) -> Moved:
    del tolerance
    # Which values are above 0 makes the weights; with them, the prediction is a weighted sum of the values.
    weights = np.stack([member.weights_ahead(row.past, step) for step in ahead.tolist()])
    looked = weights.shape[1]
    made = member.direct(row.past, int(ahead.max()))[0, ahead - 1]
    return Moved.with_remainder(made, weights @ row.base[-looked:], weights @ row.split[:, -looked:].T)


@attributed.register(LastYear)
def _(member: LastYear, row: Row, ahead: NDArray[np.int64], tolerance: float) -> Moved:
    # A value of last year, times the level of now, by the level of then: three numbers, each linear in the past.
    past = row.pasts(np.concatenate([np.stack([row.values, row.base]), row.split]))
    then = past.newest - member.long_season
    now_level = trailing_mean(past.values, past.newest, member.level)
    then_level = trailing_mean(past.values, then, member.level)
    copied = past.values[then[:, None] + 1 + (ahead - 1) % member.long_season]
    if not member.ratio:
        made = copied + (now_level - then_level)[:, None]
        return Moved.with_remainder(made[0], made[1], made[2:].T.copy())
    parts, values, bases, most = [], [], [], 1
    for place in range(len(ahead)):
        three = np.stack([copied[:, place], now_level, then_level], axis=1)
        run = integrated_gradients(_at_the_level_of_now, three[0], three[1], tolerance=tolerance)
        parts.append(three[2:] @ run.slopes)
        values.append(run.value)
        bases.append(run.base)
        most = max(most, run.parts)
    return Moved.with_remainder(np.array(values), np.array(bases), np.array(parts), most)


def _at_the_level_of_now(three: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return values of last year at the level of now, and the slopes by the value and the two levels."""
    copied, now, then = three.T
    positive = then > 0
    divisor = np.where(positive, then, 1.0)
    free = np.where(positive, now / divisor, 1.0)
    ratio = np.clip(free, 1 / MOST_RATIO, MOST_RATIO)
    within = positive & (free == ratio)
    slopes = [ratio, np.where(within, copied / divisor, 0.0), np.where(within, -copied * free / divisor, 0.0)]
    return copied * ratio, np.stack(slopes, axis=1)


@attributed.register(NetworkPredictor)
def _(member: NetworkPredictor, row: Row, ahead: NDArray[np.int64], tolerance: float) -> Moved:
    if not member.rung.shared:
        line = line_of(member, row, 1)
        each = [_along(member, line, step - 1, tolerance) for step in ahead.tolist()]
    else:
        each = [_along(member, line_of(member, row, step), 0, tolerance) for step in ahead.tolist()]
    values, bases, parts, most = zip(*each, strict=True)
    return Moved.with_remainder(np.array(values), np.array(bases), np.array(parts), max(most))


@dataclass(frozen=True, eq=False)
class Line:
    """The line in the space of features and level that leads from the base to a row.

    Attributes
    ----------
    at, base : ndarray of float64, shape (features + 1,)
        The features before they are clipped, and the level.
    split : ndarray of float64, shape (sources, features + 1)
        The way from the base, divided among the sources.
    """

    at: NDArray[np.float64]
    base: NDArray[np.float64]
    split: NDArray[np.float64]


def line_of(member: NetworkPredictor, row: Row, first: int) -> Line:
    """Return the line of a row; `first` is the step ahead of the first date that the networks predict."""
    scale, facts = member.scales[row.past.place], row.facts
    outputs = member.network.widths[-1]
    values, base = scale.transform(row.values), scale.transform(row.base)
    parts = row.split * secants(scale, row.values, row.base)

    def seen(rows: NDArray[np.float64], centre: float) -> NDArray[np.float64]:
        linear = replace(scale, logarithm=False, centre=centre)
        ahead = np.full(len(rows), first) if member.rung.shared else None
        made = member.features.rows(row.pasts(rows), linear, outputs, ahead=ahead, limit=np.inf)
        return np.column_stack([made.gather(), made.level]).astype(np.float64)

    both = seen(np.stack([values, base, base]), scale.centre)
    at, compared = both[0], both[1].copy()
    # With centre 0 the features are linear in the values, and what the dates say is the same in each row.
    apart = seen(np.concatenate([np.zeros((1, len(values))), parts]), 0.0)
    split = apart[1:] - apart[0]
    for place, average, source in known_ahead(member, facts, first):
        split[source, place] += at[place] - average
        compared[place] = average
    return Line(at, compared, split)


def secants(scale: Scale, values: NDArray[np.float64], base: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the slope of a scale's transform from the base to each value; where both are alike, that at the value."""
    if not scale.logarithm:
        return np.ones(len(values))
    moved = values - base
    alike = np.abs(moved) <= ALIKE_SHARE * (np.abs(values) + np.abs(base))
    there = np.where(values > scale.least, 1 / (np.maximum(values, scale.least) + scale.offset), 0.0)
    changed = scale.transform(values) - scale.transform(base)
    return np.where(alike, there, changed / np.where(alike, 1.0, moved))


def known_ahead(member: NetworkPredictor, facts: Facts, first: int) -> list[tuple[int, float, int]]:
    """Return the features that tell of what is known beforehand, and of columns.

    In the base a column stays at its average all along, so that it does not differ from its last value, nor from its
    mean before.

    Returns
    -------
    list of (int, float, int)
        The place of a feature, its value in the base, and its source.
    """
    outputs = member.network.widths[-1]
    found: list[tuple[int, float, int]] = []
    place = member.features.window.length
    for block in member.features.blocks:
        count = len(block.names(outputs))
        if block.known_ahead or isinstance(block, ColumnChanges):
            names = block.names(1) if block.known_ahead else block.calendar.groups[COLUMN] * 2
            columns = [facts.names.index(name) for name in names]
            for at in range(count):
                date, column = first - 1 + at // len(columns), columns[at % len(columns)]
                average = float(facts.average[column]) if block.known_ahead else 0.0
                found.append((place + at, average, int(facts.sources[date, column])))
        elif isinstance(block, PastColumns):
            found += [
                (place + at, float(facts.past_average[at // 2]), int(facts.past_sources[at // 2]))
                for at in range(count)
            ]
        place += count
    return found


@dataclass(frozen=True, eq=False)
class OfFeatures:
    """A network's prediction as a function of its features, before they are clipped, and of the level.

    Attributes
    ----------
    predictor : NetworkPredictor
    scale : Scale
    theta : ndarray, shape (size,)
    output : int
        Which of the network's outputs, from 0.
    """

    predictor: NetworkPredictor
    scale: Scale
    theta: Values
    output: int = 0

    def __call__(self, rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return predictions in the user's units, shape (rows,), and their slopes, shape (rows, features + 1)."""
        scale, known = self.scale, self.predictor.features
        least, most = known.ends
        features, level = rows[:, :-1], rows[:, -1]
        clipped = np.clip(features, least, most)
        outputs, slopes = input_slopes(self.predictor.network, self.theta, clipped, self.output)
        if known.baseline_place is not None:
            added = known.window.length + known.baseline_place
            outputs = outputs + clipped[:, added]
            slopes[:, added] += 1
        made = scale.inverse(outputs[:, None], level)[:, 0]
        # The slope of e^u - offset is its value plus the offset; at the floor the slope is 0.
        outer: NDArray[np.float64] = made + scale.offset if scale.logarithm else np.ones(len(made))
        if scale.floor:
            outer = np.where(made > 0, outer, 0.0)
        inner: NDArray[np.float64] = np.where(features == clipped, slopes, 0.0) * scale.spread
        return made, outer[:, None] * np.column_stack([inner, np.ones(len(made))])


def _along(
    member: NetworkPredictor, line: Line, output: int, tolerance: float
) -> tuple[float, float, NDArray[np.float64], int]:
    """Return value, base, parts by source, and parts of the line, each a mean over the networks of a rung."""
    (scale,) = member.scales
    runs = [
        integrated_gradients(
            OfFeatures(member, scale, theta.astype(np.float64), output), line.at, line.base, tolerance=tolerance
        )
        for theta in member.thetas
    ]
    value, base = (float(np.mean([getattr(run, name) for run in runs])) for name in ("value", "base"))
    parts = np.mean([line.split @ run.slopes for run in runs], axis=0)
    return value, base, parts, max(run.parts for run in runs)
