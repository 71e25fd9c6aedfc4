"""Pieces in pictures: what is drawn adds up to the curve, or to what a fitted network estimates."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from support.chart_reader import layers, marked, rows
from support.findings_builder import simulated_series
from support.pictures import study_of
from support.small_searches import estimates_of, fitted, predictors_of, tomorrow_of
from thalweg.errors import InputError
from thalweg.forecast.ladder import suited
from thalweg.forecast.levels import LEVELS
from thalweg.forecast.model import Model
from thalweg.forecast.plan import one_way
from thalweg.forecast.predictors.baselines import Copy
from thalweg.forecast.predictors.network import Rung
from thalweg.learn.activation import ACTIVATIONS
from thalweg.learn.backprop import forward
from thalweg.pictures.pieces import neurons_study
from thalweg.pictures.pieces.chart import pieces_chart, pieces_illustration
from thalweg.pictures.pieces.sliders_chart import SLOPES, VALUES
from thalweg.pictures.pieces.study import SlidersStudy
from thalweg.pictures.shared.curve import LECTURE_TURNS
from thalweg.pictures.shared.fitted_rung import fit_rung
from thalweg.series.calendar import Calendar


def numbers(table, field, **where):
    return np.array([float(row[field]) for row in table if all(row[name] == value for name, value in where.items())])


@pytest.fixture(scope="module")
def series():
    return simulated_series(700)


@pytest.fixture(scope="module")
def study():
    return study_of("pieces")


@pytest.fixture(scope="module")
def spec(study):
    return pieces_chart(study).to_dict()


class TestBuild:
    def test_the_lecture_s_curve_is_made_of_its_slopes(self, study):
        assert study.pieces.constant == 1.0
        np.testing.assert_allclose(study.pieces.slope, [0.4, 1.6, -1.2, -0.25, 1.0], rtol=1e-12)
        hard, relu = study.built
        assert (hard.network.widths, relu.network.widths) == ((1, 5, 1), (1, 10, 1))
        for built in study.built:
            made = forward(built.network, built.theta, study.curve.x[:, None]).prediction[:, 0]
            np.testing.assert_allclose(made, np.interp(study.curve.x, *LECTURE_TURNS.T), rtol=0, atol=1e-12)
            assert built.gap < 1e-12

    def test_more_pieces_come_closer(self, study):
        assert [count for count, *_ in study.closer] == [2, 4, 8, 16, 32, 64, 128]
        means = [even.mean for *_, even in study.closer]
        assert means == sorted(means, reverse=True)
        assert means[-1] < 0.001 * means[0]
        # Taken where the curve turns, its five slopes are whole.
        assert [turning.most < study.rounding for _, turning, _ in study.closer] == [False] * 2 + [True] * 5

    def test_sums_of_the_first_pieces_are_drawn(self, study, spec):
        summed, first_row, second_row, below = spec["vconcat"]
        (line,) = [one for one in marked(spec | summed, "line") if "transform" in one]
        assert line["transform"] == [{"filter": "datum.pieces == pieces_so_far"}]
        table = rows(spec | summed, line)
        corners = numbers(table, "x", pieces="0")
        for count in range(6):
            drawn = numbers(table, "y", pieces=str(count))
            reached = np.clip(corners, 0, LECTURE_TURNS[count, 0])  # right as far as they reach, and flat beyond
            np.testing.assert_allclose(drawn, np.interp(reached, *LECTURE_TURNS.T), atol=1e-6)
        slider = next(param for param in spec["params"] if param["name"] == "pieces_so_far")
        assert (slider["bind"]["min"], slider["bind"]["max"]) == (0, 5)
        singly = [*first_row["hconcat"], *second_row["hconcat"]]
        assert len(singly) == 6
        third = marked(spec | singly[3], "line")[-1]
        np.testing.assert_allclose(
            numbers(rows(spec | singly[3], third), "y"), study.pieces.values(corners)[3], atol=1e-6
        )
        (pair, errors) = below["hconcat"]
        (line,) = marked(spec | pair, "line")
        drawn = [row for row in rows(spec | pair, line) if row["piece"] == "3"]
        assert len({row["name"] for row in drawn}) == 3
        assert numbers(drawn, "y").min() < -3  # the first ReLU goes on where the piece is flat
        (dots,) = marked(spec | errors, "point")
        assert len(rows(spec | errors, dots)) == 2 + 2 + 7

    def test_two_relus_drawn_add_up_to_the_piece(self, spec):
        pair = spec["vconcat"][-1]["hconcat"][0]
        table = rows(spec | pair, marked(spec | pair, "line")[0])
        names = list(dict.fromkeys(row["name"] for row in table))
        for piece in range(1, 6):
            lines = [[numbers(table, field, piece=str(piece), name=name) for field in "xy"] for name in names]
            turn, end = lines[2][0][1:3]
            at = np.linspace(-0.5, turn + 1.6 * (end - turn), 30)
            at = at[at <= min(lines[0][0][-1], lines[1][0][-1])]
            first, second, both = (np.interp(at, *line) for line in lines)
            np.testing.assert_allclose(first + second, both, atol=1e-5)
            assert np.abs(both).max() > 0.1

    def test_the_words_and_tables(self, study):
        illustration = pieces_illustration(study)
        assert illustration.title == "A constant and 5 pieces make the curve: 5 hard sigmoids, or 10 ReLUs, no training"
        assert "the y axis, 1.00" in illustration.sentences[0]
        assert "w = 6/2 = 3.00, b = −3.00, c = 0.800" in illustration.sentences[1]
        assert "The network 1-5-1 of hard sigmoids" in illustration.sentences[2]
        assert illustration.asked == ("pairs",)
        table = illustration.tables["values"].columns
        np.testing.assert_allclose(
            sum(table[f"piece_{at}"] for at in range(6)), LECTURE_TURNS[:, 1], rtol=0, atol=1e-12
        )

    @pytest.mark.slow
    def test_days_of_one_s_own(self, series):
        study = study_of("pieces", series, points=17)
        assert len(study.pieces) == 16
        assert study.pieces.constant == study.curve.y[0]
        assert all(built.gap < 1e-12 * np.abs(study.curve.y).sum() for built in study.built)
        illustration = pieces_illustration(study, "zh")
        assert str(illustration.tables["pieces"].columns["from"][0]) == str(study.curve.first)
        assert study.curve.dates(study.curve.x)[-1] < series.dates[350]
        assert len(study_of("pieces", series, curve="days", points=60).pieces) == 59
        assert study_of("pieces", series, curve="days", points=60).joined.most == 0
        assert study.joined.mean < study.even.mean
        assert str(study.curve.first) in str(illustration.tables["pieces"].columns["from"][0])
        english = pieces_illustration(study)
        assert "joins the points as far as they reach" in english.sentences[0]
        assert english.sentences[1].startswith("x counts values: ")
        assert "is the curve" not in english.sentences[0].split(";")[1]
        spec = pieces_chart(study).to_dict()
        heading = spec["vconcat"][0]["title"]["text"]
        assert f"{study.joined.mean:,.1f}"[:3] in heading
        texts = [row["text"] for panel in spec["vconcat"] if "layer" in panel for one in marked(spec | panel, "text")
                 for row in rows(spec | panel, one)]  # fmt: skip
        assert "… 5 more pieces are not drawn alone; the table pieces has them all" in texts
        sine = study_of("pieces", curve="sine")
        assert 0 < sine.joined.mean < sine.even.mean

    def test_options_out_of_range_are_refused(self, series):
        for options, found in (
            ({"view": "bild"}, "has no view 'bild'. Its views are build, fitted, sliders"),
            ({"points": 1}, "points=1: give from 2 to 65 points"),
            ({"points": 66}, "points=66"),
            ({"curve": "days", "points": 61}, "points=61: give from 2 to 60 points"),
            ({"view": "sliders", "w": 101.0}, "w=101"),
            ({"view": "sliders", "c": float("nan")}, "c=nan"),
        ):
            with pytest.raises(InputError, match=found):
                study_of("pieces", **options)
        with pytest.raises(InputError, match="Leave the file out"):
            study_of("pieces", series, view="sliders")


class TestFitted:
    @pytest.mark.parametrize(
        ("activation", "layers"), [("relu", "6"), ("sigmoid", "6"), ("hard sigmoid", "4"), ("relu", "5,7")]
    )
    def test_neurons_add_up_to_what_the_rung_estimates(self, series, activation, layers):
        study = study_of("pieces", series, view="fitted", activation=activation, layers=layers)
        hidden = tuple(map(int, layers.split(",")))
        of = fit_rung(series, suited(Rung(1, hidden=hidden, activation=activation)))
        np.testing.assert_allclose(study.bias + study.each.sum(axis=0), study.total, rtol=1e-12)
        np.testing.assert_allclose(study.total, study.estimate, rtol=1e-9)
        # Over one input alone the estimate is the rung's own, day by day (made in float32).
        day = np.arange(1, of.split.train)
        np.testing.assert_allclose(
            np.interp(series.values[day - 1], study.x, study.estimate), of.estimates[day], rtol=2e-3
        )
        exact = of.training_set.scale.inverse(
            forward(of.network, of.theta.astype(float), of.training_set.examples.gather()).prediction,
            of.training_set.examples.level,
        )[:, 0]
        np.testing.assert_allclose(exact, of.estimates[day], rtol=1e-5)
        np.testing.assert_allclose(study.seen, series.values[day - 1], rtol=1e-9)
        np.testing.assert_allclose(study.actual, series.values[day], rtol=1e-9)
        assert np.ptp(study.estimate) > 100

    def test_a_relu_bends_the_estimate_where_it_turns(self, series):
        study = study_of("pieces", series, view="fitted")
        turns = np.sort(np.concatenate(study.turns))
        slopes = np.diff(study.total) / np.diff(study.x)
        bends = np.flatnonzero(np.abs(np.diff(slopes)) > 1e-9 * np.abs(slopes).max())
        step = study.x[1] - study.x[0]
        assert len(turns) > 0
        for bend in study.x[bends + 1]:
            assert np.abs(turns - bend).min() <= step

    def test_the_chart_draws_them_and_their_sum(self, series):
        study = study_of("pieces", series, view="fitted", days_back=7, layers="9", input=7, hold="last")
        spec = pieces_chart(study).to_dict()
        above, below = (spec | panel for panel in spec["vconcat"])
        thin, bold = marked(below, "line")
        table = rows(below, thin)
        for neuron in range(9):
            drawn = numbers(table, "y", neuron=str(neuron + 1))
            np.testing.assert_allclose(drawn, study.each[neuron][::2], rtol=1e-5, atol=1e-4)
            (sign,) = {row["sign"] for row in table if row["neuron"] == str(neuron + 1)}
            assert ("add" in sign) == (study.heights[neuron] >= 0)
        np.testing.assert_allclose(numbers(rows(below, bold), "y") + study.bias, study.total, rtol=1e-5)
        (ticks,) = marked(below, "tick")
        assert len(rows(below, ticks)) == sum(map(len, study.turns)) > 0
        estimate = next(one for one in layers(above) if one["mark"]["type"] == "line")
        np.testing.assert_allclose(numbers(rows(above, estimate), "y"), study.estimate, rtol=1e-6)
        assert "7 steps before" in spec["title"]["subtitle"]
        # The others are held as on the last training day.
        of = fit_rung(series, suited(Rung(7, hidden=(9,))))
        last = of.estimates[of.split.train - 1]
        at = series.values[of.split.train - 1 - 7]
        np.testing.assert_allclose(np.interp(at, study.x, study.estimate), last, rtol=2e-3)

    def test_dead_neurons_are_stated(self, series, monkeypatch):
        def dying(*given, **options):
            of = fit_rung(*given, **options)
            hidden = of.network.layers(of.theta)[0]
            hidden.weights[0], hidden.biases[0] = 0.0, -1.0
            return of

        monkeypatch.setattr(neurons_study, "fit_rung", dying)
        study = study_of("pieces", series, view="fitted")
        np.testing.assert_array_equal(np.flatnonzero(study.dead), [0])
        illustration = pieces_illustration(study)
        assert "1 dead" in illustration.title
        assert illustration.tables["neurons"].columns["state"][0] == "dead"
        assert f"Dead on the {study.examples:,} examples" in illustration.sentences[2]
        assert "1 of the neurons" in illustration.sentences[2]

    def test_a_saved_model_is_taken_apart(self, series):
        rung = suited(Rung(14, hidden=(5,), known="week"))
        model = model_of(series, rung)
        study = study_of("pieces", model, view="fitted", input=2, hold="last")
        assert study.saved
        assert study.logarithm
        np.testing.assert_allclose(study.bias + study.each.sum(axis=0), study.total, rtol=0, atol=1e-12)
        assert np.abs(study.total).max() > 1e-3
        # As things stood on the last day, the estimate is the network's own for tomorrow.
        fit = model.predictors.one_step.members[1]
        days = series.head(400)
        alone = replace(fit, thetas=fit.thetas[:1])
        tomorrow = tomorrow_of(alone, days, [399])[0]
        np.testing.assert_allclose(np.interp(days.values[398], study.x, study.estimate), tomorrow, rtol=1e-3)
        assert study.examples == 400 - alone.needed + 1
        assert np.isfinite(estimates_of(alone, days, 14, 400)).all()
        illustration = pieces_illustration(study)
        assert any("Out of the saved model" in sentence for sentence in illustration.sentences)
        assert "6 relu" not in pieces_illustration(study, "zh").title

    def test_what_has_no_neurons_or_no_such_input_is_refused(self, series):
        copying = model_of(series, Rung(7, hidden=(2,)), networks=False)
        for source, options, found in (
            (series, {"input": 2}, "input=2: 6 relu 1 looks back 1 values"),
            (series, {"input": 0}, "input=0"),
            (series, {"layers": "0"}, "a straight line has no neurons"),
            (series, {"layers": "5,2000"}, r"layers=\(5, 2000\): the last layer may have 1,000 neurons"),
            (series, {"activation": "identity"}, "activation='identity'"),
            (series, {"hold": "best"}, "hold='best'"),
            (series, {"days_back": 0}, "days_back=0"),
            (copying, {}, "only copies"),
        ):
            with pytest.raises(InputError, match=found):
                study_of("pieces", source, view="fitted", **options)
        with pytest.raises(InputError, match="a saved model holds only the last of all"):
            study_of("pieces", copying)


class TestSliders:
    def test_slopes_and_values(self):
        study = study_of("pieces", view="sliders", c=2.0, b=-1.0, w=0.5)
        assert study == SlidersStudy(2.0, -1.0, 0.5)
        slope, least, most = study.highest_slope("sigmoid")
        assert slope == pytest.approx(0.25, abs=1e-15)
        assert (least, most) == pytest.approx((0, 0), abs=1e-12)
        assert study.highest_slope("hard sigmoid") == pytest.approx((1 / 6, -2.99, 2.99))
        assert study.highest_slope("relu")[0] == 1
        np.testing.assert_allclose(study.value("sigmoid", np.array([2.0, 4.0])), [1, 2 / (1 + np.exp(-1))])
        np.testing.assert_allclose(study.value("hard sigmoid", np.array([2.0, 20.0])), [1, 2])
        np.testing.assert_allclose(study.value("relu", np.array([0.0, 6.0])), [0, 4])

    def test_the_page_s_own_arithmetic_is_ours(self):
        """Vega's expressions, read as Python, are σ and σ′ of the table of activations."""
        z = np.linspace(-5, 5, 41) + 0.01
        known = {
            "exp": np.exp, "pow": np.power, "abs": np.abs, "clamp": np.clip, "max": np.maximum,
            "datum": type("Datum", (), {"z": z}),
        }  # fmt: skip
        for name, text in VALUES.items():
            np.testing.assert_allclose(eval(text, known), ACTIVATIONS[name].value(z), rtol=1e-12)  # noqa: S307
        for name, text in SLOPES.items():
            if "?" in text:
                asked, one, other = (part for half in text.split(" ? ") for part in half.split(" : "))
                made = np.where(eval(asked, known), eval(one), eval(other))  # noqa: S307
            else:
                made = eval(text, known)  # noqa: S307
            np.testing.assert_allclose(made, ACTIVATIONS[name].slope(z), rtol=1e-12)

    def test_sliders_stand_where_they_are_put(self):
        spec = pieces_chart(study_of("pieces", view="sliders", c=5.0, w=-2.0)).to_dict()
        params = {param["name"]: param for param in spec["params"]}
        assert {name: param["value"] for name, param in params.items()} == {"c": 5.0, "b": 0.0, "w": -2.0}
        assert params["c"]["bind"]["max"] == 5.0
        assert len(spec["hconcat"]) == 3
        illustration = pieces_illustration(study_of("pieces", view="sliders"), "zh")
        assert [round(row["highest_slope"], 3) for row in illustration.tables["slopes"].rows()] == [0.25, 0.167, 1.0]


def model_of(series, rung, *, networks=True):
    """A model as it would be saved: copying first, then two networks of a rung."""
    days = series.head(400)
    members = [Copy(7), *([fitted(rung, days, 400, epochs=3)] if networks else [])]
    made = dt.date(2021, 1, 1)
    return Model(
        "copy last week",
        "mae",
        one_way("recursive", 3),
        predictors_of(members),
        Calendar(),
        days,
        None,
        LEVELS,
        np.zeros((3, 2, 2)),
        np.ones(5),
        -1.0,
        made,
        days.start,
    )
