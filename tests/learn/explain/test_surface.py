"""The error surface: L is L wherever it is asked for, planes are what they claim, minima are where algebra has them."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from support.strategies import problems, random_examples, seeds
from thalweg.learn import (
    Network,
    Plane,
    Units,
    brute_force,
    curve_of,
    dense_examples,
    loss_on,
    mean_loss,
    own_loss,
    path_plane,
    predict,
    random_plane,
    slope_at,
    surface_of,
    unknowns_plane,
)
from thalweg.learn.explain.surface import loss_in_units
from thalweg.learn.loss import LOSSES

LINE = Network((1, 1))
W_AND_B = Plane(np.zeros(2), np.eye(2))


def line_examples(seed=0, count=200):
    random = np.random.default_rng(seed)
    x = random.normal(size=count)
    return dense_examples(x[:, None], 0.7 * x + 0.2 + 0.3 * random.standard_t(3, size=count))


def test_a_plane_finds_its_coordinates_even_where_its_directions_are_long_and_nearly_parallel():
    centre, spread = 1e12, 30.0  # the plane of w and b in the units of a counter that has grown large
    plane = Plane(np.array([0.0, -centre / spread]), np.array([[1.0, centre / spread], [0.0, 1.0 / spread]]))
    assert plane.moves(plane.directions)[:, 0] == pytest.approx([1.0, 0.0], abs=1e-6)
    assert plane.coordinates(plane.at(0.5, 2e11)) == pytest.approx([0.5, 2e11], rel=1e-6)
    with pytest.raises(ValueError, match="parallel"):
        Plane(np.zeros(2), np.array([[1e10, 1.0], [2e10, 2.0]]))


@given(seeds, st.sampled_from(["mae", "mse"]), st.booleans())
def test_a_line_is_exact_against_a_loop_by_hand(seed, loss, floored):
    random = np.random.default_rng(seed)
    count = int(random.integers(1, 60))
    x, target = random.normal(size=count), random.normal(2, 3, size=count)
    weight = random.integers(0, 3, size=count).astype(float)
    weight[0] = 1.0
    units = Units(float(random.uniform(0.5, 3)), float(random.normal()), 0.5 if floored else -math.inf)
    plane = Plane(random.normal(size=2), np.eye(2) + 0.3 * random.normal(size=(2, 2)))
    u, v = np.linspace(-2, 3, 7), np.linspace(-4, 1, 5)
    found = surface_of(LINE, dense_examples(x[:, None], target, weight), plane, u, v, loss, undo=units)
    assert found.losses.shape == (5, 7)
    for row, up in enumerate(v):
        for column, across in enumerate(u):
            w, b = plane.origin + across * plane.directions[0] + up * plane.directions[1]
            total = 0.0
            for n in range(count):
                made = max(units.factor * (b + w * x[n]) + units.shift, units.least)
                error = abs(made - target[n]) if loss == "mae" else (made - target[n]) ** 2
                total += weight[n] * error
            assert found.losses[row, column] == pytest.approx(total / weight.sum(), rel=1e-12, abs=1e-13)
    assert found.losses.max() > 0.01


@pytest.mark.parametrize("loss", ["huber", "quantile"])
def test_a_line_with_another_loss_takes_the_long_way_and_is_as_exact(loss):
    examples = line_examples()
    u, v = np.linspace(-1, 1, 4), np.linspace(-1, 1, 3)
    found = surface_of(LINE, examples, W_AND_B, u, v, loss)
    for row, b in enumerate(v):
        for column, w in enumerate(u):
            expected = loss_on(LINE, np.array([w, b]), examples, loss)
            assert found.losses[row, column] == pytest.approx(expected, rel=1e-14)


@given(problems(max_hidden=2), seeds)
def test_any_network_and_loss_is_what_loss_on_says(problem, seed):
    assume(max(problem.network.widths[:-1]) > 1)  # one weight a neuron leaves random directions no choice
    plane = random_plane(problem.network, problem.theta + 0.1, seed)
    u = np.array([-0.5, 0.0, 1.0])
    found = surface_of(problem.network, problem.examples, plane, u, u[:2], problem.loss, dtype=np.float64, threads=2)
    for row, up in enumerate(u[:2]):
        for column, across in enumerate(u):
            expected = loss_on(problem.network, plane.at(across, up), problem.examples, problem.loss)
            assert found.losses[row, column] == pytest.approx(expected, rel=1e-11, abs=1e-13)


def test_classes_keep_their_stable_form():
    random = np.random.default_rng(2)
    examples = dense_examples(40 * random.normal(size=(30, 3)), random.integers(0, 4, size=30))
    network = Network((3, 4), output="softmax")
    plane = random_plane(network, 50 * network.start(1), 0)
    found = surface_of(network, examples, plane, [0.0, 1.0], [0.0], "cross-entropy", dtype=np.float64)
    assert np.isfinite(found.losses).all()
    assert found.losses[0, 0] == pytest.approx(loss_on(network, plane.origin, examples, "cross-entropy"), rel=1e-12)


def test_a_function_undoes_as_well_as_units():
    examples = replace(line_examples(), target=np.exp(line_examples().target))
    u, v = np.linspace(-1, 1, 4), np.linspace(-1, 1, 3)
    found = surface_of(LINE, examples, W_AND_B, u, v, "mae", undo=np.exp)
    made = np.exp(predict(LINE, np.array([u[1], v[2]]), examples))
    assert found.losses[2, 1] == pytest.approx(mean_loss("mae", made, examples.target), rel=1e-13)
    units = Units(2.0, 0.5, 0.0)
    same = [surface_of(LINE, examples, W_AND_B, u, v, "mse", undo=undo).losses for undo in (units, units.__call__)]
    np.testing.assert_allclose(*same, rtol=1e-12)


def test_threads_change_no_bit():
    random = np.random.default_rng(3)
    examples = random_examples(random, 50, 5, 0, 1)
    network = Network((5, 8, 8, 1))
    plane = random_plane(network, network.start(0))
    u = np.linspace(-1, 1, 9)
    told = []
    one, two = (surface_of(network, examples, plane, u, u, threads=threads, advance=told.append) for threads in (1, 2))
    np.testing.assert_array_equal(one.losses, two.losses)
    assert sum(told) == 18


def test_the_least_squares_of_algebra_are_the_lowest_point():
    examples = line_examples(4)
    x, y = examples.dense[:, 0], examples.target[:, 0]
    w, b = np.polyfit(x, y, 1)
    span = np.linspace(-0.5, 0.5, 101)
    surface = surface_of(LINE, examples, W_AND_B, w + span, b + span, "mse")
    found = brute_force(surface)
    assert (found.u, found.v) == pytest.approx((w, b), abs=1e-12)
    assert found.evaluations == 101**2
    assert found.loss == pytest.approx(np.mean((w * x + b - y) ** 2), rel=1e-12)
    assert found.loss == surface.losses.min() < surface.losses.max() / 2
    # A parabola has its curvature from the features alone: L(w + h) − L(w) = h²·mean x².
    assert surface.losses[50, 100] - found.loss == pytest.approx(0.25 * np.mean(x**2), rel=1e-10)


@given(problems(max_hidden=2))
def test_the_gradient_in_units_is_the_central_difference(problem):
    smooth = replace(problem.network, activation="tanh", output="identity")
    units = Units(3.0, -0.5)
    loss, gradient = slope_at(smooth, problem.examples, problem.theta, "mse", undo=units)
    told = loss_in_units("mse", units)
    assert loss == pytest.approx(loss_on(smooth, problem.theta, problem.examples, told), rel=1e-12)
    for at in range(0, len(gradient), max(1, len(gradient) // 5)):
        step = np.zeros(len(gradient))
        step[at] = 1e-6
        ends = [loss_on(smooth, problem.theta + sign * step, problem.examples, told) for sign in (1, -1)]
        assert (ends[0] - ends[1]) / 2e-6 == pytest.approx(gradient[at], rel=1e-5, abs=1e-6 * (1 + abs(loss)))


def test_where_the_least_holds_a_prediction_there_is_no_slope():
    examples = dense_examples([[1.0]], [5.0])
    loss, gradient = slope_at(LINE, examples, np.array([0.0, -3.0]), "mse", undo=Units(2.0, 1.0, 0.0))
    assert (loss, gradient.tolist()) == (25.0, [0.0, 0.0])


class TestCurve:
    # L(w) = (w² − 1)²-like valleys of two examples would need two unknowns; a sigmoid has them with two groups.
    X, TARGET = np.repeat([1.0, 10.0], [7, 3]), np.repeat([0.9, 0.02], [7, 3])
    NEURON = Network((1, 1), output="sigmoid")
    LOWERED = own_loss("lowered", lambda p, t: (p - t) ** 2 - 0.25, lambda p, t: 2 * (p - t))

    def curve(self, points=401):
        examples = dense_examples(self.X[:, None], self.TARGET)
        return curve_of(self.NEURON, examples, np.zeros(2), 0, np.linspace(-3, 5, points), self.LOWERED)

    def test_it_has_a_local_and_a_global_minimum_and_dips_below_zero(self):
        curve = self.curve()
        assert len(curve.minima) == 2
        (first, deep), (second, shallow) = curve.minima
        assert deep < 0 < shallow
        assert curve.least == (first, deep)
        # The right one is where the seven have what they want: σ(w) = 0.9.
        assert second == pytest.approx(math.log(9), abs=1e-4)

    def test_minima_are_narrowed_down_beyond_the_points(self):
        coarse, fine = self.curve(41), self.curve(4001)
        np.testing.assert_allclose(coarse.minima, fine.minima, atol=1e-6)
        for value, loss in coarse.minima:
            near = [self.curve_at(value + step) for step in (-1e-4, 1e-4)]
            assert loss <= min(near)

    def curve_at(self, w):
        made = 1 / (1 + np.exp(-w * self.X))
        return float(np.mean((made - self.TARGET) ** 2) - 0.25)

    def test_losses_and_slopes_are_the_formulas(self):
        curve = self.curve()
        np.testing.assert_allclose(curve.losses, [self.curve_at(w) for w in curve.values], rtol=1e-12, atol=1e-15)
        slopes = [(self.curve_at(w + 1e-6) - self.curve_at(w - 1e-6)) / 2e-6 for w in curve.values]
        np.testing.assert_allclose(curve.slopes, slopes, atol=1e-8)
        assert np.abs(curve.slopes).max() > 0.1

    def test_descent_from_the_right_start_ends_in_the_local_minimum(self):
        examples = dense_examples(self.X[:, None], self.TARGET)
        w = 0.7
        for _ in range(300):
            w -= 6.0 * slope_at(self.NEURON, examples, np.array([w, 0.0]), self.LOWERED)[1][0]
        assert w == pytest.approx(self.curve().minima[1, 0], abs=1e-3)

    def test_a_slope_without_end_has_no_minimum_inside(self):
        curve = curve_of(LINE, dense_examples([[1.0]], [100.0]), np.zeros(2), 0, np.linspace(0, 1, 11), "mse")
        assert curve.minima.shape == (0, 2)
        assert curve.least == (1.0, 99.0**2)

    def test_what_cannot_be_is_refused(self):
        examples = line_examples()
        for options, found in (
            ((2, [0.0, 1.0]), "unknown 2"),
            ((0, [1.0, 0.0]), "must rise"),
            ((0, [np.nan]), "finite"),
        ):
            with pytest.raises(ValueError, match=found):
                curve_of(LINE, examples, np.zeros(2), *options)


class TestPlanes:
    @given(seeds, st.integers(3, 12), st.integers(2, 30))
    def test_a_path_lies_on_its_own_plane_as_far_as_its_shares_say(self, seed, points, size):
        random = np.random.default_rng(seed)
        path = np.cumsum(random.normal(size=(points, size)), axis=0)
        plane = path_plane(path)
        coordinates = plane.coordinates(path)
        np.testing.assert_allclose(coordinates[-1], 0, atol=1e-12)
        np.testing.assert_array_equal(plane.origin, path[-1])
        np.testing.assert_allclose(plane.directions @ plane.directions.T, np.eye(2), atol=1e-12)
        left = path - plane.at(*coordinates.T)
        whole = np.square(path - path[-1]).sum()
        assert np.square(left).sum() / whole == pytest.approx(1 - sum(plane.shares), abs=1e-12)
        assert plane.shares[0] >= plane.shares[1] >= 0
        assert (coordinates[0] <= 1e-9).all()
        # No other plane through the end carries more: not one along two coordinates, nor a random one.
        other = np.linalg.qr(random.normal(size=(size, 2)))[0]
        assert np.square((path - path[-1]) @ other).sum() / whole <= sum(plane.shares) + 1e-12

    def test_a_flat_path_is_all_there_and_its_points_come_back(self):
        path = np.outer(np.linspace(3, 0, 5), [1.0, 2.0, 2.0]) + 7
        plane = path_plane(path)
        assert plane.shares == pytest.approx((1, 0), abs=1e-15)
        np.testing.assert_allclose(plane.at(*plane.coordinates(path).T), path, rtol=1e-12)

    @given(problems(max_hidden=3), seeds)
    def test_random_directions_are_as_long_as_each_neurons_weights(self, problem, seed):
        assume(max(problem.network.widths[:-1]) > 1)
        plane = random_plane(problem.network, problem.theta, seed)
        for direction in plane.directions:
            pairs = zip(problem.network.layers(direction), problem.network.layers(problem.theta), strict=True)
            for layer, of_theta in pairs:
                lengths = np.linalg.norm(layer.weights, axis=1)
                np.testing.assert_allclose(lengths, np.linalg.norm(of_theta.weights, axis=1), rtol=1e-12)
                assert lengths.min() > 0
                assert not layer.biases.any()

    def test_the_same_seed_draws_the_same_plane(self):
        network = Network((3, 4, 1))
        one, same, other = (random_plane(network, network.start(0), seed).directions for seed in (1, 1, 2))
        np.testing.assert_array_equal(one, same)
        assert (one != other).any()

    @given(seeds)
    def test_coordinates_are_the_way_back_whatever_the_directions(self, seed):
        random = np.random.default_rng(seed)
        plane = Plane(random.normal(size=6), random.normal(size=(2, 6)))
        told = random.normal(size=(4, 2))
        np.testing.assert_allclose(plane.coordinates(plane.at(*told.T)), told, rtol=1e-8, atol=1e-9)
        gradient = random.normal(size=6)
        h = 1e-3
        ahead = [(plane.at(h, 0) - plane.origin) @ gradient / h, (plane.at(0, h) - plane.origin) @ gradient / h]
        np.testing.assert_allclose(plane.slope(gradient), ahead, rtol=1e-8, atol=1e-9)

    def test_two_unknowns_have_their_own_values_as_coordinates(self):
        theta = np.array([5.0, 6.0, 7.0, 8.0])
        plane = unknowns_plane(theta, 3, 1)
        np.testing.assert_array_equal(plane.coordinates(theta), [8, 6])
        np.testing.assert_array_equal(plane.at(1, 2), [5, 2, 7, 1])

    def test_what_is_no_plane_is_refused(self):
        theta = np.arange(4.0)
        for make, found in (
            (lambda: unknowns_plane(theta, 1, 1), "given twice"),
            (lambda: unknowns_plane(theta, 0, 4), "no unknown 4"),
            (lambda: Plane(theta, np.ones((2, 4))), "zero or parallel"),
            (lambda: Plane(theta, np.eye(2)), "shape"),
            (lambda: Plane(theta * np.nan, np.eye(4)[:2]), "finite"),
            (lambda: path_plane(np.ones((5, 3))), "does not move"),
            (lambda: path_plane(np.ones((1, 3))), "two points"),
            (lambda: surface_of(LINE, line_examples(), Plane(theta, np.eye(4)[:2]), [0.0], [0.0]), "2 unknowns"),
            (lambda: surface_of(LINE, line_examples(), W_AND_B, [[0.0]], [0.0]), "u must be"),
        ):
            with pytest.raises(ValueError, match=found):
                make()


def test_units_undo_and_their_loss_is_of_the_undone():
    units = Units(2.0, 1.0, 0.0)
    outputs = np.array([[-3.0], [0.5]])
    np.testing.assert_array_equal(units(outputs), [[0.0], [2.0]])
    np.testing.assert_array_equal(units.slope(outputs), [[0.0], [2.0]])
    told = loss_in_units("mae", units)
    np.testing.assert_array_equal(told.error(outputs, np.array([[4.0], [1.0]])), [[4.0], [1.0]])
    assert told.code not in {loss.code for loss in LOSSES.values()}


def test_the_benchs_loop_is_the_same_surface(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[3] / "benchmarks"))
    import surface  # noqa: PLC0415 - from the bench's folder

    line = surface.Line(days=120, side=9)
    for loss in ("mae", "mse"):
        ours = line.ours(loss)
        np.testing.assert_allclose(ours, line.loop(loss), rtol=1e-11)
        assert ours.max() > 2 * ours.min() > 0
