"""Export pipelines that end in a network of thalweg, through skl2onnx, which knows the steps before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, shape_inference
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline

from thalweg.adapters.onnx.graph import OPSET, Graph, labels_of
from thalweg.adapters.sklearn import NetworkClassifier, NetworkRegressor

try:
    import skl2onnx
    from skl2onnx import update_registered_converter
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, Int64TensorType, StringTensorType
except ImportError as error:
    raise ImportError(
        "The export of pipelines, and of other estimators than thalweg's, needs the package skl2onnx: pip install "
        "skl2onnx."
    ) from error

if TYPE_CHECKING:
    from numpy.typing import DTypeLike
    from onnx import ModelProto

    from thalweg.adapters.sklearn.base import NetworkEstimator


def register_converters() -> None:
    """Make thalweg's estimators known to skl2onnx, at any place in the model that it converts.

    `to_onnx` does so itself. A model that it cannot describe, such as a pipeline whose input has columns of several
    kinds, can then be given to `skl2onnx.to_onnx` with examples of the input.
    """
    for kind, options in ((NetworkRegressor, None), (NetworkClassifier, {"zipmap": [True, False, "columns"]})):
        update_registered_converter(kind, f"Thalweg{kind.__name__}", _declare, _convert, options=options)


def pipeline_to_onnx(model: Any, name: str, dtype: DTypeLike | None) -> ModelProto:  # noqa: ANN401 - an estimator
    """Return a fitted estimator of scikit-learn as a model, see `to_onnx`."""
    register_converters()
    last = model[-1] if isinstance(model, Pipeline) else model
    graph = Graph(getattr(_network_in(last), "theta_", np.empty(0)).dtype if dtype is None else dtype)
    number = DoubleTensorType if graph.precision == TensorProto.DOUBLE else FloatTensorType
    options: dict[str, Any] = {
        "name": name,
        "initial_types": [("X", number([None, model.n_features_in_]))],
        "target_opset": OPSET,
        "options": {id(last): {"zipmap": False}} if is_classifier(last) else None,
    }
    try:
        made: Any = skl2onnx.to_onnx(model, **options)
        checker.check_model(made, full_check=True)
    except (RuntimeError, NotImplementedError) as error:  # the kinds that skl2onnx raises
        raise ValueError(
            f"skl2onnx cannot export this {type(model).__name__}: {str(error).splitlines()[0]} Where the input is more "
            "than one table of numbers, call register_converters(), then skl2onnx.to_onnx with examples of it."
        ) from error
    except (checker.ValidationError, shape_inference.InferenceError) as error:
        raise ValueError(
            f"What skl2onnx makes of this {type(model).__name__} in {graph.dtype} is no valid model: {error}. The "
            "option dtype chooses the other precision."
        ) from error
    return made


def _network_in(model: Any) -> Any:  # noqa: ANN401 - likewise
    """Return the last estimator of a pipeline or a search."""
    while isinstance(model, Pipeline) or hasattr(model, "best_estimator_"):
        model = model[-1] if isinstance(model, Pipeline) else model.best_estimator_
    return model


def _declare(operator: Any) -> None:  # noqa: ANN401 - skl2onnx has no types
    """Declare the kind and the shape of the outputs to skl2onnx."""
    model: NetworkEstimator = operator.raw_operator
    examples, outputs = operator.inputs[0].get_first_dimension(), model.network_.widths[-1]
    number = DoubleTensorType if isinstance(operator.inputs[0].type, DoubleTensorType) else FloatTensorType
    if not isinstance(model, NetworkClassifier):
        operator.outputs[0].type = number([examples, outputs])
        return
    label = StringTensorType if labels_of(model.classes_).dtype.kind == "O" else Int64TensorType
    several = model.network_.output == "sigmoid" and outputs > 1
    operator.outputs[0].type = label([examples, outputs] if several else [examples])
    operator.outputs[1].type = number([examples, len(model.classes_)])


def _convert(scope: Any, operator: Any, container: Any) -> None:  # noqa: ANN401 - likewise
    """Add an estimator to the graph that skl2onnx builds."""
    double = isinstance(operator.inputs[0].type, DoubleTensorType)
    graph = Graph(np.float64 if double else np.float32, scope.get_unique_variable_name)
    x = graph.node("Cast", [operator.inputs[0].full_name], "x", to=graph.precision)
    for made, declared in zip(graph.estimator(operator.raw_operator, x), operator.outputs, strict=True):
        container.add_node(
            "Identity", [made.name], [declared.full_name], name=scope.get_unique_operator_name("Identity")
        )
    for constant in graph.constants:
        texts = [text.encode() for text in numpy_helper.to_array(constant)] if constant.string_data else None
        container.add_initializer(constant.name, constant.data_type, constant.dims, texts or constant)
    for node in graph.nodes:
        attributes = {one.name: helper.get_attribute_value(one) for one in node.attribute}
        container.add_node(node.op_type, list(node.input), list(node.output), name=node.name, **attributes)
