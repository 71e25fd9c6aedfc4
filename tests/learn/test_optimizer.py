"""Update rules and schedules, against hand and PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.learn.optimizer import Optimizer, apply_update, rate


def test_cosine_schedule():
    optimizer = Optimizer(learning_rate=0.2)
    assert [rate(optimizer, k, 100) for k in (0, 50, 100, 150)] == pytest.approx([0.2, 0.1, 0, 0])
    assert rate(optimizer, 25, 100) == pytest.approx(0.1 * (1 + 2**-0.5))


def test_gradient_descent_by_hand():
    theta = np.array([1.0, -2])
    optimizer = Optimizer("gradient descent", learning_rate=0.1, schedule="constant", decay=0.5)
    apply_update(optimizer, theta, np.array([3.0, 4]), np.zeros((2, 2)), 0, 10)
    # 5% off each unknown, then a tenth of the gradient against it.
    np.testing.assert_allclose(theta, [0.95 - 0.3, -1.9 - 0.4], rtol=1e-15)


def test_first_step_of_adam_is_the_learning_rate():
    theta, gradient = np.zeros(3), np.array([1e-3, -5, 200])
    apply_update(Optimizer(learning_rate=0.1, decay=0), theta, gradient, np.zeros((2, 3)), 0, 10)
    np.testing.assert_allclose(theta, [-0.1, 0.1, -0.1], rtol=1e-4)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"rule": "adam"}, "no update rule 'adam'; choose one of gradient descent, adamw"),
        ({"schedule": "linear"}, "no schedule 'linear'; choose one of constant, cosine"),
        ({"learning_rate": 0.0}, "The learning rate is 0.0"),
        ({"learning_rate": float("nan")}, "The learning rate is nan"),
        ({"decay": -1.0}, "The weight decay is -1.0"),
        ({"momentum": 1.0}, "momentum"),
        ({"momentum_squares": -0.1}, "momentum of squares"),
        ({"epsilon": 0.0}, "epsilon"),
    ],
)
def test_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        Optimizer(**changed)
