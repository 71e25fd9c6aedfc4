"""The error surface: what is drawn is L, the path is the descent's, and each view finds what algebra says."""

import dataclasses
import math
import re

import numpy as np
import pytest

import thalweg
from support.chart_reader import marked, rows
from support.data import real
from support.findings_builder import simulated_series
from support.pictures import study_of
from support.surfaces import SERIES, loss_at, pairs, panel
from thalweg.charts.numbers import number
from thalweg.charts.style import layered
from thalweg.errors import InputError
from thalweg.learn.explain.plane import Plane
from thalweg.learn.explain.surface import Surface
from thalweg.pictures.surface.chart import surface_chart, surface_illustration
from thalweg.pictures.surface.curve_study import toy_curve
from thalweg.pictures.surface.panel import Panel
from thalweg.pictures.surface.path_chart import course_of
from thalweg.pictures.surface.unknowns import name_of, unknown_of


@pytest.fixture(scope="module")
def path():
    return study_of("surface", SERIES, updates=60, step=2)


@pytest.fixture(scope="module")
def network():
    return study_of("surface", SERIES, layers="6", days_back=7)


class TestPath:
    def test_every_cell_drawn_is_l_at_a_point_of_the_grid(self, path):
        (heat,) = marked(panel(surface_chart(path)), "rect")
        table = rows(panel(surface_chart(path)), heat)
        assert len(table) == 30 * 30
        half = (path.surface.u[1] - path.surface.u[0]) / 2, (path.surface.v[1] - path.surface.v[0]) / 2
        for row in table[::91]:
            column_at = int(np.argmin(np.abs(path.surface.u - float(row["u"]))))
            row_at = int(np.argmin(np.abs(path.surface.v - float(row["v"]))))
            w, b = path.surface.u[column_at], path.surface.v[row_at]
            assert abs(w - float(row["u"])) <= half[0] * (1 + 1e-6)
            assert abs(b - float(row["v"])) <= half[1] * (1 + 1e-6)
            assert float(row["loss"]) == pytest.approx(loss_at(path, w, b), rel=1e-6)

    def test_contour_lines_join_places_of_their_loss(self, path):
        drawn = panel(surface_chart(path))
        (lines,) = [
            layer
            for layer in marked(drawn, "line")
            if "detail" in layer["encoding"] and "fill" not in layer["encoding"]
        ]
        table = rows(drawn, lines)
        for piece in sorted({row["piece"] for row in table})[:4]:
            losses = [loss_at(path, float(row["u"]), float(row["v"])) for row in table if row["piece"] == piece]
            assert np.ptp(losses) < 0.01 * np.mean(losses)
        assert len({row["piece"] for row in table}) > 3

    def test_shades_cover_what_lies_below_each_contour_line(self, path):
        drawn = panel(surface_chart(path))
        (bands,) = [layer for layer in marked(drawn, "line") if "fill" in layer["encoding"]]
        table = rows(drawn, bands)
        colours = list(dict.fromkeys(row["colour"] for row in table))
        levels = Panel(path.surface, ("w", "b"), 700, 400).levels
        assert colours[0] == "#0072b2"
        assert colours[-1] == "#ffffff"
        assert len(colours) == len(levels) + 1
        assert len(table) < 4000
        for colour, most in zip(colours[1:], levels[::-1], strict=True):
            losses = [loss_at(path, float(row["u"]), float(row["v"])) for row in table if row["colour"] == colour]
            assert max(losses) == pytest.approx(most, rel=0.01)
        whole = [(float(row["u"]), float(row["v"])) for row in table if row["colour"] == colours[0]]
        assert max(u for u, _ in whole) == pytest.approx(path.surface.u[-1])
        assert min(v for _, v in whole) == pytest.approx(path.surface.v[0])

    def test_a_shade_has_holes_where_l_is_greater(self):
        u = np.linspace(-1, 1, 81)
        hill = np.exp(-6 * (u[:, None] ** 2 + u**2))
        found = Panel(Surface(Plane(np.zeros(2), np.eye(2)), u, u, hill), ("u", "v"), 400, 400)
        drawn = layered(*found.shading()).to_dict()
        (bands,) = [layer for layer in marked(drawn, "line") if "fill" in layer["encoding"]]
        table = rows(drawn, bands)
        pieces = {row["piece"] for row in table}
        for piece in pieces:
            points = np.array([[float(row["u"]), float(row["v"])] for row in table if row["piece"] == piece])
            area = np.sum(points[:, 0] * np.roll(points[:, 1], -1) - np.roll(points[:, 0], -1) * points[:, 1]) / 2
            edge = found.levels[::-1][int(float(piece)) - 1] if float(piece) else math.inf
            if -math.log(edge) / 6 < 0.9:  # the circle of this level lies inside the square
                # A circle of this level is cut out of the square.
                cut = math.pi * -math.log(edge) / 6 if edge < 1 else 0.0
                assert area == pytest.approx(4 - cut, rel=0.01)
        assert len(pieces) > 5

    def test_l_along_the_path_is_by_hand_and_falls_to_the_lowest_point(self, path):
        for at in (0, 1, 17, 60):
            assert path.losses[at] == pytest.approx(loss_at(path, *path.points[at]), rel=1e-10)
        assert path.losses[-1] < 0.6 * path.losses[0]
        w, b, loss = path.best
        assert loss == pytest.approx(loss_at(path, w, b), rel=1e-10)
        assert loss <= path.surface.losses.min() + 1e-9
        assert path.losses[-1] == pytest.approx(loss, rel=0.02)

    def test_each_step_goes_against_the_gradient(self, path):
        moves = np.diff(path.points, axis=0)
        np.testing.assert_allclose(moves, -path.rate * path.uphill[:-1], rtol=1e-9, atol=1e-9)
        assert np.abs(moves[:, 1]).max() > 1

    def test_slopes_are_central_differences_in_the_users_units(self):
        found = study_of("surface", SERIES, updates=5, loss="mse")
        for at in (0, 3):
            w, b = found.points[at]
            by_hand = [
                (loss_at(found, w + 1e-5, b, "mse") - loss_at(found, w - 1e-5, b, "mse")) / 2e-5,
                (loss_at(found, w, b + 1e-2, "mse") - loss_at(found, w, b - 1e-2, "mse")) / 2e-2,
            ]
            np.testing.assert_allclose(found.slopes[at], by_hand, rtol=1e-5)

    def test_least_squares_of_algebra_are_the_lowest_point(self):
        found = study_of("surface", SERIES, updates=80, loss="mse")
        w, b = np.polyfit(*pairs(found), 1)
        assert found.best[:2] == pytest.approx((w, b), rel=1e-9)
        assert found.points[-1] == pytest.approx((w, b), rel=1e-4)

    def test_arrows_stand_at_every_step_and_the_slider_picks_one(self, path):
        chart = surface_chart(path)
        drawn = panel(chart)
        (slider,) = chart.to_dict()["params"]
        assert slider["value"] == 2
        assert slider["bind"]["max"] == 60
        rules = marked(drawn, "rule", x="u", y="v")
        assert len(rules) == 4  # gradient and minus gradient, each with a white edge
        scale = np.array([path.surface.u[-1] - path.surface.u[0], path.surface.v[-1] - path.surface.v[0]])
        ways = []
        for rule in rules[1::2]:
            row = rows(drawn, rule)[2]
            way = np.array([float(row["to_u"]) - float(row["u"]), float(row["to_v"]) - float(row["v"])]) / scale
            ways.append(way / np.hypot(*way))
        uphill = path.uphill[2] / scale
        np.testing.assert_allclose(ways[0], -ways[1], atol=1e-4)
        # Directions on the page: width and height of the panel are not one.
        turned = uphill / np.hypot(*uphill)
        np.testing.assert_allclose(ways[0], turned, atol=1e-4)

    def test_first_steps_bear_their_numbers(self, path):
        drawn = panel(surface_chart(path))
        texts = [row["text"] for layer in marked(drawn, "text") for row in rows(drawn, layer)]
        assert "0" in texts
        assert len({text for text in texts if text.isdecimal()}) > 5

    def test_a_network_lies_on_its_paths_plane_as_far_as_stated(self, network):
        assert network.kind == "path"
        assert network.share == pytest.approx(sum(network.surface.plane.shares), rel=1e-9)
        assert 0.5 < network.share <= 1
        np.testing.assert_allclose(network.points[-1], 0, atol=1e-12)
        share = re.search(r"carries ([\d.]+)% of its variance", surface_illustration(network).subtitle)[1]
        assert float(share) == pytest.approx(100 * network.share, abs=0.06)
        plane, loss_surface = network.surface.plane, network.loss_surface
        row, at = 13, 40
        stated = loss_surface.loss_at(plane.at(network.surface.u[at], network.surface.v[row]))
        assert network.surface.losses[row, at] == pytest.approx(stated, rel=1e-4)  # a network's passes are float32

    @pytest.mark.parametrize("plane", ["random", "unknowns"])
    def test_other_planes_hold_the_end(self, plane):
        found = study_of("surface", SERIES, layers="5", days_back=3, plane=plane)
        surface = found.surface
        end = ground_loss = found.losses[-1]
        at = found.surface.plane.at(*found.points[-1])
        assert found.loss_surface.loss_at(at) == pytest.approx(end, rel=1e-9)
        assert surface.losses.min() <= ground_loss * 1.001
        assert found.share < 1

    def test_two_unknowns_of_a_longer_line_are_in_the_users_units(self):
        found = study_of("surface", SERIES, days_back=3, plane="unknowns", unknowns="w2,b")
        assert found.axes == ("w2", "b")
        loss_surface, plane = found.loss_surface, found.surface.plane
        theta = plane.at(0.25, 40.0)
        x = loss_surface.training_set.examples.gather()[10]
        centre, spread = loss_surface.training_set.scale.centre, loss_surface.training_set.scale.spread
        weights = loss_surface.in_user_units(theta)
        assert weights[[1, 3]] == pytest.approx((0.25, 40.0))
        by_hand = weights[3] + weights[:3] @ (x * spread + centre)
        assert spread * (theta[:3] @ x + theta[3]) + centre == pytest.approx(by_hand, rel=1e-12)


def test_a_rate_that_is_too_large_is_not_described_as_downhill():
    study = study_of("surface", SERIES, rate=5.0, loss="mse")
    assert study.losses[-1] > study.losses[0]
    illustration = surface_illustration(study)
    assert illustration.title.startswith("Not downhill: L has grown from")
    assert illustration.asked == ("minus", "nan")


@pytest.mark.parametrize("rate", [20.0, 50.0])
def test_a_path_that_jumps_to_and_fro_is_not_described_as_downhill(rate):
    study = study_of("surface", SERIES, rate=rate, updates=40)
    assert study.losses.max() > 3 * study.losses[0]
    illustration = surface_illustration(study)
    least, most = (number(float(value)) for value in (study.losses.min(), study.losses.max()))
    assert illustration.title.startswith(f"Not downhill: L jumps to and fro between {least} and {most}")
    assert illustration.asked == ("minus", "nan")


@pytest.mark.parametrize(
    ("losses", "course"),
    [
        ([10, 6, 3, 2], "down"),
        ([10, 6, 3, 2, 2.05, 2, 2.05], "down"),  # to and fro at the bottom, by next to nothing
        ([10, 12, 14], "grown"),
        ([10, 300, 10, 300, 10], "jumps"),
        ([10, 300, 2], "jumps"),
        ([10, 12, 13, 14, 9], "jumps"),
        ([10, 14, 9.95], "jumps"),
        ([10, 9.99, 9.98], "hardly"),
        ([10, 10.01], "hardly"),
    ],
)
def test_the_title_follows_how_l_goes(path, losses, course):
    found = dataclasses.replace(path, losses=np.array(losses, dtype=float))
    assert course_of(found) == course
    starts = {"down": "Downhill", "grown": "Not downhill: L has", "jumps": "Not downhill: L jumps", "hardly": "Hardly"}
    steps = {name: getattr(path, name)[: len(losses)] for name in ("steps", "points", "uphill", "slopes")}
    illustration = surface_illustration(dataclasses.replace(found, step=0, **steps))
    assert illustration.title.startswith(starts[course])
    assert illustration.asked[1] == ("nan" if course in ("grown", "jumps") else "zero")


class TestCurve:
    def test_the_toy_ends_in_the_local_minimum_and_the_other_start_in_the_global_one(self):
        study = toy_curve()
        (low, deep), (local, shallow) = study.curve.minima
        assert deep < 0 < shallow
        first, second = study.walks
        assert study.minimum_of(first) == (local, shallow)
        assert study.minimum_of(second) == (low, deep)
        assert first.values[-1] == pytest.approx(local, abs=1e-6)
        assert second.values[-1] == pytest.approx(low, abs=1e-6)
        assert study.arrived(first)
        assert study.arrived(second)
        assert first.slopes[0] < 0 < first.values[1] - first.values[0]
        np.testing.assert_allclose(np.diff(first.values), -first.rate * first.slopes[:-1], rtol=1e-12, atol=1e-15)
        illustration = surface_illustration(study)
        assert illustration.sentences[0].startswith("Negative slope: w goes up.")
        assert any("dips below zero" in sentence for sentence in illustration.sentences)

    def test_the_toy_is_one_neuron_by_hand_and_both_valleys_have_walls(self):
        study = toy_curve()
        x = np.array([-2.0, -2.0, -2.0, 2.0, 2.0])

        def by_hand(w):
            return np.mean((1 / (1 + np.exp(-(w * x - 4))) - 0.5) ** 2) - 0.125

        curve = study.curve
        np.testing.assert_allclose(curve.losses, [by_hand(w) for w in curve.values], rtol=1e-12, atol=1e-15)
        (low, deep), (local, shallow) = curve.minima
        assert low == pytest.approx(-2, abs=0.01)
        assert local == pytest.approx(2, abs=0.01)
        whole = np.ptp(curve.losses)
        between = curve.losses[(curve.values > low) & (curve.values < local)].max()
        for wall in (between, curve.losses[-1]):
            assert wall - shallow > 0.5 * whole
        for wall in (between, curve.losses[0]):
            assert wall - deep > 0.8 * whole

    def test_more_than_the_first_steps_bear_numbers(self):
        drawn = panel(surface_chart(toy_curve()))
        texts = [layer for layer in marked(drawn, "text") if "filter" in layer.get("transform", [{}])[0]]
        for layer in texts[::2]:
            assert len([row for row in rows(drawn, layer) if row["text"]]) >= 5

    @pytest.mark.parametrize(("rate", "title"), [(0.01, "Against the slope w goes"), (900.0, "Not downhill: w goes")])
    def test_a_walk_that_has_not_arrived_is_not_said_to_stop(self, rate, title):
        study = toy_curve(rate)
        illustration = surface_illustration(study)
        assert not study.arrived(study.walks[0])
        assert illustration.title.startswith(title)
        assert not any("there it stays" in sentence for sentence in illustration.sentences)

    def test_tangents_touch_the_curve_with_its_slope(self):
        study = toy_curve()
        drawn = panel(surface_chart(study))
        (tangent,) = marked(drawn, "rule", x="w", y="loss")
        walk = study.walks[0]
        for row, value, loss, slope in zip(rows(drawn, tangent), walk.values, walk.losses, walk.slopes, strict=True):
            ends = [float(row[name]) for name in ("w", "to_w", "loss", "to_loss")]
            assert (ends[0] + ends[1]) / 2 == pytest.approx(value, rel=1e-5)
            assert (ends[2] + ends[3]) / 2 == pytest.approx(loss, rel=1e-4, abs=1e-6)
            assert (ends[3] - ends[2]) / (ends[1] - ends[0]) == pytest.approx(slope, rel=1e-3, abs=1e-5)

    def test_of_days_it_is_l_over_w_of_a_line_through_their_middle(self):
        study = study_of("surface", SERIES, view="curve", loss="mse")
        x, y = pairs(study)
        centre = study.loss_surface.training_set.scale.centre
        best_w, best_b = np.polyfit(x, y, 1)
        for at in (0, 200, 400):
            w = study.curve.values[at]
            error = best_w * centre + best_b + w * (x - centre) - y
            assert study.curve.losses[at] == pytest.approx(np.mean(error**2), rel=1e-9)
        assert study.curve.least[0] == pytest.approx(np.polyfit(x, y, 1)[0], rel=1e-6)

    def test_a_bias_is_stated_in_the_users_units(self):
        study = study_of("surface", SERIES, view="curve", unknowns="b")
        x, y = pairs(study)
        w = study.loss_surface.best()[0]
        for at in (0, 111):
            by_hand = np.abs(y - w * x - study.curve.values[at]).mean()
            assert study.curve.losses[at] == pytest.approx(by_hand, rel=1e-9)
        assert study.curve.least[0] == pytest.approx(np.median(y - w * x), rel=1e-3)

    def test_one_weight_of_a_network(self):
        study = study_of("surface", SERIES, view="curve", layers="4", days_back=2, unknowns="W1.3.2")
        assert study.name == "W1.3.2"
        assert np.ptp(study.curve.losses) > 0


def test_names_of_unknowns_lead_both_ways(network):
    loss_surface = network.loss_surface
    for which in (0, 5, 41, 42, 47, 48, 53, 54):
        assert unknown_of(loss_surface, name_of(loss_surface, which)) == which
        assert unknown_of(loss_surface, str(which + 1)) == which
    layers = loss_surface.network.layers(np.arange(loss_surface.network.size, dtype=float))
    assert layers[0].weights[2, 4] == unknown_of(loss_surface, "W1.3.5")
    assert layers[1].biases[0] == unknown_of(loss_surface, "b2.1")


@pytest.mark.parametrize(
    ("view", "options"),
    [
        ("curve", {}),
        ("starts", {"starts": 3, "updates": 30}),
        pytest.param("path", {"updates": 30}, marks=pytest.mark.slow),
        pytest.param("losses", {}, marks=pytest.mark.slow),
        pytest.param("search", {"updates": 30}, marks=pytest.mark.slow),
        pytest.param("rates", {"updates": 30}, marks=pytest.mark.slow),
    ],
)
def test_every_view_draws_and_has_sentences(view, options, draw):
    study = study_of("surface", SERIES, view=view, **options)
    for illustration in (surface_illustration(study, language) for language in ("en", "zh")):
        assert "<svg" in draw(illustration.chart)
        assert illustration.title
        assert all(not re.search(r"[{}]", sentence) for sentence in illustration.sentences)
        assert illustration.asked
        assert all(len(illustration.tables[name]) <= 40 for name in illustration.shown)


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"view": "paths"}, "The picture surface has no view 'paths'. Its views are path, curve"),
        ({"plane": "random"}, "plane='random': a straight line over one step"),
        ({"plane": "x"}, "plane='x'"),
        ({"loss": "mad"}, "loss='mad'"),
        ({"rate": -1.0}, "rate=-1.0"),
        ({"updates": -1}, "updates=-1"),
        ({"view": "starts", "starts": 2}, "starts=2"),
        ({"step": -3}, "step=-3"),
        ({"days_back": 300}, "days_back=300"),
        (
            {"view": "rates", "layers": "10"},
            "surface rates has no option 'layers'. Its options are rate, updates, loss, seed",
        ),
        ({"view": "losses", "days_back": 3}, "surface losses takes no options. Leave out: days_back."),
        ({"layers": "10", "rate": 0.1}, "rate=0.1 is of the plain descent"),
        ({"layers": "4", "unknowns": "w1,b"}, "names the two unknowns of plane='unknowns'"),
        ({"days_back": 3, "plane": "unknowns", "unknowns": "w4,b"}, "'w4': there is no such unknown"),
        ({"days_back": 3, "plane": "unknowns", "unknowns": "5,b"}, "'5': there is no such unknown"),
        ({"days_back": 3, "plane": "unknowns", "unknowns": "w1,1"}, "stands there twice"),
        ({"days_back": 3, "plane": "unknowns", "unknowns": "w1"}, "give two"),
        ({"view": "curve", "unknowns": "w,b"}, "over one unknown"),
        ({"layers": "4", "plane": "unknowns", "unknowns": "W1.5.1,b1.1"}, "'W1.5.1'"),
    ],
)
def test_what_the_picture_cannot_serve_is_refused(options, found):
    with pytest.raises(InputError, match=re.escape(found)):
        study_of("surface", SERIES, **options)


def test_days_that_are_all_the_same_have_no_surface():
    flat = simulated_series(200)
    flat.values[:] = 7.0
    with pytest.raises(InputError, match="no surface to look at"):
        study_of("surface", flat)


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "value"),
    [("website_visitors_statforecasting_2014_2020.csv", "Page.Loads"), ("wiki_log_peyton_manning.csv", None)],
)
def test_real_days(file, value):
    study = study_of("surface", thalweg.read(real(file), value=value))
    assert study.losses[-1] < study.losses[0]
    assert study.losses[-1] == pytest.approx(study.best[2], rel=0.05)
