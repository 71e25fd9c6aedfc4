"""Two losses on one pair of unknowns, and brute force beside descent (L2, O5)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.ladder import named_ladder
from thalweg.learn.function import Network
from thalweg.learn.surface import GridMinimum, brute_force
from thalweg.pictures.surface.loss_surface import FINE, LossSurface, holding, spread_over
from thalweg.pictures.surface.path_study import SUITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.learn.surface import Surface

LOSSES = ("mae", "mse")
GRIDS = (5, 10, 25, 50, 75, 100, 150, 250)  # points a side
DRAWN = 25  # the grid that is drawn, and whose power of ten is told for larger functions
WITHIN = (0.001, 0.01, 0.1)  # above the least L there is: as near as brute force comes, both are compared
AN_UPDATE = 3  # evaluations of L: one pass forward, and the one backward takes about two


@dataclass(frozen=True, eq=False)
class LossesStudy:
    """L over w and b, of absolute and of squared errors.

    Attributes
    ----------
    loss_surface : LossSurface
    surfaces : dict
        Loss to `Surface`, in the user's units and their square.
    best : dict
        Loss to (w, b) of its minimum, exactly.
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
        Points a side to what brute force found.
    points : ndarray, shape (updates + 1, 2)
        The descent's w and b; each update takes a forward and a backward pass, counted as `AN_UPDATE` evaluations.
    losses : ndarray, shape (updates + 1,)
    least : float
        L of the lowest point, exactly.
    within : float
        The share above the lowest point at which both are compared: of `WITHIN` the least that the finest grid keeps,
        else what the finest grid has.
    side : int
        Points a side of the grid from which on every finer one that was tried comes within that.
    within_at : int
        The updates after which the descent stays within that; −1 for never.
    larger : tuple of (str, int, float)
        Functions of the lecture's ladder: name, unknowns, and the power of ten of the evaluations that a grid of
        `DRAWN` points for each unknown takes.
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
    grid = spread_over(low, high, FINE)
    return LossesStudy(
        loss_surface,
        {loss: loss_surface.surface(loss_surface.plane, grid, loss) for loss in LOSSES},
        {loss: (w, b) for loss, (w, b) in best.items()},
        {(loss, of): loss_surface.loss_at(thetas[of], loss) for loss in LOSSES for of in LOSSES},
    )


def search_study(loss_surface: LossSurface, rate: float, updates: int, seed: int) -> SearchStudy:
    """Search by brute force on ever finer grids, and by descent from one random start."""
    rate = rate or SUITS
    plane = loss_surface.plane
    thetas = loss_surface.arrive(loss_surface.start(seed), rate, updates)
    points = plane.coordinates(thetas)
    low, high = holding(
        np.concatenate([points, plane.coordinates(loss_surface.best()[None])]), *loss_surface.first_range()
    )
    surface = loss_surface.surface(plane, spread_over(low, high, FINE))
    grids = {side: brute_force(loss_surface.surface(plane, spread_over(low, high, side))) for side in GRIDS}
    losses = np.array([loss_surface.loss_at(theta) for theta in thetas])
    least = loss_surface.loss_at(loss_surface.best())
    finest = grids[GRIDS[-1]].loss / least - 1 if least > 0 else math.inf
    within = next((share for share in WITHIN if finest <= share), finest)
    most = (1 + within) * least if math.isfinite(within) else grids[GRIDS[-1]].loss
    side = GRIDS[_settled(np.array([found.loss for found in grids.values()]), most)]
    within_at = _settled(losses, most)
    return SearchStudy(
        loss_surface, surface, grids, points, losses, least, within, side, within_at, tuple(_larger()), rate
    )


def _settled(losses: NDArray[np.float64], most: float) -> int:
    """Return from where on no loss is greater; −1 where the last is."""
    above = np.flatnonzero(losses > most)
    first = int(above[-1]) + 1 if len(above) else 0
    return first if first < len(losses) else -1


def _larger() -> list[tuple[str, int, float]]:
    """Return the functions of the lecture's ladder (U3) with what brute force would take."""
    told: list[tuple[str, int, float]] = []
    for rung in named_ladder("lecture").rungs:
        if not rung.copy:
            size = Network((rung.days_back, *rung.hidden, 1)).size
            told.append((rung.name, size, size * math.log10(DRAWN)))
    return told
