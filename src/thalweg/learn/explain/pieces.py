"""Curves as sums of pieces, each flat, then sloped, then flat: networks without training (N2, N3, N7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.learn.function import Network

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from thalweg.learn.activation import Values

HARD = "hard sigmoid"
HARD_SIGMOID_WIDTH = 6  # the hard sigmoid rises from 0 to 1 while z rises from −3 to 3
MADE_OF = (HARD, "relu")
FEWEST_POINTS = 2  # points that make a piece


@dataclass(frozen=True, eq=False)
class Pieces:
    """A piecewise linear curve as a constant and a sum of pieces (N2).

    Every piece except the constant is 0 where the curve meets the y axis. Between its two turning points it has the
    slope of the curve, and elsewhere it is flat. The pieces to the right of the axis come first, from left to right,
    then those to its left, from right to left. So the sum of the first few pieces is the curve as far as they reach.

    Attributes
    ----------
    constant : float
        Piece 0: the value of the curve where it meets the y axis; where 0 lies outside the points, the value at the
        nearer end.
    start, end : ndarray, shape (pieces,)
        The two turning points of each piece, start < end.
    rise : ndarray, shape (pieces,)
        The rise of the curve from the first to the second; negative where it falls.
    """

    constant: float
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    rise: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.start)

    def __repr__(self) -> str:
        return f"<Pieces: {self.constant:g} and {len(self)} pieces from {self.start.min():g} to {self.end.max():g}>"

    @property
    def slope(self) -> NDArray[np.float64]:
        """The curve's slope between each piece's turning points, shape (pieces,)."""
        return self.rise / (self.end - self.start)

    @property
    def leftward(self) -> NDArray[np.bool_]:
        """Whether each piece lies to the left of the y axis, so that it is 0 to its right; shape (pieces,)."""
        return self.end <= 0

    def values(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return every piece at x, shape (1 + pieces, count), the constant first; their sum is the curve."""
        x = np.asarray(x, dtype=np.float64).ravel()
        width = (self.end - self.start)[:, None]
        right = self.rise[:, None] * np.clip((x - self.start[:, None]) / width, 0, 1)
        left = -self.rise[:, None] * np.clip((self.end[:, None] - x) / width, 0, 1)
        each = np.where(self.leftward[:, None], left, right)
        return np.concatenate([np.full((1, len(x)), self.constant), each])

    def network(self, activation: str = HARD) -> tuple[Network, Values]:
        """Return the curve as a network with one feature, and its θ (N4, N5, N7).

        Parameters
        ----------
        activation : str
            ``hard sigmoid``: one neuron for each piece. ``relu``: a pair of neurons for each piece.

        Returns
        -------
        Network, ndarray of float64

        Raises
        ------
        ValueError
            If the activation is another one, or two turning points lie too close for a weight to be a number.
        """
        if activation not in MADE_OF:
            raise ValueError(f"Pieces are made of {' or '.join(MADE_OF)}; the activation given is {activation!r}.")
        network = Network((1, len(self), 1), HARD)
        theta = np.zeros(network.size)
        hidden, output = network.layers(theta)
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # a number that overflows is refused
            steep = HARD_SIGMOID_WIDTH / (self.end - self.start)
            # hardsigmoid(z) with z = ±3 at the turning points; to the left of the axis −h·hardsigmoid(−z).
            hidden.weights[:, 0] = np.where(self.leftward, -steep, steep)
            hidden.biases[:] = np.where(self.leftward, self.end * steep, -self.start * steep) - HARD_SIGMOID_WIDTH / 2
        output.weights[0] = np.where(self.leftward, -self.rise, self.rise)
        output.biases[0] = self.constant
        if not np.isfinite(theta).all():
            at = int(np.argmin(self.end - self.start))
            raise ValueError(
                f"The points at {self.start[at]} and {self.end[at]} lie too close: no weight is steep enough."
            )
        return (network, theta) if activation == HARD else relu_pairs(network, theta)


def pieces_of(x: ArrayLike, y: ArrayLike) -> Pieces:
    """Split a piecewise linear curve into pieces, as in the lecture (N2). Outside its points the curve is flat.

    Parameters
    ----------
    x, y : ndarray, shape (points,)
        The points that are joined by straight lines, x rising.

    Raises
    ------
    ValueError
        If there are fewer than two points, x and y are not equally many, one is not finite, or x does not rise.
    """
    x, y = _curve(x, y)
    constant = float(np.interp(0.0, x, y))
    if x[0] < 0 < x[-1] and not (x == 0).any():  # the axis cuts a slope in two
        at = int(np.searchsorted(x, 0.0))
        x, y = np.insert(x, at, 0.0), np.insert(y, at, constant)
    right = np.flatnonzero(x[1:] > 0)
    left = np.flatnonzero(x[1:] <= 0)[::-1]
    order = np.concatenate([right, left])
    return Pieces(constant, x[order], x[order + 1], y[order + 1] - y[order])


def piecewise_network(x: ArrayLike, y: ArrayLike, activation: str = HARD) -> tuple[Network, Values]:
    """Return the network and the θ that equal a piecewise linear curve, without training (N2, N4, N7).

    Parameters
    ----------
    x, y : ndarray, shape (points,)
        The points that are joined by straight lines, x rising. Outside them the network is flat.
    activation : str
        ``hard sigmoid``: one neuron for each slope (two where the y axis cuts it). ``relu``: twice as many.

    Returns
    -------
    Network, ndarray of float64
        The output at x has shape (examples, 1).

    Raises
    ------
    ValueError
        As `pieces_of` and `Pieces.network`.
    """
    return pieces_of(x, y).network(activation)


def relu_pairs(network: Network, theta: ArrayLike) -> tuple[Network, Values]:
    """Return a ReLU network that equals a network of hard sigmoids, each neuron a pair of ReLUs (N7).

    hardsigmoid(z) = max(0, z/6 + 1/2) − max(0, z/6 − 1/2), so neurons 2i and 2i + 1 of a layer stand for neuron i.

    Parameters
    ----------
    network : Network
        A network of any depth whose hidden activation is ``hard sigmoid``. Its output activation stays.
    theta : ndarray, shape (size,)

    Returns
    -------
    Network, ndarray of float64
        Every hidden layer is twice as wide.

    Raises
    ------
    ValueError
        If the hidden activation is another one, there are skip connections, or θ does not fit.
    """
    if network.activation != HARD:
        raise ValueError(f"ReLU pairs stand for hard sigmoids; this network's activation is {network.activation!r}.")
    if network.skip:
        raise ValueError("Skip connections add the output of a hard sigmoid; pairs of ReLUs have no such output.")
    features, *hidden, outputs = network.widths
    paired = Network((features, *(2 * width for width in hidden), outputs), "relu", network.output)
    made = np.zeros(paired.size)
    layers = zip(network.layers(np.asarray(theta, dtype=np.float64)), paired.layers(made), strict=True)
    for at, (layer, pairs) in enumerate(layers):
        weights, biases = layer
        if at > 0:  # an input is a pair of ReLUs: the first minus the second
            weights = np.repeat(weights, 2, axis=1) * np.tile([1.0, -1.0], weights.shape[1])
        if at < len(hidden):
            weights = np.repeat(weights, 2, axis=0) / HARD_SIGMOID_WIDTH
            biases = np.repeat(biases, 2) / HARD_SIGMOID_WIDTH + np.tile([0.5, -0.5], len(biases))
        pairs.weights[:], pairs.biases[:] = weights, biases
    return paired, made


@dataclass(frozen=True, eq=False)
class Joined:
    """Points on a curve, joined by straight lines (N3).

    Attributes
    ----------
    x, y : ndarray, shape (points,)
    most, mean : float
        The distance of the joined points from the curve along y: the largest and the mean.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    most: float
    mean: float

    @property
    def pieces(self) -> Pieces:
        """The joined points as a sum of pieces."""
        return pieces_of(self.x, self.y)


def points_on(x: ArrayLike, curve: ArrayLike | Callable[[NDArray[np.float64]], Any], points: int) -> Joined:
    """Take points on a curve, evenly along `x` with both ends, and join them. More points come closer to it (N3).

    Parameters
    ----------
    x : ndarray, shape (count,)
        The places where the curve is computed and the error is measured, rising.
    curve : ndarray of shape (count,), or callable
        The values at x, or the function that returns them.
    points : int
        From 2 to the number of places in `x`.

    Raises
    ------
    ValueError
        As `pieces_of`, or if the points are out of their range.
    """
    x, y = _sampled(x, curve, points)
    return _joined(x, y, np.linspace(0, len(x) - 1, points).round().astype(np.int64))


def turning_points_on(x: ArrayLike, curve: ArrayLike | Callable[[NDArray[np.float64]], Any], points: int) -> Joined:
    """Take points on a curve where it turns, and join them (N3).

    Both ends are taken first. Then, again and again, the point that lies farthest from the line through the taken
    points is taken (Ramer 1972; Douglas and Peucker 1973; distances are along y). On a piecewise linear curve the
    turning points come first, and the joined points equal the curve as soon as all of them are taken.

    Parameters
    ----------
    x, curve, points
        As for `points_on`.

    Raises
    ------
    ValueError
        As `points_on`.
    """
    x, y = _sampled(x, curve, points)
    taken = np.zeros(len(x), dtype=np.bool_)
    taken[[0, -1]] = True
    for _ in range(points - FEWEST_POINTS):
        away = np.abs(np.interp(x, x[taken], y[taken]) - y)
        taken[np.argmax(np.where(taken, -1.0, away))] = True
    return _joined(x, y, np.flatnonzero(taken))


def _joined(x: NDArray[np.float64], y: NDArray[np.float64], at: NDArray[np.int64]) -> Joined:
    """Return some points of a sampled curve, by their places, and their distance from it when they are joined."""
    away = np.abs(np.interp(x, x[at], y[at]) - y)
    return Joined(x[at], y[at], float(away.max()), float(away.mean()))


def _sampled(
    x: ArrayLike, curve: ArrayLike | Callable[[NDArray[np.float64]], Any], points: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the checked points of a curve from which some are taken."""
    x, y = _curve(x, curve(np.asarray(x, dtype=np.float64)) if callable(curve) else curve)
    if not FEWEST_POINTS <= points <= len(x):
        raise ValueError(
            f"{points} points are asked for; give from {FEWEST_POINTS} to {len(x)}, the points of the curve."
        )
    return x, y


def _curve(x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the checked points of a curve."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"A curve is one x and one y a point; their shapes are {x.shape} and {y.shape}.")
    if len(x) < FEWEST_POINTS:
        raise ValueError(f"A curve needs {FEWEST_POINTS} points or more; {len(x)} were given.")
    for name, values in (("x", x), ("y", y)):
        if not np.isfinite(values).all():
            raise ValueError(f"{name} holds {values[~np.isfinite(values)][0]}; every point must be a finite number.")
    falls = np.flatnonzero(np.diff(x) <= 0)
    if len(falls):
        at = int(falls[0])
        raise ValueError(f"x must rise from point to point; {x[at + 1]} follows {x[at]}.")
    return x, y
