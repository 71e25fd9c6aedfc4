"""The error of each day: what is drawn is what was missed, and its mean is L."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.chart_reader import layers, marked, rows
from support.findings_builder import simulated_series
from support.pictures import study_of
from thalweg.charts.numbers import number
from thalweg.errors import InputError
from thalweg.pictures.error.chart import error_chart, error_illustration
from thalweg.pictures.error.study import round_above


@pytest.fixture(scope="module")
def study():
    return study_of("error", simulated_series(600, missing=(340, 341)), days=40, minus=250.0)


def test_e_is_what_the_estimate_misses(study):
    assert len(study.dates) == 40
    values = dict(zip(study.fitted_rung.series.dates, study.fitted_rung.series.values, strict=True))
    np.testing.assert_array_equal(study.target, [values[date] for date in study.dates])
    assert study.dates[-1] == study.fitted_rung.split.train_last
    np.testing.assert_allclose(study.absolute, np.abs(study.target - study.prediction), rtol=0)
    np.testing.assert_allclose(study.squared, study.absolute**2, rtol=1e-12)
    np.testing.assert_allclose(study.lowered, study.absolute - 250, rtol=1e-12)
    assert study.absolute.min() >= 0
    assert study.lowered.min() < 0


def test_the_estimate_is_a_line_over_yesterday(study):
    series = study.fitted_rung.series
    place = (study.dates - series.start).astype(int)
    slope, bias = np.polyfit(series.values[place - 1], study.prediction, 1)
    np.testing.assert_allclose(slope * series.values[place - 1] + bias, study.prediction, rtol=1e-4)
    assert 0.3 < slope < 1.1


def test_a_day_without_a_value_has_no_error(study):
    assert not np.isin(study.fitted_rung.series.dates[[340, 341]], study.dates).any()


def test_the_bars_reach_from_truth_to_estimate_and_the_means_are_l(study):
    spec = error_chart(study).to_dict()
    above, *below = spec["vconcat"]
    (bars,) = marked(spec | above, "rule", y="target")
    shown = [(float(row["target"]), float(row["prediction"])) for row in rows(spec, bars) if row["target"]]
    np.testing.assert_allclose(shown, np.stack([study.target, study.prediction], axis=1), rtol=1e-6)
    means = []
    for panel in below:
        (line,) = [layer for layer in layers(panel) if layer["mark"]["type"] == "rule" and "dash" in str(layer).lower()]
        means.append(rows(spec, line)[0]["mean"])
    expected = [study.absolute.mean(), study.squared.mean(), study.lowered.mean()]
    np.testing.assert_allclose(means, expected, rtol=1e-12)
    assert expected[0] > 10


def test_squares_listen_to_the_worst_day(study):
    illustration = error_illustration(study)
    worst = [study.absolute.max() / study.absolute.sum(), study.squared.max() / study.squared.sum()]
    assert worst[1] > worst[0]
    assert (
        f"{100 * worst[0]:.0f}% of all absolute errors and {100 * worst[1]:.0f}% of all squared ones"
        in illustration.sentences[1]
    )


@pytest.mark.parametrize("loss", ["mae", "mse"])
def test_the_mean_over_all_training_days_is_stated_beside(loss):
    study = study_of("error", simulated_series(400), days=10, loss=loss)
    of, series = study.fitted_rung, study.fitted_rung.series
    by_hand = np.abs(of.estimates - series.values[: of.sealed])[1 : of.split.train].mean()
    assert study.of_all == pytest.approx(by_hand, rel=1e-12)
    assert study.of_all != pytest.approx(study.absolute.mean(), rel=1e-3)
    assert f"over all training values it is {number(by_hand)}." in error_illustration(study).sentences[0]


def test_days_that_never_change_have_no_worst():
    illustration = error_illustration(study_of("error", replace(simulated_series(400), values=np.full(400, 5.0))))
    assert not any("nan" in sentence or "worst day" in sentence for sentence in illustration.sentences)
    assert illustration.tables["losses"].rows()[0]["mean"] == 0


def test_the_third_loss_is_negative_where_nothing_else_is_said():
    study = study_of("error", simulated_series(400), days=20)
    mean = study.absolute.mean()
    assert study.minus == round_above(mean) > mean > 10
    assert study.lowered.mean() < 0
    assert study_of("error", simulated_series(400), days=20, minus=100).minus == 100
    illustration = error_illustration(study)
    assert f"Minus {number(study.minus)} the loss is −" in illustration.sentences[-1]


@given(st.floats(1e-9, 1e12))
def test_a_round_number_above_has_one_figure(size):
    above = round_above(size)
    assert size < above <= 2 * size * (1 + 1e-9)
    assert f"{above:.0e}".split("e")[0] in "1 2 3 4 5 6 7 8 9"
    assert float(f"{above:.0e}") == above


def test_round_numbers_by_hand():
    shown = [round_above(size) for size in (208, 200, 0.21, 95, 1, 0)]
    assert shown == [300, 300, 0.3, 100, 2, 1]


def test_a_zero_is_written_without_a_letter(study, draw):
    svg = draw(error_chart(study))
    assert ">200k<" in svg or ">100k<" in svg or ">500k<" in svg
    assert not re.search(r">0[kMGm]<", svg)


def test_options_out_of_range_are_refused():
    series = simulated_series(400)
    for options, found in (
        ({"days": 1}, "days=1"),
        ({"minus": float("nan")}, "minus=nan"),
        ({"layers": "ten"}, "layers='ten'"),
        ({"days_back": 300}, "days_back=300"),
        ({"loss": "mad"}, "loss='mad'"),
    ):
        with pytest.raises(InputError, match=found):
            study_of("error", series, **options)
