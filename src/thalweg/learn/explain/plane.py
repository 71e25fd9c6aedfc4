"""Planes through the space of unknowns on which L can be drawn: of two unknowns, of random directions, of a path."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.function import Network


PARALLEL = 1e-14  # sine of the angle between two directions that counts as none


@dataclass(frozen=True, eq=False)
class Plane:
    """The plane of all θ = origin + u·(first direction) + v·(second direction).

    Attributes
    ----------
    origin : ndarray of float64, shape (size,)
    directions : ndarray of float64, shape (2, size)
        They need not have length 1 or be at right angles. So u may be a weight in the user's units, and the plane maps
        it to the network's unknowns.
    shares : (float, float), optional
        For the plane of a path: the share of the path's variance about its last point in each direction.

    Raises
    ------
    ValueError
        If the shapes do not fit, a number is not finite, or the two directions are parallel.
    """

    origin: NDArray[np.float64]
    directions: NDArray[np.float64]
    shares: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        origin = np.array(self.origin, dtype=np.float64)
        directions = np.array(self.directions, dtype=np.float64)
        if origin.ndim != 1 or directions.shape != (2, len(origin)):
            raise ValueError(
                f"A plane has an origin of shape (size,) and directions of shape (2, size); there are {origin.shape} "
                f"and {directions.shape}."
            )
        if not (np.isfinite(origin).all() and np.isfinite(directions).all()):
            raise ValueError("The origin and the directions of a plane must be finite numbers.")
        lengths = np.linalg.norm(directions, axis=1, keepdims=True)
        first, second = directions / np.where(lengths > 0, lengths, 1.0)
        if not (lengths > 0).all() or np.linalg.norm(first - (first @ second) * second) < PARALLEL:
            raise ValueError("The two directions of a plane must not be zero or parallel.")
        object.__setattr__(self, "origin", origin)
        object.__setattr__(self, "directions", directions)

    def at(self, u: ArrayLike, v: ArrayLike) -> NDArray[np.float64]:
        """Return θ at the coordinates, which are broadcast; shape (…, size)."""
        across, up = (np.asarray(values, dtype=np.float64)[..., None] for values in (u, v))
        return np.asarray(self.origin + across * self.directions[0] + up * self.directions[1], dtype=np.float64)

    def coordinates(self, thetas: Values) -> NDArray[np.float64]:
        """Return u and v of the points of the plane nearest to each θ, shape (…, 2)."""
        return self.moves(np.asarray(thetas, dtype=np.float64) - self.origin)

    def moves(self, steps: Values) -> NDArray[np.float64]:
        """Return the changes of u and v when θ moves by each step, shape (…, 2)."""
        # In the user's units a direction may be much longer than the other and nearly parallel to it.
        lengths = np.linalg.norm(self.directions, axis=1)
        steps = np.asarray(steps, dtype=np.float64)
        flat = steps.reshape(-1, steps.shape[-1])
        nearest = np.linalg.lstsq((self.directions / lengths[:, None]).T, flat.T, rcond=None)[0].T / lengths
        return np.asarray(nearest.reshape(*steps.shape[:-1], 2), dtype=np.float64)

    def slope(self, gradient: Values) -> NDArray[np.float64]:
        """Return ∂L/∂u and ∂L/∂v from ∂L/∂θ, shape (2,): the chain rule (P0)."""
        return self.directions @ np.asarray(gradient, dtype=np.float64)


def unknowns_plane(theta: Values, first: int, second: int) -> Plane:
    """Return the plane through θ in which u and v are the values of two unknowns.

    Parameters
    ----------
    theta : ndarray, shape (size,)
    first, second : int
        Which of the unknowns, from 0.

    Raises
    ------
    ValueError
        If there is no such unknown, or both are the same.
    """
    origin = np.array(theta, dtype=np.float64)
    chosen = [which_unknown(len(origin), number) for number in (first, second)]
    if chosen[0] == chosen[1]:
        raise ValueError(f"Unknown {first} is given twice; a plane needs two different unknowns.")
    directions = np.zeros((2, len(origin)))
    directions[[0, 1], chosen] = 1
    origin[chosen] = 0
    return Plane(origin, directions)


def which_unknown(size: int, number: int) -> int:
    """Return the number of an unknown.

    Raises
    ------
    ValueError
        If there is none of that number.
    """
    if not 0 <= operator.index(number) < size:
        raise ValueError(f"There is no unknown {number}: they are counted from 0 to {size - 1}.")
    return operator.index(number)


def random_plane(network: Network, theta: Values, seed: int = 0) -> Plane:
    """Return the plane through θ along two random directions, filter-normalised (Li et al. 2018, section 4).

    In each direction the row of weights of a neuron is as long as its row in θ, so that pictures of networks of
    different scales can be compared. The biases do not change.

    Parameters
    ----------
    network : Network
    theta : ndarray, shape (size,)
    seed : int

    Raises
    ------
    ValueError
        If every neuron has one weight only, so that the directions would be parallel.
    """
    theta = np.asarray(theta, dtype=np.float64)
    random = np.random.default_rng(seed)
    directions = np.zeros((2, network.size))
    for direction in directions:
        for layer, of_theta in zip(network.layers(direction), network.layers(theta), strict=True):
            drawn = random.normal(size=layer.weights.shape)
            length = np.linalg.norm(of_theta.weights, axis=1, keepdims=True)
            layer.weights[:] = drawn * (length / np.linalg.norm(drawn, axis=1, keepdims=True))
    return Plane(theta, directions)


def path_plane(thetas: Values) -> Plane:
    """Return the plane through a path's last point that is nearest to the path (Lorch 2016; Li et al. 2018, section 7).

    Its directions are the two principal components of the path's differences from its last point. They have length 1,
    are at right angles, and point so that the first point of the path has u ≤ 0 and v ≤ 0. `shares` refers to the
    variance about the last point; what is missing from 1 measures how far the path lies from the plane.

    Parameters
    ----------
    thetas : ndarray, shape (points, size)
        The path, beginning with its first point.

    Raises
    ------
    ValueError
        If there are fewer than two points or unknowns, or the path does not move.
    """
    thetas = np.asarray(thetas, dtype=np.float64)
    if thetas.ndim != 2 or min(thetas.shape) < 2:  # noqa: PLR2004 - a plane has two directions
        raise ValueError(
            f"A path of two points or more, of two unknowns or more, is needed; its shape is {thetas.shape}."
        )
    away = thetas - thetas[-1]
    _, sizes, directions = np.linalg.svd(away, full_matrices=False)
    if not sizes[0] > 0:
        raise ValueError("The path does not move, so no plane lies nearest to it.")
    first, second = directions[:2]
    whole = float(np.square(sizes).sum())
    turned = np.where(np.stack([first, second]) @ away[0] > 0, -1.0, 1.0)
    shares = (float(sizes[0] ** 2) / whole, float(sizes[1] ** 2) / whole)
    return Plane(thetas[-1], turned[:, None] * np.stack([first, second]), shares)
