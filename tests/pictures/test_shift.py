"""Predictions between the day that they are for and the day before: copies are called copies, others are not."""

import copy
import csv
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.chart_reader import marked, rows
from support.data import real
from support.findings_builder import simulated_series
from support.pictures import picture_of, study_of
from thalweg.errors import InputError
from thalweg.pictures.shift.chart import moved_chart, shift_chart, shift_illustration, shift_sentences
from thalweg.pictures.shift.study import COPY_NEARNESS, LEAST_GAIN_SHARE, shift_of
from thalweg.series.frequency.dates import date_range


@pytest.fixture(scope="module")
def study():
    return study_of("shift", simulated_series(600, missing=(360, 361)), days=30)


def days_of(count, start="2021-01-01"):
    return date_range(np.datetime64(start), count)


def test_losses_are_those_by_hand():
    shift = shift_of([3, 5, 4, 8], [1, 3, 6, 4], [1, 3, 5, 4])
    assert (shift.loss, shift.moved, shift.copying) == (2.5, 0.25, 2.25)
    assert math.isclose(shift.nearness, 0.1)
    assert math.isclose(shift.gain, 1 - 2.5 / 2.25)
    assert math.isclose(shift.correlation, np.corrcoef([3, 5, 4, 8], [1, 3, 6, 4])[0, 1])
    assert math.isclose(shift.correlation_before, np.corrcoef([1, 3, 5, 4], [1, 3, 6, 4])[0, 1])
    squared = shift_of([3, 5, 4, 8], [1, 3, 6, 4], [1, 3, 5, 4], "mse")
    assert (squared.loss, squared.moved, squared.copying) == (7.0, 0.25, 6.25)
    assert shift.verdict == squared.verdict == "copying"


@pytest.mark.real
def test_the_lectures_own_line_copies_yesterday_and_its_network_does_not():
    with real("lecture_views_2021_digitised.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    came = np.array([float(row["views"]) for row in table])

    def held(name):
        there = [at for at, row in enumerate(table) if row[name]]  # a day of the network's was not read off
        return shift_of(came[there], [float(table[at][name]) for at in there], came[np.array(there) - 1])

    line, network = held("est_1day_linear"), held("est_3layers")
    assert (len(line.target), len(network.target)) == (45, 44)
    assert line.loss == pytest.approx(580, abs=5)
    assert line.copying == pytest.approx(580, abs=1)
    assert line.nearness < 0.1
    assert network.loss == pytest.approx(380, abs=5)
    assert (line.verdict, network.verdict) == ("copying", "better")


@given(st.integers(0, 2**31), st.floats(1, 1e6))
def test_a_copy_is_described_as_one_and_a_seer_is_not(seed, size):
    came = size * np.random.default_rng(seed).normal(size=41).cumsum()
    before, target = came[:-1], came[1:]
    copied, seer = shift_of(target, before, before), shift_of(target, target, before)
    assert (copied.verdict, seer.verdict) == ("copying", "better")
    assert copied.moved == 0
    assert copied.gain == 0
    assert copied.loss == copied.copying > 0
    assert seer.loss == 0
    assert seer.gain == 1


@given(st.integers(0, 2**31), st.sampled_from(["mae", "mse"]))
def test_the_verdict_does_not_hang_on_the_unit_and_keeps_its_rule(seed, loss):
    random = np.random.default_rng(seed)
    target, before = random.normal(size=(2, 30))
    prediction = before + random.uniform(0, 2) * random.normal(size=30) + random.uniform(0, 1) * (target - before)
    one, other = shift_of(target, prediction, before, loss), shift_of(9 * target, 9 * prediction, 9 * before, loss)
    assert one.verdict == other.verdict
    assert (one.verdict == "better") == (one.loss < 0.9 * one.copying)
    if one.verdict == "copying":
        assert np.abs(prediction - before).mean() <= 0.5 * np.abs(prediction - target).mean()
    if loss == "mae":  # the triangle: a copy cannot lose much less than copying
        assert one.loss + one.moved >= one.copying * (1 - 1e-12)


def test_a_forecast_as_poor_as_a_copy_without_being_one():
    target = np.array([10.0, 20, 10, 20, 10, 20])
    before = np.array([20.0, 10, 20, 10, 20, 10])
    shift = shift_of(target, np.full(6, 40.0), before)
    assert shift.verdict == "no_better"
    assert math.isnan(shift.correlation)
    assert "of no more use" in shift_sentences(shift, name="views")[0]
    assert (
        "loses 150% more than copying yesterday does (25.0 against 10.0 views)"
        in shift_sentences(shift, name="views")[3]
    )


def test_days_that_never_change_divide_nothing_by_nothing():
    flat = np.full(20, 7.0)
    shift = shift_of(flat, flat, flat)
    assert (shift.loss, shift.nearness, shift.gain, shift.verdict) == (0, 0, 0, "copying")
    assert moved_chart(shift, days_of(20), "views", "flat").to_dict()


def test_arrays_that_do_not_fit_are_refused():
    for arrays in (([1, 2], [1], [1, 2]), ([], [], []), ([[1.0]], [[1.0]], [[1.0]])):
        with pytest.raises(ValueError, match="the shapes are"):
            shift_of(*arrays)
    with pytest.raises(ValueError, match="not finite"):
        shift_of([1, np.nan], [1, 2], [1, 2])


def test_moved_further_the_estimate_meets_the_day_so_long_before():
    came = np.random.default_rng(1).normal(size=33).cumsum()
    dates, target = days_of(30), came[3:]
    shift = shift_of(target, came[1:-2], came[2:-1])  # the estimate is the value of two days before
    assert shift.moved_by(dates, 0) == shift.loss > 0
    assert shift.moved_by(dates, 1) == shift.moved > 0
    assert shift.moved_by(dates, 2) == 0
    np.testing.assert_allclose(shift.moved_by(dates, 3), np.abs(came[4:-2] - came[3:-3])[:27].mean(), rtol=1e-12)
    assert math.isnan(shift.moved_by(dates, 40))
    kept = np.arange(30) != 10  # a day without a value: pairs with it are left out, no other
    gap = shift_of(target[kept], came[1:-2][kept], came[2:-1][kept])
    assert gap.moved_by(dates[kept], 2) == 0


def test_the_study_holds_unseen_days_against_the_day_before(study):
    series, split = study.fitted_rung.series, study.fitted_rung.split
    place = (study.dates - series.start).astype(int)
    assert place[0] == split.train
    assert place[-1] == split.train + split.validation - 1
    assert len(place) == split.validation - 2
    assert not np.isin([360, 361], place).any()
    np.testing.assert_array_equal(study.shift.target, series.values[place])
    before = np.where(series.observed[place - 1], place - 1, place - 3)  # two days are missing: 360 and 361
    np.testing.assert_array_equal(study.shift.before, series.values[before])
    assert before[place == 362] == 359
    np.testing.assert_array_equal(study.shift.prediction, study.fitted_rung.estimates[place])
    np.testing.assert_allclose(study.shift.loss, study.fitted_rung.unseen(), rtol=1e-12)


def test_a_line_over_yesterday_copies_and_a_week_with_a_network_does_not(study):
    assert study.shift.verdict == "copying"
    seen = (
        study.shift.before
        == study.fitted_rung.series.values[(study.dates - study.fitted_rung.series.start).astype(int) - 1]
    )
    assert seen.sum() == len(seen) - 1, (
        "the day after a gap sees what was filled in, and is held against what was observed"
    )
    assert np.corrcoef(study.shift.prediction[seen], study.shift.before[seen])[0, 1] == pytest.approx(1, abs=1e-6)
    assert study.shift.correlation_before > 0.99
    other = study_of("shift", study.fitted_rung.series, days_back=28, layers="30", known="week")
    assert other.shift.verdict == "better"
    assert other.shift.loss < 0.8 * study.shift.loss
    assert shift_illustration(other).title.startswith("This is not copying yesterday: L′ =")


def test_the_picture_holds_both_places_and_every_loss(study):
    spec = shift_chart(study).to_dict()
    own, moved, losses = (spec | panel for panel in spec["vconcat"])
    for panel in (own, moved):
        table = rows(panel, marked(panel, "line", y="target")[0])
        assert len(table) == 30
        shown = np.array([[float(row[name]) for name in ("target", "prediction", "before")] for row in table])
        expected = np.stack([study.shift.target, study.shift.prediction, study.shift.before], axis=1)[-30:]
        np.testing.assert_allclose(shown, expected, rtol=1e-6)
    assert marked(own, "line", x="day", y="before")
    assert not marked(moved, "line", y="before")
    (estimate,) = marked(moved, "line", x="moved", y="prediction")
    assert estimate["transform"] == [{"calculate": "utcOffset('date', toDate(datum.day), -moved_back)", "as": "moved"}]
    bars = rows(losses, marked(losses, "bar")[0])
    dates = study.dates
    expected = [*(study.shift.moved_by(dates, back) for back in range(4)), study.shift.copying]
    np.testing.assert_allclose([float(row["loss"]) for row in bars], expected, rtol=1e-6)
    assert min(expected) > 10
    assert [row["loss"] for row in shift_illustration(study).tables["losses"].rows()] == expected


def test_the_slider_moves_the_estimate(study, draw):
    spec = shift_chart(study).to_dict()
    (slider,) = spec["params"]
    assert slider["bind"] | {"name": ""} == {"input": "range", "min": 0, "max": 3, "step": 1, "name": ""}

    class At:
        def __init__(self, value):
            self.value = value

        def to_dict(self):
            moved = copy.deepcopy(spec)
            moved["params"][0]["value"] = self.value
            return moved

    assert len({draw(At(value)) for value in (0, 1, 3)}) == 3


def test_the_verdict_is_said_with_its_figures(study):
    illustration = shift_illustration(study)
    assert illustration.title.startswith("This is copying yesterday: L′ = ")
    assert f"{100 * study.shift.nearness:.0f}% of that to the day it is for" in illustration.sentences[1]
    assert (
        f"where this is {100 * COPY_NEARNESS:.0f}% or less and it saves no more than {100 * LEAST_GAIN_SHARE:.0f}% of"
        in illustration.sentences[1]
    )
    assert "with the day before 0.99" in illustration.sentences[2]
    assert "这是在照抄昨天" in shift_illustration(study, "zh").title
    squared = study_of("shift", study.fitted_rung.series, loss="mse")
    assert "views squared" in shift_illustration(squared).title


def test_options_out_of_range_are_refused():
    series = simulated_series(400)
    for options, found in (
        ({"days": 1}, "days=1"),
        ({"days_back": 0}, "days_back=0"),
        ({"known": "moon"}, "known='moon': choose one of none, day, week, year"),
        ({"known": "year"}, "known='year': of the 400 days 200 are for training"),
        ({"known": "week", "country": "Atlantis"}, "country='Atlantis'"),
        ({"layers": "-3"}, "layers='-3'"),
        ({"loss": "mad"}, "loss='mad'"),
    ):
        with pytest.raises(InputError, match=found):
            study_of("shift", series, **options)


def test_the_axis_of_days_is_given_in_parts_of_a_date():
    """The interpreter of expressions, which pages use, takes a number of milliseconds for a year."""
    spec = picture_of("shift").illustration.described
    for panel in spec["vconcat"][:2]:
        scales = [
            layer["encoding"]["x"].get("scale") or {} for layer in panel["layer"] if "x" in layer.get("encoding", {})
        ]
        domains = [scale["domain"] for scale in scales if "domain" in scale]
        assert domains
        for end in (end for domain in domains for end in domain):
            assert set(end) == {"year", "month", "date", "utc"}
