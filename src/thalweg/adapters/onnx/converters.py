"""Converters of thalweg's estimators, and of the wrappers of scikit-learn around them, for skl2onnx."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from sklearn.base import BaseEstimator, ClassifierMixin, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    BaggingRegressor,
    StackingClassifier,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.feature_selection import RFE, RFECV, SelectFromModel, SelectorMixin, SequentialFeatureSelector
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    RandomizedSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.multiclass import OneVsOneClassifier, OutputCodeClassifier
from sklearn.multioutput import ClassifierChain, RegressorChain
from sklearn.pipeline import Pipeline
from sklearn.semi_supervised import SelfTrainingClassifier

from thalweg.adapters.onnx import wrappers
from thalweg.adapters.onnx.graph import Graph, NotExportedError, labels_of
from thalweg.adapters.sklearn import NetworkClassifier, NetworkRegressor

try:
    from skl2onnx import update_registered_converter
    from skl2onnx._parse import _parse_sklearn  # pyright: ignore[reportPrivateUsage] - a parser hands on by it
    from skl2onnx._supported_operators import sklearn_operator_name_map
    from skl2onnx.common._registration import get_converter, get_shape_calculator
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, Int64TensorType, StringTensorType
except ImportError as error:
    raise ImportError(
        "The export of pipelines, and of other estimators than thalweg's, needs the package skl2onnx: pip install "
        "skl2onnx."
    ) from error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_OWN = "Thalweg"  # the names of our converters begin so
_OF_CLASSES: dict[str, list[Any]] = {
    "zipmap": [True, False, "columns"],
    "nocl": [True, False],
    "output_class_labels": [False, True],
    "raw_scores": [True, False],
}
_SEARCH: type = GridSearchCV.__mro__[1]  # the base of all searches
_ITSELF = "A NetworkClassifier learns any number of classes itself: fit it without this wrapper, and export that."
# What computes the answers of a wrapper.
_COMPUTED: dict[type, Callable[..., tuple[str, ...]]] = {
    CalibratedClassifierCV: wrappers.calibrated,
    FixedThresholdClassifier: wrappers.thresholded,
    TunedThresholdClassifierCV: wrappers.thresholded,
    VotingClassifier: wrappers.voted,
    VotingRegressor: wrappers.voted,
    BaggingClassifier: wrappers.bagged,
    BaggingRegressor: wrappers.bagged,
    AdaBoostClassifier: wrappers.boosted,
    StackingClassifier: wrappers.stacked,
    **dict.fromkeys((RFE, RFECV, SelectFromModel, SequentialFeatureSelector), wrappers.selected),
}
# Wrappers that answer as the estimator that they hold.
_HANDED_ON: tuple[type, ...] = (RandomizedSearchCV, FrozenEstimator, SelfTrainingClassifier)
# Wrappers that are not exported, and what to do.
_REFUSED: dict[type, str] = {
    OneVsOneClassifier: _ITSELF,
    OutputCodeClassifier: _ITSELF,
    ClassifierChain: (
        "A NetworkClassifier learns several labels at once, from a matrix of 0 and 1, and MultiOutputClassifier one "
        "network for each column: fit one of them instead, and export that."
    ),
    RegressorChain: (
        "A NetworkRegressor predicts several targets itself, and MultiOutputRegressor has one network for each: fit "
        "one of them instead, and export that."
    ),
    TransformedTargetRegressor: (
        "Export its `regressor_`, and apply the inverse of the transformation to what that predicts. A "
        "NetworkRegressor scales its targets itself."
    ),
}


def register_converters() -> None:
    """Make thalweg's estimators known to skl2onnx, at any place in the model that it converts.

    `to_onnx` does so itself. A model that it cannot describe, such as a pipeline whose input has columns of several
    kinds, can then be given to `skl2onnx.to_onnx` with examples of the input.

    The wrappers of scikit-learn, such as `CalibratedClassifierCV`, get converters too. Those that skl2onnx knows are
    converted by it as before where no network of thalweg is in them.
    """
    update_registered_converter(NetworkRegressor, f"{_OWN}NetworkRegressor", _declare, _convert)
    update_registered_converter(NetworkClassifier, f"{_OWN}NetworkClassifier", _declare, _convert, options=_OF_CLASSES)
    for kind, compute in _COMPUTED.items():
        _register(kind, compute)
    for kind in _REFUSED:
        _register(kind, wrappers.inner)
    for kind in (*_HANDED_ON, *_other_searches()):
        _register(kind, wrappers.inner, parser=_parse_inner)


def innermost(model: Any) -> Any:  # noqa: ANN401 - an estimator
    """Return the estimator that answers at last, behind pipelines and the wrappers that answer as what they hold."""
    while isinstance(model, (Pipeline, _SEARCH, *_HANDED_ON)):
        model = model[-1] if isinstance(model, Pipeline) else wrappers.fitted_in(model)
    return model


def _other_searches() -> list[type]:
    """Return all kinds of searches but GridSearchCV, which skl2onnx knows; some are experimental."""
    found: list[type] = []
    new = _SEARCH.__subclasses__()
    while new:
        found += new
        new = [kind for one in new for kind in one.__subclasses__()]
    return [kind for kind in found if kind not in (GridSearchCV, *_HANDED_ON)]


def _register(
    kind: type,
    compute: Callable[..., tuple[str, ...]],
    parser: Any = None,  # noqa: ANN401 - skl2onnx has no types
) -> None:
    """Register a kind of wrapper; where skl2onnx knows it, that stays responsible for those without a network."""
    before = sklearn_operator_name_map.get(kind)
    if before is not None and before.startswith(_OWN):
        return

    def declare(operator: Any) -> None:  # noqa: ANN401 - likewise
        if before is None or _holds_network(operator.raw_operator):
            if kind in _REFUSED:
                raise NotExportedError(f"{kind.__name__} is not exported. {_REFUSED[kind]}")
            _declare(operator)
        else:
            get_shape_calculator(before)(operator)

    def convert(scope: Any, operator: Any, container: Any) -> None:  # noqa: ANN401 - likewise
        if before is None or _holds_network(operator.raw_operator):
            parts = _Parts(scope, operator, container)
            raw = {"raw": True} if parts.raw else {}
            if raw and compute is not wrappers.bagged:
                raise NotExportedError(f"The raw scores of {type(operator.raw_operator).__name__} are not exported.")
            parts.finish(compute(parts, operator.raw_operator, **raw))
        else:
            get_converter(before)(scope, operator, container)

    # skl2onnx takes a selector of features by a classifier for a classifier, and gives it the options of one.
    options = _OF_CLASSES if issubclass(kind, ClassifierMixin) else "passthrough"
    update_registered_converter(kind, _OWN + kind.__name__, declare, convert, parser=parser, options=options)


def _holds_network(value: Any) -> bool:  # noqa: ANN401 - whatever an estimator holds
    """Whether a network of thalweg is somewhere in an estimator."""
    if isinstance(value, (NetworkClassifier, NetworkRegressor)):
        return True
    if isinstance(value, (list, tuple)):
        return any(map(_holds_network, value))
    estimator = isinstance(value, BaseEstimator) or type(value).__module__ == CalibratedClassifierCV.__module__
    return estimator and any(map(_holds_network, vars(value).values()))


class _Parts:
    """The graph that skl2onnx builds, in the place of one operator."""

    def __init__(self, scope: Any, operator: Any, container: Any) -> None:  # noqa: ANN401 - likewise
        self._scope, self._operator, self._container = scope, operator, container
        self.graph = Graph(
            np.float64 if _number(operator) is DoubleTensorType else np.float32, scope.get_unique_variable_name
        )
        asked = container.has_options(operator.raw_operator, "raw_scores")
        self.raw: bool = asked and container.get_options(operator.raw_operator, {"raw_scores": False})["raw_scores"]

    def answers(self, model: Any, *, raw: bool = False, x: str | None = None) -> tuple[str, ...]:  # noqa: ANN401 - an estimator
        """Add an estimator and return the names of its labels and scores, or of its values."""
        if raw:
            model = deepcopy(model)  # options belong to an object, and another answer of this one may be asked for
            last = innermost(model)
            if not isinstance(last, (NetworkClassifier, BaggingClassifier)):
                raise NotExportedError(
                    f"{type(self._operator.raw_operator).__name__} asks for the decision function of "
                    f"{type(last).__name__}, which is not exported. Wrap the network itself."
                )
            for place in (self._scope, self._container):
                place.add_options(id(last), {"raw_scores": True})
        if isinstance(innermost(model), SelectorMixin):
            raise NotExportedError(
                f"{type(innermost(model)).__name__} selects features and predicts as well, and in a wrapper only one "
                "of them is exported. Put it into a pipeline before the wrapper."
            )
        name = sklearn_operator_name_map.get(type(model))
        if name is None:
            raise NotExportedError(
                f"skl2onnx does not know {type(model).__name__}. Put another estimator in its place."
            )
        operator = self._scope.declare_local_operator(name, model)
        number = _number(self._operator)
        if x is None:
            operator.inputs = self._operator.inputs
        else:
            table = self._scope.declare_local_variable("table", number([None, model.n_features_in_]))
            self._container.add_node(
                "Identity", [x], [table.onnx_name], name=self._scope.get_unique_operator_name("Table")
            )
            operator.inputs.append(table)
        made = (("label", Int64TensorType()), ("scores", number())) if is_classifier(model) else (("values", number()),)
        for one, kind in made:
            operator.outputs.append(self._scope.declare_local_variable(one, kind))
        return tuple(one.onnx_name for one in operator.outputs)

    def seen(self) -> str:
        """Return what the wrapper sees, one table of numbers."""
        if len(self._operator.inputs) > 1:
            raise NotExportedError(
                f"{type(self._operator.raw_operator).__name__} chooses among columns of several inputs, which is not "
                "exported. Give one table of numbers."
            )
        return self.graph.node("Cast", [self._operator.inputs[0].full_name], "x", to=self.graph.precision)

    def finish(self, made: Sequence[str]) -> None:
        """Give the answers their declared names, and add all nodes to the graph of skl2onnx."""
        scope, container = self._scope, self._container
        kinds = {FloatTensorType: TensorProto.FLOAT, DoubleTensorType: TensorProto.DOUBLE}
        for name, declared in zip(made, self._operator.outputs, strict=True):
            kind = kinds.get(type(declared.type))
            operator, to = ("Identity", {}) if kind is None else ("Cast", {"to": kind})
            unique = scope.get_unique_operator_name(operator)
            container.add_node(operator, [name], [declared.full_name], name=unique, **to)
        for constant in self.graph.constants:
            texts = [text.encode() for text in numpy_helper.to_array(constant)] if constant.string_data else None
            container.add_initializer(constant.name, constant.data_type, constant.dims, texts or constant)
        for node in self.graph.nodes:
            attributes = {one.name: helper.get_attribute_value(one) for one in node.attribute}
            container.add_node(node.op_type, list(node.input), list(node.output), name=node.name, **attributes)


def _parse_inner(scope: Any, model: Any, inputs: Any, custom_parsers: Any = None) -> Any:  # noqa: ANN401 - likewise
    """Parse what a wrapper holds in its place."""
    held = wrappers.fitted_in(model)
    scope.add_options(id(held), scope.get_options(model, fail=False))
    return _parse_sklearn(scope, held, inputs, custom_parsers=custom_parsers)


def _number(operator: Any) -> Any:  # noqa: ANN401 - likewise
    """Return the kind of the numbers that come in."""
    double = any(isinstance(one.type, DoubleTensorType) for one in operator.inputs)
    return DoubleTensorType if double else FloatTensorType


def _declare(operator: Any) -> None:  # noqa: ANN401 - likewise
    """Declare the kind and the shape of the outputs to skl2onnx."""
    model = operator.raw_operator
    examples, number = operator.inputs[0].get_first_dimension(), _number(operator)
    if len(operator.outputs) == 1:  # numbers: predictions, or selected features
        last = innermost(model)
        outputs = last.network_.widths[-1] if isinstance(last, NetworkRegressor) else None
        operator.outputs[0].type = number([examples, outputs])
        return
    if isinstance(model.classes_, list):
        raise NotExportedError(
            f"{type(model).__name__} learned several labels at once, which is not exported. A MultiOutputClassifier of "
            "it learns them one by one: fit that, and export it."
        )
    label = StringTensorType if labels_of(model.classes_).dtype.kind == "O" else Int64TensorType
    several = getattr(innermost(model), "_multilabel", False)
    operator.outputs[0].type = label([examples, len(model.classes_)] if several else [examples])
    # The operator that makes dictionaries of probabilities takes float32 only.
    dictionaries = any(one.type == "SklearnZipMap" for one in operator.outputs[1].operators_inputs_)
    operator.outputs[1].type = (FloatTensorType if dictionaries else number)([examples, len(model.classes_)])


def _convert(scope: Any, operator: Any, container: Any) -> None:  # noqa: ANN401 - likewise
    """Add a network to the graph that skl2onnx builds."""
    parts = _Parts(scope, operator, container)
    made = parts.graph.estimator(operator.raw_operator, parts.seen(), raw=parts.raw)
    parts.finish([one.name for one in made])
