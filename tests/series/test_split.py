"""Training, validation and sealed test: which days belong to which."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.errors import InputError
from thalweg.series.series import Series
from thalweg.series.split import LONG, SHORTEST, split_by_date


def days_of(days, observed=None):
    observed = np.ones(days, dtype=bool) if observed is None else observed
    return Series(np.datetime64("2019-02-27"), np.arange(float(days)), observed, "views", "views.csv")


@pytest.mark.parametrize("days", [1000, 1001, 1500, 5000])
def test_long_series_keep_half_a_year_and_a_year(days):
    split = split_by_date(days_of(days))
    assert (split.train, split.validation, split.test) == (days - 547, 182, 365)
    assert split.notes == ()


@pytest.mark.parametrize(("days", "validation", "test"), [(999, 200, 300), (365, 73, 110), (100, 20, 30), (56, 11, 17)])
def test_short_series_keep_a_fifth_and_three_tenths_and_say_so(days, validation, test):
    split = split_by_date(days_of(days))
    assert (split.validation, split.test) == (validation, test)
    (note,) = split.notes
    assert note.key == "split.short"
    assert note.values == {"days": days, "validation": validation, "test": test}


@given(st.integers(SHORTEST, 4000))
def test_parts_add_up_and_meet(days):
    split = split_by_date(days_of(days))
    dates = days_of(days).dates
    assert split.train + split.validation + split.test == split.days == days
    assert min(split.train, split.validation, split.test) > 0
    assert (split.first, split.last) == (dates[0], dates[-1])
    assert (split.train_last - split.first).astype(int) + 1 == split.train
    assert (split.validation_last - split.train_last).astype(int) == split.validation
    assert (split.last - split.validation_last).astype(int) == split.test


@pytest.mark.parametrize("days", [1, 10, SHORTEST - 1])
def test_too_few_days_are_refused_with_the_least_that_is_served(days):
    with pytest.raises(
        InputError, match=rf"views\.csv has {days} days, from 2019-02-27.* At least {SHORTEST} are needed"
    ):
        split_by_date(days_of(days))


@pytest.mark.parametrize("days", [SHORTEST, 200, LONG, 1400])
@pytest.mark.parametrize("name", ["training", "validation", "test"])
def test_a_part_of_gaps_alone_is_refused(days, name):
    split = split_by_date(days_of(days))
    edges = {
        "training": (0, split.train),
        "validation": (split.train, split.train + split.validation),
        "test": (split.train + split.validation, days),
    }
    first, last = edges[name]
    observed = np.ones(days, dtype=bool)
    observed[first:last] = False
    with pytest.raises(InputError, match=f"no day of the {last - first} {name} days was observed"):
        split_by_date(days_of(days, observed))
    observed[first] = True
    split_by_date(days_of(days, observed))
