"""Refits go on from the last weights, the same each time; and a refit that fails is an error that says what to do."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from support.small_searches import LINE, NET, WEEK, channel
from thalweg.errors import InputError
from thalweg.forecast import backtest as backtests
from thalweg.forecast.backtest import backtest, predictions_at_cutoffs, refit, refit_member
from thalweg.forecast.data import data_of
from thalweg.forecast.features.past import past_of
from thalweg.forecast.plan import Block, Plan
from thalweg.forecast.predictors.baselines import Copy
from thalweg.forecast.search import Member
from thalweg.forecast.team import Team
from thalweg.forecast.training import (
    EPOCHS_TO_GO_ON,
    LEAST_EXAMPLES_TO_GO_ON,
    RATE_TO_GO_ON,
    TrainingSet,
    descend,
    going_on,
)
from thalweg.forecast.ways import RECURSIVE
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.training.thread_pool import thread_pool
from thalweg.series.calendar import Calendar
from thalweg.series.frequency.record import DAILY

SERIES = channel(1200)
DATA = data_of(SERIES, Calendar(), "mae")
SHARED = replace(WEEK, shared=True, seeds=2)
TEAM = Team(DAILY, (Member(LINE, (3, 2), (0, 1)),), (Member(SHARED, (1, 1), (0, 1)),), baselines=(Copy(7),))
CUTOFFS = [(1060,), (1090,), (1120,)]


def training_set(rung, upto, steps, *, again):
    return TrainingSet(rung, DATA, (upto,), steps, again, np.float32)


def thetas_of(predictors):
    (shared,) = predictors.beside
    each = (*predictors.one_step.members, *shared.near.members)
    return [one.thetas for one in each]


@pytest.fixture(scope="module")
def fitted():
    with thread_pool(1) as pool:
        return refit(DATA, TEAM, CUTOFFS, 5, pool, lambda _: None)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_refits_have_the_same_bits_whatever_the_threads(fitted, threads):
    with thread_pool(threads) as pool:
        again, ended = refit(DATA, TEAM, CUTOFFS, 5, pool, lambda _: None)
    for one, other in zip(fitted[0], again, strict=True):
        for first, second in zip(thetas_of(one), thetas_of(other), strict=True):
            np.testing.assert_array_equal(first, second)
    assert list(ended) == list(fitted[1])


def test_a_refit_is_that_of_before_gone_on_with(fitted):
    """By hand: the first fit starts from nothing, each later one from the unknowns of the one before."""
    for rung, steps, epochs, place in ((LINE, 1, (3, 2), 0), (SHARED, 28, (1, 1), 1)):
        for seed in (0, 1):
            theta = None
            for at, (upto,) in enumerate(CUTOFFS):
                learned = training_set(rung, upto, steps, again=at > 0)
                assert at == 0 or learned.goes_on
                theta = descend(learned, seed, epochs=epochs[seed], start=theta).theta
                np.testing.assert_array_equal(theta, thetas_of(fitted[0][at])[place][seed], err_msg=rung.name)


def test_where_refits_ended_others_go_on(fitted):
    """In two parts, the refits are those of one go."""
    with thread_pool(1) as pool:
        _, ended = refit(DATA, TEAM, CUTOFFS[:2], 5, pool, lambda _: None)
        (last,), _ = refit(DATA, TEAM, CUTOFFS[2:], 5, pool, lambda _: None, ended)
    for one, other in zip(thetas_of(last), thetas_of(fitted[0][2]), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_descent_that_goes_on_takes_smaller_steps_and_few_epochs(fitted):
    learned = training_set(LINE, 1120, 1, again=True)
    start = thetas_of(fitted[0][1])[0][0]
    descent = going_on(learned, 0, start)
    np.testing.assert_array_equal(descent.theta, start)
    assert descent.epochs == EPOCHS_TO_GO_ON < LINE.epochs
    assert descent.learning_rate <= RATE_TO_GO_ON * LINE.optimizer.learning_rate
    moved = descend(learned, 0, epochs=40, start=start).theta
    anew = descend(learned, 0, epochs=40).theta
    assert 0 < np.abs(moved - start).max() < np.abs(anew - start).max()


def test_two_refits_take_their_batches_in_another_order():
    """The seed of the batches changes with the number of examples; the same number has the same order."""
    start = descend(training_set(LINE, 1060, 1, again=False), 0, epochs=2).theta
    one, other = (going_on(training_set(LINE, upto, 1, again=True), 0, start) for upto in (1090, 1120))
    same = going_on(training_set(LINE, 1090, 1, again=True), 0, start)
    assert one.seed == same.seed != other.seed


@pytest.mark.parametrize(("rung", "least"), [(LINE, 1007), (SHARED, 86)])
def test_with_few_examples_a_refit_starts_from_nothing(rung, least):
    assert LEAST_EXAMPLES_TO_GO_ON == 1000
    few, enough = (training_set(rung, upto, 1, again=True) for upto in (least - 1, least))
    assert (few.goes_on, enough.goes_on) == (False, True)
    start = np.zeros(few.network.size, dtype=np.float32)
    np.testing.assert_array_equal(descend(few, 3, epochs=1, start=start).theta, descend(few, 3, epochs=1).theta)
    assert not training_set(rung, least + 100, 1, again=False).goes_on


def test_a_backtest_in_two_parts_is_that_of_one_go():
    options = {"refit_days": 30, "steps": 5, "advance": lambda _: None}
    with thread_pool(1) as pool:
        whole = backtest(DATA, TEAM, first=(1060,), until=(1200,), pool=pool, **options)
        one = backtest(DATA, TEAM, first=(1060,), until=(1120,), pool=pool, **options)
        two = backtest(DATA, TEAM, first=(1120,), until=(1200,), pool=pool, start=one.ended, **options)
    for way, made in one.then(two).forecasts.items():
        np.testing.assert_array_equal(made, whole.forecasts[way], err_msg=way)
    near = whole.beyond(2)
    assert np.isnan(near.forecasts[RECURSIVE][:2]).all()
    np.testing.assert_array_equal(near.forecasts[RECURSIVE][2:], whole.forecasts[RECURSIVE][2:])


@pytest.mark.parametrize(("upto", "learned"), [(42, False), (43, True)])
def test_far_networks_without_a_value_to_learn_from_predict_nothing(upto, learned):
    """Of 42 values a row needs 14, and the first far step lies 29 ahead: one too few for a single example."""
    team = replace(TEAM, far=60)
    member, far = team.beside[0], team.beyond(team.beside[0])[0]
    assert (
        bool(len(training_set(member.rung, upto, 60, again=False).examples)) == learned == team.can_learn(far, (upto,))
    )
    with thread_pool(1) as pool:
        (early, late), ended = refit(DATA, team, [(upto,), (400,)], 60, pool, lambda _: None)
    assert ended[far], "the next cutoff has values to learn from"
    past = past_of(SERIES, np.array([500]))
    for fitted, known in ((early, learned), (late, True)):
        made = fitted.predict(past, {member.rung.name: 60})[member.rung.name]
        assert np.isfinite(made[:, :28]).all()
        assert np.isfinite(made[:, 28:]).all() == known
        assert np.isnan(made[:, 28:]).all() != known


def test_a_rung_that_diverges_on_more_days_is_an_error_with_advice():
    series = channel(200)
    wild = replace(NET, optimizer=Optimizer(rule="gradient descent", learning_rate=1000.0, schedule="constant"))
    member = Member(wild, (40, 40), (0, 1))
    expected = rf"8 relu 14, refitted on the values to {series.dates[149]}: .*learning rate 1000 .*Try 100"
    with thread_pool(1) as pool, pytest.raises(InputError, match=expected):
        pool.run([partial(refit_member, data_of(series, Calendar(), "mse"), member, [(150,)], 1, pool)], lambda _: None)


def test_predictions_are_the_same_side_by_side_and_in_parts(fitted, monkeypatch):
    predictors, spans, reach = fitted[0][:2], [[(1060, 1090)], [(1090, 1120)]], dict.fromkeys(fitted[0][0].ways, 5)
    alone = predictions_at_cutoffs(DATA, predictors, spans, reach, 5)
    for rows in (512, 11):
        monkeypatch.setattr(backtests, "ROWS_AT_ONCE", rows)
        with thread_pool(3) as pool:
            made = predictions_at_cutoffs(DATA, predictors, spans, reach, 5, pool)
        assert list(made) == list(alone)
        for way, each in made.items():
            np.testing.assert_array_equal(np.isfinite(each), np.isfinite(alone[way]))
            assert np.isfinite(each).sum() == 5 * 60
            np.testing.assert_allclose(each, alone[way], rtol=1e-12)


@pytest.mark.parametrize(("last", "far"), [(7, 0), (28, 60), (60, 60)])
def test_networks_of_far_steps_are_refitted_only_where_a_step_goes_by_them(last, far):
    """Where a block takes over only step by step, its first steps still go by the ways of the block before."""
    blocks = [Block(1, 1, (RECURSIVE,)), Block(2, last, (SHARED.name,))]
    plan = Plan((*blocks, *([Block(last + 1, 60, (RECURSIVE,))] if last < 60 else [])))
    team = replace(TEAM, far=60)
    needed = team.needed_by(plan)
    assert (needed.far, len(needed.beside)) == (far, 1)
    assert len(needed.parts) == len(team.parts) - (not far)
    assert needed.near(needed.beside[0]) in needed.parts
