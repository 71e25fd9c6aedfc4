"""Weights in the user's units, losses over the same days, and a rhythm that is found only where there is one."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.chart_reader import marked, rows
from support.findings_builder import simulated_series
from support.pictures import study_of
from thalweg.errors import InputError
from thalweg.forecast.ladder import suited
from thalweg.forecast.predictors.network import Rung
from thalweg.pictures.lags.chart import lags_chart, lags_illustration
from thalweg.pictures.lags.rhythm import rhythm_of
from thalweg.pictures.lags.study import LECTURE_WEIGHTS, in_user_units
from thalweg.pictures.shared.fitted_rung import fit_rung
from thalweg.series.frequency.dates import date_range, days_after


@pytest.fixture(scope="module")
def study():
    return study_of("lags", simulated_series(600, missing=(340, 341)))


def days_of(count, start="2021-01-01"):
    return date_range(np.datetime64(start), count)


@pytest.mark.parametrize(("back", "negative"), [(1, False), (7, False), (28, True)])
def test_weights_and_bias_estimate_in_the_users_units(back, negative):
    series = simulated_series(400)
    if negative:
        series.values[:] -= 5000
    line = fit_rung(series, suited(Rung(back)))
    weights, bias = in_user_units(line)
    place = np.arange(back, line.sealed)
    by_hand = bias + series.values[place[:, None] - np.arange(1, back + 1)] @ weights
    np.testing.assert_allclose(by_hand, line.estimates[place], rtol=2e-6)
    assert np.abs(by_hand).min() > 100


def test_each_weight_stands_above_its_day(study):
    series = study.fitted_rung.series
    last = study.fitted_rung.split.train - 1
    assert study.day == series.dates[last]
    assert study.dates[0] == days_after(study.day, -1)
    np.testing.assert_array_equal(study.dates, study.day - np.arange(1, 8))
    np.testing.assert_array_equal(study.values, series.values[last - np.arange(1, 8)])
    np.testing.assert_allclose(study.bias + study.weights @ study.values, study.fitted_rung.estimates[last], rtol=2e-6)
    spec = lags_chart(study).to_dict()
    panel = spec | spec["vconcat"][1]
    bars = marked(panel, "bar", x="lag", y="weight")
    assert [bar["transform"][0]["filter"] for bar in bars] == ["datum.same == 'True'", "datum.same != 'True'"]
    table = rows(panel, bars[0])
    np.testing.assert_allclose([float(row["weight"]) for row in table], study.weights, rtol=1e-6)
    assert [row["same"] for row in table] == ["False"] * 6 + ["True"]
    weekday = table[6]["day"][:3]
    assert f'"7": ["w7", "{weekday}", ' in bars[0]["encoding"]["x"]["axis"]["labelExpr"]
    (lecture,) = marked(panel, "point", y="lecture")
    assert [float(row["lecture"]) for row in rows(panel, lecture)] == list(LECTURE_WEIGHTS)


def test_losses_are_over_the_same_days_for_all(study):
    assert study.days_back == (1, 7, 14, 28, 56)
    split, series = study.fitted_rung.split, study.fitted_rung.series
    scored = np.flatnonzero(series.observed[: split.train])
    scored = scored[scored >= 56]
    for back, seen, unseen in zip(study.days_back, study.seen, study.unseen, strict=True):
        line = fit_rung(series, suited(Rung(back)))
        assert line.training_set.features.needed == back
        np.testing.assert_allclose(
            seen, np.abs(line.estimates - series.values[: line.sealed])[scored].mean(), rtol=1e-9
        )
        np.testing.assert_allclose(unseen, line.unseen(), rtol=1e-12)
    np.testing.assert_allclose(study.copying[0], np.abs(np.diff(series.values))[scored - 1].mean(), rtol=1e-12)
    assert study.seen.min() > 10
    assert study.unseen[1] < study.unseen[0] < study.copying[1]
    spec = lags_chart(study).to_dict()
    panel = spec | spec["vconcat"][2]
    points = marked(panel, "point")
    for (first, rest), layer in zip(
        ((study.copying[0], study.seen), (study.copying[1], study.unseen)), points, strict=True
    ):
        stated = [float(row["loss"]) for row in rows(panel, layer)]
        np.testing.assert_allclose(stated, [first, *rest], rtol=1e-6)


def test_what_is_too_long_for_the_series_is_left_out_and_stated():
    study = study_of("lags", simulated_series(200), compare="56, 1,7,7,200")
    assert study.days_back == (1, 7)
    assert study.left_out == (56, 200)
    illustration = lags_illustration(study)
    assert illustration.sentences[-1].startswith(
        "Left out: 56, 200 days looked back. A model may look back a third of the 100"
    )
    assert [row["looked"] for row in illustration.tables["losses"].rows()] == ["copying yesterday", "1", "7"]


def test_a_rhythm_is_found_by_its_length():
    random = np.random.default_rng(3)
    at = np.arange(700)
    for period in (5, 7, 10):
        wave = random.normal(size=period)[at % period] * 20
        found = rhythm_of(900 + 0.5 * at + wave + random.normal(size=700), days_of(700), np.ones(700, dtype=bool))
        assert found.lag == period
        assert found.correlation[period - 1] > 0.9
        assert found.correlation[period - 1] == pytest.approx(found.correlation[2 * period - 1], abs=0.1)


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.8])
def test_noise_has_no_rhythm(memory):
    found = []
    for seed in range(20):
        values = np.random.default_rng(seed).normal(size=400)
        for day in range(1, 400):
            values[day] += memory * values[day - 1]
        found.append(rhythm_of(values, days_of(400), np.ones(400, dtype=bool)).lag)
    assert sum(lag is not None for lag in found) <= 1


def test_the_correlation_is_what_numpy_finds():
    random = np.random.default_rng(5)
    week = np.array([0, 3, 3, 2, 1, -4, -5.0])
    values = 100 + np.tile(week, 60) + random.normal(size=420)
    rhythm = rhythm_of(values, days_of(420, "2021-01-04"), np.ones(420, dtype=bool))
    level = np.convolve(values, np.r_[0.5, np.ones(27), 0.5] / 28, "valid")
    away = values[14:-14] - level
    by_hand = [np.corrcoef(away[lag:], away[:-lag])[0, 1] for lag in range(1, 36)]
    np.testing.assert_allclose(rhythm.correlation, by_hand, atol=0.03)
    np.testing.assert_allclose(rhythm.weekdays, values.reshape(60, 7).mean(axis=0), rtol=1e-12)


@given(st.integers(0, 2**31), st.floats(1e-3, 1e6), st.floats(-1e3, 1e3))
def test_neither_unit_nor_level_changes_the_rhythm(seed, size, level):
    values = np.random.default_rng(seed).normal(size=100)
    seen = np.random.default_rng(seed + 1).random(100) > 0.1
    one, other = (rhythm_of(each, days_of(100), seen) for each in (values, size * (values + level)))
    np.testing.assert_allclose(one.correlation, other.correlation, atol=1e-9)
    assert np.abs(one.correlation).max() > 0.05


def test_what_a_missing_day_holds_counts_for_nothing():
    values = np.random.default_rng(2).normal(size=150)
    seen = np.ones(150, dtype=bool)
    seen[[3, 70, 149]] = False
    other = values.copy()
    other[~seen] = 1e6
    one, two = rhythm_of(values, days_of(150), seen), rhythm_of(other, days_of(150), seen)
    np.testing.assert_array_equal(one.correlation, two.correlation)
    np.testing.assert_array_equal(one.weekdays, two.weekdays)


def test_flat_days_have_no_rhythm_and_few_days_are_refused():
    flat = rhythm_of(np.full(100, 0.1), days_of(100), np.ones(100, dtype=bool))
    assert flat.lag is None
    assert not flat.correlation.any()
    with pytest.raises(ValueError, match="There are 8 days"):
        rhythm_of(np.ones(8), days_of(8), np.ones(8, dtype=bool))


def test_the_week_is_said_and_its_peaks_are_marked(study):
    illustration = lags_illustration(study)
    assert study.rhythm.lag == 7
    assert illustration.sentences[0].startswith("The days have a rhythm of a week:")
    assert illustration.sentences[1].startswith("Of the training days Sat is the lowest")
    assert illustration.title.startswith("Looking back 7 days instead of 1, L′ on unseen days falls from ")
    spec = illustration.described
    panel = spec | spec["vconcat"][0]["hconcat"][1]
    (peaks,) = marked(panel, "text")
    table = rows(panel, peaks)
    assert [row["lag"] for row in table if row["week"] == "True"] == ["7", "14", "21", "28", "35"]
    np.testing.assert_allclose([float(row["correlation"]) for row in table], study.rhythm.correlation, rtol=1e-6)
    week = spec | spec["vconcat"][0]["hconcat"][0]
    (bars,) = marked(week, "bar", x="weekday", y="away")
    away = [float(row["away"]) for row in rows(week, bars)]
    np.testing.assert_allclose(away, study.rhythm.weekdays - study.rhythm.weekdays.mean(), rtol=1e-5)
    np.testing.assert_allclose([float(row["mean"]) for row in rows(week, bars)], study.rhythm.weekdays, rtol=1e-6)


def test_no_rhythm_is_said_too():
    series = simulated_series(400)
    series.values[:] = 1000 + 50 * np.random.default_rng(0).normal(size=400)
    study = study_of("lags", series, compare="1,7", days_back=1)
    illustration = lags_illustration(study)
    assert illustration.sentences[0].startswith("No rhythm stands out")
    assert "stands" not in illustration.sentences[1]
    assert lags_illustration(study, "zh").sentences[0].startswith("没有明显的周期")


def test_many_weights_are_drawn_without_a_crowd(draw):
    study = study_of("lags", simulated_series(600), days_back=60, compare="60", loss="mse")
    illustration = lags_illustration(study)
    assert illustration.title.startswith("Looking back 60 days, L′ on unseen days is ")
    assert illustration.title.endswith("views squared (simulated data)")
    assert "weights" not in illustration.shown
    assert "lecture_seen" not in illustration.tables["losses"].columns
    assert len(re.findall(r">w\d", draw(illustration.chart))) == 9  # w1, and every seventh


def with_losses(study, seen, unseen, copying, days_back=(1, 7, 28)):
    return replace(study, days_back=days_back, seen=np.array(seen), unseen=np.array(unseen), copying=copying)


def test_where_copying_beats_every_line_the_title_says_so(study):
    wins = with_losses(study, (9, 8, 7), (60, 50, 40), (10.0, 30.0))
    title = lags_illustration(wins).title
    assert title.startswith(
        "Copying yesterday beats every line on unseen days: L′ is 30.0 views, that of the best line"
    )
    assert "(28 days back) 40.0" in title
    assert lags_illustration(wins, "zh").title.startswith("没见过的日子上，照抄昨天胜过每一条直线：L′ 为 30.0")
    loses = with_losses(study, (9, 8, 7), (60, 50, 40), (10.0, 40.0))
    assert lags_illustration(loses).title.startswith("Looking back 7 days instead of 1")


def test_one_day_and_no_change_are_described_as_such(study):
    illustration = lags_illustration(with_losses(study, (9, 8, 7), (50.0, 50.1, 60), (10.0, 70.0)))
    assert any(sentence.startswith("Beyond 1 day L still falls") for sentence in illustration.sentences)
    assert any("L′ stays the same here" in sentence for sentence in illustration.sentences)
    assert not any("by 0%" in sentence for sentence in illustration.sentences)
    for losses, found in (((50, 40, 60), "falls by 20% here"), ((50, 60, 60), "rises by 20% here")):
        stated = lags_illustration(with_losses(study, (9, 8, 7), losses, (10.0, 70.0))).sentences
        assert any(found in sentence for sentence in stated)


def test_numbers_of_weights_have_room_beyond_their_bars(study):
    changed = replace(study, weights=np.array([0.5, -0.5, 0, 0, 0, 0, 0.2]))
    spec = lags_chart(changed).to_dict()
    panel = spec | spec["vconcat"][1]
    low, high = marked(panel, "bar")[0]["encoding"]["y"]["scale"]["domain"]
    unit = (high - low) / panel["height"]
    assert (-0.5 - low) / unit >= 20
    assert (high - 0.79) / unit >= 20
    first = next(sentence for sentence in lags_illustration(changed).sentences if "largest weight" in sentence)
    assert "is w1 = 0.50" in first


def test_options_out_of_range_are_refused():
    series = simulated_series(400)
    for options, found in (
        ({"days_back": 0}, "days_back=0"),
        ({"days_back": 100}, "days_back=100"),
        ({"compare": "1;7"}, "compare='1;7'"),
        ({"compare": ""}, "compare=''"),
        ({"compare": "0,7"}, "compare='0,7'"),
        ({"compare": "300"}, r"compare=\(300,\): .* 66"),
        ({"loss": "mad"}, "loss='mad'"),
    ):
        with pytest.raises(InputError, match=found):
            study_of("lags", series, **options)
