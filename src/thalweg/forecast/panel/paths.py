"""Sample paths of many series at once, and their sums: what moved together in the past does so in a path.

A path takes one past cutoff for all series and all steps: the place that each series' residual of that cutoff had among
its own. Its value there is the one that the series' own distribution, that of its bands, has at this place.
This is the Schaake shuffle of `thalweg.forecast.paths`, over series as well as steps.

A series that has no residual at that cutoff, since it is new, shorter or had ended, takes another of its own cutoffs by
chance; one without any takes a place by chance. These draws are its own: they tie it to no other series.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.few_residuals import LEAST_FREEDOM, t_quantile
from thalweg.forecast.panel.joint import PLACES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.panel.joint import Joint
    from thalweg.forecast.panel.served import Plan

PATHS = 1000
PATHS_OF_TEST = 400


@dataclass(frozen=True, eq=False)
class Drawn:
    """What all series of a path share.

    Attributes
    ----------
    taken : ndarray of int64, shape (paths,)
        The cutoff of each path.
    within : ndarray of float64, shape (paths,)
        Where each path lies within its place.
    seed : int
    """

    taken: NDArray[np.int64]
    within: NDArray[np.float64]
    seed: int


def drawn(cutoffs: int, paths: int, seed: int) -> Drawn:
    """Draw a cutoff for each path, each about equally often; the same seed draws the same."""
    choice = np.random.default_rng([seed, 0])
    times = -(-paths // cutoffs) if cutoffs else 0
    taken = [choice.permutation(cutoffs) for _ in range(times)] or [np.zeros(paths, np.int64)]
    return Drawn(np.concatenate(taken)[:paths], choice.random(paths), seed)


def places_of(residuals: NDArray[np.float32], path: Drawn, series: int) -> NDArray[np.float64]:
    """Return at which probability of its distribution each step of each path of a series lies, shape (paths, horizon).

    Parameters
    ----------
    residuals : ndarray, shape (cutoffs, horizon)
        Of one series; NaN where there is none.
    path : Drawn
    series : int
        Its place in the panel, which its own draws depend on.
    """
    known = np.isfinite(residuals)
    rows = np.flatnonzero(known.any(axis=1))
    own = np.random.default_rng([path.seed, 1, series])
    if not len(rows):
        return np.repeat(own.random(len(path.taken))[:, None], residuals.shape[1], axis=1)
    ranks = np.argsort(np.argsort(np.where(known, residuals, np.inf), axis=0, kind="stable"), axis=0, kind="stable")
    count = known.sum(axis=0)
    there = np.asarray(known.any(axis=1))[path.taken]
    taken = np.where(there, path.taken, rows[own.integers(len(rows), size=len(there))])
    within = np.where(there, path.within, own.random(len(there)))
    of_steps = np.where(known, (ranks + 0.0) / np.maximum(count, 1), np.nan)
    width = np.broadcast_to(1 / np.maximum(count, 1), residuals.shape).copy()
    _carry(of_steps, width)
    return of_steps[taken] + width[taken] * within[:, None]


def _carry(places: NDArray[np.float64], width: NDArray[np.float64]) -> None:
    """Give a step without a place that of the nearest step before it, or else behind it, in the same row."""
    steps = places.shape[1]
    for step in (*range(1, steps), *range(steps - 2, -1, -1)):
        for beside in (step - 1, step + 1):
            if 0 <= beside < steps:
                empty = np.isnan(places[:, step]) & ~np.isnan(places[:, beside])
                places[empty, step], width[empty, step] = places[empty, beside], width[empty, beside]


def moves_of(places: NDArray[np.float64], ends: NDArray[np.float32], blocks: Sequence[slice]) -> NDArray[np.float64]:
    """Return what a series' paths add to its predictions, in spreads, shape (paths, horizon)."""
    made = np.empty_like(places)
    for block, values in zip(blocks, ends, strict=True):
        made[:, block] = np.interp(places[:, block], PLACES, values)
    return made


def ends_of(sums: NDArray[np.float64], levels: Sequence[float], windows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ends of the intervals of sums, shape (…, steps, levels, 2).

    Parameters
    ----------
    sums : ndarray, shape (…, paths, steps)
    levels : sequence of float
        In percent.
    windows : ndarray of float64, shape (steps,)
        As how many cutoffs those count that the paths are drawn from; infinity for no widening.
    """
    made = np.empty((*sums.shape[:-2], len(windows), len(levels), 2))
    mean, spread = sums.mean(axis=-2), sums.std(axis=-2)
    for at, level in enumerate(levels):
        tail = (1 - level / 100) / 2
        for step, count in enumerate(windows.tolist()):
            rank = tail if math.isinf(count) else min((max((count + 1) * tail, 1) - 1 / 2) / count, tail)
            made[..., step, at, :] = np.moveaxis(np.quantile(sums[..., step], [rank, 1 - rank], axis=-1), 0, -1)
            if (count + 1) * tail < 1:
                freedom = max(round(count) - 1, LEAST_FREEDOM)
                half = t_quantile(2 * tail, freedom) * spread[..., step] * math.sqrt(1 + 1 / count)
                made[..., step, at, 0] = np.minimum(made[..., step, at, 0], mean[..., step] - half)
                made[..., step, at, 1] = np.maximum(made[..., step, at, 1], mean[..., step] + half)
    return made


class Paths:
    """The sums of sample paths over some series, made series by series: no more than one sum is held.

    Parameters
    ----------
    joint : Joint
    plan : Plan
    ahead : ndarray of float64, shape (series, horizon)
        The predictions of the dates that totals have.
    late : ndarray of int64, shape (series,)
        How many steps before the last date of the panel each series ends.
    counts : ndarray of bool, shape (series,)
        Whether a series is never negative.
    seed : int
    """

    def __init__(
        self,
        joint: Joint,
        plan: Plan,
        ahead: NDArray[np.float64],
        late: NDArray[np.int64],
        counts: NDArray[np.bool_],
        seed: int,
    ) -> None:
        self.joint, self.plan, self.ahead, self.late, self.counts, self.seed = joint, plan, ahead, late, counts, seed
        self._next = drawn(len(joint.before), PATHS, seed)
        self._test = drawn(joint.sealed, PATHS_OF_TEST, seed)

    def of(self, series: int) -> NDArray[np.float64]:
        """Return the paths of one series over the dates that totals have, shape (paths, horizon)."""
        joint, horizon = self.joint, self.plan.horizon
        moves = moves_of(places_of(joint.residuals[series], self._next, series), joint.ends[series], self.plan.blocks)
        steps = np.minimum(np.arange(horizon) + self.late[series], horizon - 1)
        return self._bounded(series, self.ahead[series] + moves[:, steps] * joint.now[series])

    def added(self, members: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the sums of the paths of some series, shape (paths, horizon)."""
        whole = np.zeros((PATHS, self.plan.horizon))
        for series in members.tolist():
            whole += self.of(series)
        return whole

    def over_test(self, members: NDArray[np.int64], cutoffs: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the sums of paths from cutoffs of the test, by residuals of validation; (cutoffs, paths, horizon).

        A series that was not predicted at a cutoff, or not observed at a step, is left out there.

        Parameters
        ----------
        members : ndarray of int64
            The series.
        cutoffs : ndarray of int64
            Which of the test's cutoffs.
        """
        joint, horizon = self.joint, self.plan.horizon
        whole = np.zeros((len(cutoffs), PATHS_OF_TEST, horizon))
        for series in members.tolist():
            before = joint.residuals[series, : joint.sealed]
            moves = moves_of(places_of(before, self._test, series), joint.sealed_ends[series], self.plan.blocks)
            for at, cutoff in enumerate(cutoffs.tolist()):
                behind = joint.sealed + cutoff
                there = np.isfinite(joint.residuals[series, behind])
                if there.any():
                    values = joint.made[series, cutoff] + moves * joint.spread[series, behind]
                    whole[at][:, there] += self._bounded(series, values[:, there])
        return whole

    def _bounded(self, series: int, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.maximum(values, 0) if self.counts[series] else values
