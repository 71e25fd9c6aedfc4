"""Integrated gradients: contributions add up, and are those that pen and paper give."""

from functools import partial

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support.strategies import seeds
from thalweg.learn import Network, input_slopes, integrated_gradients
from thalweg.learn.backprop import forward
from thalweg.learn.explain.attribution import FEWEST_PARTS

SMOOTH = ["identity", "sigmoid", "tanh"]


def somewhere(network, seed):
    """θ with biases that are not 0, and inputs not small."""
    random = np.random.default_rng(seed)
    theta = network.start(seed, "glorot")
    for layer in network.layers(theta):
        layer.biases[:] = random.normal(0, 0.5, layer.biases.shape)
    return theta, random


def product(points):
    """x² · y and its slopes."""
    x, y = points.T
    return x**2 * y, np.stack([2 * x * y, x**2], axis=1)


@given(
    hidden=st.lists(st.integers(1, 7), max_size=3),
    activation=st.sampled_from(SMOOTH),
    output=st.sampled_from([*SMOOTH, "softmax"]),
    seed=seeds,
)
def test_slopes_are_central_differences(hidden, activation, output, seed):
    network = Network((4, *hidden, 3), activation, output)
    theta, random = somewhere(network, seed)
    x = random.normal(size=(5, 4))
    made, slopes = input_slopes(network, theta, x, 1)
    np.testing.assert_array_equal(made, forward(network, theta, x).prediction[:, 1])
    for feature in range(4):
        step = 1e-5 * np.eye(4)[feature]
        up, down = (forward(network, theta, x + sign * step).prediction[:, 1] for sign in (1, -1))
        np.testing.assert_allclose(slopes[:, feature], (up - down) / 2e-5, rtol=1e-6, atol=1e-9)


def test_slopes_lead_around_hidden_layers_too():
    network = Network((3, 6, 6, 6, 2), "tanh", skip=True)
    theta, random = somewhere(network, 4)
    x = random.normal(size=(8, 3))
    _, slopes = input_slopes(network, theta, x)
    for feature in range(3):
        step = 1e-5 * np.eye(3)[feature]
        up, down = (forward(network, theta, x + sign * step).prediction[:, 0] for sign in (1, -1))
        np.testing.assert_allclose(slopes[:, feature], (up - down) / 2e-5, rtol=1e-7, atol=1e-10)
    assert np.abs(slopes).min() > 1e-4


def test_of_a_straight_line_each_input_gives_its_weight_times_its_way():
    network = Network((5, 1))
    theta, random = somewhere(network, 1)
    at, base = random.normal(size=(2, 5))
    found = integrated_gradients(partial(input_slopes, network, theta), at, base)
    np.testing.assert_allclose(found.contributions, theta[:5] * (at - base), rtol=1e-12)
    assert found.base == pytest.approx(theta[:5] @ base + theta[5], rel=1e-12)
    assert abs(found.remainder) < 1e-12
    assert found.parts == 2 * FEWEST_PARTS


def test_of_a_product_each_input_gives_what_the_integral_is():
    # ∫ 2t·x·t·y dt · x = ⅔·x²y, and ∫ t²·x² dt · y = ⅓·x²y.
    for tolerance in (1e-3, 1e-7):
        found = integrated_gradients(product, [2.0, 3.0], [0.0, 0.0], tolerance=tolerance)
        np.testing.assert_allclose(found.contributions, [8, 4], rtol=2 * tolerance)
        assert abs(found.remainder) <= found.allowed == pytest.approx(12 * tolerance)


def test_a_kink_on_the_way_is_passed():
    def relu(points):
        return np.maximum(points[:, 0] - 1, 0), (points > 1).astype(float)

    found = integrated_gradients(relu, [3.0], [0.0])
    assert found.contributions == pytest.approx([2], rel=1e-3)
    assert (found.base, found.value) == (0, 2)


@pytest.mark.parametrize(("first", "last"), [(0.9999, 1.0), (0.501, 0.503), (0.0, 1e-4)])
def test_what_happens_within_a_short_part_of_the_way_is_found(first, last):
    def ramp(points):
        inside = (points > first) & (points < last)  # at both ends of the line it may be flat
        return np.clip(points[:, 0], first, last), inside.astype(float)

    found = integrated_gradients(ramp, [1.0], [0.0])
    assert found.contributions == pytest.approx([last - first], rel=1e-3)
    assert found.parts < 300


@example(hidden=[19, 1], seed=555)  # its last neuron wakes just before the end
@given(hidden=st.lists(st.integers(1, 30), min_size=1, max_size=3), seed=seeds)
def test_contributions_of_a_relu_network_add_up(hidden, seed):
    network = Network((6, *hidden, 1))
    theta, random = somewhere(network, seed)
    network.layers(theta)[0].weights[:, 2] = 0
    at, base = 2 * random.normal(size=(2, 6))
    at[4] = base[4]
    found = integrated_gradients(partial(input_slopes, network, theta), at, base)
    ends = forward(network, theta, np.stack([base, at])).prediction[:, 0]
    np.testing.assert_allclose([found.base, found.value], ends, rtol=1e-12, atol=1e-14)
    largest = max(abs(ends[1] - ends[0]), np.abs(found.contributions).max())
    assert abs(ends[1] - ends[0] - found.contributions.sum()) <= 1e-3 * largest
    # What is not heard, and what is the same at both ends, gives nothing.
    np.testing.assert_array_equal(found.contributions[[2, 4]], 0)


def test_inputs_that_count_alike_give_alike():
    network = Network((3, 8, 1))
    theta, _ = somewhere(network, 2)
    weights = network.layers(theta)[0].weights
    weights[:, 1] = weights[:, 0]
    found = integrated_gradients(partial(input_slopes, network, theta), [1.0, 1.0, -2.0], [0.2, 0.2, 0.0])
    assert found.contributions[0] == found.contributions[1] != 0


def test_two_outputs_are_two_functions():
    network = Network((3, 8, 2), "sigmoid")
    theta, random = somewhere(network, 6)
    at, base = random.normal(size=(2, 3))
    one, two = (
        integrated_gradients(partial(input_slopes, network, theta, output=output), at, base) for output in (0, 1)
    )
    assert one.value != two.value
    assert np.abs(one.contributions - two.contributions).max() > 1e-3


def test_what_cannot_be_told_is_refused():
    def jump(points):
        return (points[:, 0] > 0.7).astype(float), np.zeros_like(points)

    with pytest.raises(ValueError, match=r"Over [0-9,]+ parts .* leave 1 of a difference of 1: the function jumps"):
        integrated_gradients(jump, [1.0], [0.0])
    with pytest.raises(ValueError, match=r"shapes are \(2,\), \(3,\)"):
        integrated_gradients(product, [1.0, 2.0], [0.0, 0.0, 0.0])
    with pytest.raises(ValueError, match="tolerance is 0"):
        integrated_gradients(product, [1.0, 2.0], [0.0, 0.0], tolerance=0)
    with pytest.raises(ValueError, match="not finite"):
        integrated_gradients(product, [1.0, np.nan], [0.0, 0.0])
    with pytest.raises(ValueError, match="output is 1; this network has the outputs 0 to 0"):
        input_slopes(Network((2, 1)), np.zeros(3), np.zeros((1, 2)), 1)
