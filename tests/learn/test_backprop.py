"""The reference's loss and gradient: sums over examples, and what has no weight. Gradients: `test_gradients.py`."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.learn.backprop import backward, forward, loss_and_gradient
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES, mean_loss

ELEMENTWISE = [loss for loss in LOSSES.values() if loss.name not in ("cross-entropy", "binary cross-entropy")]


def test_loss_is_the_weighted_mean_told_elsewhere():
    random = np.random.default_rng(0)
    network = Network((3, 5, 2))
    theta = network.start(1)
    x, target, weight = random.normal(size=(9, 3)), random.normal(size=(9, 2)), random.uniform(size=(9, 2))
    for loss in ELEMENTWISE:
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
    for loss in ELEMENTWISE:
        alone = loss_and_gradient(network, theta, loss, x[kept], target[kept], weight[kept])
        target[~kept] = np.nan
        beside = loss_and_gradient(network, theta, loss, x, target, weight)
        assert beside[0] == pytest.approx(alone[0], rel=1e-14)
        np.testing.assert_allclose(beside[1], alone[1], rtol=1e-13, atol=1e-15)
        value, gradient = loss_and_gradient(network, theta, loss, x, target, np.zeros_like(weight))
        assert value == 0
        assert not gradient.any()
