"""What all series of a panel did a long season ago: holidays and the like, that one series shows through its noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.panel.flat import flat_of
from thalweg.forecast.panel.rows import Rows, rows_of
from thalweg.forecast.panel.scaling import LEAST_SPREAD, scales
from thalweg.series.frequency.dates import steps_between

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.panel.flat import Flat
    from thalweg.forecast.panel.inputs import Inputs
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.series import Series

MOST_SERIES = 400  # whose mean is taken, evenly spaced over the panel
SERIES_AT_ONCE = 50
LARGEST_SHAPE = 3.0  # spreads of a year ago, that count in the panel's mean


@dataclass(frozen=True, eq=False)
class PanelYear:
    """For each date the mean over series of the same steps of the long season before, each in units of its own level.

    Attributes
    ----------
    frequency : Frequency
    first : numpy.datetime64
        The date of the first row.
    means : ndarray of float64, shape (dates, steps)
        Of the steps that follow each date; 0 where no series goes back so far.
    """

    frequency: Frequency
    first: np.datetime64
    means: NDArray[np.float64]

    def of(self, flat: Flat, rows: Rows) -> NDArray[np.float64]:
        """Return the means that belong to rows, shape (rows, steps); 0 for dates that are not known."""
        places = places_of(flat, rows, self.frequency, self.first)
        known = (places >= 0) & (places < len(self.means))
        return np.where(known[:, None], self.means[np.where(known, places, 0)], 0)


def places_of(flat: Flat, rows: Rows, frequency: Frequency, first: np.datetime64) -> NDArray[np.int64]:
    """Return how many steps after a date the newest value of each row stands."""
    begins = np.array([steps_between(frequency, first, date) for date in flat.first_dates], dtype=np.int64)
    return begins[rows.series] + rows.newest


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


def panel_year_of(series: Sequence[Series], inputs: Inputs, steps: int) -> PanelYear:
    """Return what series of a panel did a long season ago, from at most `MOST_SERIES` of them.

    The means of a date rest on values up to that date alone.
    """
    some = series[:: -(-len(series) // MOST_SERIES)]
    frequency = some[0].frequency
    first = min(one.start for one in some)
    dates = max(steps_between(frequency, first, one.start) + len(one) for one in some)
    totals, counts = np.zeros((dates, steps)), np.zeros(dates)
    for begin in range(0, len(some), SERIES_AT_ONCE):
        part = some[begin : begin + SERIES_AT_ONCE]
        flat = flat_of(part, inputs.reach)
        newest = [np.arange(inputs.year + inputs.before - 1, len(one)) for one in part]
        rows = rows_of(newest)
        if not len(rows.series):
            continue
        shapes, _, _ = shapes_of_last_year(flat, rows, inputs, steps)
        places = places_of(flat, rows, frequency, first)
        np.add.at(totals, places, np.clip(shapes, -LARGEST_SHAPE, LARGEST_SHAPE))
        counts += np.bincount(places, minlength=dates)
    return PanelYear(frequency, first, totals / np.maximum(counts, 1)[:, None])
