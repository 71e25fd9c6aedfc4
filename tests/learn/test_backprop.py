"""The reference's gradient against differences of its own loss, in float64."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.learn.activation import ACTIVATIONS
from thalweg.learn.backprop import backward, forward, loss_and_gradient
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES, mean_loss

STEP = 5e-4
MARGIN = 0.02  # how far z and e stay from the kinks of ReLU and |e|: much more than any step moves them


def away_from_kinks(network, theta, random, count):
    """Features and targets with no z of a ReLU and no e near its kink."""
    x = random.normal(size=(4000, network.widths[0]))
    passed = forward(network, theta, x)
    far = np.ones(len(x), dtype=bool)
    for z, name in zip(passed.z, network.activations, strict=True):
        far &= (np.abs(z) > MARGIN).all(axis=1) | (name != "relu")
    assert far.sum() >= count
    x, prediction = x[far][:count], passed.prediction[far][:count]
    error = random.choice([-1, 1], prediction.shape) * random.uniform(0.1, 1, prediction.shape)
    return x, prediction - error


def central_differences(loss_at, theta):
    """The four-point central difference: it misses O(STEP⁴)."""
    gradient = np.empty_like(theta)
    for i in range(len(theta)):
        at = []
        for steps in (-2, -1, 1, 2):
            moved = theta.copy()
            moved[i] += steps * STEP
            at.append(loss_at(moved))
        gradient[i] = (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * STEP)
    return gradient


@pytest.mark.parametrize("weighted", [False, True], ids=["alike", "weighted"])
@pytest.mark.parametrize("hidden", [(), (6,), (6, 5), (6, 5, 4)], ids=["line", "1 layer", "2 layers", "3 layers"])
@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("output", ["identity", "sigmoid"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradient_equals_central_differences(activation, output, loss, hidden, weighted):
    random = np.random.default_rng(len(hidden))
    network = Network((4, *hidden, 2), activation, output)
    theta = network.start(7) + random.normal(0, 0.5, network.size)
    x, target = away_from_kinks(network, theta, random, 12)
    weight = np.ones_like(target)
    if weighted:
        weight = random.uniform(0.2, 3, target.shape)
        weight[random.random(target.shape) < 0.3] = 0
        target[weight == 0] = np.nan

    def loss_at(moved):
        return loss_and_gradient(network, moved, loss, x, target, weight)[0]

    gradient = loss_and_gradient(network, theta, loss, x, target, weight)[1]
    numeric = central_differences(loss_at, theta)
    told = np.abs(gradient) > 2e-5  # where differences of 64-bit numbers can tell 7 digits
    assert told.mean() > 0.5
    assert np.abs(gradient).max() > 1e-2
    assert (np.abs(numeric[told] / gradient[told] - 1)).max() < 1e-7
    assert np.abs(numeric - gradient).max() < 1e-10


def test_loss_is_the_weighted_mean_told_elsewhere():
    random = np.random.default_rng(0)
    network = Network((3, 5, 2))
    theta = network.start(1)
    x, target, weight = random.normal(size=(9, 3)), random.normal(size=(9, 2)), random.uniform(size=(9, 2))
    for loss in LOSSES.values():
        value, _ = loss_and_gradient(network, theta, loss, x, target, weight)
        assert value == pytest.approx(mean_loss(loss, forward(network, theta, x).prediction, target, weight), rel=1e-14)


def test_gradient_is_the_sum_over_examples():
    # P1: each example's ∂C/∂w, added up.
    random = np.random.default_rng(0)
    network = Network((3, 5, 4, 2), "sigmoid")
    theta, x, slope = network.start(1), random.normal(size=(9, 3)), random.normal(size=(9, 2))
    whole = backward(network, theta, forward(network, theta, x), slope).gradient
    one_by_one = [
        backward(network, theta, forward(network, theta, x[n : n + 1]), slope[n : n + 1]).gradient for n in range(9)
    ]
    np.testing.assert_allclose(np.sum(one_by_one, axis=0), whole, rtol=1e-12, atol=1e-14)


def test_what_has_no_weight_leaves_no_trace():
    random = np.random.default_rng(0)
    network = Network((3, 5, 1))
    theta, x, target = network.start(1), random.normal(size=(6, 3)), random.normal(size=(6, 1))
    weight = np.array([[1.0], [0], [2], [0], [1], [1]])
    kept = weight[:, 0] > 0
    for loss in LOSSES.values():
        alone = loss_and_gradient(network, theta, loss, x[kept], target[kept], weight[kept])
        target[~kept] = np.nan
        beside = loss_and_gradient(network, theta, loss, x, target, weight)
        assert beside[0] == pytest.approx(alone[0], rel=1e-14)
        np.testing.assert_allclose(beside[1], alone[1], rtol=1e-13, atol=1e-15)
        value, gradient = loss_and_gradient(network, theta, loss, x, target, np.zeros_like(weight))
        assert value == 0
        assert not gradient.any()
