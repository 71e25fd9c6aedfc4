"""The error surface: L along one unknown or over a plane of θ, its minima, and brute force on it (L3, O1, O3, O5)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn import backprop
from thalweg.learn.compiled.grid import COMPILED_LOSSES, losses_along
from thalweg.learn.data.validated_targets import suited
from thalweg.learn.explain.least_lines import GOLDEN
from thalweg.learn.explain.plane import which_unknown
from thalweg.learn.loss import OWN, Loss, loss_of
from thalweg.learn.prediction import LossOn
from thalweg.learn.training.thread_pool import thread_pool, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, DTypeLike, NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.data.examples import Examples
    from thalweg.learn.explain.plane import Plane
    from thalweg.learn.function import Network

HALVINGS = 60  # golden-section steps that narrow a minimum down to the last digits


@dataclass(frozen=True)
class Units:
    """How outputs of a network become numbers in the user's units: max(least, factor·output + shift)."""

    factor: float = 1.0
    shift: float = 0.0
    least: float = -math.inf

    def __call__(self, outputs: Values) -> Values:
        """Return outputs in the user's units."""
        return np.maximum(outputs * self.factor + self.shift, self.least)

    def slope(self, outputs: Values) -> Values:
        """Return the slope of a user's number by its output: `factor`, or 0 where the number is clipped to `least`."""
        return np.where(outputs * self.factor + self.shift > self.least, self.factor, 0.0)


def loss_in_units(loss: str | Loss, units: Units) -> Loss:
    """Return a loss of outputs whose e is that of the numbers in the user's units, in which the targets are."""
    inner = loss_of(loss)
    return Loss(
        inner.name,
        OWN,
        lambda outputs, target: inner.error(units(outputs), target),
        lambda outputs, target: inner.slope(units(outputs), target) * units.slope(outputs),
        inner.parameters,
        inner.of_classes,
    )


@dataclass(frozen=True, eq=False)
class Surface:
    """L over a plane (L3).

    Attributes
    ----------
    plane : Plane
    u, v : ndarray of float64, shapes (across,) and (up,)
        Coordinates.
    losses : ndarray of float64, shape (up, across)
        L at each ``plane.at(u, v)``.
    """

    plane: Plane
    u: NDArray[np.float64]
    v: NDArray[np.float64]
    losses: NDArray[np.float64]


@dataclass(frozen=True)
class GridMinimum:
    """The best point of a grid, and the number of evaluations of L (O5)."""

    u: float
    v: float
    loss: float
    evaluations: int


@dataclass(frozen=True, eq=False)
class Curve:
    """L as a function of one unknown, while all others stay: a curve (L3, O1, O3).

    Attributes
    ----------
    values, losses, slopes : ndarray of float64, shape (points,)
        The unknown, L, and ∂L/∂(unknown) by backpropagation.
    minima : ndarray of float64, shape (minima, 2)
        The place of each local minimum inside the range, narrowed down between the points, and L there; from left to
        right.
    """

    values: NDArray[np.float64]
    losses: NDArray[np.float64]
    slopes: NDArray[np.float64]
    minima: NDArray[np.float64]

    @property
    def least(self) -> tuple[float, float]:
        """The unknown and L where L is least in the range: the global minimum, as far as the range shows it."""
        at = int(np.argmin(self.losses))
        ends = np.array([[self.values[at], self.losses[at]]])
        found = np.concatenate([self.minima, ends])
        value, loss = found[int(np.argmin(found[:, 1]))]
        return float(value), float(loss)


def surface_of(
    network: Network,
    examples: Examples,
    plane: Plane,
    u: ArrayLike,
    v: ArrayLike,
    loss: str | Loss = "mae",
    *,
    undo: Units | Callable[[Values], Values] | None = None,
    dtype: DTypeLike = np.float32,
    threads: int | None = None,
    advance: Callable[[int], None] | None = None,
) -> Surface:
    """Compute L over a grid of a plane.

    Without hidden layers a prediction is linear in θ. It is then computed once at the origin and once along each
    direction, in float64, and each point of the grid is one compiled pass over the examples (for ``mae`` and ``mse`` of
    one output).

    Parameters
    ----------
    network : Network
    examples : Examples
        Their targets and weights give L. Where `undo` is given, the targets are in the user's units.
    plane : Plane
    u, v : array_like, shapes (across,) and (up,)
        Coordinates of the grid.
    loss : str or Loss
    undo : Units or callable, optional
        Turns outputs, shape (examples, outputs), into the user's units, before they are compared with the targets.
        `Units` are compiled.
    dtype : dtype
        The precision of a network's passes, where it has hidden layers.
    threads : int, optional
        The number of rows of the grid that are computed at once; as many as there are cores where it is not given.
    advance : callable, optional
        Called with the number of rows that were computed since the last call.

    Returns
    -------
    Surface

    Raises
    ------
    ValueError
        If the coordinates are not finite numbers, or network, plane, examples and loss do not fit together.
    """
    across, up = (_coordinates(name, values) for name, values in (("u", u), ("v", v)))
    if len(plane.origin) != network.size:
        raise ValueError(f"This network has {network.size} unknowns; the plane is of {len(plane.origin)}.")
    loss = loss_of(loss)
    examples = suited(network, loss, examples.astype(np.float64))
    units = Units() if undo is None else undo
    if len(network.widths) == 2 and network.output == "identity":  # noqa: PLR2004 - no hidden layer
        if isinstance(units, Units) and loss.code in COMPILED_LOSSES and examples.outputs == 1:
            return Surface(plane, across, up, _straight(network, examples, plane, across, up, loss, units))
        dtype = np.float64

    def row(at: int) -> NDArray[np.float64]:
        own = None if units == Units() else units
        loss_at = LossOn(network, examples, loss, dtype, units=own)  # each thread has its own buffers
        return np.array([loss_at(theta) for theta in plane.at(across, up[at])])

    with thread_pool(threads) as pool:
        rows = pool.run([partial(row, at) for at in range(len(up))], whole(advance))
    return Surface(plane, across, up, np.stack(rows))


def brute_force(surface: Surface) -> GridMinimum:
    """Return the best point of a grid (O5)."""
    row, column = np.unravel_index(int(np.nanargmin(surface.losses)), surface.losses.shape)
    return GridMinimum(
        float(surface.u[column]),
        float(surface.v[row]),
        float(surface.losses[row, column]),
        surface.losses.size,
    )


def slope_at(
    network: Network, examples: Examples, theta: Values, loss: str | Loss = "mae", *, undo: Units | None = None
) -> tuple[float, NDArray[np.float64]]:
    """Return L and its gradient ∇L(θ), shape (size,), over all examples, in float64, from the reference passes (N6).

    Parameters
    ----------
    network, examples, loss
        As for `surface_of`.
    theta : ndarray, shape (size,)
    undo : Units, optional
    """
    loss_of_outputs = loss_of(loss) if undo is None else loss_in_units(loss, undo)
    fit = suited(network, loss_of(loss), examples.astype(np.float64))
    theta = np.asarray(theta, dtype=np.float64)
    value, gradient = backprop.loss_and_gradient(network, theta, loss_of_outputs, fit.gather(), fit.target, fit.weight)
    return value, np.asarray(gradient, dtype=np.float64)


def curve_of(
    network: Network,
    examples: Examples,
    theta: Values,
    unknown: int,
    values: ArrayLike,
    loss: str | Loss = "mae",
    *,
    undo: Units | None = None,
) -> Curve:
    """Compute L as a function of one unknown, with its slope and its minima (L3, O1, O3).

    Parameters
    ----------
    network, examples, loss, undo
        As for `slope_at`.
    theta : ndarray, shape (size,)
        The values of all other unknowns.
    unknown : int
        The unknown that varies, from 0.
    values : array_like, shape (points,)
        Rising.

    Raises
    ------
    ValueError
        If there is no such unknown, or the values do not rise.
    """
    points = _coordinates("values", values)
    if not (np.diff(points) > 0).all():
        raise ValueError("The values of the unknown must rise.")
    base = np.array(theta, dtype=np.float64)
    which = which_unknown(len(base), unknown)
    loss_of_outputs = loss_of(loss) if undo is None else loss_in_units(loss, undo)
    fit = suited(network, loss_of(loss), examples.astype(np.float64))
    x = fit.gather()

    def look(value: float) -> tuple[float, float]:
        base[which] = value
        found, gradient = backprop.loss_and_gradient(network, base, loss_of_outputs, x, fit.target, fit.weight)
        return found, float(gradient[which])

    losses, slopes = np.array([look(value) for value in points]).T
    inside = (losses[1:-1] < losses[:-2]) & (losses[1:-1] <= losses[2:])
    minima = [_narrowed(look, points[at], points[at + 2]) for at in np.flatnonzero(inside)]
    return Curve(points, losses, slopes, np.array(minima).reshape(-1, 2))


def _coordinates(name: str, values: ArrayLike) -> NDArray[np.float64]:
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != 1 or not len(found) or not np.isfinite(found).all():
        raise ValueError(f"{name} must be one row of finite numbers; its shape is {found.shape}.")
    return found


def _straight(
    network: Network,
    examples: Examples,
    plane: Plane,
    across: NDArray[np.float64],
    up: NDArray[np.float64],
    loss: Loss,
    units: Units,
) -> NDArray[np.float64]:
    """Return L over the grid, for a network that is linear in θ."""
    x = examples.gather()
    start, *moves = (
        units.factor * backprop.forward(network, theta, x).prediction[:, 0]
        for theta in (plane.origin, *plane.directions)
    )
    counted = examples.weight[:, 0] > 0
    weight, target = examples.weight[counted, 0], examples.target[counted, 0]
    start, move, second = (np.ascontiguousarray(values[counted]) for values in (start + units.shift, *moves))
    out = np.empty((len(up), len(across)))
    for row, step in zip(out, up, strict=True):
        losses_along(loss.code, start + step * second, move, target, weight, units.least, across, row)
    return out / weight.sum()


def _narrowed(look: Callable[[float], tuple[float, float]], low: float, high: float) -> tuple[float, float]:
    """Return the minimum between two points, and L there, by a golden-section search."""
    inner, outer = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_inner, at_outer = look(inner)[0], look(outer)[0]
    for _ in range(HALVINGS):
        if at_inner <= at_outer:
            high, outer, at_outer = outer, inner, at_inner
            inner = high - GOLDEN * (high - low)
            at_inner = look(inner)[0]
        else:
            low, inner, at_inner = inner, outer, at_outer
            outer = low + GOLDEN * (high - low)
            at_outer = look(outer)[0]
    return (inner, at_inner) if at_inner <= at_outer else (outer, at_outer)
