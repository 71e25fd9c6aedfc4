"""Model bias: the line is the best of all, networks come closer, and the pictures show both."""

import numpy as np
import pytest

import thalweg
from support.chart_reader import layers, marked, rows
from support.data import real
from support.findings_builder import simulated_series
from support.pictures import study_of
from thalweg.errors import InputError
from thalweg.pictures.bias.chart import HALF_WIDTH_PIXELS, bias_chart, bias_illustration
from thalweg.pictures.shared.curve import LECTURE_TURNS


@pytest.fixture(scope="module")
def study():
    return study_of("bias", neurons="1,2,6")


def panels(spec):
    pair, losses = spec["vconcat"]
    return [spec | panel for panel in (*pair["hconcat"], losses)]


def test_the_line_is_the_best_and_cannot_bend(study):
    x, y = study.curve.x, study.curve.y
    np.testing.assert_allclose(y, np.interp(x, *LECTURE_TURNS.T), rtol=0)
    assert (np.diff(y) > 0).any()
    assert (np.diff(y) < 0).any()
    np.testing.assert_allclose(study.line_loss, np.abs(study.line.at(x) - y).mean(), rtol=1e-12)
    # Golden: the least L of any line over the lecture's curve, by a search of 0.01 in w and in b.
    weights, biases = np.meshgrid(np.arange(-0.5, 0.5, 0.01), np.arange(0, 4, 0.01))
    tried = np.abs(biases[..., None] + weights[..., None] * x - y).mean(axis=-1)
    assert study.line_loss <= tried.min() < study.line_loss + 0.002
    assert study.line_loss == pytest.approx(0.8789548806, abs=1e-9)


def test_pieces_do_what_the_line_cannot(study):
    losses = [bent.loss for bent in study.networks]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.1 * study.line_loss
    assert losses[0] > 0.6 * study.line_loss  # one piece only rises or only falls
    for bent in study.networks:
        assert bent.unknowns == 3 * bent.neurons + 1
        np.testing.assert_allclose(bent.loss, np.abs(bent.prediction - study.curve.y).mean(), rtol=1e-12)
    assert len(set(np.sign(np.diff(study.networks[0].prediction)).tolist()) - {0.0}) == 1
    assert len(set(np.sign(np.diff(study.networks[1].prediction)).tolist())) == 2


def test_the_chart_draws_the_line_the_network_and_every_loss(study):
    spec = bias_chart(study).to_dict()
    left, right, below = panels(spec)
    line = next(rows(left, one) for one in layers(left) if one["encoding"].get("y", {}).get("field") == "line"
                and one["mark"]["type"] == "line")  # fmt: skip
    np.testing.assert_allclose([float(row["line"]) for row in line], study.line.at(study.curve.x[[0, -1]]), rtol=1e-6)
    (made,) = marked(right, "line", y="made")
    table = rows(right, made)
    for bent in study.networks:
        drawn = [float(row["made"]) for row in table if int(row["neurons"]) == bent.neurons]
        np.testing.assert_allclose(drawn, bent.prediction, rtol=1e-6)
    (bars,) = marked(below, "bar")
    shown = [row["loss"] for row in rows(below, bars)]
    np.testing.assert_allclose(shown, [study.line_loss, *(bent.loss for bent in study.networks)], rtol=1e-12)
    sliders = {param["name"]: param for param in spec["params"] if "bind" in param}
    assert set(sliders) == {"line_w", "line_b", "neurons"}
    for name, best in (("line_w", study.line.weight), ("line_b", study.line.bias)):
        bind = sliders[name]["bind"]
        assert bind["min"] < best < bind["max"]
        assert bind["min"] <= sliders[name]["value"] <= bind["max"]
    assert sliders["neurons"]["bind"]["options"] == [1, 2, 6]
    assert HALF_WIDTH_PIXELS * 2 < 780


def test_the_words_state_the_figures(study):
    illustration = bias_illustration(study)
    assert (
        illustration.title
        == f"The best line has L = 0.879, and none is better; a sum of 6 pieces comes to {study.networks[-1].loss:.4f}"
    )
    assert "y = 1.76 + 0.0579·x, with L = 0.879" in illustration.sentences[0]
    assert "No other w and b do better" in illustration.sentences[0]
    assert illustration.asked == ("bias",)
    spec = bias_chart(study).to_dict()
    *_, below = panels(spec)
    assert marked(below, "bar")[0]["encoding"]["x"]["title"] == "L, the mean absolute error"
    one = bias_illustration(study_of("bias", neurons="1"))
    assert "a single piece" in one.title
    assert any(sentence.startswith("1 neuron (") for sentence in one.sentences)
    table = illustration.tables["models"].columns
    assert table["loss"][0] == study.line_loss
    assert table["unknowns"] == [2, 4, 7, 19]


def test_days_stand_on_the_axis_as_dates_and_are_training_days_only():
    series = simulated_series(900, missing=(500, 501))
    study = study_of("bias", series, neurons="3", loss="mse", activation="hard sigmoid")
    train = 900 - 180 - 270
    week = np.array([series.values[day - 3 : day + 4].mean() for day in range(train - 362, train - 3)])
    np.testing.assert_allclose(study.curve.y, week, rtol=1e-12)
    np.testing.assert_array_equal(study.curve.dates(study.curve.x), series.dates[train - 362 : train - 3])
    weight, bias = np.polyfit(study.curve.x, study.curve.y, 1)
    np.testing.assert_allclose(study.line, (weight, bias), rtol=1e-9)
    illustration = bias_illustration(study)
    assert "views squared" in illustration.title
    assert str(illustration.tables["curve"].rows()[0]["x"]) == str(series.dates[train - 362])
    left, *_ = panels(bias_chart(study).to_dict())
    assert any(one["encoding"].get("x", {}).get("type") == "temporal" for one in layers(left))


def test_options_out_of_range_are_refused():
    for options, found in (
        ({"neurons": "0"}, "neurons='0'"),
        ({"neurons": "two"}, "neurons='two'"),
        ({"neurons": ""}, "neurons=''"),
        ({"neurons": "1,2,3,4,5,6,7,8,9"}, "1 to 8 whole numbers"),
        ({"activation": "relu"}, "activation='relu'"),
        ({"loss": "mad"}, "loss='mad'"),
        ({"curve": "circle"}, "curve='circle'"),
    ):
        with pytest.raises(InputError, match=found):
            study_of("bias", **options)
    with pytest.raises(InputError, match="curve='lecture': it is drawn without values"):
        study_of("bias", simulated_series(400), curve="lecture")


@pytest.mark.real
def test_a_teaching_website_rises_and_falls():
    study = study_of(
        "bias", thalweg.read(real("website_visitors_statforecasting_2014_2020.csv"), value="Page.Loads"), neurons="8"
    )
    assert study.networks[0].loss < 0.4 * study.line_loss
    assert study.line_loss == pytest.approx(868, abs=1)
