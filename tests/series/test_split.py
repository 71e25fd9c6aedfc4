"""Which days belong to training, validation and the sealed test."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.errors import InputError
from thalweg.series.frequency.dates import days_between
from thalweg.series.frequency.record import DAILY
from thalweg.series.series import Series
from thalweg.series.split import split_by_date

LONG_DAYS, SHORTEST_DAYS = DAILY.long, DAILY.least


def series_of(days, observed=None):
    observed = np.ones(days, dtype=bool) if observed is None else observed
    return Series(np.datetime64("2019-02-27"), np.arange(float(days)), observed, "views", "views.csv")


@pytest.mark.parametrize("days", [1000, 1001, 1500, 5000])
def test_long_series_keep_half_a_year_and_a_year(days):
    split = split_by_date(series_of(days))
    assert (split.train, split.validation, split.test) == (days - 547, 182, 365)
    assert split.notes == ()


@pytest.mark.parametrize(("days", "validation", "test"), [(999, 200, 300), (365, 73, 110), (100, 20, 30), (56, 11, 17)])
def test_short_series_keep_a_fifth_and_three_tenths_and_say_so(days, validation, test):
    split = split_by_date(series_of(days))
    assert (split.validation, split.test) == (validation, test)
    (note,) = split.notes
    assert note.key == "split.short"
    usual = {"usual_validation": 182, "usual_test": 365}
    expected = {"days": days, "validation": validation, "test": test, **usual}
    assert {name: note.values[name] for name in expected} == expected


@given(st.integers(SHORTEST_DAYS, 4000))
def test_parts_add_up_and_meet(days):
    split = split_by_date(series_of(days))
    dates = series_of(days).dates
    assert split.train + split.validation + split.test == split.days == days
    assert min(split.train, split.validation, split.test) > 0
    assert (split.first, split.last) == (dates[0], dates[-1])
    assert days_between(split.first, split.train_last) + 1 == split.train
    assert days_between(split.train_last, split.validation_last) == split.validation
    assert days_between(split.validation_last, split.last) == split.test


@pytest.mark.parametrize("days", [1, 10, SHORTEST_DAYS - 1])
def test_too_few_days_are_refused_with_the_least_number(days):
    with pytest.raises(
        InputError, match=rf"views\.csv has {days} days, from 2019-02-27.* At least {SHORTEST_DAYS} are needed"
    ):
        split_by_date(series_of(days))


@pytest.mark.parametrize("days", [SHORTEST_DAYS, 200, LONG_DAYS, 1400])
@pytest.mark.parametrize("name", ["training", "validation", "test"])
def test_a_part_without_an_observed_day_is_refused(days, name):
    split = split_by_date(series_of(days))
    edges = {
        "training": (0, split.train),
        "validation": (split.train, split.train + split.validation),
        "test": (split.train + split.validation, days),
    }
    first, last = edges[name]
    observed = np.ones(days, dtype=bool)
    observed[first:last] = False
    with pytest.raises(InputError, match=f"no day of the {last - first} {name} days was observed"):
        split_by_date(series_of(days, observed))
    observed[first] = True
    split_by_date(series_of(days, observed))
