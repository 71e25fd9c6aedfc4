"""The kernel computes what the reference computes; it allocates nothing while it does."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.strategies import TrainingSet, examples, optimizers, problems, random_examples, seeds
from thalweg.learn import backprop
from thalweg.learn import optimizer as reference
from thalweg.learn.compiled import OPTIONS, kernel
from thalweg.learn.compiled.gather import gather, gather_targets
from thalweg.learn.compiled.score import score
from thalweg.learn.compiled.update import apply_update
from thalweg.learn.descent import Descent
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES
from thalweg.learn.optimizer import RULES, SCHEDULES, Optimizer
from thalweg.learn.prediction import predict
from thalweg.learn.training.thread_group import ALONE
from thalweg.learn.training.workspace import buffers_of, data_of, plan_of, summed


def close(ours, theirs, share):
    """Equal to a share of the largest number among them (or of 1)."""
    size = max(1.0, float(np.abs(theirs).max(initial=0)))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=share * size)


def reference_descent(problem, optimizer, descent, epochs):
    """θ after whole epochs in the descent's order, by the reference alone, in float64."""
    given = problem.examples
    x, loss = given.gather(), LOSSES[problem.loss]
    theta, state = problem.theta.copy(), np.zeros((2, problem.network.size))
    planned, update = descent.epochs * descent.batches, 0
    for epoch in range(epochs):
        order = descent.order(epoch)
        for first in range(0, len(given), descent.batch):
            rows = order[first : first + descent.batch]
            _, gradient = backprop.loss_and_gradient(
                problem.network, theta, loss, x[rows], given.target[rows], given.weight[rows]
            )
            reference.apply_update(optimizer, theta, gradient, state, update, planned)
            update += 1
    return theta


@given(given=examples(), seed=seeds)
def test_gather(given, seed):
    order = np.random.default_rng(seed).permutation(len(given))
    lanes = kernel.lanes_for(len(given))
    buffers = buffers_of(Network((given.features, 1)), given, len(given), np.float64)
    x = buffers.a[: given.features * lanes].reshape(given.features, lanes)
    gather(data_of(given), buffers, order, 0, len(given), 0, x, 0, x.shape[1])
    np.testing.assert_array_equal(x[:, : len(given)].T, given.gather()[order])
    # The lanes that are left hold the last example.
    assert (x[:, len(given) :] == x[:, [len(given) - 1]]).all()


@given(problem=problems())
def test_every_a_every_slope_and_the_gradient(problem):
    network, given, count = problem.network, problem.examples, len(problem.examples)
    loss = LOSSES[problem.loss]
    plan = plan_of(network, given, loss, training=True)
    buffers = buffers_of(network, given, count, np.float64, training=True)
    data, order = data_of(given), np.arange(count)
    kernel.begin(plan, data, buffers, problem.theta, order, 0, count, True, 0, ALONE)  # noqa: FBT003 - as Numba has it
    lanes = kernel.lanes_for(count)
    ends = np.cumsum([0, *network.widths]) * lanes  # beyond it lies room for the gathering

    def of_layers(values):
        return [values[first:last].reshape(-1, lanes)[:, :count].T for first, last in pairwise(ends)]

    passed = backprop.forward(network, problem.theta, given.gather())
    for ours, theirs in zip(of_layers(buffers.a), passed.a, strict=True):
        close(ours, theirs, 1e-13)

    made, slope = (values[ends[-2] : ends[-1]].reshape(-1, lanes) for values in (buffers.a, buffers.slopes))
    target, weight = (np.empty((values.shape[1], lanes)) for values in (given.target, given.weight))
    gather_targets(data, order, 0, count, target, weight)
    value = score(plan.loss, plan.parameters, buffers, target, weight, made, slope, count)
    share = slope[:, :count].T.copy()
    buffers.gradient[:] = np.nan
    kernel.backward(plan, buffers, problem.theta, lanes, ALONE)
    their_value, their_gradient = backprop.loss_and_gradient(
        network, problem.theta, loss, given.gather(), given.target, given.weight
    )
    assert value == pytest.approx(their_value, rel=1e-12)
    close(buffers.gradient, their_gradient, 1e-12)
    theirs = backprop.backward(network, problem.theta, passed, share)
    for ours, slopes in zip(of_layers(buffers.slopes)[1:], theirs.slopes, strict=True):
        close(ours, slopes, 1e-12)


@given(problem=problems(), precision=st.sampled_from([np.float64, np.float32]))
def test_predict(problem, precision):
    expected = backprop.forward(problem.network, problem.theta, problem.examples.gather()).prediction
    estimate = predict(problem.network, problem.theta.astype(precision), problem.examples)
    close(estimate, expected, 1e-12 if precision == np.float64 else 1e-4)


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("one_hot", [40, 400])  # written out for a batch, and only the chosen columns of W read
def test_indices_beside_windows_and_columns(one_hot, precision):
    random = np.random.default_rng(0)
    given = random_examples(random, 45, 6, 3, 2)
    given = replace(given, indices=random.integers(-1, one_hot, (45, 4)), one_hot=one_hot)
    assert bool(summed(given)) == (one_hot == 400)
    network = Network((9 + one_hot, 7, 2), "tanh")
    problem = TrainingSet(network, network.start(1), given, "huber")
    optimizer = Optimizer("adamw", 0.01, decay=0.1)
    descent = Descent(
        network, given, loss="huber", optimizer=optimizer, batch=20, epochs=2, theta=problem.theta, dtype=precision
    )
    for _ in range(2):
        assert descent.step(3).done == 3
    expected = reference_descent(problem, optimizer, descent, 2)
    share = 1e-12 if precision == np.float64 else 1e-5
    close(descent.theta, expected, share)
    assert np.abs(expected - problem.theta).max() > 0.01
    made = predict(network, expected.astype(precision), given)
    close(made, backprop.forward(network, expected, given.gather()).prediction, share)


def test_predict_beyond_one_batch_of_it():
    random = np.random.default_rng(0)
    given, network = random_examples(random, 1000, 7, 2, 3), Network((9, 8, 3))
    theta = network.start(0)
    close(predict(network, theta, given), backprop.forward(network, theta, given.gather()).prediction, 1e-13)
    assert predict(network, theta, given.rows(slice(0, 0))).shape == (0, 3)


@given(
    problem=problems(),
    optimizer=optimizers(),
    batch=st.integers(1, 45),
    epochs=st.integers(1, 3),
    seed=st.integers(0, 9),
)
def test_trajectory_float64(problem, optimizer, batch, epochs, seed):
    descent = Descent(
        problem.network,
        problem.examples,
        loss=problem.loss,
        optimizer=optimizer,
        batch=batch,
        epochs=4,
        seed=seed,
        theta=problem.theta,
        dtype=np.float64,
    )
    for _ in range(epochs):
        done, _ = descent.step(descent.batches)
        assert done == descent.batches
    expected = reference_descent(problem, optimizer, descent, epochs)
    close(descent.theta, expected, 1e-12)


@given(problem=problems(max_hidden=2), optimizer=optimizers(), batch=st.integers(4, 45))
def test_trajectory_float32(problem, optimizer, batch):
    descent = Descent(
        problem.network,
        problem.examples,
        loss=problem.loss,
        optimizer=optimizer,
        batch=batch,
        epochs=2,
        theta=problem.theta,
        dtype=np.float32,
    )
    while descent.epoch < 2:
        descent.step(descent.batches)
    assert descent.theta.dtype == np.float32
    close(descent.theta, reference_descent(problem, optimizer, descent, 2), 1e-4)


def test_a_batch_without_weight_makes_its_update():
    random = np.random.default_rng(0)
    given = random_examples(random, 6, 3, 0, 1, missing=0)
    given.weight[1:] = 0
    given.target[1:] = np.nan
    optimizer = Optimizer("adamw", learning_rate=1e-2, schedule="cosine", decay=0.1, epsilon=1e-3)
    network = Network((3, 4, 1))
    descent = Descent(network, given, optimizer=optimizer, batch=2, epochs=3, dtype=np.float64)
    start = descent.theta.copy()
    assert descent.step(3).done == 3
    assert np.isnan(descent.batch_losses).sum() == 2
    problem = type("TrainingSet", (), {"network": network, "theta": start, "examples": given, "loss": "mae"})
    close(descent.theta, reference_descent(problem, optimizer, descent, 1), 1e-12)


def test_what_fades_becomes_zero_and_not_subnormal():
    numbers = Optimizer(learning_rate=1e-3).numbers(1)
    for rule in ("momentum", "adam"):
        theta, gradient, state = np.ones(4, np.float32), np.zeros(4, np.float32), np.ones((2, 4), np.float32)
        gradient[3] = 1e-20  # small, and not fading
        for update in range(2000):
            apply_update(RULES[rule], SCHEDULES["constant"], numbers, theta, gradient, state, update)
        assert state[0, :3].tolist() == [0, 0, 0]
        assert state[0, 3] == pytest.approx(1e-20 if rule == "adam" else 1e-19, rel=1e-4)


@pytest.mark.parametrize(("dtype", "square"), [(np.float32, 1e-34), (np.float64, 1e-58)])
def test_a_mean_of_squares_that_fades_becomes_zero_and_not_subnormal(dtype, square):
    numbers = Optimizer(learning_rate=1e-3).numbers(1)
    theta, gradient, state = np.ones(3, dtype), np.zeros(3, dtype), np.zeros((2, 3), dtype)
    state[1, :2], gradient[2] = square, np.sqrt(square)  # the third does not fade
    left = []
    for update in range(6000):
        apply_update(RULES["adam"], SCHEDULES["constant"], numbers, theta, gradient, state, update)
        left.append(state[1].copy())
    fading, alive = np.array(left)[:, 0], np.array(left)[-1, 2]
    assert fading[-1] == 0
    assert fading[fading > 0].min() > np.finfo(dtype).tiny
    assert len(fading[fading > 0]) > 4000  # not before it is too small to count
    assert alive == pytest.approx(square, rel=5e-3)
    assert theta[:2].tolist() == [1, 1]


def test_nothing_can_be_allocated_in_compiled_code():
    # Without Numba's runtime, an array made in the loop, or in what it calls, is an error when it is compiled.
    def allocating(size):
        return np.zeros(size).sum()

    assert numba.njit(**(OPTIONS | {"cache": False, "_nrt": True}))(allocating)(3) == 0
    with pytest.raises(numba.core.errors.TypingError, match=r"No implementation of function .*zeros"):
        numba.njit(**(OPTIONS | {"cache": False}))(allocating)(3)
    for function in (kernel.run_batches, apply_update, gather, score):
        assert function.targetoptions["_nrt"] is False
