"""ONNX of wrappers around networks: ONNX Runtime computes what scikit-learn does, or the export is refused."""

import inspect
import warnings

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="it exports to ONNX")
runtime = pytest.importorskip("onnxruntime", reason="it computes what was exported")
pytest.importorskip("sklearn", reason="the wrappers are scikit-learn's")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # those of another library, when it loads
    skl2onnx = pytest.importorskip("skl2onnx", reason="it exports the wrappers")

from sklearn.calibration import CalibratedClassifierCV  # noqa: E402
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor  # noqa: E402
from sklearn.ensemble import (  # noqa: E402
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    BaggingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: E402, F401 - it makes the searches known
from sklearn.feature_selection import RFE, RFECV, SelectFromModel, SequentialFeatureSelector  # noqa: E402
from sklearn.frozen import FrozenEstimator  # noqa: E402
from sklearn.linear_model import LinearRegression, LogisticRegression, RANSACRegressor, Ridge  # noqa: E402
from sklearn.model_selection import (  # noqa: E402
    FixedThresholdClassifier,
    GridSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    RandomizedSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier, OutputCodeClassifier  # noqa: E402
from sklearn.multioutput import (  # noqa: E402
    ClassifierChain,
    MultiOutputClassifier,
    MultiOutputRegressor,
    RegressorChain,
)
from sklearn.pipeline import FeatureUnion, make_pipeline  # noqa: E402
from sklearn.preprocessing import MinMaxScaler, StandardScaler  # noqa: E402
from sklearn.semi_supervised import SelfTrainingClassifier  # noqa: E402
from sklearn.utils import all_estimators  # noqa: E402

from thalweg.adapters.onnx import register_converters, to_onnx  # noqa: E402 - it needs onnx
from thalweg.adapters.sklearn import NetworkClassifier, NetworkRegressor  # noqa: E402 - it needs scikit-learn

TABLE = np.random.default_rng(0).normal(size=(90, 4))
NOISY = TABLE[:, 0] + 0.5 * np.random.default_rng(1).normal(size=90)
THREE = np.digitize(NOISY, [-0.5, 0.5])
RARE = np.where(np.arange(90) < 88, np.where(NOISY > 0, 9, 4), 7)  # only two examples of 7: a bag may have none
TARGETS = {
    "texts": np.array(["no", "yes"])[(NOISY > 0).astype(int)],
    "three": THREE,
    "three texts": np.array(["a", "b", "cé"])[THREE],
    "rare": RARE,
    "some unknown": np.where(np.arange(90) % 3, THREE, -1),
    "labels": (TABLE[:, :3] > 0).astype(int),
    "columns": np.stack([THREE, NOISY > 0], axis=1),
    "number": TABLE[:, 0] * TABLE[:, 1] + TABLE[:, 2],
    "positive": np.exp(TABLE[:, 0]),
    "two numbers": TABLE[:, :2] * [1, 1000],
}


def classifier(**options):
    return NetworkClassifier((5,), max_iter=6, batch_size=30, learning_rate_init=0.02, random_state=0, **options)


def regressor(**options):
    return NetworkRegressor((5,), max_iter=6, batch_size=30, learning_rate_init=0.02, random_state=0, **options)


def importance(network):
    return np.abs(network.coefs_[0]).sum(axis=1)


C, R, LR = classifier, regressor, LogisticRegression
CHOOSE = {"importance_getter": importance}
TRY = {"max_iter": [3, 6]}
# Of each kind of wrapper: a name, the wrapper, and the targets that it learns.
WRAPPERS = {
    "AdaBoostClassifier": [(lambda: AdaBoostClassifier(C(), n_estimators=3, random_state=0), "texts", "three", "rare")],
    "AdaBoostRegressor": [(lambda: AdaBoostRegressor(R(), n_estimators=3, random_state=0), "number")],
    "BaggingClassifier": [
        (lambda: BaggingClassifier(C(), n_estimators=4, max_samples=0.3, random_state=0), "texts", "rare"),
        (lambda: BaggingClassifier(C(), n_estimators=3, max_features=2, random_state=0), "three texts"),
        (lambda: BaggingClassifier(CalibratedClassifierCV(C(), cv=2), n_estimators=2, random_state=0), "three"),
    ],
    "BaggingRegressor": [
        (lambda: BaggingRegressor(R(), n_estimators=3, random_state=0), "two numbers"),
        (lambda: BaggingRegressor(R(), n_estimators=3, max_features=2, random_state=0), "number"),
    ],
    "CalibratedClassifierCV": [
        (lambda: CalibratedClassifierCV(C(), cv=2), "texts", "three", "three texts"),
        (lambda: CalibratedClassifierCV(C(), cv=2, method="isotonic"), "texts", "three"),
        (lambda: CalibratedClassifierCV(C(), cv=2, ensemble=False), "three"),
        (lambda: CalibratedClassifierCV(make_pipeline(StandardScaler(), C()), cv=2), "three texts"),
        (lambda: CalibratedClassifierCV(GridSearchCV(C(), TRY, cv=2), cv=2), "texts"),
        (lambda: CalibratedClassifierCV(BaggingClassifier(C(), n_estimators=2, random_state=0), cv=2), "three"),
        (lambda: CalibratedClassifierCV(VotingClassifier([("a", C())], voting="soft"), cv=2), "texts"),
        (lambda: CalibratedClassifierCV(FrozenEstimator(C().fit(TABLE, THREE))), "three"),
    ],
    "ColumnTransformer": [
        (
            lambda: make_pipeline(ColumnTransformer([("a", StandardScaler(), [0, 1])], remainder="passthrough"), R()),
            "number",
        )
    ],
    "FeatureUnion": [
        (
            lambda: make_pipeline(FeatureUnion([("a", MinMaxScaler()), ("b", SelectFromModel(R(), **CHOOSE))]), R()),
            "number",
        )
    ],
    "FixedThresholdClassifier": [
        (lambda: FixedThresholdClassifier(C(), threshold=0.3), "texts"),
        (lambda: FixedThresholdClassifier(make_pipeline(StandardScaler(), C())), "texts"),
        (
            lambda: FixedThresholdClassifier(C(), threshold=-0.2, pos_label="no", response_method="decision_function"),
            "texts",
        ),
    ],
    "FrozenEstimator": [
        (lambda: FrozenEstimator(C().fit(TABLE, TARGETS["three texts"])), "three texts"),
        (
            lambda: make_pipeline(FrozenEstimator(StandardScaler().fit(TABLE)), FrozenEstimator(R().fit(TABLE, NOISY))),
            "number",
        ),
    ],
    "GridSearchCV": [
        (lambda: GridSearchCV(C(), TRY, cv=2), "texts", "labels"),
        (lambda: GridSearchCV(CalibratedClassifierCV(C(), cv=2), {"method": ["sigmoid", "isotonic"]}, cv=2), "three"),
    ],
    "HalvingGridSearchCV": [(lambda: HalvingGridSearchCV(C(), TRY, cv=2, random_state=0), "three texts")],
    "HalvingRandomSearchCV": [
        (lambda: HalvingRandomSearchCV(R(), TRY, n_candidates=2, cv=2, random_state=0), "number")
    ],
    "MultiOutputClassifier": [(lambda: MultiOutputClassifier(C()), "labels", "columns")],
    "MultiOutputRegressor": [(lambda: MultiOutputRegressor(R()), "two numbers")],
    "OneVsRestClassifier": [(lambda: OneVsRestClassifier(C()), "texts", "three texts", "labels")],
    "Pipeline": [(lambda: make_pipeline(StandardScaler(), CalibratedClassifierCV(C(), cv=2)), "texts")],
    "RANSACRegressor": [(lambda: RANSACRegressor(R(), min_samples=60, random_state=0), "number")],
    "RFE": [
        (lambda: RFE(C(), n_features_to_select=2, **CHOOSE), "texts"),
        (lambda: make_pipeline(StandardScaler(), RFE(R(), n_features_to_select=2, **CHOOSE), R()), "number"),
    ],
    "RFECV": [(lambda: RFECV(C(), cv=2, **CHOOSE), "three texts")],
    "RandomizedSearchCV": [(lambda: RandomizedSearchCV(C(), TRY, n_iter=2, cv=2, random_state=0), "three", "labels")],
    "SelectFromModel": [
        (lambda: make_pipeline(SelectFromModel(C(), **CHOOSE), C()), "three"),
        (lambda: SelectFromModel(C(), **CHOOSE), "three"),
    ],
    "SelfTrainingClassifier": [(lambda: SelfTrainingClassifier(C(), threshold=0.6), "some unknown")],
    "SequentialFeatureSelector": [
        (lambda: make_pipeline(SequentialFeatureSelector(C(), n_features_to_select=2, cv=2), C()), "texts")
    ],
    "StackingClassifier": [
        (lambda: StackingClassifier([("a", C()), ("b", "drop"), ("c", LR())], cv=2), "texts", "three texts"),
        (lambda: StackingClassifier([("a", C())], final_estimator=C(), cv=2, passthrough=True), "three"),
        (lambda: StackingClassifier([("a", C())], cv=2, stack_method="decision_function"), "texts", "three"),
        (lambda: StackingClassifier([("a", C())], cv=2, stack_method="predict"), "three"),
    ],
    "StackingRegressor": [
        (lambda: StackingRegressor([("a", R()), ("b", Ridge())], final_estimator=R(), cv=2, passthrough=True), "number")
    ],
    "TunedThresholdClassifierCV": [
        (lambda: TunedThresholdClassifierCV(C(), cv=2, thresholds=20), "texts"),
        (lambda: TunedThresholdClassifierCV(C(), cv=2, thresholds=20, response_method="decision_function"), "texts"),
    ],
    "VotingClassifier": [
        (lambda: VotingClassifier([("a", C()), ("b", LR()), ("c", "drop")], weights=[1, 3, 9]), "texts", "three"),
        (lambda: VotingClassifier([("a", C()), ("b", LR())], voting="soft", weights=[1, 3]), "three texts"),
    ],
    "VotingRegressor": [
        (lambda: VotingRegressor([("a", R()), ("b", "drop"), ("c", LinearRegression())], weights=[1, 9, 3]), "number")
    ],
}
if hasattr(CalibratedClassifierCV(), "_parameter_constraints") and "temperature" in str(
    CalibratedClassifierCV._parameter_constraints["method"][0]
):
    WRAPPERS["CalibratedClassifierCV"].append(
        (lambda: CalibratedClassifierCV(C(), cv=2, method="temperature"), "texts", "three")
    )
CASES = [
    pytest.param(make, kind, id=f"{name}-{number}-{kind}", marks=[pytest.mark.slow] if place or number > 1 else [])
    for name, cases in WRAPPERS.items()
    for number, (make, *kinds) in enumerate(cases)
    for place, kind in enumerate(kinds)
]

# Wrappers that are refused, the sentence, and what it advises.
REFUSED = {
    "OneVsOneClassifier": (lambda: OneVsOneClassifier(C()), "three",
        "fit it without this wrapper", lambda _: C()),
    "OutputCodeClassifier": (
        lambda: OutputCodeClassifier(C(), random_state=0), "three",
        "fit it without this wrapper", lambda _: C(),
    ),
    "ClassifierChain": (
        lambda: ClassifierChain(C()), "labels",
        "MultiOutputClassifier one network for each column",
        lambda _: MultiOutputClassifier(C()),
    ),
    "RegressorChain": (
        lambda: RegressorChain(R()), "two numbers",
        "MultiOutputRegressor has one network for each",
        lambda _: MultiOutputRegressor(R()),
    ),
    "TransformedTargetRegressor": (
        lambda: TransformedTargetRegressor(R(), func=np.log, inverse_func=np.exp), "positive",
        "Export its `regressor_`",
        lambda fitted: fitted.regressor_,
    ),
}  # fmt: skip
# Combinations that are refused, with the same.
REFUSED_TOGETHER = {
    "several labels": (
        lambda: StackingClassifier([("a", C())], final_estimator=C(), cv=2), "labels",
        "A MultiOutputClassifier of it",
        lambda _: MultiOutputClassifier(StackingClassifier([("a", C())], final_estimator=C(), cv=2)),
    ),
    "decision function of another kind": (
        lambda: CalibratedClassifierCV(AdaBoostClassifier(C(), n_estimators=2), cv=2), "texts",
        "Wrap the network itself",
        lambda _: CalibratedClassifierCV(C(), cv=2),
    ),
    "search among selections": (
        lambda: GridSearchCV(RFE(C(), **CHOOSE), {"n_features_to_select": [2]}, cv=2), "texts",
        "such as its best_estimator_",
        lambda fitted: fitted.best_estimator_,
    ),
    "selection in a wrapper": (
        lambda: BaggingClassifier(RFE(C(), **CHOOSE), n_estimators=2), "texts",
        "Put it into a pipeline before the wrapper",
        lambda _: make_pipeline(RFE(C(), **CHOOSE), BaggingClassifier(C(), n_estimators=2)),
    ),
}  # fmt: skip
TAKES = {
    "estimator",
    "estimators",
    "base_estimator",
    "regressor",
    "classifier",
    "steps",
    "transformers",
    "transformer_list",
}


def test_every_wrapper_of_scikit_learn_is_decided():
    found = {name for name, kind in all_estimators() if TAKES & set(inspect.signature(kind).parameters)}
    halving = {"HalvingGridSearchCV", "HalvingRandomSearchCV"}  # experimental: not among all
    assert found | halving == WRAPPERS.keys() | REFUSED.keys()


def computed(model, x):
    onnx.checker.check_model(model, full_check=True)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    session = runtime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    dtype = {"tensor(float)": np.float32, "tensor(double)": np.float64}[given.type]
    return session.run(None, {given.name: x.astype(dtype)})


def assert_equal(estimator, made, x, *, within):
    """Labels, probabilities and values, or selected features, are those of scikit-learn."""
    if not hasattr(estimator, "predict"):
        np.testing.assert_allclose(made[0], estimator.transform(x), rtol=within)
        return
    own = estimator.predict(x)
    if own.dtype.kind == "f":
        own = own.reshape(len(x), -1)
        assert made[0].shape == own.shape
        assert np.abs((made[0] - own) / np.abs(own).max(axis=0)).max() < within
        return
    np.testing.assert_array_equal(made[0], own)
    if hasattr(estimator, "predict_proba"):
        likely = estimator.predict_proba(x)
        pairs = zip(made[1], likely, strict=True) if isinstance(likely, list) else [(made[1], likely)]
        for one, other in pairs:
            np.testing.assert_allclose(one, other, rtol=0, atol=within)


@pytest.mark.parametrize(("make", "kind"), CASES)
def test_a_wrapper_is_the_same_under_onnx_runtime(make, kind):
    estimator = make().fit(TABLE, TARGETS[kind])
    assert_equal(estimator, computed(to_onnx(estimator), TABLE), TABLE, within=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(("make", "kind"), CASES)
def test_a_wrapper_is_nearly_the_same_in_float32(make, kind):
    estimator = make().fit(TABLE, TARGETS[kind])
    assert_equal(estimator, computed(to_onnx(estimator, dtype=np.float32), TABLE), TABLE, within=2e-4)


@pytest.mark.parametrize(
    ("make", "kind", "sentence", "advised"), [*REFUSED.values(), *REFUSED_TOGETHER.values()],
    ids=[*REFUSED, *REFUSED_TOGETHER],
)  # fmt: skip
def test_what_is_refused_says_what_to_do_and_that_works(make, kind, sentence, advised):
    estimator = make().fit(TABLE, TARGETS[kind])
    with pytest.raises(ValueError, match=sentence):
        to_onnx(estimator)
    other = advised(estimator)
    other = other if hasattr(other, "n_features_in_") else other.fit(TABLE, TARGETS[kind])
    assert_equal(other, computed(to_onnx(other), TABLE), TABLE, within=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", ["texts", "three", "labels", "number", "two numbers"])
def test_skl2onnx_itself_converts_with_its_own_options(dtype, kind):
    register_converters()
    register_converters()  # twice is as well as once
    x = TABLE.astype(dtype)
    network = R() if "number" in kind else C()
    kinds = [make_pipeline(StandardScaler(), network)]
    kinds += [make_pipeline(StandardScaler(), CalibratedClassifierCV(C(), cv=2))] if kind in ("texts", "three") else []
    for estimator in kinds:
        estimator.fit(x, TARGETS[kind])
        made = computed(skl2onnx.to_onnx(estimator, x[:1]), x)
        if len(made) == 2:  # the probabilities of each example are a dictionary
            made[1] = np.array([[row[name] for name in estimator.classes_.tolist()] for row in made[1]])
        assert_equal(estimator, made, x, within=1e-5)


def test_others_are_converted_as_without_us():
    register_converters()
    estimator = CalibratedClassifierCV(LR(), cv=2).fit(TABLE, TARGETS["texts"])
    made = computed(skl2onnx.to_onnx(estimator, TABLE[:1].astype(np.float32), options={"zipmap": False}), TABLE)
    assert_equal(estimator, made, TABLE, within=1e-5)
