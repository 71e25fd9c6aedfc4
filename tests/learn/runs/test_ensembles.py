"""Several descents side by side, what a record sees, and the highest learning rate at which the loss falls."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from support.interrupts import default_interrupt
from support.strategies import random_examples
from thalweg.learn.backprop import forward, loss_and_gradient
from thalweg.learn.data.examples import dense_examples
from thalweg.learn.descent import Descent
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES, own_loss
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.prediction import Predictor
from thalweg.learn.runs.ensembles import descents, run_together
from thalweg.learn.runs.rate_finder import find_learning_rate
from thalweg.learn.runs.record import Record

NETWORK = Network((8, 12, 2))
TABLE = random_examples(np.random.default_rng(0), 120, 6, 2, 2)


class TestTogether:
    @pytest.mark.parametrize("threads", [1, 2, 3])
    def test_each_comes_to_the_bits_that_it_would_come_to_alone(self, threads):
        these = descents(NETWORK, TABLE, seeds=range(3), learning_rates=(1e-3, 1e-2), batch=7, epochs=4, dropout=0.1)
        outcomes = run_together(these, threads=threads)
        assert [outcome.name for outcome in outcomes] == ["epochs"] * 6
        for number, (rate, seed) in enumerate((rate, seed) for rate in (1e-3, 1e-2) for seed in range(3)):
            alone = Descent(
                NETWORK, TABLE, seed=seed, optimizer=Optimizer(learning_rate=rate), batch=7, epochs=4, dropout=0.1
            )
            alone.run()
            assert np.array_equal(alone.theta, these[number].theta)
        assert len({these[number].theta.tobytes() for number in range(6)}) == 6

    def test_the_examples_are_shared(self):
        these = descents(NETWORK, TABLE, seeds=range(3))
        assert all(np.shares_memory(one.examples.values, these[0].examples.values) for one in these)

    def test_one_that_diverges_stops_no_other(self):
        plain = Optimizer("gradient descent")
        these = descents(NETWORK, TABLE, learning_rates=(1e-3, 1e12), optimizer=plain, loss="mse", epochs=3)
        assert [outcome.failed for outcome in run_together(these)] == [False, True]

    def test_progress_and_cancelling(self):
        told, asked = [], []
        run_together(descents(NETWORK, TABLE, seeds=range(4), epochs=2), advance=told.append)
        assert sum(told) == 4
        these = descents(NETWORK, TABLE, seeds=range(2), epochs=10**6)
        outcomes = run_together(these, cancelled=lambda: asked.append(threading.get_ident()) or len(asked) > 20)
        assert {outcome.name for outcome in outcomes} == {"interrupted"}

    def test_an_error_ends_all(self):
        def fail(_theta):
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            run_together(descents(NETWORK, TABLE, seeds=range(3), epochs=10**6), validate=fail)

    def test_refused(self, tmp_path):
        one = descents(NETWORK, TABLE)[0]
        with pytest.raises(ValueError, match="given twice"):
            run_together([one, one])
        with pytest.raises(ValueError, match="threads is 0"):
            run_together([one], threads=0)
        with pytest.raises(ValueError, match="cannot be saved to one file"):
            run_together([one], save_to=tmp_path / "one")

    def test_one_predictor_serves_several_threads(self):
        network = Network((8, 60, 60, 2))
        predictor = Predictor(network, TABLE, np.float32)
        thetas = [network.start(seed) for seed in range(8)]
        alone = [predictor(theta) for theta in thetas]
        with ThreadPoolExecutor(4) as pool:
            for made, expected in zip(pool.map(predictor, thetas * 20), alone * 20, strict=True):
                np.testing.assert_array_equal(made, expected)

    @pytest.mark.parametrize("none", [{"seeds": ()}, {"learning_rates": ()}])
    def test_none_at_all(self, none):
        with pytest.raises(ValueError, match="give one of each at least"):
            descents(NETWORK, TABLE, **none)


class TestRecord:
    def test_every_update(self):
        descent = Descent(NETWORK, TABLE, batch=50, epochs=2, dtype=np.float64)
        start, record = descent.theta.copy(), Record(thetas=True)
        descent.run(watch=record, every=1)
        assert record.updates.tolist() == [1, 2, 3, 4, 5, 6]
        assert record.epochs.tolist() == [0, 0, 1, 1, 1, 2]
        assert record.thetas.shape == (6, NETWORK.size)
        assert np.array_equal(record.thetas[-1], descent.theta)
        loss, x = LOSSES["mae"], TABLE.gather()
        for theta, of_all in zip(record.thetas, record.all, strict=True):
            expected, _ = loss_and_gradient(NETWORK, theta, loss, x, TABLE.target, TABLE.weight)
            assert of_all == pytest.approx(expected, rel=1e-12)
        # The loss of each batch is that before its update.
        before = [start, *record.thetas[:-1]]
        for number in range(3, 6):
            rows = descent.order(1)[(number - 3) * 50 : (number - 2) * 50]
            batch, _ = loss_and_gradient(NETWORK, before[number], loss, x[rows], TABLE.target[rows], TABLE.weight[rows])
            assert descent.batch_losses[number - 3] == pytest.approx(batch, rel=1e-12)
        assert record.batch[-1] == pytest.approx(descent.batch_losses.mean())
        assert np.isnan(record.validation).all()

    def test_every_epoch_with_validation(self):
        record = Record(all_examples=False)
        Descent(NETWORK, TABLE, epochs=3).run(watch=record, validate=lambda theta: float(theta[0]) ** 2)
        assert record.epochs.tolist() == [1, 2, 3]
        assert np.isfinite(record.validation).all()
        assert record.all.size == record.thetas.size == 0

    def test_it_changes_no_bit(self):
        one, other = (Descent(NETWORK, TABLE, batch=9, epochs=3) for _ in range(2))
        one.run(watch=Record(thetas=True), every=2)
        other.run()
        assert np.array_equal(one.theta, other.theta)


class TestLearningRate:
    # A quadratic whose curvature is 2 everywhere along b: gradient descent diverges from η = 1 on.
    BOWL = dense_examples(np.zeros((64, 1)), np.linspace(-1, 1, 64) + 7)

    def test_it_finds_the_rate_at_which_the_loss_grows(self):
        plain = Optimizer("gradient descent")
        found = find_learning_rate(Network((1, 1)), self.BOWL, optimizer=plain, loss="mse", batch=8, lowest=1e-3)
        assert 1 < found.too_large < 3
        assert found.suggested == pytest.approx(found.too_large / 10)
        assert f"Try {found.suggested:.2g}; from {found.too_large:.2g} on the loss grows." == found.advice
        assert len(found.rates) == len(found.losses) < 200

    def test_what_it_suggests_learns(self):
        random = np.random.default_rng(1)
        x = random.normal(size=(600, 10))
        table = dense_examples(x, np.tanh(x @ random.normal(size=10)) + 0.1 * random.normal(size=600))
        network = Network((10, 30, 1))
        for rule in ("gradient descent", "momentum", "adam"):
            found = find_learning_rate(network, table, optimizer=Optimizer(rule), loss="mse", batch=32)
            reached = {}
            for factor in (0.01, 1.0):
                optimizer = Optimizer(rule, learning_rate=found.suggested * factor)
                descent = Descent(network, table, loss="mse", optimizer=optimizer, batch=32, epochs=10)
                assert not descent.run().failed
                reached[factor] = descent.loss_of_all()
            assert reached[1.0] < 0.7 * reached[0.01]

    @pytest.mark.slow
    def test_a_loss_minus_100_gives_the_same_rate(self):
        x = np.linspace(-1, 1, 50)
        table = dense_examples(x[:, None], x**2)
        lower = own_loss("less", lambda m, t: np.abs(m - t) - 100, lambda m, t: np.sign(m - t))
        plain = Optimizer("gradient descent")
        one, other = (
            find_learning_rate(Network((1, 4, 1)), table, optimizer=plain, highest=1000, loss=loss, dtype=float)
            for loss in ("mae", lower)
        )
        assert one.too_large == other.too_large < 100
        assert one.suggested == other.suggested

    def test_no_growth_in_sight(self):
        found = find_learning_rate(
            Network((1, 1)), self.BOWL, optimizer=Optimizer("gradient descent"), loss="mse", highest=1e-3, updates=50
        )
        assert found.too_large == np.inf
        assert "had not grown at 0.001" in found.advice

    @pytest.mark.parametrize("options", [{"lowest": 1.0, "highest": 0.1}, {"lowest": 0.0}, {"updates": 3}])
    def test_refused(self, options):
        with pytest.raises(ValueError, match="The rates go from"):
            find_learning_rate(Network((1, 1)), self.BOWL, **options)

    def test_a_start_that_is_not_finite(self):
        with pytest.raises(ValueError, match="every unknown must be a finite number"):
            find_learning_rate(Network((1, 1)), self.BOWL, theta=np.array([np.nan, 0]))


def test_ctrl_c_parts_no_update_from_its_count():
    # The signal comes while compiled code runs and is raised when it returns.
    import _thread  # noqa: PLC0415 - the only use
    import time  # noqa: PLC0415

    default_interrupt()
    table = random_examples(np.random.default_rng(1), 4000, 20, 3, 1)
    whole, parts = (Descent(Network((23, 40, 1)), table, batch=8, epochs=60) for _ in range(2))
    whole.run()
    met = 0
    while parts.updates < whole.updates:
        timer = threading.Timer(0.01, _thread.interrupt_main)
        timer.start()
        try:
            parts.run()
            timer.cancel()
            timer.join()
            time.sleep(0.01)
        except KeyboardInterrupt:
            met += 1
    assert met > 0
    assert np.array_equal(whole.theta, parts.theta)
    assert forward(whole.network, whole.theta, table.gather()).prediction.any()
