"""Batches, epochs, reproducible bits, and every way a descent can end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from support.strategies import random_examples
from thalweg.learn.data.examples import dense_examples
from thalweg.learn.descent import Descent
from thalweg.learn.function import Network
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.outcome import ENDINGS

GRADIENT_DESCENT = Optimizer("gradient descent", learning_rate=0.01, schedule="constant", decay=0)


@pytest.fixture
def table():
    """A hundred examples of a line with noise."""
    random = np.random.default_rng(0)
    x = random.normal(size=(100, 3))
    return dense_examples(x, x @ [1.0, -2, 3] + random.normal(0, 0.1, 100))


def descent_of(table, **options):
    return Descent(Network((3, 8, 1)), table, **({"batch": 10, "epochs": 20} | options))


class TestBatches:
    @pytest.mark.parametrize(("count", "batch", "updates"), [(10_000, 10, 1_000), (1_000, 100, 10), (25, 10, 3)])
    def test_updates_an_epoch(self, count, batch, updates):
        # B1's two examples, and a last batch that takes what is left.
        table = dense_examples(np.ones((count, 1)), np.ones(count))
        descent = Descent(Network((1, 1)), table, batch=batch, epochs=2)
        assert descent.batches == updates
        seen = []
        descent.run(watch=lambda now, _: seen.append(now.updates))
        assert seen == [updates, 2 * updates]
        assert np.isfinite(descent.batch_losses).all()

    def test_every_example_once_an_epoch_in_another_order(self, table):
        descent = descent_of(table)
        orders = [descent.order(epoch).copy() for epoch in range(3)]
        for order in orders:
            assert sorted(order) == list(range(100))
        assert not np.array_equal(orders[0], orders[1])
        assert not np.array_equal(orders[0], descent_of(table, seed=1).order(0))
        assert np.array_equal(orders[1], descent_of(table).order(1))

    def test_an_epoch_s_loss_is_of_its_batches(self, table):
        # At a rate that moves nothing, the losses of the batches are those of θ⁰.
        descent = descent_of(
            table, batch=30, optimizer=Optimizer("gradient descent", learning_rate=1e-300), dtype=np.float64
        )
        assert descent.step(1) == (1, 0)
        assert descent.step(99) == (3, 0)
        network, x = descent.network, table.gather()
        first, last = network.layers(descent.theta)
        estimate = np.maximum(x @ first.weights.T + first.biases, 0) @ last.weights.T + last.biases
        errors = np.abs(estimate - table.target)[descent.order(0)]
        expected = [errors[at : at + 30].mean() for at in (0, 30, 60, 90)]
        np.testing.assert_allclose(descent.batch_losses, expected, rtol=1e-12)

    def test_a_batch_is_never_more_than_there_is(self, table):
        assert descent_of(table, batch=1000).batch == 100
        assert descent_of(table, batch=1000).batches == 1

    def test_nothing_flows_from_the_start_s_generator_into_the_order(self, table):
        descent = descent_of(table, seed=5)
        assert not np.array_equal(descent.order(0), np.random.default_rng(5).permutation(100))


class TestOrder:
    def test_each_example_once_an_epoch_in_an_order_of_its_own(self, table):
        one, other = descent_of(table, seed=1), descent_of(table, seed=2)
        orders = [one.order(0), one.order(1), other.order(0), other.order(1)]
        for order in orders:
            assert sorted(order) == list(range(100))
        # Two orders that have nothing to do with one another agree in one place on average.
        assert max((a == b).sum() for i, a in enumerate(orders) for b in orders[:i]) < 8
        assert np.array_equal(one.order(0), orders[0])

    def test_each_place_is_as_likely_as_any_other(self):
        count, epochs = 7, 7000
        descent = Descent(Network((1, 1)), dense_examples(np.ones((count, 1)), np.ones(count)))
        times, follows = np.zeros((count, count)), np.zeros((count, count))
        for epoch in range(epochs):
            order = descent.order(epoch)
            times[np.arange(count), order] += 1
            follows[order[:-1], order[1:]] += 1
        # Chi-squared with 36 degrees of freedom is below 74 but for one time in five thousand.
        assert ((times - epochs / count) ** 2 / (epochs / count)).sum() < 74
        expected = epochs / count
        apart = ~np.eye(count, dtype=bool)
        assert ((follows[apart] - expected) ** 2 / expected).sum() < 84


class TestBits:
    NETWORK = Network((56, 100, 100, 1))

    def descents(self):
        table = random_examples(np.random.default_rng(1), 333, 50, 6, 1)
        return [Descent(self.NETWORK, table, seed=seed, batch=32, epochs=3) for seed in (0, 1, 0, 2)]

    def test_one_thread_or_two(self):
        alone = self.descents()
        for descent in alone:
            descent.run()
        together = self.descents()
        with ThreadPoolExecutor(2) as pool:
            for outcome in list(pool.map(Descent.run, together)):
                assert outcome.name == "epochs"
        for one, other in zip(alone, together, strict=True):
            assert np.array_equal(one.theta, other.theta)
        assert np.array_equal(alone[0].theta, alone[2].theta)
        assert not np.array_equal(alone[0].theta, alone[1].theta)

    def test_slices_of_any_size(self):
        one, other = self.descents()[:3:2]
        while one.epoch < 3:
            one.step(1)
        for batches in (4, 100, 3, 100, 11):
            other.step(batches)
        assert other.updates == one.updates == 33
        assert np.array_equal(one.theta, other.theta)

    def test_stopped_and_gone_on(self):
        whole, parts = self.descents()[:3:2]
        whole.run()
        assert parts.run(updates=5).name == "updates"
        assert parts.run(updates=13).updates == 13
        assert parts.run(epochs=2).name == "epochs"
        assert parts.run().updates == 33
        assert np.array_equal(whole.theta, parts.theta)

    def test_the_examples_given_are_not_changed(self):
        table = random_examples(np.random.default_rng(1), 50, 5, 1, 1)
        before = [getattr(table, name).copy() for name in ("values", "newest", "dense", "target", "weight")]
        start = Network((6, 4, 1)).start(0)
        kept = start.copy()
        Descent(Network((6, 4, 1)), table, theta=start, epochs=2, dtype=np.float64).run()
        after = [getattr(table, name) for name in ("values", "newest", "dense", "target", "weight")]
        for was, now in zip(before, after, strict=True):
            assert np.array_equal(was, now, equal_nan=True)
        assert np.array_equal(start, kept)


class TestOutcomes:
    def test_epochs(self, table):
        outcome = descent_of(table, epochs=4).run()
        assert (outcome.name, outcome.epochs, outcome.updates, outcome.best_epoch) == ("epochs", 4, 40, 4)
        assert outcome.advice.startswith("All 4 epochs were made.")
        assert not outcome.failed
        assert descent_of(table).run(epochs=2).epochs == 2
        # The schedule spans four, so four is the most.
        assert descent_of(table, epochs=4).run(epochs=9).epochs == 4

    def test_updates(self, table):
        descent = descent_of(table)
        outcome = descent.run(updates=13)
        assert (outcome.name, outcome.epochs, outcome.updates) == ("updates", 1, 13)
        assert outcome.advice.startswith("All 13 updates were made.")
        assert descent.updates == 13

    def test_seconds(self, table):
        outcome = descent_of(table, epochs=10**7).run(seconds=0.15)
        assert outcome.name == "seconds"
        assert outcome.updates > 10
        assert 0.15 <= outcome.seconds < 5
        assert f"after {outcome.epochs} epochs" in outcome.advice

    def test_no_time_at_all(self, table):
        descent = descent_of(table)
        start = descent.theta.copy()
        assert descent.run(seconds=0).name == "seconds"
        assert np.array_equal(descent.theta, start)

    def test_all_epochs_made_is_not_out_of_time(self, table):
        descent = descent_of(table, epochs=1)
        assert descent.run(watch=lambda *_: None, cancelled=lambda: descent.epoch == 1).name == "epochs"

    @pytest.mark.parametrize("loss", ["mae", "mse"])
    def test_gradient_zero(self, loss):
        # θ at 0 predicts 0, which is the target: no slope anywhere.
        table = dense_examples(np.ones((20, 2)), np.zeros(20))
        descent = Descent(Network((2, 1)), table, loss=loss, theta=np.zeros(3), batch=6, epochs=50)
        outcome = descent.run()
        assert (outcome.name, outcome.epochs) == ("gradient zero", 1)
        assert "gradient was exactly 0" in outcome.advice
        assert not descent.theta.any()

    def test_gradient_zero_where_every_neuron_is_dead(self):
        network = Network((2, 3, 1), output="relu")
        theta = network.start(0)
        network.layers(theta)[1].biases[:] = -100
        table = dense_examples(np.random.default_rng(0).normal(size=(20, 2)), np.ones(20))
        assert Descent(network, table, theta=theta, optimizer=GRADIENT_DESCENT).run().name == "gradient zero"

    def test_a_few_batches_without_slope_an_epoch_are_no_end(self, table):
        # Alone in their batches, examples without weight have no slope: two in three, in each of many epochs.
        weight = np.zeros((100, 1))
        weight[::3] = 1
        some = dense_examples(table.dense, table.target, weight)
        assert descent_of(some, batch=1, epochs=6).run().name == "epochs"

    def test_validation(self, table):
        told = iter([5.0, 4, 3, 3.5, 3, 3.1, 9, 9, 9])
        seen = []
        descent = descent_of(table)
        outcome = descent.run(
            patience=3, validate=lambda _: next(told), watch=lambda now, value: seen.append((value, now.theta.copy()))
        )
        assert (outcome.name, outcome.epochs, outcome.best_epoch) == ("validation", 6, 3)
        assert "after epoch 3" in outcome.advice
        assert [value for value, _ in seen] == [5, 4, 3, 3.5, 3, 3.1]
        assert np.array_equal(descent.kept, seen[2][1])
        assert np.array_equal(descent.theta, seen[5][1])

    def test_the_best_is_kept_without_patience_too(self, table):
        told = iter([2.0, 1, 4])
        seen = []
        descent = descent_of(table, epochs=3)
        outcome = descent.run(validate=lambda _: next(told), watch=lambda now, _: seen.append(now.theta.copy()))
        assert (outcome.name, outcome.epochs, outcome.best_epoch) == ("epochs", 3, 2)
        assert np.array_equal(descent.kept, seen[1])

    def test_interrupted(self, table):
        calls = []
        outcome = descent_of(table).run(cancelled=lambda: calls.append(0) or len(calls) > 3)
        assert outcome.name == "interrupted"
        assert 0 < outcome.updates < 200
        assert "kept" in outcome.advice
        assert descent_of(table).run(cancelled=lambda: True).updates == 0

    def test_diverged(self, table):
        optimizer = Optimizer("gradient descent", learning_rate=3, schedule="constant", decay=0)
        outcome = descent_of(table, loss="mse", optimizer=optimizer).run()
        assert outcome.name == "diverged"
        assert outcome.failed
        assert outcome.updates < 20
        assert "in epoch 1:" in outcome.advice
        assert "Try 0.3 in a new descent," in outcome.advice

    def test_diverged_though_every_number_is_finite(self):
        # Along (1, 1) the surface's curvature is 4, so at η = 1 each update triples the error.
        table = dense_examples(np.ones((4, 1)), np.full(4, 5.0))
        optimizer = Optimizer("gradient descent", learning_rate=1, schedule="constant", decay=0)
        descent = Descent(
            Network((1, 1)), table, loss="mse", optimizer=optimizer, theta=np.zeros(2), epochs=99, dtype=np.float64
        )
        outcome = descent.run()
        # 9^5 is the first power of 9 beyond 10,000, and epoch 1 tells the loss before its update.
        assert (outcome.name, outcome.epochs) == ("diverged", 6)
        assert "in epoch 6:" in outcome.advice
        assert np.isfinite(descent.theta).all()

    def test_what_was_best_before_it_diverged_is_kept(self):
        table = dense_examples(np.ones((4, 1)), np.full(4, 5.0))
        optimizer = Optimizer("gradient descent", learning_rate=1, schedule="constant", decay=0)
        descent = Descent(Network((1, 1)), table, loss="mse", optimizer=optimizer, theta=np.zeros(2), epochs=99)
        seen = []
        outcome = descent.run(
            validate=lambda theta: abs(float(theta.sum()) - 5), watch=lambda now, _: seen.append(now.theta.copy())
        )
        assert (outcome.name, outcome.best_epoch) == ("diverged", 1)
        assert np.array_equal(descent.kept, seen[0])


class TestNotFinite:
    @pytest.mark.parametrize("wrong", [np.nan, -np.inf])
    def test_a_start_that_is_not_a_number(self, table, wrong):
        # −∞ as a bias ReLU would turn into 0, so that the loss would not tell.
        theta = Network((3, 8, 1)).start(0)
        theta[26] = wrong
        with pytest.raises(ValueError, match=f"The start holds {wrong}; every unknown must be a finite number"):
            descent_of(table, theta=theta)

    def test_a_loss_beyond_the_precision(self, table):
        vast = dense_examples(table.dense, np.full(100, 1e30))
        outcome = descent_of(vast, loss="mse").run()
        assert (outcome.name, outcome.updates) == ("diverged", 0)
        assert outcome.advice.startswith("The loss is not finite before the first update. Scale features and targets")
        assert descent_of(vast, loss="mse", dtype=np.float64, optimizer=GRADIENT_DESCENT, epochs=1).step(1)[0] == 1

    def test_an_unknown_hidden_behind_relu(self, table):
        # ReLU turns −∞ into 0, so that the loss is finite; θ is not.
        descent = descent_of(table)
        descent.network.layers(descent.theta)[0].biases[2] = -np.inf
        assert descent.run().name == "diverged"

    def test_it_is_caught_at_its_update(self, table):
        # One wild feature overflows float32 in the batch it comes in, and nothing is done after it.
        wild = table.dense.copy()
        descent = descent_of(table, loss="mse")
        where = 5
        wild[descent.order(0)[where * 10]] = 1e25
        outcome = descent_of(dense_examples(wild, table.target), loss="mse").run()
        assert (outcome.name, outcome.updates) == ("diverged", where)


class TestRefused:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"loss": "hinge"}, "no loss 'hinge'; choose one of mae, mse, huber, quantile, cross-entropy"),
            ({"batch": 0}, "batch size is 0"),
            ({"epochs": 0}, "epochs are 0"),
            ({"seed": -1}, "seed is -1"),
            ({"dtype": np.float16}, "precision is float16"),
            ({"theta": np.zeros(5)}, r"41 unknowns.*\(5,\)"),
        ],
    )
    def test_options(self, table, options, message):
        with pytest.raises(ValueError, match=message):
            descent_of(table, **options)

    def test_examples(self):
        with pytest.raises(ValueError, match="The examples have 4 features; the network takes 3"):
            descent_of(dense_examples(np.zeros((5, 4)), np.zeros(5)))
        with pytest.raises(ValueError, match="no example with a weight"):
            descent_of(dense_examples(np.zeros((0, 3)), np.zeros(0)))
        with pytest.raises(ValueError, match="no example with a weight"):
            descent_of(dense_examples(np.zeros((5, 3)), np.zeros(5), np.zeros(5)))

    @pytest.mark.parametrize("name", ["epochs", "updates", "patience"])
    def test_stop_rules(self, table, name):
        with pytest.raises(ValueError, match=f"{name} is 0; it must be 1 or more"):
            descent_of(table).run(**{name: 0})


def test_every_outcome_was_met():
    # Named here so that an outcome added later gets its own test; the others have theirs in test_outcomes.py.
    met = {"epochs", "updates", "seconds", "gradient zero", "validation", "diverged", "interrupted"}
    assert set(ENDINGS) == met | {
        "dead", "growing", "loss not finite", "validation not finite", "worse than a constant",
    }  # fmt: skip
