"""Each value is judged from what was known before it, by an interval that keeps its promise."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import thalweg
from thalweg.errors import InputError
from thalweg.forecast.anomalies.judge import score_of
from thalweg.forecast.interval import MissTransform
from thalweg.forecast.ladder import Ladder, suited
from thalweg.forecast.predictors.network import Rung
from thalweg.series.frequency.record import DAILY
from thalweg.series.series import Series

LADDER = Ladder("small", (replace(suited(Rung(14, known="week")), seeds=1, epochs=60),))
SPIKE, FALL = 250, 280


def series_of(values, start):
    observed = np.ones(len(values), dtype=bool)
    return Series(np.datetime64(start), values, observed, "orders", "frame", frequency=DAILY)


def daily(days=300, seed=3):
    """Return a weekly rhythm with noise, one spike and two days of a fall."""
    rng = np.random.default_rng(seed)
    values = 200 + 40 * np.sin(np.arange(days) * 2 * np.pi / 7) + rng.normal(0, 8, days)
    if days > FALL + 2:
        values[SPIKE] += 150
        values[FALL : FALL + 2] -= 120
    return series_of(values, "2023-01-01")


def found(series, **options):
    return thalweg.anomalies(series, ladder=LADDER, keep_last=True, **options)


@pytest.fixture(scope="module")
def plain():
    return found(daily(), days=100)


def test_planted_days_rank_first_and_the_span_of_neighbours_is_told(plain):
    ranked = plain.anomalies
    assert {int(plain.judged.series.place(one.date)) for one in ranked[:2]} == {SPIKE, FALL}
    assert len(plain.judged.places) == 100
    assert plain.judged.expected == pytest.approx(1.0)
    fall = next(one for one in ranked if plain.judged.series.place(one.date) == FALL)
    assert fall.outside < 0
    assert (fall.span.first, fall.span.last) == (FALL, FALL + fall.span.steps - 1)
    assert [one.rank for one in ranked] == list(range(1, len(ranked) + 1))
    scores = [one.score for one in ranked]
    assert scores == sorted(scores, reverse=True)
    judged = plain.judged
    outside = (judged.actual < judged.low) | (judged.actual > judged.high)
    np.testing.assert_array_equal(judged.score > 1, outside)
    np.testing.assert_array_equal(judged.outside != 0, outside)
    assert outside.sum() == len(ranked)
    assert ((judged.low <= judged.forecast) & (judged.forecast <= judged.high)).all()


@pytest.mark.parametrize("change", [lambda values: values * 10, lambda values: -values, lambda values: values.round()])
def test_what_comes_later_changes_no_earlier_verdict(plain, change):
    series, at = daily(), 240
    values = series.values.copy()  # noqa: PD011 - a series of thalweg
    values[at:] = change(values[at:])
    planted = found(replace(series, values=values), days=100).judged
    first = plain.judged
    before = first.places < at
    assert 0 < before.sum() < len(before)
    for name in ("places", "forecast", "low", "high", "score"):
        np.testing.assert_array_equal(getattr(first, name)[before], getattr(planted, name)[before], err_msg=name)
    assert not np.array_equal(first.score[~before], planted.score[planted.places >= at])


def test_a_longer_series_changes_no_verdict_and_neither_does_where_the_judging_ends():
    series = daily()
    start = series.dates[200]
    whole, short = found(series, first=str(start)).judged, found(series.head(260), first=str(start)).judged
    count = len(short.places)
    assert count == 60
    for name in ("places", "forecast", "low", "high", "score"):
        np.testing.assert_array_equal(getattr(whole, name)[:count], getattr(short, name), err_msg=name)


def test_the_rung_is_chosen_anew_when_the_past_has_doubled():
    judged = found(daily(), days=240).judged
    assert [one.first for one in judged.chosen] == [60, 120, 240]
    np.testing.assert_array_equal(judged.places, np.arange(60, 300))


def test_the_interval_holds_about_what_it_says():
    rng = np.random.default_rng(5)
    noise = series_of(100 + rng.normal(0, 10, 900), "2020-01-01")
    judged = found(noise, days=600, level=95).judged
    assert 0.03 < (judged.outside != 0).mean() < 0.07


def test_values_that_were_not_observed_are_not_judged():
    series = daily()
    observed = series.observed.copy()
    observed[260:265] = False
    judged = found(replace(series, observed=observed), days=100).judged
    assert len(judged.places) == 95
    assert not np.isin(np.arange(260, 265), judged.places).any()


def test_the_score_counts_ratios_alike_and_is_1_at_the_end():
    logs = MissTransform(0.0, floor=True)
    middle, low, high = np.full(4, 100.0), np.full(4, 50.0), np.full(4, 200.0)
    made = score_of(np.array([50.0, 25.0, 400.0, 100.0]), middle, low, high, logs, 0.01)
    np.testing.assert_allclose(made, [1.0, 2.0, 2.0, 0.0], atol=1e-12)
    plain = score_of(np.array([0.0, 300.0]), middle[:2], low[:2], high[:2], MissTransform(None), 0.01)
    np.testing.assert_allclose(plain, [2.0, 2.0])


def test_events_and_holidays_near_are_named():
    series = daily()
    days = {"date": [str(series.dates[at]) for at in (20, 60, 110, 160, SPIKE - 3)], "event": ["sale"] * 5}
    events = pd.DataFrame(days)
    made = found(series, days=100, events=events, country="US")
    spike = next(one for one in made.anomalies if series.place(one.date) == SPIKE)
    assert "3 days after sale" in spike.near
    frame = made.to_frame("pandas")
    assert list(frame)[:8] == ["rank", "date", "actual", "forecast", "low", "high", "outside", "score"]
    assert "3 days after sale" in set(frame["near"]) or any("3 days after sale" in near for near in frame["near"])


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"level": 100}, ("level=100", "from 50 to 99.9")),
        ({"days": 280}, ("days=280", "300 days", "Give at most 260")),
        ({"first": "2023-01-10"}, ("9 days before 2023-01-10", "40 are needed", "first='2023-02-10'")),
        ({"first": "2030-01-01"}, ("lies outside", "2023-01-01")),
        ({"first": "2023-05-01", "days": 5}, ("Give one of them",)),
        ({"threshold": 2.0}, ("threshold", "needs labels")),
        ({"profile": "standard"}, ("profile", "needs labels")),
        ({"days": 5, "labels": "x.json"}, ("cannot be given beside it",)),
    ],
)
def test_what_cannot_be_served_is_told(options, parts):
    with pytest.raises(InputError) as caught:
        found(daily(), **options)
    for part in parts:
        assert part in str(caught.value), str(caught.value)


@pytest.mark.slow
def test_where_most_values_are_0_the_sizes_that_came_make_the_interval():
    rng = np.random.default_rng(2)
    values = np.where(rng.random(500) < 0.2, rng.integers(1, 5, 500), 0).astype(float)
    values[450] = 40
    made = thalweg.anomalies(series_of(values, "2021-01-01"), days=150, ladder="quick", keep_last=True)
    assert made.judged.series.place(made.anomalies[0].date) == 450
    assert (made.judged.high >= 1).mean() > 0.9
    assert 1 < made.anomalies[0].score < 100
    assert len(made.anomalies) <= 6


def test_equal_spikes_are_all_found_and_rank_first():
    rng = np.random.default_rng(5)
    values = 1000 + 200 * np.sin(np.arange(700) * 2 * np.pi / 7) + rng.normal(0, 40, 700)
    spikes = np.arange(420, 700, 40)
    values[spikes] *= 2.5
    made = found(series_of(values, "2021-01-01"), days=300)
    assert {int(made.judged.series.place(one.date)) for one in made.anomalies[: len(spikes)]} == set(spikes.tolist())
    assert min(one.score for one in made.anomalies[: len(spikes)]) > 1.5


def test_every_value_of_an_outage_is_told():
    series = daily()
    values = series.values.copy()  # noqa: PD011 - a series of thalweg
    values[270:273] = 0
    made = found(replace(series, values=values), days=60)
    spans = {int(made.judged.series.place(one.date)): one.span for one in made.anomalies}
    assert [(spans[at].first, spans[at].last) for at in (270, 271, 272)] == [(270, 272)] * 3


@pytest.mark.parametrize(("days", "judged"), [(41, 1), (50, 10), (57, 17), (58, 17)])
def test_a_short_series_is_judged_from_where_it_can_be(days, judged):
    made = found(daily(days))
    assert len(made.judged.places) == judged
    assert made.sentences()[0].startswith("1 day was judged" if judged == 1 else f"{judged} days were judged")


def test_what_is_too_short_asks_for_what_would_do():
    for options in ({}, {"days": 3}, {"first": "2023-01-20"}):
        with pytest.raises(InputError, match=r"has 40 days; 40 must come before .* Give at least 41"):
            found(daily(40), **options)


def test_beyond_residuals_that_are_all_0_a_score_is_infinite_and_the_day_after_is_told():
    values = np.full(300, 7.0)
    values[[250, 270]] = (8, 90)
    made = thalweg.anomalies(series_of(values, "2023-01-01"), days=100, keep_last=True)
    assert np.isinf([one.score for one in made.anomalies]).all()
    places = [int(made.judged.series.place(one.date)) for one in made.anomalies]
    assert places == [270, 271, 250, 251]  # the further outside, the higher
    assert [one.after for one in made.anomalies] == [0, 1, 0, 3]
    assert [one.after_steps for one in made.anomalies] == [0, 1, 0, 1]
    told = " ".join(made.sentences())
    assert "A score of ∞ lies beyond any earlier residual" in told
    assert "2 of them come one day or one season after a value outside on the other side" in told
    assert json.loads(json.dumps(made.as_json(), allow_nan=False))["anomalies"][0]["score"] is None
    spec = json.dumps(made.plot().to_dict(), allow_nan=False)
    assert '"score": null' in spec


def test_a_score_is_infinite_only_outside_an_interval_without_width():
    plain, one = MissTransform(None), np.ones(1)
    assert score_of(8 * one, 7 * one, 7 * one, (7 + 1e-11) * one, plain, 7e-12)[0] == np.inf
    assert score_of(7 * one, 7 * one, 7 * one, (7 + 1e-11) * one, plain, 7e-12)[0] <= 1
    assert np.isfinite(score_of(8 * one, 7 * one, 6.9 * one, 7.1 * one, plain, 7e-12)[0])


def test_what_copies_a_spike_a_week_later_is_told_as_its_echo():
    copies = Ladder("copies", ())
    made = thalweg.anomalies(daily(), ladder=copies, days=100, keep_last=True)
    at = {int(made.judged.series.place(one.date)): one for one in made.anomalies}
    assert at[SPIKE + 7].outside < 0 < at[SPIKE].outside
    assert (at[SPIKE + 7].after, at[SPIKE + 7].after_steps) == (at[SPIKE].rank, 7)
    assert (at[SPIKE].after, at[SPIKE].after_steps) == (0, 0)


def test_what_lies_much_further_outside_is_no_echo():
    values = np.full(300, 7.0)
    values[[250, 251]] = (7.1, 3)
    made = thalweg.anomalies(series_of(values, "2023-01-01"), days=100, keep_last=True)
    at = {int(made.judged.series.place(one.date)): one for one in made.anomalies}
    assert sorted(at) == [250, 251, 252]
    assert (at[250].after, at[251].after, at[252].after) == (0, 0, at[251].rank)


def test_the_picture_has_room_for_ranks_and_writes_one_of_neighbours(plain):
    spec = plain.plot().to_dict()
    rows = [layer["data"]["values"] for layer in spec["layer"] if layer.get("encoding", {}).get("text")]
    assert rows
    numbered = {row["rank"] for row in rows[0]} - {""}
    best = {each.span: each.rank for each in sorted(plain.anomalies, key=lambda one: -one.rank)}
    assert numbered == {str(rank) for rank in best.values() if rank <= 10}
    assert len(numbered) < len(plain.anomalies)
    told = json.dumps(spec)
    assert '"padding": 24' in told
    assert '"labelFlush": 30' in told
