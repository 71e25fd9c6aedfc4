"""Export pipelines and other estimators of scikit-learn through skl2onnx, which knows most preprocessing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, checker, shape_inference
from sklearn.base import is_classifier
from sklearn.feature_selection import RFE
from sklearn.pipeline import Pipeline

from thalweg.adapters.onnx.converters import innermost, register_converters
from thalweg.adapters.onnx.graph import OPSET, Graph, NotExportedError

import skl2onnx  # isort: skip - `converters` says how to get it
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType  # isort: skip - likewise

if TYPE_CHECKING:
    from numpy.typing import DTypeLike
    from onnx import ModelProto


def pipeline_to_onnx(model: Any, name: str, dtype: DTypeLike | None) -> ModelProto:  # noqa: ANN401 - an estimator
    """Return a fitted estimator of scikit-learn as a model, see `to_onnx`."""
    register_converters()
    last = model[-1] if isinstance(model, Pipeline) else model
    if not isinstance(last, RFE) and isinstance(innermost(last), RFE):
        raise NotExportedError(
            f"{type(last).__name__} of {type(innermost(last)).__name__} is not exported. Export the fitted estimator "
            "that it holds, such as its best_estimator_."
        )
    if isinstance(last, RFE):  # skl2onnx exports what it selects; its prediction is that of its estimator
        steps = model.steps if isinstance(model, Pipeline) else [("selection", last)]
        model, last = Pipeline([*steps, ("estimator of the selection", last.estimator_)]), last.estimator_
    graph = Graph(getattr(innermost(last), "theta_", np.empty(0)).dtype if dtype is None else dtype)
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
    except (checker.ValidationError, shape_inference.InferenceError) as error:
        raise ValueError(
            f"What skl2onnx makes of this {type(model).__name__} in {graph.dtype} is no valid model: {error}. The "
            "option dtype chooses the other precision."
        ) from error
    except NotExportedError:
        raise
    except Exception as error:  # skl2onnx raises errors of all kinds
        sentence = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(
            f"skl2onnx cannot export this {type(model).__name__}: {sentence} Where the input is more than one table of "
            "numbers, call register_converters(), then skl2onnx.to_onnx with examples of it."
        ) from error
    return made
