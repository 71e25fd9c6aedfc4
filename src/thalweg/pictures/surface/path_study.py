"""The path of a descent on the error surface (L3, O1, O4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.learn.explain.plane import path_plane, random_plane
from thalweg.learn.explain.surface import brute_force
from thalweg.messages import Argument
from thalweg.pictures.shared.fitted_rung import fit_rung
from thalweg.pictures.surface.loss_surface import COARSE_GRID_SIDE, FINE_GRID_SIDE, LossSurface, holding, spread_over
from thalweg.pictures.surface.unknowns import name_of, unknowns_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.watch import Watcher
    from thalweg.learn.explain.plane import Plane
    from thalweg.learn.explain.surface import Surface
    from thalweg.pictures.surface.options import PathOptions

USUAL_RATE = 0.1  # η of a plain descent on standardised days, where none is given
MOST_POINTS = 120  # drawn of a path


@dataclass(frozen=True, eq=False)
class PathStudy:
    """L over two unknowns, or over a plane of many, and the path of a descent on it.

    Attributes
    ----------
    loss_surface : LossSurface
    kind : str
        ``line`` (of two unknowns, all of the surface), ``path``, ``random`` or ``unknowns``.
    axes : (str, str)
        The names of u and v.
    surface : Surface
        In the user's units.
    steps : ndarray of int64, shape (points,)
        The number of updates at each point of the path; of epochs for a function of more than two unknowns.
    points : ndarray, shape (points, 2)
        u and v of the point of the plane that is nearest to θ.
    losses : ndarray, shape (points,)
        L at θ itself.
    uphill : ndarray, shape (points, 2)
        The change of u and v along the gradient that the descent uses.
    slopes : ndarray, shape (points, 2)
        ∂L/∂u and ∂L/∂v in the user's units.
    best : (float, float, float)
        u, v and L of the lowest point: exact for a straight line, else of the grid.
    rate : float
        η; NaN where the rung's own optimiser descends.
    step : int
        The index of the point at which the gradient is drawn first.
    share : float
        The share of the path's variance about its end that lies in the plane; 1 for two unknowns.
    """

    loss_surface: LossSurface
    kind: str
    axes: tuple[str, str]
    surface: Surface
    steps: NDArray[np.int64]
    points: NDArray[np.float64]
    losses: NDArray[np.float64]
    uphill: NDArray[np.float64]
    slopes: NDArray[np.float64]
    best: tuple[float, float, float]
    rate: float
    step: int
    share: float

    view = "path"


def path_study(loss_surface: LossSurface, options: PathOptions, watcher: Watcher) -> PathStudy:
    """Descend, and compute the surface around the path."""
    plane, seed, step = options.plane, options.seed, options.step
    named = Argument("unknowns", options.unknowns)
    if loss_surface.is_line:
        if options.unknowns and sorted(unknowns_of(loss_surface, options.unknowns)) != [0, 1]:
            raise InputError("surface.line_unknowns", argument=named)
        return _line(loss_surface, options.rate or USUAL_RATE, options.updates, step, seed)
    if options.unknowns and plane != "unknowns":
        raise InputError("surface.unknowns_without_plane", argument=named, plane=Argument("plane", "unknowns"))
    chosen = unknowns_of(loss_surface, options.unknowns) if options.unknowns else []
    if chosen and len(chosen) != 2:  # noqa: PLR2004 - a plane has two
        raise InputError("surface.two_unknowns", argument=named)
    watcher.stage("fit", 1)
    found = fit_rung(loss_surface.series, loss_surface.rung, loss=loss_surface.loss, seed=seed, path=True)
    thetas, epochs = np.asarray(found.record.thetas, dtype=np.float64), found.record.epochs
    kept = np.unique(np.linspace(0, len(thetas) - 1, min(len(thetas), MOST_POINTS)).round().astype(int))
    thetas, epochs = thetas[kept], epochs[kept]
    kind = "path" if plane == "auto" else plane
    moved = np.argsort(-np.abs(thetas[-1] - thetas[0]), kind="stable")[:2]
    pair = chosen or [int(which) for which in moved]
    axes = (name_of(loss_surface, pair[0]), name_of(loss_surface, pair[1])) if kind == "unknowns" else ("u", "v")
    if kind == "path":
        drawn = path_plane(thetas)
    elif kind == "random":
        drawn = random_plane(loss_surface.network, thetas[-1], seed)
    else:
        drawn = loss_surface.plane_of(thetas[-1], *pair)
    # The values of the two unknowns, whatever the others are.
    points = loss_surface.in_user_units(thetas)[:, pair] if kind == "unknowns" else drawn.coordinates(thetas)
    if kind == "random":  # the range of Li et al. (2018)
        low, high = holding(points, np.array([-1.0, -1.0]), np.array([1.0, 1.0]))
    else:
        low, high = holding(points)
    grid = spread_over(low, high, FINE_GRID_SIDE if loss_surface.is_straight else COARSE_GRID_SIDE)
    watcher.stage("measure", len(grid[1]))
    surface = loss_surface.surface(drawn, grid, advance=watcher.advance)
    found = brute_force(surface)
    lowest = (found.u, found.v, found.loss)
    return _study(loss_surface, kind, axes, surface, thetas, points, epochs, float("nan"), step, lowest)


def _line(loss_surface: LossSurface, rate: float, updates: int, step: int, seed: int) -> PathStudy:
    plane = loss_surface.plane
    thetas = loss_surface.arrive(loss_surface.start(seed), rate, updates)
    points = plane.coordinates(thetas)
    best = loss_surface.best()
    low, high = holding(np.concatenate([points, plane.coordinates(best[None])]), *loss_surface.first_range())
    surface = loss_surface.surface(plane, spread_over(low, high, FINE_GRID_SIDE))
    u, v = plane.coordinates(best)
    lowest = (float(u), float(v), loss_surface.loss_at(best))
    return _study(loss_surface, "line", ("w", "b"), surface, thetas, points, np.arange(len(thetas)), rate, step, lowest)


def _study(
    loss_surface: LossSurface,
    kind: str,
    axes: tuple[str, str],
    surface: Surface,
    thetas: NDArray[np.float64],
    points: NDArray[np.float64],
    steps: NDArray[np.int64],
    rate: float,
    step: int,
    lowest: tuple[float, float, float],
) -> PathStudy:
    plane: Plane = surface.plane
    gradients = np.stack([loss_surface.gradient_at(theta) for theta in thetas])
    unit = loss_surface.training_set.scale.spread ** (
        2 if loss_surface.loss == "mse" else 1
    )  # of L, from the standardised one
    at = int(np.argmin(np.abs(steps - step)))
    return PathStudy(
        loss_surface,
        kind,
        axes,
        surface,
        steps,
        points,
        np.array([loss_surface.loss_at(theta) for theta in thetas]),
        plane.moves(gradients),
        unit * gradients @ plane.directions.T,
        lowest,
        rate,
        at,
        _share(plane, thetas),
    )


def _share(plane: Plane, thetas: NDArray[np.float64]) -> float:
    """Return the share of a path's variance about its end that lies in a plane through that end."""
    away = thetas - thetas[-1]
    whole = float(np.square(away).sum())
    left = away - plane.moves(away) @ plane.directions
    return 1 - float(np.square(left).sum()) / whole if whole > 0 else 1.0
