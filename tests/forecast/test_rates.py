"""Rate and size, and the share of each place of a season: what predicts series that are mostly zero."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.articles import WEEK, article
from support.frequencies import WEEKLY
from support.small_searches import series_of
from thalweg.forecast.contributions import why_of
from thalweg.forecast.features.past import Past, past_of
from thalweg.forecast.plan import one_way
from thalweg.forecast.predictors.base import recursive
from thalweg.forecast.predictors.baselines import Copy
from thalweg.forecast.predictors.mean import Mean
from thalweg.forecast.predictors.rates import RateAndSize, SeasonalShare, looked_back, rates, shares
from thalweg.forecast.ways import Predictors
from thalweg.series.calendar import Calendar
from thalweg.series.frequency.record import DAILY, monthly, sub_daily, yearly

amounts = st.lists(st.one_of(st.just(0.0), st.floats(0.1, 1e6)), min_size=7, max_size=60)


def past_at(values, newest, observed=None):
    return past_of(series_of(values, observed), np.atleast_1d(newest))


# Made with statsforecast 2.1.1 in Python 3.13 by its TSB, of the first `count` values of y below, which end in zeros:
# alpha_d is the inverse of the memory of the size, alpha_p that of the rate, and h is 1. Its exponential means begin
# with the first value; after a thousand values nothing is left of that.
STATSFORECAST = {
    (32, 4, 1000): 0.5774055247691509,
    (32, 4, 1133): 0.4677554164985749,
    (32, 4, 1200): 0.6946167842296183,
    (32, 4, 1250): 0.1420139636268435,
    (16, 4, 1000): 0.4980685509024961,
    (16, 4, 1133): 0.39609473839059245,
    (16, 4, 1200): 0.6926747306007082,
    (16, 4, 1250): 0.027484836920993527,
}


@pytest.mark.parametrize(("rate", "size", "count"), STATSFORECAST)
def test_rate_and_size_are_those_of_another_implementation(rate, size, count):
    t = np.arange(1300)
    y = np.where(t < 1200, (t * 7919 % 97 < 20) * (1.0 + t * 31 % 5), 0)
    made = RateAndSize(rate, size, window=1300).predict(past_at(y, count - 1), (1, 40))
    np.testing.assert_allclose(made, STATSFORECAST[rate, size, count], rtol=1e-9)


def by_hand(values, observed, newest, rate_memory, size_memory, window, season, step):
    """The same in plain loops, from the formulas of the page."""
    rows = [(back, values[newest - back]) for back in range(min(window, newest + 1)) if observed[newest - back]]
    places = [[value for back, value in rows if (back + place) % season == 0] for place in range(season)]
    index = [1.0] * season
    if all(places) and sum(map(sum, places)) > 0 and len(rows) > season > 1:
        means = [sum(each) / len(each) for each in places]
        overall = sum(means) / season
        within = sum((value - mean) ** 2 for each, mean in zip(places, means, strict=True) for value in each)
        chance = within / (len(rows) - season) * sum(1 / len(each) for each in places) / season
        between = max(sum((mean - overall) ** 2 for mean in means) / (season - 1) - chance, 0.0)
        factor = between / (between + chance) if between > 0 else 0.0
        index = [1 + factor * (mean / overall - 1) for mean in means]
    came = usual = sized = counted = 0.0
    for back, value in rows:
        fading = (1 - 1 / rate_memory) ** back
        usual += fading * index[-back % season]
        if value > 0:
            came += fading
            sized += (1 - 1 / size_memory) ** counted * value
            counted += 1
    weights = sum((1 - 1 / size_memory) ** each for each in range(int(counted)))
    return 0.0 if not counted else came / usual * sized / weights * index[step % season]


@given(
    values=amounts,
    gaps=st.sets(st.integers(0, 40)),
    season=st.sampled_from([1, 2, 7]),
    memories=st.tuples(st.integers(2, 40), st.integers(1, 40), st.integers(7, 50)),
)
@settings(max_examples=60, deadline=None)
def test_against_plain_loops(values, gaps, season, memories):
    observed = np.array([place not in gaps or place == 0 for place in range(len(values))])
    rung = RateAndSize(*memories) if season == 1 else SeasonalShare(*memories, season)
    newest = len(values) - 1
    made = rung.predict(past_at(values, newest, observed), np.arange(1, 10))[0]
    expected = [by_hand(np.array(values), observed, newest, *memories, season, step) for step in range(1, 10)]
    np.testing.assert_allclose(made, expected, rtol=1e-9, atol=1e-9 * max(values))


@given(values=amounts, season=st.sampled_from([2, 7]), unit=st.sampled_from([1e-3, 0.5, 1000.0]))
@settings(max_examples=40, deadline=None)
def test_never_negative_in_any_unit_and_shares_add_up_to_one(values, season, unit):
    values = np.array(values)
    for rung in (RateAndSize(8, 4, 50), SeasonalShare(8, 4, 50, season)):
        made, scaled = (rung.predict(past_at(each, len(values) - 1), (1, 2, 30)) for each in (values, unit * values))
        assert (made >= 0).all()
        np.testing.assert_allclose(scaled, unit * made, rtol=1e-9, atol=1e-12 * unit * max(values))
    of_season = shares(values[None, ::-1], np.ones((1, len(values)), bool), season)
    assert (of_season >= 0).all()
    np.testing.assert_allclose(of_season.sum(axis=1), 1, rtol=1e-12)


def test_a_mean_of_all_steps_is_rate_times_size():
    values = article(400)
    made = RateAndSize(10**9, 10**9, 400).predict(past_at(values, 399), (1,))
    assert made == pytest.approx(values.mean(), rel=1e-5)


def test_shares_follow_a_week_that_there_is_and_none_that_there_is_not():
    steady, weekly = (
        SeasonalShare(64, 16, 364, 7).predict(past_at(article(700, week=week, seed=8), 699), np.arange(1, 8))[0]
        for week in ((1.0,) * 7, WEEK)
    )
    assert steady.max() < 1.5 * steady.min()
    # Day 700 is a Monday in the pattern of the week; the sixth day ahead has three times the mean.
    assert weekly.argmax() == 5
    assert weekly[5] == pytest.approx(3 * weekly.mean(), rel=0.25)
    assert weekly[[0, 1, 6]].mean() < 0.6 * weekly.mean()


def test_the_rate_fades_where_a_series_ends():
    values = np.concatenate([article(400, rate=0.4), np.zeros(200)])
    newest = np.array([399, 449, 499, 599])
    made = RateAndSize(32, 16, 364).predict(past_at(values, newest), (1, 28))
    assert made[0, 0] > 0.4
    assert (np.diff(made, axis=0) < 0).all()
    assert made[2, 0] < 0.1 * made[0, 0]
    assert (made[:, 0] == made[:, 1]).all()


def test_many_rows_and_one_are_the_same(monkeypatch):
    values, newest = article(300), np.arange(6, 300)
    rung = SeasonalShare(16, 4, 100, 7)
    every = rung.predict(past_at(values, newest), (1, 5))
    monkeypatch.setattr("thalweg.forecast.predictors.rates.MOST_LOOKED_AT", 1000)
    np.testing.assert_array_equal(rung.predict(past_at(values, newest), (1, 5)), every)
    alone = [rung.predict(past_at(values, each), (1, 5))[0] for each in (6, 150, 299)]
    np.testing.assert_allclose(every[[0, 144, 293]], alone, rtol=1e-12)


def test_nothing_later_is_seen_and_predictions_are_no_values():
    values = article(300)
    later = values.copy()
    later[200:] = 50
    rung = SeasonalShare(16, 4, 100, 7)
    made = rung.predict(past_at(values, 199), np.arange(1, 30))
    np.testing.assert_array_equal(rung.predict(past_at(later, 199), np.arange(1, 30)), made)
    # As a member of a mean it may be fed predictions; they are no sizes that came.
    np.testing.assert_allclose(recursive(Mean((rung, rung)), past_at(values, 199), 29, reach=1), made, rtol=1e-9)


def test_without_any_value_above_zero_nothing_is_predicted():
    past = Past(np.zeros(40), np.array([39]), np.array(["2024-01-01"], "datetime64[D]"), np.array([40]), DAILY)
    for rung in (RateAndSize(8, 4, 30), SeasonalShare(8, 4, 30, 7)):
        assert (rung.predict(past, (1, 9)) == 0).all()


@pytest.mark.parametrize("rung", [RateAndSize(32, 4, 100), SeasonalShare(32, 4, 100, 7)], ids=lambda rung: rung.kind)
def test_contributions_add_up_exactly(rung):
    series = series_of(article(300))
    past = past_at(series.values, 299)
    for step in (1, 2, 9):
        predictors = Predictors(Mean((Copy(1),)), baselines=(rung,))
        why = why_of(predictors, one_way(rung.name, 9), Calendar(), series, series.after(step))
        assert why.prediction == pytest.approx(rung.predict(past, (step,))[0, 0], rel=1e-9)
        assert why.prediction > 0
        assert abs(why.remainder) < 1e-12
        assert why.base + why.contributions.sum() == pytest.approx(why.prediction, rel=1e-9)
        looked = rung.weights_ahead(past, step)
        assert looked @ series.values[-len(looked) :] == pytest.approx(why.prediction, rel=1e-9)
        assert looked.sum() == pytest.approx(1, rel=1e-9)


def test_the_rungs_of_each_rhythm():
    hourly, (day, week) = sub_daily(60), (24, 168)
    assert [looked_back(each) for each in (DAILY, hourly, WEEKLY, monthly(), yearly())] == [364, 8 * week, 416, 96, 32]
    made = rates(series_of(article(300)), 200)
    assert [one.name for one in made] == ["rate and size", "seasonal share 7"]
    assert {one.window for one in made} == {364}
    assert (day, week) == (hourly.season, hourly.long_season)


def test_memories_suit_the_training_part_alone():
    """A rate that stays has a long memory, one that jumps every month a short one; later values change nothing."""
    steady = rates(series_of(article(1200, rate=0.25, seed=5)), 1000)[0]
    month = np.repeat([0.02, 0.9], 40)
    rng = np.random.default_rng(2)
    jumping = (rng.random(1200) < np.tile(month, 15)).astype(float)
    quick = rates(series_of(jumping), 1000)[0]
    assert quick.rate_memory <= 16
    assert steady.rate_memory >= 64
    jumping[1000:] = 9
    assert rates(series_of(jumping), 1000)[0] == quick
