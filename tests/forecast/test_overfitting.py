"""Overfitting is told only where the larger network is worse on unseen days beyond chance."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from support.small_searches import channel
from thalweg.forecast.data import data_of
from thalweg.forecast.overfitting import LEAST_STATISTIC, overfitting
from thalweg.forecast.predictors.mean import Mean
from thalweg.forecast.result import RungResult
from thalweg.forecast.search import Candidate, Searched, parts_of
from thalweg.series.calendar import Calendar
from thalweg.series.split import split_by_date

SERIES = channel(430, missing=(280, 281))
SPLIT = split_by_date(SERIES)
UNSEEN = slice(SPLIT.train, SPLIT.train + SPLIT.validation)


def candidate(name, parameters, train, residuals, **changes):
    """A network whose predictions of the validation days have given residuals."""
    estimates = SERIES.values.copy()
    estimates[UNSEEN] += residuals
    loss = float(np.abs(residuals)[SERIES.observed[UNSEEN]].mean())
    line = RungResult(
        name, "network", parameters, 28, known=False, train=train, validation=loss, test=np.nan, seconds=1.0
    )
    return Candidate(replace(line, **changes), Mean(()), (), estimates)


def searched(*candidates):
    return Searched(data_of(SERIES, Calendar(), "mae"), parts_of((SPLIT,)), candidates, (), cut_short=False)


def noise(seed, scale=50.0):
    return np.abs(np.random.default_rng(seed).normal(0, scale, SPLIT.validation))


def test_a_rise_of_a_thousandth_is_chance():
    small, large = noise(0), noise(1) * 1.0015
    large *= (np.abs(small)[SERIES.observed[UNSEEN]].mean() * 1.0015) / large[SERIES.observed[UNSEEN]].mean()
    pair = candidate("a", 100, 60.0, small), candidate("b", 1000, 40.0, large)
    assert pair[1].line.validation > pair[0].line.validation
    assert overfitting(searched(*pair)) is None


def test_a_clear_rise_is_told():
    one, other = candidate("a", 100, 60.0, noise(0)), candidate("b", 1000, 40.0, noise(1, 90.0))
    assert overfitting(searched(one, other)) == (one.line, other.line)


@pytest.mark.parametrize("scale", [52, 58, 65, 75, 90])
def test_the_statistic_is_that_of_a_paired_test(scale):
    """Beside SciPy's paired t test, of which the normal one is the limit."""
    one, other = candidate("a", 100, 60.0, noise(0)), candidate("b", 1000, 40.0, noise(1, scale))
    seen = SERIES.observed[UNSEEN]
    statistic = stats.ttest_rel(noise(1, scale)[seen], noise(0)[seen]).statistic
    assert (overfitting(searched(one, other)) is not None) == (statistic > LEAST_STATISTIC)


@pytest.mark.parametrize(
    "changes",
    [{"train": 70.0}, {"parameters": 50}, {"days_back": 7}, {"known": True}, {"kind": "linear"}],
    ids=lambda changes: next(iter(changes)),
)
def test_what_is_no_larger_network_that_is_better_on_seen_days_is_none(changes):
    one, other = candidate("a", 100, 60.0, noise(0)), candidate("b", 1000, 40.0, noise(1, 90.0))
    other = replace(other, line=replace(other.line, **changes))
    assert overfitting(searched(one, other)) is None
