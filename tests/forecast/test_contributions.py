"""What moved a prediction: contributions of days and calendar facts add up to it, whatever the network's scale."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import thalweg
from support.data import real
from support.small_searches import LINE, NET, WEEK, YEAR, channel, fitted, predictors_of, series_of, tomorrow_of
from thalweg.errors import InputError
from thalweg.forecast.contributions import why_of
from thalweg.forecast.explain.members import OfFeatures, line_of
from thalweg.forecast.explain.row import OWN_SOURCES, Row, facts_of
from thalweg.forecast.features.past import Past, past_of
from thalweg.forecast.interval import miss_transform
from thalweg.forecast.levels import LEVELS
from thalweg.forecast.model import Model
from thalweg.forecast.plan import one_way
from thalweg.forecast.predictors.baselines import Copy
from thalweg.forecast.predictors.mean import Mean
from thalweg.forecast.ways import Predictors
from thalweg.series.calendar import Calendar
from thalweg.series.frequency.dates import days_after
from thalweg.series.frequency.record import DAILY

SERIES = channel(460, missing=(100, 390, 431))
TAIWAN = Calendar("TW")
RUNGS = {"line": LINE, "network": NET, "week": WEEK, "year": YEAR}
COPY = Copy(7)
TODAY = len(SERIES) - 1
NEAR_ZERO = replace(SERIES, values=np.maximum(SERIES.values - SERIES.values.min(), 0))  # its logarithm has an offset
BELOW_ZERO = replace(SERIES, values=np.log(SERIES.values) - 6.5)


@pytest.fixture(scope="module", params=[*RUNGS, "week below zero", "week near zero"])
def fit(request):
    """Fits through every scale: raw, logarithm less a level, and a level without a logarithm."""
    name, *below = request.param.split(" ", 1)
    days = {"below zero": BELOW_ZERO, "near zero": NEAR_ZERO}[below[0]] if below else SERIES
    return fitted(RUNGS[name], days, TODAY + 1, epochs=15, calendar=TAIWAN)


def days_for(fit):
    return BELOW_ZERO if not fit.scale.floor else NEAR_ZERO if fit.scale.offset else SERIES


def why_of_mean(mean, calendar, days, date=None):
    """What moved one step ahead of a mean alone."""
    return why_of(Predictors(mean), one_way("recursive", 1), calendar, days, date)


def line_to(fit, newest):
    """The way from an ordinary month to a day, in the space of features and level; each past day is a source."""
    days = days_for(fit)
    past = past_of(days, np.array([newest]))
    past = replace(past, values=days.values[: newest + 1], observed=days.observed[: newest + 1])
    columns = len(TAIWAN.names)
    split = np.zeros((newest + 2 + OWN_SOURCES, newest + 1))
    split[: newest + 1] = np.diag(past.values - past.values.mean())
    sources = np.full((1, columns), newest + 1)
    facts = facts_of(TAIWAN, days.dates[newest], sources, np.array([], dtype=int))
    return line_of(fit, Row(past, np.full(newest + 1, past.values.mean()), split, facts), 1)


@pytest.mark.parametrize("newest", [TODAY, TODAY - 3, 200, 20])
def test_features_are_seen_as_the_fit_sees_them(fit, newest):
    line = line_to(fit, newest)
    expected = fit.features.rows(past_of(days_for(fit), np.array([newest])), fit.scale, 1)
    seen = np.clip(line.at[:-1], -fit.features.limit, fit.features.limit)
    np.testing.assert_allclose(seen, expected.gather()[0], rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(line.at[-1], expected.level[0], rtol=1e-12)
    np.testing.assert_allclose(line.split.sum(axis=0), line.at - line.base, rtol=1e-7, atol=1e-9)
    assert np.count_nonzero(seen) > 5


def test_the_estimate_is_the_one_that_serves(fit):
    days = days_for(fit)
    for newest in (TODAY, 395):
        why = why_of_mean(Mean((fit,)), TAIWAN, days, days_after(days.dates[newest], 1))
        served = tomorrow_of(fit, days, [newest])[0]
        assert why.served == pytest.approx(served, rel=1e-12)
        assert why.prediction == pytest.approx(served, rel=1e-5)
        assert abs(why.remainder) <= why.allowed
        moved = [*why.contributions, *(fact.contribution for fact in why.facts)]
        assert sum(moved) == pytest.approx(why.prediction - why.base, abs=why.allowed)
        assert why.allowed <= 1.01e-3 * max(abs(why.prediction - why.base), np.abs(moved).max() * 3)
        assert np.abs(moved).max() > 1e-3 * abs(why.prediction)
        np.testing.assert_array_equal(why.values, days.values[newest + 1 - len(why.dates) : newest + 1])
        assert why.dates[-1] == days.dates[newest]


@given(seed=st.integers(0, 2**31))
@settings(max_examples=8)
def test_slopes_are_central_differences(fit, seed):
    """On smooth networks, where nothing is kept within bounds."""
    smooth = replace(fit, network=replace(fit.network, activation="tanh"))
    function = OfFeatures(smooth, fit.scale, fit.thetas[0].astype(float))
    row = line_to(fit, TODAY).at
    random = np.random.default_rng(seed)
    row[:-1] = np.clip(row[:-1], -2, 2) + random.normal(0, 0.2, len(row) - 1)
    made, slopes = function(row[None])
    assert made[0] > 0 or not fit.scale.floor
    steps = np.append(np.full(len(row) - 1, 1e-4), 1e-4 * fit.scale.spread)
    up, down = (function(row + sign * np.diag(steps))[0] for sign in (1, -1))
    size = np.abs(slopes).max()
    np.testing.assert_allclose(slopes[0], (up - down) / (2 * steps), rtol=1e-5, atol=1e-6 * size)
    assert np.count_nonzero(slopes) >= fit.rung.days_back


def test_the_base_is_an_ordinary_month():
    line = fitted(LINE, SERIES, TODAY + 1, epochs=15)
    why = why_of_mean(Mean((line,)), Calendar(), SERIES)
    assert why.usual == pytest.approx(SERIES.values[-DAILY.month :].mean())
    flat = Past(np.full(7, why.usual), np.array([6]), SERIES.dates[-1:], np.array([7]), DAILY)
    assert why.base == pytest.approx(line.predict(flat, (1,))[0, 0], rel=1e-6)


def test_the_calendar_of_the_base_is_an_average_day():
    week = fitted(WEEK, SERIES, TODAY + 1, epochs=15, calendar=TAIWAN)
    why = why_of_mean(Mean((week,)), TAIWAN, SERIES)
    average = TAIWAN.columns(SERIES.dates[-364:]).mean(axis=0)
    np.testing.assert_allclose(average[:7], 1 / 7, rtol=1e-12)
    flat = np.full(len(why.dates), why.usual)
    past = Past(flat, np.array([len(flat) - 1]), SERIES.dates[-1:], np.array([len(flat)]), DAILY)
    features = week.features.rows(past, week.scale, 1).gather()[0].astype(float)
    for place, column in enumerate(week.features.columns(1)):
        if column.known_ahead:
            features[place] = average[TAIWAN.names.index(column.name)]
    row = np.append(features, np.log(why.usual + week.scale.offset))
    bases = [OfFeatures(week, week.scale, theta.astype(float))(row[None])[0][0] for theta in week.thetas]
    assert why.base == pytest.approx(np.mean(bases), rel=1e-10)


@pytest.mark.parametrize("above", [0.0, 1e8])
def test_a_straight_line_over_raw_days_gives_each_its_weight(above):
    days = replace(SERIES, values=SERIES.values + above)
    line = fitted(LINE, days, TODAY + 1, epochs=15)
    why = why_of_mean(Mean((line,)), Calendar(), days)
    weights = line.thetas.astype(float)[:, :7].mean(axis=0)  # feature 1 is the newest day's
    np.testing.assert_allclose(why.contributions, weights[::-1] * (why.values - why.usual), rtol=1e-9)
    assert len(why.dates) == 7
    assert why.facts == ()
    assert np.abs(why.contributions).max() > 10


def test_a_day_that_no_weight_sees_contributes_nothing():
    net = fitted(NET, SERIES, TODAY + 1, epochs=15)
    thetas = net.thetas.copy()
    for theta in thetas:
        net.network.layers(theta)[0].weights[:, 5] = 0  # five days before the newest
    blind = replace(net, thetas=thetas)
    why = why_of_mean(Mean((blind,)), Calendar(), SERIES)
    assert why.contributions[-6] == 0
    assert np.count_nonzero(why.contributions) == 13
    other = replace(SERIES, values=SERIES.values.copy())
    other.values[-6], other.values[-10] = SERIES.values[-10], SERIES.values[-6]
    assert why_of_mean(Mean((blind,)), Calendar(), other).contributions[-6] == 0
    assert why_of_mean(Mean((net,)), Calendar(), SERIES).contributions[-6] != 0


def test_a_mean_gives_the_mean_of_its_members():
    year, line, copy = fitted(YEAR, SERIES, TODAY + 1, calendar=TAIWAN), fitted(LINE, SERIES, TODAY + 1), COPY
    together = why_of_mean(Mean((year, year, line, copy)), TAIWAN, SERIES)
    alone = [why_of_mean(Mean((member,)), TAIWAN, SERIES) for member in (year, year, line, copy)]
    expected = np.zeros(len(together.dates))
    for one in alone:
        expected[-len(one.dates) :] += one.contributions / 4
        assert one.usual == together.usual
    np.testing.assert_allclose(together.contributions, expected, rtol=1e-9, atol=1e-9)
    for name in ("prediction", "base", "served"):
        assert getattr(together, name) == pytest.approx(np.mean([getattr(one, name) for one in alone]), rel=1e-9)
    weekday = together.facts[0]
    assert (weekday.kind, weekday.contribution) == ("weekday", pytest.approx(alone[0].facts[0].contribution / 2))


def test_copying_gives_one_day_alone():
    why = why_of_mean(Mean((COPY,)), Calendar(), SERIES)
    assert why.prediction == SERIES.values[-7]
    np.testing.assert_array_equal(np.flatnonzero(why.contributions), [0])
    assert why.contributions[0] == SERIES.values[-7] - why.usual
    assert why.remainder == 0
    assert why.base == why.usual


def test_facts_are_named():
    """Lunar New Year's Eve of 2022 was Monday, 31 January."""
    series = channel(460)
    series = replace(series, start=days_after(np.datetime64("2022-01-31"), -460))
    week, year = (fitted(rung, series, 460, epochs=15, calendar=TAIWAN) for rung in (WEEK, YEAR))
    why = why_of_mean(Mean((year,)), TAIWAN, series)
    facts = [(fact.kind, fact.name) for fact in why.facts]
    assert why.date == np.datetime64("2022-01-31")
    assert facts[:2] == [("weekday", "Monday"), ("season", "")]
    assert ("holiday", "Lunar New Year's Eve") in facts
    assert facts[-1] == ("ordinary", "")
    assert "season" not in [fact.kind for fact in why_of_mean(Mean((week,)), TAIWAN, series).facts]
    assert all(abs(fact.contribution) > 0 for fact in why.facts[:2])


def test_a_wild_day_counts_no_more_than_its_bound():
    """Features are kept within ±4 spreads: from there on a day moves nothing but the level."""
    week = fitted(WEEK, BELOW_ZERO, TODAY + 1, epochs=15)
    wild, wilder = (replace(BELOW_ZERO, values=BELOW_ZERO.values.copy()) for _ in range(2))
    wild.values[-3], wilder.values[-3] = 40.0, 80.0
    for days in (wild, wilder):
        why = why_of_mean(Mean((week,)), Calendar(), days)
        assert abs(why.remainder) <= why.allowed
        assert why.prediction == pytest.approx(why.served, rel=1e-5)


def test_a_floor_counts():
    """An estimate kept at 0 still adds up."""
    values = np.tile([0.0, 0.0, 900.0, 0.0, 0.0, 0.0, 0.0], 40) + np.arange(280) % 3
    days = series_of(values)
    line = fitted(LINE, days, 280, epochs=30)
    theta = line.thetas.copy()
    theta[:, -1] -= 3
    why = why_of_mean(Mean((replace(line, thetas=theta),)), Calendar(), days)
    assert why.prediction == 0
    assert abs(why.prediction - why.base - why.contributions.sum()) <= why.allowed


def test_days_that_never_change_move_nothing():
    days = series_of(np.full(120, 7.1))
    why = why_of_mean(Mean(tuple(fitted(rung, days, 120, calendar=TAIWAN) for rung in (NET, WEEK))), TAIWAN, days)
    assert why.prediction == pytest.approx(7.1, rel=0.2)
    np.testing.assert_allclose(why.contributions, 0, atol=1e-12)


def test_a_saved_model_is_explained_on_its_own_days():
    members = [fitted(YEAR, SERIES, TODAY + 1, calendar=TAIWAN), fitted(NET, SERIES, TODAY + 1), Copy(1)]
    stored = replace(SERIES, start=SERIES.dates[80], values=SERIES.values[80:], observed=SERIES.observed[80:])
    model = Model(
        "mean of 3", "mae", one_way("recursive", 1), predictors_of(members), TAIWAN, stored,
        miss_transform(SERIES.values, counts=True), LEVELS, np.zeros((1, 2, 2)), np.ones(5), -1.0, dt.date(2022, 1, 1),
        SERIES.start,
    )  # fmt: skip
    why = why_of(model.predictors, model.plan, model.calendar, model.days)
    assert why.served == model.predict().mean[0]
    assert why.prediction == pytest.approx(why.served, rel=1e-5)
    assert why.whole
    earlier = why_of(model.predictors, model.plan, model.calendar, model.days, model.days.dates[-20])
    assert not earlier.whole, "the same weeks of last year are no longer at hand"
    assert earlier.prediction == pytest.approx(earlier.served, rel=1e-5)


def test_days_out_of_range_are_refused():
    members = [COPY]
    first, last = SERIES.dates[7], SERIES.after(1)
    for day in (SERIES.dates[6], SERIES.after(2)):
        with pytest.raises(InputError, match=rf"day='{day}': .* from {first}, .* to {last}, the end"):
            why_of_mean(Mean(tuple(members)), Calendar(), SERIES, day)
    assert why_of_mean(Mean(tuple(members)), Calendar(), SERIES, SERIES.dates[7]).prediction == SERIES.values[0]
    with pytest.raises(InputError, match="Bring more days"):
        why_of_mean(Mean(tuple(members)), Calendar(), SERIES.head(5))


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "value", "country"),
    [
        ("website_visitors_statforecasting_2014_2020.csv", "Page.Loads", "US"),
        ("wiki_log_peyton_manning.csv", None, "US"),
        ("youtube_codingtrain_daily_views_2021.csv", None, ""),
    ],
)
def test_real_days_add_up(file, value, country):
    days, calendar = thalweg.read(real(file), value=value), Calendar(country)
    members = [fitted(rung, days, len(days), calendar=calendar) for rung in (NET, WEEK)]
    for day in days.dates[[-200, -100, -1]]:
        why = why_of_mean(Mean(tuple(members)), calendar, days, day)
        assert abs(why.remainder) <= why.allowed
        assert why.prediction == pytest.approx(why.served, rel=1e-4)
        assert why.allowed < 0.01 * np.abs(days.values).mean()
