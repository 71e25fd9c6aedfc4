"""Estimators that learn from streams: what a table in memory would have given, and errors that say where."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.metrics import mean_squared_error

from thalweg.adapters.sklearn import NetworkClassifier, NetworkRegressor
from thalweg.learn import parquet_batches

IRIS, SPECIES = load_iris(return_X_y=True)
MIXED = np.random.default_rng(0).permutation(150)
IRIS, SPECIES = IRIS[MIXED], SPECIES[MIXED]
NAMES = np.array(["setosa", "versicolor", "virginica"])[SPECIES]
LENGTH = IRIS[:, 3] * 10 + 50
WEIGHT = np.random.default_rng(1).uniform(0.5, 2, 150)
SMALL = {"hidden_layer_sizes": (6,), "batch_size": 30, "max_iter": 5, "random_state": 0}


def stream(*arrays, rows=40):
    """Return batches that can be gone through again."""
    return [tuple(array[at : at + rows] for array in arrays) for at in range(0, len(arrays[0]), rows)]


CASES = {
    "numbers": (NetworkRegressor(**SMALL, dropout=0.1), LENGTH),
    "huber": (NetworkRegressor(**SMALL, loss="huber", huber_delta=3.0), LENGTH),
    "several numbers": (NetworkRegressor(**SMALL), np.column_stack([LENGTH, IRIS[:, 0]])),
    "names": (NetworkClassifier(**SMALL), NAMES),
    "yes or no": (NetworkClassifier(**SMALL), NAMES == "setosa"),
    "balanced": (NetworkClassifier(**SMALL, class_weight="balanced"), np.where(SPECIES == 0, 0, 1)),
    "several labels": (NetworkClassifier(**SMALL), np.column_stack([SPECIES != 0, SPECIES != 1]).astype(int)),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("weight", [(), (WEIGHT,)], ids=["alike", "weighted"])
def test_a_stream_of_one_window_is_a_fit(case, weight):
    estimator, target = CASES[case]
    whole = clone(estimator).fit(IRIS, target, *weight, validation=(IRIS[:50], target[:50]))
    streamed = clone(estimator).fit_stream(stream(IRIS, target, *weight), validation=(IRIS[:50], target[:50]))
    assert np.array_equal(streamed.theta_, whole.theta_)
    assert streamed.validation_loss_curve_ == whole.validation_loss_curve_
    if not weight and case != "balanced":  # of weights a stream's mean over batches knows nothing
        assert streamed.loss_curve_ == pytest.approx(whole.loss_curve_, rel=1e-12)
    assert (streamed.n_iter_, streamed.best_iter_, streamed.outcome_.name) == (5, 5, "epochs")
    assert type(streamed.outcome_) is type(whole.outcome_)
    assert np.array_equal(streamed.partial_fit(IRIS, target).theta_, whole.partial_fit(IRIS, target).theta_)


def test_several_windows_learn_as_well():
    network = NetworkClassifier((10,), batch_size=10, max_iter=30, learning_rate_init=0.01, random_state=0)
    network.fit_stream(lambda: iter(stream(IRIS, NAMES, rows=7)), window=64)
    assert network.score(IRIS, NAMES) > 0.9
    again = clone(network).fit_stream(stream(IRIS, NAMES, rows=50), window=64)
    assert np.array_equal(again.theta_, network.theta_)  # however the rows are cut into batches


def test_the_target_s_scale_is_that_of_the_first_window():
    network = NetworkRegressor(**SMALL).fit_stream(stream(IRIS, LENGTH, rows=30), window=60)
    assert network.target_mean_ == pytest.approx([LENGTH[:60].mean()])
    assert network.target_scale_ == pytest.approx([LENGTH[:60].std()])
    still = {"solver": "sgd", "learning_rate_init": 1e-14, "max_iter": 1, "random_state": 0}
    network = NetworkRegressor(**still, batch_size=30).fit_stream(stream(IRIS, LENGTH, rows=30), window=60)
    assert network.loss_ == pytest.approx(mean_squared_error(LENGTH, network.predict(IRIS)), rel=1e-9)


def test_the_first_window_does_not_hang_on_how_rows_are_cut():
    scales = [
        NetworkRegressor(**SMALL).fit_stream(stream(IRIS, LENGTH, rows=rows), window=50).target_mean_.tolist()
        for rows in (1, 7, 40, 150)
    ]
    assert scales == [[LENGTH[:50].mean()]] * 4


class Refilled:
    """A stream that gives the same arrays again and again, with other numbers in them."""

    def __init__(self, *arrays):
        self.batches = stream(*arrays)
        self.held = [np.empty_like(array) for array in self.batches[0]]

    def __iter__(self):
        for batch in self.batches:
            for held, array in zip(self.held, batch, strict=True):
                held[: len(array)] = array
            yield tuple(held[: len(batch[0])] for held in self.held)


def test_a_stream_is_gone_through_by_one_at_a_time():
    targets = np.column_stack([LENGTH, IRIS[:, 0]])  # of two scales: their loss takes another pass
    network = NetworkRegressor(**SMALL).fit_stream(stream(IRIS, targets))
    for _ in range(3):
        again = clone(network).fit_stream(Refilled(IRIS, targets))
        assert np.array_equal(again.theta_, network.theta_)
        assert again.loss_curve_ == network.loss_curve_


def test_balance_needs_every_class_in_the_first_window():
    order = np.argsort(SPECIES, kind="stable")
    network = NetworkClassifier(**SMALL, class_weight="balanced")
    with pytest.raises(
        ValueError, match=r"'balanced' is computed from the first window, in which no sample is of class 2"
    ):
        network.fit_stream(stream(IRIS[order], SPECIES[order]), classes=[0, 1, 2], window=60)
    yes = np.column_stack([SPECIES[order] == 0, SPECIES[order] < 2]).astype(int)
    with pytest.raises(ValueError, match=r"no sample is of class 0 of label 1\. Give a larger window"):
        network.fit_stream(stream(IRIS[order], yes), window=60)
    assert network.fit_stream(stream(IRIS, SPECIES), window=60).n_iter_ == 5


def test_labels_of_a_sorted_parquet_file_are_all_known(tmp_path):
    order = np.argsort(SPECIES, kind="stable")
    columns = dict(zip("abcd", IRIS[order].T, strict=True))
    pl.DataFrame({**columns, "kind": NAMES[order]}).write_parquet(tmp_path / "rows")
    network = NetworkClassifier(**SMALL).fit_stream(parquet_batches(tmp_path / "rows", "kind"), window=30)
    assert network.classes_.tolist() == sorted(set(NAMES))


def test_rows_that_are_no_number_are_not_asked_for():
    rows = type("Rows", (list,), {"rows": property(lambda self: [*self])})(stream(IRIS, LENGTH))
    whole = NetworkRegressor(**SMALL).fit_stream(stream(IRIS, LENGTH))
    assert np.array_equal(NetworkRegressor(**SMALL).fit_stream(rows).theta_, whole.theta_)
    with pytest.raises(ValueError, match="learning_rate='cosine' goes down over all updates"):
        NetworkRegressor(**SMALL, learning_rate="cosine").fit_stream(rows)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_a_stream_of_frames(frame):
    table = dict(zip("abcd", IRIS.T, strict=True))
    batches = [(frame(table)[at : at + 50], LENGTH[at : at + 50]) for at in (0, 50, 100)]
    network = NetworkRegressor(**SMALL).fit_stream(batches)
    assert list(network.feature_names_in_) == list("abcd")
    assert np.array_equal(network.theta_, clone(network).fit(IRIS, LENGTH).theta_)
    wrong = [batches[0], (frame(dict(reversed(table.items()))), LENGTH)]
    with pytest.raises(ValueError, match=r"Batch 1 \(counted from 0\): The feature names should match"):
        network.fit_stream(wrong)


def test_a_stream_of_a_parquet_file(tmp_path):
    table = pl.DataFrame({**dict(zip("abcd", IRIS.T.astype(np.float32), strict=True)), "kind": SPECIES, "w": WEIGHT})
    table.write_parquet(tmp_path / "iris.parquet")
    network = NetworkClassifier(**SMALL, learning_rate="cosine")
    batches = parquet_batches(tmp_path / "iris.parquet", "kind", weight="w")
    network.fit_stream(batches, classes=[0, 1, 2])
    whole = clone(network).fit(table["a", "b", "c", "d"].to_numpy(), SPECIES, WEIGHT)
    assert network.theta_.dtype == next(iter(batches))[0].dtype
    assert network.theta_ == pytest.approx(whole.theta_.astype(network.theta_.dtype), rel=1e-4)


@pytest.mark.slow
def test_a_parquet_file_gives_its_labels_and_the_names_of_its_features(tmp_path):
    names = np.array(["setosa", "versicolor", 'it\'s "virginica"'])[SPECIES]
    table = pl.DataFrame({**dict(zip("abcd", IRIS.T.astype(np.float32), strict=True)), "kind": names})
    for path, kind in (("text", pl.String), ("enum", pl.Categorical)):
        table.with_columns(table["kind"].cast(kind)).write_parquet(tmp_path / path)
        batches = parquet_batches(tmp_path / path, "kind")
        assert batches.labels == tuple(sorted(set(names)))
        network = NetworkClassifier(**SMALL).set_params(max_iter=60, learning_rate_init=0.02).fit_stream(batches)
        whole = (
            NetworkClassifier(**SMALL)
            .set_params(max_iter=60, learning_rate_init=0.02)
            .fit(table["a", "b", "c", "d"].to_numpy(), names)
        )
        assert network.classes_.tolist() == whole.classes_.tolist() == sorted(set(names))
        assert network.feature_names_in_.tolist() == ["a", "b", "c", "d"]
        assert np.array_equal(network.theta_, whole.theta_)
        assert (network.predict(table["a", "b", "c", "d"]) == names).mean() > 0.6
    with pytest.raises(ValueError, match="feature names should match those that were passed during fit"):
        network.predict(table["b", "a", "c", "d"])
    network.set_params(warm_start=True).fit_stream(batches)
    kept = network.theta_
    turned = parquet_batches(tmp_path / "text", "kind", features=["d", "c", "b", "a"])
    with pytest.raises(ValueError, match=r"Batch 0 .*feature names should match those .* the stream has \['d', 'c'"):
        network.fit_stream(turned)
    fewer = parquet_batches(tmp_path / "text", "kind", features=["a"])
    with pytest.raises(ValueError, match=r"Batch 0 .*feature names should match"):
        network.fit_stream(fewer)
    assert network.theta_ is kept


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_a_missing_label_needs_a_weight_of_0(tmp_path, weight):
    table = {"a": [0.0, 1.0, 2.0, 3.0], "kind": ["no", None, "yes", "no"], "w": [1.0, weight, 1.0, 1.0]}
    pl.DataFrame(table).write_parquet(tmp_path / "rows")
    batches, network = parquet_batches(tmp_path / "rows", "kind", weight="w"), NetworkClassifier(**SMALL)
    if weight:
        with pytest.raises(ValueError, match=r"^Batch 0 \(counted from 0\): y has no label in row 1; fill it"):
            network.fit_stream(batches)
        return
    network.fit_stream(batches)
    assert network.classes_.tolist() == ["no", "yes"]
    rest = NetworkClassifier(**SMALL).fit_stream([(np.array([[0.0], [2.0], [3.0]]), np.array(["no", "yes", "no"]))])
    assert network.loss_curve_[0] == pytest.approx(rest.loss_curve_[0], rel=1e-6)


def test_text_is_no_target_of_a_regressor(tmp_path):
    pl.DataFrame({"a": [0.0, 1.0], "kind": ["no", "yes"]}).write_parquet(tmp_path / "rows")
    with pytest.raises(ValueError, match=r"^Batch 0 \(counted from 0\): could not convert string to float"):
        NetworkRegressor(max_iter=1).fit_stream(parquet_batches(tmp_path / "rows", "kind"))


def test_an_iterator_serves_for_one_epoch():
    once = NetworkRegressor(**{**SMALL, "max_iter": 1}).fit_stream(iter(stream(IRIS, LENGTH)))
    assert np.array_equal(once.theta_, NetworkRegressor(**{**SMALL, "max_iter": 1}).fit(IRIS, LENGTH).theta_)

    def refilled():
        seen, target = np.empty((50, 4)), np.empty(50)
        for at in (0, 50, 100):
            seen[:], target[:] = IRIS[at : at + 50], LENGTH[at : at + 50]
            yield seen, target

    again = NetworkRegressor(**{**SMALL, "max_iter": 1}).fit_stream(refilled())
    assert np.array_equal(again.theta_, once.theta_)
    with pytest.raises(ValueError, match=r"max_iter is 5.*a generator came.*a function that returns a new one"):
        NetworkRegressor(**SMALL).fit_stream(refilled())
    with pytest.raises(ValueError, match=r"targets of several scales.*Or fit with scale_target=False"):
        NetworkRegressor(**{**SMALL, "max_iter": 1}).fit_stream(iter(stream(IRIS, IRIS[:, :2])))


def test_a_missing_target_without_weight_does_not_matter():
    weight = np.where((SPECIES == 1) | (np.arange(150) // 40 == 2), 0.0, 1.0)  # nothing of the third batch counts
    for estimator, target in ((NetworkRegressor, LENGTH), (NetworkClassifier, SPECIES.astype(float))):
        missing, anything = np.where(weight > 0, target, np.nan), np.where(weight > 0, target, 2)
        network = estimator(**SMALL).fit_stream(stream(IRIS, missing, weight))
        assert np.array_equal(network.theta_, clone(network).fit_stream(stream(IRIS, anything, weight)).theta_)
    assert list(network.classes_) == [0, 2]


def test_early_stopping_callbacks_and_warm_starts():
    seen = []
    network = NetworkRegressor(
        **{**SMALL, "max_iter": 200}, learning_rate_init=0.05, early_stopping=True, n_iter_no_change=3,
        callback=lambda epoch: seen.append(epoch.estimator.predict(IRIS)),
    )  # fmt: skip
    noise = np.random.default_rng(2).normal(size=150)
    network.fit_stream(stream(IRIS[:100], noise[:100]), validation=(IRIS[100:], noise[100:]))
    assert network.outcome_.name == "validation"
    assert network.n_iter_ == len(seen) == network.best_iter_ + 3
    assert np.array_equal(network.predict(IRIS), seen[network.best_iter_ - 1])
    third = NetworkRegressor(**SMALL, callback=lambda epoch: epoch.number == 3).fit_stream(stream(IRIS, LENGTH))
    assert (third.outcome_.name, third.n_iter_) == ("interrupted", 3)
    assert np.array_equal(third.theta_, NetworkRegressor(**{**SMALL, "max_iter": 3}).fit(IRIS, LENGTH).theta_)
    warm, other = (clone(third).set_params(warm_start=True, callback=None) for _ in range(2))
    warm.fit(IRIS, LENGTH).fit_stream(stream(IRIS, LENGTH))
    assert np.array_equal(warm.theta_, other.fit(IRIS, LENGTH).fit(IRIS, LENGTH).theta_)
    assert warm.n_iter_ == 10


def broken(at):
    for number, batch in enumerate(stream(IRIS, NAMES, rows=50)):
        if number == at:
            raise OSError("the disk is gone")
        yield batch


def with_batch(*batch):
    return [*stream(IRIS[:60], NAMES[:60], rows=20), batch]


BAD = {
    "the stream fails": (lambda: broken(2), OSError, "the disk is gone"),
    "unseen labels": (with_batch(IRIS[:2], ["setosa", "rose"]), ValueError, r"Batch 3 .*classes not in.*\['rose'\]"),
    "fewer features": (with_batch(IRIS[:2, :3], NAMES[:2]), ValueError, "Batch 3 .*X has 3 features"),
    "not finite": (with_batch(IRIS[:2] * np.nan, NAMES[:2]), ValueError, "Batch 3 .*Input X contains NaN"),
    "of other lengths": (with_batch(IRIS[:2], NAMES[:3]), ValueError, "Batch 3 .*2.*3|Batch 3 .*3.*2"),
    "weights of other lengths": (with_batch(IRIS[:2], NAMES[:2], [1.0]), ValueError, r"Batch 3 .*expected \(2,\)"),
    "negative weights": (with_batch(IRIS[:2], NAMES[:2], [1.0, -1.0]), ValueError, "Batch 3 .*negative or not finite"),
    "weights of nothing": (with_batch(IRIS[:2], NAMES[:2], [1.0, np.nan]), ValueError, "Batch 3 .*or not finite"),
    "no target": (with_batch(IRIS[:2], None), ValueError, "Batch 3 .*no y"),
    "one target": (with_batch(IRIS[:2], "rose"), ValueError, "Batch 3 .*a target for each row, not be a single str"),
    "no batch": (with_batch(IRIS[:2]), ValueError, r"Batch 3 .*\(X, y\) or .* is expected, not a tuple of 1"),
    "one class": (stream(IRIS[:60], ["rose"] * 60), ValueError, "at least 2 classes"),
    "nothing": ([], ValueError, "ended without an example"),
    "a path": ("iris.parquet", TypeError, "this is a path: 'iris.parquet'.*parquet_batches"),
    "no stream": (3, TypeError, "an iterable of batches, or a function that returns one; a int came"),
    "no weights": (stream(IRIS, NAMES, WEIGHT * 0), ValueError, "at least one non-zero number in the first window"),
}


@pytest.mark.parametrize("how", BAD)
def test_a_stream_that_fails_leaves_the_model_as_it_was(how):
    batches, error, message = BAD[how]
    network = NetworkClassifier(**SMALL).fit(IRIS[:, :2], SPECIES)
    before, theta = dict(vars(network)), network.theta_.copy()
    with pytest.raises(error, match=message):
        network.fit_stream(batches, window=30)
    assert vars(network) == before
    assert np.array_equal(network.theta_, theta)


def test_a_batch_may_be_empty_and_a_frame_of_several_types():
    network = NetworkClassifier(**SMALL).fit_stream(stream(IRIS, NAMES, rows=50))
    first, *others = stream(IRIS, NAMES, rows=50)
    gapped = [first, (IRIS[:0], NAMES[:0]), *others, (IRIS[:0], NAMES[:0])]
    assert np.array_equal(clone(network).fit_stream(gapped).theta_, network.theta_)
    frame = pd.DataFrame({"long": IRIS[:, 0] > 6, "width": IRIS[:, 1]})  # an object array, to NumPy
    streamed = clone(network).fit_stream([(frame, NAMES)])
    assert np.array_equal(streamed.theta_, clone(network).fit(frame, NAMES).theta_)


@pytest.mark.parametrize("epochs", [1, 5])
def test_a_function_that_gives_one_generator_twice_loses_no_rows_in_silence(epochs):
    once = (batch for batch in stream(IRIS, LENGTH))
    with pytest.raises(ValueError, match=r"gave the same generator twice.*a function that returns a new one"):
        NetworkRegressor(**{**SMALL, "max_iter": epochs}).fit_stream(lambda: once, window=60)


def test_a_generator_that_the_first_window_came_from_is_closed():
    told = []

    def batches():
        try:
            yield from stream(IRIS, LENGTH)
        finally:
            told.append("closed")

    NetworkRegressor(**SMALL, callback=lambda _: told.append("epoch")).fit_stream(batches, window=60)
    assert told.count("closed") == 6  # one for the look, one an epoch
    assert told[0] == "closed"


def test_classes_stay_those_that_were_learned_where_a_fit_goes_on():
    network = NetworkClassifier(**SMALL, warm_start=True).fit_stream(stream(IRIS, NAMES), classes=sorted(set(NAMES)))
    with pytest.raises(ValueError, match=r"is not the same as on last call to fit_stream, was: .*setosa"):
        network.fit_stream(stream(IRIS, NAMES), classes=["setosa", "versicolor", "virginica", "another"])
    assert network.fit_stream(stream(IRIS, NAMES)).n_iter_ == 10
    cold = network.set_params(warm_start=False)
    assert len(cold.fit_stream(stream(IRIS, NAMES), classes=[*set(NAMES), "another"]).classes_) == 4


def test_targets_of_the_first_window_are_named_where_they_cannot_be():
    network = NetworkRegressor(**SMALL)
    missing = np.where(np.arange(150) == 90, np.nan, LENGTH)
    with pytest.raises(ValueError, match=r"Batch 2 \(counted from 0\): Input y contains NaN"):
        network.fit_stream(stream(IRIS, missing))
    with pytest.raises(ValueError, match=r"Batch 1 .*y has shape \(150, 4\); its rows must be as those of batch 0"):
        network.fit_stream([(IRIS, LENGTH), (IRIS, IRIS)])


@pytest.mark.parametrize("window", [0, 1e5, None])
def test_a_window_is_a_whole_number(window):
    with pytest.raises(ValueError, match=r"window is .*; it must be an int, 1 or more"):
        NetworkRegressor(**SMALL).fit_stream(stream(IRIS, LENGTH), window=window)


def test_a_stream_that_ends_early_is_an_error():
    lengths = iter((60, 60, 40))  # what the first window is looked at in, epoch 1, epoch 2

    def shrinking():
        count = next(lengths)
        return stream(IRIS[:count], LENGTH[:count], rows=20)

    with pytest.raises(ValueError, match=r"ended after batch 1 \(counted from 0\) of epoch 2: it gave 40 rows, and 60"):
        NetworkRegressor(**SMALL).fit_stream(shrinking)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"early_stopping": True}, r"holds no part of the stream out: give unseen examples as validation=\(X, y\)"),
        ({"checkpoint": "there"}, "fit_stream saves no checkpoint"),
        ({"learning_rate": "cosine"}, "give the stream an attribute `rows`"),
        ({"max_iter": 0}, "The 'max_iter' parameter"),
    ],
)
def test_what_a_stream_cannot_be_fitted_with(parameters, message):
    with pytest.raises(ValueError, match=message):
        NetworkRegressor(**parameters).fit_stream(stream(IRIS, LENGTH))


def test_a_stream_that_diverges_is_an_error():
    with pytest.raises(ValueError, match="learning rate"):
        NetworkRegressor(**SMALL, solver="sgd", learning_rate_init=1e6).fit_stream(stream(IRIS, LENGTH))
