"""Step 2, the loss: a table of the errors e with their slopes ∂e/∂prediction, and the weighted mean L (L1, L2)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from thalweg.learn.activation import OUTPUTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from thalweg.learn.activation import Values

OfPrediction: TypeAlias = "Callable[[Values, Values], Values]"

OWN = -1  # a custom loss, which the kernel does not know
MAE, MSE, HUBER, QUANTILE, CROSS_ENTROPY, BINARY_CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY, SIGMOID_CROSS_ENTROPY = range(8)


@dataclass(frozen=True)
class Loss:
    """A measure of how bad a prediction is.

    Attributes
    ----------
    name : str
    code : int
        The number by which the compiled kernel knows it.
    error : callable
        e(prediction, target), elementwise on arrays of shape (examples, outputs).
    slope : callable
        ∂e/∂prediction, elementwise; 0 at the kink of the absolute error.
    parameters : tuple of float
        The δ of Huber's loss; the level of each quantile, or one level for all outputs.
    of_classes : bool
        Whether the outputs of an example are one distribution over classes. Their errors then add up to the error of
        the example, which has one weight, and a target may be a label, the number of its class.
    """

    name: str
    code: int
    error: OfPrediction = field(repr=False)
    slope: OfPrediction = field(repr=False)
    parameters: tuple[float, ...] = ()
    of_classes: bool = False


def _log_share(share: Values, of: Values) -> Values:
    """Return share · log(of), 0 where the share is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(share == 0, 0, share * np.log(of))


def _ratio(share: Values, of: Values) -> Values:
    """Return share / of, 0 where the share is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(share == 0, 0, share / of)


def huber(delta: float = 1.0) -> Loss:
    """Return the loss of Huber (1964): e = d²/2 where d = prediction − target is within ±δ, else δ·(|d| − δ/2).

    Raises
    ------
    ValueError
        If δ is not a positive number.
    """
    if not (math.isfinite(delta) and delta > 0):
        raise ValueError(f"Huber's delta is {delta}; it must be a positive number.")

    def error(prediction: Values, target: Values) -> Values:
        size = np.abs(prediction - target)
        return np.where(size <= delta, size * size / 2, delta * (size - delta / 2))

    return Loss("huber", HUBER, error, lambda p, target: np.clip(p - target, -delta, delta), (float(delta),))


def quantile(levels: float | Sequence[float] = 0.5) -> Loss:
    """Return the quantile (pinball) loss of Koenker and Bassett (1978).

    e = level · d where d = target − prediction is positive, and (level − 1) · d otherwise. The prediction with the
    least loss is the quantile: a share `level` of the targets lies below it.

    Parameters
    ----------
    levels : float or sequence of float
        One level for all outputs, or one for each.

    Raises
    ------
    ValueError
        If there is no level, or one does not lie between 0 and 1.
    """
    given = np.atleast_1d(np.asarray(levels, dtype=float))
    if given.ndim != 1 or not given.size or not ((given > 0) & (given < 1)).all():
        raise ValueError(f"The levels of a quantile loss are {levels}; each must lie between 0 and 1.")

    def error(prediction: Values, target: Values) -> Values:
        short = target - prediction
        return np.where(short > 0, given * short, (given - 1) * short)

    def slope(prediction: Values, target: Values) -> Values:
        short = target - prediction
        return np.where(short > 0, -given, np.where(short < 0, 1 - given, 0))

    return Loss("quantile", QUANTILE, error, slope, tuple(given.tolist()))


def own_loss(name: str, error: OfPrediction, slope: OfPrediction) -> Loss:
    """Return a custom loss (L2), which may be negative.

    Parameters
    ----------
    name : str
        The name of the loss in messages.
    error, slope : callable
        e(prediction, target) and ∂e/∂prediction: of two arrays of shape (examples, outputs), each returns one of the
        same shape. Compiled functions (`numba.njit`, `numba.vectorize`) serve as well.

    Raises
    ------
    ValueError
        If the name is that of a loss of the table: a saved descent could not tell the two apart.
    """
    if name in LOSSES:
        raise ValueError(f"There is a loss {name!r} already; choose another name.")
    return Loss(name, OWN, error, slope)


LOSSES = {
    loss.name: loss
    for loss in (
        Loss(
            "mae",
            MAE,
            lambda prediction, target: np.abs(prediction - target),
            lambda prediction, target: np.sign(prediction - target),
        ),
        Loss(
            "mse",
            MSE,
            lambda prediction, target: np.square(prediction - target),
            lambda prediction, target: 2 * (prediction - target),
        ),
        huber(),
        quantile(),
        Loss(
            "cross-entropy",
            CROSS_ENTROPY,
            lambda prediction, target: -_log_share(target, prediction),
            lambda prediction, target: -_ratio(target, prediction),
            of_classes=True,
        ),
        # Each output is the probability of a yes, so its distribution is (y, 1 − y).
        Loss(
            "binary cross-entropy",
            BINARY_CROSS_ENTROPY,
            lambda prediction, target: -_log_share(target, prediction) - _log_share(1 - target, 1 - prediction),
            lambda prediction, target: _ratio(1 - target, 1 - prediction) - _ratio(target, prediction),
        ),
    )
}


def _softmax_error(z: Values, target: Values) -> Values:
    greatest = z.max(axis=-1, keepdims=True)
    logarithm = greatest + np.log(np.exp(z - greatest).sum(axis=-1, keepdims=True))
    return np.where(target == 0, 0, target * (logarithm - z))


def _sigmoid_error(z: Values, target: Values) -> Values:
    return np.maximum(z, 0) - target * z + np.log1p(np.exp(-np.abs(z)))


def _softmax_slope(z: Values, target: Values) -> Values:
    return OUTPUTS["softmax"].value(z) * target.sum(axis=-1, keepdims=True) - target


# e and ∂e/∂z as functions of z: no probability is rounded to 0 before its logarithm is taken.
STABLE_PAIRS = {
    ("softmax", CROSS_ENTROPY): Loss(
        "cross-entropy on z", SOFTMAX_CROSS_ENTROPY, _softmax_error, _softmax_slope, of_classes=True
    ),
    ("sigmoid", BINARY_CROSS_ENTROPY): Loss(
        "binary cross-entropy on z",
        SIGMOID_CROSS_ENTROPY,
        _sigmoid_error,
        lambda z, target: OUTPUTS["sigmoid"].value(z) - target,
    ),
}


def loss_of(loss: str | Loss) -> Loss:
    """Return the loss of that name, or the one given.

    Raises
    ------
    ValueError
        If there is no such name.
    """
    if isinstance(loss, Loss):
        return loss
    if loss not in LOSSES:
        raise ValueError(f"There is no loss {loss!r}; choose one of {', '.join(LOSSES)}.")
    return LOSSES[loss]


def as_distributions(labels: Values, classes: int) -> Values:
    """Return targets of shape (examples, classes) from labels of shape (examples, 1): 1 at the class of the label."""
    return (labels == np.arange(classes)).astype(labels.dtype)


def weighted_errors(loss: Loss, prediction: Values, target: Values, weight: Values) -> tuple[Values, Values]:
    """Return e and its weight wherever the weight is above 0, each as a vector (L1).

    Parameters
    ----------
    loss : Loss
    prediction : ndarray, shape (examples, outputs)
    target : ndarray of the same shape, or labels of shape (examples, 1) for a loss of classes
    weight : ndarray of the prediction's shape, or one for each example, shape (examples, 1)
        A weight of 0 leaves a target out, whatever its value.
    """
    if loss.of_classes:
        rows = weight[:, 0] > 0
        chosen, aim = prediction[rows], target[rows]
        if aim.shape[1] == 1 < chosen.shape[1]:
            aim = as_distributions(aim, chosen.shape[1])
        return loss.error(chosen, aim).sum(axis=1), weight[rows, 0]
    weight = np.broadcast_to(weight, prediction.shape)
    scored = weight > 0
    error = loss.error(prediction, np.where(scored, target, prediction))  # a target of weight 0 may be NaN
    return error[scored], weight[scored]


def mean_loss(loss: str | Loss, prediction: Values, target: Values, weight: Values | None = None) -> float:
    """Return L = Σ w·e / Σ w over all examples and outputs (L1), in float64.

    Parameters
    ----------
    loss : str or Loss
    prediction, target : ndarray, shape (examples, outputs) or (examples,)
        In the same units; L is in these units (squared, for ``mse``). For a loss of classes the target may be
        labels, shape (examples, 1).
    weight : ndarray of the target's shape, optional
        All ones where it is not given; one for each example, shape (examples, 1), for a loss of classes.

    Returns
    -------
    float
        NaN where all weights are 0.

    Raises
    ------
    ValueError
        If the shapes differ. They are not broadcast, because the loss would then mean something else.
    """
    loss = loss_of(loss)
    made, aim = (np.asarray(values, dtype=np.float64) for values in (prediction, target))
    given = np.ones_like(aim[..., :1] if loss.of_classes else aim) if weight is None else np.asarray(weight, np.float64)
    shapes = {made.shape} if loss.of_classes else {made.shape, aim.shape, given.shape}
    if len(shapes) > 1 or len({len(made), len(aim), len(given)}) > 1:
        raise ValueError(
            f"Prediction, target and weight must have one shape; there are {made.shape}, {aim.shape}, {given.shape}."
        )
    if made.ndim == 1:
        made, aim, given = made[:, None], aim[:, None], given[:, None]
    error, share = weighted_errors(loss, made, aim, given)
    total = share.sum()
    return float((share * error).sum() / total) if total > 0 else float("nan")
