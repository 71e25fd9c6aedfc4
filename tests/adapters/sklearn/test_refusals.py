"""What cannot be is refused in scikit-learn's words: which parameter or data, what was found, what is expected."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import load_iris
from sklearn.exceptions import DataConversionWarning, NotFittedError

from thalweg.adapters.sklearn import NetworkClassifier, NetworkRegressor
from thalweg.learn.loss import LOSSES

IRIS, SPECIES = load_iris(return_X_y=True)
LENGTH = IRIS[:, 3]
QUICK = {"hidden_layer_sizes": (), "max_iter": 1, "random_state": 0}

WRONG = [
    ("hidden_layer_sizes", (10, 0), r"an int in the range \[1, inf\), or a sequence of them\. Got \(10, 0\)"),
    ("hidden_layer_sizes", True, r"an int in the range \[1, inf\), or a sequence of them\. Got True"),
    ("hidden_layer_sizes", iter([10]), "or a sequence of them. Got <list_iterator .*>"),
    ("hidden_layer_sizes", "wide", "or a sequence of them. Got 'wide'"),
    ("activation", "sigmoid", "a str among {'identity', 'logistic', 'tanh', 'relu', 'hard sigmoid'}. Got 'sigmoid'"),
    ("skip_connections", 1, "a bool. Got 1"),
    ("loss", "mse", "a str among {'squared_error', .* or a loss of thalweg.learn, such as own_loss makes. Got 'mse'"),
    ("quantile", 1.0, r"a float in the range \(0, 1\), or one for each target. Got 1.0"),
    ("quantile", [], r"or one for each target. Got \[\]"),
    ("huber_delta", 0, r"\(0, inf\). Got 0"),
    ("solver", "lbfgs", "a str among {'adam', 'adamw', 'momentum', 'sgd'}. Got 'lbfgs'"),
    ("learning_rate_init", -1.0, r"a float in the range \(0, inf\). Got -1.0"),
    ("learning_rate_init", "fast", r"a float in the range \(0, inf\). Got 'fast'"),
    ("learning_rate", "adaptive", "a str among {'constant', 'cosine', 'step'}. Got 'adaptive'"),
    ("warm_up", -1, r"an int in the range \[0, inf\). Got -1"),
    ("step_every", 0.5, r"an int in the range \[1, inf\). Got 0.5"),
    ("step_factor", 0, r"a float in the range \(0, 1\]. Got 0"),
    ("weight_decay", -1e-9, r"a float in the range \[0, inf\). Got -1e-09"),
    ("clip_norm", np.inf, r"a float in the range \(0, inf\) or None. Got inf"),
    ("momentum", 1.0, r"a float in the range \[0, 1\). Got 1.0"),
    ("beta_2", np.nan, r"a float in the range \[0, 1\). Got nan"),
    ("epsilon", 0.0, r"\(0, inf\). Got 0.0"),
    ("dropout", 1, r"a float in the range \[0, 1\). Got 1"),
    ("batch_size", "all", r"an int in the range \[1, inf\) or 'auto'. Got 'all'"),
    ("max_iter", 0, r"an int in the range \[1, inf\). Got 0"),
    ("early_stopping", "yes", "a bool. Got 'yes'"),
    ("validation_fraction", 1.0, r"a float in the range \(0, 1\). Got 1.0"),
    ("n_iter_no_change", 0, r"an int in the range \[1, inf\). Got 0"),
    ("scale_target", None, "a bool. Got None"),
    ("checkpoint", 3, "a path or None. Got 3"),
    ("callback", "print", "a callable or None. Got 'print'"),
    ("n_jobs", 0, "an int other than 0 or None. Got 0"),
]


@pytest.mark.parametrize(("name", "value", "expected"), WRONG)
def test_a_parameter_that_cannot_be_is_named(name, value, expected):
    with pytest.raises(
        ValueError, match=rf"^The '{name}' parameter of NetworkRegressor must be .*{expected} instead\.$"
    ):
        NetworkRegressor(**{name: value}).fit(IRIS, LENGTH)
    with pytest.raises(ValueError, match=f"The '{name}' parameter"):
        NetworkRegressor(**{name: value}).partial_fit(IRIS, LENGTH)


def test_parameters_of_numpy_s_kinds_are_as_good():
    given = {"hidden_layer_sizes": np.array([3, 4]), "learning_rate_init": np.float32(0.01), "max_iter": np.int64(2)}
    fitted = NetworkRegressor(**given, batch_size=np.int32(16), early_stopping=np.bool_(False)).fit(IRIS, LENGTH)  # noqa: FBT003 - NumPy's
    assert fitted.network_.widths == (4, 3, 4, 1)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"class_weight": "even"}, "The 'class_weight' parameter .* a dict, 'balanced' or None. Got 'even'"),
        ({"class_weight": {0: 2.0, "none": 1.0}}, r"The classes, \[.*1.*2.*\], are not in class_weight"),
        ({"loss": "huber"}, "a str among {'log_loss', 'squared_error', 'absolute_error'}"),
        ({"random_state": "lucky"}, "'lucky' cannot be used to seed"),
        ({"skip_connections": True}, "need 3, 5, 7, … hidden layers of one width"),
    ],
)
def test_parameters_of_a_classifier(parameters, message):
    with pytest.raises(ValueError, match=message):
        NetworkClassifier(**parameters).fit(IRIS, SPECIES)


@pytest.mark.parametrize("loss", ["cross-entropy", "binary cross-entropy"])
def test_numbers_have_no_loss_of_classes(loss):
    with pytest.raises(ValueError, match=r"takes the logarithm of probabilities|distributions over two classes"):
        NetworkRegressor(loss=LOSSES[loss]).fit(IRIS, LENGTH)


def with_one(value):
    changed = IRIS.copy()
    changed[3, 2] = value
    return changed


@pytest.mark.parametrize("estimator", [NetworkRegressor(**QUICK), NetworkClassifier(**QUICK)])
@pytest.mark.parametrize(
    ("examples", "error", "message"),
    [
        ((IRIS[:, 0], SPECIES), ValueError, "Expected 2D array, got 1D array"),
        ((IRIS[:9], SPECIES), ValueError, "inconsistent numbers of samples"),
        ((IRIS[:0], SPECIES[:0]), ValueError, "Found array with 0 sample"),
        ((IRIS[:, :0], SPECIES), ValueError, r"Found array with 0 feature\(s\)"),
        ((with_one(np.nan), SPECIES), ValueError, "Input X contains NaN"),
        ((with_one(np.inf), SPECIES), ValueError, "Input X contains infinity"),
        ((IRIS, np.where(SPECIES == 1, np.nan, 1.0)), ValueError, "Input y contains NaN"),
        ((csr_array(IRIS), SPECIES), TypeError, "Sparse data was passed"),
        ((IRIS, None), ValueError, "requires y to be passed, but the target y is None"),
        ((IRIS, SPECIES, np.ones(9)), ValueError, r"sample_weight.shape == \(9,\), expected \(150,\)"),
        ((IRIS, SPECIES, np.zeros(150)), ValueError, "at least one non-zero number"),
        ((IRIS, SPECIES, -np.ones(150)), ValueError, "Negative values in data passed to `sample_weight`"),
        ((IRIS, SPECIES, np.full(150, np.nan)), ValueError, "Input sample_weight contains NaN"),
    ],
)
def test_examples_that_do_not_fit(estimator, examples, error, message):
    with pytest.raises(error, match=message):
        estimator.fit(*examples)


def test_what_comes_later_must_be_like_the_first():
    network = NetworkRegressor(**QUICK).fit(IRIS, LENGTH)
    for call in (network.predict, lambda seen: network.partial_fit(seen, LENGTH)):
        with pytest.raises(ValueError, match="X has 3 features, but NetworkRegressor is expecting 4 features"):
            call(IRIS[:, :3])
    with pytest.raises(ValueError, match="y has 2 outputs; the network was begun with 1"):
        network.partial_fit(IRIS, IRIS[:, :2])
    with pytest.raises(NotFittedError):
        NetworkClassifier().predict_proba(IRIS)
    with pytest.warns(DataConversionWarning, match="column-vector y was passed"):
        network.fit(IRIS, LENGTH[:, None])


@pytest.mark.parametrize("validation", [(IRIS,), IRIS, "unseen", (IRIS, LENGTH, LENGTH, LENGTH)])
def test_validation_is_two_things_or_three(validation):
    with pytest.raises(ValueError, match=r"validation must be \(X, y\) or \(X, y, sample_weight\)"):
        NetworkRegressor(**QUICK).fit(IRIS, LENGTH, validation=validation)


def test_quantiles_are_one_or_one_for_each_target():
    for target, columns in ((LENGTH, 1), (IRIS, 4)):
        with pytest.raises(
            ValueError, match=rf"quantile has 2 values, and y has {columns} column\(s\)\. Give one value"
        ):
            NetworkRegressor(loss="quantile", quantile=[0.1, 0.9], **QUICK).fit(IRIS, target)


@pytest.mark.parametrize("names", [str, object])
def test_labels_of_another_type_than_the_first_are_unseen(names):
    network = NetworkClassifier(**QUICK).fit(IRIS, np.array(["1", "2", "3"], dtype=names)[SPECIES])
    with pytest.raises(ValueError, match=r"classes not in `self.classes_`.*\['1' '2' '3'\].*\[0 1 2\]"):
        network.partial_fit(IRIS, SPECIES)


def test_validation_must_be_like_what_is_learned_from():
    network = NetworkClassifier(**QUICK)
    with pytest.raises(ValueError, match="X has 2 features"):
        network.fit(IRIS, SPECIES, validation=(IRIS[:, :2], SPECIES))
    with pytest.raises(ValueError, match=r"`y` has classes not in `self.classes_`.*\[0 1\].*\[2\]"):
        network.fit(IRIS[:100], SPECIES[:100], validation=(IRIS, SPECIES))


def test_classes_that_cannot_be():
    network = NetworkClassifier(**QUICK)
    with pytest.raises(ValueError, match=r"at least 2 classes in the data, but the data contains only one class: 0\."):
        network.fit(IRIS[:50], SPECIES[:50])
    with pytest.raises(ValueError, match="at least 2 classes"):
        network.fit(IRIS, SPECIES, SPECIES == 1)
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        network.fit(IRIS, LENGTH)
    with pytest.raises(
        ValueError, match=r"y has shape \(150, 2\) and is multiclass-multioutput; one label a sample is expected"
    ):
        network.fit(IRIS, np.column_stack([SPECIES, SPECIES]))


def test_classes_of_passes():
    network = NetworkClassifier(**QUICK)
    with pytest.raises(ValueError, match="classes must be passed on the first call to partial_fit"):
        network.partial_fit(IRIS, SPECIES)
    with pytest.raises(ValueError, match=r"`y` has classes not in `self.classes_`.*\[0 1\].*\[2\]"):
        network.partial_fit(IRIS, SPECIES, [0, 1])
    network.partial_fit(IRIS[:50], SPECIES[:50], [2, 0, 1])
    assert network.predict_proba(IRIS).shape == (150, 3)
    with pytest.raises(ValueError, match=r"is not the same as on last call to partial_fit"):
        network.partial_fit(IRIS, SPECIES, [0, 1, 2, 3])
    with pytest.raises(ValueError, match=r"must be of shape \(samples,\)"):
        network.partial_fit(IRIS, np.eye(3, dtype=int)[SPECIES])
    with pytest.raises(ValueError, match="class_weight 'balanced' is not supported for partial_fit"):
        NetworkClassifier(class_weight="balanced").partial_fit(IRIS, SPECIES, [0, 1, 2])
    with pytest.raises(ValueError, match="partial_fit saves no checkpoint"):
        NetworkClassifier(checkpoint="file").partial_fit(IRIS, SPECIES, [0, 1, 2])
    with pytest.raises(ValueError, match="partial_fit does not support early_stopping=True"):
        NetworkClassifier(early_stopping=True).partial_fit(IRIS, SPECIES, [0, 1, 2])
    labels = NetworkClassifier(**QUICK).partial_fit(IRIS, csr_array(np.eye(3, dtype=int)[SPECIES]))
    assert labels.predict(IRIS).shape == (150, 3)
    with pytest.raises(ValueError, match=r"must be of shape \(samples, 3\), 0 or 1 for each label"):
        labels.partial_fit(IRIS, SPECIES)


def test_without_scikit_learn_it_says_what_to_install():
    program = "import sys; sys.modules['sklearn'] = None; import thalweg.adapters.sklearn"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "ImportError: The estimators need scikit-learn 1.6 or newer: pip install 'thalweg[sklearn]'." in ended.stderr


@pytest.mark.slow
def test_another_import_that_fails_is_not_taken_for_it():
    program = "import sys; sys.modules['thalweg.learn.descent'] = None; import thalweg.adapters.sklearn"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "thalweg.learn.descent" in ended.stderr
    assert "scikit-learn" not in ended.stderr
