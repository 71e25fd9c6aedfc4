"""Each way to predict steps ahead, against a slow computation of its own."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.frequencies import WEEKLY, seasonal
from support.small_searches import LINE, NET, WEEK, YEAR, channel, fitted, predictors_of, series_of, ways_of
from thalweg.forecast.features.past import past_of
from thalweg.forecast.interval import MissTransform
from thalweg.forecast.limits import Limits, Room, limits_of
from thalweg.forecast.predictors.baselines import Copy, SeasonalMean
from thalweg.forecast.predictors.far_ahead import DampedLine, LastYear, far_ahead
from thalweg.forecast.predictors.mean import Mean
from thalweg.forecast.ways import DIRECT, RECURSIVE, Beside
from thalweg.series.calendar import Calendar
from thalweg.series.frequency.record import DAILY, monthly

SERIES = channel(460, missing=(100, 390))
TODAY = 420
NEWEST = np.array([300, 399, 430, 459])
PAST = past_of(SERIES, NEWEST)
SHARED = replace(WEEK, shared=True)


def line_by_hand(fit, values):
    """The next value by a straight line over past values, from the numbers that it holds."""
    back, scale = fit.rung.days_back, fit.scale
    made = []
    for theta in fit.thetas.astype(float):
        (layer,) = fit.network.layers(theta)
        inputs = [(values[-1 - lag] - scale.centre) / scale.spread for lag in range(back)]
        output = sum(weight * one for weight, one in zip(layer.weights[0], inputs, strict=True)) + layer.biases[0]
        made.append(output * scale.spread + scale.centre)
    return sum(made) / len(made)


def test_recursion_step_by_step_in_plain_python():
    """Each prediction is appended to the values, and the line is applied to them again."""
    fit = fitted(LINE, SERIES, TODAY, epochs=5)
    made = ways_of(predictors_of([fit]), PAST, (RECURSIVE,), 12)[RECURSIVE]
    for row, at in enumerate(NEWEST):
        values = SERIES.values[: at + 1].tolist()
        for step in range(12):
            values.append(line_by_hand(fit, values))
            assert made[row, step] == pytest.approx(values[-1], rel=1e-5)


def test_recursion_of_a_mean_feeds_each_member_the_mean():
    line, copy = fitted(LINE, SERIES, TODAY, epochs=5), Copy(7)
    made = ways_of(predictors_of([line, line, copy]), PAST, (RECURSIVE,), 9)[RECURSIVE]
    for row, at in enumerate(NEWEST):
        values = SERIES.values[: at + 1].tolist()
        for step in range(9):
            values.append((2 * line_by_hand(line, values) + values[-7]) / 3)
            assert made[row, step] == pytest.approx(values[-1], rel=1e-5)


NOTHING = np.zeros(40)
NARROW = Limits((Room(MissTransform(None), NOTHING, NOTHING, NOTHING),))  # no further than the past has been


def growing(fit):
    """Return a line that answers an ever larger value to a large one."""
    return replace(fit, thetas=1.5 * fit.thetas)


def test_a_prediction_is_kept_within_the_limits_before_it_is_fed_back():
    fit = growing(fitted(LINE, SERIES, TODAY, epochs=5))
    free = ways_of(predictors_of([fit]), PAST, (RECURSIVE,), 12)[RECURSIVE]
    ends = NARROW.of_predictions(PAST, 12)
    made = ways_of(predictors_of([fit], limits=(NARROW,)), PAST, (RECURSIVE,), 12)[RECURSIVE]
    for row, at in enumerate(NEWEST):
        values = SERIES.values[: at + 1].tolist()
        for step in range(12):
            values.append(float(np.clip(line_by_hand(fit, values), ends.low[row, step], ends.high[row, step])))
            assert made[row, step] == pytest.approx(values[-1], rel=1e-5)
    assert (made <= ends.high * (1 + 1e-12)).all()
    assert (free > ends.high).any(), "without limits it goes beyond them"


def test_the_direct_way_is_the_network_of_many_outputs_and_goes_on_from_its_own():
    many = fitted(NET, SERIES, TODAY, 6)
    made = ways_of(predictors_of([fitted(LINE, SERIES, TODAY)], [many]), PAST, (DIRECT,), 15)[DIRECT]
    np.testing.assert_allclose(made[:, :6], many.direct(PAST, 6), rtol=2e-5)
    for row, at in enumerate(NEWEST):
        values = SERIES.values[: at + 1].tolist()
        while len(values) < at + 1 + 18:
            grown = replace(SERIES, values=np.array(values), observed=np.ones(len(values), dtype=bool))
            values += many.direct(past_of(grown, np.array([len(values) - 1])), 6)[0].tolist()
        np.testing.assert_allclose(made[row], values[at + 1 : at + 16], rtol=3e-5)


@pytest.mark.parametrize("way", [RECURSIVE, DIRECT, SHARED.name, "damped line", "last year at its level", "copy 7"])
@given(steps=st.lists(st.integers(1, 40), min_size=2, max_size=3, unique=True))
@settings(max_examples=8)
def test_a_step_does_not_depend_on_how_many_are_asked_for(predictors, way, steps):
    steps = sorted(steps)
    whole = ways_of(predictors, PAST, (way,), steps[-1])[way]
    assert np.isfinite(whole[NEWEST >= 399]).all()
    for some in steps[:-1]:
        np.testing.assert_allclose(ways_of(predictors, PAST, (way,), some)[way], whole[:, :some], rtol=2e-6)
    together = ways_of(predictors, PAST, predictors.ways, steps[-1])[way]
    np.testing.assert_array_equal(together, whole)


@pytest.fixture(scope="module")
def predictors():
    baselines = (*far_ahead(DAILY, counts=True), Copy(7), SeasonalMean(7, 4))
    near, far = (Mean((fitted(SHARED, SERIES, TODAY, steps),)) for steps in (28, 40))
    learned = [fitted(LINE, SERIES, TODAY)], [fitted(NET, SERIES, TODAY, 6)]
    limits = (limits_of(SERIES, TODAY, 40),)
    return predictors_of(*learned, beside=(Beside(SHARED.name, near, far),), baselines=baselines, limits=limits)


def test_the_ways_of_predictors_and_what_they_look_at(predictors):
    names = (RECURSIVE, DIRECT, SHARED.name, "damped line", "last year at its level", "copy 7", "mean of 4 × 7 back")
    assert predictors.ways == names
    assert predictors.needed == 14, "what is learned decides from when on predictions are made"
    assert predictors.seen == LastYear(364, 28, ratio=True).needed == 392
    assert predictors_of([Copy(1)]).ways == (RECURSIVE,)


def test_what_a_network_sees_is_made_once_and_anew_with_another_calendar():
    """Each step that is fed back asks for it; it took half of the time of a backtest far ahead."""
    fit = fitted(WEEK, SERIES, TODAY)
    assert fit.features is fit.features
    other = fit.with_calendar(Calendar("US"))
    assert other.features != fit.features
    assert other.features == fit.rung.features(Calendar("US"))


def test_shared_networks_answer_near_steps_and_others_those_beyond(predictors):
    (shared,) = predictors.beside
    ahead = np.arange(1, 41)
    made = shared.predict(PAST, 40, None)
    np.testing.assert_array_equal(made[:, :28], shared.near.predict(PAST, ahead[:28]))
    np.testing.assert_allclose(made[:, 28:], shared.far.predict(PAST, ahead)[:, 28:], rtol=1e-6)
    assert not np.allclose(made[:, 28:], shared.near.predict(PAST, ahead)[:, 28:], rtol=1e-4)
    alone = replace(shared, far=None)
    np.testing.assert_array_equal(alone.predict(PAST, 28, None), made[:, :28])
    assert np.isnan(alone.predict(PAST, 40, None)[:, 28:]).all(), "near networks have not learned such steps"


def test_each_way_that_is_fed_keeps_within_the_limits_before_it_is_fed_back():
    """What another rung predicts beside the choice is that of the same rung as the choice."""
    fit = growing(fitted(LINE, SERIES, TODAY, epochs=5))
    beside = Beside(fit.rung.name, Mean((fit,)))
    made = ways_of(predictors_of([fit], beside=(beside,), limits=(NARROW,)), PAST, (RECURSIVE, beside.name), 40)
    np.testing.assert_array_equal(made[beside.name], made[RECURSIVE])
    assert (made[RECURSIVE] == NARROW.of_predictions(PAST, 40).high).any(), "a limit was reached"


def test_a_way_has_no_prediction_where_the_past_is_too_short(predictors):
    past = past_of(SERIES, np.array([20, 55, 391, 400]))
    made = ways_of(predictors, past, ("last year at its level", "damped line", "mean of 4 × 7 back"), 5)
    known = {way: np.isfinite(each).all(axis=1).tolist() for way, each in made.items()}
    assert known["last year at its level"] == [False, False, True, True]
    assert known["damped line"] == [False, True, True, True]
    assert known["mean of 4 × 7 back"] == [False, True, True, True]


def mean(values):
    return sum(values) / len(values)


def damped_line_by_hand(values, season, steps):
    """Level, slope and shape in plain Python, from the last eight seasons."""
    seasons = [values[len(values) - season * (8 - at) :][:season] for at in range(8)]
    means = [mean(each) for each in seasons]
    slope = (mean(means[4:]) - mean(means[:4])) / 4
    shape = [mean([seasons[at][place] - means[at] for at in range(4, 8)]) for place in range(season)]
    made, level, damped = [], means[-1], 0.8
    for step in range(steps):
        if step % season == 0:  # a new season: the line goes on by a slope that fades
            level += slope * damped
            damped *= 0.8
        made.append(level + shape[step % season])
    return made


@pytest.mark.parametrize("series", [SERIES, seasonal(WEEKLY, 450, "2012-01-02")], ids=["daily", "weekly"])
def test_a_damped_line_by_hand(series):
    season = series.frequency.season
    newest = np.array([8 * season - 1, len(series) - 3])
    made = DampedLine(season).direct(past_of(series, newest), 3 * season + 2)
    for row, at in enumerate(newest):
        by_hand = damped_line_by_hand(series.values[: at + 1].tolist(), season, 3 * season + 2)
        np.testing.assert_allclose(made[row], by_hand, rtol=1e-12)


def test_a_damped_line_on_a_straight_line_fades_from_it():
    """Golden: 10 a week upward; the first week ahead rises by 8, and all weeks together by 40 at most."""
    values = 100.0 + 10 * (np.arange(140) // 7)
    made = DampedLine(7).direct(past_of(series_of(values), np.array([139])), 400)[0]
    np.testing.assert_allclose(made[[0, 6, 7, 14]] - values[-1], [8, 8, 14.4, 19.52], rtol=1e-12)
    assert values[-1] + 39.99 < made[-1] < values[-1] + 40
    assert (np.diff(made) >= -1e-9).all()


@pytest.mark.parametrize("ratio", [True, False])
def test_last_year_at_its_level_by_hand(ratio):
    values = np.round(SERIES.values.copy())
    values[-30:] *= 3  # a break: now lies three times as high
    series = replace(SERIES, values=values)
    newest = np.array([391, 430, 459])
    made = LastYear(364, 28, ratio).direct(past_of(series, newest), 400)
    for row, at in enumerate(newest):
        now, then = mean(values[at - 27 : at + 1].tolist()), mean(values[at - 391 : at - 363].tolist())
        for step in range(1, 401):
            back = at + step - 364 * (1 if step <= 364 else 2)
            if step > 364:
                back = at - 364 + (step - 364)  # a year that has not been seen is the one before again
            expected = values[back] * min(max(now / then, 0.25), 4) if ratio else values[back] + now - then
            assert made[row, step - 1] == pytest.approx(expected, rel=1e-10)


def test_the_ratio_of_levels_has_bounds_and_zeros_are_not_divided_by():
    values = np.ones(460)
    values[-40:] = 1000
    made = LastYear(364, 28, ratio=True).direct(past_of(series_of(values), np.array([459])), 3)
    np.testing.assert_allclose(made, 4)
    values[:100] = 0
    made = LastYear(364, 28, ratio=True).direct(past_of(series_of(values), np.array([459])), 3)
    np.testing.assert_allclose(made, 0)
    assert (LastYear(364, 28, ratio=False).direct(past_of(series_of(values), np.array([459])), 3) > 900).all()


def test_what_predicts_far_ahead_at_each_frequency():
    assert far_ahead(DAILY, counts=True) == (DampedLine(7), LastYear(364, 28, ratio=True))
    for frequency in (WEEKLY, monthly()):
        damped, year = far_ahead(frequency, counts=False)
        assert damped.season == frequency.season
        assert (year.long_season, year.ratio) == (frequency.long_season, False)
        assert 1 <= year.level <= year.long_season


def test_a_year_network_goes_the_recursive_way_too():
    """Its features of last year come from the values that it is fed."""
    fit = fitted(YEAR, SERIES, TODAY)
    made = ways_of(predictors_of([fit]), PAST, (RECURSIVE,), 4)[RECURSIVE]
    for row, at in enumerate(NEWEST):
        values = SERIES.values[: at + 1].tolist()
        for step in range(4):
            grown = replace(SERIES, values=np.array(values), observed=np.ones(len(values), dtype=bool))
            values.append(fit.direct(past_of(grown, np.array([len(values) - 1])), 1)[0, 0])
            assert made[row, step] == pytest.approx(values[-1], rel=2e-5)
