"""Curves as sums of pieces: exact, without training, and the same as pairs of ReLUs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.strategies import seeds
from thalweg.learn import Network, pieces_of, piecewise_network, points_on, relu_pairs, turning_points_on
from thalweg.learn.backprop import forward

ABOUT = np.linspace(-12, 12, 481)


@st.composite
def curves(draw):
    """A piecewise linear curve anywhere about the y axis, a turning point on the axis now and then."""
    random = np.random.default_rng(draw(seeds))
    count = draw(st.integers(2, 20))
    x = np.cumsum(random.uniform(0.05, 1.0, count))
    x -= draw(st.sampled_from([0.0, x[0], x[-1], x[count // 2], 2 * x[-1], x[-1] / 3]))
    return x, random.normal(0, 3, count)


def made(network, theta, x):
    return forward(network, theta, np.asarray(x)[:, None]).prediction[:, 0]


@given(curves(), st.sampled_from(["hard sigmoid", "relu"]))
def test_the_network_is_the_curve_and_flat_outside(curve, activation):
    x, y = curve
    network, theta = piecewise_network(x, y, activation)
    at = np.concatenate([ABOUT, x, (x[1:] + x[:-1]) / 2])
    np.testing.assert_allclose(made(network, theta, at), np.interp(at, x, y), rtol=0, atol=1e-12 * len(x))
    assert np.abs(theta).max() > 0
    slopes = len(x) - 1 + (x[0] < 0 < x[-1] and 0 not in x)
    assert network.widths == (1, slopes * (2 if activation == "relu" else 1), 1)


@given(curves())
def test_the_recipe(curve):
    x, y = curve
    pieces = pieces_of(x, y)
    # Piece 0 is the curve where it meets the y axis; all others are 0 there.
    assert pieces.constant == np.interp(0, x, y)
    np.testing.assert_array_equal(pieces.values([0.0])[1:, 0], 0.0)
    each = pieces.values(ABOUT)
    np.testing.assert_allclose(each.sum(axis=0), np.interp(ABOUT, x, y), rtol=0, atol=1e-12)
    # Every piece is flat, slopes as the curve does between its turning points, and is flat.
    for start, end, slope in zip(pieces.start, pieces.end, pieces.slope, strict=True):
        np.testing.assert_allclose(np.diff(np.interp([start, end], x, y))[0], slope * (end - start), atol=1e-12)
    steep = np.diff(each[1:], axis=1) != 0
    assert not (steep.sum(axis=0) > 2).any()
    # The sum of the first is the curve as far as they reach, and flat beyond.
    for count in range(1, len(pieces) + 1):
        low, high = min(0, *pieces.start[:count]), max(0, *pieces.end[:count])
        reached = np.interp(np.clip(ABOUT, low, high), x, y)
        np.testing.assert_allclose(each[: count + 1].sum(axis=0), reached, rtol=0, atol=1e-12)


def test_the_lecture_s_recipe_by_hand():
    pieces = pieces_of([-2, 0, 1, 3], [5, 1, 4, 2])
    assert pieces.constant == 1
    np.testing.assert_array_equal(pieces.start, [0, 1, -2])
    np.testing.assert_array_equal(pieces.end, [1, 3, 0])
    np.testing.assert_array_equal(pieces.slope, [3, -1, -2])
    np.testing.assert_array_equal(pieces.leftward, [False, False, True])
    np.testing.assert_array_equal(pieces.values([-3, -1, 0.5, 2])[1:], [[0, 0, 1.5, 3], [0, 0, 0, -1], [4, 2, 0, 0]])
    network, theta = pieces.network()
    hidden, output = network.layers(theta)
    np.testing.assert_array_equal(hidden.weights[:, 0], [6, 3, -3])
    np.testing.assert_array_equal(hidden.biases, [-3, -6, -3])
    np.testing.assert_array_equal(output.weights, [[3, -2, 4]])


def test_outside_of_its_points_the_axis_meets_the_nearer_end():
    assert pieces_of([2, 3], [7, 9]).constant == 7
    assert pieces_of([-3, -2], [7, 9]).constant == 9


@given(seeds, st.lists(st.integers(1, 8), min_size=0, max_size=4), st.sampled_from(["identity", "sigmoid", "softmax"]))
def test_pairs_of_relus_equal_hard_sigmoids(seed, hidden, output):
    network = Network((3, *hidden, 2), "hard sigmoid", output)
    random = np.random.default_rng(seed)
    theta = random.normal(0, 2, network.size)
    x = random.normal(0, 2, (40, 3))
    pairs, twin = relu_pairs(network, theta)
    assert pairs.widths == (3, *(2 * width for width in hidden), 2)
    assert pairs.activation == "relu"
    np.testing.assert_allclose(
        forward(pairs, twin, x).prediction, forward(network, theta, x).prediction, rtol=0, atol=1e-12
    )
    assert np.abs(twin).sum() > 0


def test_a_pair_by_hand():
    network = Network((1, 1, 1), "hard sigmoid")
    pairs, theta = relu_pairs(network, [6.0, 3.0, 5.0, 1.0])
    np.testing.assert_array_equal(theta, [1, 1, 1, 0, 5, -5, 1])
    np.testing.assert_array_equal(made(pairs, theta, [-2.0, -0.5, 0.0, 3.0]), [1, 3.5, 6, 6])


def test_more_points_come_closer():
    x = np.linspace(0, 2 * np.pi, 4097)
    errors = [points_on(x, np.sin, count + 1) for count in (4, 8, 16, 32, 64)]
    most = np.array([joined.most for joined in errors])
    # Joined points miss a smooth curve by h²/8 of its second derivative: half the distance, a quarter of the error.
    np.testing.assert_allclose(most[2:-1] / most[3:], 4, rtol=0.02)
    np.testing.assert_allclose(most[-1], (2 * np.pi / 64) ** 2 / 8, rtol=0.02)
    assert all(joined.mean < joined.most for joined in errors)
    np.testing.assert_array_equal(points_on([0, 1, 2], [3, 4, 0], 3).y, [3, 4, 0])
    assert points_on([0, 1, 2], [3, 4, 0], 3).most == 0


@given(curves())
def test_points_where_it_turns_are_the_whole_of_a_piecewise_linear_curve(curve):
    x, y = curve
    at = np.unique(np.concatenate([x, np.linspace(x[0], x[-1], 200)]))
    taken = turning_points_on(at, np.interp(at, x, y), len(x))
    assert len(taken.x) == len(x)
    assert {taken.x[0], taken.x[-1]} == {x[0], x[-1]}
    assert taken.most < 1e-12 * max(1.0, np.abs(y).max())


def test_points_where_it_turns_miss_less_than_even_ones():
    random = np.random.default_rng(3)
    x, better = np.arange(365.0), []
    for _ in range(100):
        walk = np.convolve(np.cumsum(random.normal(size=371)), np.full(7, 1 / 7), mode="valid")
        turning, even = turning_points_on(x, walk, 12), points_on(x, walk, 12)
        assert len(turning.x) == 12
        assert turning.most > 0
        better.append((turning.most <= even.most, turning.mean <= even.mean))
    assert np.mean(better, axis=0).min() > 0.9
    np.testing.assert_array_equal(turning_points_on([0, 1, 2, 3], [0, 0, 9, 0], 3).x, [0, 2, 3])
    assert turning_points_on(x, np.sin, 365).most == 0


def test_what_cannot_be_is_refused():
    network = Network((2, 3, 1))
    for call, told in (
        (lambda: pieces_of([1], [2]), "needs 2 points or more; 1 were given"),
        (lambda: pieces_of([1, 1], [2, 3]), "x must rise from point to point; 1.0 follows 1.0"),
        (lambda: pieces_of([2, 1], [2, 3]), "1.0 follows 2.0"),
        (lambda: pieces_of([1, np.nan], [2, 3]), "x holds nan"),
        (lambda: pieces_of([1, 2], [np.inf, 3]), "y holds inf"),
        (lambda: pieces_of([1, 2, 3], [2, 3]), r"their shapes are \(3,\) and \(2,\)"),
        (lambda: piecewise_network([1, 2], [2, 3], "tanh"), "the activation given is 'tanh'"),
        (lambda: piecewise_network([0, 1e-310], [2, 3]), "lie too close"),
        (lambda: relu_pairs(network, network.start()), "this network's activation is 'relu'"),
        (
            lambda: relu_pairs(skipped := Network((2, 3, 3, 3, 1), "hard sigmoid", skip=True), np.zeros(skipped.size)),
            "Skip connections",
        ),
        (lambda: relu_pairs(Network((2, 3, 1), "hard sigmoid"), [1.0]), "has 13 unknowns"),
        (lambda: turning_points_on([1, 2, 3], [1, 2, 3], 1), "1 points are asked for; give from 2 to 3"),
        (lambda: points_on([1, 2, 3], [1, 2, 3], 4), "4 points are asked for; give from 2 to 3"),
    ):
        with pytest.raises(ValueError, match=told):
            call()
