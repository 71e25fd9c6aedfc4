"""Where a series is split: training values first, the sealed test last."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.forecast.panel.cutoffs import MOST_CUTOFFS, parts_of
from thalweg.series.frequency.record import DAILY, monthly, sub_daily, weekly

FREQUENCIES = (DAILY, weekly(), monthly(), sub_daily(60))


@given(length=st.integers(5, 3000), horizon=st.integers(1, 60), which=st.integers(0, 3))
def test_parts_follow_one_another_and_are_scored_within_themselves(length, horizon, which):
    parts = parts_of(length, horizon, FREQUENCIES[which])
    assert 2 <= parts.train < parts.sealed < length
    assert parts.sealed - parts.train == length - parts.sealed
    assert 1 <= parts.steps <= horizon
    for cutoffs, first, last in ((parts.validation, parts.train, parts.sealed), (parts.test, parts.sealed, length)):
        assert 1 <= len(cutoffs) <= MOST_CUTOFFS + 1
        assert (np.diff(cutoffs) > 0).all()
        assert cutoffs[0] >= first
        assert cutoffs[-1] + parts.steps == last


def test_a_series_of_four_years_of_days():
    parts = parts_of(1461, 28, DAILY)
    assert (parts.train, parts.sealed, parts.steps) == (1169, 1315, 28)
    apart = int(parts.test[1] - parts.test[0])
    assert (np.diff(parts.test) == apart).all()
    assert apart % 7


def test_a_short_series_is_scored_on_fewer_steps():
    parts = parts_of(20, 28, DAILY)
    assert (parts.train, parts.sealed, parts.steps) == (8, 14, 6)


@pytest.mark.parametrize("length", [1, 2, 4])
def test_a_tiny_series_has_no_parts(length):
    assert parts_of(length, 28, DAILY) is None


@given(length=st.integers(200, 900), fewer=st.integers(0, 60))
def test_cutoffs_of_series_that_end_together_agree(length, fewer):
    long, short = (parts_of(each, 14, DAILY) for each in (length, length - fewer))
    from_the_end = {length - cutoff for cutoff in long.test.tolist()}
    if np.diff(long.test).min(initial=99) == np.diff(short.test).min(initial=98):
        common = {length - fewer - cutoff for cutoff in short.test.tolist()}
        assert common <= from_the_end or from_the_end <= common
