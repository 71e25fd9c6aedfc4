"""A network, or an estimator of thalweg, as a graph of ONNX."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.files import write_whole
from thalweg.learn import Network
from thalweg.version import __version__

try:
    from onnx import TensorProto, helper, numpy_helper
except ImportError as error:
    raise ImportError("ONNX export needs the package onnx: pip install 'thalweg[onnx]'.") from error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from os import PathLike

    from numpy.typing import ArrayLike, DTypeLike, NDArray
    from onnx import ModelProto, NodeProto, ValueInfoProto

    from thalweg.learn.activation import Values

OPSET, IR_VERSION = 13, 7  # from 2020, the first opset whose Softmax is along one axis; old runtimes read it too
_LARGEST_BYTES = 2**31 - 2**20  # of unknowns: a model is one message of at most 2 GB
_PRECISIONS: dict[np.dtype[Any], int] = {
    np.dtype(np.float32): TensorProto.FLOAT,
    np.dtype(np.float64): TensorProto.DOUBLE,
}
_OPERATORS = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh", "softmax": "Softmax"}


def to_onnx(
    model: Any,  # noqa: ANN401 - a network or an estimator; scikit-learn need not be there
    theta: ArrayLike | None = None,
    *,
    name: str = "thalweg",
    dtype: DTypeLike | None = None,
) -> ModelProto:
    """Return a network, a fitted estimator, or a pipeline that ends in one, as an ONNX model.

    The input is ``X``, shape (examples, features), with any number of examples. The outputs are

    - for a network: ``prediction``, shape (examples, outputs);
    - for a regressor: ``variable``, shape (examples, outputs), in the target's own units;
    - for a classifier: ``label``, shape (examples,), int64 or text (True is 1), and ``probabilities``, shape (examples,
      classes), in the order of its `classes_`; for several labels at once both have shape (examples, labels).

    Parameters
    ----------
    model : Network, NetworkRegressor, NetworkClassifier, or another estimator of scikit-learn
        Another estimator, such as a pipeline, is exported through the package skl2onnx, which knows most preprocessing.
        Where its input is more than one table of numbers, see `register_converters`.
    theta : ndarray, shape (size,), optional
        The unknowns of a network. Its input is a table of features, in which windows and one-hot features stand as in
        `Examples.gather`.
    name : str
        The name of the graph.
    dtype : dtype, optional
        The precision of all numbers, float32 or float64; the precision of θ if it is not given.

    Returns
    -------
    onnx.ModelProto
        Where the estimator was fitted to a frame, the metadata hold the names of the features, as JSON.

    Raises
    ------
    TypeError
        If the model is of another kind, or if θ is missing with a network or given with anything else.
    ValueError
        If the estimator is not fitted, θ does not fit the network, labels are neither whole numbers nor text, the
        precision is another one, the unknowns are larger than 2 GB, or skl2onnx does not know a step.
    ImportError
        If the model needs skl2onnx, which is not installed.
    """
    if isinstance(model, Network):
        if theta is None:
            raise TypeError("A network has no unknowns of its own: to_onnx(network, theta).")
        given = np.asarray(theta)
        graph = Graph(np.result_type(given, np.float32) if dtype is None else dtype)
        predicted = graph.node("Identity", [graph.network(model, given.astype(graph.dtype), "X")], "prediction")
        return graph.model(name, model, [graph.output(predicted, model.widths[-1])])
    if theta is not None:
        raise TypeError(f"Unknowns are given with a network; a {type(model).__name__} has its own.")
    if not _is_ours(model):
        from thalweg.adapters.onnx.pipelines import pipeline_to_onnx  # noqa: PLC0415 - it needs skl2onnx

        return pipeline_to_onnx(model, name, dtype)
    graph = Graph(model.theta_.dtype if dtype is None else dtype)
    named = getattr(model, "feature_names_in_", None)
    about = {} if named is None else {"features": json.dumps(named.tolist())}
    return graph.model(name, model.network_, graph.estimator(model, "X"), about)


def save_onnx(
    model: Any,  # noqa: ANN401 - as `to_onnx`
    path: str | PathLike[str],
    theta: ArrayLike | None = None,
    *,
    name: str = "thalweg",
    dtype: DTypeLike | None = None,
) -> None:
    """Write the model that `to_onnx` returns to a file, whole or not at all.

    Parameters
    ----------
    model, theta, name, dtype
        As `to_onnx`.
    path : path

    Raises
    ------
    InputError
        If the file cannot be written.
    TypeError, ValueError, ImportError
        As `to_onnx`. An existing file does not change then.
    """
    write_whole(Path(path), to_onnx(model, theta, name=name, dtype=dtype).SerializeToString())


def _is_ours(model: Any) -> bool:  # noqa: ANN401 - as `to_onnx`
    """Whether the model is an estimator of thalweg. Other estimators may be pipelines; anything else is refused."""
    try:
        from sklearn.base import BaseEstimator  # noqa: PLC0415 - a network needs none of it
        from sklearn.utils.validation import check_is_fitted  # noqa: PLC0415 - likewise

        from thalweg.adapters.sklearn import NetworkClassifier, NetworkRegressor  # noqa: PLC0415 - likewise
    except ImportError:
        estimator = ours = False
    else:
        estimator, ours = isinstance(model, BaseEstimator), isinstance(model, (NetworkClassifier, NetworkRegressor))
        if estimator:
            check_is_fitted(model)
    if not estimator:
        raise TypeError(
            f"This {type(model).__name__} cannot be exported: give a Network with its unknowns, a fitted "
            "NetworkRegressor or NetworkClassifier, or a fitted pipeline of scikit-learn."
        )
    return ours


class Graph:
    """Constants and nodes in the order of computation; every method that adds one returns its name.

    Parameters
    ----------
    dtype : dtype
        The precision of all numbers.
    unique : callable
        Turns a name into one that is not in use yet.
    """

    def __init__(self, dtype: DTypeLike, unique: Callable[[str], str] = str) -> None:
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        if self.dtype not in _PRECISIONS:
            raise ValueError(f"The precision is {self.dtype}; choose float32 or float64.")
        self.precision = _PRECISIONS[self.dtype]
        self.constants: list[TensorProto] = []
        self.nodes: list[NodeProto] = []
        self._unique = unique

    def constant(self, name: str, values: ArrayLike) -> str:
        """Add numbers or texts; numbers that are not whole take the graph's precision."""
        array = np.asarray(values)
        array = array.astype(self.dtype) if array.dtype.kind == "f" else array
        self.constants.append(numpy_helper.from_array(array, self._unique(name)))
        return self.constants[-1].name

    def node(self, operator: str, inputs: Sequence[str], name: str, **attributes: int) -> str:
        """Add a node, whose output has the same name."""
        output = self._unique(name)
        node = helper.make_node(operator, inputs, [output], output)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self.nodes.append(node)
        return output

    def network(self, network: Network, theta: Values, x: str) -> str:
        """Add the forward pass, layer by layer (P3)."""
        if network.size * self.dtype.itemsize > _LARGEST_BYTES:
            raise ValueError(f"{network.size:,} unknowns of {self.dtype} are more than the 2 GB that a model can hold.")
        a = [x]
        for i, (layer, activation) in enumerate(zip(network.layers(theta), network.activations, strict=True)):
            weights = self.constant(f"weights_{i + 1}", layer.weights)
            biases = self.constant(f"biases_{i + 1}", layer.biases)
            z = self.node("Gemm", [a[i], weights, biases], f"z_{i + 1}", transB=1)
            if network.skips_to(i):
                z = self.node("Add", [z, a[i - 1]], f"z_{i + 1}_with_skip")
            a.append(self.activation(activation, z, f"a_{i + 1}"))
        return a[-1]

    def activation(self, activation: str, z: str, name: str) -> str:
        """Add σ(z); there is nothing to add for the identity."""
        if activation == "identity":
            return z
        if activation in _OPERATORS:
            return self.node(_OPERATORS[activation], [z], name)
        # ONNX has HardSigmoid too, but ONNX Runtime computes it in float32 only.
        sixth = self.node("Div", [z, self.constant(f"{name}_six", 6.0)], f"{name}_sixth")
        line = self.node("Add", [sixth, self.constant(f"{name}_half", 0.5)], f"{name}_line")
        ends = [self.constant(f"{name}_{end}", value) for end, value in (("lowest", 0.0), ("highest", 1.0))]
        return self.node("Clip", [line, *ends], name)

    def estimator(self, model: Any, x: str) -> list[ValueInfoProto]:  # noqa: ANN401 - ours, loaded only where it is
        """Add the computation of `predict`, and with classes that of `predict_proba`."""
        made = self.network(model.network_, model.theta_, x)
        outputs = model.network_.widths[-1]
        if not hasattr(model, "classes_"):
            scaled = self.node("Mul", [made, self.constant("target_scale", model.target_scale_)], "scaled")
            own = self.node("Add", [scaled, self.constant("target_mean", model.target_mean_)], "variable")
            return [self.output(own, outputs)]
        if model.network_.output == "sigmoid" and outputs > 1:  # several labels at once
            likely = self.node("Identity", [made], "probabilities")
            more = self.node("Greater", [likely, self.constant("half", 0.5)], "likelier_than_not")
            label = self.node("Cast", [more], "label", to=TensorProto.INT64)
            return [self.output(label, outputs, TensorProto.INT64), self.output(likely, outputs)]
        if outputs == 1:
            other = self.node("Sub", [self.constant("one", 1.0), made], "other")
            likely = self.node("Concat", [other, made], "probabilities", axis=1)
        else:
            likely = self.node("Identity", [made], "probabilities")
        classes = labels_of(model.classes_)
        which = self.node("ArgMax", [likely], "which", axis=1, keepdims=0)
        label = self.node("Gather", [self.constant("classes", classes), which], "label", axis=0)
        kind = TensorProto.STRING if classes.dtype.kind == "O" else TensorProto.INT64
        return [self.output(label, None, kind), self.output(likely, len(classes))]

    def output(self, name: str, columns: int | None, kind: int | None = None) -> ValueInfoProto:
        """Describe an output with `columns` columns, or a vector; it holds numbers where no other kind is given."""
        shape = ["examples"] if columns is None else ["examples", columns]
        return helper.make_tensor_value_info(name, self.precision if kind is None else kind, shape)

    def model(
        self, name: str, network: Network, outputs: list[ValueInfoProto], about: dict[str, str] | None = None
    ) -> ModelProto:
        """Return the graph as a model."""
        features, *_ = network.widths
        shape = f"A network of {'-'.join(map(str, network.widths))}: {', '.join(dict.fromkeys(network.activations))}"
        x = helper.make_tensor_value_info("X", self.precision, ["examples", features])
        made = helper.make_model(
            helper.make_graph(self.nodes, name, [x], outputs, self.constants),
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="thalweg",
            producer_version=__version__,
            doc_string=f"{shape}{', with skip connections' if network.skip else ''}.",
        )
        helper.set_model_props(made, about or {})
        return made


def labels_of(classes: NDArray[Any]) -> NDArray[Any]:
    """Return classes as whole numbers or texts, the two kinds of labels in ONNX.

    Raises
    ------
    ValueError
        If the classes are of another kind.
    """
    labels = np.asarray(classes.tolist())
    if labels.dtype.kind == "U":
        return labels.astype(object)
    if labels.dtype.kind in "biuf" and (labels == labels.astype(np.int64)).all():
        return labels.astype(np.int64)
    raise ValueError(f"The classes {classes.tolist()[:10]} are neither whole numbers nor text, the labels of ONNX.")
