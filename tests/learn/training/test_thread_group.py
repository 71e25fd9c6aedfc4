"""One network on several threads: the bits of one, no thread left behind, and no more threads than it is worth."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.learn import Descent, Network, Optimizer, dense_examples, mixed_examples, predict, run_together
from thalweg.learn.compiled.thread_team import MOST_MEMBERS, ThreadTeam, lanes_of, part, wait_for
from thalweg.learn.prediction import Predictor
from thalweg.learn.training import thread_group as thread_groups
from thalweg.learn.training.thread_group import ThreadGroup, thread_group, threads_for

RANDOM = np.random.default_rng(5)
FEATURES, INDICES = RANDOM.normal(size=(70, 9)), RANDOM.integers(-1, 200, (70, 2))
LABELS, NUMBERS = RANDOM.integers(0, 14, 70), RANDOM.normal(size=(70, 14))


@pytest.fixture
def eager(monkeypatch):
    """Every network is worth as many threads as are given."""
    monkeypatch.setattr(thread_groups, "LEAST_MULTIPLICATIONS", 1)


@pytest.mark.usefixtures("eager")
@settings(max_examples=12)
@given(
    hidden=st.sampled_from([(), (30,), (13, 26), (25, 25, 25)]),
    activation=st.sampled_from(["relu", "hard sigmoid", "tanh"]),
    classes=st.booleans(),
    dropout=st.sampled_from([0.0, 0.3]),
    clip=st.sampled_from([None, 0.05]),
    batch=st.sampled_from([16, 33, 70]),
    dtype=st.sampled_from([np.float32, np.float64]),
    threads=st.integers(2, 4),
)
def test_the_bits_are_those_of_one_thread(hidden, activation, classes, dropout, clip, batch, dtype, threads):
    network = Network((209, *hidden, 14), activation, "softmax" if classes else "identity", skip=len(hidden) == 3)
    examples = mixed_examples(FEATURES, INDICES, LABELS if classes else NUMBERS, one_hot=200)
    options = {
        "loss": "cross-entropy" if classes else "mae",
        "optimizer": Optimizer("adamw", 0.01, decay=0.01, clip=clip),
        "batch": batch,
        "epochs": 3,
        "dropout": dropout if hidden else 0.0,
        "dtype": dtype,
    }
    alone, together = Descent(network, examples, **options), Descent(network, examples, **options)
    start = alone.theta.copy()
    assert alone.run(threads=1).name == together.run(threads=threads).name == "epochs"
    assert np.abs(alone.theta - start).max() > 0.01
    for name, values in alone.state().items():
        np.testing.assert_array_equal(values, together.state()[name], err_msg=name)
    of_one = predict(network, alone.theta, examples, threads=1)
    np.testing.assert_array_equal(of_one, predict(network, alone.theta, examples, threads=threads))
    assert of_one.std() > 1e-3


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("rows", [300, 496, 700])
def test_who_is_faster_does_not_gather_over_outputs_that_others_have_yet_to_copy(rows):
    network = Network((10, 600))  # predictions stand right behind the features
    examples = dense_examples(np.random.default_rng(0).normal(size=(rows, 10)), np.zeros((rows, 600)))
    theta = network.start(0)
    alone = predict(network, theta, examples, threads=1)
    assert alone.std() > 0.1
    for _ in range(10):
        np.testing.assert_array_equal(predict(network, theta, examples, threads=2), alone)


@pytest.mark.usefixtures("eager")
def test_softmax_by_its_general_slope():
    # Without the stable pair the output's activation and its slope are of all outputs at once.
    def trained(threads):
        descent = Descent(
            Network((9, 30, 14), "tanh", "softmax"), dense_examples(FEATURES, np.eye(14)[LABELS]), loss="mse"
        )
        descent.run(threads=threads)
        return descent.theta

    np.testing.assert_array_equal(trained(1), trained(3))


@pytest.mark.usefixtures("eager")
def test_a_loss_that_is_not_finite_ends_every_thread():
    def ended(threads):
        with np.errstate(over="ignore"):
            huge = dense_examples(FEATURES * 1e30, NUMBERS * 1e30)
        descent = Descent(Network((9, 30, 14)), huge, loss="mse", batch=16, epochs=2)
        return descent.run(threads=threads).name, descent.updates

    assert ended(1) == ended(3) == ("diverged", 0)


@pytest.mark.parametrize("members", [1, 2, 3, 8])
@pytest.mark.parametrize("rows", [1, 2, 11, 12, 25, 100, 1000])
def test_every_row_and_lane_is_someone_s(rows, members):
    words = np.zeros(16, np.int64)
    shares = [
        part.py_func(rows, ThreadTeam(member, members, words), False)  # noqa: FBT003 - as Numba has it
        for member in range(members)
    ]
    assert [row for first, last in shares for row in range(first, last)] == list(range(rows))
    lanes = [lanes_of.py_func(16 * rows, ThreadTeam(member, members, words)) for member in range(members)]
    assert [lane for first, last in lanes for lane in range(first, last)] == list(range(16 * rows))


def test_an_error_in_one_thread_frees_the_others():
    def work(team):
        if team.member == 0:
            raise KeyboardInterrupt
        waited.append(wait_for(team.words, team.members))

    waited, before = [], threading.active_count()
    with pytest.raises(KeyboardInterrupt), thread_group(3) as together:
        together.run(work)
    assert waited == [False, False]
    assert threading.active_count() == before


def test_a_member_s_error_is_told_and_frees_the_first():
    def work(team):
        if team.member == 1:
            raise ZeroDivisionError
        waited.append(wait_for(team.words, team.members))

    waited = []
    with pytest.raises(ZeroDivisionError), thread_group(2) as together:
        together.run(work)
    assert waited == [False]


def test_threads_that_cannot_be_begun_free_those_that_were(monkeypatch):
    # Where the system has no thread more to give; Ctrl-C between two of them comes to the same.
    def work(team):
        waited.append(wait_for(team.words, team.members))

    def submit(*given):
        if begun:
            raise RuntimeError("can't start new thread")
        begun.append(real(*given))
        return begun[0]

    waited, begun = [], []
    with thread_group(3) as together:
        real = together._pool.submit
        monkeypatch.setattr(together._pool, "submit", submit)
        with pytest.raises(RuntimeError, match="can't start new thread"):
            together.run(work)
    assert waited == [False]


def test_members_wait_for_the_last():
    def work(team):
        if team.member == 0:
            time.sleep(0.05)
            came.append(0)
        wait_for(team.words, team.members)
        seen.append(len(came))

    came, seen = [], []
    with thread_group(2) as together:
        together.run(work)
        together.run(work)
    assert seen == [1, 1, 2, 2]


def test_how_many_threads_a_network_is_worth(monkeypatch):
    monkeypatch.setattr(thread_groups, "available_cores", lambda: 4)
    monkeypatch.setattr(thread_groups.numba_config, "NUMBA_NUM_THREADS", 64)
    small, large = Network((56, 100, 1)), Network((784, 1000, 1000, 10))
    assert threads_for(small, 64) == 1
    assert threads_for(small, 64, threads=2) == 1
    assert threads_for(large, 128) == 4
    assert threads_for(large, 128, threads=2) == 2
    assert threads_for(large, 128, threads=100) == MOST_MEMBERS
    monkeypatch.setattr(thread_groups.numba_config, "NUMBA_NUM_THREADS", 1)  # as in a process of joblib's
    assert threads_for(large, 128) == 1
    with pytest.raises(ValueError, match="threads is 0; it must be 1 or more"):
        threads_for(large, 128, threads=0)


@pytest.mark.usefixtures("eager")
def test_networks_side_by_side_share_the_threads(monkeypatch):
    asked = []

    def counted(network, batch, threads=None):
        asked.append(threads)
        return threads_for(network, batch, threads)

    monkeypatch.setattr("thalweg.learn.descent.threads_for", counted)
    table = dense_examples(FEATURES, NUMBERS)
    run_together([Descent(Network((9, 14)), table, seed=seed, epochs=1) for seed in range(3)], threads=2)
    run_together([Descent(Network((9, 14)), table, epochs=1)], threads=2)
    assert asked == [1, 1, 1, 2]


def test_a_predictor_of_a_pool_keeps_to_its_thread():
    examples = dense_examples(FEATURES, NUMBERS)
    assert Predictor(Network((9, 14)), examples, np.float64)._threads == 1
    with thread_group(1) as alone:
        assert isinstance(alone, ThreadGroup)
        alone.run(lambda team: (_ for _ in ()).throw(AssertionError) if team.members != 1 else None)
