"""Matrices with numbers: each panel's product is right, and θ read by the places given is the network's."""

import numpy as np
import pytest

from support.chart_reader import layers, rows
from support.findings_builder import simulated_series
from support.pictures import study_of
from thalweg.charts.numbers import short_number
from thalweg.errors import InputError
from thalweg.pictures.matrix.chart import matrix_chart, matrix_illustration
from thalweg.pictures.matrix.panels import kept


@pytest.fixture(scope="module")
def series():
    return simulated_series(400)


@pytest.fixture(scope="module")
def study(series):
    return study_of("matrix", series)


def drawn(spec, panel):
    """Texts and cells of a panel."""
    texts = [
        row["text"] for layer in layers(panel) if layer["mark"]["type"] == "text" for row in rows(spec | panel, layer)
    ]
    cells = [row for layer in layers(panel) if layer["mark"]["type"] == "rect" for row in rows(spec | panel, layer)]
    return texts, cells


def test_the_lectures_shape_with_its_numbers(study):
    example = study.example
    assert example.network.widths == (3, 3, 1)
    hidden, output = example.network.layers(example.theta)
    spec = matrix_chart(study).to_dict()
    first, second, theta = spec["vconcat"]
    texts, cells = drawn(spec, first)
    assert len(cells) == 3 + 3 + 9 + 3 + 3  # r, b, W, x, a
    r = hidden.biases + hidden.weights @ example.x
    a = 1 / (1 + np.exp(-r))
    for numbers in (r, hidden.biases, hidden.weights, example.x, a):
        assert np.abs(numbers).max() > 1e-3
        for value in np.ravel(numbers):
            assert short_number(float(value)) in texts
    for sign in ("=", "+", "·", "σ →", "a = σ(r)", "W", "x"):
        assert sign in texts
    texts, cells = drawn(spec, second)
    assert len(cells) == 1 + 1 + 3 + 3  # y, b, c, a
    y = output.biases[0] + output.weights[0] @ a
    assert short_number(float(y)) in texts
    assert example.estimated == pytest.approx(y * example.scale.spread + example.scale.centre, rel=1e-12)
    texts, cells = drawn(spec, theta)
    assert [text for text in texts if text.endswith(("W", "b", "c"))] == [
        *(f"row {row} of W" for row in (1, 2, 3)),
        "b",
        "c",
        "b",
    ]
    assert {"0…2", "3…5", "6…8", "9…11", "12…14", "15"} <= set(texts)
    for value in example.theta:
        assert short_number(float(value)) in texts


def test_heat_is_the_numbers_sign_and_size(study):
    spec = matrix_chart(study).to_dict()
    _, cells = drawn(spec, spec["vconcat"][0])
    weights = np.ravel(study.example.network.layers(study.example.theta)[0].weights)
    shown = cells[6:15]
    signs = {cell["fill"] for cell, weight in zip(shown, weights, strict=True) if weight > 0}
    assert signs == {"#0072b2"}
    opacity = np.array([cell["opacity"] for cell in shown])
    np.testing.assert_allclose(opacity / opacity.max(), np.abs(weights) / np.abs(weights).max(), rtol=1e-9)


@pytest.mark.parametrize("widths", ["3", "0", "4,3", "2,3,4,5"])
def test_theta_read_by_the_places_stated_is_the_networks(series, widths):
    found = study_of("matrix", series, layers=widths)
    illustration, theta, network = matrix_illustration(found), found.example.theta, found.example.network
    parts = illustration.tables["parts"].columns
    views = [part for layer in network.layers(theta) for part in layer]
    assert len(views) == len(parts["first"])
    for view, first, end, shape in zip(views, parts["first"], parts["end"], parts["shape"], strict=True):
        stated = tuple(int(size) for size in shape.split(" × "))
        np.testing.assert_array_equal(theta[first:end].reshape(stated), view)
    np.testing.assert_array_equal(illustration.tables["values"].columns["value"], theta)
    assert np.abs(theta).max() > 0.01


def test_deeper_and_larger_networks_are_shortened(series):
    deep = matrix_chart(study_of("matrix", series, layers="3,3,3,3,3", days_back=2)).to_dict()
    assert len(deep["vconcat"]) == 2 + 1 + 1 + 1 + 1  # two layers, what is left out, the last, the output, θ
    texts, _ = drawn(deep, deep["vconcat"][2])
    assert texts == ["… 2 more layers of the same form, a′ = σ(b′ + W′·a) …"]
    large = matrix_chart(study_of("matrix", series, layers="100,100", days_back=28, activation="relu")).to_dict()
    for panel in large["vconcat"]:
        texts, cells = drawn(large, panel)
        assert len(cells) <= 6 * 11
        assert "⋮" in texts or "…" in texts
    assert kept(6) == [0, 1, 2, 3, 4, 5]
    assert kept(100) == [0, 1, 2, 3, None, 99]


def test_a_straight_line_has_no_r(series):
    illustration = matrix_illustration(study_of("matrix", series, layers="0"))
    assert illustration.title.startswith("A straight line, y = b + w·x")
    assert len(illustration.described["vconcat"]) == 2
    assert any("no r and no a" in sentence for sentence in illustration.sentences)


def test_its_days_stand_in_the_users_units(series):
    found = study_of("matrix", series, day="2017-07-01")
    texts, _ = drawn(spec := matrix_chart(found).to_dict(), spec["vconcat"][0])
    assert "Fri 30 Jun" in texts
    at = int((np.datetime64("2017-06-30") - series.start).astype(int))
    assert f"{series.values[at]:,.0f}" in texts


def test_options_out_of_range_are_refused(series):
    for options, found in (
        ({"days_back": 0}, "days_back=0"),
        ({"layers": "three"}, "layers='three'"),
        ({"day": "2019-01-01"}, "day='2019-01-01': choose a date from"),
        ({"activation": "step"}, "activation='step'"),
        ({"loss": "mad"}, "loss='mad'"),
    ):
        with pytest.raises(InputError, match=found):
            study_of("matrix", series, **options)
