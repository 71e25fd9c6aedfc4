"""One weight traced: a × ∂C/∂z, the sum over the chain rule's paths and a central difference are one number."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.blackboard import Blackboard
from thalweg.learn import backprop
from thalweg.learn.explain.counting import backward_count, forward_count, naive_count
from thalweg.learn.explain.passes import both_passes, central_differences, each_example, trace, traced
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES
from thalweg.learn.parameters import parts_of, place_of

WORKED = Network((2, 2, 2, 2), "sigmoid", "sigmoid")
THETA = np.array([1, -2, -1, 1, 1, 0, 2, -1, -2, -1, 0, 0, 3, -1, -1, 4, -2, 2], dtype=float)


@st.composite
def cases(draw):
    """Networks with a bias everywhere, an example and a loss that suits the output."""
    widths = tuple(draw(st.lists(st.integers(1, 5), min_size=2, max_size=5)))
    activation = draw(st.sampled_from(["sigmoid", "tanh", "identity", "relu", "hard sigmoid"]))
    output, loss = draw(st.sampled_from([("identity", "mse"), ("sigmoid", "mse"), ("softmax", "cross-entropy")]))
    network = Network(widths, activation, output)
    random = np.random.default_rng(draw(st.integers(0, 2**31)))
    theta = network.start(1) + random.normal(0, 0.5, network.size)
    target = random.dirichlet(np.ones(widths[-1])) if loss == "cross-entropy" else random.normal(size=widths[-1])
    layer = draw(st.integers(1, len(widths) - 1))
    weight = layer, draw(st.integers(1, widths[layer])), draw(st.integers(0, widths[layer - 1]))
    return network, theta, random.normal(size=widths[0]), target, loss, weight


@given(cases())
def test_trace_is_the_gradient(case):
    network, theta, x, target, loss, weight = case
    found = trace(network, theta, x, target, loss, *weight, most=3)
    _, gradient = backprop.loss_and_gradient(network, theta, LOSSES[loss], x[None], target[None], np.ones((1, 1)))
    scale = max(abs(found.gradient), *(abs(path.product) for path in found.paths), 1e-9)
    assert found.gradient == pytest.approx(gradient[found.place], abs=1e-12 * scale)
    assert found.total == pytest.approx(found.gradient, abs=1e-12 * scale)
    assert found.weight == theta[found.place]
    assert found.ways == math.prod(network.widths[weight[0] + 1 :])
    sizes = [abs(path.product) for path in found.paths]
    assert sizes == sorted(sizes, reverse=True)
    assert len(found.paths) <= 3
    for path in found.paths:
        assert path.nodes[0] == weight[:2]
        assert path.product == pytest.approx(math.prod(path.factors), rel=1e-15)


@given(cases())
def test_passes_hold_what_backprop_says(case):
    network, theta, x, target, loss, _ = case
    found = both_passes(network, theta, x, target, loss)
    value, gradient = backprop.loss_and_gradient(network, theta, LOSSES[loss], x[None], target[None], np.ones((1, 1)))
    assert found.cost == pytest.approx(value, rel=1e-13)
    np.testing.assert_allclose(found.gradient, gradient, rtol=1e-13, atol=1e-300)
    for layer, part in enumerate(network.layers(found.gradient)):
        np.testing.assert_allclose(part.weights, np.outer(found.slopes[layer], found.a[layer]), rtol=1e-13, atol=0)
        np.testing.assert_allclose(part.biases, found.slopes[layer], rtol=1e-13)
    if network.output != "softmax":
        np.testing.assert_allclose(found.slopes[-1], found.derivatives[-1] * found.output_slope, rtol=1e-13)


def test_worked_network_path_by_path():
    found = trace(WORKED, THETA, [1, -1], [0.25, 0.5], "mse", 1, 1, 2)
    assert found.connected == -1
    assert abs(found.gradient) > 5e-4
    # By hand: along z(1,1) → z(2,j) → z(3,k), from sigmoids alone.
    s = lambda z: 1 / (1 + math.exp(-z))  # noqa: E731
    d = lambda z: s(z) * (1 - s(z))  # noqa: E731
    z1, z2 = [4.0, -2.0], []
    a1 = [s(z) for z in z1]
    z2 = [2 * a1[0] - a1[1], -2 * a1[0] - a1[1]]
    a2 = [s(z) for z in z2]
    z3 = [3 * a2[0] - a2[1] - 2, -a2[0] + 4 * a2[1] + 2]
    slope = [s(z3[0]) - 0.25, s(z3[1]) - 0.5]
    second, third = [2, -2], [[3, -1], [-1, 4]]
    products = {
        (j, k): -1 * d(z1[0]) * second[j] * d(z2[j]) * third[k][j] * d(z3[k]) * slope[k]
        for j, k in itertools.product(range(2), range(2))
    }
    ours = {(path.nodes[1][1] - 1, path.nodes[2][1] - 1): path.product for path in found.paths}
    assert ours == pytest.approx(products, rel=1e-12)
    assert found.gradient == pytest.approx(sum(products.values()), rel=1e-12)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_central_differences_of_all_unknowns(activation):
    network = Network((3, 4, 3, 2), activation, "sigmoid")
    random = np.random.default_rng(5)
    theta = random.normal(size=network.size)
    found = both_passes(network, theta, random.normal(size=3), random.normal(size=2))
    assert np.abs(found.gradient).min() > 1e-8
    np.testing.assert_allclose(central_differences(found), found.gradient, rtol=1e-6, atol=1e-10)
    np.testing.assert_array_equal(central_differences(found, [4, 7]), central_differences(found)[[4, 7]])


def test_skip_connections_are_paths_too():
    network = Network((3, 4, 4, 4, 2), "tanh", skip=True)
    random = np.random.default_rng(2)
    found = both_passes(network, random.normal(size=network.size), random.normal(size=3), random.normal(size=2))
    for weight in ((1, 2, 3), (1, 4, 0), (2, 1, 1), (4, 2, 4)):
        one = traced(found, *weight)
        assert abs(one.gradient) > 1e-9
        assert one.total == pytest.approx(one.gradient, rel=1e-11)
        assert one.difference == pytest.approx(one.gradient, rel=1e-5, abs=1e-10)
    assert traced(found, 1, 2, 3).ways == (4 * 4 + 1) * 2  # around the pair of layers leads one way more


def test_wide_layers_are_grouped_by_the_next_neuron():
    network = Network((5, 80, 80, 80, 1), "sigmoid")
    theta = network.start(4)
    found = trace(network, theta, np.arange(5.0) - 1.5, [0.3], "mse", 1, 7, 2)
    assert found.ways == 80 * 80
    assert len(found.paths) == 6
    assert all(len(path.nodes) == 2 and path.ways == 80 for path in found.paths)
    assert found.rest_ways == 74 * 80
    assert abs(found.gradient) > 1e-9
    assert found.total == pytest.approx(found.gradient, rel=1e-11)


def test_the_mean_over_examples_is_the_gradient_of_the_batch():
    random = np.random.default_rng(9)
    network = Network((3, 5, 2), "sigmoid")
    theta, x, target = random.normal(size=network.size), random.normal(size=(11, 3)), random.normal(size=(11, 2))
    for loss in ("mse", "mae"):
        _, gradient = backprop.loss_and_gradient(network, theta, LOSSES[loss], x, target, np.ones((11, 2)))
        for weight in ((1, 2, 3), (1, 5, 0), (2, 2, 4)):
            shares = each_example(network, theta, x, target, loss, weight)
            assert shares.shape == (11,)
            assert np.ptp(shares) > 1e-3
            assert shares.mean() == pytest.approx(gradient[place_of(network, *weight)], rel=1e-12)
            alone = trace(network, theta, x[4], target[4], loss, *weight).gradient
            assert shares[4] == pytest.approx(alone, rel=1e-12)


@pytest.mark.parametrize("widths", [(3, 1), (4, 3, 2), (2, 5, 4, 3, 1)])
def test_parts_read_theta_as_the_network_does(widths):
    network = Network(widths)
    theta = np.random.default_rng(1).normal(size=network.size)
    parts = parts_of(network)
    assert [(part.first, part.end) for part in parts] == [
        *itertools.pairwise([0, *np.cumsum([part.end - part.first for part in parts])])
    ]
    assert parts[-1].end == network.size
    read = [theta[part.first : part.end].reshape(part.shape) for part in parts]
    for at, layer in enumerate(network.layers(theta)):
        np.testing.assert_array_equal(read[2 * at], layer.weights)
        np.testing.assert_array_equal(read[2 * at + 1], layer.biases)
        for k, i in np.ndindex(*layer.weights.shape):
            assert theta[place_of(network, at + 1, k + 1, i + 1)] == layer.weights[k, i]
        assert [theta[place_of(network, at + 1, k + 1, 0)] for k in range(len(layer.biases))] == list(layer.biases)


def test_what_is_not_there_is_refused_with_what_is():
    for weight, sentence in (
        ((0, 1, 1), "no layer 0; layers are 1 to 3"),
        ((4, 1, 1), "no layer 4; layers are 1 to 3"),
        ((1, 3, 1), "no neuron 3; its neurons are 1 to 2"),
        ((1, 1, 3), "no input 3; inputs are 1 to 2, and 0 is the bias"),
        ((1, 1, -1), "no input -1"),
    ):
        with pytest.raises(ValueError, match=sentence):
            trace(WORKED, THETA, [1, -1], [0.25, 0.5], "mse", *weight)
    with pytest.raises(ValueError, match=r"x must have shape \(2,\)"):
        both_passes(WORKED, THETA, [1, -1, 1], [0.25, 0.5])
    with pytest.raises(ValueError, match=r"target must have shape \(2,\)"):
        both_passes(WORKED, THETA, [1, -1], [0.25])
    with pytest.raises(ValueError, match="target has shape"):
        each_example(WORKED, THETA, [[1, -1]], [[0.25]], "mse", (1, 1, 1))


def test_counts_of_the_worked_network_are_the_blackboards():
    board = Blackboard(WORKED, THETA.tolist())
    counted = []
    z = board.forward([1, -1])
    counted.append(board.multiplications)
    for work in (board.backward, board.naive):
        board.multiplications = 0
        work(z, [0.3, -0.2])
        counted.append(board.multiplications)
    assert counted == [forward_count(WORKED.widths), backward_count(WORKED.widths), naive_count(WORKED.widths)]
    assert counted == [12, 14, 38]
