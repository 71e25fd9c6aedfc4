"""Two losses over the same two unknowns, and brute force beside descent (L2, O5)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.ladder import named_ladder
from thalweg.learn.explain.surface import GridMinimum, brute_force
from thalweg.learn.function import Network
from thalweg.pictures.surface.loss_surface import FINE_GRID_SIDE, LossSurface, holding, spread_over
from thalweg.pictures.surface.path_study import USUAL_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.learn.explain.surface import Surface

LOSSES = ("mae", "mse")
GRID_SIDES = (5, 10, 25, 50, 75, 100, 150, 250)  # points per side
DRAWN_GRID_SIDE = 25  # of the grid that is drawn, and that larger functions are compared by
WITHIN_SHARES = (0.001, 0.01, 0.1)  # above the least L; both are compared at the smallest that brute force reaches
EVALUATIONS_PER_UPDATE = 3  # a forward pass counts as one evaluation, a backward pass as two


@dataclass(frozen=True, eq=False)
class LossesStudy:
    """L over w and b, for absolute and for squared errors.

    Attributes
    ----------
    loss_surface : LossSurface
    surfaces : dict
        Loss to `Surface`, in the user's units and their square.
    best : dict
        Loss to (w, b) of its exact minimum.
    at_best : dict
        (loss, loss whose minimum it is at) to L.
    """

    loss_surface: LossSurface
    surfaces: dict[str, Surface]
    best: dict[str, tuple[float, float]]
    at_best: dict[tuple[str, str], float]

    view = "losses"


@dataclass(frozen=True, eq=False)
class SearchStudy:
    """Brute force and descent on one surface.

    Attributes
    ----------
    loss_surface : LossSurface
    surface : Surface
    grids : dict
        Points per side to the result of brute force.
    points : ndarray, shape (updates + 1, 2)
        w and b of the descent. Each update takes a forward and a backward pass and counts as
        `EVALUATIONS_PER_UPDATE` evaluations.
    losses : ndarray, shape (updates + 1,)
    least : float
        L of the exact lowest point.
    within : float
        The share above the lowest L at which both are compared: the smallest of `WITHIN_SHARES` that the finest grid
        keeps, else the share of the finest grid.
    side : int
        Points per side of the grid from which on all finer grids stay within that share.
    within_at : int
        The number of updates after which the descent stays within that share; −1 for never.
    larger : tuple of (str, int, float)
        Functions of the lecture's ladder: name, unknowns, and the power of ten of the evaluations that a grid of
        `DRAWN_GRID_SIDE` points for each unknown takes.
    rate : float
    """

    loss_surface: LossSurface
    surface: Surface
    grids: dict[int, GridMinimum]
    points: NDArray[np.float64]
    losses: NDArray[np.float64]
    least: float
    within: float
    side: int
    within_at: int
    larger: tuple[tuple[str, int, float], ...]
    rate: float

    view = "search"


def losses_study(loss_surface: LossSurface) -> LossesStudy:
    """Return both surfaces with their minima."""
    thetas = {loss: loss_surface.best(loss) for loss in LOSSES}
    best = {loss: tuple(map(float, loss_surface.plane.coordinates(theta))) for loss, theta in thetas.items()}
    low, high = holding(np.array(list(best.values())), *loss_surface.first_range())
    grid = spread_over(low, high, FINE_GRID_SIDE)
    return LossesStudy(
        loss_surface,
        {loss: loss_surface.surface(loss_surface.plane, grid, loss) for loss in LOSSES},
        {loss: (w, b) for loss, (w, b) in best.items()},
        {(loss, of): loss_surface.loss_at(thetas[of], loss) for loss in LOSSES for of in LOSSES},
    )


def search_study(loss_surface: LossSurface, rate: float, updates: int, seed: int) -> SearchStudy:
    """Search by brute force on finer and finer grids, and by descent from one random start."""
    rate = rate or USUAL_RATE
    plane = loss_surface.plane
    thetas = loss_surface.arrive(loss_surface.start(seed), rate, updates)
    points = plane.coordinates(thetas)
    low, high = holding(
        np.concatenate([points, plane.coordinates(loss_surface.best()[None])]), *loss_surface.first_range()
    )
    surface = loss_surface.surface(plane, spread_over(low, high, FINE_GRID_SIDE))
    grids = {side: brute_force(loss_surface.surface(plane, spread_over(low, high, side))) for side in GRID_SIDES}
    losses = np.array([loss_surface.loss_at(theta) for theta in thetas])
    least = loss_surface.loss_at(loss_surface.best())
    finest = grids[GRID_SIDES[-1]].loss / least - 1 if least > 0 else math.inf
    within = next((share for share in WITHIN_SHARES if finest <= share), finest)
    most = (1 + within) * least if math.isfinite(within) else grids[GRID_SIDES[-1]].loss
    side = GRID_SIDES[_settled(np.array([found.loss for found in grids.values()]), most)]
    within_at = _settled(losses, most)
    return SearchStudy(
        loss_surface, surface, grids, points, losses, least, within, side, within_at, tuple(_larger()), rate
    )


def _settled(losses: NDArray[np.float64], most: float) -> int:
    """Return the index from which on no loss exceeds a limit; −1 if the last one does."""
    above = np.flatnonzero(losses > most)
    first = int(above[-1]) + 1 if len(above) else 0
    return first if first < len(losses) else -1


def _larger() -> list[tuple[str, int, float]]:
    """Return the functions of the lecture's ladder (U3) with the evaluations that brute force would need."""
    larger: list[tuple[str, int, float]] = []
    for rung in named_ladder("lecture").rungs:
        if rung.seeds:
            size = Network((rung.days_back, *rung.hyperparameters["neurons"], 1)).size
            larger.append((rung.name, size, size * math.log10(DRAWN_GRID_SIDE)))
    return larger
