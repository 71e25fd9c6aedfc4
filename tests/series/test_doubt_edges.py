"""Where a note about a value that looks like a slip begins and ends, to the value and to the day."""

import numpy as np
import pytest

from thalweg.series.frequency.dates import date_range
from thalweg.series.read.doubts import doubts


def noted(values):
    """Return the keys, without ``note.``, and the values of the notes about such a series from 2023-01-01 on."""
    days = date_range(np.datetime64("2023-01-01"), len(values))
    return [(note.key.removeprefix("note."), note.values) for note in doubts(days, np.array(values, dtype=np.float64))]


@pytest.mark.parametrize(("largest", "is_noted"), [(5000, False), (5001, True), (-5001, True)])
def test_an_outlier_is_more_than_fifty_times_the_usual_largest(largest, is_noted):
    outlier = ("outlier", {"value": f"{largest:,}", "day": "2023-01-06", "times": "50"})
    assert noted([100] * 5 + [largest] + [100] * 34) == ([outlier] if is_noted else [])


@pytest.mark.parametrize(
    ("days", "outliers", "is_noted"), [(40, 3, True), (40, 4, False), (499, 5, False), (500, 5, True), (500, 6, False)]
)
def test_three_values_or_one_in_a_hundred_may_be_outliers(days, outliers, is_noted):
    values = [100.0] * days
    for place in range(outliers):
        values[10 + 3 * place] = 9000.0 + place
    day = str(np.datetime64("2023-01-11") + np.timedelta64(3 * (outliers - 1), "D"))
    note = {"value": f"{8999 + outliers:,}", "day": day, "times": "90", "count": outliers}
    assert noted(values) == ([("outliers", note)] if is_noted else [])


@pytest.mark.parametrize(("zeros", "others", "is_noted"), [(0, 26, False), (30, 26, False), (0, 27, True)])
def test_twenty_eight_values_above_zero_are_needed(zeros, others, is_noted):
    assert bool(noted([0.0] * zeros + [1e6] + [100.0] * others)) == is_noted
