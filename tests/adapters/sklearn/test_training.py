"""How an estimator is trained: pass by pass, on from before, from a file, watched, ended early, and never half."""

import os
import signal
import threading
import warnings
from copy import copy

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss

from support.interrupts import default_interrupt
from thalweg.adapters.sklearn import NetworkClassifier, NetworkRegressor
from thalweg.learn import Descent, Network, TrainingState, dense_examples, own_loss

IRIS, SPECIES = load_iris(return_X_y=True)
LENGTH = IRIS[:, 3] * 10 + 50
SMALL = {"hidden_layer_sizes": (6,), "batch_size": 32, "random_state": 0}
MOVING = {"solver": "adamw", "learning_rate_init": 0.01, "learning_rate": "cosine", "warm_up": 4, "dropout": 0.2}


class Stop(Exception):  # noqa: N818 - a test's own
    """What a test raises."""


def raising(at, error=Stop):
    def callback(epoch):
        if epoch.number == at:
            raise error

    return callback


@pytest.mark.parametrize("options", [{}, MOVING, {"solver": "momentum", "weight_decay": 0.01, "clip_norm": 0.5}])
def test_passes_one_by_one_are_one_fit(options):
    whole = NetworkClassifier(**SMALL, **options, max_iter=6).fit(IRIS, SPECIES)
    passes = NetworkClassifier(**SMALL, **options, max_iter=6)
    for number in range(1, 7):
        passes.partial_fit(IRIS, SPECIES, [0, 1, 2] if number == 1 else None)
        assert passes.n_iter_ == passes.best_iter_ == number
    assert np.array_equal(passes.theta_, whole.theta_)
    assert passes.loss_curve_ == whole.loss_curve_
    before = whole.theta_
    assert np.array_equal(passes.partial_fit(IRIS, SPECIES).theta_, whole.partial_fit(IRIS, SPECIES).theta_)
    ended = options.get("learning_rate") == "cosine"  # at a rate of 0
    assert np.array_equal(whole.theta_, before) == ended


def test_passes_over_parts_learn_from_all_of_them():
    parts = np.arange(150) % 3
    network = NetworkRegressor(learning_rate_init=0.01, **SMALL)
    for _ in range(60):
        for part in range(3):
            network.partial_fit(IRIS[parts == part], LENGTH[parts == part])
    assert network.score(IRIS, LENGTH) > 0.9
    first = LENGTH[parts == 0]
    assert (network.target_mean_, network.target_scale_) == (
        pytest.approx([first.mean()]),
        pytest.approx([first.std()]),
    )


def test_another_update_rule_begins_with_a_state_of_its_own():
    network = NetworkRegressor(solver="momentum", **SMALL).fit(IRIS, LENGTH)
    examples = dense_examples(IRIS, (LENGTH - LENGTH.mean()) / LENGTH.std())
    fresh = TrainingState(network.theta_, np.zeros((2, len(network.theta_))), updates=0, passes=200)
    descent = Descent(network.network_, examples, loss="mse", batch=32, epochs=1, carried=fresh, dtype=np.float64)
    descent.run()
    assert np.array_equal(network.set_params(solver="adam").partial_fit(IRIS, LENGTH).theta_, descent.theta)


def test_a_warm_start_goes_on_from_what_was_found():
    network = NetworkRegressor(max_iter=3, warm_start=True, **SMALL).fit(IRIS, LENGTH)
    once = network.theta_.copy()
    examples = dense_examples(IRIS, (LENGTH - network.target_mean_) / network.target_scale_)
    descent = Descent(Network((4, 6, 1)), examples, loss="mse", batch=32, epochs=3, theta=once, dtype=np.float64)
    descent.run()
    network.fit(IRIS, LENGTH + 1)
    assert network.target_mean_ == pytest.approx([LENGTH.mean()])
    network.theta_ = once
    assert np.array_equal(network.fit(IRIS, LENGTH).theta_, descent.theta)
    assert network.n_iter_ == len(network.loss_curve_) == 9
    assert clone(network).fit(IRIS, LENGTH).n_iter_ == 3
    with pytest.raises(ValueError, match=r"The fitted network is .*4, 6, 1.* ask for .*4, 7, 1.*Fit a new one"):
        network.set_params(hidden_layer_sizes=7).fit(IRIS, LENGTH)


def test_a_fit_begins_anew():
    network = NetworkRegressor(max_iter=2, **SMALL).fit(IRIS[:, :2], LENGTH, validation=(IRIS[:9, :2], LENGTH[:9]))
    again = network.fit(IRIS, LENGTH)
    fresh = clone(network).fit(IRIS, LENGTH)
    assert np.array_equal(again.theta_, fresh.theta_)
    assert (again.n_iter_, again.validation_loss_curve_) == (2, None)


@pytest.mark.parametrize("options", [{}, MOVING | {"early_stopping": True}])
@pytest.mark.parametrize("random_state", [0, None])
def test_a_fit_goes_on_from_its_checkpoint_to_the_same_bits(tmp_path, options, random_state):
    there = tmp_path / "fit.descent"
    network = NetworkClassifier(**{**SMALL, "random_state": random_state}, **options, max_iter=8, checkpoint=there)
    with pytest.raises(Stop):
        clone(network).set_params(callback=raising(4)).fit(IRIS, SPECIES)
    resumed = clone(network).fit(IRIS, SPECIES)
    assert (resumed.n_iter_, len(resumed.loss_curve_)) == (8, 8)
    finished = clone(network).fit(IRIS, SPECIES)  # what is all done is only read
    assert np.array_equal(finished.theta_, resumed.theta_)
    assert finished.loss_curve_ == resumed.loss_curve_
    if random_state == 0:
        whole = clone(network).set_params(checkpoint=None).fit(IRIS, SPECIES)
        assert np.array_equal(resumed.theta_, whole.theta_)
        assert resumed.loss_curve_ == whole.loss_curve_
        assert resumed.validation_loss_curve_ == whole.validation_loss_curve_
    more = clone(network).set_params(max_iter=9)
    if options:
        with pytest.raises(ValueError, match="max_iter was 8 and is 9"):
            more.fit(IRIS, SPECIES)
    else:
        assert more.fit(IRIS, SPECIES).n_iter_ == 9


def test_a_fit_that_validation_ended_is_not_taken_further(tmp_path):
    network = NetworkRegressor(
        **SMALL,
        max_iter=500,
        learning_rate_init=0.1,
        early_stopping=True,
        n_iter_no_change=3,
        checkpoint=tmp_path / "fit",
    )
    first, second = (clone(network).fit(IRIS, LENGTH) for _ in range(2))
    assert first.outcome_.name == second.outcome_.name == "validation"
    assert first.n_iter_ == second.n_iter_ == first.best_iter_ + 3 == second.best_iter_ + 3
    assert np.array_equal(first.theta_, second.theta_)


def test_a_checkpoint_is_of_its_own_fit_only(tmp_path):
    there = tmp_path / "fit"
    network = NetworkRegressor(**SMALL, max_iter=2, checkpoint=str(there)).fit(IRIS, LENGTH)
    for other in (LENGTH[::-1], LENGTH * 2, LENGTH + 1):  # the last two are learned at the same scale
        with pytest.raises(ValueError, match="begun with other examples"):
            clone(network).fit(IRIS, other)
    others = {"solver": "sgd", "learning_rate_init": 0.1, "batch_size": 16, "activation": "tanh", "random_state": 1}
    with pytest.raises(ValueError, match=r"begun with other parameters") as told:
        clone(network).set_params(**others).fit(IRIS, LENGTH)
    for part in (
        "batch_size was 32 and is 16", "random_state was 0 and is 1", "activation was 'relu' and is 'tanh'",
        "solver was 'adam' and is 'gradient descent'", "learning_rate_init was 0.001 and is 0.1",
    ):  # fmt: skip
        assert part in str(told.value)
    with pytest.raises(ValueError, match="warm_start=True and a checkpoint were both given"):
        clone(network).set_params(warm_start=True).fit(IRIS, LENGTH)
    examples = dense_examples(IRIS, (LENGTH - LENGTH.mean()) / LENGTH.std())
    plain = Descent(Network((4, 6, 1)), examples, loss="mse", batch=32, epochs=2, dtype=np.float64)
    plain.save(there)
    with pytest.raises(ValueError, match="not one of an estimator"):
        clone(network).fit(IRIS, LENGTH)
    there.write_bytes(b"nothing")
    with pytest.raises(ValueError, match="no whole descent file"):
        clone(network).fit(IRIS, LENGTH)
    there.unlink()
    both = np.column_stack([LENGTH, IRIS[:, 0]])
    network.set_params(loss="huber", huber_delta=1.0, skip_connections=np.False_).fit(IRIS, both)
    with pytest.raises(ValueError, match=r"begun with .*huber_delta=1'.*huber_delta=50' was given"):
        clone(network).set_params(huber_delta=50.0).fit(IRIS, both)


def test_a_callback_sees_every_epoch_and_may_end_it():
    seen = []

    def callback(epoch):
        seen.append((epoch.number, epoch.loss, epoch.validation_loss, epoch.estimator.n_iter_))
        assert epoch.estimator.predict(IRIS).shape == (150,)
        assert epoch.seconds > 0
        return epoch.number == 3

    network = NetworkRegressor(**SMALL, callback=callback).fit(IRIS, LENGTH, validation=(IRIS[:50], LENGTH[:50]))
    assert network.outcome_.name == "interrupted"
    losses = zip(network.loss_curve_, network.validation_loss_curve_, strict=True)
    assert seen == [(n, *both, n) for n, both in enumerate(losses, 1)]
    assert np.array_equal(clone(network).set_params(callback=None, max_iter=3).fit(IRIS, LENGTH).theta_, network.theta_)


@pytest.mark.parametrize("begin", ["anew", "where another fit ended"])
def test_what_a_callback_keeps_goes_on_as_if_the_fit_had_ended_there(begin):
    kept = []

    def keep(epoch):
        kept.append(copy(epoch.estimator))

    network = NetworkRegressor(**SMALL, max_iter=3)
    if begin != "anew":
        network.fit(IRIS, -LENGTH)
    network.set_params(callback=keep).fit(IRIS, LENGTH)
    whole = NetworkRegressor(**SMALL, max_iter=2).fit(IRIS, LENGTH)
    second = kept[1]
    assert (second.best_iter_, second.outcome_.name, second.outcome_.epochs) == (2, "interrupted", 2)
    assert (second.outcome_.updates, whole.outcome_.updates) == (10, 10)
    for one in (second, whole):
        one.set_params(callback=None, max_iter=3).partial_fit(IRIS, LENGTH)
    assert np.array_equal(second.theta_, whole.theta_)
    assert np.array_equal(second.theta_, network.theta_)


def test_a_line_is_printed_for_every_epoch(capsys):
    network = NetworkRegressor(**SMALL, max_iter=2, verbose=True)
    network.fit(IRIS, LENGTH, validation=(IRIS, LENGTH))
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"Epoch 1: loss {network.loss_curve_[0]:.6g}, validation loss ")
    assert second.startswith(
        f"Epoch 2: loss {network.loss_:.6g}, validation loss {network.validation_loss_curve_[1]:.6g}, "
    )
    network.partial_fit(IRIS, LENGTH)
    assert capsys.readouterr().out.startswith(f"Epoch 3: loss {network.loss_:.6g}, ")
    assert np.isnan(network.validation_loss_curve_[2])


def test_early_stopping_keeps_the_best_epoch():
    thetas = []
    network = NetworkClassifier(
        (40,), learning_rate_init=0.05, max_iter=300, early_stopping=True, n_iter_no_change=5, random_state=0,
        callback=lambda epoch: thetas.append(epoch.estimator.theta_),
    )  # fmt: skip
    noise = np.random.default_rng(0).permutation(SPECIES)
    held, kinds, weight = IRIS[::2], noise[::2], np.linspace(1, 2, 75)
    network.fit(IRIS[1::2], noise[1::2], validation=(held, kinds, weight))
    curve = network.validation_loss_curve_
    assert network.outcome_.name == "validation"
    assert network.n_iter_ == len(curve) == network.best_iter_ + 5 < 300
    assert min(curve) == curve[network.best_iter_ - 1]
    assert np.array_equal(network.theta_, thetas[network.best_iter_ - 1])
    assert min(curve) == pytest.approx(log_loss(kinds, network.predict_proba(held), sample_weight=weight))


def test_a_part_is_held_out_of_every_class():
    parts = []

    class Recording(NetworkClassifier):
        def _examples(self, rows):
            parts.append(rows)
            return super()._examples(rows)

    Recording(**SMALL, max_iter=40, early_stopping=True, validation_fraction=0.2).fit(IRIS, SPECIES)
    learned, held = (next(rows for rows in parts if len(rows.y) == count) for count in (120, 30))
    assert np.bincount(held.y).tolist() == [10, 10, 10]
    assert not {tuple(row) for row in np.column_stack([learned.X, learned.y])[:5]} & set(map(tuple, held.X))
    with pytest.raises(ValueError, match="validation set is too small"):
        NetworkRegressor(early_stopping=True).fit(IRIS[:9], LENGTH[:9])


def interrupt(epoch):
    if epoch.number == 2:
        os.kill(os.getpid(), signal.SIGINT)
        threading.Event().wait(1)


TOO_FAST = {"solver": "sgd", "learning_rate_init": 1e6}
NOT_FINITE = np.where(SPECIES == 0, np.nan, LENGTH)
ENDS = {
    "a callback that raises": (Stop, lambda of: of.set_params(callback=raising(2)).fit(IRIS, LENGTH + 9)),
    "Ctrl-C": (KeyboardInterrupt, lambda of: of.set_params(callback=interrupt).fit(IRIS, LENGTH + 9)),
    "other features": (ValueError, lambda of: of.fit(IRIS[:, :2], np.full(150, np.inf))),
    "a fit that diverges": (ValueError, lambda of: of.set_params(**TOO_FAST).fit(IRIS[:, :3], LENGTH)),
    "a pass that diverges": (ValueError, lambda of: of.set_params(**TOO_FAST).partial_fit(IRIS, LENGTH)),
    "a pass over what is not finite": (ValueError, lambda of: of.partial_fit(IRIS, NOT_FINITE)),
    "a callback in a pass": (Stop, lambda of: of.set_params(callback=raising(3)).partial_fit(IRIS, LENGTH)),
    "more features": (ValueError, lambda of: of.partial_fit(np.hstack([IRIS, IRIS]), LENGTH)),
    "more targets": (ValueError, lambda of: of.partial_fit(IRIS, IRIS)),
}


@pytest.mark.parametrize("how", ENDS)
def test_nothing_half_trained_replaces_a_good_model(how):
    default_interrupt()
    error, spoil = ENDS[how]
    network = NetworkRegressor(**SMALL, max_iter=2).fit(IRIS, LENGTH)
    fitted = {name: value for name, value in vars(network).items() if name[0] == "_" or name[-1] == "_"}
    theta, curve, made = network.theta_.copy(), list(network.loss_curve_), network.predict(IRIS)
    with pytest.raises(error):
        spoil(network)
    after = {name: value for name, value in vars(network).items() if name[0] == "_" or name[-1] == "_"}
    assert after.keys() == fitted.keys()
    assert all(after[name] is value for name, value in fitted.items())
    assert np.array_equal(network.theta_, theta)
    assert network.loss_curve_ == curve
    assert np.array_equal(network.predict(IRIS), made)


def test_what_diverged_is_an_error_with_advice():
    with pytest.raises(ValueError, match=r"learning rate 1e\+06 .*[Tt]ry 100000"):
        NetworkRegressor(**SMALL, solver="sgd", learning_rate_init=1e6).fit(IRIS, LENGTH)
    flat = own_loss("flat", lambda made, _: made, lambda made, _: np.zeros_like(made))
    network = Network((4, 1, 1))
    seed = next(seed for seed in range(99) if (IRIS @ network.layers(network.start(seed))[0].weights.T).max() < 0)
    with pytest.warns(ConvergenceWarning, match="each of its neurons gives 0"):
        dead = NetworkRegressor(1, loss=flat, solver="sgd", random_state=seed).fit(IRIS, LENGTH)
    assert dead.outcome_.name == "dead"


def test_what_went_wrong_after_the_best_epoch_is_a_warning():
    def late(epoch):
        if epoch.number == 5:
            loss["slope"] = 1e9

    loss = {"slope": 2.0}
    rising = own_loss("late", lambda made, t: np.square(made - t), lambda made, t: loss["slope"] * (made - t))
    network = NetworkRegressor(
        **SMALL, loss=rising, solver="sgd", scale_target=False, early_stopping=True, callback=late
    )
    with pytest.warns(ConvergenceWarning, match="diverged|grew"):
        network.fit(IRIS, IRIS[:, 0])
    assert 1 <= network.best_iter_ <= 5
    assert np.isfinite(network.predict(IRIS)).all()


LOST = {"solver": "momentum", "learning_rate_init": 10, "batch_size": 5, "random_state": 0}
PATIENT = {"early_stopping": True, "n_iter_no_change": 100, "max_iter": 100}


def straight():
    x = np.random.default_rng(0).normal(size=(100, 3)).astype(np.float32)
    return x, x @ [1, 2, 3] + 1


def test_a_good_epoch_is_kept_though_all_is_lost_later():
    x, y = straight()
    network = NetworkRegressor((8, 8, 8, 8), **LOST, **PATIENT, warm_up=40_000)
    with pytest.warns(ConvergenceWarning, match="diverged"):
        network.fit(x, y)
    assert network.best_iter_ == 13
    assert network.score(x, y) > 0.95
    kept = network.theta_
    network.set_params(early_stopping=False, learning_rate_init=1e-9).partial_fit(x, y)
    assert network.theta_ == pytest.approx(kept, rel=1e-3, abs=1e-6)  # no state of what diverged


def test_what_is_no_better_than_a_constant_is_not_kept_where_all_is_lost_later():
    x, y = straight()
    with pytest.raises(ValueError, match=r"diverged in epoch 2: .* Try 1 in a new descent"):
        NetworkRegressor((8, 8, 8, 8), **LOST, **PATIENT, warm_up=300).fit(x, y)
    fitted = NetworkRegressor((8, 8, 8, 8), max_iter=5, random_state=0).fit(x, y)
    before = fitted.theta_
    fitted.set_params(**LOST, **PATIENT, warm_up=300, warm_start=True)
    with pytest.raises(ValueError, match="diverged"):
        fitted.fit(x, y)
    assert fitted.theta_ is before
    steep = {"solver": "sgd", "learning_rate_init": 1e3, "early_stopping": True, "random_state": 0}
    for target in (y, np.full(100, 7.0)):  # a constant cannot be beaten
        with pytest.raises(ValueError, match="diverged"):
            NetworkRegressor((8,), **steep).fit(x, target)


@pytest.mark.parametrize("kind", ["held out", "given", "stream", "classes"])
def test_what_is_kept_and_far_worse_than_a_constant_is_told(kind):
    x, y = straight()
    y = (y > 0).astype(int) if kind == "classes" else y
    rate = 300.0 if kind == "classes" else 4.0
    estimator = NetworkClassifier if kind == "classes" else NetworkRegressor
    network = estimator((8,), learning_rate_init=rate, early_stopping=True, max_iter=2, batch_size=20, random_state=0)
    if kind == "classes":
        network.set_params(loss="log_loss", activation="tanh", validation_fraction=0.5)
        y = np.random.default_rng(1).integers(0, 2, 100)  # nothing is to be learned
    learn = {
        "stream": lambda: network.fit_stream([(x, y)], validation=(x, y)),
        "given": lambda: network.fit(x, y, validation=(x, y)),
    }.get(kind, lambda: network.fit(x, y))
    with pytest.warns(
        ConvergenceWarning, match="were kept, but their validation loss is .* nothing of use was learned"
    ):
        learn()
    assert network.outcome_.name == "worse than a constant"
    assert network.outcome_.failed
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # the advice works
        network.set_params(learning_rate_init=0.01, max_iter=60).fit(*straight()) if kind != "classes" else None


def test_without_a_validation_part_a_loss_above_the_start_is_told():
    x, y = straight()
    network = NetworkRegressor((8,), learning_rate_init=4.0, max_iter=2, batch_size=20, random_state=0)
    with pytest.warns(ConvergenceWarning, match="The loss is higher than at the start"):
        network.fit(x, y)
    assert network.score(x, y) < 0
    with pytest.warns(ConvergenceWarning, match="The loss is higher than at the start"):
        network.fit_stream([(x, y)])


def test_classes_may_count_anew_in_every_pass():
    one, other = (NetworkClassifier(**SMALL).partial_fit(IRIS, SPECIES, [0, 1, 2]) for _ in range(2))
    other.set_params(class_weight={0: 1.0, 1: 1.0, 2: 100.0})
    one.partial_fit(IRIS, SPECIES, sample_weight=np.where(SPECIES == 2, 100.0, 1.0))
    assert np.array_equal(one.theta_, other.partial_fit(IRIS, SPECIES).theta_)


def test_threads_change_no_bit():
    wide = {"hidden_layer_sizes": (600, 600), "batch_size": 75, "max_iter": 1, "random_state": 0}
    seen = IRIS.astype(np.float32)
    one, all_, open_ = (NetworkClassifier(**wide, n_jobs=n).fit(seen, SPECIES).theta_ for n in (1, -1, None))
    assert np.array_equal(one, all_)
    assert np.array_equal(one, open_)


def test_seeds_are_those_of_the_engine():
    network = NetworkRegressor(**{**SMALL, "random_state": 7}, max_iter=3).fit(IRIS, LENGTH)
    examples = dense_examples(IRIS, (LENGTH - LENGTH.mean()) / LENGTH.std())
    descent = Descent(Network((4, 6, 1)), examples, loss="mse", batch=32, epochs=3, seed=7, dtype=np.float64)
    descent.run()
    assert np.array_equal(network.theta_, descent.theta)
    drawn = [NetworkRegressor(**{**SMALL, "random_state": np.random.RandomState(1)}, max_iter=1) for _ in range(2)]
    assert np.array_equal(*(one.fit(IRIS, LENGTH).theta_ for one in drawn))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one, other = (NetworkRegressor((6,), max_iter=1).fit(IRIS, LENGTH) for _ in range(2))
    assert not np.array_equal(one.theta_, other.theta_)
