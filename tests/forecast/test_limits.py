"""What the past bears out: nothing runs away, and honest growth goes on."""

from dataclasses import replace

import numpy as np
import pytest

from support.small_searches import COPIES, LINE, channel, search, series_of, ways_of
from thalweg.forecast.features.past import past_of
from thalweg.forecast.ladder import Ladder, trends
from thalweg.forecast.limits import before, limits_of
from thalweg.forecast.options import FitOptions
from thalweg.forecast.predictors.network import Rung
from thalweg.forecast.unfinished import without_unfinished
from thalweg.forecast.ways import RECURSIVE, Predictors

DAYS = np.arange(150)
WEEK = np.array([1.0, 1.1, 1.15, 1.1, 1.0, 0.8, 0.7])
USUAL = np.round(1000 * WEEK[DAYS % 7] * np.exp(np.random.default_rng(0).normal(0, 0.08, 150)))
LADDER = Ladder(
    "lines", (*COPIES, *trends(), replace(LINE, epochs=15), replace(Rung(14, known="week"), seeds=1, epochs=15))
)


def ends(values, steps=28, kind="of_predictions"):
    """Return the lowest and the highest prediction (or end of an interval) after the last day, by step."""
    series = series_of(values)
    low, high = getattr(limits_of(series, len(series), steps), kind)(
        past_of(series, np.array([len(series) - 1])), steps
    )
    return low[0], high[0]


def changed(days, factor):
    values = USUAL.copy()
    values[days] = np.round(values[days] * factor)
    return values


@pytest.mark.parametrize("at", [-1, -2, -8])
def test_a_spike_is_not_predicted_again_yet_an_interval_may_reach_it(at):
    low, high = ends(changed(at, 100))
    usual_high = ends(USUAL)[1]
    np.testing.assert_allclose(high, usual_high, rtol=0.1)
    assert high.max() < 2.2 * USUAL.max()
    assert low.min() > 0.3 * USUAL.min()
    interval = ends(changed(at, 100), kind="of_intervals")[1]
    assert (interval >= 100 * USUAL[at]).all()
    assert interval.max() < 3 * 100 * USUAL.max()


@pytest.mark.parametrize("days", [3, 7, 14, 30])
def test_a_shift_of_the_level_is_followed_and_not_continued(days):
    up, down = changed(slice(-days, None), 10), changed(slice(-days, None), 0.1)
    assert up[-days:].min() < ends(up)[1].min() <= ends(up)[1].max() < 2.5 * up.max()
    assert ends(down)[0].min() < down[-1]


@pytest.mark.parametrize(
    ("values", "ahead"),
    [
        (100 * 1.01**DAYS, lambda step: 100 * 1.01 ** (149 + step)),
        (10 * 1.04**DAYS, lambda step: 10 * 1.04 ** (149 + step)),
        (5.0 * DAYS, lambda step: 5.0 * (149 + step)),
        (1e6 + DAYS, lambda step: 1e6 + 149 + step),
        (5.0 * DAYS[::-1], lambda step: np.maximum(-5.0 * step, 0)),
        (100.0 - DAYS, lambda step: -49.0 - step),
        (np.maximum(DAYS - 100, 0) * 30.0, lambda step: (49 + step) * 30.0),
        (np.full(150, 7.0), lambda step: np.full(len(step), 7.0)),
        (np.zeros(150), lambda step: np.zeros(len(step))),
    ],
)
@pytest.mark.parametrize("unit", [1, 1e-9, 1e9])
def test_honest_growth_and_constants_have_room(values, ahead, unit):
    for steps in (1, 28, 70):
        low, high = ends(unit * values, steps)
        expected = unit * ahead(np.arange(1, steps + 1))
        slack = 1e-9 * unit * np.abs(values).max()
        assert (low <= expected + slack).all()
        assert (expected <= high + slack).all()


def test_a_constant_leaves_no_room():
    for end in ends(np.full(100, 7.0)):
        np.testing.assert_allclose(end, 7.0)


def test_counts_have_a_floor_and_others_none():
    assert ends(USUAL - USUAL.min())[0].min() == 0
    assert ends(USUAL - 1000)[0].min() < -300


def test_filled_values_bear_nothing_out():
    values = changed([140, 147], 100)
    observed = np.ones(150, dtype=bool)
    observed[147] = False
    series = series_of(values, observed)
    high = limits_of(series, 150, 3).of_predictions(past_of(series, np.array([149])), 3).high
    assert high.max() < 3 * USUAL.max()


def test_limits_of_a_stored_part_are_those_of_the_whole():
    series = series_of(changed([3, 40, -1], 50))
    limits = limits_of(series, 150, 5)
    whole = limits.of_predictions(past_of(series, np.array([149])), 5)
    for cut in (1, 20, 60, 149):
        kept = replace(series, start=series.dates[cut], values=series.values[cut:], observed=series.observed[cut:])
        part = before(limits, series, cut).of_predictions(past_of(kept, np.array([len(kept) - 1])), 5)
        np.testing.assert_allclose(part, whole)


class RunningAway:
    """A predictor that says ten times the newest value."""

    reach, needed, seen, parameters, repeats = 1, 1, 1, 0, False

    def direct(self, past, steps):
        return past.values[past.newest][:, None] * 10.0 ** np.arange(1, steps + 1)


def test_a_prediction_that_is_fed_back_cannot_run_away():
    series = series_of(USUAL)
    limits = limits_of(series, 150, 28)
    past = past_of(series, np.array([120, 149]))
    made = ways_of(Predictors(RunningAway(), limits=(limits,)), past, (RECURSIVE,), 28)[RECURSIVE]
    np.testing.assert_array_equal(made, limits.of_predictions(past, 28).high)
    assert ways_of(Predictors(RunningAway()), past, (RECURSIVE,), 28)[RECURSIVE].max() > 1e28


ODD = {
    "spike on the last day": changed(-1, 100),
    "spike a week ago": changed(-8, 100),
    "tenfold for three days": changed(slice(-3, None), 10),
    "tenth for a fortnight": changed(slice(-14, None), 0.1),
    "zeros, then a burst": np.where(DAYS < 120, 0, USUAL),
    "zeros, then usual": np.where(DAYS < 75, 0, USUAL),
    "a burst, then zeros": np.where(DAYS < 50, USUAL, 0),
    "negative": USUAL - 1000,
    "tiny": 1e-12 * USUAL,
    "huge": 1e9 * USUAL,
}


@pytest.mark.parametrize("horizon", [1, 28, pytest.param(50, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", ODD)
def test_nothing_said_of_odd_series_is_beyond_what_they_bear_out(name, horizon):
    values = ODD[name]
    findings, model = search(series_of(values), ladder=LADDER, horizon=horizon)
    forecast, most = findings.forecast, np.abs(values).max()
    once = np.sort(np.abs(values))[-2]  # what came but once is not predicted
    assert np.abs(forecast.mean).max() < 2.2 * once
    assert max(np.abs(forecast.low95).max(), np.abs(forecast.high95).max()) < 4 * most
    assert findings.as_used.coverage[95] > 0.8
    if values.min() >= 0:
        assert min(forecast.low95.min(), findings.as_used.low95.min()) >= 0
    again = model.predict()
    np.testing.assert_array_equal(again.high95, forecast.high95)


LINES = {"up": DAYS * 1.0, "to zero": DAYS[::-1] * 1.0, "through zero": 100.0 - DAYS, "up, in tenths": DAYS / 10 + 3}


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("ladder", [LADDER, pytest.param("full", marks=pytest.mark.slow), "quick"])
def test_a_straight_line_goes_on(name, ladder):
    values = LINES[name]
    findings, _ = search(series_of(values), ladder=ladder, horizon=28)
    slope = values[1] - values[0]
    goes_on = values[-1] + slope * np.arange(1, 29)
    np.testing.assert_allclose(findings.forecast.mean, goes_on if name == "through zero" else np.maximum(goes_on, 0))
    assert findings.as_used.coverage[80] > 0.9
    assert findings.served < 0.01


@pytest.mark.parametrize("values", [DAYS[::-1] * 1.0, DAYS[::-1] + 100.0, 90.0 - DAYS, 1000 * 0.98**DAYS])
def test_a_series_that_falls_steadily_has_no_unfinished_last_day(values):
    assert len(without_unfinished(series_of(values), FitOptions(threads=1))) == len(values)


def test_a_series_that_falls_to_zero_is_covered_by_copying_too():
    findings, _ = search(series_of(DAYS[::-1] * 1.0), ladder=Ladder("copies", COPIES), horizon=7)
    assert findings.as_used.coverage[80] > 0.9


def test_usual_series_are_not_touched():
    findings, model = search(channel(430), ladder=LADDER, horizon=28)
    free = replace(model, predictors=replace(model.predictors, limits=()))
    np.testing.assert_array_equal(free.predict().mean, findings.forecast.mean)
