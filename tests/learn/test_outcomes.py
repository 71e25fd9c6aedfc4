"""How a descent ends where something is amiss, and losses of the user's own (L2)."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from support.strategies import random_examples
from thalweg.learn.data.examples import dense_examples
from thalweg.learn.descent import Descent
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES, huber, own_loss, quantile
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.prediction import predict

PLAIN = Optimizer("gradient descent", learning_rate=0.01)


@pytest.fixture
def table():
    random = np.random.default_rng(0)
    x = random.normal(size=(100, 3))
    return dense_examples(x, x @ [1.0, -2, 3] + random.normal(0, 0.1, 100))


class TestGrowing:
    # L = (w + b − 5)² has curvature 4 along (1, 1): at η = 0.505 each update makes the error 1.02 times larger.
    TABLE = dense_examples(np.ones((4, 1)), np.full(4, 5.0))

    def descent(self, rate):
        optimizer = Optimizer("gradient descent", learning_rate=rate)
        return Descent(
            Network((1, 1)), self.TABLE, loss="mse", optimizer=optimizer, theta=np.zeros(2), epochs=500, dtype=float
        )

    def test_twenty_updates_on_end(self):
        descent = self.descent(0.505)
        outcome = descent.run()
        assert (outcome.name, outcome.updates, outcome.failed) == ("growing", 21, True)
        assert outcome.advice == (
            "The loss grew for 20 updates: the learning rate 0.505 is too high for this loss surface. Try 0.0505."
        )
        assert np.isfinite(descent.theta).all()

    def test_the_loss_does_not_grow_at_a_low_rate(self):
        assert self.descent(0.495).run().name in ("epochs", "gradient zero")

    def test_the_loss_may_grow_on_its_way_down(self):
        # A heavy ball rolls beyond the minimum and up the other side, for more than 20 updates, but never so high.
        optimizer = Optimizer("momentum", learning_rate=1e-5, momentum=0.9999)
        descent = Descent(
            Network((1, 1)), self.TABLE, loss="mse", optimizer=optimizer, theta=np.zeros(2), epochs=3000, dtype=float
        )
        told = []
        outcome = descent.run(watch=lambda now, _: told.append(now.batch_losses[0]))
        assert outcome.name == "epochs"
        risen = np.diff(told) > 0
        assert max(len(run) for run in "".join("x" if up else " " for up in risen).split()) > 50

    def test_stepping_by_hand_goes_on_up_the_wall(self):
        descent = self.descent(0.6)
        assert [descent.step().done for _ in range(50)] == [1] * 50
        assert descent.batch_losses[0] > 1e5


class TestDoubts:
    """What speaks against a descent that made all its epochs."""

    X = np.random.default_rng(0).normal(50, 20, size=(1000, 4))
    TABLE = dense_examples(X, X @ [1.0, 2, -1, 0.5] + 1000)

    def outcome(self, rate, rule="gradient descent", **options):
        return Descent(Network((4, 16, 1)), self.TABLE, loss="mse", optimizer=Optimizer(rule, rate), **options).run()

    def test_an_explosion_in_the_first_epoch_is_none_of_them(self):
        outcome = self.outcome(1.0)
        assert (outcome.name, outcome.failed) == ("diverged", True)
        assert self.outcome(1e6, "adam").failed

    def test_a_loss_above_the_first(self):
        uphill = own_loss("uphill", lambda m, t: np.abs(m - t), lambda m, t: -np.sign(m - t))
        table = dense_examples(np.ones((40, 1)), np.ones(40))
        outcome = Descent(
            Network((1, 1)), table, loss=uphill, batch=40, optimizer=Optimizer("adam", 0.1), epochs=15
        ).run()
        assert outcome.name == "epochs"
        assert " The loss is higher than at the start, " in outcome.advice
        assert "slope if the loss is your own." in outcome.advice

    def test_a_dead_layer_whose_output_still_moves(self, table):
        network = Network((3, 4, 5, 1))
        theta = network.start(0)
        network.layers(theta)[1].biases[:] = -100
        outcome = Descent(network, table, theta=theta, optimizer=PLAIN, epochs=3).run()
        assert outcome.name == "epochs"
        assert outcome.advice.endswith("scale the features.")
        assert " Hidden layer 2 is dead, however" in outcome.advice

    def test_none(self, table):
        outcome = Descent(Network((3, 8, 1)), table, epochs=3).run()
        assert outcome.advice.endswith("give the descent more epochs.")


class TestDead:
    def test_the_layer_is_named(self, table):
        network = Network((3, 4, 5, 1))
        theta = network.start(0)
        network.layers(theta)[1].biases[:] = -100
        outcome = Descent(network, table, theta=theta, optimizer=PLAIN).run()
        # The output's bias still moves until it is the median, so it is told only when nothing moves.
        assert outcome.name == "epochs"
        network.layers(theta)[2].biases[:] = np.median(table.target)
        even = dense_examples(table.dense, np.sign(np.arange(100) % 2 - 0.5))
        network.layers(theta)[2].biases[:] = 0
        outcome = Descent(network, even, theta=theta, optimizer=PLAIN, batch=100).run()
        assert outcome.name == "dead"
        assert outcome.advice.startswith("Hidden layer 2 is dead: each of its neurons gives 0 for every example")
        assert not outcome.failed

    def test_one_living_neuron_is_no_dead_layer(self, table):
        network = Network((3, 4, 1))
        theta = network.start(0)
        network.layers(theta)[0].biases[1:] = -100
        assert Descent(network, table, theta=theta).dead_layer() is None
        network.layers(theta)[0].biases[0] = -100
        assert Descent(network, table, theta=theta).dead_layer() == 1


def less_100(made, target):
    return np.abs(made - target) - 100


def sign(made, target):
    return np.sign(made - target)


class TestOwnLoss:
    LESS_100 = own_loss("absolute error minus 100", less_100, sign)

    def pair(self, one, other, **options):
        given = random_examples(np.random.default_rng(0), 60, 4, 3, 2)
        shared = {"batch": 7, "epochs": 3, "dtype": np.float64, "optimizer": Optimizer(learning_rate=0.01)} | options
        return [Descent(Network((7, 6, 2), "tanh"), given, loss=loss, **shared) for loss in (one, other)]

    def test_absolute_error_minus_100_is_negative_and_finds_the_same(self):
        own, mae = self.pair(self.LESS_100, "mae")
        assert own.run().name == mae.run().name == "epochs"
        np.testing.assert_allclose(own.batch_losses, mae.batch_losses - 100, rtol=1e-12)
        assert (own.batch_losses < -50).all()
        np.testing.assert_allclose(own.theta, mae.theta, rtol=1e-9, atol=1e-12)
        assert own.loss_of_all() == pytest.approx(mae.loss_of_all() - 100, rel=1e-12)

    @pytest.mark.parametrize("how", ["function", "vectorised"])
    def test_a_compiled_pair(self, how):
        compiled = numba.njit if how == "function" else numba.vectorize
        value, slope = (
            compiled(lambda made, target: np.log(np.cosh(made - target))),
            compiled(lambda made, target: np.tanh(made - target)),
        )
        plain = own_loss("log-cosh", lambda m, t: np.log(np.cosh(m - t)), lambda m, t: np.tanh(m - t))
        one, other = self.pair(own_loss("log-cosh", value, slope), plain, dropout=0.2)
        one.run()
        other.run()
        np.testing.assert_allclose(one.theta, other.theta, rtol=1e-9, atol=1e-12)
        assert np.abs(one.theta - one.network.start(0)).max() > 0.01

    def test_it_grows_like_any_other(self):
        wild = Optimizer("gradient descent", learning_rate=0.505)
        square = own_loss("squares minus 1000", lambda m, t: (m - t) ** 2 - 1000, lambda m, t: 2 * (m - t))
        table = dense_examples(np.ones((4, 1)), np.full(4, 5.0))
        descent = Descent(Network((1, 1)), table, loss=square, optimizer=wild, theta=np.zeros(2), epochs=99)
        assert descent.run().name == "growing"

    def test_not_finite_though_every_prediction_is(self, table):
        broken = own_loss(
            "logarithm of the error", lambda m, t: np.log(np.where(m > t, m - t, 0) + 0 * m), lambda m, t: 1 / (m - t)
        )
        with np.errstate(divide="ignore"):
            outcome = Descent(Network((3, 1)), table, loss=broken).run()
        assert (outcome.name, outcome.updates, outcome.failed) == ("loss not finite", 0, True)
        assert outcome.advice.startswith("The loss 'logarithm of the error' is -inf at update 0 though")

    def test_a_slope_that_is_not_a_number_is_a_divergence_at_its_update(self, table):
        broken = own_loss("broken", lambda m, t: m - t, lambda m, _: m * np.nan)
        outcome = Descent(Network((3, 1)), table, loss=broken).run()
        assert outcome.failed

    def test_a_slope_alone_that_is_not_finite(self, table):
        root = own_loss("root", lambda m, t: np.sqrt(np.abs(m - t)), lambda m, t: np.where(m > t, np.nan, 1.0))
        descent = Descent(Network((3, 1)), table, loss=root)
        assert descent.run().name == "loss not finite"
        assert np.isfinite(descent.theta).all()

    @pytest.mark.parametrize("outputs", [1, 2])
    def test_a_function_that_works_in_place_harms_nothing(self, outputs):
        def in_place(made, target):
            made -= target
            return np.abs(made)

        table = random_examples(np.random.default_rng(0), 30, 3, 0, outputs)
        network = Network((3, 4, outputs), output="sigmoid")
        one, other = (
            Descent(network, table, loss=loss, batch=30, dtype=float)
            for loss in (own_loss("own", in_place, sign), "mae")
        )
        one.step()
        other.step()
        np.testing.assert_allclose(one.gradient, other.gradient, rtol=1e-9, atol=1e-12)

    def test_another_shape(self, table):
        one_number = own_loss("mean", lambda m, t: np.mean(m - t), lambda m, t: m - t)
        with pytest.raises(ValueError, match=r"The value of the loss 'mean' has shape \(\) for predictions of shape"):
            Descent(Network((3, 1)), table, loss=one_number).run()

    def test_a_name_of_the_table(self):
        with pytest.raises(ValueError, match="There is a loss 'mae' already"):
            own_loss("mae", less_100, sign)


class TestTargets:
    X = np.random.default_rng(0).normal(size=(6, 2))

    def refused(self, target, loss, output, message, weight=None, outputs=3):
        with pytest.raises(ValueError, match=message):
            Descent(Network((2, outputs), output=output), dense_examples(self.X, target, weight), loss=loss)

    def test_labels(self):
        labels = np.array([0.0, 1, 2, 0, 1, 2])
        Descent(Network((2, 3), output="softmax"), dense_examples(self.X, labels), loss="cross-entropy")
        for wrong in (3, -1, 0.5):
            told = labels.copy()
            told[4] = wrong
            self.refused(
                told, "cross-entropy", "softmax", f"example 4, output 0 is {wrong}; it must be a label, a whole"
            )

    def test_distributions(self):
        shares = np.full((6, 3), 1 / 3)
        Descent(Network((2, 3), output="softmax"), dense_examples(self.X, shares), loss="cross-entropy")
        short = shares.copy()
        short[2, 1] = 0.1
        self.refused(short, "cross-entropy", "softmax", "example 2, output 0 is 0.766667; it must be 1 in sum")
        short[2] = [1.5, -0.5, 0]
        self.refused(short, "cross-entropy", "softmax", "example 2, output 0 is 1.5; it must be a share")
        weight = np.ones((6, 3))
        weight[3, 1] = 2
        self.refused(shares, "cross-entropy", "softmax", r"one weight, not one for each output", weight)
        # What has no weight may be anything.
        short[2] = np.nan
        weight = np.ones((6, 3))
        weight[2] = 0
        Descent(Network((2, 3), output="softmax"), dense_examples(self.X, short, weight), loss="cross-entropy")

    def test_probabilities(self):
        yes = np.array([0.0, 1, 1, 0, 0.5, 2])
        self.refused(yes, "binary cross-entropy", "sigmoid", "example 5, output 0 is 2; it must be between", outputs=1)
        self.refused(yes / 2, "binary cross-entropy", "identity", 'Choose output="softmax" for classes', outputs=1)
        self.refused(yes / 2, "cross-entropy", "softmax", "distributions over two classes or more", outputs=1)

    def test_levels(self):
        self.refused(np.zeros((6, 3)), quantile((0.1, 0.9)), "identity", "2 levels; the network gives 3 outputs")
        with pytest.raises(ValueError, match="must lie between 0 and 1"):
            quantile((0.5, 1.0))
        with pytest.raises(ValueError, match="delta is 0"):
            huber(0)

    def test_dropout(self):
        for share in (-0.1, 1.0):
            with pytest.raises(ValueError, match="it is a share"):
                Descent(Network((2, 1)), dense_examples(self.X, np.zeros(6)), dropout=share)


class TestFarOut:
    """The stable pairs where the plain formula has rounded a probability to 0 or 1."""

    @pytest.mark.parametrize("precision", [np.float32, np.float64])
    def test_softmax(self, precision):
        table = dense_examples(np.ones((1, 1)), np.array([[0.0]]))
        theta = np.array([-1000.0, 1000, 0, 0])
        descent = Descent(
            Network((1, 2), output="softmax"),
            table,
            loss="cross-entropy",
            theta=theta,
            optimizer=PLAIN,
            dtype=precision,
        )
        assert descent.step().done == 1
        assert descent.batch_losses[0] == 2000
        restarted = Descent(descent.network, table, loss="cross-entropy", theta=theta, dtype=precision)
        assert restarted.loss_of_all() == 2000
        assert descent.gradient.tolist() == [-1, 1, -1, 1]

    @pytest.mark.parametrize("precision", [np.float32, np.float64])
    def test_sigmoid(self, precision):
        table = dense_examples(np.ones((2, 1)), np.array([1.0, 0]))
        descent = Descent(
            Network((1, 1), output="sigmoid"),
            table,
            loss="binary cross-entropy",
            theta=np.array([-500.0, 0]),
            optimizer=PLAIN,
            dtype=precision,
        )
        assert descent.step().done == 1
        assert descent.batch_losses[0] == 250
        start = Descent(
            descent.network, table, loss="binary cross-entropy", theta=np.array([-500.0, 0]), dtype=precision
        )
        assert start.loss_of_all() == 250
        np.testing.assert_allclose(descent.gradient, [-0.5, -0.5], rtol=1e-6)


def test_validation_that_is_never_a_number(table):
    outcome = Descent(Network((3, 1)), table).run(validate=lambda _: float("nan"), patience=3)
    assert (outcome.name, outcome.epochs, outcome.failed) == ("validation not finite", 3, True)


def test_validation_of_another_shape(table):
    for wrong in (np.zeros(0), np.zeros((5, 2))):
        with pytest.raises(ValueError, match="it must give a number, or the error of each example"):
            Descent(Network((3, 1)), table).run(validate=lambda _, wrong=wrong: wrong)
    lengths = iter([3, 3, 4])
    with pytest.raises(ValueError, match=r"errors of shape \(4,\)"):
        Descent(Network((3, 1)), table).run(validate=lambda _: np.zeros(next(lengths)))


def test_validation_that_fills_one_array_again_and_again(table):
    errors, times = np.zeros(20), []

    def worse(_):
        times.append(0)
        errors[:] = len(times)
        return errors

    assert Descent(Network((3, 1)), table, epochs=8).run(validate=worse).best_epoch == 1


def test_an_interrupt_between_the_last_update_and_the_look_at_an_epoch(table):
    validated, told = [], []

    def validate(_):
        if len(told) == 2:
            told.append(0)
            raise KeyboardInterrupt
        told.append(0)
        validated.append(descent.epoch)
        return float(abs(descent.epoch - 4))

    descent = Descent(Network((3, 1)), table, epochs=6)
    with pytest.raises(KeyboardInterrupt):
        descent.run(validate=validate)
    outcome = descent.run(validate=validate)
    assert validated == [1, 2, 3, 4, 5, 6]
    assert outcome.best_epoch == 4


def test_zero_gradient_is_no_end_where_decay_still_pulls():
    still = dense_examples(np.zeros((8, 1)), np.zeros(8))
    descent = Descent(
        Network((1, 1)),
        still,
        loss="mse",
        theta=np.array([1.0, 0.0]),
        optimizer=Optimizer("adamw", learning_rate=0.1, decay=0.5),
        epochs=10,
    )
    assert descent.run().name == "epochs"
    assert descent.theta[0] == pytest.approx(0.95**10, rel=1e-5)


def test_numbers_of_numpy_will_do(table, tmp_path):
    optimizer = Optimizer(learning_rate=np.float32(1e-3), warm_up=np.int64(3), clip=np.float32(2))
    descent = Descent(
        Network((3, 1)), table, batch=np.int64(32), epochs=np.int32(2), seed=np.uint8(3), optimizer=optimizer
    )
    assert descent.run(save_to=tmp_path / "saved").name == "epochs"
    for wrong in ({"batch": 2.5}, {"epochs": 2.5}, {"seed": 0.5}):
        with pytest.raises(TypeError, match="cannot be interpreted as an integer"):
            Descent(Network((3, 1)), table, **wrong)


def test_going_back_to_before_the_first_validation(table):
    descent = Descent(Network((3, 4, 1)), table, epochs=4)
    state = {name: values.copy() for name, values in descent.state().items()}
    descent.learning_rate = 0.1
    outcome = descent.run(validate=lambda theta: np.abs(theta[:5]))
    found = descent.kept.copy()
    descent.restore(state)
    assert (descent.updates, descent.learning_rate) == (0, 1e-3)
    descent.learning_rate = 0.1
    again = descent.run(validate=lambda theta: np.abs(theta[:5]))
    assert again.best_epoch == outcome.best_epoch
    assert np.array_equal(found, descent.kept)


def test_rules_that_would_do_nothing(table):
    with pytest.raises(ValueError, match="patience needs a validation loss"):
        Descent(Network((3, 1)), table).run(patience=3)
    with pytest.raises(ValueError, match="every says when to watch"):
        Descent(Network((3, 1)), table).run(every=3)


def test_tables_in_place_of_examples(table):
    for wrong in ((table.dense, table.target), table.dense):
        with pytest.raises(TypeError, match=r"Examples are expected, such as `dense_examples\(x, y\)` makes; a "):
            Descent(Network((3, 1)), wrong)
        with pytest.raises(TypeError, match="Examples are expected"):
            predict(Network((3, 1)), np.zeros(4), wrong)


def test_what_a_user_may_leave_short(table):
    descent = Descent(Network((3, 1)), table, optimizer="momentum")
    assert descent.optimizer == Optimizer("momentum")
    np.testing.assert_allclose(predict(descent.network, [1, 0, 0, 2], table)[:, 0], table.dense[:, 0] + 2, rtol=1e-15)
    assert repr(descent) == "<Descent of 3-1, mae: 0 updates, 0 of 60 epochs>"
    assert repr(table) == "<Examples: 100, 3 features, 1 target column(s)>"
    outcome = descent.run(epochs=3, validate=lambda theta: np.abs(theta) > 1, patience=2)
    assert outcome.name in ("epochs", "updates", "validation")
    with pytest.raises(ValueError, match="Validation gave None"):
        descent.run(epochs=5, validate=lambda _: None)


def test_no_step_is_no_step(table):
    with pytest.raises(ValueError, match="batches is -1"):
        Descent(Network((3, 1)), table).step(-1)


def test_lists_will_do(table):
    network = Network([3, 1])
    assert network == Network((3, 1))
    assert Descent(network, table, theta=[1, 0, 0, 2]).theta.tolist() == [1, 0, 0, 2]


def test_dropout_drops_its_share_and_learns_all_the_same(table):
    descent = Descent(
        Network((3, 50, 1)), table, dropout=0.3, batch=100, epochs=300, optimizer=Optimizer(learning_rate=0.01)
    )
    descent.step()
    hidden = descent._buffers.masks[3 * 112 : 53 * 112].reshape(50, 112)[:, :100]
    assert set(np.unique(hidden)) == {0, np.float32(1 / 0.7)}
    assert (hidden == 0).mean() == pytest.approx(0.3, abs=0.02)
    first = hidden.copy()
    descent.step()
    assert not np.array_equal(first, hidden)
    assert descent.run().name == "epochs"
    assert descent.loss_of_all() < 0.5


def test_the_quantile_found_leaves_its_share_below():
    y = np.random.default_rng(0).normal(size=400)
    levels = (0.1, 0.5, 0.9)
    table = dense_examples(np.zeros((400, 1)), np.repeat(y[:, None], 3, axis=1))
    optimizer = Optimizer("gradient descent", learning_rate=1.0, schedule="cosine")
    descent = Descent(Network((1, 3)), table, loss=quantile(levels), optimizer=optimizer, batch=400, epochs=2000)
    descent.run()
    np.testing.assert_allclose(descent.theta[3:], np.quantile(y, levels), atol=0.02)
    assert LOSSES["quantile"].parameters == (0.5,)
