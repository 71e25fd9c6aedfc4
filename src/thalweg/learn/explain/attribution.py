"""Which inputs moved an output, and by how much: integrated gradients (Sundararajan, Taly, Yan 2017).

A straight line leads from a base to the point in question. The contribution of input i is the distance that it moves
along this line, times the mean slope of the function by this input on the line::

    contribution_i = (x_i - base_i) · ∫₀¹ ∂F/∂x_i (base + t·(x - base)) dt

All contributions add up to F(x) - F(base). One backward pass for each point gives the slopes (P4): the pass goes on
through the weights of the first layer to the inputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn.backprop import backward, forward

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.function import Network

    Differentiable = Callable[[NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]]

FEWEST_PARTS, MOST_PARTS = 64, 2**14  # parts of the line
SHORTEST_PART = 2.0**-40  # of the line
ROUNDING_SHARE = 1e-12  # of the function's values: a smaller difference counts as none
BATCH_POINTS = 1024  # so few that the arrays of a batch stay in the cache


@dataclass(frozen=True, eq=False)
class Attribution:
    """What moved a function from its value at a base to its value at a point.

    Attributes
    ----------
    contributions : ndarray of float64, shape (inputs,)
        The contribution of each input, in units of the function. It is 0 where the input is the same at both ends or
        does not influence the function.
    slopes : ndarray of float64, shape (inputs,)
        The mean slope of the function by each input on the line. A contribution is this times the way of its input.
    base, value : float
        The values of the function at both ends.
    allowed : float
        The largest size that `remainder` may have, in units of the function.
    parts : int
        The number of parts into which the line was cut.
    """

    contributions: NDArray[np.float64]
    slopes: NDArray[np.float64]
    base: float
    value: float
    allowed: float
    parts: int

    @property
    def remainder(self) -> float:
        """What ``value - base`` is more than the sum of the contributions: the error of the integration."""
        return self.value - self.base - float(self.contributions.sum())


def integrated_gradients(
    function: Differentiable, at: NDArray[np.float64], base: NDArray[np.float64], *, tolerance: float = 1e-3
) -> Attribution:
    """Return how much each input contributes to ``function(at) - function(base)``.

    The trapezoid rule gives the integral over parts of the line. A part is halved, again and again, while its integral
    is not yet right, because a ReLU has its kink there or the function bends. It is right when the contributions add
    up to the difference of the function at the ends of the part, and do not change when the part is halved. The sum
    over all parts must be right within the tolerance.

    Parameters
    ----------
    function : callable
        Takes points, shape (points, inputs), and returns its values there, shape (points,), and its slopes by each
        input, shape (points, inputs). It must be continuous, but may have kinks, as those of ReLUs. For a
        network it is ``partial(input_slopes, network, theta)``; steps before and after the network are added by the
        chain rule.
    at, base : ndarray, shape (inputs,)
        The point in question, and the point with which it is compared.
    tolerance : float
        The largest error of the sum, as a share of the difference or of the largest contribution, whichever is larger.

    Returns
    -------
    Attribution

    Raises
    ------
    ValueError
        If the shapes differ, a number is not finite, the tolerance is not positive, or the contributions do not add up
        however often the parts are halved.

    References
    ----------
    Sundararajan, Taly, Yan: Axiomatic Attribution for Deep Networks. ICML 2017, arXiv:1703.01365.
    """
    at, base = np.asarray(at, dtype=np.float64), np.asarray(base, dtype=np.float64)
    if at.ndim != 1 or at.shape != base.shape:
        raise ValueError(
            f"The point and its base must be two vectors alike; their shapes are {at.shape}, {base.shape}."
        )
    if not tolerance > 0:
        raise ValueError(f"The tolerance is {tolerance}; it must be positive.")
    way = at - base
    values, slopes = function(np.stack([base, at]))
    if not all(np.isfinite(each).all() for each in (way, values, slopes)):
        raise ValueError("The points, the function or its slopes there are not finite.")
    start, end = values.tolist()
    places = np.linspace(0, 1, FEWEST_PARTS + 1)
    heights, rates = _along(function, base, way, places)
    halved = np.arange(FEWEST_PARTS)
    while True:
        middles = (places[halved] + places[halved + 1]) / 2
        height, rate = _along(function, base, way, middles)
        away = np.abs(way * (rate - (rates[halved] + rates[halved + 1]) / 2)).max(axis=1, initial=0.0)
        moved = away * (places[halved + 1] - places[halved]) / 2
        places, heights = np.insert(places, halved + 1, middles), np.insert(heights, halved + 1, height)
        rates = np.insert(rates, halved + 1, rate, axis=0)
        lengths, mean = np.diff(places), (rates[1:] + rates[:-1]) / 2
        usual: NDArray[np.float64] = lengths @ mean
        found = way * usual
        largest = max(abs(end - start), float(np.abs(found).max(initial=0.0)))
        allowed = max(tolerance * largest, ROUNDING_SHARE * max(abs(start), abs(end)))
        made = Attribution(found, usual, start, end, allowed, len(lengths))
        if moved.sum() <= allowed and abs(made.remainder) <= allowed:
            return made
        if len(lengths) > MOST_PARTS or lengths.min() < SHORTEST_PART:
            raise ValueError(
                f"Over {len(lengths):,} parts of the line the contributions leave {made.remainder:g} of a difference "
                f"of {end - start:g}: the function jumps, or the slopes are not its own. Or allow a larger tolerance "
                f"than {tolerance:g}."
            )
        wrong = np.abs(np.diff(heights) - lengths * (mean @ way))
        first = halved + np.arange(len(halved))  # where the first halves stand now
        wrong[first], wrong[first + 1] = np.maximum(wrong[first], moved), np.maximum(wrong[first + 1], moved)
        halved = np.flatnonzero(wrong > allowed / len(lengths))


def _along(
    function: Differentiable, base: NDArray[np.float64], way: NDArray[np.float64], places: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the function at places of the line (0 is the base, 1 the end), and its slopes by each input there."""
    batches = (places[first : first + BATCH_POINTS, None] for first in range(0, len(places), BATCH_POINTS))
    heights, slopes = zip(*(function(base + batch * way) for batch in batches), strict=True)
    return np.concatenate(heights), np.concatenate(slopes)


def input_slopes(
    network: Network, theta: Values, x: Values, output: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return one output of a network, and its slope by each feature, computed in float64.

    Parameters
    ----------
    network : Network
    theta : ndarray, shape (size,)
    x : ndarray, shape (examples, features)
    output : int
        Which output, from 0.

    Returns
    -------
    made : ndarray of float64, shape (examples,)
    slopes : ndarray of float64, shape (examples, features)
        ∂y/∂x: the slopes at the first layer (P4), led once more through the weights of that layer.

    Raises
    ------
    ValueError
        If there is no such output, or θ is not the network's.
    """
    if not 0 <= output < network.widths[-1]:
        raise ValueError(f"output is {output}; this network has the outputs 0 to {network.widths[-1] - 1}.")
    theta, x = np.asarray(theta, dtype=np.float64), np.asarray(x, dtype=np.float64)
    passed = forward(network, theta, x)
    chosen = np.zeros(passed.prediction.shape)
    chosen[:, output] = 1
    slopes = backward(network, theta, passed, chosen).slopes
    behind = slopes[0] @ network.layers(theta)[0].weights
    return np.asarray(passed.prediction[:, output], dtype=np.float64), np.asarray(behind, dtype=np.float64)
