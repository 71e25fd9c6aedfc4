"""Outliers: found by their distance from the same place of the seasons around, weighed by Huber's weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from thalweg.series.calendar import Calendar
from thalweg.series.frequency.record import DAILY
from thalweg.series.outliers import FAR, outliers, outliers_of
from thalweg.series.series import Series

DAYS = 400


def values_of(seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    week = np.array([100.0, 110, 120, 110, 100, 60, 50])
    return week[np.arange(DAYS) % 7] * np.exp(generator.normal(0, 0.05, DAYS))


def found_in(values: np.ndarray, observed: np.ndarray | None = None, **more):
    seen = np.ones(len(values), dtype=bool) if observed is None else observed
    return outliers(values, seen, DAILY, counts=True, **more)


@given(seed=st.integers(0, 1000), place=st.integers(7, DAYS - 8), factor=st.sampled_from([0.2, 4.0]))
def test_a_single_value_far_off_is_found_with_what_is_usual_there(seed: int, place: int, factor: float) -> None:
    values = values_of(seed)
    before = values[place]
    values[place] *= factor
    found = found_in(values)
    assert_array_equal(found.places, [place])
    assert_allclose(found.usual, before, rtol=0.35)
    assert found.far[0] > FAR


def test_the_distance_is_that_of_the_definition() -> None:
    values = values_of(0)
    values[200] *= 5
    found = found_in(values)
    logarithms = np.log(values)
    distances, of_sides = [], []
    for place in range(DAYS):
        sides = ([place + 7 * side * k for k in (1, 2, 3, 4)] for side in (-1, 1))
        inside = ([logarithms[at] for at in side if 0 <= at < DAYS] for side in sides)
        each = [abs(logarithms[place] - np.median(side)) for side in inside if side]
        of_sides += each if len(each) == 2 else []
        distances.append(min(each))
    expected = distances[200] / (1.4826 * np.median(of_sides))
    assert_allclose(found.far, [expected])
    assert_allclose(found.weights(DAYS)[200], FAR / expected)
    assert_array_equal(np.delete(found.weights(DAYS), 200), 1)


def test_filled_values_are_no_outliers_and_are_compared_with_none() -> None:
    values, observed = values_of(1), np.ones(DAYS, dtype=bool)
    values[100] *= 9
    observed[100] = False
    assert len(found_in(values, observed)) == 0
    values[[172, 179, 186]] *= 9  # most of the values before place 193, so that it lies far from their median
    values[[200, 207, 214]] *= 9  # and after it
    assert 193 in found_in(values, observed).places
    observed[[172, 179, 186, 200, 207, 214]] = False
    assert 193 not in found_in(values, observed).places


def test_no_value_beside_a_level_shift_is_an_outlier() -> None:
    values = values_of(4)
    values[200:] *= 3
    assert len(found_in(values)) == 0
    values[203] *= 5
    assert_array_equal(found_in(values).places, [203])
    for first in range(DAYS - 40, DAYS):  # nor is one where only the values before it tell, or few after it
        changed = values_of(4)
        changed[first:] *= 3
        assert len(found_in(changed)) == 0


def test_later_values_change_nothing_of_what_is_asked_for() -> None:
    values = values_of(2)
    values[150] *= 4
    series = [Series(np.datetime64("2021-03-01"), each, np.ones(DAYS, bool), "x") for each in (values, values.copy())]
    series[1].values[300:] *= 50
    first, second = (outliers_of(each, Calendar(), 300) for each in series)
    assert_array_equal(first.places, [150])
    assert_array_equal(first.places, second.places)
    assert_array_equal(first.far, second.far)


def test_holidays_and_events_explain_a_value() -> None:
    values = values_of(3)
    dates = np.arange("2021-03-01", "2022-12-31", dtype="M8[D]")[:DAYS]
    christmas, sale = (int(np.flatnonzero(dates == np.datetime64(day))[0]) for day in ("2021-12-25", "2021-09-15"))
    values[[christmas, sale]] *= 5
    series = Series(dates[0], values, np.ones(DAYS, bool), "x")
    assert_array_equal(outliers_of(series, Calendar(), DAYS).places, [sale])
    assert_array_equal(found_in(values).places, [sale, christmas])


@pytest.mark.parametrize("values", [np.zeros(60), np.full(60, 3.0), np.arange(4.0)])
def test_series_without_movement_have_none(values: np.ndarray) -> None:
    assert len(found_in(values)) == 0


def test_those_near_a_place_can_be_left_out() -> None:
    values = values_of(5)
    values[[100, 110, 120]] *= 6
    found = found_in(values)
    assert_array_equal(found.places, [100, 110, 120])
    kept = found.but_near(113, 7)
    assert_array_equal(kept.places, [100])
    assert_array_equal(kept.far, found.far[:1])
    assert_array_equal(kept.usual, found.usual[:1])
