"""A refit that fails is an error that says what to do."""

from dataclasses import replace
from functools import partial

import pytest

from support.small_searches import NET, channel
from thalweg.errors import InputError
from thalweg.forecast.backtest import refit_member
from thalweg.forecast.data import data_of
from thalweg.forecast.search import Member
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.training.thread_pool import thread_pool
from thalweg.series.calendar import Calendar


def test_a_rung_that_diverges_on_more_days_is_an_error_with_advice():
    series = channel(200)
    wild = replace(NET, optimizer=Optimizer(rule="gradient descent", learning_rate=1000.0, schedule="constant"))
    member = Member(wild, (40, 40), (0, 1))
    expected = rf"8 relu 14, refitted on the days to {series.dates[149]}: .*learning rate 1000 .*Try 100"
    with thread_pool(1) as pool, pytest.raises(InputError, match=expected):
        pool.run([partial(refit_member, data_of(series, Calendar(), "mse"), member, [(150,)], 1, pool)], lambda _: None)
