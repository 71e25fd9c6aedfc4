"""Where the bottom of the surface is known by another way, descent goes there."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from thalweg.learn.data.examples import dense_examples
from thalweg.learn.descent import Descent
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES, mean_loss
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.prediction import predict


def test_a_line_under_squares_is_least_squares():
    random = np.random.default_rng(0)
    x = random.normal(size=(40, 3))
    y = np.column_stack([x @ [1.0, -2, 0.5] + 4, x @ [0.0, 1, 1] - 3]) + random.normal(size=(40, 2))
    optimizer = Optimizer("gradient descent", learning_rate=0.3, schedule="constant", decay=0)
    network = Network((3, 2))
    descent = Descent(
        network, dense_examples(x, y), loss="mse", optimizer=optimizer, batch=40, epochs=500, dtype=np.float64
    )
    descent.run()
    exact = np.linalg.lstsq(np.column_stack([x, np.ones(40)]), y)[0]
    (layer,) = network.layers(descent.theta)
    np.testing.assert_allclose(layer.weights.T, exact[:3], rtol=1e-10)
    np.testing.assert_allclose(layer.biases, exact[3], rtol=1e-10)


def test_weights_are_weighted_least_squares():
    random = np.random.default_rng(1)
    x, weight = random.normal(size=(30, 2)), random.uniform(0.1, 4, 30)
    y = x @ [1.0, -2] + random.normal(size=30)
    weight[:5], y[:5] = 0, np.nan
    optimizer = Optimizer("gradient descent", learning_rate=0.2, schedule="constant", decay=0)
    descent = Descent(
        Network((2, 1)),
        dense_examples(x, y, weight),
        loss="mse",
        optimizer=optimizer,
        batch=30,
        epochs=800,
        dtype=np.float64,
    )
    descent.run()
    root = np.sqrt(weight[5:])
    table = np.column_stack([x[5:], np.ones(25)]) * root[:, None]
    np.testing.assert_allclose(descent.theta, np.linalg.lstsq(table, y[5:] * root)[0], rtol=1e-9)


def test_a_line_under_absolute_errors_is_the_linear_program():
    random = np.random.default_rng(2)
    x = random.normal(size=(31, 1))
    y = 3 * x[:, 0] - 1 + random.standard_t(2, 31)
    table = dense_examples(x, y)
    network = Network((1, 1))
    optimizer = Optimizer("gradient descent", learning_rate=0.1, schedule="cosine")
    descent = Descent(network, table, optimizer=optimizer, batch=31, epochs=8000, dtype=np.float64)
    descent.run()
    # least Σ u with u ≥ ±(y − w·x − b)
    line, eye = np.column_stack([x, np.ones(31)]), np.eye(31)
    best = linprog(
        np.r_[0, 0, np.full(31, 1 / 31)],
        A_ub=np.block([[-line, -eye], [line, -eye]]),
        b_ub=np.r_[-y, y],
        bounds=[(None, None)] * 2 + [(0, None)] * 31,
    )
    found = mean_loss(LOSSES["mae"], predict(network, descent.theta, table), table.target)
    assert found == pytest.approx(best.fun, rel=1e-5)
    assert found >= best.fun * (1 - 1e-12)
    np.testing.assert_allclose(descent.theta, best.x[:2], atol=1e-2)


def test_a_constant_under_absolute_errors_is_the_median():
    y = np.array([1.0, 100, 3, 4, 8, 2, 50])
    optimizer = Optimizer("gradient descent", learning_rate=0.5, schedule="cosine")
    descent = Descent(
        Network((1, 1)),
        dense_examples(np.zeros((7, 1)), y),
        optimizer=optimizer,
        batch=7,
        epochs=3000,
        dtype=np.float64,
    )
    descent.run()
    assert descent.theta[1] == pytest.approx(4, abs=1e-4)
