"""Totals as series of their own: sums of a panel's past values, which its forecaster takes like any other series."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.filling import filled
from thalweg.series.frequency.dates import steps_between
from thalweg.series.panel import different, joined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.panel.hierarchy import Hierarchy
    from thalweg.series.panel import Panel
    from thalweg.series.series import Series

OBSERVED_SHARE = 0.9  # of the series of a total that have a value, for its own to count as observed


def lateness(panel: Panel) -> NDArray[np.int64]:
    """Return how many steps before the last date of the panel each series ends."""
    return np.array([steps_between(panel.frequency, one.after(0), panel.last_date) for one in panel.series], np.int64)


def with_totals(panel: Panel, hierarchy: Hierarchy, late: NDArray[np.int64], horizon: int) -> Panel:
    """Return a panel with its totals behind its series.

    Before a series begins it adds nothing. Where it ends, less than a horizon before the panel, its last season goes on
    and counts as not observed; else it has ended, and adds nothing.

    Parameters
    ----------
    panel : Panel
    hierarchy : Hierarchy
    late : ndarray of int64, shape (series,)
        As of `lateness`.
    horizon : int
    """
    totals = [_total([panel.series[at] for at in members], late[members], horizon) for members in hierarchy.members]
    called = [f"{level}/{key}" for level, key in zip(hierarchy.levels, hierarchy.keys, strict=True)]
    none = {
        name: np.full(len(totals), "" if each.dtype.kind in "UO" else np.nan, each.dtype)
        for name, each in panel.static.items()
    }
    return joined(
        [*panel.series, *totals],
        different([*panel.names, *called]),
        keys={name: (*each, *[""] * len(totals)) for name, each in panel.keys.items()},
        static={name: np.concatenate([each, none[name]]) for name, each in panel.static.items()},
        refused=panel.refused,
        notes=panel.notes,
    )


def _total(members: list[Series], late: NDArray[np.int64], horizon: int) -> Series:
    frequency = members[0].frequency
    start = min(one.start for one in members)
    last = max(one.after(0) for one in members)
    length = steps_between(frequency, start, last) + 1
    length += int(late.min())  # to the last date of the panel
    values, there, observed = np.zeros(length), np.zeros(length), np.zeros(length)
    for one, behind in zip(members, late.tolist(), strict=True):
        first = steps_between(frequency, start, one.start)
        goes_on = behind if behind < horizon else 0
        known = np.append(one.observed, np.zeros(goes_on, np.bool_))
        course = np.append(one.values, np.full(goes_on, np.nan))
        if goes_on:
            course = filled(course, ~np.isnan(course), frequency.season)
        part = slice(first, first + len(course))
        values[part] += course
        there[part] += 1
        observed[part] += known
    enough = (observed >= OBSERVED_SHARE * there) & (there > 0)
    if not enough.any():
        enough = observed > 0
    return replace(members[0], start=start, values=values, observed=enough, notes=(), regressors=None)
