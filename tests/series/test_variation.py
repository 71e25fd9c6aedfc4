"""How much a series moves, and the figures that its numbers need for it."""

import numpy as np
import pytest

from thalweg.series.variation import figures, spread, variation


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, 2.0, 4.0, 4.0, 1e9], 2.0),  # a spike does not hide the usual change, nor does a pause
        ([1e12, 1e12 + 100, 1e12, 1e12 + 100], 100.0),
        ([0.1 + 0.2, 0.3, 0.1 + 0.2], 0.0),  # rounding is no change
        ([5.0, np.nan, 7.0], 2.0),
        ([5.0], 0.0),
        ([], 0.0),
    ],
)
def test_the_variation_is_the_usual_change(values, expected):
    assert variation(np.array(values)) == expected


def test_the_spread_of_the_largest_numbers_is_finite():
    assert spread(np.array([-8e307, 8e307])) == 1.6e308
    assert spread(np.array([1e300, np.inf])) == 0.0
    assert spread(np.array([0.1 + 0.2, 0.3])) == 0.0


def test_figures_grow_with_the_size_and_end_where_a_double_ends():
    assert figures(1234.0, 100.0, 7, 3) == 7
    assert figures(-1e12, 100.0, 7, 3) == 13
    assert figures(1e15, 1e-3, 7, 3) == 17
    assert figures(1e12, 0.0, 7, 3) == figures(0.0, 1.0, 7, 3) == 7
