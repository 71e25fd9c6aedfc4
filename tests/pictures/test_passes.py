"""One example forward and back: the lecture's printed digits, the trace, the paths, and never a hairball."""

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pytest

import thalweg
from support.blackboard import Blackboard
from support.chart_reader import layers, rows
from support.data import real
from support.findings_builder import simulated_series
from support.pictures import study_of
from support.small_searches import plan_of, predictors_of, tomorrow_of
from thalweg.charts.numbers import exact_number, large_count, rounded_number, short_number
from thalweg.errors import InputError
from thalweg.forecast.levels import LEVELS
from thalweg.forecast.model import Model
from thalweg.forecast.predictors.baselines import Copy
from thalweg.forecast.predictors.network import Rung
from thalweg.learn import backprop
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES
from thalweg.pictures.passes.chart import passes_illustration
from thalweg.pictures.passes.study import SPEECH, WORKED, WORKED_THETA, WORKED_X, counts_of
from thalweg.series.frequency.dates import days_after


@pytest.fixture(scope="module")
def series():
    return simulated_series(400)


@pytest.fixture(scope="module")
def worked():
    return study_of("passes")


@pytest.fixture(scope="module")
def fitted(series):
    return study_of("passes", series)


def panels(illustration):
    spec = illustration.described
    for panel in spec["vconcat"]:
        yield from panel.get("hconcat", [panel])


def written(illustration, panel=None):
    """All texts of a panel, or of the whole picture."""
    spec = illustration.described
    return [
        row["text"]
        for one in ([panel] if panel else panels(illustration))
        for layer in layers(one)
        if layer["mark"]["type"] == "text" and layer["encoding"]["text"]["field"] == "text"
        for row in rows(spec, layer)
    ]


def shapes(illustration, panel, shape):
    return [
        row
        for layer in layers(panel)
        if layer["mark"]["type"] == "point" and layer["encoding"].get("shape")
        for row in rows(illustration.described, layer)
        if row["shape"].startswith(shape)
    ]


def test_the_lectures_printed_digits_stand_in_the_picture(worked):
    illustration = passes_illustration(worked)
    forward, strip, backward = panels(illustration)
    texts = written(illustration, forward)
    for printed in ("0.98", "0.12", "0.86", "0.11", "0.62", "0.83"):
        assert printed in texts
    for marked in ("∂z/∂w −1", "∂z/∂w 0.12", "∂z/∂w 0.11"):
        assert marked in texts
    framed = [
        row
        for layer in layers(forward)
        if layer["mark"]["type"] == "rect"
        for row in rows(illustration.described, layer)
        if row["stroke"] != "white"
    ]
    assert len(framed) == 3
    assert written(illustration, strip).count(exact_number(worked.trace.gradient)) >= 1
    assert exact_number(worked.trace.difference) in written(illustration, strip)
    assert len(shapes(illustration, backward, "M-1,0")) == 6  # an op-amp a neuron
    for derivative in np.concatenate(worked.passes.derivatives):
        assert short_number(float(derivative)) in written(illustration, backward)
    sentences = " ".join(illustration.sentences)
    assert "0.98, 0.12, 0.86, 0.11, 0.62, 0.83" in sentences
    assert "∂z/∂w = −1, 0.12, 0.11" in sentences


def test_the_subtitle_names_the_loss_that_was_taken(worked):
    squared, absolute = passes_illustration(worked), passes_illustration(study_of("passes", loss="mae"))
    assert squared.subtitle.endswith("target (0.25, 0.5) and C = the mean of (y − target)² over the outputs")
    assert absolute.subtitle.endswith("C = the mean of |y − target| over the outputs")
    assert "|y − 目标|" in passes_illustration(study_of("passes", loss="mae"), "zh").subtitle
    # C and ∂C/∂y are what the sentences say.
    passes, away = worked.passes, worked.passes.a[-1] - worked.passes.target
    assert passes.cost == pytest.approx((away**2).mean(), rel=1e-14)
    np.testing.assert_allclose(passes.output_slope, away, rtol=1e-14)
    assert "so ∂C/∂y = y − target" in squared.sentences[0]
    assert "C = the mean of (y − target)² over the outputs = 0.12" in written(squared)
    assert "half the sign of" in absolute.sentences[0]
    one = passes_illustration(study_of("passes", simulated_series(400)))
    assert "with C = (y − target)²" in one.subtitle
    assert "so ∂C/∂y = 2·(y − target)" in one.sentences[0]


def test_every_wire_shows_its_weight_and_both_slopes(worked):
    illustration = passes_illustration(worked)
    forward, _, backward = panels(illustration)
    layer_of = WORKED.layers(WORKED_THETA)
    for panel in (forward, backward):
        wires = {
            row["wire"]: row
            for layer in layers(panel) if layer["mark"]["type"] == "rule"
            for row in rows(illustration.described, layer) if "wire" in row
        }  # fmt: skip
        assert len(wires) == 12
        for name, row in wires.items():
            layer, neuron, source = map(int, name.split(","))
            assert row["weight"] == exact_number(float(layer_of[layer - 1].weights[neuron - 1, source - 1]))
            assert row["connected"] == exact_number(float(worked.passes.a[layer - 1][source - 1]))
            assert row["slope"] == exact_number(float(worked.passes.slopes[layer - 1][neuron - 1]))
    texts = written(illustration, backward)
    for slope in np.concatenate(worked.passes.slopes):
        assert f"∂C/∂z {short_number(float(slope))}" in texts
    for panel in (forward, backward):
        assert sum(text.startswith(("w ", "× w ", "∂C/∂w")) for text in written(illustration, panel)) in {12, 9}
    # The arrows are turned round: every wire of the reversed network runs to the left.
    lines = [row for layer in layers(backward) if layer["mark"]["type"] == "rule"
             for row in rows(illustration.described, layer)]  # fmt: skip
    assert len(lines) == 14
    assert all(row["x2"] < row["x"] for row in lines)


def test_labels_do_not_overlap(worked, fitted):
    for study in (worked, fitted):
        illustration = passes_illustration(study)
        for panel in panels(illustration):
            plates = [
                row
                for layer in layers(panel)
                if layer["mark"]["type"] == "rect"
                for row in rows(illustration.described, layer)
                if row["opacity"] > 0.9
            ]
            for at, one in enumerate(plates):
                for other in plates[:at]:
                    apart = one["x2"] <= other["x"] or other["x2"] <= one["x"]
                    assert apart or one["y2"] <= other["y"] or other["y2"] <= one["y"]


def test_the_tables_hold_everything(worked, fitted):
    for study in (worked, fitted):
        illustration = passes_illustration(study)
        wires = illustration.tables["wires"].columns
        network = study.passes.network
        assert len(illustration.tables["wires"]) == network.size
        assert len(illustration.tables["nodes"]) == sum(network.widths)
        np.testing.assert_allclose(
            np.multiply(wires["connected"], wires["slope"]), wires["gradient"], rtol=1e-12, atol=0
        )
        assert np.abs(wires["gradient"]).min() > 1e-9
        np.testing.assert_allclose(wires["difference"], wires["gradient"], rtol=1e-5, atol=1e-9)
        assert sorted(wires["gradient"]) == pytest.approx(sorted(study.passes.gradient), rel=1e-13)


def test_paths_add_up_in_the_table_and_in_the_picture(series):
    study = study_of("passes", series, view="paths", layers="3,3", weight="1,2,1")
    illustration = passes_illustration(study)
    assert next(iter(illustration.tables)) == "paths"
    *paths, total = illustration.tables["paths"].columns["product"]
    assert len(paths) == 3
    assert abs(total) > 1e-9
    assert sum(paths) == pytest.approx(total, rel=1e-12)
    assert total == pytest.approx(study.passes.gradient[study.trace.place], rel=1e-12)
    shown = [text.removesuffix(" =") for text in written(illustration) if " × " in text]
    assert len(shown) == 3
    for text, product in zip(shown, paths, strict=True):
        made = np.prod([float(one.strip("()").replace("−", "-")) for one in text.split(" × ")])
        assert f"{made:.4g}" == f"{product:.4g}"  # what is printed gives the product that is printed
    for factors, product in zip(illustration.tables["paths"].columns["factors"], paths, strict=False):
        assert np.prod([float(one) for one in factors.split(" × ")]) == pytest.approx(product, rel=1e-12)
    texts = written(illustration)
    assert rounded_number(total, 4) in texts
    assert "z(1,2) → z(2,1) → z(3,1) → C" in texts


def test_counts_are_the_blackboards_and_grow(worked):
    for count in counts_of((2, 2, 2, 2))[:4]:
        network = type(WORKED)(count.widths, "sigmoid")
        board = Blackboard(network, network.start(1).tolist())
        z = board.forward([1.0, -1.0])
        assert board.multiplications == count.forward
        for work, expected in ((board.backward, count.backward), (board.naive, count.naive)):
            board.multiplications = 0
            work(z, [0.1, 0.2])
            assert board.multiplications == expected
    assert [count.here for count in worked.counts].index(True) == 1
    assert worked.counts[1].widths == (2, 2, 2, 2)
    deepest = worked.speech_counts[-1]
    assert deepest.widths == SPEECH
    assert deepest.backward < 1.01 * deepest.forward
    assert deepest.naive > 1e24
    illustration = passes_illustration(study_of("passes", view="counts"))
    drawn = [
        row
        for panel in panels(illustration)
        for layer in layers(panel) if layer["mark"]["type"] == "line"
        for row in rows(illustration.described, layer) if row["which"] == "naive"
    ]  # fmt: skip
    assert max(row["multiplications"] for row in drawn) == float(deepest.naive)
    assert all(panel["layer"][1]["encoding"]["y"]["scale"]["type"] == "log" for panel in list(panels(illustration))[1:])


def test_examples_have_the_batchs_gradient_as_their_mean(series, worked):
    study = study_of("passes", series, view="examples", examples=12, weight="2,1,2")
    assert len(study.shares) == 12
    assert np.ptp(study.shares) > 1e-4
    example = study.example
    x, target = example.rows(example.days_until(12))
    _, gradient = backprop.loss_and_gradient(
        example.network, example.theta, LOSSES["mse"], x, target, np.ones(target.shape)
    )
    assert study.shares.mean() == pytest.approx(gradient[study.trace.place], rel=1e-12)
    assert study.shares[-1] == pytest.approx(study.trace.gradient, rel=1e-12)
    assert study.labels[-1] == example.day
    (panel,) = panels(passes_illustration(study))
    bars = next(layer for layer in layers(panel) if layer["mark"]["type"] == "bar")
    drawn = rows(passes_illustration(study).described, bars)
    np.testing.assert_allclose([row["share"] for row in drawn], study.shares, rtol=0)
    assert [row["here"] for row in drawn] == [False] * 11 + [True]
    assert len(worked.shares) == len(WORKED_X)
    toy = passes_illustration(study_of("passes", view="examples", examples=9))
    assert toy.tables["examples"].columns["x"][:2] == ["(1, −1)", "(−1, 1)"]
    assert toy.tables["examples"].columns["target"] == ["(0.25, 0.5)"] * 8
    assert "8 examples, each with target (0.25, 0.5)" in toy.subtitle
    assert any(sentence.startswith("9 examples were asked for") for sentence in toy.sentences)
    (panel,) = panels(toy)
    words = [row["text"] for layer in layers(panel) if layer["mark"]["type"] == "text"
             for row in rows(toy.described, layer)]  # fmt: skip
    assert words.count("0") > 0


def test_the_day_is_as_the_network_was_shown_it(series, fitted):
    example = fitted.example
    assert example.day == days_after(np.datetime64("2017-01-02"), 199)  # the last training day of 400
    np.testing.assert_array_equal(example.values, series.values[198:195:-1])
    scale = example.scale
    np.testing.assert_allclose(example.x, (example.values - scale.centre) / scale.spread, rtol=1e-12)
    assert example.actual == series.values[199]
    assert example.estimated == pytest.approx(float(fitted.passes.a[-1][0]) * scale.spread + scale.centre, rel=1e-12)
    texts = written(passes_illustration(fitted))
    assert "Wed 19 Jul" in texts
    assert f"{example.values[0]:,.0f}" in texts
    other = study_of("passes", series, day="2017-08-01").example
    assert str(other.day) == "2017-08-01"
    assert other.actual == series.values[int((other.day - series.start).astype(int))]


def test_large_networks_are_summarised(series):
    study = study_of("passes", series, days_back=28, layers="100,100,100,100", activation="relu", weight="3,77,9")
    illustration = passes_illustration(study)
    spec = illustration.described
    marks = sum(len(rows(spec, layer)) for panel in panels(illustration) for layer in layers(panel))
    assert 100 < marks < 800
    forward = next(panels(illustration))
    assert len(shapes(illustration, forward, "circle")) <= 4 * 6
    texts = written(illustration)
    assert "… 94 more" in texts
    assert any("at most 6 neurons are drawn" in sentence for sentence in illustration.sentences)
    # Wires without numbers are there too: no neuron hangs loose.
    wires = [row for layer in layers(forward) if layer["mark"]["type"] == "rule" for row in rows(spec, layer)
             if "wire" in row]  # fmt: skip
    assert len(wires) == 6 * 6  # of the one layer whose layer before is drawn
    assert any("more layer" in text for text in texts)
    assert len(illustration.tables["wires"]) == study.passes.network.size
    assert len(json.dumps(spec)) < 500_000
    # Central differences are made of the chosen weight alone.
    assert np.isfinite(study.differences).sum() == 1
    assert study.trace.difference == pytest.approx(study.trace.gradient, rel=1e-4, abs=1e-9)


def test_a_zero_gradient_is_explained(series):
    study = study_of("passes", series, layers="8", activation="relu")
    dead = next(k for k in range(8) if study.passes.z[0][k] < 0)
    sentences = passes_illustration(
        study_of("passes", series, layers="8", activation="relu", weight=f"1,{dead + 1},1")
    ).sentences
    assert any("The gradient is 0 because a factor is" in sentence for sentence in sentences)


def test_a_bias_is_connected_to_one():
    illustration = passes_illustration(study_of("passes", weight="2,1,0"))
    assert "connected to the value 1" in illustration.sentences[1]
    assert study_of("passes", weight="2,1,0").trace.connected == 1
    line = passes_illustration(study_of("passes", layers="0"))
    assert any("P5, case 1" in sentence for sentence in line.sentences)


def test_what_is_out_of_range_is_refused(series):
    for options, found in (
        ({"weight": "4,1,1"}, "weight='4,1,1': there is no such weight. This network is 3-3-2-1"),
        ({"weight": "1,4,1"}, "weight='1,4,1': there is no such weight"),
        ({"weight": "1,1,9"}, "counting begins at 1, and input 0 is a neuron's bias"),
        ({"weight": "1,1"}, "give LAYER,NEURON,INPUT"),
        ({"weight": "a,b,c"}, "give LAYER,NEURON,INPUT"),
        ({"view": "front"}, "has no view 'front'. Its views are both, forward"),
        ({"view": "examples", "examples": 1}, "examples=1"),
        ({"weight": "layer,1,1"}, "give LAYER,NEURON,INPUT"),
        ({"day": "yesterday"}, "day='yesterday' is no day. Write it as"),
        ({"day": "2017-01-03"}, "choose a date from 2017-01-05 to"),
        ({"day": "2018-01-20"}, "days are kept sealed"),
        ({"loss": "huber"}, "loss='huber'"),
        ({"activation": "softmax"}, "activation='softmax'"),
    ):
        with pytest.raises(InputError) as refused:
            study_of("passes", series, **options)
        assert found in str(refused.value)
    gap = simulated_series(400, missing=(150,))
    with pytest.raises(InputError, match="no value on that date"):
        study_of("passes", gap, day=str(gap.dates[150]))


def test_numbers_are_written_as_on_the_blackboard():
    written_as = {
        0.98201: "0.98",
        0.1192: "0.12",
        -1.0: "−1",
        4.0: "4",
        0.0: "0",
        0.0123: "0.012",
        0.00054361: "0.00054",
        -2.5e-7: "−2.5e−7",
        1234.6: "1,235",
        0.5: "0.5",
        0.999: "1.00",
        float("nan"): "–",
    }
    assert {value: short_number(value) for value in written_as} == written_as
    assert [large_count(value) for value in (38, 7_048_040, 8.208e25)] == ["38", "7,048,040", "8.2×10²⁵"]
    assert [exact_number(value) for value in (-0.000543612, 0.0, 12345.678, -1e-9)] == [
        "−0.00054361",
        "0",
        "12346",
        "−1.0000e−9",
    ]


@pytest.mark.real
def test_on_real_days():
    series = thalweg.read(real("wiki_log_peyton_manning.csv"))
    study = study_of("passes", series, layers="4,3", activation="relu")
    assert study.trace.difference == pytest.approx(study.trace.gradient, rel=1e-4, abs=1e-9)
    assert len(passes_illustration(study, "zh").sentences) >= 5


def test_a_saved_model_shows_its_first_network(series):
    example = study_of("passes", series, days_back=7).example
    fit = replace(example.predictor, thetas=example.theta[None].astype(np.float32))
    days = series.head(260)
    parts = {
        "miss_transform": None,
        "levels": LEVELS,
        "bands": np.zeros((1, 2, 2)),
        "errors": np.zeros(3),
        "low_residual": -1.0,
        "made": dt.date(2026, 1, 1),
        "began": days.start,
    }
    copy = Copy(7)

    def saved(chosen, *members):
        plan, calendar = plan_of((), 1), example.predictor.calendar
        return Model(chosen, "mae", plan, predictors_of(members), calendar, days, **parts)

    model = saved("mean of 2", copy, fit)
    study = study_of("passes", model, weight="1,2,7")
    assert study.example.day == days.dates[-1]
    assert study.passes.network == fit.network
    np.testing.assert_array_equal(study.passes.theta, fit.thetas[0])
    estimated = tomorrow_of(fit, days, [258])[0]
    assert study.example.estimated == pytest.approx(estimated, rel=1e-5)
    assert "from the saved model" in passes_illustration(study).subtitle
    for option, value in (("layers", "5"), ("days_back", 7), ("activation", "tanh"), ("seed", 1)):
        for name, view in (("passes", None), ("matrix", None), ("pieces", "fitted")):
            with pytest.raises(InputError, match=f"{option} is for a file of daily numbers"):
                study_of(name, model, view=view, **{option: value})
    assert study.passes.loss.name == "mae"  # as the model was trained, whatever the default
    assert "with C = |y − target|" in passes_illustration(study).subtitle
    straight = replace(fit, rung=Rung(7), network=Network((7, 1)), thetas=np.zeros((1, 8), dtype=np.float32))
    both = saved("mean of 2", straight, fit)
    for found in (
        study_of("passes", both).example,
        study_of("matrix", both).example,
        study_of("pieces", both, view="fitted"),
    ):
        assert found.network == fit.network
    assert study_of("passes", saved("line", straight)).example.network == straight.network
    with pytest.raises(InputError, match="only copies"):
        study_of("passes", saved("copy last week", copy))
