"""L over one unknown: the curve, its slope, the steps of a descent, local and global minimum (L3, O1 to O3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.learn.data.examples import dense_examples
from thalweg.learn.explain.surface import curve_of, slope_at
from thalweg.learn.function import Network
from thalweg.learn.loss import own_loss
from thalweg.messages import Argument
from thalweg.pictures.shared.fitted_rung import fit_rung
from thalweg.pictures.surface.loss_surface import FIRST_WEIGHT_RANGE, LossSurface
from thalweg.pictures.surface.unknowns import name_of, unknowns_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from thalweg.learn.explain.surface import Curve

STEPS_PER_WALK = 30  # of each descent along one unknown
LINE_POINTS, NETWORK_POINTS = 401, 121
FIRST_STEP_SHARES = (0.3, 0.2, 0.14, 0.1)  # of the distance to the lowest point; tried where no rate is given

# The toy: one neuron, σ(w·x − 4), and five examples. Three have their target 0.5 at w = −2, two at w = 2.
TOY_X, TOY_TARGET, TOY_BIAS = np.repeat([-2.0, 2.0], [3, 2]), np.full(5, 0.5), -4.0
TOY_MINUS = 0.125
TOY_RANGE = (-5.0, 5.0)
TOY_STARTS, TOY_RATE = (0.5, -3.8), 3.0
ARRIVED_SHARE = 0.01  # of the range; a walk that is nearer to a minimum has arrived


@dataclass(frozen=True, eq=False)
class Walk:
    """A descent along one unknown: w⁰, w¹, …, L and the slope at each, shape (steps + 1,); a step is −rate · slope."""

    values: NDArray[np.float64]
    losses: NDArray[np.float64]
    slopes: NDArray[np.float64]
    rate: float


@dataclass(frozen=True, eq=False)
class CurveStudy:
    """L over one unknown.

    Attributes
    ----------
    loss_surface : LossSurface, optional
        None for the toy.
    name : str
        The name of the unknown.
    curve : Curve
        In the user's units.
    walks : tuple of Walk
        Descents. The toy's first ends in the local minimum, its second in the global one.
    """

    loss_surface: LossSurface | None
    name: str
    curve: Curve
    walks: tuple[Walk, ...]

    view = "curve"

    def minimum_of(self, walk: Walk) -> tuple[float, float] | None:
        """Return the minimum nearest to a walk's end, and L there; None if there is no minimum."""
        if not len(self.curve.minima):
            return None
        nearest = int(np.argmin(np.abs(self.curve.minima[:, 0] - walk.values[-1])))
        value, loss = self.curve.minima[nearest]
        return float(value), float(loss)

    def arrived(self, walk: Walk) -> bool:
        """Whether a walk ends in a minimum."""
        reached = self.minimum_of(walk)
        return reached is not None and abs(reached[0] - walk.values[-1]) < ARRIVED_SHARE * float(
            np.ptp(self.curve.values)
        )


def toy_curve(rate: float = 0.0) -> CurveStudy:
    """Return the toy. It has a local and a global minimum, and its loss falls below zero (L2, L3)."""
    network = Network((1, 1), output="sigmoid")
    lowered = own_loss(
        "squared error minus 0.125",
        lambda prediction, target: np.square(prediction - target) - TOY_MINUS,
        lambda prediction, target: 2 * (prediction - target),
    )
    examples = dense_examples(TOY_X[:, None], TOY_TARGET)
    theta = np.array([0.0, TOY_BIAS])
    curve = curve_of(network, examples, theta, 0, np.linspace(*TOY_RANGE, LINE_POINTS), lowered)

    def look(value: float) -> tuple[float, float]:
        loss, gradient = slope_at(network, examples, np.array([value, TOY_BIAS]), lowered)
        return loss, float(gradient[0])

    return CurveStudy(None, "w", curve, tuple(_walk(look, start, rate or TOY_RATE) for start in TOY_STARTS))


def curve_study(loss_surface: LossSurface, unknowns: str, rate: float, seed: int) -> CurveStudy:
    """Return L over one unknown of a fitted function; all others keep their values."""
    chosen = unknowns_of(loss_surface, unknowns) if unknowns else []
    if len(chosen) > 1:
        raise InputError("surface.one_unknown", argument=Argument("unknowns", unknowns))
    if loss_surface.is_line:
        theta, which = loss_surface.best(), chosen[0] if chosen else 0
    else:
        found = fit_rung(loss_surface.series, loss_surface.rung, loss=loss_surface.loss, seed=seed, path=True)
        theta = np.asarray(found.theta, dtype=np.float64)
        which = chosen[0] if chosen else int(np.argmax(np.abs(theta - found.record.thetas[0])))
    # The bias of a straight line in the user's units is an affine function of the standardised one.
    of_bias = loss_surface.is_straight and which == len(theta) - 1
    factor = loss_surface.training_set.scale.spread if of_bias else 1.0
    shift = float(loss_surface.in_user_units(theta)[which] - factor * theta[which])
    low, high = _range(loss_surface, theta, which)
    points = LINE_POINTS if loss_surface.is_line else NETWORK_POINTS
    curve = curve_of(
        loss_surface.network,
        loss_surface.examples,
        theta,
        which,
        np.linspace(low, high, points),
        loss_surface.loss,
        undo=loss_surface.units,
    )

    def look(value: float) -> tuple[float, float]:
        there = theta.copy()
        there[which] = (value - shift) / factor
        loss, gradient = slope_at(
            loss_surface.network, loss_surface.examples, there, loss_surface.loss, undo=loss_surface.units
        )
        return loss, float(gradient[which]) / factor

    in_user_units = type(curve)(
        factor * curve.values + shift,
        curve.losses,
        curve.slopes / factor,
        curve.minima * np.array([factor, 1.0]) + np.array([shift, 0.0]),
    )
    side = 1 if np.random.default_rng(seed).random() < 0.5 else -1  # noqa: PLR2004 - heads or tails
    reach = (
        in_user_units.values[-1] - in_user_units.least[0]
        if side > 0
        else in_user_units.least[0] - in_user_units.values[0]
    )
    start = in_user_units.least[0] + side * 0.8 * float(reach)
    slope = abs(look(start)[1])
    whole = abs(start - in_user_units.least[0]) / slope if slope > 0 else 1.0
    walks = [_walk(look, start, eta) for eta in ([rate] if rate else [share * whole for share in FIRST_STEP_SHARES])]
    walk = min(walks, key=lambda each: float(each.losses[-1]))  # long steps overshoot where absolute errors are steep
    return CurveStudy(loss_surface, name_of(loss_surface, which), in_user_units, (walk,))


def _range(loss_surface: LossSurface, theta: NDArray[np.float64], which: int) -> tuple[float, float]:
    """Return the least and the greatest value of an unknown, standardised, that the curve covers."""
    value = float(theta[which])
    if loss_surface.is_line and which == 0:
        return min(FIRST_WEIGHT_RANGE[0], value - 1), max(FIRST_WEIGHT_RANGE[1], value + 1)
    half = max(3 * abs(value), 1.0)
    return value - half, value + half


def _walk(look: Callable[[float], tuple[float, float]], start: float, rate: float) -> Walk:
    value, seen = start, list[tuple[float, float, float]]()
    for _ in range(STEPS_PER_WALK + 1):
        loss, slope = look(value)
        seen.append((value, loss, slope))
        value -= rate * slope  # O1: w¹ = w⁰ − η · slope
    values, losses, slopes = np.array(seen).T
    return Walk(values, losses, slopes, rate)
