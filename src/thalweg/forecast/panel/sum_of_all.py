"""The sum of the series of a panel: of their last values, and of their forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.totals import LEVEL_TOLD
from thalweg.series.frequency.dates import step_range, steps_after, steps_between

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.panel.run import PanelFindings


@dataclass(frozen=True, eq=False)
class SumOfAll:
    """The sum of the series that go on to the end of a panel, or to a season before it.

    Attributes
    ----------
    dates : ndarray of datetime64, shape (past,)
        Up to the last date on which all of them have a value.
    known : ndarray of float64, shape (past,)
        The sum of those that have begun.
    ahead : ndarray of datetime64, shape (horizon,)
    forecast : ndarray of float64, shape (horizon,)
        Where a series has a value there already, its value counts.
    low, high : ndarray of float64, shape (horizon,), or None
        The 80% interval, where totals were asked for.
    count : int
        How many series are in the sum.
    left_out : int
        How many ended earlier, or could not be forecast.
    """

    dates: NDArray[np.datetime64]
    known: NDArray[np.float64]
    ahead: NDArray[np.datetime64]
    forecast: NDArray[np.float64]
    count: int
    left_out: int
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None

    @property
    def total(self) -> float:
        """The sum over all steps ahead."""
        return float(self.forecast.sum())


def sum_of_all(findings: PanelFindings, past: int) -> SumOfAll | None:
    """Return the sum with its last so many known values; None where no series could be forecast."""
    panel, made, frequency = findings.panel, findings.served.forecast, findings.plan.frequency
    last, horizon, totals = panel.last_date, findings.plan.horizon, findings.totals
    behind = np.array([steps_between(frequency, one.after(0), last) for one in panel.series])
    there = np.isfinite(made).all(axis=1) & (behind <= max(1, frequency.season))
    places = (np.flatnonzero(there) if totals is None else totals.counted).tolist()
    if not places:
        return None
    most = int(behind[places].max())
    past = min(past, max(len(panel.series[place]) - most + int(behind[place]) for place in places))
    known, forecast = np.zeros(past), np.zeros(horizon)
    for place in places:
        # Beyond the last date that all have, this one has so many values already.
        values, more = panel.series[place].values, most - int(behind[place])
        before = values[: len(values) - more][-past:]
        known[past - len(before) :] += before
        forecast += np.concatenate([values[len(values) - more :], made[place]])[:horizon]
    end = steps_after(frequency, last, -most)
    dates = step_range(frequency, steps_after(frequency, end, 1 - past), past)
    left_out = len(panel) + len(panel.refused) - len(places)
    if totals is not None:  # the sum over all is the first of them, and begins behind the last date of all
        at = totals.levels.index(LEVEL_TOLD)
        low, high = totals.low[0, :, at], totals.high[0, :, at]
        return SumOfAll(dates, known, totals.dates, totals.mean[0], len(places), left_out, low, high)
    ahead = step_range(frequency, steps_after(frequency, end, 1), horizon)
    return SumOfAll(dates, known, ahead, forecast, len(places), left_out)
