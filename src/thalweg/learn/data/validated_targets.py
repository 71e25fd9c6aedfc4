"""Check whether a network, a loss and the targets of examples fit together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn.activation import OUTPUTS, SIGMOID, SOFTMAX, Values
from thalweg.learn.loss import BINARY_CROSS_ENTROPY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.learn.data.examples import Examples
    from thalweg.learn.function import Network
    from thalweg.learn.loss import Loss

NO_WEIGHT = "There is no example with a weight to learn from."
_ROUNDING = 1e-4  # the sum of a distribution in float32 may differ from 1 by so much


def expect_features(network: Network, examples: Examples) -> None:
    """Refuse examples whose features are not as many as the network's.

    Raises
    ------
    ValueError
        If their number is another one.
    """
    if examples.features != network.widths[0]:
        raise ValueError(f"The examples have {examples.features} features; the network takes {network.widths[0]}.")


def suited(network: Network, loss: Loss, examples: Examples) -> Examples:
    """Return the examples, checked; with a loss of classes each has a single weight.

    Raises
    ------
    ValueError
        If no example has a weight above 0, the numbers of features or targets do not fit the network, the loss takes
        logarithms of probabilities but the output layer gives none, or a target is not a probability or a label.
    """
    if not len(examples) or not (examples.weight > 0).any():
        raise ValueError(NO_WEIGHT)
    return fitting(network, loss, examples)


def fitting(network: Network, loss: Loss, examples: Examples) -> Examples:
    """Do what `suited` does for a part of the examples, of which all weights may be 0."""
    labels = loss.of_classes and examples.outputs == 1 < network.widths[-1]
    expect_features(network, examples)
    if examples.outputs != network.widths[-1] and not labels:
        more = ' Labels of classes need loss="cross-entropy".' if examples.outputs == 1 else ""
        raise ValueError(
            f"The examples have {examples.outputs} target column(s); the network gives {network.widths[-1]} "
            f"outputs.{more}"
        )
    if len(loss.parameters) not in (0, 1, network.widths[-1]):
        raise ValueError(f"The loss has {len(loss.parameters)} levels; the network gives {network.widths[-1]} outputs.")
    if not (loss.of_classes or loss.code == BINARY_CROSS_ENTROPY):
        return examples
    if OUTPUTS[network.output].code not in (SIGMOID, SOFTMAX):
        raise ValueError(
            f"{loss.name} takes the logarithm of probabilities; the output {network.output!r} gives none. "
            'Choose output="softmax" for classes, "sigmoid" for a yes or no.'
        )
    if not loss.of_classes:
        scored = np.broadcast_to(examples.weight > 0, examples.target.shape)
        _refuse_first(examples.target, ((examples.target < 0) | (examples.target > 1)) & scored, "between 0 and 1")
        return examples
    if network.widths[-1] == 1:
        raise ValueError(
            "cross-entropy is of distributions over two classes or more; the network gives one output. Give it an "
            'output for each class, or choose "binary cross-entropy".'
        )
    return _suited_to_classes(network, examples, labels=labels)


def _suited_to_classes(network: Network, examples: Examples, *, labels: bool) -> Examples:
    weight, target = examples.weight, examples.target
    if (weight != weight[:, :1]).any():
        raise ValueError(
            "cross-entropy is of whole distributions: an example has one weight, not one for each output. Give "
            "weights of shape (examples, 1)."
        )
    scored = weight[:, :1] > 0
    if labels:
        wrong = (target != np.floor(target)) | (target < 0) | (target >= network.widths[-1])
        _refuse_first(target, wrong & scored, f"a label, a whole number from 0 to {network.widths[-1] - 1}")
    else:
        _refuse_first(target, ((target < 0) | (target > 1)) & scored, "a share between 0 and 1")
        total = target.sum(axis=1, keepdims=True)
        _refuse_first(total, (np.abs(total - 1) > _ROUNDING) & scored, "1 in sum, a distribution")
    return examples if weight.shape[1] == 1 else replace(examples, weight=np.ascontiguousarray(weight[:, :1]))


def _refuse_first(values: Values, wrong: NDArray[np.bool_], expected: str) -> None:
    if wrong.any():
        row, column = np.argwhere(wrong)[0].tolist()
        raise ValueError(
            f"The target of example {row}, output {column} is {values[row, column]:g}; it must be {expected}."
        )
