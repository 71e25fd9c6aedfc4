"""The kernel computes what the reference computes; it allocates nothing while it does."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba.core.runtime import rtsys

from strategies import examples, optimizers, problems, random_examples, seeds
from thalweg.learn import backprop, kernel
from thalweg.learn import optimizer as reference
from thalweg.learn.descent import Descent
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES
from thalweg.learn.optimizer import RULES, SCHEDULES, Optimizer
from thalweg.learn.threads import one_blas_thread
from thalweg.learn.workspace import Workspace, predict, window_arrays


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
    x = np.full((len(given), given.features), np.nan)
    kernel.gather(*window_arrays(given), order, 0, len(given), x)
    np.testing.assert_array_equal(x, given.gather()[order])


@given(problem=problems())
def test_every_a_every_slope_and_the_gradient(problem):
    network, given, count = problem.network, problem.examples, len(problem.examples)
    loss = LOSSES[problem.loss]
    space = Workspace(network, count, np.float64, loss=loss.code)
    space.a[: count * network.widths[0]] = given.gather().ravel()
    kernel.forward(space.widths, space.codes, problem.theta, space.a, count)
    passed = backprop.forward(network, problem.theta, given.gather())
    ends = np.cumsum([0, *network.widths]) * count
    for (first, last), width, theirs in zip(pairwise(ends), network.widths, passed.a, strict=True):
        close(space.a[first:last].reshape(count, width), theirs, 1e-13)

    at_output = slice(ends[-2], ends[-1])
    shape = (count, network.widths[-1])
    slope = space.slopes[at_output].reshape(shape)
    value = kernel.output_slope(
        loss.code, given.target, given.weight, np.arange(count), 0, count, space.a[at_output].reshape(shape), slope
    )
    gradient = np.full_like(problem.theta, np.nan)
    share = slope.copy()
    kernel.backward(space.widths, space.codes, problem.theta, space.a, space.slopes, gradient, count)
    their_value, their_gradient = backprop.loss_and_gradient(
        network, problem.theta, loss, given.gather(), given.target, given.weight
    )
    assert value == pytest.approx(their_value, rel=1e-12)
    close(gradient, their_gradient, 1e-12)
    theirs = backprop.backward(network, problem.theta, passed, share)
    for (first, last), width, slopes in zip(pairwise(ends[1:]), network.widths[1:], theirs.slopes, strict=True):
        close(space.slopes[first:last].reshape(count, width), slopes, 1e-12)


@given(problem=problems(), precision=st.sampled_from([np.float64, np.float32]))
def test_predict(problem, precision):
    expected = backprop.forward(problem.network, problem.theta, problem.examples.gather()).prediction
    estimate = predict(problem.network, problem.theta.astype(precision), problem.examples)
    close(estimate, expected, 1e-12 if precision == np.float64 else 1e-4)


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
    optimizer = Optimizer(learning_rate=1e-2, decay=0.1, epsilon=1e-3)
    network = Network((3, 4, 1))
    descent = Descent(network, given, optimizer=optimizer, batch=2, epochs=3, dtype=np.float64)
    start = descent.theta.copy()
    assert descent.step(3) == (3, 2)
    assert np.isnan(descent.batch_losses).sum() == 2
    problem = type("Problem", (), {"network": network, "theta": start, "examples": given, "loss": "mae"})
    close(descent.theta, reference_descent(problem, optimizer, descent, 1), 1e-12)


def test_what_fades_becomes_zero_and_not_subnormal():
    theta, gradient, state = np.ones(4, np.float32), np.zeros(4, np.float32), np.ones((2, 4), np.float32)
    gradient[3] = 1e-20  # small, and not fading
    for update in range(2000):
        kernel.apply_update(RULES["adamw"], theta, gradient, state, np.array([0.01, 0.9, 0.999, 1e-8]), 1e-3, update)
    assert state[0, :3].tolist() == [0, 0, 0]
    assert state[0, 3] == pytest.approx(1e-20, rel=1e-4)


def test_nothing_is_allocated_in_the_loop():
    count, batch = 500, 10
    random = np.random.default_rng(0)
    given, network = random_examples(random, count, 20, 3, 2), Network((23, 30, 20, 2))
    space = Workspace(network, batch, np.float64, loss=1, rule=RULES["adamw"])
    theta = network.start(0)
    gradient, state, losses = np.zeros_like(theta), np.zeros((2, len(theta))), np.zeros(count // batch)
    numbers, order = np.array([0.01, 0.9, 0.999, 1e-8]), random.permutation(count)

    def descend(batches):
        before = rtsys.get_allocation_stats()
        done, _ = kernel.descend(
            space.widths, space.codes, theta, gradient, state, numbers, 1e-3, SCHEDULES["cosine"], 0, 100,
            *window_arrays(given), given.target, given.weight, order, batch, 0, batches, space.a, space.slopes, losses,
        )  # fmt: skip
        after = rtsys.get_allocation_stats()
        assert done == batches
        return after.alloc - before.alloc, after.mi_alloc - before.mi_alloc

    with one_blas_thread(), counting_allocations():
        descend(1)  # compiled, or loaded
        assert descend(1) == descend(50)
        # The counter does count: an array made in compiled code shows.
        assert _allocates() > 0


def counting_allocations():
    """Numba counts allocations only while asked to."""
    from contextlib import contextmanager  # noqa: PLC0415 - the only use

    from numba.core.runtime import _nrt_python  # noqa: PLC0415

    @contextmanager
    def counting():
        was = _nrt_python.memsys_stats_enabled()
        _nrt_python.memsys_enable_stats()
        try:
            yield
        finally:
            if not was:
                _nrt_python.memsys_disable_stats()

    return counting()


def _allocates():
    from numba import njit  # noqa: PLC0415 - the only use

    @njit
    def make(n):
        return np.zeros(n).sum()

    make(3)
    before = rtsys.get_allocation_stats().alloc
    make(3)
    return rtsys.get_allocation_stats().alloc - before
