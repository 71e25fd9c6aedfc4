"""A descent on a stream is the descents on its windows, one after another, whatever the batches; and how it can end."""

from __future__ import annotations

import _thread
import gc
import math
import signal
import threading
import tracemalloc
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.learn.data.examples import dense_examples, mixed_examples, window_examples
from thalweg.learn.descent import Descent
from thalweg.learn.function import Network
from thalweg.learn.loss import own_loss
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.prediction import loss_on
from thalweg.learn.runs import windows
from thalweg.learn.runs.larger_than_memory import descend_stream

RANDOM = np.random.default_rng(0)
ROWS = 500
X = RANDOM.normal(size=(ROWS, 3)).astype(np.float32)
Y = np.tanh(X @ [[1.0, 0.5], [-2, 0], [0, 3]]).astype(np.float32)
WEIGHT = RANDOM.uniform(0.5, 2, (ROWS, 1)).astype(np.float32)
NETWORK = Network((3, 8, 2), "tanh")
STEP = Optimizer("adamw", 0.01, "step", step_every=7, warm_up=5, decay=0.01, clip=1.0)
OPTIONS = {"loss": "huber", "optimizer": STEP, "batch": 20, "seed": 3, "dropout": 0.2}


@pytest.fixture(autouse=True)
def nothing_stays_behind():
    yield
    assert [thread for thread in threading.enumerate() if "thalweg" in thread.name] == []


def cut(size, *arrays):
    return [tuple(array[first : first + size] for array in arrays) for first in range(0, len(arrays[0]), size)]


def by_hand(tables, epochs, network=NETWORK, **options):
    """The same with a `Descent` for each window; return what it came to and the loss of each epoch."""
    options = OPTIONS | options
    batch = options["batch"]
    planned = epochs * sum(math.ceil(len(table) / batch) for table in tables)
    carried, losses = None, []
    for _ in range(epochs):
        seen = []
        for table in tables:
            descent = Descent(network, table, epochs=1, carried=carried, planned=planned, **options)
            descent.step(descent.batches)
            carried = descent.carried
            seen.extend(descent.batch_losses)
        losses.append(np.mean(seen))
    return carried, losses


def same(outcome, carried, losses):
    assert outcome.name == "epochs"
    assert (outcome.carried.updates, outcome.carried.passes) == (carried.updates, carried.passes)
    assert np.array_equal(outcome.theta, carried.theta)
    assert np.array_equal(outcome.carried.theta, carried.theta)
    assert np.array_equal(outcome.carried.state, carried.state)
    np.testing.assert_allclose(outcome.losses, losses, rtol=1e-12)


class TestWindows:
    @settings(max_examples=20)
    @given(
        edges=st.lists(st.integers(0, ROWS), max_size=9),
        window=st.sampled_from([1, 100, 120, 333, 490, 500]),
        epochs=st.integers(1, 2),
        schedule=st.sampled_from(["cosine", "step"]),
        weighted=st.booleans(),
    )
    def test_as_by_hand_however_the_rows_are_cut(self, edges, window, epochs, schedule, weighted):
        arrays = (X, Y, WEIGHT) if weighted else (X, Y)
        stream = [tuple(array[a:b] for array in arrays) for a, b in pairwise([0, *sorted(edges), ROWS])]
        whole = math.ceil(window / 20) * 20
        tables = [dense_examples(*part) for part in cut(whole, *arrays)]
        options = {"optimizer": replace(STEP, schedule=schedule)}
        outcome = descend_stream(NETWORK, stream, epochs=epochs, window=window, rows=ROWS, **(OPTIONS | options))
        same(outcome, *by_hand(tables, epochs, **options))
        assert (outcome.rows, outcome.epochs, outcome.best_epoch) == (ROWS, epochs, epochs)
        assert outcome.updates == outcome.carried.updates == epochs * 25
        assert outcome.validation_losses.shape == (epochs,)
        assert np.isnan(outcome.validation_losses).all()

    def test_one_window_is_a_descent(self):
        options = OPTIONS | {"optimizer": Optimizer("adam", 0.01, "cosine")}
        outcome = descend_stream(NETWORK, cut(77, X, Y), epochs=3, rows=ROWS, **options)
        descent = Descent(NETWORK, dense_examples(X, Y), epochs=3, **options)
        seen = []
        descent.run(watch=lambda now, _: seen.append(now.batch_losses.mean()))
        same(outcome, descent.carried, seen)

    def test_labels(self):
        labels, network = (X[:, 0] > 0) + (X[:, 1] > 0), Network((3, 8, 3), output="softmax")
        options = {"loss": "cross-entropy", "optimizer": "adam", "dropout": 0.0}
        tables = [dense_examples(*part) for part in cut(200, X, labels)]
        outcome = descend_stream(network, cut(64, X, labels), epochs=2, window=200, **(OPTIONS | options))
        same(outcome, *by_hand(tables, 2, network, **options))

    def test_indices_of_one_hot_features(self):
        chosen = RANDOM.integers(-1, 40, (ROWS, 2))
        table = mixed_examples(X, chosen, Y, WEIGHT, one_hot=40)
        stream = [table.rows(slice(first, first + 90)) for first in range(0, ROWS, 90)]
        network = Network((43, 8, 2))
        outcome = descend_stream(network, stream, epochs=2, window=200, **OPTIONS)
        same(outcome, *by_hand([table.rows(slice(a, a + 200)) for a in (0, 200, 400)], 2, network))

    def test_in_float64(self):
        x, y = X.astype(np.float64) + 1e-9, Y.astype(np.float64)
        options = {"dtype": np.float64}
        outcome = descend_stream(NETWORK, cut(64, x, y), window=200, **(OPTIONS | options))
        same(outcome, *by_hand([dense_examples(*part) for part in cut(200, x, y)], 1, **options))
        assert outcome.theta.dtype == np.float64

    @pytest.mark.parametrize(
        "frame",
        [
            pd.DataFrame,
            lambda x: pl.DataFrame(x, schema=["a", "b", "c"]),
            lambda x: pa.table({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2]}),
            np.ndarray.tolist,
            np.asfortranarray,
            lambda x: x.astype(np.float64)[::-1][::-1],
        ],
        ids=["pandas", "Polars", "Arrow", "lists", "columns", "strided"],
    )
    def test_frames_and_lists(self, frame):
        outcome = descend_stream(NETWORK, [(frame(X[:300]), Y[:300]), (frame(X[300:]), Y[300:])], window=200, **OPTIONS)
        same(outcome, *by_hand([dense_examples(*part) for part in cut(200, X, Y)], 1))

    def test_arrays_that_are_filled_again_and_again(self):
        spaces = np.empty_like(X[:64]), np.empty_like(Y[:64])

        def stream():
            for part in cut(64, X, Y):
                for space, data in zip(spaces, part, strict=True):
                    space[: len(data)] = data
                yield tuple(space[: len(part[0])] for space in spaces)

        outcome = descend_stream(NETWORK, stream, epochs=2, window=200, **OPTIONS)
        same(outcome, *by_hand([dense_examples(*part) for part in cut(200, X, Y)], 2))

    def test_who_is_faster_changes_nothing(self):
        # The reader waits for the learner, then the learner for the reader.
        expected = descend_stream(NETWORK, cut(20, X, Y), epochs=2, window=100, **OPTIONS)
        asked = threading.Semaphore(0)

        def slow():
            for part in cut(20, X, Y):
                asked.acquire(timeout=0.005)
                yield part

        for options in (
            {"stream": slow},
            {"stream": cut(20, X, Y), "cancelled": lambda: threading.Event().wait(0.003)},
        ):
            outcome = descend_stream(NETWORK, epochs=2, window=100, **OPTIONS, **options)
            assert np.array_equal(outcome.theta, expected.theta)

    def test_only_what_is_apart_is_begun_before_an_epoch_is_looked_at(self):
        class Stream:
            def __init__(self, *, apart):
                self.apart, self.begun, self.opened = apart, 0, threading.Semaphore(0)

            def __iter__(self):
                self.begun += 1
                self.opened.release()
                yield from cut(50, X, Y)

        def begun_when_looked_at(stream):
            begun = []

            def look(_):
                for _ in range((2, 1, 0)[len(begun)] if stream.apart else 0):
                    assert stream.opened.acquire(timeout=10)
                begun.append(stream.begun)

            outcome = descend_stream(NETWORK, stream, epochs=3, window=100, watch=look, **OPTIONS)
            return begun, outcome.theta

        (at_once, theta), (asked, same_theta) = (begun_when_looked_at(Stream(apart=apart)) for apart in (True, False))
        assert at_once == [2, 3, 3]
        assert asked == [1, 2, 3]
        assert np.array_equal(theta, same_theta)

    def test_a_window_without_weight_teaches_nothing(self):
        weight = WEIGHT.copy()
        weight[200:400] = 0
        target = Y.copy()
        target[250] = np.nan
        outcome = descend_stream(NETWORK, cut(64, X, target, weight), window=200, **OPTIONS)
        parts = cut(200, X, Y, weight)
        same(outcome, *by_hand([dense_examples(*parts[0]), dense_examples(*parts[2])], 1))

    def test_one_epoch_after_another_is_two(self):
        whole = descend_stream(NETWORK, cut(64, X, Y), epochs=2, window=200, **OPTIONS)
        first = descend_stream(NETWORK, iter(cut(64, X, Y)), window=200, **OPTIONS)
        second = descend_stream(NETWORK, cut(64, X, Y), window=200, carried=first.carried, **OPTIONS)
        assert np.array_equal(second.theta, whole.theta)
        assert (second.updates, second.carried.updates, second.carried.passes) == (25, 50, 6)

    def test_the_schedule_spans_what_was_carried_too(self):
        options = OPTIONS | {"optimizer": Optimizer("adam", 0.01, "cosine")}
        carried = descend_stream(NETWORK, [(X, Y)], rows=ROWS, **options).carried
        outcome = descend_stream(NETWORK, [(X, Y)], rows=ROWS, epochs=2, carried=carried, **options)
        descent = Descent(NETWORK, dense_examples(X, Y), epochs=2, carried=carried, **options)
        assert descent.planned == 75
        descent.run()
        assert np.array_equal(outcome.theta, descent.theta)

    def test_it_starts_where_it_is_told_to(self):
        theta = NETWORK.start(9)
        one = descend_stream(NETWORK, [(X, Y)], theta=theta, **(OPTIONS | {"dropout": 0.0}))
        other = Descent(NETWORK, dense_examples(X, Y), theta=theta, epochs=1, **(OPTIONS | {"dropout": 0.0}))
        other.run()
        assert np.array_equal(one.theta, other.theta)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_stream():
    window, columns = 10_000, 64
    network = Network((columns, 2, 1))
    x, y = np.zeros((1000, columns), np.float32), np.ones((1000, 1), np.float32)

    def descend(windows_an_epoch):
        stream = [(x, y)] * (10 * windows_an_epoch)
        descend_stream(network, stream, batch=100, window=window)

    def peak(windows_an_epoch):
        gc.collect()
        tracemalloc.start()
        try:
            descend(windows_an_epoch)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    descend(1)  # what is imported and compiled on the way
    few, many = peak(3), peak(12)
    assert abs(many - few) < 0.05 * few
    # Two windows of features, target, weight, level, scale, place and order; some batches, buffers of the descent.
    assert many < 2 * window * (4 * (columns + 4) + 8 + 8) + 10 * x.nbytes


class TestLooking:
    def test_what_an_epoch_came_to(self):
        seen, rows = [], []
        table = dense_examples(X, Y)
        outcome = descend_stream(
            NETWORK, cut(64, X, Y), epochs=4, window=200, watch=seen.append, advance=rows.append,
            validate=lambda theta: loss_on(NETWORK, theta, table, "mse"), **OPTIONS,
        )  # fmt: skip
        assert rows == [200, 200, 100] * 4
        assert [epoch.number for epoch in seen] == [1, 2, 3, 4]
        assert {epoch.rows for epoch in seen} == {ROWS}
        assert outcome.losses.tolist() == [epoch.loss for epoch in seen]
        assert outcome.validation_losses.tolist() == [epoch.validation_loss for epoch in seen]
        for epoch in seen:
            assert epoch.validation_loss == loss_on(NETWORK, epoch.carried.theta, table, "mse")
            assert epoch.carried.updates == 25 * epoch.number
        assert outcome.losses[-1] < outcome.losses[0]
        assert 0 < seen[0].seconds < seen[-1].seconds < outcome.seconds

    def test_the_best_epoch_is_kept(self):
        told, thetas = [5.0, 3, 4, 2.5, 2.6, 9, 9], []

        def validate(theta):
            thetas.append(theta.copy())
            return told[len(thetas) - 1]

        outcome = descend_stream(NETWORK, cut(64, X, Y), epochs=7, window=200, validate=validate, patience=2, **OPTIONS)
        assert (outcome.name, outcome.epochs, outcome.best_epoch) == ("validation", 6, 4)
        assert outcome.advice.startswith(
            "The validation loss stopped improving after epoch 4; the unknowns of that epoch"
        )
        assert np.array_equal(outcome.theta, thetas[3])
        assert np.array_equal(outcome.carried.theta, thetas[5])
        assert outcome.validation_losses.tolist() == told[:6]

    def test_errors_as_good_but_for_chance(self):
        told = iter([np.array([1.0, 2, 3, 4]), np.array([1.1, 1.9, 3.1, 4]), np.array([9.0, 9, 9, 9])])
        outcome = descend_stream(NETWORK, [(X, Y)], epochs=3, validate=lambda _: next(told), **OPTIONS)
        assert (outcome.name, outcome.best_epoch) == ("epochs", 2)

    @pytest.mark.parametrize("patience", [None, 2])
    def test_a_validation_that_is_not_finite(self, patience):
        outcome = descend_stream(NETWORK, [(X, Y)], epochs=4, validate=lambda _: math.nan, patience=patience, **OPTIONS)
        assert (outcome.name, outcome.failed) == ("validation not finite", True)
        assert outcome.epochs == (patience or 4)


class TestEnds:
    def test_diverged(self):
        steep = Optimizer("gradient descent", 1e6)
        linear = Network((3, 2))
        outcome = descend_stream(linear, cut(64, X, Y), loss="mse", optimizer=steep, batch=20, window=100, epochs=3)
        assert (outcome.name, outcome.failed, outcome.epochs) == ("diverged", True, 0)
        assert outcome.advice.startswith("The loss diverged in epoch 1: the learning rate 1e+06")
        assert 0 < outcome.updates < 25
        assert outcome.losses.size == 0
        assert np.isfinite(outcome.carried.theta).all()

    def test_diverged_at_the_start(self):
        outcome = descend_stream(NETWORK, [(X, np.full((ROWS, 2), 1e30))], loss="mse", batch=20)
        assert (outcome.name, outcome.updates) == ("diverged", 0)
        assert outcome.advice.startswith("The loss is not finite before the first update")

    def test_diverged_over_windows(self):
        # Within a window of one batch nothing grows; from window to window it does.
        linear, steep = Network((3, 2)), Optimizer("gradient descent", 2.0)
        outcome = descend_stream(linear, cut(20, X, Y), loss="mse", optimizer=steep, batch=20, window=20, epochs=9)
        assert outcome.name == "diverged"
        assert outcome.updates < 60

    def test_growing(self):
        worse = own_loss("uphill", lambda m, t: np.abs(m - t), lambda m, t: -np.sign(m - t))
        table = np.ones((ROWS, 3)), np.full((ROWS, 2), 9.0)
        outcome = descend_stream(NETWORK, [table], loss=worse, batch=10, optimizer="gradient descent")
        assert outcome.name == "growing"

    def test_a_loss_that_is_not_finite(self):
        wrong = own_loss("wrong", lambda m, t: np.where(t > 0.99, np.nan, m - t), lambda m, t: np.ones_like(m + t))
        outcome = descend_stream(NETWORK, cut(50, X, np.minimum(Y, 0.98)), loss=wrong, batch=10, window=100)
        assert outcome.name == "epochs"
        target = np.minimum(Y, 0.98)
        target[250] = 0.995
        outcome = descend_stream(NETWORK, cut(50, X, target), loss=wrong, batch=10, window=100)
        assert (outcome.name, outcome.failed) == ("loss not finite", True)
        assert f"The loss 'wrong' is nan at update {outcome.updates} though" in outcome.advice
        assert 20 <= outcome.updates < 30

    def test_a_whole_epoch_without_gradient(self):
        bend = Network((3, 4, 2))
        theta = bend.start(0)
        bend.layers(theta)[0].biases[:] = -1e3
        still = {"theta": theta, "optimizer": "gradient descent", "batch": 20, "window": 100, "epochs": 5}
        outcome = descend_stream(bend, cut(64, X, np.zeros_like(Y)), **still)
        assert (outcome.name, outcome.epochs) == ("dead", 1)
        assert "Hidden layer 1 is dead" in outcome.advice
        # In the last window of the epoch there is something to move by.
        target = np.zeros_like(Y)
        target[-50:] = 1
        outcome = descend_stream(bend, cut(64, X, target), **(still | {"epochs": 1}))
        assert outcome.name == "epochs"
        assert "Hidden layer 1 is dead, however" in outcome.advice
        flat = Network((3, 2))
        outcome = descend_stream(flat, cut(64, X, np.zeros_like(Y)), **(still | {"theta": np.zeros(flat.size)}))
        assert (outcome.name, outcome.epochs) == ("gradient zero", 1)

    def test_cancelled_between_windows(self):
        windows_seen = []
        outcome = descend_stream(
            NETWORK, cut(64, X, Y), epochs=9, window=100, advance=windows_seen.append,
            cancelled=lambda: len(windows_seen) >= 7, **OPTIONS,
        )  # fmt: skip
        assert (outcome.name, outcome.epochs, outcome.updates) == ("interrupted", 1, 35)
        assert outcome.advice.startswith(
            "The descent was stopped from outside (`cancelled`, a callback) after 1 epochs. "
        )
        whole = descend_stream(NETWORK, cut(64, X, Y), epochs=2, window=100, **OPTIONS)
        assert len(outcome.losses) == 1
        assert outcome.losses[0] == whole.losses[0]

    def test_cancelled_while_the_stream_says_nothing(self):
        silent, asked = threading.Event(), []

        def stream():
            yield X, Y
            silent.wait(20)

        def cancelled():
            asked.append(True)
            if len(asked) > 3:
                silent.set()
            return len(asked) > 3

        outcome = descend_stream(NETWORK, stream, window=100, cancelled=cancelled, **OPTIONS)
        assert (outcome.name, outcome.epochs) == ("interrupted", 0)

    def test_ctrl_c_while_the_stream_says_nothing(self, monkeypatch):
        silent = threading.Event()
        monkeypatch.setattr(windows, "LEAVE_SECONDS", 0.05)
        before = signal.signal(signal.SIGINT, signal.default_int_handler)

        def stream():
            yield X, Y
            _thread.interrupt_main()
            silent.wait(20)

        try:
            with pytest.raises(KeyboardInterrupt):
                descend_stream(NETWORK, stream, window=100, **OPTIONS)
        finally:
            signal.signal(signal.SIGINT, before)
            silent.set()
            for thread in threading.enumerate():
                if "thalweg" in thread.name:
                    thread.join()

    def test_an_error_where_it_is_watched(self):
        closed = []

        def stream():
            try:
                while True:
                    yield X[:100], Y[:100]
            finally:
                closed.append(True)

        def watch(_):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            descend_stream(NETWORK, stream, rows=200, window=100, advance=watch, **OPTIONS)
        assert closed == [True]


class TestRefused:
    @pytest.mark.parametrize(
        ("second", "message"),
        [
            ((X[:, :2], Y), "The examples have 2 features; the network takes 3"),
            ((X, Y[:, :1]), r"The examples have 1 target column\(s\); the network gives 2 outputs"),
            ((X, Y[:-1]), "There are 500 examples; target has 499 rows"),
            ((X, Y, np.ones((ROWS, 2))), "columns of weight: 2; of the first batch: 1"),
            ((X, Y), "weights given: False; of the first batch: True"),
            ((X.astype(str), Y, WEIGHT), "dense must hold numbers; it holds <U32"),
            ((X, np.full(Y.shape, "ja"), WEIGHT), "target must hold numbers; it holds <U2. `encode_labels` makes"),
            ((X.astype(object), Y, WEIGHT), "dense must hold numbers; it holds object"),
            ((np.where(np.arange(ROWS)[:, None] == 7, np.nan, X), Y, WEIGHT), "not finite: nan in row 7, column 0"),
            ((X.astype(np.float64) * 1e300, Y, WEIGHT), "dense holds a value that is not finite: -?inf in row 0"),
            ((X, Y * np.inf, WEIGHT), "A target with a weight is not finite"),
            ((X, Y, -WEIGHT), "A weight is negative"),
            ((X,), r"\(features, target\) or \(features, target, weight\) is expected, not a list of 1"),
            (X, "is expected, not a ndarray"),
            (None, "is expected, not a NoneType"),
            (window_examples(np.arange(9.0), 3, 2), "windows over a series cannot be streamed"),
            (mixed_examples(X, np.full(ROWS, -1), Y, WEIGHT), "columns of indices: 1; of the first batch: 0"),
        ],
    )
    @pytest.mark.parametrize("epoch", [1, 2])
    def test_a_batch_that_does_not_suit(self, second, message, epoch):
        epochs = []

        def stream():
            epochs.append(1)
            yield X, Y, WEIGHT
            yield second if len(epochs) == epoch else (X, Y, WEIGHT)

        with pytest.raises(ValueError, match=rf"^Batch 1 \(counted from 0\) of epoch {epoch}: .*({message})"):
            descend_stream(NETWORK, stream, epochs=2, window=100, **OPTIONS)

    def test_labels_that_are_none(self):
        network = Network((3, 3), output="softmax")
        labels = np.zeros(ROWS)
        labels[450] = 3
        with pytest.raises(ValueError, match=r"^Batch 2 .*The target of example 50, output 0 is 3; it must be a label"):
            descend_stream(network, cut(200, X, labels), loss="cross-entropy")

    @pytest.mark.parametrize(
        ("rows", "told", "message"),
        [
            ([500, 300], None, r"ended after batch 2 \(.*\) of epoch 2: it gave 300 rows, and 500 came in epoch 1\.$"),
            ([500, 0], None, r"without an example in epoch 2: it gave 0 rows, and 500 came in epoch 1\. A generator"),
            (
                [500],
                501,
                r"ended after batch 4 \(counted from 0\) of epoch 1: it gave 500 rows, and 501 were announced",
            ),
            ([500], 499, r"^Batch 4 \(.*\) of epoch 1: with it there are 500 rows, and 499 were announced"),
            ([300, 400], None, r"^Batch 3 \(.*\) of epoch 2: with it there are 400 rows, and 300 came in epoch 1"),
            ([0], None, "The stream ended without an example; there is nothing to learn from"),
        ],
    )
    def test_an_end_too_early_or_too_late(self, rows, told, message):
        coming = iter(rows)

        def stream():
            count = next(coming)
            return cut(100, X[:count], Y[:count])

        with pytest.raises(ValueError, match=message):
            descend_stream(NETWORK, stream, epochs=len(rows), window=100, rows=told, **OPTIONS)

    def test_a_generator_for_two_epochs(self):
        with pytest.raises(ValueError, match=r"2 epochs go .*, and a generator came\. A generator can be gone through"):
            descend_stream(NETWORK, (part for part in cut(64, X, Y)), epochs=2)
        again = iter(cut(64, X, Y))
        with pytest.raises(ValueError, match=r"without an example in epoch 2.* A generator can be gone through once"):
            descend_stream(NETWORK, lambda: again, epochs=2, **OPTIONS)

    @pytest.mark.parametrize("error", [OSError, ValueError, KeyboardInterrupt, StopAsyncIteration])
    def test_what_the_stream_raises_goes_through(self, error):
        mine, theta = error("the line is dead"), NETWORK.start(5)
        kept = theta.copy()

        def stream():
            yield X, Y
            yield X, Y
            raise mine

        with pytest.raises(error) as told:
            descend_stream(NETWORK, stream, window=100, theta=theta, **OPTIONS)
        assert told.value is mine
        assert mine.__notes__ == ["The stream raised this when it was asked for batch 2 (counted from 0) of epoch 1."]
        assert np.array_equal(theta, kept)

    def test_what_opening_the_stream_raises(self):
        def stream():
            raise FileNotFoundError("orders.bin")

        with pytest.raises(FileNotFoundError) as told:
            descend_stream(NETWORK, stream)
        assert "batch 0 (counted from 0) of epoch 1" in told.value.__notes__[0]

    def test_no_stream(self):
        with pytest.raises(TypeError, match=r"A stream is an iterable of batches, or a function .*; a Examples came"):
            descend_stream(NETWORK, dense_examples(X, Y))

    def test_without_any_weight(self):
        with pytest.raises(ValueError, match="There is no example with a weight to learn from"):
            descend_stream(NETWORK, cut(64, X, Y, 0 * WEIGHT), window=100, **OPTIONS)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"batch": 0}, "batch is 0; it must be 1 or more"),
            ({"epochs": 0}, "epochs is 0"),
            ({"window": 0}, "window is 0"),
            ({"rows": 0}, "rows is 0"),
            ({"patience": 0, "validate": abs}, "patience is 0"),
            ({"patience": 3}, "patience needs a validation loss"),
            ({"dtype": np.float16}, "The precision is float16"),
            (
                {"optimizer": Optimizer(schedule="cosine")},
                "The cosine schedule spans all updates.* as `rows`, or choose",
            ),
            ({"theta": np.zeros(5)}, r"has 50 unknowns; the start given has shape \(5,\)"),
            ({"loss": "hinge"}, "no loss 'hinge'"),
            ({"seed": -1}, "The seed is -1"),
        ],
    )
    def test_options(self, options, message):
        with pytest.raises(ValueError, match=message):
            descend_stream(NETWORK, [(X, Y)], **options)
