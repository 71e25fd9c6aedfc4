"""A descent that goes on where another stopped, on other examples, is the one descent that both would be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.strategies import optimizers, problems, random_examples
from thalweg.learn import backprop
from thalweg.learn.data.examples import dense_examples
from thalweg.learn.descent import Descent
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES, own_loss
from thalweg.learn.optimizer import Optimizer, apply_update
from thalweg.learn.training.training_state import TrainingState

TABLE = random_examples(np.random.default_rng(0), 40, 6, 2, 2)
NETWORK = Network((8, 9, 9, 9, 2), "tanh", skip=True)
SIZE = NETWORK.size


def descent_of(table=TABLE, **options):
    shared = {"batch": 8, "seed": 3, "optimizer": Optimizer("adamw", 0.01, "step", step_every=7, decay=0.01)}
    return Descent(NETWORK, table, **(shared | options))


@given(
    problem=problems(),
    optimizer=optimizers(),
    edges=st.lists(st.integers(1, 39), max_size=3),
    batch=st.integers(1, 12),
    epochs=st.integers(1, 2),
    planned=st.integers(1, 40),
)
def test_tables_one_after_another_equal_the_reference(problem, optimizer, edges, batch, epochs, planned):
    network, table, loss = problem.network, problem.examples, LOSSES[problem.loss]
    # Parts without any weight are refused, so they stay with the part before.
    edges = [edge for edge in sorted(set(edges)) if (table.weight[edge : edge + 1] > 0).any()]
    theta, state, update = problem.theta.copy(), np.zeros((2, network.size)), 0
    carried, passes = TrainingState(problem.theta, np.zeros((2, network.size))), 0
    for first, last in zip([0, *edges], [*edges, len(table)], strict=True):
        part = table.rows(slice(first, last))
        if not len(part):
            continue
        descent = Descent(
            network, part, loss=problem.loss, optimizer=optimizer, batch=batch, epochs=epochs, seed=5, carried=carried,
            planned=planned, dtype=np.float64,
        )  # fmt: skip
        descent.step()
        while descent.epoch < epochs:
            descent.step(99)
        x = part.gather()
        for epoch in range(epochs):
            order = descent.order(epoch)
            for at in range(0, len(part), descent.batch):
                rows = order[at : at + descent.batch]
                _, gradient = backprop.loss_and_gradient(
                    network, theta, loss, x[rows], part.target[rows], part.weight[rows]
                )
                apply_update(optimizer, theta, gradient, state, update, planned)
                update += 1
        carried, passes = descent.carried, passes + epochs
        assert (carried.updates, carried.passes) == (update, passes)
        assert descent.updates == epochs * descent.batches
    for ours, theirs in ((carried.theta, theta), (carried.state, state)):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9 * max(1.0, np.abs(theirs).max()))


CUBE = own_loss("cube", lambda m, t: np.abs(m - t) ** 3, lambda m, t: 3 * (m - t) * np.abs(m - t))


@pytest.mark.parametrize("loss", ["huber", CUBE], ids=["huber", "own"])
@pytest.mark.parametrize("schedule", ["constant", "cosine", "step"])
def test_epoch_by_epoch_is_the_whole_descent_to_the_bit(schedule, loss):
    options = {
        "loss": loss,
        "dropout": 0.3,
        "optimizer": Optimizer("adam", 0.01, schedule, step_every=7, warm_up=3, clip=1.0),
    }
    whole = descent_of(epochs=4, **options)
    whole.run()
    assert whole.planned == 20
    carried = None
    for epoch in range(4):
        part = descent_of(epochs=1, carried=carried, planned=20, **options)
        assert np.array_equal(part.order(0), whole.order(epoch))
        outcome = part.run()
        assert (outcome.name, outcome.updates, outcome.epochs) == ("epochs", 5, 1)
        carried = part.carried
    assert (carried.updates, carried.passes) == (20, 4)
    assert np.array_equal(carried.theta, whole.theta)
    assert np.array_equal(carried.state, whole.carried.state)


def test_a_pass_that_was_begun_does_not_come_again():
    first = descent_of(epochs=9)
    first.run(updates=12)
    carried = first.carried
    assert (carried.updates, carried.passes) == (12, 3)
    second = descent_of(carried=carried, epochs=2)
    assert second.planned == 12 + 10
    assert np.array_equal(second.order(0), first.order(3))
    assert (second.updates, second.epoch, second.before) == (0, 0, (12, 3))
    assert second.run(epochs=1).updates == 5
    assert second.learning_rate == 0.01


def test_what_is_carried_is_a_copy():
    first = descent_of(epochs=2)
    first.run()
    carried = first.carried
    theta, state = carried.theta.copy(), carried.state.copy()
    assert theta.any()
    assert state.all()
    descent_of(carried=carried, epochs=1).run()
    first.step()
    assert np.array_equal(carried.theta, theta)
    assert np.array_equal(carried.state, state)


def test_a_carried_descent_is_saved_and_gone_on_with(tmp_path):
    first = descent_of(epochs=1)
    first.run()
    options = {"carried": first.carried, "epochs": 5, "planned": 35, "dropout": 0.2}
    options["optimizer"] = Optimizer("adamw", 0.01, "cosine", decay=0.01)
    other = random_examples(np.random.default_rng(1), 33, 6, 2, 2)
    whole, parts = descent_of(other, **options), descent_of(other, **options)
    whole.run()
    for updates in (3, 5, 11, 24):
        parts.run(updates=updates, save_to=tmp_path / "saved")
        parts = Descent.load(tmp_path / "saved", other)
        assert (parts.updates, parts.before, parts.planned) == (updates, (5, 1), 35)
    assert parts.run().name == "epochs"
    assert np.array_equal(parts.theta, whole.theta)
    assert (parts.carried.updates, parts.carried.passes) == (whole.carried.updates, whole.carried.passes) == (30, 6)


def test_another_network_s_are_refused():
    carried = descent_of().carried
    with pytest.raises(ValueError, match=rf"This network has 9 unknowns; the start given has shape \({SIZE},\)"):
        Descent(Network((8, 1)), dense_examples(np.ones((3, 8)), np.ones(3)), carried=carried)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"theta": np.zeros(5)}, r"The unknowns have shape \(5,\), the optimizer's state \(2, \d+\); they must have"),
        ({"state": np.zeros(SIZE)}, r"state \(\d+,\); they must have shapes \(size,\) and \(2, size\)"),
        ({"theta": np.full(SIZE, np.nan)}, "The start holds nan; every unknown must be a finite number"),
        ({"state": np.full((2, SIZE), np.inf)}, "The optimizer's state holds inf"),
        ({"updates": -1}, "There are -1 updates and 0 passes; both must be 0 or more"),
    ],
)
def test_what_cannot_be_carried(changed, message):
    with pytest.raises(ValueError, match=message):
        replace(TrainingState(np.zeros(SIZE), np.zeros((2, SIZE))), **changed)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"theta": np.zeros(SIZE)}, "Both a start and the state of another descent are given"),
        ({"planned": 0}, "The schedule is to span 0 updates; it must be 1 or more"),
    ],
)
def test_options_that_do_not_go_together(options, message):
    with pytest.raises(ValueError, match=message):
        descent_of(carried=TrainingState(np.zeros(SIZE), np.zeros((2, SIZE))), **options)


def test_examples_of_the_right_kind_are_not_copied():
    table = TABLE.astype(np.float32)
    assert table is not TABLE
    assert table.astype(np.float32) is table
    assert table.astype(np.float64) is not table
    assert table.rows(slice(None, None, 2)).astype(np.float32).level.flags.c_contiguous
    fixed = replace(table, level=np.frombuffer(table.level.tobytes(), np.float32))  # read-only
    assert fixed.astype(np.float32) is not fixed
    assert fixed.astype(np.float32).level.flags.writeable
