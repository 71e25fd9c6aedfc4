"""What is learned and what is told of it: against closed forms, NumPy by hand, and scikit-learn's own metrics."""

from itertools import product

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression, QuantileRegressor
from sklearn.metrics import log_loss, mean_absolute_error, mean_pinball_loss, mean_squared_error

from support.covering import cases
from thalweg.adapters.sklearn import NetworkClassifier, NetworkRegressor
from thalweg.learn import Network, own_loss, quantile

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 3))
Y = 300 + 40 * (X @ [1.0, -2.0, 0.5] + RANDOM.normal(size=60))
TWO = np.column_stack([Y, 0.01 * X[:, 0] ** 2 - 5])
WEIGHT = RANDOM.uniform(0.5, 3, 60)
UNSEEN, Y_UNSEEN = X[:20] + 0.1, Y[:20] - 7
IRIS, SPECIES = load_iris(return_X_y=True)
WHOLE = {"batch_size": 1000, "random_state": 0}  # every epoch is one update


def mean_huber_loss(target, made, delta, sample_weight=None):
    size = np.abs(made - target)
    error = np.where(size <= delta, size**2 / 2, delta * (size - delta / 2))
    return np.average(error.reshape(len(size), -1).mean(axis=1), weights=sample_weight)


METRICS = {
    "squared_error": ({}, mean_squared_error),
    "absolute_error": ({}, mean_absolute_error),
    "huber": ({"huber_delta": 25.0}, lambda t, p, **w: mean_huber_loss(t, p, 25.0, **w)),
    "quantile": ({"quantile": 0.8}, lambda t, p, **w: mean_pinball_loss(t, p, alpha=0.8, **w)),
}


@pytest.mark.parametrize(
    ("loss", "scale_target", "weighted", "outputs"), cases(product(METRICS, [True, False], [True, False], [1, 2]))
)
def test_losses_are_those_of_the_predictions_in_the_target_s_units(loss, scale_target, weighted, outputs):
    options, metric = METRICS[loss]
    weight, target = WEIGHT if weighted else None, Y if outputs == 1 else TWO
    made = []
    network = NetworkRegressor(
        (4,), loss=loss, scale_target=scale_target, max_iter=4, learning_rate_init=0.01, **options, **WHOLE,
        callback=lambda epoch: made.append([epoch.estimator.predict(some) for some in (X, UNSEEN)]),
    )  # fmt: skip
    network.fit(X, target, weight, validation=(UNSEEN, target[:20] - 7))
    after = [metric(target, seen, sample_weight=weight) for seen, _ in made]
    unseen = [metric(target[:20] - 7, there) for _, there in made]
    # An epoch of one update tells the loss before it; targets of several scales are looked at after it.
    several = target.ndim > 1 and scale_target
    assert network.loss_curve_[0 if several else 1 :] == pytest.approx(after[: 4 if several else 3], rel=1e-12)
    assert network.validation_loss_curve_ == pytest.approx(unseen, rel=1e-12)
    assert network.loss_ == network.loss_curve_[-1]


def test_the_loss_of_an_epoch_counts_every_example_alike():
    # So little is learned that θ stays: the mean over examples, though the last batch is of one example.
    options = {"batch_size": 59, "learning_rate_init": 1e-14, "solver": "sgd", "max_iter": 1, "random_state": 0}
    for weight in (None, WEIGHT):
        network = NetworkRegressor((4,), **options).fit(X, Y, weight)
        assert network.loss_ == pytest.approx(mean_squared_error(Y, network.predict(X), sample_weight=weight), rel=1e-9)


def test_a_linear_network_finds_the_least_squares():
    network = NetworkRegressor((), solver="sgd", learning_rate_init=0.1, max_iter=500, **WHOLE).fit(X, Y, WEIGHT)
    line = LinearRegression().fit(X, Y, WEIGHT)
    assert network.predict(UNSEEN) == pytest.approx(line.predict(UNSEEN), rel=1e-12)


def test_a_linear_network_finds_the_quantile():
    options = {"solver": "adam", "learning_rate_init": 0.05, "learning_rate": "cosine", "max_iter": 3000}
    network = NetworkRegressor((), loss="quantile", quantile=0.8, **options, **WHOLE).fit(X, Y)
    line = QuantileRegressor(quantile=0.8, alpha=0).fit(X, Y)
    assert mean_pinball_loss(Y, network.predict(X), alpha=0.8) == pytest.approx(
        mean_pinball_loss(Y, line.predict(X), alpha=0.8), rel=1e-3
    )


def test_a_linear_classifier_finds_the_logistic_regression():
    seen = (IRIS - IRIS.mean(axis=0)) / IRIS.std(axis=0)
    decay = 0.02
    for kinds in (SPECIES, SPECIES == 2):
        network = NetworkClassifier(
            (), solver="sgd", learning_rate_init=1.0, max_iter=1500, weight_decay=decay, **WHOLE
        )
        network.fit(seen, kinds)
        # The same penalty: C counts the sum where we take the mean, and a column of ones is a bias that decays too.
        ones = np.column_stack([seen, np.ones(len(seen))])
        peer = LogisticRegression(C=1 / (decay * len(seen)), fit_intercept=False, tol=1e-10, max_iter=1000)
        assert network.predict_proba(seen) == pytest.approx(peer.fit(ones, kinds).predict_proba(ones), abs=1e-6)


def test_an_epoch_of_one_batch_is_the_step_written_out():
    network = Network((3, 5, 1), "tanh")
    mean, scale = np.average(Y, weights=WEIGHT), np.sqrt(np.cov(Y, aweights=WEIGHT, ddof=0))
    (w, b), (c, d) = (tuple(part.copy() for part in layer) for layer in network.layers(network.start(3)))
    share = (WEIGHT / WEIGHT.sum())[:, None]
    a = np.tanh(X @ w.T + b)
    error = 2 * (a @ c.T + d - ((Y - mean) / scale)[:, None]) * share
    behind = error @ c * (1 - a**2)
    expected = [
        w - 0.1 * behind.T @ X,
        b - 0.1 * behind.sum(axis=0),
        c - 0.1 * error.T @ a,
        d - 0.1 * error.sum(axis=0),
    ]
    made = NetworkRegressor(
        (5,), activation="tanh", solver="sgd", learning_rate_init=0.1, max_iter=1, batch_size=60, random_state=3
    ).fit(X, Y, WEIGHT)
    assert made.theta_ == pytest.approx(np.concatenate([part.ravel() for part in expected]), rel=1e-12)
    assert (made.target_mean_, made.target_scale_) == (pytest.approx([mean]), pytest.approx([scale]))


@pytest.mark.parametrize("estimator", [NetworkRegressor, NetworkClassifier])
def test_a_weight_is_as_good_as_repetition(estimator):
    times = np.arange(150) % 4
    target = IRIS[:, 3] if estimator is NetworkRegressor else SPECIES
    options = {"hidden_layer_sizes": (5,), "activation": "tanh", "max_iter": 30, "learning_rate_init": 0.01, **WHOLE}
    weighted = estimator(**options).fit(IRIS, target, times)
    repeated = estimator(**options).fit(np.repeat(IRIS, times, axis=0), np.repeat(target, times))
    assert weighted.theta_ == pytest.approx(repeated.theta_, rel=1e-8, abs=1e-9)
    assert weighted.loss_curve_ == pytest.approx(repeated.loss_curve_, rel=1e-10)


def test_class_weights_multiply_those_of_the_samples():
    of_classes = {0: 1.0, 1: 0.0, 2: 2.5}
    own = RANDOM.uniform(0.5, 1.5, 150)
    options = {"hidden_layer_sizes": (4,), "max_iter": 5, **WHOLE}
    both = NetworkClassifier(class_weight=of_classes, **options).fit(IRIS, SPECIES, own)
    assert list(both.classes_) == [0, 1, 2]
    multiplied = own * np.array([1.0, 1.0, 2.5])[SPECIES]
    some = SPECIES != 1
    kinds = both.predict_proba(IRIS[some])
    alone = NetworkClassifier(class_weight={0: 1.0, 1: 1.0, 2: 2.5}, **options)
    alone.fit(IRIS[some], SPECIES[some], own[some])
    assert log_loss(SPECIES[some], kinds, sample_weight=multiplied[some], labels=[0, 1, 2]) < both.loss_curve_[0]
    plain = NetworkClassifier(**options).fit(IRIS[some], SPECIES[some], multiplied[some])
    assert np.array_equal(alone.theta_, plain.theta_)


def test_balanced_classes_count_alike():
    rows = np.r_[0:50, 50:60, 100:105]
    own = RANDOM.uniform(0.5, 1.5, len(rows))
    options = {"hidden_layer_sizes": (4,), "max_iter": 5, **WHOLE}
    balanced = NetworkClassifier(class_weight="balanced", **options).fit(IRIS[rows], SPECIES[rows], own)
    held = np.array([own[SPECIES[rows] == kind].sum() for kind in range(3)])
    by_hand = NetworkClassifier(**options).fit(IRIS[rows], SPECIES[rows], own * (own.sum() / 3 / held)[SPECIES[rows]])
    assert balanced.theta_ == pytest.approx(by_hand.theta_, rel=1e-12)


@pytest.mark.parametrize("how", ["fit", "fit_stream"])
def test_a_warm_start_counts_classes_anew(how):
    options = {"hidden_layer_sizes": (4,), "max_iter": 2, "warm_start": True, **WHOLE}
    given = (IRIS, SPECIES) if how == "fit" else ([(IRIS, SPECIES)],)
    counted = NetworkClassifier(**options).fit(IRIS, SPECIES).set_params(class_weight={0: 1.0, 1: 3.0, 2: 0.5})
    weighted = NetworkClassifier(**options).fit(IRIS, SPECIES)
    getattr(counted, how)(*given)
    weighted.fit(IRIS, SPECIES, np.array([1.0, 3.0, 0.5])[SPECIES])
    assert np.array_equal(counted.theta_, weighted.theta_)


@pytest.mark.parametrize("kinds", [SPECIES, SPECIES == 1], ids=["three classes", "two classes"])
def test_the_loss_of_classes_is_the_cross_entropy(kinds):
    made = []
    network = NetworkClassifier(
        (4,), max_iter=3, **WHOLE, callback=lambda epoch: made.append(epoch.estimator.predict_proba(IRIS))
    ).fit(IRIS, kinds, validation=(IRIS[::3], kinds[::3]))
    assert network.loss_curve_[1:] == pytest.approx([log_loss(kinds, likely) for likely in made[:2]], rel=1e-12)
    unseen = [log_loss(kinds[::3], likely[::3]) for likely in made]
    assert network.validation_loss_curve_ == pytest.approx(unseen, rel=1e-12)
    assert np.exp(network.predict_log_proba(IRIS)) == pytest.approx(network.predict_proba(IRIS))


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error"])
def test_other_losses_of_classes_compare_probabilities(loss):
    wanted = np.eye(3)[SPECIES]
    metric = METRICS[loss][1]
    made = []
    network = NetworkClassifier(
        (4,), loss=loss, max_iter=3, **WHOLE, callback=lambda epoch: made.append(epoch.estimator.predict_proba(IRIS))
    ).fit(IRIS, SPECIES)
    assert network.loss_curve_[1:] == pytest.approx([metric(wanted, likely) for likely in made[:2]], rel=1e-12)


def test_several_labels_at_once():
    seen, labels = IRIS, np.column_stack([SPECIES == 0, SPECIES != 2, SPECIES > 0]).astype(int)
    network = NetworkClassifier((20,), learning_rate_init=0.02, random_state=0).fit(seen, labels)
    assert network.network_.output == "sigmoid"
    assert network.predict(seen).shape == labels.shape == (150, 3)
    assert (network.predict(seen) == labels).mean() > 0.9
    likely = network.predict_proba(seen)
    assert np.array_equal(likely > 0.5, network.predict(seen) == 1)
    assert np.array_equal(network.decision_function(seen) > 0, network.predict(seen) == 1)
    whole = NetworkClassifier((4,), max_iter=2, **WHOLE)
    before = NetworkClassifier((4,), max_iter=1, **WHOLE).fit(seen, labels).predict_proba(seen)
    by_hand = np.mean([log_loss(column, of_one) for column, of_one in zip(labels.T, before.T, strict=True)])
    assert whole.fit(seen, labels).loss_ == pytest.approx(by_hand, rel=1e-12)


def test_no_and_yes_of_labels_are_balanced_each_for_itself():
    labels = np.column_stack([SPECIES == 0, SPECIES != 2]).astype(int)
    network = NetworkClassifier((), class_weight="balanced", max_iter=1, **WHOLE).fit(IRIS, labels)
    start = Network((4, 2), output="sigmoid")
    z = IRIS @ start.layers(start.start(0))[0].weights.T
    share = np.where(labels == 1, 150 / (2 * labels.sum(axis=0)), 150 / (2 * (1 - labels).sum(axis=0)))
    error = np.logaddexp(0, np.where(labels == 1, -z, z))
    assert network.loss_ == pytest.approx((share * error).sum() / share.sum(), rel=1e-12)
    chosen = NetworkClassifier((), class_weight={0: 1, 1: 3}, max_iter=1, **WHOLE).fit(IRIS, labels)
    share = np.where(labels == 1, 3, 1)
    assert chosen.loss_ == pytest.approx((share * error).sum() / share.sum(), rel=1e-12)


def test_a_loss_of_one_s_own_is_asked_in_the_target_s_units():
    least = []

    def error(made, target):
        least.append(target.min())
        return np.square(made - target)

    square = own_loss("square", error, lambda made, target: 2 * (made - target))
    options = {"hidden_layer_sizes": (4,), "solver": "adam", "max_iter": 20, "epsilon": 1e-30, **WHOLE}
    own = NetworkRegressor(loss=square, **options).fit(X, Y)
    table = NetworkRegressor(loss="squared_error", **options).fit(X, Y)
    assert min(least) == pytest.approx(Y.min(), rel=1e-12)
    assert own.loss_curve_ == pytest.approx(table.loss_curve_, rel=1e-9)
    assert own.predict(X) == pytest.approx(table.predict(X), rel=1e-9)
    named = own_loss("brier", lambda made, wanted: np.square(made - wanted), lambda made, wanted: 2 * (made - wanted))
    brier = NetworkClassifier((4,), loss=named, max_iter=3, **WHOLE).fit(IRIS, SPECIES)
    table = NetworkClassifier((4,), loss="squared_error", max_iter=3, **WHOLE).fit(IRIS, SPECIES)
    assert brier.loss_curve_ == pytest.approx(table.loss_curve_, rel=1e-9)


def test_each_target_may_have_its_own_quantile():
    twice = np.column_stack([Y, Y])
    options = {"learning_rate_init": 0.02, "learning_rate": "cosine", "max_iter": 500, **WHOLE}
    for network in (
        NetworkRegressor((), loss="quantile", quantile=[0.2, 0.8], **options),
        NetworkRegressor((), loss=quantile([0.2, 0.8]), **options),
    ):
        below = (twice < network.fit(X, twice).predict(X)).mean(axis=0)
        assert below == pytest.approx([0.2, 0.8], abs=0.05)


def test_a_constant_target_is_no_reason_to_divide_by_zero():
    options = {"hidden_layer_sizes": (), "solver": "sgd", "learning_rate_init": 0.1, "max_iter": 300, **WHOLE}
    constant = np.full(60, 0.1)
    network = NetworkRegressor(**options).fit(X, np.column_stack([constant, Y]))
    assert network.target_scale_ == pytest.approx([1, Y.std()])
    assert network.predict(X)[:, 0] == pytest.approx(constant, abs=1e-6)
    with pytest.raises(ValueError, match="so large that its variance overflows"):
        network.fit(X, Y * 1e200)


def test_scaling_leaves_the_choice_to_the_data():
    features, progression = load_diabetes(return_X_y=True)
    network = NetworkRegressor((20,), learning_rate_init=0.01, max_iter=50, random_state=0).fit(
        features * 20, progression
    )
    assert network.score(features * 20, progression) > 0.5
    assert network.loss_ < progression.var()
