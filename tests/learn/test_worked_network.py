"""The worked network of the lecture (P3), against 50-digit decimal arithmetic that shares no code with ours."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pytest

from thalweg.learn import backprop
from thalweg.learn.data.examples import dense_examples
from thalweg.learn.descent import Descent
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES
from thalweg.learn.prediction import predict

NETWORK = Network((2, 2, 2, 2), activation="sigmoid", output="sigmoid")
X = (1, -1)
# Per layer, per neuron: its weights, then its bias.
LAYERS = [
    [((1, -2), 1), ((-1, 1), 0)],
    [((2, -1), 0), ((-2, -1), 0)],
    [((3, -1), -2), ((-1, 4), 2)],
]
THETA = np.array(
    [number for layer in LAYERS for number in [w for row, _ in layer for w in row] + [bias for _, bias in layer]],
    dtype=float,
)
TARGET = (Decimal("0.25"), Decimal("0.5"))


def decimal_pass(theta):
    """z and a of every layer, from θ as a flat list of Decimals."""
    a, z, at = [[Decimal(x) for x in X]], [], 0
    for _ in LAYERS:
        weights, biases = [theta[at : at + 2], theta[at + 2 : at + 4]], theta[at + 4 : at + 6]
        z.append([biases[k] + sum(w * x for w, x in zip(weights[k], a[-1], strict=True)) for k in range(2)])
        a.append([1 / (1 + (-value).exp()) for value in z[-1]])
        at += 6
    return z, a


def decimal_loss(theta):
    """The mean squared error against TARGET."""
    _, a = decimal_pass(theta)
    return sum((y - t) ** 2 for y, t in zip(a[-1], TARGET, strict=True)) / 2


@pytest.fixture(autouse=True)
def fifty_digits():
    with localcontext() as context:
        context.prec = 50
        yield


@pytest.fixture
def passed():
    return backprop.forward(NETWORK, THETA, np.array([X], dtype=float))


def test_every_printed_digit(passed):
    printed = [[1, -1], [0.98, 0.12], [0.86, 0.11], [0.62, 0.83]]
    assert [layer[0].round(2).tolist() for layer in passed.a] == printed


def test_marked_weights_are_connected_to_a(passed):
    # In the order of the page: a weight of the first, the second and the third layer, each from the second value.
    assert [round(float(passed.a[layer][0, 1]), 2) for layer in range(3)] == [-1, 0.12, 0.11]


def test_forward_pass_to_the_last_bits(passed):
    z, a = decimal_pass([Decimal(t) for t in THETA.tolist()])
    for ours, exact in zip(passed.z + passed.a, z + a, strict=True):
        np.testing.assert_allclose(ours[0], np.array(exact, dtype=float), rtol=1e-14)
    estimate = predict(NETWORK, THETA, dense_examples(np.array([X], dtype=float), np.zeros((1, 2))))
    np.testing.assert_allclose(estimate[0], np.array(a[-1], dtype=float), rtol=1e-14)


def test_gradient_to_1e_12():
    theta = [Decimal(t) for t in THETA.tolist()]
    step = Decimal("1e-15")  # its square is what a central difference misses
    exact = []
    for i in range(len(theta)):
        up, down = [[*theta[:i], theta[i] + sign * step, *theta[i + 1 :]] for sign in (1, -1)]
        exact.append(float((decimal_loss(up) - decimal_loss(down)) / (2 * step)))
    x, target = np.array([X], dtype=float), np.array([TARGET], dtype=float)
    value, gradient = backprop.loss_and_gradient(NETWORK, THETA, LOSSES["mse"], x, target, np.ones((1, 2)))
    assert np.abs(gradient).min() > 1e-5  # no component is shown equal because both are nothing
    assert value == pytest.approx(float(decimal_loss(theta)), rel=1e-13)
    np.testing.assert_allclose(gradient, exact, rtol=1e-12)
    np.testing.assert_allclose(_kernel_gradient(x, target), exact, rtol=1e-12)


def _kernel_gradient(x, target):
    descent = Descent(NETWORK, dense_examples(x, target), loss="mse", theta=THETA, dtype=np.float64)
    assert descent.step() == (1, 0)
    return descent.gradient
