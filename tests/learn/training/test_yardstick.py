"""A descent is judged by the loss of a constant on the same batches, not by its first batch alone."""

import math

import numpy as np
import pytest

from thalweg.learn import Descent, Network, Optimizer, dense_examples, descend_stream, mean_loss, own_loss
from thalweg.learn.loss import LOSSES, huber, quantile
from thalweg.learn.training.yardstick import EVEN_SHARE, Constant

ROWS = 4000
TIME = np.linspace(0, 1, ROWS)
NOISE = np.random.default_rng(0).normal(size=(ROWS, 4))
X = np.column_stack([TIME, NOISE[:, :3]]).astype(np.float32)
NETWORK = Network((4, 8, 1))
STEEP = Optimizer("gradient descent", 1e3)
FOURTH = own_loss("fourth", lambda made, t: (made - t) ** 4, lambda made, t: 4 * (made - t) ** 3)
SERIES = {
    "grows a thousandfold": 1000**TIME * (1 + 0.1 * NOISE[:, 3]),
    "begins with zeros": np.where(TIME < 0.2, 0, 1e3 * TIME + NOISE[:, 3]),
    "falls to nothing": np.where(TIME < 0.5, 1e3, 1e-3) * NOISE[:, 3],
    "one step": np.where(TIME < 0.5, 0, 1e4) + NOISE[:, 3],
    "a rare burst": np.where(np.arange(ROWS) % 1000 == 999, 1e5, 0) + NOISE[:, 3],
}


def batches(target, weight=None):
    rows = [slice(first, first + 400) for first in range(0, ROWS, 400)]
    return [(X[one], target[one]) if weight is None else (X[one], target[one], weight[one]) for one in rows]


@pytest.mark.parametrize("loss", [LOSSES["mae"], LOSSES["mse"], huber(0.5), quantile([0.1, 0.9]), FOURTH])
def test_a_constant_is_the_mean_and_its_loss_that_of_the_mean(loss):
    target, weight = NOISE[:90, :2] + [3, -1], np.abs(NOISE[:90, 2:])
    weight[4], target[4] = 0, math.nan  # what has no weight does not count
    constant = Constant.of(loss, 2, target, weight)
    counts = np.arange(90) != 4
    mean = np.average(target[counts], axis=0, weights=weight[counts])
    assert constant.prediction == pytest.approx(mean)
    expected = mean_loss(loss, np.tile(mean, (89, 1)), target[counts], weight[counts])
    assert constant.loss_on(target, weight) == pytest.approx(expected)
    each = [mean_loss(loss, np.tile(mean, (30, 1)), target[at : at + 30], weight[at : at + 30]) for at in (30, 60)]
    assert constant.loss_on(target[30:], weight[30:], 30) == pytest.approx(np.mean(each))


def test_of_classes_it_is_how_frequent_they_are():
    labels, weight = np.array([0.0, 0, 2, 1])[:, None], np.array([1.0, 1, 2, 0])[:, None]
    loss = LOSSES["cross-entropy"]
    constant = Constant.of(loss, 3, labels, weight)
    share = (1 - EVEN_SHARE) * np.array([0.5, 0, 0.5]) + EVEN_SHARE / 3
    assert constant.prediction == pytest.approx(share)
    assert constant.loss_on(labels, weight) == pytest.approx(-np.log(share[0]))
    spread = np.eye(3)[labels[:, 0].astype(int)]
    assert Constant.of(loss, 3, spread, weight).loss_on(spread, weight) == pytest.approx(-np.log(share[0]))
    yes = np.array([[0.0], [1], [1], [1]])
    constant = Constant.of(LOSSES["binary cross-entropy"], 1, yes, np.ones((4, 1)))
    assert constant.prediction == pytest.approx([0.99 * 0.75 + 0.01 * 0.5])
    assert math.isnan(constant.loss_on(yes, np.zeros((4, 1))))


@pytest.mark.parametrize("name", SERIES)
def test_a_stream_in_the_order_of_time_is_learned_whatever_its_targets_do(name):
    for loss in ("mse", "mae"):
        for rate in (1e-5, 1e-3):
            for window in (400, 1200):
                outcome = descend_stream(
                    NETWORK,
                    batches(SERIES[name]),
                    loss=loss,
                    optimizer=Optimizer("adam", rate),
                    window=window,
                    epochs=3,
                )
                assert outcome.name == "epochs", (loss, rate, window)


@pytest.mark.parametrize("name", SERIES)
def test_a_rate_that_is_too_high_for_such_a_stream_diverges_still(name):
    outcome = descend_stream(NETWORK, batches(SERIES[name]), loss="mse", optimizer=STEEP, window=400, epochs=3)
    assert outcome.failed


def test_weights_and_own_losses_of_a_stream_are_those_of_the_constant():
    target = SERIES["grows a thousandfold"]
    weight = np.where(TIME < 0.5, 1.0, 1e-6)
    for loss in (FOURTH, "mse"):
        outcome = descend_stream(NETWORK, batches(target / 100, weight), loss=loss, optimizer=Optimizer("adam", 1e-5))
        assert outcome.name == "epochs"


def test_a_batch_of_one_that_the_start_predicts_well_says_nothing():
    """The example whose target is that of the start comes first, in an order that is drawn at random."""
    network, x = Network((1, 1)), NOISE[:40, :1]
    target = 100 * NOISE[:40, 1]
    order = Descent(network, dense_examples(x, target), batch=1, dtype=float).order(0)
    start = network.start(0)
    first = int(order[0])
    target[first] = x[first, 0] * start[0] + start[1] + 1e-4
    for loss in ("mse", "mae"):
        slow = Optimizer("adam", 1e-6)
        descent = Descent(
            network, dense_examples(x, target), loss=loss, batch=1, optimizer=slow, epochs=3, theta=start, dtype=float
        )
        outcome = descent.run()
        assert descent.yardstick.first < 1e-4 * 1.001
        assert outcome.name == "epochs"
        assert " higher than at the start" not in outcome.advice
    steep = Descent(network, dense_examples(x, target), loss="mse", batch=1, optimizer=STEEP, theta=start, dtype=float)
    assert steep.run().failed


def test_what_is_far_above_the_constant_is_told_though_it_did_not_diverge():
    table = dense_examples(X[:200], NOISE[:200, 3])
    outcome = Descent(NETWORK, table, loss="mse", optimizer=Optimizer("adam", 3.0), batch=10, epochs=1).run()
    assert outcome.name == "epochs"
    assert " The loss is higher than at the start, " in outcome.advice
