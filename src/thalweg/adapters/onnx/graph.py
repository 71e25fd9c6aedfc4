"""A graph of ONNX, made of constants and nodes: a network, or a fitted estimator with its labels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.learn.training.arguments import expect_precision
from thalweg.version import __version__

try:
    from onnx import TensorProto, helper, numpy_helper
except ImportError as error:
    raise ImportError("ONNX export needs the package onnx: pip install 'thalweg[onnx]'.") from error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, DTypeLike, NDArray
    from onnx import ModelProto, NodeProto, ValueInfoProto

    from thalweg.learn.activation import Values
    from thalweg.learn.function import Network

OPSET, IR_VERSION = 13, 7  # from 2020, the first opset whose Softmax is along one axis; old runtimes read it too
_LARGEST_BYTES = 2**31 - 2**20  # of unknowns: a model is one message of at most 2 GB
_PRECISIONS: dict[np.dtype[Any], int] = {
    np.dtype(np.float32): TensorProto.FLOAT,
    np.dtype(np.float64): TensorProto.DOUBLE,
}
_OPERATORS = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh", "softmax": "Softmax"}


class NotExportedError(ValueError):
    """What was given cannot be exported; the message says what to do."""


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
        expect_precision(self.dtype)
        self.precision = _PRECISIONS[self.dtype]
        self.constants: list[TensorProto] = []
        self.nodes: list[NodeProto] = []
        self._unique = unique

    def constant(self, name: str, values: ArrayLike, *, exact: bool = False) -> str:
        """Add numbers or texts; numbers that are not whole take the graph's precision, unless they must stay exact."""
        array = np.asarray(values)
        array = array.astype(self.dtype) if array.dtype.kind == "f" and not exact else array
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

    def estimator(self, model: Any, x: str, *, raw: bool = False) -> list[ValueInfoProto]:  # noqa: ANN401 - ours, loaded only where it is
        """Add the computation of `predict`, and with classes that of `predict_proba`.

        Where `raw` is true, `decision_function` takes the place of the probabilities: z of the output layer, for two
        classes −z and z.
        """
        network = replace(model.network_, output="identity") if raw else model.network_
        made = self.network(network, model.theta_, x)
        outputs = network.widths[-1]
        if not hasattr(model, "classes_"):
            scaled = self.node("Mul", [made, self.constant("target_scale", model.target_scale_)], "scaled")
            own = self.node("Add", [scaled, self.constant("target_mean", model.target_mean_)], "variable")
            return [self.output(own, outputs)]
        if model.network_.output == "sigmoid" and outputs > 1:  # several labels at once
            likely = self.node("Identity", [made], "probabilities")
            even = self.constant("even", 0.0 if raw else 0.5)
            more = self.node("Greater", [likely, even], "likelier_than_not")
            label = self.node("Cast", [more], "label", to=TensorProto.INT64)
            return [self.output(label, outputs, TensorProto.INT64), self.output(likely, outputs)]
        if outputs == 1:
            both = self.constant("both", 0.0 if raw else 1.0)  # the sum of the two
            other = self.node("Sub", [both, made], "other")
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
    NotExportedError
        If the classes are of another kind.
    """
    labels = np.asarray(classes.tolist())
    if labels.dtype.kind == "U":
        return labels.astype(object)
    if labels.dtype.kind in "biuf" and (labels == labels.astype(np.int64)).all():
        return labels.astype(np.int64)
    raise NotExportedError(
        f"The classes {classes.tolist()[:10]} are neither whole numbers nor text, the labels of ONNX."
    )
