"""The reference's loss and gradient, in every combination, against central differences of a pass of the tests' own."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from support.combinations import ALL, HIDDEN, OUTPUTS, Combination, problem_of, run
from support.covering import cases
from thalweg.learn.activation import ACTIVATIONS
from thalweg.learn.activation import OUTPUTS as OURS
from thalweg.learn.backprop import loss_and_gradient
from thalweg.learn.loss import LOSSES, huber, quantile


def ours(problem, masks=()):
    given = LOSSES[problem.combination.loss], problem.x, problem.target, problem.weight
    return loss_and_gradient(problem.network, problem.theta, *given, masks)


def held(problem, masks=()):
    """The gradient is that of the differences, and not nothing."""
    value, gradient = ours(problem, masks)
    exact = problem.differences(masks=masks)
    told = np.abs(gradient) > 2e-5  # where differences of 64-bit numbers can tell 7 digits
    assert told.mean() > 0.4
    assert np.abs(gradient).max() > 2e-3
    assert value == pytest.approx(problem.losses(problem.theta[None], masks)[0], rel=1e-13)
    assert np.abs(exact[told] / gradient[told] - 1).max() < 1e-7
    assert np.abs(exact - gradient).max() < 1e-9


def test_nothing_is_left_out():
    assert set(HIDDEN) == set(ACTIVATIONS)
    assert set(OUTPUTS) == set(OURS)
    assert {combination.loss for combination in ALL} == set(LOSSES)
    assert len(ALL) == 5 * 6 * 7 * 2


@pytest.mark.parametrize("combination", cases((one,) for one in ALL), ids=str)
def test_gradient(combination):
    held(problem_of(combination))


@pytest.mark.parametrize("loss", LOSSES)
def test_one_weight_an_example(loss):
    aim = {"cross-entropy": "distributions", "binary cross-entropy": "shares"}.get(loss, "numbers")
    held(problem_of(Combination("tanh", "sigmoid", loss, aim, skip=False)).with_one_weight_an_example())


OWN_NUMBERS = {
    "huber 0.4": (huber(0.4), lambda d: np.where(np.abs(d) > 0.4, 0.4 * np.abs(d) - 0.08, d**2 / 2), [-0.4, 0.4]),
    "huber 2.5": (huber(2.5), lambda d: np.where(np.abs(d) > 2.5, 2.5 * np.abs(d) - 3.125, d**2 / 2), [-2.5, 2.5]),
    "quantile 0.1": (quantile(0.1), lambda d: np.maximum(-0.1 * d, 0.9 * d), [0]),
    "quantiles": (quantile((0.05, 0.5, 0.9)), lambda d: np.maximum(-d * [0.05, 0.5, 0.9], d * [0.95, 0.5, 0.1]), [0]),
}


@pytest.mark.parametrize(("loss", "error", "kinks"), OWN_NUMBERS.values(), ids=OWN_NUMBERS)
def test_losses_with_numbers_of_their_own(loss, error, kinks):
    random = np.random.default_rng(0)
    prediction, target = random.normal(0, 2, (2, 200, 3))
    far = np.min([np.abs(prediction - target - kink) for kink in kinks], axis=0) > 0.01
    assert far.mean() > 0.9
    step = 1e-3
    slope = (error(prediction + step - target) - error(prediction - step - target)) / (2 * step)
    np.testing.assert_allclose(loss.error(prediction, target), error(prediction - target), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(loss.slope(prediction, target)[far], slope[far], rtol=1e-9, atol=1e-12)
    assert np.abs(slope).min() > 1e-4


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("activation", HIDDEN)
def test_dropout(activation, skip):
    problem = problem_of(Combination(activation, "identity", "mse", "numbers", skip), count=30)
    random = np.random.default_rng(0)
    masks = [
        np.where(random.random((len(problem.x), width)) < 0.75, 1 / 0.75, 0) for width in problem.network.widths[1:-1]
    ]
    moves = problem.theta + 1.5e-3 * np.concatenate([np.eye(problem.network.size), -np.eye(problem.network.size)])
    _, pieces, _ = run(problem.network, np.concatenate([problem.theta[None], moves]), problem.x, masks)
    # A mask moves what stands behind it: examples that it brings near a kink are left out.
    off = np.all([(piece == piece[:1]).all(axis=(0, 2)) for piece in pieces], axis=0)
    assert off.sum() > 10
    problem, masks = problem.rows(off), [mask[off] for mask in masks]
    held(problem, masks)
    assert np.abs(ours(problem)[1] - ours(problem, masks)[1]).max() > 0.01


def test_every_piece_is_seen():
    # Of a ReLU, a hard sigmoid, Huber's loss: each side of each kink, many times.
    for activation in ("relu", "hard sigmoid"):
        seen = Counter()
        for combination in ALL:
            if combination.activation == activation:
                problem = problem_of(combination)
                _, pieces, _ = run(problem.network, problem.theta[None], problem.x)
                for piece in pieces[:-1]:
                    seen.update(piece.ravel().astype(int).tolist())
        shares = [seen[piece] / seen.total() for piece in range(2 if activation == "relu" else 3)]
        assert min(shares) > 0.05, shares
