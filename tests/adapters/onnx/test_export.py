"""ONNX: what ONNX Runtime computes from the exported model is what thalweg computes."""

import importlib
import json
import sys
import warnings

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support.strategies import seeds
from thalweg.errors import InputError
from thalweg.learn import Network, dense_examples, mixed_examples, predict
from thalweg.learn.activation import ACTIVATIONS, OUTPUTS
from thalweg.version import __version__

onnx = pytest.importorskip("onnx", reason="it exports to ONNX")
runtime = pytest.importorskip("onnxruntime", reason="it computes what was exported")

from thalweg.adapters.onnx import IR_VERSION, OPSET, save_onnx, to_onnx  # noqa: E402 - it needs onnx

sklearn = pytest.importorskip("sklearn", reason="estimators are scikit-learn's kind")

from sklearn.compose import ColumnTransformer  # noqa: E402
from sklearn.decomposition import PCA  # noqa: E402
from sklearn.exceptions import NotFittedError  # noqa: E402
from sklearn.impute import SimpleImputer  # noqa: E402
from sklearn.model_selection import GridSearchCV  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, PolynomialFeatures, StandardScaler  # noqa: E402

from thalweg.adapters.sklearn import NetworkClassifier, NetworkRegressor  # noqa: E402 - it needs scikit-learn

KINDS = {"tensor(float)": np.float32, "tensor(double)": np.float64}


def session_of(model):
    """Return ONNX Runtime's session of a model that passes ONNX's own checker, inferred shapes and all."""
    onnx.checker.check_model(model, full_check=True)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    return runtime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def computed(model, x):
    """Return the outputs of a model by name."""
    session = session_of(model)
    (given,) = session.get_inputs()
    assert given.name == "X"
    assert given.shape[1] == x.shape[1]
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"X": x.astype(KINDS[given.type])}), strict=True))


@given(
    features=st.integers(1, 5),
    hidden=st.lists(st.integers(1, 7), max_size=4),
    pairs=st.integers(0, 2),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    output=st.sampled_from(sorted(OUTPUTS)),
    outputs=st.integers(1, 4),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=seeds,
)
@example(3, [], 0, "relu", "identity", 1, np.float32, 0)  # a straight line
@example(3, [6], 1, "hard sigmoid", "hard sigmoid", 2, np.float64, 0)
@example(3, [6], 2, "relu", "softmax", 4, np.float32, 0)
def test_onnx_runtime_computes_what_the_network_computes(
    features, hidden, pairs, activation, output, outputs, dtype, seed
):
    skip = len(hidden) == 1 and pairs > 0
    network = Network((features, *hidden * (2 * pairs + 1 if skip else 1), outputs), activation, output, skip=skip)
    random = np.random.default_rng(seed)
    theta = (2 * network.start(seed) + random.normal(0, 0.3, network.size)).astype(dtype)
    model = to_onnx(network, theta)
    for examples in (1, 70):
        x = 3 * random.normal(size=(examples, features)).astype(dtype)
        made = computed(model, x)["prediction"]
        ours = predict(network, theta, dense_examples(x, np.zeros(examples)))
        assert made.dtype == dtype
        allowed = 1e-5 if dtype is np.float32 else 1e-12
        np.testing.assert_allclose(made, ours, rtol=allowed, atol=allowed * max(1, np.abs(ours).max()))
    assert computed(model, np.zeros((0, features)))["prediction"].shape == (0, outputs)


def test_a_model_tells_what_it_is_and_needs_no_new_runtime():
    network = Network((4, 6, 6, 6, 3), "tanh", "softmax", skip=True)
    model = to_onnx(network, network.start(), name="flowers")
    assert (model.producer_name, model.producer_version, model.graph.name) == ("thalweg", __version__, "flowers")
    assert model.doc_string == "A network of 4-6-6-6-3: tanh, softmax, with skip connections."
    assert [(one.domain, one.version) for one in model.opset_import] == [("", OPSET)]
    assert model.ir_version == IR_VERSION
    assert {node.op_type for node in model.graph.node} == {"Gemm", "Tanh", "Add", "Softmax", "Identity"}


def test_one_hot_indices_are_columns_of_the_table():
    random = np.random.default_rng(1)
    examples = mixed_examples(random.normal(size=(20, 2)), random.integers(-1, 5, (20, 3)), np.zeros(20), one_hot=5)
    network = Network((7, 4, 1), "tanh")
    made = computed(to_onnx(network, network.start(2)), examples.gather())["prediction"]
    np.testing.assert_allclose(made, predict(network, network.start(2), examples), rtol=1e-12, atol=1e-12)


def test_precision_is_that_of_the_unknowns_or_the_one_asked_for():
    network = Network((2, 3, 1))
    theta = network.start()
    for unknowns, dtype, expected in (
        (theta, None, onnx.TensorProto.DOUBLE),
        (theta, np.float32, onnx.TensorProto.FLOAT),
        (theta.astype(np.float16), None, onnx.TensorProto.FLOAT),
        (np.arange(network.size), None, onnx.TensorProto.DOUBLE),
    ):
        model = to_onnx(network, unknowns, dtype=dtype)
        kinds = {one.type.tensor_type.elem_type for one in [*model.graph.input, *model.graph.output]}
        assert kinds | {one.data_type for one in model.graph.initializer} == {expected}


def table(dtype=np.float64):
    return np.random.default_rng(0).normal(3, 5, (80, 4)).astype(dtype)


def targets(kind, x):
    bins = np.digitize(x[:, 0], [0, 5])
    return {
        "number": 1000 + 50 * x[:, 0] - 20 * np.abs(x[:, 1]),
        "two numbers": np.stack([x[:, 0] * x[:, 1], 1e4 * x[:, 2]], axis=1),
        "0 and 1": (x[:, 0] > 3).astype(int),
        "false and true": x[:, 0] > 3,
        "whole numbers": np.array([-7, 0, 12])[bins],
        "whole floats": np.array([1.0, 2.0, 5.0])[bins],
        "texts": np.array(["low", "middle", "größer"])[bins],
        "objects": np.array(["no", "yes", "no"], dtype=object)[bins],
        "several labels": (x[:, :3] > 3).astype(int),
    }[kind]


NUMBERS = ["number", "two numbers"]
CLASSES = ["0 and 1", "false and true", "whole numbers", "whole floats", "texts", "objects", "several labels"]


def fitted(kind, x, *before, **options):
    estimator = (NetworkRegressor if kind in NUMBERS else NetworkClassifier)(
        (8,), max_iter=4, random_state=0, **options
    )
    return (make_pipeline(*before, estimator) if before else estimator).fit(x, targets(kind, x))


def assert_equal(estimator, model, x):
    """Labels are the same, numbers the same to 1e-5 of their size."""
    made = computed(model, x)
    if "variable" in made:
        own = estimator.predict(x).reshape(len(x), -1)
        assert set(made) == {"variable"}
        assert np.abs((made["variable"] - own) / np.abs(own).max(axis=0)).max() < 1e-5
        return
    assert list(made) == ["label", "probabilities"]
    own = estimator.predict(x)
    assert made["label"].dtype == (object if own.dtype.kind in "UO" else np.int64)
    np.testing.assert_array_equal(made["label"], own)
    np.testing.assert_allclose(made["probabilities"], estimator.predict_proba(x), rtol=0, atol=1e-5)


@pytest.mark.parametrize("kind", [*NUMBERS, *CLASSES])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_fitted_estimator_is_the_same_under_onnx_runtime(kind, dtype):
    x = table(dtype)
    estimator = fitted(kind, x)
    model = to_onnx(estimator)
    assert model.graph.input[0].type.tensor_type.elem_type == onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    assert_equal(estimator, model, x)
    assert_equal(estimator, model, x[:1])


@pytest.mark.parametrize("kind", ["number", "texts"])
def test_options_of_the_estimator_are_exported(kind):
    x = table()
    estimator = fitted(kind, x).set_params(
        hidden_layer_sizes=(6,) * 3, activation="hard sigmoid", skip_connections=True
    )
    estimator.fit(x, targets(kind, x))
    assert_equal(estimator, to_onnx(estimator, dtype=np.float32), x.astype(np.float32))


def test_names_of_features_are_in_the_metadata():
    pandas = pytest.importorskip("pandas", reason="it has frames")
    x = pandas.DataFrame(table(), columns=["a", "β", "c d", "e"])
    model = to_onnx(NetworkRegressor((3,), max_iter=1, random_state=0).fit(x, x["a"]))
    (about,) = model.metadata_props
    assert about.key == "features"
    assert json.loads(about.value) == ["a", "β", "c d", "e"]


@pytest.fixture
def skl2onnx():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of another library, when it loads
        return pytest.importorskip("skl2onnx", reason="it exports what stands before a network")


@pytest.mark.parametrize("kind", [*NUMBERS, *CLASSES])
def test_a_scaler_before_the_network_is_exported_with_it(skl2onnx, kind):  # noqa: ARG001 - it is needed
    for dtype in (np.float32, np.float64):
        x = table(dtype)
        pipeline = fitted(kind, x, StandardScaler())
        assert_equal(pipeline, to_onnx(pipeline), x)


def test_other_steps_and_searches_are_exported(skl2onnx):  # noqa: ARG001 - likewise
    x = table(np.float32)
    x[3, 1] = np.nan
    pipeline = make_pipeline(SimpleImputer(), StandardScaler(), PCA(3), NetworkClassifier((8,), random_state=0))
    search = GridSearchCV(pipeline, {"networkclassifier__max_iter": [1, 3]}, cv=2)
    search.fit(x, targets("texts", x))
    assert_equal(search, to_onnx(search, dtype=np.float32), x)
    clean = np.nan_to_num(x)
    search = GridSearchCV(NetworkClassifier((8,), random_state=0), {"max_iter": [1, 3]}, cv=2)
    for one in (search, make_pipeline(StandardScaler(), search)):
        one.fit(clean, targets("texts", x))
        assert_equal(one, to_onnx(one), clean)  # in the precision of the fit


def test_columns_of_several_kinds_go_through_skl2onnx_itself(skl2onnx):
    pandas = pytest.importorskip("pandas", reason="it has frames")
    from thalweg.adapters.onnx import register_converters  # noqa: PLC0415 - it needs skl2onnx

    x = table(np.float32)
    frame = pandas.DataFrame({"size": x[:, 0], "color": np.where(x[:, 1] > 3, "red", "blue")})
    columns = ColumnTransformer([("scaled", StandardScaler(), ["size"]), ("one hot", OneHotEncoder(), ["color"])])
    pipeline = make_pipeline(columns, NetworkClassifier((8,), max_iter=3, random_state=0)).fit(frame, x[:, 2] > 3)
    with pytest.raises(ValueError, match=r"cannot export this Pipeline: .* call register_converters\(\)"):
        to_onnx(pipeline)
    register_converters()
    model = skl2onnx.to_onnx(pipeline, frame[:1], options={"zipmap": False}, target_opset=OPSET)
    label, likely = session_of(model).run(None, {name: frame[[name]].to_numpy() for name in frame})
    np.testing.assert_array_equal(label, pipeline.predict(frame))
    np.testing.assert_allclose(likely, pipeline.predict_proba(frame), rtol=0, atol=1e-5)


def test_what_skl2onnx_cannot_export_is_told(skl2onnx):  # noqa: ARG001 - it is needed
    x = table()
    with pytest.raises(ValueError, match="cannot export this Pipeline: FunctionTransformer is not supported"):
        to_onnx(fitted("number", x, FunctionTransformer(np.abs)))
    # A gap of skl2onnx in float64, told before a runtime meets it; in float32 there is none.
    pipeline = fitted("number", x, PolynomialFeatures())
    with pytest.raises(ValueError, match=r"in float64 is no valid model: .* option dtype chooses the other precision"):
        to_onnx(pipeline)
    assert computed(to_onnx(pipeline, dtype=np.float32), x)["variable"].shape == (80, 1)


NETWORK = Network((2, 3, 1))


@pytest.mark.parametrize(
    ("arguments", "kind", "sentence"),
    [
        ((NETWORK,), TypeError, r"A network has no unknowns of its own: to_onnx\(network, theta\)"),
        ((NETWORK, np.zeros(4)), ValueError, r"has 13 unknowns; the vector given has shape \(4,\)"),
        ((NetworkRegressor(), np.zeros(4)), TypeError, "a NetworkRegressor has its own"),
        ((NetworkRegressor(),), NotFittedError, "not fitted yet"),
        ((make_pipeline(StandardScaler(), NetworkRegressor()),), NotFittedError, "not fitted yet"),
        (("network",), TypeError, "This str cannot be exported: give a Network with its unknowns"),
        ((NetworkRegressor,), TypeError, "cannot be exported"),
    ],
)
def test_what_cannot_be_exported_is_told(arguments, kind, sentence):
    with pytest.raises(kind, match=sentence):
        to_onnx(*arguments)


def test_precisions_labels_and_sizes_that_onnx_has_not_are_told(monkeypatch):
    with pytest.raises(ValueError, match="precision is float16; choose float32 or float64"):
        to_onnx(NETWORK, NETWORK.start(), dtype=np.float16)
    estimator = fitted("whole floats", table())
    estimator.classes_ = np.array([0.5, 1.0, 2.0])
    with pytest.raises(ValueError, match=r"\[0.5, 1.0, 2.0\] are neither whole numbers nor text"):
        to_onnx(estimator)
    monkeypatch.setattr("thalweg.adapters.onnx.graph._LARGEST_BYTES", 100)
    with pytest.raises(ValueError, match="13 unknowns of float64 are more than the 2 GB"):
        to_onnx(NETWORK, NETWORK.start())


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "network.onnx"
    save_onnx(NETWORK, path, NETWORK.start())
    before = path.read_bytes()
    assert before == to_onnx(NETWORK, NETWORK.start()).SerializeToString()
    runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    with pytest.raises(NotFittedError):
        save_onnx(NetworkRegressor(), path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["network.onnx"]
    with pytest.raises(InputError, match="cannot be written"):
        save_onnx(NETWORK, tmp_path / "absent" / "network.onnx", NETWORK.start())


@pytest.mark.parametrize(
    ("absent", "module", "sentence"),
    [
        ("onnx", "thalweg.adapters.onnx.graph", r"pip install 'thalweg\[onnx\]'"),
        ("skl2onnx", "thalweg.adapters.onnx.converters", "pip install skl2onnx"),
    ],
)
def test_without_the_package_the_error_says_what_to_install(monkeypatch, absent, module, sentence):
    monkeypatch.setitem(sys.modules, absent, None)
    monkeypatch.delitem(sys.modules, module, raising=False)
    with pytest.raises(ImportError, match=sentence):
        importlib.import_module(module)


def test_networks_are_exported_where_scikit_learn_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.base", None)
    assert computed(to_onnx(NETWORK, NETWORK.start()), np.zeros((1, 2)))["prediction"].shape == (1, 1)
    with pytest.raises(TypeError, match="This int cannot be exported"):
        to_onnx(5)
