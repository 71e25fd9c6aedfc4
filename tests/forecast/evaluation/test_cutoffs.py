"""Where a backtest stands."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.backtests import DAYS, weekly
from thalweg.errors import InputError
from thalweg.forecast.evaluation.cutoffs import cutoffs_of
from thalweg.forecast.evaluation.options import BacktestOptions

SERIES = weekly()


@given(st.integers(1, 12), st.integers(1, 20), st.integers(1, 28), st.integers(0, 10), st.integers(1, 5))
def test_rolling_windows_end_with_the_last_value(windows, step, horizon, gap, refit):
    options = BacktestOptions(windows=windows, step=step, horizon=horizon, gap=gap, refit=refit)
    fits = DAYS - horizon - gap - step * (windows - 1) >= 1
    if not fits:
        with pytest.raises(InputError, match="do not fit"):
            cutoffs_of(SERIES, options)
        return
    made = cutoffs_of(SERIES, options)
    assert len(made.seen) == windows
    assert made.seen[-1] + gap + horizon == DAYS
    assert set(np.diff(made.seen)) <= {step}
    blocks = made.blocks()
    assert [seen for block in blocks for seen in block] == list(made.seen)
    assert all(len(block) == refit for block in blocks[:-1])


def test_a_cutoff_is_the_last_date_that_is_seen():
    for given_dates in (
        "2023-04-11,2023-05-01",
        ["2023-04-11", "2023-05-01"],
        [pd.Timestamp("2023-04-11"), pd.Timestamp("2023-05-01")],
        np.array(["2023-04-11", "2023-05-01"], dtype="datetime64[D]"),
    ):
        made = cutoffs_of(SERIES, BacktestOptions(cutoffs=given_dates, horizon=7))
        assert made.seen == (100, 120)
        assert str(SERIES.dates[made.seen[0] - 1]) == "2023-04-11"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"cutoffs": "2022-01-01"}, "lies outside"),
        ({"cutoffs": "2031-01-01"}, "lies outside"),
        ({"cutoffs": "2023-05-01,2023-04-11"}, "order of time"),
        ({"cutoffs": "2023-05-01,2023-05-01"}, "twice"),
        ({"cutoffs": "May"}, "is no date"),
        ({"cutoffs": ","}, "holds no date"),
        ({"cutoffs": "2023-07-19"}, "The latest cutoff is 2023-06-22"),
        ({"cutoffs": "2023-05-01", "windows": 3}, "exclude each other"),
        ({"horizon": 150, "gap": 50}, "leave no value"),
        ({"windows": 40}, "At most 7 fit"),
        ({"metrics": "mae,mqse"}, "there is no metric 'mqse'"),
        ({"metrics": "mase,rmsee"}, "Did you mean 'rmse'"),
        ({"gap": -1}, "whole number"),
    ],
)
def test_what_cannot_be_served_is_refused_in_a_sentence(options, told):
    with pytest.raises(InputError, match=told):
        cutoffs_of(SERIES, BacktestOptions(**options))


def test_a_date_between_two_steps_is_told_with_its_neighbours():
    frequency_of_weeks = pd.DataFrame(
        {"ds": pd.date_range("2020-01-06", periods=120, freq="W-MON"), "y": np.arange(120.0) % 9}
    )
    from thalweg.series.read import read  # noqa: PLC0415 -- for this test alone

    weeks = read(frequency_of_weeks)
    with pytest.raises(InputError, match="2021-01-04, 2021-01-11"):
        cutoffs_of(weeks, BacktestOptions(cutoffs="2021-01-06", horizon=4))
