"""What each neuron adds to a prediction, along one feature (N5): y = b + Σᵢ cᵢ·aᵢ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn.activation import ACTIVATIONS
from thalweg.learn.backprop import forward

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from thalweg.learn.function import Network

# The z at which a neuron turns: ReLU's kink, the hard sigmoid's two, the middle of a smooth slope.
TURNS_AT = {"relu": (0.0,), "hard sigmoid": (-3.0, 3.0), "sigmoid": (0.0,), "tanh": (0.0,), "identity": ()}
SATURATED = 1e-3  # a slope σ′ that lets next to nothing through; the sigmoid's highest is 0.25


@dataclass(frozen=True, eq=False)
class Contributions:
    """A network's prediction along one feature, taken apart into its neurons.

    For a network with several hidden layers the neurons are those of the last: the prediction is the sum of what they
    add, each of them made of the layers before.

    Attributes
    ----------
    grid : ndarray, shape (count,)
        Where the feature was put.
    bias : float
        The output's own b.
    each : ndarray, shape (neurons, count)
        cᵢ·aᵢ of each neuron.
    prediction : ndarray, shape (count,)
        b + Σᵢ cᵢ·aᵢ.
    heights : ndarray, shape (neurons,)
        cᵢ.
    turns : tuple of ndarray
        Where within the grid each neuron turns: a ReLU where it begins, a hard sigmoid at both ends of its slope, a
        sigmoid where it is steepest. Exact for one hidden layer; else read between the points of the grid.
    dead : ndarray of bool, shape (neurons,)
        Whose a is 0 on all examples: they add nothing, and no gradient moves them.
    saturated : ndarray of bool, shape (neurons,)
        Whose slope σ′ is below `SATURATED` on all examples, though a is not 0: they add a constant, and hardly move.
    """

    grid: NDArray[np.float64]
    bias: float
    each: NDArray[np.float64]
    prediction: NDArray[np.float64]
    heights: NDArray[np.float64]
    turns: tuple[NDArray[np.float64], ...]
    dead: NDArray[np.bool_]
    saturated: NDArray[np.bool_]


def contributions(
    network: Network,
    theta: ArrayLike,
    x: ArrayLike,
    feature: int = 0,
    *,
    grid: ArrayLike | None = None,
    hold: ArrayLike | None = None,
    output: int = 0,
) -> Contributions:
    """Move one feature, hold the others, and tell what each neuron adds (N5).

    Parameters
    ----------
    network : Network
        With a hidden layer, and an output without an activation.
    theta : ndarray, shape (size,)
    x : ndarray, shape (examples, features)
        Examples, such as those of training: on them a neuron is found dead or saturated.
    feature : int
        Which feature moves, from 0.
    grid : ndarray, shape (count,), optional
        Where it is put, rising; 201 points over its examples where it is not given.
    hold : ndarray, shape (features,), optional
        Where the others are held; at their mean where it is not given.
    output : int
        Which output is looked at, from 0.

    Raises
    ------
    ValueError
        If the network has no hidden layer or an activation at its output, there is no such feature or output, there
        are no examples, or shapes do not fit.
    """
    x = np.asarray(x, dtype=np.float64)
    features, outputs = network.widths[0], network.widths[-1]
    if len(network.widths) < 3:  # noqa: PLR2004 - features, a hidden layer, outputs
        raise ValueError("This network has no hidden layer: it is a straight line, and no neuron adds to it.")
    if network.output != "identity":
        raise ValueError(f"Its output is a {network.output}: what the neurons add is summed before it, not the output.")
    if x.ndim != 2 or x.shape[1] != features or not len(x):  # noqa: PLR2004 - examples and features
        raise ValueError(f"Examples of {features} features are needed, one or more; the shape given is {x.shape}.")
    if not 0 <= feature < features or not 0 <= output < outputs:
        raise ValueError(
            f"Feature {feature} and output {output} are asked for; there are features 0 to {features - 1} and outputs "
            f"0 to {outputs - 1}."
        )
    held = x.mean(axis=0) if hold is None else np.asarray(hold, dtype=np.float64)
    if held.shape != (features,):
        raise ValueError(f"What is held must be {features} features; its shape is {held.shape}.")
    own = x[:, feature]
    along = np.linspace(own.min(), own.max(), 201) if grid is None else np.asarray(grid, dtype=np.float64).ravel()
    rows = np.tile(held, (len(along), 1))
    rows[:, feature] = along

    theta = np.asarray(theta, dtype=np.float64)
    last = network.layers(theta)[-1]
    passed, on_examples = forward(network, theta, rows), forward(network, theta, x)
    still = np.abs(ACTIVATIONS[network.activation].slope(on_examples.z[-2])).max(axis=0) < SATURATED
    dead = (on_examples.a[-2] == 0).all(axis=0)
    levels = TURNS_AT[network.activation]
    return Contributions(
        grid=along,
        bias=float(last.biases[output]),
        each=last.weights[output][:, None] * passed.a[-2].T,
        prediction=passed.prediction[:, output].astype(np.float64),
        heights=last.weights[output].copy(),
        turns=tuple(_crossings(along, z, levels) for z in passed.z[-2].T),
        dead=dead,
        saturated=still & ~dead,
    )


def _crossings(x: NDArray[np.float64], z: NDArray[np.float64], levels: tuple[float, ...]) -> NDArray[np.float64]:
    """Return where z crosses the levels, read on the straight line between two points of x."""
    found: list[float] = []
    for level in levels:
        above = z > level
        for at in np.flatnonzero(above[1:] != above[:-1]):
            share = (level - z[at]) / (z[at + 1] - z[at])
            found.append(float(x[at] + share * (x[at + 1] - x[at])))
    return np.array(sorted(found))
