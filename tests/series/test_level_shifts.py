"""Level shifts are found where the level changes for good, and nowhere else."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from thalweg.series.frequency.record import DAILY, Frequency, monthly, sub_daily
from thalweg.series.level_shifts import level_shifts
from thalweg.series.sample import sample
from thalweg.series.series import Series

WEEK = np.array([0.0, 0.1, 0.1, 0.05, 0.0, -0.3, -0.4])
SHIFT = 600  # the place of a planted shift


def series_of(logarithms: np.ndarray, frequency: Frequency = DAILY, *, raw: bool = False) -> Series:
    values = logarithms if raw else np.exp(logarithms)
    start = np.datetime64("2019-01-01", frequency.date_unit)
    return Series(start, values, np.ones(len(values), dtype=bool), "visits", frequency=frequency)


def noisy(seed: int, days: int = 1100) -> np.ndarray:
    """White noise around a week, in logarithms."""
    return 6 + WEEK[np.arange(days) % 7] + np.random.default_rng(seed).normal(0, 0.15, days)


def wandering(seed: int, days: int = 1100) -> np.ndarray:
    """A level of which the next day inherits nearly all."""
    steps = np.random.default_rng(seed).normal(0, 0.1, days)
    for day in range(1, days):
        steps[day] += 0.9 * steps[day - 1]
    return 6 + WEEK[np.arange(days) % 7] + steps


def with_a_year(seed: int, days: int = 1100) -> np.ndarray:
    return noisy(seed, days) + 0.5 * np.sin(2 * np.pi * np.arange(days) / 365.25)


def with_spikes(seed: int) -> np.ndarray:
    values, generator = noisy(seed), np.random.default_rng(seed)
    values[generator.choice(len(values), 20)] += generator.normal(0, 3, 20)
    return values


def with_a_pulse(seed: int) -> np.ndarray:
    values = noisy(seed)
    values[500:521] -= 1.5
    return values


@pytest.mark.parametrize("make", [noisy, wandering, with_a_year, with_spikes, with_a_pulse])
def test_what_is_no_shift_is_not_told_as_one(make) -> None:
    assert [shift for seed in range(12) for shift in level_shifts(series_of(make(seed)))] == []


def test_terms_and_breaks_of_a_year_are_no_shifts() -> None:
    assert [shift for seed in range(8) for shift in level_shifts(sample(1500, seed=seed))] == []


@pytest.mark.parametrize("make", [noisy, wandering, with_a_year])
@pytest.mark.parametrize("change", [1.5, -1.5])
def test_a_lasting_change_is_dated_and_measured(make, change: float) -> None:
    found = 0
    for seed in range(8):
        values = make(seed)
        values[SHIFT:] += change
        shifts = [one for one in level_shifts(series_of(values)) if abs(one.place - SHIFT) <= 2]
        for one in shifts:
            found += 1
            assert one.date == np.datetime64("2019-01-01") + np.timedelta64(one.place, "D")
            assert np.log(one.after / one.before) == pytest.approx(
                change, abs=0.6
            )  # a level that wanders has moved by itself
    assert found >= 7


def test_the_levels_are_in_the_units_of_values_that_are_no_counts() -> None:
    values = np.random.default_rng(1).normal(0, 1, 700)
    values[400:] += 20
    (shift,) = level_shifts(series_of(values, raw=True))
    assert shift.place == 400
    assert_allclose([shift.before, shift.after], [0, 20], atol=1)


def test_months_and_hours_have_shifts_too() -> None:
    months = np.random.default_rng(2).normal(0, 0.1, 120) + 5 + np.sin(np.arange(120) / 6 * np.pi)
    months[70:] += 2
    (shift,) = level_shifts(series_of(months, monthly()))
    assert shift.date == np.datetime64("2024-11")
    hours = np.random.default_rng(3).normal(0, 0.2, 24 * 90) + 5 + np.sin(np.arange(24 * 90) / 12 * np.pi)
    hours[24 * 50 + 6 :] += 2
    (shift,) = level_shifts(series_of(hours, sub_daily(60)))
    assert shift.place == 24 * 50 + 6


def test_only_the_values_asked_for_are_looked_at() -> None:
    values = noisy(0)
    values[SHIFT:] += 1.5
    changed = values.copy()
    changed[900:] *= -1
    until = [level_shifts(series_of(each), 850) for each in (values, changed)]
    assert until[0] == until[1]
    assert [one.place for one in until[0]] == [SHIFT]
    assert level_shifts(series_of(values), SHIFT) == ()


def test_what_was_filled_in_is_no_shift() -> None:
    values = np.exp(noisy(0))
    observed = np.ones(len(values), dtype=bool)
    values[500:700] = 3 * values[499]
    observed[500:700] = False
    series = Series(np.datetime64("2019-01-01"), values, observed, "visits")
    assert level_shifts(series) == ()


@pytest.mark.parametrize("values", [np.zeros(400), np.full(400, 7.0), np.arange(5.0)])
def test_series_without_movement_or_without_length_have_none(values: np.ndarray) -> None:
    assert level_shifts(series_of(values, raw=True)) == ()


@pytest.mark.parametrize("days", [168, 200, 223, 224, 231, 245, 260, 320, 700])
def test_a_shift_is_found_whatever_the_length(days: int) -> None:
    for seed in range(4):
        generator = np.random.default_rng(seed)
        values = 6 + WEEK[np.arange(days) % 7] + generator.normal(0, 0.05, days)
        values[days // 2 :] += np.log(3)
        (shift,) = level_shifts(series_of(values))
        assert abs(shift.place - days // 2) <= 1


def test_a_shift_at_the_end_of_a_gap_is_found_there() -> None:
    values, observed = np.exp(noisy(3)), np.ones(1100, dtype=bool)
    for place in range(500, 560):
        values[place] = values[place - 7]
        observed[place] = False
    values[560:] *= 3
    (shift,) = level_shifts(Series(np.datetime64("2019-01-01"), values, observed, "visits"))
    assert abs(shift.place - 560) <= 7
    assert shift.after / shift.before == pytest.approx(3, rel=0.15)
