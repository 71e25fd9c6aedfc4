"""What scikit-learn asks of an estimator: all its checks, and the tools that people use estimators with."""

import pickle
from copy import deepcopy

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from thalweg.adapters.sklearn import NetworkClassifier, NetworkRegressor
from thalweg.learn import Network

IRIS, SPECIES = load_iris(return_X_y=True)
DIABETES, PROGRESSION = load_diabetes(return_X_y=True)


@pytest.mark.parametrize("estimator", [NetworkRegressor(), NetworkClassifier()])
@pytest.mark.filterwarnings("ignore")  # the checks provoke what they then look for
def test_every_check_of_scikit_learn_passes(estimator, monkeypatch):
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")  # or the check of the array API is skipped
    results = check_estimator(estimator)
    assert {result["status"] for result in results} == {"passed"}
    assert len(results) > 50
    assert "check_sample_weight_equivalence_on_dense_data" in {result["check_name"] for result in results}


def test_they_are_what_they_say():
    assert is_regressor(NetworkRegressor())
    assert is_classifier(NetworkClassifier())
    assert NetworkRegressor().__sklearn_tags__().target_tags.multi_output
    assert NetworkClassifier().__sklearn_tags__().classifier_tags.multi_label


def test_a_pipeline_searched_over_and_cross_validated():
    network = NetworkClassifier((8,), learning_rate_init=0.02, max_iter=40, batch_size=32, random_state=0)
    search = GridSearchCV(
        make_pipeline(StandardScaler().set_output(transform="pandas"), network),
        {"networkclassifier__hidden_layer_sizes": [(), (8,)], "networkclassifier__weight_decay": [0.0, 0.001]},
        cv=3,
    )
    assert cross_val_score(search, IRIS, SPECIES, cv=3).min() > 0.9
    search.fit(IRIS, SPECIES)
    assert search.score(IRIS, SPECIES) > 0.95
    last = search.best_estimator_[-1]
    assert list(last.feature_names_in_) == ["x0", "x1", "x2", "x3"]


def test_weights_are_routed_through_a_pipeline():
    weight = np.where(SPECIES == 2, 0.0, 1.0)
    pipe = make_pipeline(StandardScaler(), NetworkClassifier((), max_iter=5, random_state=0))
    pipe.fit(IRIS, SPECIES, networkclassifier__sample_weight=weight)
    assert list(pipe.classes_) == [0, 1]


def test_a_clone_has_the_parameters_and_nothing_learned():
    fitted = NetworkRegressor((5, 4), solver="adamw", max_iter=3, random_state=1).fit(DIABETES, PROGRESSION)
    copied = clone(fitted)
    assert copied.get_params() == fitted.get_params()
    with pytest.raises(NotFittedError):
        copied.predict(DIABETES)
    assert copied.set_params(max_iter=4).max_iter == 4


@pytest.mark.parametrize("copied", [deepcopy, lambda estimator: pickle.loads(pickle.dumps(estimator))])  # noqa: S301 - our own
def test_a_copy_predicts_and_learns_on_to_the_same_bits(copied):
    fitted = NetworkClassifier((6,), solver="momentum", max_iter=3, random_state=1).fit(IRIS, SPECIES)
    other = copied(fitted)
    assert np.array_equal(other.predict_proba(IRIS), fitted.predict_proba(IRIS))
    assert np.array_equal(other.partial_fit(IRIS, SPECIES).theta_, fitted.partial_fit(IRIS, SPECIES).theta_)


COLUMNS = {f"of {name}": column for name, column in zip("abcd", IRIS.T, strict=True)}
FRAMES = {
    "pandas": (pd.DataFrame, pd.Series),
    "polars": (pl.DataFrame, pl.Series),
    "arrow": (pa.table, pa.array),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_frames_are_as_good_as_arrays(kind):
    frame, series = FRAMES[kind]
    names = np.array(["setosa", "versicolor", "virginica"])[SPECIES]
    weight = 1.0 + (SPECIES == 1)
    classifier = NetworkClassifier((5,), max_iter=3, random_state=0)
    expected = clone(classifier).fit(IRIS, names, weight)
    found = classifier.fit(
        frame(COLUMNS), series(names.tolist()), series(weight), validation=(frame(COLUMNS), series(names.tolist()))
    )
    assert list(found.feature_names_in_) == list(COLUMNS)
    assert np.array_equal(found.theta_, expected.theta_)
    assert np.array_equal(found.predict(frame(COLUMNS)), expected.predict(IRIS))
    with pytest.raises(ValueError, match="feature names should match"):
        found.predict(frame(dict(reversed(COLUMNS.items()))))

    numbers = IRIS[:, 2:]
    regressor = NetworkRegressor((5,), max_iter=3, random_state=0)
    two = frame({"length": numbers[:, 0], "width": numbers[:, 1]})
    expected = clone(regressor).fit(IRIS, numbers)
    assert np.array_equal(regressor.fit(frame(COLUMNS), two).theta_, expected.theta_)
    assert regressor.predict(frame(COLUMNS)).shape == (150, 2)
    expected = clone(regressor).partial_fit(IRIS, numbers[:, 0])
    found = clone(regressor).partial_fit(frame(COLUMNS), series(numbers[:, 0]))
    assert np.array_equal(found.theta_, expected.theta_)


def test_a_frame_of_text_goes_through_an_encoder():
    frame = pd.DataFrame({"kind": ["a", "b"] * 20, "size": np.arange(40.0)})
    encoder = make_column_transformer((OneHotEncoder(sparse_output=False), ["kind"]), (StandardScaler(), ["size"]))
    steps = make_pipeline(encoder.set_output(transform="polars"), NetworkRegressor((), solver="sgd", random_state=0))
    target = np.where(frame["kind"] == "a", 5.0, -5.0) + frame["size"]
    assert steps.set_params(networkregressor__learning_rate_init=0.1).fit(frame, target).score(frame, target) > 0.999


def test_the_network_is_told_in_scikit_learn_s_shapes():
    fitted = NetworkClassifier(
        (7, 7, 7), skip_connections=True, activation="hard sigmoid", max_iter=2, random_state=0
    ).fit(IRIS, SPECIES)
    assert fitted.network_ == Network((4, 7, 7, 7, 3), "hard sigmoid", "softmax", skip=True)
    assert [weights.shape for weights in fitted.coefs_] == [(4, 7), (7, 7), (7, 7), (7, 3)]
    assert [biases.shape for biases in fitted.intercepts_] == [(7,), (7,), (7,), (3,)]
    assert (fitted.n_layers_, fitted.n_outputs_, fitted.n_features_in_) == (5, 3, 4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_precision_is_that_of_the_features(dtype):
    fitted = NetworkRegressor((4,), max_iter=2, random_state=0).fit(DIABETES.astype(dtype), PROGRESSION)
    assert fitted.theta_.dtype == dtype
    assert NetworkRegressor((4,), max_iter=1, random_state=0).fit(IRIS.astype(int), SPECIES).theta_.dtype == np.float64
