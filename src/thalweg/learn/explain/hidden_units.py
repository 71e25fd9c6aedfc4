"""The contribution of each hidden neuron to a prediction, along one feature (N5): y = b + Σᵢ cᵢ·aᵢ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn.activation import ACTIVATIONS
from thalweg.learn.backprop import forward

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from thalweg.learn.function import Network

# The z at which a neuron turns: the kink of a ReLU, the two kinks of a hard sigmoid, the middle of a smooth slope.
TURNS_AT = {"relu": (0.0,), "hard sigmoid": (-3.0, 3.0), "sigmoid": (0.0,), "tanh": (0.0,), "identity": ()}
SATURATED_SLOPE = 1e-3  # a slope σ′ that lets almost nothing through; the highest slope of the sigmoid is 0.25


@dataclass(frozen=True, eq=False)
class Contributions:
    """A network's prediction along one feature, split into the contributions of its neurons.

    In a network with several hidden layers the neurons are those of the last hidden layer: the prediction is the sum of
    their contributions, and each of them is made of the layers before.

    Attributes
    ----------
    grid : ndarray, shape (count,)
        The values of the feature.
    bias : float
        The bias b of the output.
    each : ndarray, shape (neurons, count)
        cᵢ·aᵢ of each neuron.
    prediction : ndarray, shape (count,)
        b + Σᵢ cᵢ·aᵢ.
    heights : ndarray, shape (neurons,)
        cᵢ.
    turns : tuple of ndarray
        The values within the grid at which each neuron turns: a ReLU at its kink, a hard sigmoid at both ends of its
        slope, a sigmoid where it is steepest. They are exact for one hidden layer, and interpolated between the points
        of the grid for several.
    dead : ndarray of bool, shape (neurons,)
        Whether a is 0 on all examples: the neuron adds nothing, and no gradient moves it.
    saturated : ndarray of bool, shape (neurons,)
        Whether the slope σ′ is below `SATURATED_SLOPE` on all examples although a is not 0: the neuron adds a constant,
        and hardly moves.
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
    """Vary one feature, hold the others, and return the contribution of each neuron (N5).

    Parameters
    ----------
    network : Network
        It has a hidden layer, and no activation at its output.
    theta : ndarray, shape (size,)
    x : ndarray, shape (examples, features)
        Examples, such as those of training, on which it is decided whether a neuron is dead or saturated.
    feature : int
        The feature that varies, from 0.
    grid : ndarray, shape (count,), optional
        The values of the feature, rising; 201 points over the range of the examples where they are not given.
    hold : ndarray, shape (features,), optional
        The values at which the others are held; their means where they are not given.
    output : int
        Which output, from 0.

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
    still = np.abs(ACTIVATIONS[network.activation].slope(on_examples.z[-2])).max(axis=0) < SATURATED_SLOPE
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
    """Return where z crosses the levels, interpolated between two points of x."""
    found: list[float] = []
    for level in levels:
        above = z > level
        for at in np.flatnonzero(above[1:] != above[:-1]):
            share = (level - z[at]) / (z[at + 1] - z[at])
            found.append(float(x[at] + share * (x[at + 1] - x[at])))
    return np.array(sorted(found))
