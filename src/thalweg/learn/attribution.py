"""Which inputs moved an output, and by how much: integrated gradients (Sundararajan, Taly, Yan 2017).

From a base to the input in question leads a straight line. Input i's contribution is how far it moves on that line,
times the mean slope of the function by it on the way::

    contribution_i = (x_i - base_i) · ∫₀¹ ∂F/∂x_i (base + t·(x - base)) dt

All contributions add up to F(x) - F(base). The slopes come from one backward pass a point (P4): it goes on through
the first layer's weights, to the inputs themselves.
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

FEWEST, MOST, SHORTEST = 64, 2**14, 2.0**-40  # parts of the line, and the length of one
ROUNDING = 1e-12  # of the function's values: what is less is no difference
ROWS = 1024  # points in one batch: what their slopes need stays in the cache


@dataclass(frozen=True, eq=False)
class Attribution:
    """What moved a function from its value at a base to its value at a point.

    Attributes
    ----------
    contributions : ndarray of float64, shape (inputs,)
        Of each input, in units of the function; 0 where it is the same at both ends, or the function does not hear it.
    base, value : float
        The function at both ends.
    allowed : float
        What `remainder` may be at most, in units of the function.
    parts : int
        Into how many parts the line was cut.
    """

    contributions: NDArray[np.float64]
    base: float
    value: float
    allowed: float
    parts: int

    @property
    def remainder(self) -> float:
        """What the contributions leave of ``value - base``, for the line has so many points and no more."""
        return self.value - self.base - float(self.contributions.sum())


def integrated_gradients(
    function: Differentiable, at: NDArray[np.float64], base: NDArray[np.float64], *, tolerance: float = 1e-3
) -> Attribution:
    """Return how much each input contributes to ``function(at) - function(base)``.

    The integral is taken by the trapezoid rule over parts of the line. Where it is not yet right, for a ReLU turns
    there or the function bends, a part is halved, and again; it is right where its contributions add up to the
    difference of the function at its ends, and halving it does not move them. All together must be so within the
    tolerance.

    Parameters
    ----------
    function : callable
        Takes points, shape (points, inputs), and returns its values there, shape (points,), and its slopes by each
        input, shape (points, inputs). It must be continuous; it may have kinks, as ReLUs make them. A network's is
        ``partial(input_slopes, network, theta)``; what stands before and after the network joins by the chain rule.
    at, base : ndarray, shape (inputs,)
        The point in question, and the one that it is compared with.
    tolerance : float
        As a share of the largest of the difference and any contribution.

    Returns
    -------
    Attribution

    Raises
    ------
    ValueError
        If the shapes differ, something is not finite, the tolerance is not positive, or the
        contributions do not come to add up.

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
    places = np.linspace(0, 1, FEWEST + 1)
    heights, rates = _along(function, base, way, places)
    halved = np.arange(FEWEST)
    while True:
        middles = (places[halved] + places[halved + 1]) / 2
        height, rate = _along(function, base, way, middles)
        away = np.abs(rate - (rates[halved] + rates[halved + 1]) / 2).max(axis=1, initial=0.0)
        moved = away * (places[halved + 1] - places[halved]) / 2
        places, heights = np.insert(places, halved + 1, middles), np.insert(heights, halved + 1, height)
        rates = np.insert(rates, halved + 1, rate, axis=0)
        lengths, mean = np.diff(places), (rates[1:] + rates[:-1]) / 2
        found: NDArray[np.float64] = lengths @ mean
        largest = max(abs(end - start), float(np.abs(found).max(initial=0.0)))
        allowed = max(tolerance * largest, ROUNDING * max(abs(start), abs(end)))
        made = Attribution(found, start, end, allowed, len(lengths))
        if moved.sum() <= allowed and abs(made.remainder) <= allowed:
            return made
        if len(lengths) > MOST or lengths.min() < SHORTEST:
            raise ValueError(
                f"Over {len(lengths):,} parts of the line the contributions leave {made.remainder:g} of a difference "
                f"of {end - start:g}: the function jumps, or the slopes are not its own. Or allow a larger tolerance "
                f"than {tolerance:g}."
            )
        wrong = np.abs(np.diff(heights) - lengths * mean.sum(axis=1))
        first = halved + np.arange(len(halved))  # where the first halves stand now
        wrong[first], wrong[first + 1] = np.maximum(wrong[first], moved), np.maximum(wrong[first + 1], moved)
        halved = np.flatnonzero(wrong > allowed / len(lengths))


def _along(
    function: Differentiable, base: NDArray[np.float64], way: NDArray[np.float64], places: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the function at places of the line, 0 the base and 1 its end, and each input's share of its slope."""
    batches = (places[first : first + ROWS, None] for first in range(0, len(places), ROWS))
    heights, slopes = zip(*(function(base + batch * way) for batch in batches), strict=True)
    return np.concatenate(heights), way * np.concatenate(slopes)


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
        ∂y/∂x: what the backward pass brings to the first layer (P4), led through that layer's weights once more.

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
