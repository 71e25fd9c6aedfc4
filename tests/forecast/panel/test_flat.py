"""Many series in one array: each as it would be alone."""

import numpy as np

from thalweg.forecast.panel.flat import flat_of
from thalweg.forecast.panel.rows import Rows

from .conftest import odd_series, series_of

SERIES = list(odd_series().values())


def test_no_bit_of_a_series_depends_on_those_beside_it():
    together = flat_of(SERIES, 9)
    for place, one in enumerate(SERIES):
        alone = flat_of([one], 9)
        mine = slice(together.starts[place] - 9, together.starts[place] + len(one))
        for name in ("values", "numbers", "sums"):
            np.testing.assert_array_equal(getattr(together, name)[mine], getattr(alone, name), err_msg=name)
        for name in ("centres", "units", "counts", "whole", "changes", "usual"):
            np.testing.assert_array_equal(getattr(together, name)[place], getattr(alone, name)[0], err_msg=name)


def test_a_window_before_the_first_value_reads_that_value():
    flat = flat_of(SERIES[:3], 5)
    for place, one in enumerate(SERIES[:3]):
        start = flat.starts[place]
        np.testing.assert_array_equal(flat.values[start - 5 : start], np.full(5, one.values[0]))
        np.testing.assert_array_equal(flat.values[start : start + len(one)], one.values)
        assert not flat.observed[start - 5 : start].any()


def test_means_are_those_of_the_values():
    flat = flat_of(SERIES[:2], 3)
    numbers = flat.numbers[flat.starts[1] : flat.starts[1] + len(SERIES[1])]
    at, steps = flat.starts[1] + np.array([0, 10, 59]), np.array([1, 7, 28])
    expected = [
        numbers[place - flat.starts[1] - count + 1 : place - flat.starts[1] + 1].mean()
        for place, count in zip(at, steps, strict=True)
    ]
    np.testing.assert_allclose(flat.mean(at, steps), expected, atol=1e-12)


def test_numbers_become_values_again():
    flat = flat_of(SERIES, 2)
    for place, one in enumerate(SERIES):
        numbers = flat.numbers[flat.starts[place] : flat.starts[place] + len(one)]
        made = flat.in_user_units(numbers[None], Rows(np.array([place]), np.array([len(one) - 1])))[0]
        np.testing.assert_allclose(made, one.values, rtol=1e-9, atol=1e-9 * np.abs(one.values).max() + 1e-15)


def test_predictions_are_values_that_a_series_can_have():
    counts, parts = np.array([0.0, 0, 0, 4, 1]), np.array([0.0, 0, 0, 4, 1.5])
    flat = flat_of([series_of(each) for each in (counts, parts, counts - 2)], 2)
    made = np.array([[-1.0, 0.49, 0.5, np.nan]] * 3)
    last = flat.possible(made, Rows(np.arange(3), np.full(3, 4)))
    np.testing.assert_array_equal(last, [[0, 0, 0.5, np.nan], [0, 0.49, 0.5, np.nan], [-1, 0.49, 0.5, np.nan]])
    before = flat.possible(made, Rows(np.arange(3), np.full(3, 2)))  # no value has changed yet
    np.testing.assert_array_equal(before, [[0, 0, 0, np.nan], [0, 0, 0, np.nan], [-2, -2, -2, np.nan]])


def test_what_is_learned_rests_on_the_past_alone():
    one = SERIES[0]
    changed = np.concatenate([one.values[:100], 5 * one.values[100:] + 3])
    later = type(one)(one.start, changed, one.observed, "y")
    for name in ("centres", "units", "usual"):
        first, second = (getattr(flat_of([each], 4, [100]), name) for each in (one, later))
        np.testing.assert_array_equal(first, second)
        assert first[0] > 0
