"""What scikit-learn's wrappers make of the estimators in them, in ONNX: `predict` and `predict_proba` of the wrapper.

Each function adds nodes to a graph and returns the names of what it computes: labels and scores of a classifier, or the
values of a regressor. It asks `Parts` for the answers of the estimators inside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from onnx import TensorProto

from thalweg.adapters.onnx.graph import labels_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from thalweg.adapters.onnx.graph import Graph


class Parts(Protocol):
    """A graph in which a wrapper is computed, with the answers of the estimators in it."""

    graph: Graph

    def answers(self, model: Any, *, raw: bool = False, x: str | None = None) -> tuple[str, ...]:  # noqa: ANN401 - an estimator
        """Add an estimator and return the names of its labels and scores, or of its values alone.

        Scores have a column for each of its classes: probabilities, or where `raw` is true the decision function, for
        two classes −z and z. Where `x` is not given the estimator sees what the wrapper sees.
        """
        ...

    def seen(self) -> str:
        """Return what the wrapper sees, one table of numbers."""
        ...


class Wrapped:
    """Arithmetic on the answers of estimators, each of shape (examples, columns)."""

    def __init__(self, parts: Parts) -> None:
        self.parts, self.graph = parts, parts.graph

    def of(self, operator: str, *inputs: str | ArrayLike, **attributes: int) -> str:
        """Add a node of names and constants."""
        names = [one if isinstance(one, str) else self.graph.constant("constant", one) for one in inputs]
        return self.graph.node(operator, names, operator.lower(), **attributes)

    def mean(self, made: Sequence[str], weights: ArrayLike | None = None) -> str:
        """Return the weighted mean of several tables of one shape."""
        shares = np.ones(len(made)) if weights is None else np.asarray(weights, dtype=np.float64)
        shares = shares / shares.sum()
        return self.of("Sum", *(self.of("Mul", one, share) for one, share in zip(made, shares, strict=True)))

    def placed(self, scores: str, classes: ArrayLike, among: ArrayLike) -> str:
        """Return scores of some classes in the columns of all classes, 0 in the others."""
        place = np.asarray(classes)[:, None] == np.asarray(among)
        return scores if place.shape[0] == place.shape[1] else self.of("MatMul", scores, place.astype(np.float64))

    def column(self, scores: str, which: int) -> str:
        """Return one column, shape (examples, 1)."""
        return self.of("Gather", scores, np.array([which]), axis=1)

    def labelled(self, scores: str, classes: NDArray[Any]) -> str:
        """Return the class with the greatest score, shape (examples,)."""
        return self.class_at(self.of("ArgMax", scores, axis=1, keepdims=0), classes)

    def class_at(self, index: str, classes: NDArray[Any]) -> str:
        """Return the class at each index."""
        return self.of("Gather", labels_of(classes), index, axis=0)


def inner(parts: Parts, model: Any) -> tuple[str, ...]:  # noqa: ANN401 - an estimator
    """Return the answers of the one fitted estimator that a search, a frozen estimator or self-training holds."""
    return parts.answers(fitted_in(model))


def fitted_in(model: Any) -> Any:  # noqa: ANN401 - likewise
    """Return the fitted estimator that answers in place of its wrapper."""
    for name in ("best_estimator_", "estimator_", "estimator"):
        if hasattr(model, name):
            return getattr(model, name)
    raise AttributeError(f"This {type(model).__name__} holds no fitted estimator.")


def calibrated(parts: Parts, model: Any) -> tuple[str, str]:  # noqa: ANN401 - likewise
    """CalibratedClassifierCV: the mean of calibrated probabilities."""
    wrapped = Wrapped(parts)
    likely = wrapped.mean([_calibrated_part(wrapped, one) for one in model.calibrated_classifiers_])
    return wrapped.labelled(likely, model.classes_), likely


def _calibrated_part(wrapped: Wrapped, part: Any) -> str:  # noqa: ANN401 - a pair of classifier and calibrators
    raw = hasattr(part.estimator, "decision_function")
    _, scores = wrapped.parts.answers(part.estimator, raw=raw)
    if part.method == "temperature":
        if not raw:
            scores = wrapped.of("Log", wrapped.of("Add", scores, 1e-12))
        scaled = wrapped.of("Mul", scores, float(part.calibrators[0].beta_))
        return wrapped.of("Softmax", scaled, axis=1)
    if len(part.classes) == 2:  # noqa: PLR2004 - one calibrator serves both classes
        yes = _calibration(wrapped, part.calibrators[0], wrapped.column(scores, 1))
        return wrapped.of("Concat", wrapped.of("Sub", 1.0, yes), yes, axis=1)
    each = [_calibration(wrapped, one, wrapped.column(scores, k)) for k, one in enumerate(part.calibrators)]
    likely = wrapped.placed(wrapped.of("Concat", *each, axis=1), part.estimator.classes_, part.classes)
    total = wrapped.of("ReduceSum", likely, np.array([1]), keepdims=1)
    none = wrapped.of("Equal", total, 0.0)  # no class is likely: all are equally likely
    return wrapped.of("Where", none, 1 / len(part.classes), wrapped.of("Div", likely, total))


def _calibration(wrapped: Wrapped, calibrator: Any, score: str) -> str:  # noqa: ANN401 - scikit-learn's
    """Return calibrated probabilities of one column of scores."""
    if hasattr(calibrator, "a_"):  # Platt's sigmoid
        z = wrapped.of("Add", wrapped.of("Mul", score, -float(calibrator.a_)), -float(calibrator.b_))
        return wrapped.of("Sigmoid", z)
    at = np.asarray(calibrator.X_thresholds_, dtype=np.float64)
    value = np.asarray(calibrator.y_thresholds_, dtype=np.float64)
    # A line between two thresholds: the share of the way that the score has gone times the step of the value. The
    # thresholds may lie too close for float32.
    graph, number = wrapped.graph, wrapped.graph.precision
    if len(at) == 1:
        return wrapped.of("Add", wrapped.of("Mul", score, 0.0), float(value[0]))
    score = wrapped.of("Cast", score, to=TensorProto.DOUBLE)
    exact = {
        name: graph.constant(name, array, exact=True)
        for name, array in (
            ("thresholds", at[:-1]), ("widths", np.diff(at)), ("steps", np.diff(value)[:, None]),
            ("least", value[:1]), ("zero", np.zeros(1)), ("one", np.ones(1)),
        )
    }  # fmt: skip
    gone = wrapped.of("Div", wrapped.of("Sub", score, exact["thresholds"]), exact["widths"])
    share = wrapped.of("Min", wrapped.of("Max", gone, exact["zero"]), exact["one"])
    made = wrapped.of("Add", wrapped.of("MatMul", share, exact["steps"]), exact["least"])
    return wrapped.of("Cast", made, to=number)


def thresholded(parts: Parts, model: Any) -> tuple[str, str]:  # noqa: ANN401 - likewise
    """FixedThresholdClassifier and TunedThresholdClassifierCV: the second class from a threshold on."""
    wrapped, estimator = Wrapped(parts), fitted_in(model)
    _, likely = parts.answers(estimator)
    raw = model.response_method == "decision_function" or not hasattr(estimator, "predict_proba")
    scores = parts.answers(estimator, raw=True)[1] if raw else likely
    if hasattr(model, "best_threshold_"):
        threshold, positive = model.best_threshold_, model._curve_scorer._get_pos_label()  # noqa: SLF001 - as `predict`
    else:
        threshold, positive = model.threshold, model.pos_label
        threshold = (0.0 if raw else 0.5) if threshold == "auto" else threshold
    yes = 1 if positive is None else int(np.flatnonzero(model.classes_ == positive)[0])
    below = wrapped.of("Less", wrapped.of("Squeeze", wrapped.column(scores, yes), np.array([1])), float(threshold))
    index = wrapped.of("Cast", below, to=TensorProto.INT64)  # 1 below
    return wrapped.class_at(index, model.classes_[[yes, 1 - yes]]), likely


def voted(parts: Parts, model: Any) -> tuple[str, ...]:  # noqa: ANN401 - likewise
    """VotingRegressor: the mean. VotingClassifier: the mean of probabilities, or the share of the votes."""
    wrapped = Wrapped(parts)
    weights = model.weights
    if weights is not None:
        weights = [one for one, (_, estimator) in zip(weights, model.estimators, strict=True) if estimator != "drop"]
    answers = [parts.answers(one) for one in model.estimators_]
    if not hasattr(model, "classes_"):
        return (wrapped.mean([values for (values,) in answers], weights),)
    if model.voting == "soft":
        made = [scores for _, scores in answers]
    else:  # the estimators learned 0, 1, …
        made = [_chosen(wrapped, label, len(model.classes_)) for label, _ in answers]
    likely = wrapped.mean(made, weights)
    return wrapped.labelled(likely, model.classes_), likely


def _chosen(wrapped: Wrapped, index: str, count: int) -> str:
    """Return 1 in the column of each index, otherwise 0."""
    hit = wrapped.of("Equal", wrapped.of("Reshape", index, np.array([-1, 1])), np.arange(count)[None])
    return wrapped.of("Cast", hit, to=wrapped.graph.precision)


def bagged(parts: Parts, model: Any, *, raw: bool = False) -> tuple[str, ...]:  # noqa: ANN401 - likewise
    """BaggingClassifier and BaggingRegressor: the mean, each estimator with its own features."""
    wrapped = Wrapped(parts)
    answers = [
        parts.answers(one, raw=raw, x=_columns(wrapped, model, np.asarray(features)))
        for one, features in zip(model.estimators_, model.estimators_features_, strict=True)
    ]
    if not hasattr(model, "classes_"):
        return (wrapped.mean([values for (values,) in answers]),)
    among = np.arange(len(model.classes_))  # the estimators learned 0, 1, …, perhaps not all of them
    made = [
        wrapped.placed(scores, one.classes_, among) for (_, scores), one in zip(answers, model.estimators_, strict=True)
    ]
    likely = wrapped.mean(made)
    return wrapped.labelled(likely, model.classes_), likely


def _columns(wrapped: Wrapped, model: Any, which: NDArray[np.int64]) -> str | None:  # noqa: ANN401 - likewise
    """Return some columns of what a wrapper sees; None for all columns in their order."""
    if np.array_equal(which, np.arange(model.n_features_in_)):
        return None
    return wrapped.of("Gather", wrapped.parts.seen(), which, axis=1)


def boosted(parts: Parts, model: Any) -> tuple[str, str]:  # noqa: ANN401 - likewise
    """AdaBoostClassifier: weighted votes, against which all other classes lose."""
    wrapped, count = Wrapped(parts), len(model.classes_)
    made: list[str] = []
    for one in model.estimators_:
        placed = wrapped.placed(parts.answers(one)[1], one.classes_, model.classes_)
        vote = _chosen(wrapped, wrapped.of("ArgMax", placed, axis=1, keepdims=0), count)
        made.append(wrapped.of("Sub", wrapped.of("Mul", vote, count / (count - 1)), 1 / (count - 1)))
    weights = np.asarray(model.estimator_weights_)[: len(made)]
    decision = wrapped.mean(made, weights)
    likely = wrapped.of("Softmax", wrapped.of("Div", decision, float(count - 1)), axis=1)
    return wrapped.labelled(decision, model.classes_), likely


def stacked(parts: Parts, model: Any) -> tuple[str, str]:  # noqa: ANN401 - likewise
    """StackingClassifier: what the last estimator makes of the answers of the first ones."""
    wrapped = Wrapped(parts)
    two = len(model.classes_) == 2  # noqa: PLR2004 - one column suffices
    columns: list[str] = []
    methods = [one for one in model.stack_method_ if one is not None]
    for one, method in zip(model.estimators_, methods, strict=True):
        label, scores = parts.answers(one, raw=method == "decision_function")
        if method == "predict":
            number = wrapped.of("Cast", label, to=wrapped.graph.precision)
            columns.append(wrapped.of("Reshape", number, np.array([-1, 1])))
        else:
            columns.append(wrapped.column(scores, 1) if two else scores)
    if model.passthrough:
        columns.append(parts.seen())
    index, likely = parts.answers(model.final_estimator_, x=wrapped.of("Concat", *columns, axis=1))
    return wrapped.class_at(index, model.classes_), likely


def selected(parts: Parts, model: Any) -> tuple[str]:  # noqa: ANN401 - likewise
    """RFE and other selectors: some of the columns."""
    return (Wrapped(parts).of("Gather", parts.seen(), model.get_support(indices=True), axis=1),)
