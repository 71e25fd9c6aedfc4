"""Nothing that is computed before a day changes when the values of that day or any later day change."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.small_searches import (
    BOTH,
    LINE,
    NET,
    WEEK,
    YEAR,
    changed_after,
    channel,
    estimates_of,
    fitted,
    part,
    plan_of,
    predictors_of,
    tomorrow_of,
    ways_of,
)
from thalweg.forecast.backtest import backtest
from thalweg.forecast.data import data_of
from thalweg.forecast.features.past import past_of
from thalweg.forecast.features.sets import feature_set
from thalweg.forecast.predictors.base import recursive
from thalweg.forecast.predictors.baselines import Copy
from thalweg.forecast.predictors.mean import Mean
from thalweg.forecast.predictors.network import Rung, network_predictor
from thalweg.forecast.search import Member
from thalweg.forecast.team import Team
from thalweg.forecast.training import TrainingSet, descend
from thalweg.forecast.ways import DIRECT, RECURSIVE
from thalweg.learn.training.thread_pool import thread_pool
from thalweg.series.calendar import Calendar
from thalweg.series.frequency.dates import days_after
from thalweg.series.frequency.record import DAILY

SERIES = channel(460, missing=(100, 390, 402, 431))
PLAIN = Calendar()
RUNGS = {"line": LINE, "network": NET, "week": WEEK, "year": YEAR}
TODAY = 420  # days before this one are learned from


@pytest.fixture(scope="module", params=RUNGS)
def fit(request):
    return fitted(RUNGS[request.param], SERIES, TODAY)


@given(day=st.integers(TODAY, 459), seed=st.integers(0, 2**31))
@settings(max_examples=10)
def test_an_estimate_looks_at_earlier_days_only(fit, day, seed):
    before = estimates_of(fit, SERIES, 0, 460)
    after = estimates_of(fit, changed_after(SERIES, day, seed), 0, 460)
    np.testing.assert_array_equal(before[: day + 1], after[: day + 1])
    if day < 459:
        assert before[day + 1] != after[day + 1], "tomorrow's estimate does look at today"


@pytest.mark.parametrize("steps", [1, 4])
@pytest.mark.parametrize("name", RUNGS)
@given(later=st.integers(0, 39), seed=st.integers(0, 2**31))
@settings(max_examples=4)
def test_scale_targets_and_unknowns_come_from_days_learned_from(name, steps, later, seed):
    other = changed_after(SERIES, TODAY + later, seed)
    problems = [TrainingSet.of(RUNGS[name], series, PLAIN, "mae", TODAY, steps) for series in (SERIES, other)]
    assert problems[0].scale == problems[1].scale
    weighted = problems[0].examples.weight > 0
    np.testing.assert_array_equal(problems[0].examples.weight, problems[1].examples.weight)
    np.testing.assert_array_equal(problems[0].examples.target[weighted], problems[1].examples.target[weighted])
    one, two = (descend(training_set, 0, epochs=1).theta for training_set in problems)
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("name", RUNGS)
def test_unobserved_days_are_looked_back_at_and_never_learned(name):
    training_set = TrainingSet.of(RUNGS[name], SERIES, PLAIN, "mae", TODAY, 3)
    newest = training_set.examples.newest
    for step in range(3):
        target = newest + 1 + step
        inside = target < TODAY
        learned = training_set.examples.weight[:, step] > 0
        np.testing.assert_array_equal(learned[inside], SERIES.observed[target[inside]])
        assert not learned[~inside].any()
    assert (~SERIES.observed[newest]).any()


ONCE, TWICE = Member(LINE, (1, 1), (0, 1)), Member(YEAR, (2, 1), (0, 1))
MEMBERS = (ONCE, TWICE, TWICE)  # a mean may count a rung twice
SHARED = Member(replace(WEEK, shared=True), (1, 2), (0, 1))  # enough rows for its refits to go on
FIRST, REFIT, STEPS = 390, 25, 4
LEARNED = (RECURSIVE, SHARED.rung.name)
TEAM = Team(DAILY, MEMBERS, (SHARED,), baselines=(Copy(7, "copy last week"),))


def run_backtest(series, team=TEAM, advance=lambda _: None):
    with thread_pool(1) as pool:
        made = backtest(
            data_of(series, PLAIN, "mae"), team, first=(FIRST,), until=(len(series),), refit_days=REFIT, steps=STEPS,
            pool=pool, advance=advance,
        )  # fmt: skip
    return {way: each[:, FIRST:] for way, each in made.forecasts.items()}


@pytest.fixture(scope="module")
def tested():
    return run_backtest(SERIES)


@given(day=st.integers(FIRST, 459), seed=st.integers(0, 2**31))
@settings(max_examples=6)
def test_a_backtest_forecasts_from_earlier_days_only(tested, day, seed):
    after = run_backtest(changed_after(SERIES, day, seed))
    assert tuple(after) == (*LEARNED, "copy last week")
    for way, before in tested.items():
        for step, (was, now) in enumerate(zip(before, after[way], strict=True), 1):
            # The forecast of day t, made `step` days before, saw days up to t − step.
            made_before = max(day + step - FIRST, 0)
            np.testing.assert_array_equal(was[:made_before], now[:made_before], err_msg=way)
            if way in LEARNED and made_before < len(was):
                assert was[made_before] != now[made_before], way


def test_a_backtest_has_no_forecast_before_its_first_fit(tested):
    for forecasts in tested.values():
        for step, made in enumerate(forecasts, 1):
            assert np.isnan(made[: step - 1]).all()
            assert np.isfinite(made[step - 1 :]).all()


def refitted_by_hand(member, upto, steps, starts=None):
    """Fit a member on the days before `upto`, and return its predictor; `starts` are the unknowns to go on from."""
    data = data_of(SERIES.head(upto), PLAIN, "mae")
    training_set = TrainingSet(member.rung, data, (upto,), steps, again=starts is not None)
    thetas = [
        descend(training_set, seed, epochs=epochs, start=None if starts is None else starts[place]).theta
        for place, (seed, epochs) in enumerate(zip(member.seeds, member.epochs, strict=True))
    ]
    return network_predictor(training_set, np.stack(thetas))


def test_a_backtest_is_refitted_on_all_days_before(tested):
    """Its second segment equals fits made by hand, on the days before that segment."""
    upto = FIRST + REFIT
    newest = np.arange(upto - 1, upto + REFIT - 1)
    past, at = past_of(SERIES, newest), newest + 1 - FIRST
    one = Mean(tuple(refitted_by_hand(each, upto, 1) for each in MEMBERS))
    np.testing.assert_allclose(tested[RECURSIVE][0][at], one.predict(past, (1,))[:, 0], rtol=1e-6)
    first = refitted_by_hand(SHARED, FIRST, DAILY.horizon)
    shared = refitted_by_hand(SHARED, upto, DAILY.horizon, first.thetas)
    expected = {SHARED.rung.name: shared, "copy last week": Copy(7)}
    for way, predictor in expected.items():
        made = predictor.predict(past, np.arange(1, STEPS + 1))
        for step in range(STEPS):
            inside = at + step < len(SERIES) - FIRST
            np.testing.assert_allclose(tested[way][step][at[inside] + step], made[inside, step], rtol=1e-6)


def test_a_shared_refit_went_on_and_did_not_start_from_nothing(tested):
    upto = FIRST + REFIT
    newest = np.arange(upto - 1, upto + REFIT - 1)
    anew = refitted_by_hand(SHARED, upto, DAILY.horizon).predict(past_of(SERIES, newest), (1,))[:, 0]
    assert not np.allclose(tested[SHARED.rung.name][0][newest + 1 - FIRST], anew, rtol=1e-3)


def test_a_rung_counted_twice_is_fitted_once():
    counted = []
    run_backtest(SERIES, Team(DAILY, MEMBERS), counted.append)
    assert sum(counted) == pytest.approx(2), "two rungs, each once"


def slow_recursion(fits, values, start, steps):
    """Append each forecast and compute everything again from scratch."""
    values = list(values)
    out = []
    for _ in range(steps):
        grown = replace(SERIES, start=start, values=np.array(values), observed=np.ones(len(values), dtype=bool))
        last = np.array([len(values) - 1])
        made = np.mean([tomorrow_of(fit, grown, last)[0] for fit in fits])
        out.append(made)
        values.append(made)
    return out


def test_recursion_equals_appending_each_forecast_and_starting_over():
    fits = [fitted(rung, SERIES, TODAY) for rung in RUNGS.values()]
    newest = np.array([20, 29, 100, 374, 375, 376, 440, 459])  # with and without a year of past
    fast = recursive(Mean(tuple(fits)), past_of(SERIES, newest), 9, reach=1)
    slow = [slow_recursion(fits, SERIES.values[: at + 1], SERIES.start, 9) for at in newest]
    np.testing.assert_allclose(fast, slow, rtol=2e-5)


@pytest.mark.parametrize("ways", [(DIRECT,), (RECURSIVE,), BOTH])
def test_the_first_step_is_the_one_day_estimate(ways):
    daily, many = [fitted(rung, SERIES, TODAY) for rung in (LINE, WEEK)], [fitted(WEEK, SERIES, TODAY, 4)]
    past = past_of(SERIES, np.array([300, 400, 459]))
    made = plan_of(ways, 4).combined(ways_of(predictors_of(daily, many), past, BOTH, 4), 4, axis=1)
    assert made.shape == (3, 4)
    np.testing.assert_allclose(made[:, 0], Mean(tuple(daily)).predict(past, (1,))[:, 0], rtol=1e-6)


def test_several_ways_are_their_mean():
    daily, many = [fitted(LINE, SERIES, TODAY)], [fitted(WEEK, SERIES, TODAY, 4)]
    past = past_of(SERIES, np.array([300, 400, 459]))
    made = ways_of(predictors_of(daily, many), past, BOTH, 4)
    direct, fed = made[DIRECT], made[RECURSIVE]
    assert not np.allclose(direct[:, 1:], fed[:, 1:], rtol=1e-3)
    np.testing.assert_allclose(plan_of(BOTH, 4).combined(made, 4, axis=1)[:, 1:], (direct + fed)[:, 1:] / 2, rtol=1e-6)


def test_copying_repeats_the_last_days_for_as_long_as_is_asked():
    past = past_of(SERIES, np.array([50, 459]))
    made = ways_of(predictors_of([Copy(7)]), past, (RECURSIVE,), 10)[RECURSIVE]
    for row, at in enumerate(past.newest):
        week = SERIES.values[at - 6 : at + 1]
        np.testing.assert_array_equal(made[row], np.concatenate([week, week[:3]]))


def test_feature_one_is_the_newest_day():
    """Golden: five days, a window of three."""
    series = replace(SERIES, values=np.array([10.0, 20, 40, 80, 160]), observed=np.ones(5, dtype=bool))
    rung = Rung(3)
    training_set = TrainingSet.of(rung, series, PLAIN, "mae", 5, 1)
    assert training_set.scale.centre == 62
    spread = np.sqrt((52**2 + 42**2 + 22**2 + 18**2 + 98**2) / 5)
    np.testing.assert_allclose(training_set.scale.spread, spread, rtol=1e-12)
    rows = training_set.examples.gather() * spread + 62
    np.testing.assert_allclose(rows, [[40, 20, 10], [80, 40, 20]], rtol=1e-12)
    np.testing.assert_allclose(training_set.examples.target[:, 0] * spread + 62, [80, 160], rtol=1e-12)


def test_what_is_known_is_of_the_day_to_come():
    """The features of a row hold the weekday and the holidays of tomorrow, not of today."""
    calendar = Calendar("US")
    thanksgiving = np.datetime64("2021-11-25")
    flat = replace(part(SERIES, 0), start=days_after(thanksgiving, -430), values=np.full(460, 50.0))
    scale = TrainingSet.of(YEAR, flat, calendar, "mae", 400, 1).scale
    newest = np.arange(420, 440)
    dense = feature_set("year", YEAR.days_back, calendar).rows(past_of(flat, newest), scale, 1).dense
    known = calendar.columns(days_after(flat.dates[newest], 1))
    columns = {tuple(column) for column in dense.T}
    for place, name in enumerate(calendar.names):
        if known[:, place].any():
            assert tuple(known[:, place]) in columns, name
    assert known[newest == 429][0][calendar.names.index("Thanksgiving Day")] == 1
