"""A descent saved and gone on with comes to the bits that it would have come to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import replace

import numpy as np
import pytest
from safetensors import safe_open

from support.strategies import random_examples
from thalweg.checksummed import CHECKSUM, seal
from thalweg.errors import InputError
from thalweg.learn.data.examples import dense_examples
from thalweg.learn.descent import Descent
from thalweg.learn.function import Network
from thalweg.learn.loss import huber, own_loss, quantile
from thalweg.learn.optimizer import RULES, Optimizer
from thalweg.learn.training.checkpoint import DESCENT

TABLE = random_examples(np.random.default_rng(0), 90, 6, 2, 2)


def descent_of(**options):
    shared = {"batch": 8, "epochs": 6, "seed": 3, "optimizer": Optimizer("adamw", 0.01, "cosine", decay=0.01)}
    return Descent(Network((8, 9, 9, 9, 2), "tanh", skip=True), TABLE, **(shared | options))


def errors_at(theta):
    """A validation that is best somewhere on the way: the distance from a point."""
    return np.abs(theta[:40] - np.linspace(-0.3, 0.3, 40))


def same(one, other):
    for name, values in one.state().items():
        np.testing.assert_array_equal(values, other.state()[name], err_msg=name)
    assert np.array_equal(one.kept, other.kept)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_gone_on_with_from_anywhere(rule, precision, tmp_path):
    options = {
        "dtype": precision,
        "dropout": 0.2,
        "optimizer": Optimizer(rule, 0.01, "step", warm_up=5, step_every=9, decay=0.01, clip=1.0),
    }
    whole = descent_of(**options)
    whole.run(validate=errors_at)
    parts = descent_of(**options)
    for updates in (5, 12, 13, 31, 50):  # within an epoch, at its end, after one more
        parts.run(updates=updates, validate=errors_at, save_to=tmp_path / "saved")
        assert parts.updates == updates
        parts = Descent.load(tmp_path / "saved", TABLE)
    outcome = parts.run(validate=errors_at)
    assert outcome.name == "epochs"
    assert whole.updates == 72
    same(whole, parts)
    assert outcome.best_epoch > 0


def test_patience_remembers(tmp_path):
    told = [5.0, 4, 3, 3.5, 3.2, 3.1, 9]
    whole = descent_of()
    expected = whole.run(validate=lambda _: told[whole.epoch - 1], patience=3)
    assert (expected.name, expected.epochs, expected.best_epoch) == ("validation", 6, 3)
    parts = descent_of()
    parts.run(epochs=4, validate=lambda _: told[parts.epoch - 1], patience=3)
    parts.save(tmp_path / "saved")
    parts = Descent.load(tmp_path / "saved", TABLE)
    outcome = parts.run(validate=lambda _: told[parts.epoch - 1], patience=3)
    assert (outcome.name, outcome.best_epoch) == ("validation", 3)
    same(whole, parts)


@pytest.mark.parametrize("loss", ["mae", huber(0.3), quantile((0.2, 0.9))], ids=["mae", "huber", "quantile"])
def test_the_loss_comes_back(loss, tmp_path):
    whole, begun = descent_of(loss=loss), descent_of(loss=loss)
    whole.run()
    begun.run(epochs=2, save_to=tmp_path / "saved")
    parts = Descent.load(tmp_path / "saved", TABLE)
    assert parts.loss.parameters == whole.loss.parameters
    parts.run()
    same(whole, parts)


class TestOwnLoss:
    CUBE = own_loss("cube", lambda m, t: np.abs(m - t) ** 3, lambda m, t: 3 * (m - t) * np.abs(m - t))

    def test_it_is_asked_for(self, tmp_path):
        begun = descent_of(loss=self.CUBE)
        begun.run(updates=9, save_to=tmp_path / "saved")
        with pytest.raises(InputError, match="loss of its own, 'cube', and none was given"):
            Descent.load(tmp_path / "saved", TABLE)
        with pytest.raises(InputError, match="'square' was given"):
            Descent.load(tmp_path / "saved", TABLE, loss=replace(self.CUBE, name="square"))
        parts = Descent.load(tmp_path / "saved", TABLE, loss=self.CUBE)
        parts.run()
        begun.run()
        same(begun, parts)


class TestRefused:
    @pytest.fixture
    def saved(self, tmp_path):
        descent_of().run(updates=9, save_to=tmp_path / "saved")
        return tmp_path / "saved"

    def test_other_examples(self, saved):
        target = TABLE.target.copy()
        target[np.isfinite(target)] += 1e-3
        with pytest.raises(InputError, match=r"saved was begun with other examples than those given\. Give the same"):
            Descent.load(saved, replace(TABLE, target=target))
        with pytest.raises(InputError, match="begun with other examples"):
            Descent.load(saved, dense_examples(np.zeros((9, 3)), np.zeros(9)))

    def test_no_file_a_cut_one_a_changed_one_a_model(self, saved, tmp_path):
        with pytest.raises(InputError, match=r"There is no file .*none"):
            Descent.load(tmp_path / "none", TABLE)
        content = saved.read_bytes()
        refused = tmp_path / "refused"
        for at in (0, 7, 100, len(content) // 2, len(content) - 1):
            refused.write_bytes(content[:at])
            with pytest.raises(InputError, match="refused"):
                Descent.load(refused, TABLE)
        for at in np.random.default_rng(0).integers(8, len(content), 60):
            changed = bytearray(content)
            changed[at] ^= 1 << (int(at) % 8)
            refused.write_bytes(changed)
            with pytest.raises(InputError, match="refused"):
                Descent.load(refused, TABLE)
        refused.write_bytes(content.replace(b"thalweg.descent", b"thalweg.another"))
        with pytest.raises(InputError, match="is no descent of thalweg"):
            Descent.load(refused, TABLE)

    def test_a_file_that_cannot_be_written_leaves_the_old_one(self, saved):
        before = saved.read_bytes()
        with pytest.raises(InputError):
            descent_of().save(saved / "below")
        assert saved.read_bytes() == before


def test_the_file_holds_no_code_and_no_examples(tmp_path):
    descent_of().run(updates=9, save_to=tmp_path / "saved")
    content = (tmp_path / "saved").read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    told = json.loads(header["__metadata__"]["thalweg.descent"])
    assert told["loss"] == "mae"
    assert len(content) < 4 * 4 * descent_of().network.size + 6000


def a_saved_descent(tmp_path):
    descent_of().run(updates=13, validate=errors_at, save_to=tmp_path / "saved")
    with safe_open(tmp_path / "saved", framework="numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys() if name != CHECKSUM}  # noqa: SIM118
        return json.loads(file.metadata()[DESCENT.key]), tensors


FORGED = {
    "48 GiB of unknowns": lambda told, _: told["network"].update(widths=[8, 50_000, 50_000, 50_000, 2]),
    "a skip of another kind": lambda told, _: told["network"].update(skip="yes"),
    "passes beyond counting": lambda told, _: told.update(before=[0, 2**64]),
    "epochs beyond counting": lambda told, _: told.update(epochs=-1),
    "more updates than it has": lambda _, tensors: tensors["counts"].__setitem__(0, 10**6),
    "updates below zero": lambda _, tensors: tensors["counts"].__setitem__(0, -5),
    "epochs without number": lambda _, tensors: tensors["course"].__setitem__(0, np.inf),
    "best errors in a table": lambda _, tensors: tensors.update(best=tensors["best"][None]),
    "no unknowns": lambda _, tensors: tensors.pop("theta"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_file_is_refused_before_memory_is_asked_for(name, tmp_path, monkeypatch):
    told, tensors = a_saved_descent(tmp_path)
    FORGED[name](told, tensors)
    del told["version"]
    (tmp_path / "forged").write_bytes(seal(DESCENT, told, tensors))
    real = np.zeros

    def little(shape, *given, **options):
        assert np.prod(shape) < 1e6, f"an array of shape {shape}"
        return real(shape, *given, **options)

    monkeypatch.setattr(np, "zeros", little)
    with pytest.raises(InputError, match="forged does not describe a descent"):
        Descent.load(tmp_path / "forged", TABLE)


def test_a_whole_number_that_is_true_compiles_nothing_anew():
    descent = descent_of(batch=True, seed=True)
    assert type(descent.batch) is type(descent.seed) is int
    assert all(type(width) is int for width in Network((True, 3, True)).widths)
    with pytest.raises(ValueError, match="skip is 'yes'"):
        Network((8, 9, 9, 9, 2), skip="yes")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process that is killed is forked, which this system cannot")
@pytest.mark.parametrize(("most", "epochs"), [(5, 60), pytest.param(50, 300, marks=pytest.mark.slow)])
@pytest.mark.slow
def test_killed_at_random_moments(tmp_path, most, epochs):
    script = """
        import os, random, signal, sys, time
        import numpy as np
        from thalweg.learn.descent import Descent
        from thalweg.learn.data.examples import dense_examples
        from thalweg.learn.function import Network
        from thalweg.learn.optimizer import Optimizer

        folder, most, epochs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
        saved = folder + "/saved"
        draw = np.random.default_rng(0)
        table = dense_examples(draw.normal(size=(3000, 30)), draw.normal(size=(3000, 1)))

        def begin(epochs):
            return Descent(
                Network((30, 60, 60, 60, 1), skip=True), table, batch=10, epochs=epochs, dropout=0.1,
                optimizer=Optimizer("adamw", 1e-3, "cosine", decay=0.01),
            )

        def errors(theta):
            return np.abs(theta[:100])

        begin(2).run(validate=errors, save_to=saved + ".warm", save_every=0)  # compiled, or loaded
        random.seed(1)
        kills, ended = 0, False
        while (kills < most or not os.path.exists(saved)) and not ended:
            child = os.fork()
            if child == 0:
                descent = Descent.load(saved, table) if os.path.exists(saved) else begin(epochs)
                descent.run(validate=errors, save_to=saved, save_every=0)
                os._exit(0)
            time.sleep(random.uniform(0.005, 0.06))
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            ended = os.waitstatus_to_exitcode(status) == 0
            kills += not ended
        way = Descent.load(saved, table).updates
        descent = Descent.load(saved, table)
        outcome = descent.run(validate=errors)
        whole = begin(epochs)
        assert whole.run(validate=errors).name == outcome.name == "epochs"
        for name, values in whole.state().items():
            assert np.array_equal(values, descent.state()[name]), name
        print(kills, way)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path), str(most), str(epochs)],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    kills, way = map(int, done.stdout.split())
    assert kills >= most
    assert 0 < way < 300 * epochs  # it had come some way, and was not done
    left = {path.name for path in tmp_path.iterdir() if not path.name.startswith(".")}
    assert left == {"saved", "saved.warm"}
