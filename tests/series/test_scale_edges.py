"""Scales against numbers computed by hand, and what a series says of itself."""

from math import exp, log, sqrt

import numpy as np
import pytest

from thalweg.series.scale import Scale, fit_scale, log_offset
from thalweg.series.series import Series

VALUES = [120.0, 95, 143, 88, 131, 60, 77, 150, 101, 139, 92, 128, 64, 81, 155, 99, 147, 85, 134, 58, 70]


@pytest.mark.parametrize(
    ("values", "offset", "least"),
    [
        ([0.0, 0.0, 0.0], 0.05, 0.0),  # nothing is known of the size, so 1 stands for the typical value
        ([100.0, 200.0, 300.0], 0.0, 2.0),  # a hundredth of the median
        ([0.0, 100.0, 200.0, 300.0], 10.0, 0.0),  # a twentieth of the median of the days above 0
        ([10.0, 200.0, 300.0], 10.0, 0.0),  # 10 is exactly a twentieth of the median
        ([10.5, 200.0, 300.0], 0.0, 2.0),
    ],
)
def test_the_offset_and_the_least_value_before_the_logarithm(values, offset, least):
    assert log_offset(np.array(values)) == pytest.approx((offset, least), rel=1e-15)


def test_raw_values_are_standardised():
    mean = sum(VALUES) / len(VALUES)
    for counts in (True, False):
        assert fit_scale(np.array(VALUES), level_days=0, season=7, counts=counts) == Scale(
            logarithm=False,
            level_days=0,
            offset=0.0,
            least=0.0,
            centre=pytest.approx(mean, rel=1e-14),
            spread=pytest.approx(sqrt(sum((value - mean) ** 2 for value in VALUES) / len(VALUES)), rel=1e-12),
            floor=counts,
        )


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("level_days", [1, 3, 7, 14])
def test_the_spread_is_how_far_the_days_of_a_week_lie_from_the_level(level_days, counts):
    seen = [log(value) if counts else value for value in VALUES]
    squares = []
    for newest in range(max(7, level_days) - 1, len(seen)):
        level = sum(seen[newest + 1 - level_days : newest + 1]) / level_days
        squares += [(seen[newest - back] - level) ** 2 for back in range(7)]
    assert fit_scale(np.array(VALUES), level_days=level_days, season=7, counts=counts) == Scale(
        logarithm=counts,
        level_days=level_days,
        offset=0.0,
        least=pytest.approx(0.99, rel=1e-14) if counts else 0.0,  # a hundredth of the median
        centre=0.0,
        spread=pytest.approx(sqrt(sum(squares) / len(squares)), rel=1e-10),
        floor=counts,
    )


@pytest.mark.parametrize(("relative", "spread"), [(1e-8, pytest.approx(0.5e-8, rel=1e-6)), (1e-14, 1.0)])
def test_a_spread_that_rounding_may_make_is_none(relative, spread):
    values = np.tile([1.0, 1.0 - relative], 30)
    assert fit_scale(values, level_days=0, season=7, counts=True).spread == spread
    assert fit_scale(-values, level_days=0, season=7, counts=False).spread == spread


def test_transform_level_and_inverse_by_hand():
    scale = Scale(logarithm=True, level_days=2, offset=5.0, least=3.0, centre=0.0, spread=0.5, floor=True)
    seen = scale.transform(np.array([10.0, 0.0, 20.0]))
    assert seen.tolist() == pytest.approx([log(15), log(8), log(25)], rel=1e-15)
    level = scale.level(seen, np.array([1, 2]))
    assert level.tolist() == pytest.approx([log(15 * 8) / 2, log(8 * 25) / 2], rel=1e-14)
    undone = scale.inverse(np.array([[2.0, -1.0], [0.0, 1e4]]), np.array([log(15), log(8)]))
    assert undone[0].tolist() == pytest.approx([15 * exp(1.0) - 5, 15 * exp(-0.5) - 5], rel=1e-13)
    assert undone[1].tolist() == pytest.approx([3.0, exp(300.0)], rel=1e-12)
    low = scale.inverse(np.array([[-10.0]]), np.array([log(5.0)]))
    assert low.tolist() == [[0.0]]


def test_without_a_level_of_its_own_a_row_has_that_of_the_whole():
    scale = Scale(logarithm=False, level_days=0, offset=0.0, least=0.0, centre=7.5, spread=2.0, floor=False)
    assert scale.level(np.arange(5.0), np.array([1, 4, 4])).tolist() == [7.5, 7.5, 7.5]
    assert scale.inverse(np.array([[-9.0, 1.0]]), np.array([7.5])).tolist() == [[-10.5, 9.5]]


def series(**changed):
    given = {
        "start": np.datetime64("2020-02-27"),
        "values": np.array([3.0, 0.0, 5.0, 2.0]),
        "observed": np.array([True, False, True, True]),
        "name": "views",
    }
    return Series(**(given | changed))


def test_a_series_says_what_it_is():
    assert repr(series(source="views.csv")) == "<Series 'views' of views.csv: 4 days, 2020-02-27 to 2020-03-01>"
    assert (series().source, series().simulated, series().notes) == ("frame", False, ())
    assert series().counts
    assert not series(values=np.array([3.0, -0.5, 5.0, 2.0])).counts


@pytest.mark.parametrize("days", [1, 2, 4])
def test_the_head_of_a_series_is_its_first_days(days):
    head = series().head(days)
    assert (len(head), head.start, head.name) == (days, np.datetime64("2020-02-27"), "views")
    assert head.values.tolist() == [3.0, 0.0, 5.0, 2.0][:days]
    assert head.observed.tolist() == [True, False, True, True][:days]
