"""Update rules and schedules, against hand and PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.learn.optimizer import Optimizer, apply_update, rate


def test_cosine_schedule():
    optimizer = Optimizer(learning_rate=0.2, schedule="cosine")
    assert [rate(optimizer, k, 100) for k in (0, 50, 100, 150)] == pytest.approx([0.2, 0.1, 0, 0])
    assert rate(optimizer, 25, 100) == pytest.approx(0.1 * (1 + 2**-0.5))


def test_step_schedule_after_a_warm_up():
    optimizer = Optimizer(learning_rate=0.4, schedule="step", warm_up=4, step_every=3, step_factor=0.5)
    told = [rate(optimizer, k, 100) for k in range(12)]
    assert told == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.1, 0.1])


def test_a_long_gradient_is_shortened_and_a_short_one_is_not():
    for gradient, moved in ((np.array([30.0, -40]), [-0.6, 0.8]), (np.array([0.3, -0.4]), [-0.3, 0.4])):
        theta = np.zeros(2)
        apply_update(Optimizer("gradient descent", learning_rate=1, clip=1.0), theta, gradient, np.zeros((2, 2)), 0, 10)
        np.testing.assert_allclose(theta, moved, rtol=1e-14)


def test_momentum_by_hand():
    theta, state = np.zeros(1), np.zeros((2, 1))
    for update, gradient in enumerate((1.0, 1, 0)):
        apply_update(
            Optimizer("momentum", learning_rate=1, momentum=0.5), theta, np.array([gradient]), state, update, 9
        )
    assert theta[0] == -(1 + 1.5 + 0.75)


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
        ({"rule": "sgd"}, "no update rule 'sgd'; choose one of gradient descent, momentum, adam, adamw"),
        ({"schedule": "linear"}, "no schedule 'linear'; choose one of constant, cosine, step"),
        ({"learning_rate": 0.0}, "The learning rate is 0.0"),
        ({"learning_rate": float("nan")}, "The learning rate is nan"),
        ({"decay": -1.0}, "The weight decay is -1.0"),
        ({"momentum": 1.0}, "Momentum"),
        ({"momentum_squares": -0.1}, "momentum of squares"),
        ({"epsilon": 0.0}, "epsilon"),
        ({"warm_up": -1}, "warm_up is -1"),
        ({"step_every": 0}, "step_every 0"),
        ({"step_factor": 0.0}, "step_factor is 0.0"),
        ({"clip": 0.0}, "clipped at 0.0"),
    ],
)
def test_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        Optimizer(**changed)
