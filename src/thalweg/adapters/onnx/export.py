"""A network, an estimator of thalweg, or a pipeline that ends in one, as an ONNX model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.adapters.onnx.graph import Graph
from thalweg.files import write_whole
from thalweg.learn.function import Network

if TYPE_CHECKING:
    from os import PathLike

    from numpy.typing import ArrayLike, DTypeLike
    from onnx import ModelProto


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
