"""Totals of a panel: forecasts that add up, intervals from sample paths of all series at once, and how these held."""

from __future__ import annotations

import time
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.panel.choice import Choice
from thalweg.forecast.panel.columns import with_known_future
from thalweg.forecast.panel.hierarchy import Totals, hierarchy_of
from thalweg.forecast.panel.joint import joint_of
from thalweg.forecast.panel.options import BOTTOM_UP, TOP_DOWN
from thalweg.forecast.panel.paths import Paths, ends_of
from thalweg.forecast.panel.reconcile import LEAST_OBSERVED, check, mint, top_down
from thalweg.forecast.panel.run import fit_panel
from thalweg.forecast.panel.served import Served
from thalweg.forecast.panel.summed import lateness, with_totals
from thalweg.forecast.panel.unfinished import without_unfinished_date
from thalweg.forecast.watch import Silence
from thalweg.learn.training.thread_pool import thread_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.panel.hierarchy import Hierarchy
    from thalweg.forecast.panel.joint import Joint
    from thalweg.forecast.panel.kept import Kept
    from thalweg.forecast.panel.options import PanelFitOptions
    from thalweg.forecast.panel.run import PanelFindings
    from thalweg.series.panel import Panel

MOST_CUTOFFS = 16  # of the test, from which the intervals of totals are tried
MOST_VALUES = 10_000_000  # of all series, that are tried at once


def fit_with_totals(panel: Panel, options: PanelFitOptions, kept: Kept | None = None) -> PanelFindings:
    """Find what predicts each series of a panel, and where they are asked for, its totals.

    Parameters
    ----------
    panel : Panel
    options : PanelFitOptions
    kept : Kept, optional
        As of `fit_panel`.

    Raises
    ------
    InputError
        If an option does not serve this panel, or a library that it needs is not installed.
    """
    if options.totals is None:
        return fit_panel(panel, options, kept)
    panel = without_unfinished_date(panel, options)
    horizon = options.steps_ahead(panel.frequency, int(np.median(np.diff(panel.offsets))))
    panel = with_known_future(panel, options, horizon)
    method, whole = options.totals, hierarchy_of(panel.keys, len(panel))
    counts = np.array([one.counts for one in panel.series])
    check(method, whole, counts)
    late = lateness(panel)
    # The totals do not move the length that is usual. The last date has been looked at. The columns have been picked;
    # the totals have none.
    options = replace(options, horizon=horizon, keep_last=True, known=(), past=())
    of_all = panel if method == BOTTOM_UP else with_totals(panel, whole, late, horizon)
    found = fit_panel(of_all, options, kept)
    began = time.perf_counter()
    watcher = options.watcher or Silence()
    served, count = found.served, len(panel)
    there = (late < horizon) & ~np.isnan(served.forecast[:count]).any(axis=1)
    if not there.any():
        return _without_totals(found, panel)
    hierarchy, totals = whole.among(there)
    counted = np.flatnonzero(there)
    watcher.stage("totals", len(of_all.series) + 2 * len(hierarchy))
    with thread_pool(options.threads) as pool:
        behind = np.append(late, np.zeros(len(of_all) - count, np.int64))
        used = counted if method == BOTTOM_UP else np.append(counted, count + totals)
        choice = Choice(served.own[used], served.share[used])
        those, plan = [of_all.series[at] for at in used], found.plan.of(used)
        joint = joint_of(those, plan, choice, behind[used], pool, watcher.advance)
    ahead = np.stack([_onwards(panel, served, at, int(late[at])) for at in counted.tolist()])
    one = _Reconciled(method, hierarchy, joint, counts[counted], found.plan.blocks, options.seed)
    of_totals = served.forecast[count + totals] if method != BOTTOM_UP else np.empty((0, horizon))
    usual = np.array([panel.series[at].values[-panel.frequency.season :].mean() for at in counted])
    new = one.reconciled(ahead, of_totals, usual, len(joint.before))
    paths = Paths(joint, found.plan, ahead, late[counted], counts[counted], options.seed)
    mean, moved = hierarchy.added(new), hierarchy.added(new - ahead)
    low, high = _intervals(paths, hierarchy, mean, moved, found.plan.levels, counts[counted], watcher.advance)
    test, added, coverage, tried = _tried(one, paths, usual, found.plan.levels, watcher.advance)
    made = Totals(
        method=method,
        hierarchy=hierarchy,
        dates=_dates(panel, horizon),
        mean=mean,
        levels=found.plan.levels,
        low=low,
        high=high,
        counted=counted,
        late=late[counted],
        ended=int((late >= horizon).sum()),
        test=test,
        added=added,
        coverage=coverage,
        tried=tried,
    )
    found = _without_totals(found, panel)
    alone = found.served
    if method != BOTTOM_UP:
        alone = _moved(alone, counted, late[counted], new, counts)
    seconds = time.perf_counter() - began
    return replace(
        found,
        served=alone,
        settings={**found.settings, "totals": method},
        seconds=found.seconds + seconds,
        times={**found.times, "totals": seconds},
        totals=made,
    )


def _dates(panel: Panel, horizon: int) -> NDArray[np.datetime64]:
    last = max(panel.series, key=lambda one: one.after(0))
    return np.array([last.after(step) for step in range(1, horizon + 1)])


def _without_totals(found: PanelFindings, panel: Panel) -> PanelFindings:
    """Return what was found for the series alone, where the totals behind them were forecast as series of their own."""
    count = len(panel)
    each = {one.name: getattr(found.served, one.name) for one in fields(Served)}
    ends = dict.fromkeys(each, count) | {"models": int(found.served.model_sizes[:count].sum())}
    served = Served(**{name: values[: ends[name]] for name, values in each.items()})
    failed = {place: why for place, why in found.failed.items() if place < count}
    return replace(found, panel=panel, plan=found.plan.of(slice(count)), served=served, failed=failed)


def _onwards(panel: Panel, served: Served, place: int, late: int) -> NDArray[np.float64]:
    """Return the forecast of a series for the dates of totals; behind its horizon its last season goes on."""
    forecast = served.forecast[place]
    if not late:
        return forecast
    course = np.append(panel.series[place].values, forecast)
    season = min(panel.frequency.season, len(course))
    return np.append(forecast[late:], course[len(course) - season + np.arange(late) % season])


class _Reconciled:
    """How the forecasts of some series are made to add up with those of their totals."""

    def __init__(
        self,
        method: str,
        hierarchy: Hierarchy,
        joint: Joint,
        counts: NDArray[np.bool_],
        blocks: Sequence[slice],
        seed: int,
    ) -> None:
        self.method, self.hierarchy, self.joint, self.counts = method, hierarchy, joint, counts
        self._blocks, self._seed = blocks, seed

    def reconciled(
        self, series: NDArray[np.float64], totals: NDArray[np.float64], usual: NDArray[np.float64], upto: int
    ) -> NDArray[np.float64]:
        """Return forecasts of the series that add up.

        Parameters
        ----------
        series, totals : ndarray, shape (series, steps) and (totals, steps)
        usual : ndarray, shape (series,)
        upto : int
            How many of the cutoffs may be looked at.
        """
        if self.method == BOTTOM_UP:
            return series
        totals = np.where(np.isnan(totals), self.hierarchy.added(series), totals)  # of one that could not be served
        if self.method == TOP_DOWN:
            return top_down(self.hierarchy, series, totals[0], usual)
        return mint(self.hierarchy, np.concatenate([totals, series]), self.observations(upto), self.counts)

    def observations(self, upto: int) -> NDArray[np.float64]:
        """Return what was missed in the user's units, shape (totals + series, cutoffs and blocks of steps).

        Each is the mean over a block of steps ahead from one cutoff. What is not known of a series is drawn from what
        is, or where that is little, from its spread; these draws tie it to no other.
        """
        joint, count = self.joint, self.hierarchy.count
        missed = joint.residuals[:, :upto].astype(np.float64) * joint.spread[:, :upto, None]
        known = np.isfinite(missed)
        summed = [np.where(known, missed, 0)[:, :, block].sum(axis=2) for block in self._blocks]
        number = [known[:, :, block].sum(axis=2) for block in self._blocks]
        made = np.stack([s / np.where(n, n, np.nan) for s, n in zip(summed, number, strict=True)], axis=2)
        made = made.reshape(len(made), -1)
        if not made.shape[1]:
            made = np.full((len(made), LEAST_OBSERVED * 4), np.nan)
        for place in np.flatnonzero(np.isnan(made).any(axis=1)).tolist():
            there, own = np.isfinite(made[place]), np.random.default_rng([self._seed, 2, place])
            if there.sum() >= LEAST_OBSERVED:
                made[place, ~there] = own.choice(made[place, there], (~there).sum())
            else:
                made[place] = joint.now[place] * own.standard_normal(made.shape[1])
        return np.concatenate([made[count:], made[:count]])


def _intervals(
    paths: Paths,
    hierarchy: Hierarchy,
    mean: NDArray[np.float64],
    moved: NDArray[np.float64],
    levels: tuple[float, ...],
    counts: NDArray[np.bool_],
    advance: Callable[[float], None],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the intervals of each total; they hold its forecast."""
    ends: list[NDArray[np.float64]] = []
    for members, shift in zip(hierarchy.members, moved, strict=True):
        windows = paths.joint.windows(len(paths.joint.before) if len(members) > 1 else 0)
        made = ends_of(paths.added(members) + shift, levels, windows)
        ends.append(np.maximum(made, 0) if counts[members].all() else made)
        advance(1)
    both = np.stack(ends)
    return np.minimum(both[..., 0], mean[..., None]), np.maximum(both[..., 1], mean[..., None])


def _tried(
    one: _Reconciled,
    paths: Paths,
    usual: NDArray[np.float64],
    levels: tuple[float, ...],
    advance: Callable[[float], None],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], int]:
    """Return how totals fared over the test: mean absolute errors as used and as added up, coverage, cutoffs.

    What each total would have said is made of what was known before the test; a series counts where it was predicted
    and observed.
    """
    joint, hierarchy, count = one.joint, one.hierarchy, one.hierarchy.count
    number = len(joint.before) - joint.sealed
    test, added = np.full(len(hierarchy), np.nan), np.full(len(hierarchy), np.nan)
    coverage = np.full((len(hierarchy), len(levels)), np.nan)
    if not joint.sealed or not number:
        advance(len(hierarchy))
        return test, added, coverage, 0
    most = max(min(MOST_CUTOFFS, number, MOST_VALUES // (joint.made.shape[0] * joint.made.shape[2])), 1)
    cutoffs = np.unique(np.linspace(0, number - 1, most).round().astype(np.int64))
    made = joint.made[:, cutoffs].astype(np.float64)
    residuals, spread = joint.residuals[:, joint.sealed + cutoffs], joint.spread[:, joint.sealed + cutoffs]
    known = np.isfinite(residuals[:count])
    actual = np.where(known, made[:count] + residuals[:count] * spread[:count, :, None], 0)
    flat = made.reshape(len(made), -1)
    singles = np.where(np.isnan(flat[:count]), 0, flat[:count])
    new = one.reconciled(singles, flat[count:], usual, joint.sealed).reshape(made[:count].shape)
    base, new = np.where(known, made[:count], 0), np.where(known, new, 0)
    for at, members in enumerate(hierarchy.members):
        there = known[members].any(axis=0)
        advance(1)
        if not there.any():
            continue
        truth, said, sums = (each[members].sum(axis=0) for each in (actual, new, base))
        test[at], added[at] = (np.abs(each - truth)[there].mean() for each in (said, sums))
        windows = joint.windows(joint.sealed if len(members) > 1 else 0)
        ends = ends_of(paths.over_test(members, cutoffs) + (said - sums)[:, None, :], levels, windows)
        ends = np.maximum(ends, 0) if one.counts[members].all() else ends
        low, high = np.minimum(ends[..., 0], said[..., None]), np.maximum(ends[..., 1], said[..., None])
        slack = 1e-9 * np.maximum(np.abs(truth), 1)[..., None]
        inside = (truth[..., None] >= low - slack) & (truth[..., None] <= high + slack)
        coverage[at] = inside[there].mean(axis=0)
    return test, added, coverage, len(cutoffs)


def _moved(
    served: Served,
    counted: NDArray[np.int64],
    late: NDArray[np.int64],
    new: NDArray[np.float64],
    counts: NDArray[np.bool_],
) -> Served:
    """Return forecasts that add up in place of those that were served; the intervals move with them."""
    forecast, low, high = served.forecast.copy(), served.low.copy(), served.high.copy()
    for place, behind, values in zip(counted.tolist(), late.tolist(), new, strict=True):
        moved = values[: len(values) - behind] - forecast[place, behind:]
        forecast[place, behind:] = values[: len(values) - behind]
        low[place, behind:] += moved[:, None]
        high[place, behind:] += moved[:, None]
    low = np.where(counts[:, None, None], np.maximum(low, 0), low)
    return replace(
        served,
        forecast=forecast,
        low=np.minimum(low, forecast[..., None]),
        high=np.maximum(high, forecast[..., None]),
    )
