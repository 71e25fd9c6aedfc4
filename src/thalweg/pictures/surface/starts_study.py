"""Many starts, and where each descent ends (O3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn.explain.plane import Plane
from thalweg.pictures.shared.fitted_rung import FittedRung, fit_rung
from thalweg.pictures.surface.loss_surface import COARSE_GRID_SIDE, FINE_GRID_SIDE, LossSurface, holding, spread_over
from thalweg.pictures.surface.path_study import USUAL_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.watch import Watcher
    from thalweg.learn.explain.surface import Surface

ARRIVED_RATIO = 1.01  # times the loss at the end; from there on little is gained


@dataclass(frozen=True, eq=False)
class StartsStudy:
    """Descents from many starts.

    Attributes
    ----------
    loss_surface : LossSurface
    seeds : tuple of int
        The seed of each start.
    surface : Surface
        Over w and b; for a larger function over the plane through three of the ends: the best, the worst, and the one
        farthest from the line between these two.
    paths : tuple of ndarray, shape (points, 2)
        w and b of each descent; for a larger function the three ends alone.
    on_plane : tuple of int
        The indices of the descents whose ends lie exactly on the surface.
    starts, ends : ndarray, shape (starts, 2)
        Coordinates; NaN for ends of a larger function that do not lie on the plane.
    first, last, unseen : ndarray, shape (starts,)
        L at θ⁰, L at the end, and L′ at the end on validation days (NaN for a straight line over one day).
    arrived : ndarray of int64, shape (starts,)
        Updates (epochs, of a larger function) after which L was within a hundredth of its end.
    apart : ndarray, shape (starts,)
        The distance of each end from the best one, as a share of the length of the best θ.
    rate : float
        NaN for a larger function.
    """

    loss_surface: LossSurface
    seeds: tuple[int, ...]
    surface: Surface
    paths: tuple[NDArray[np.float64], ...]
    on_plane: tuple[int, ...]
    starts: NDArray[np.float64]
    ends: NDArray[np.float64]
    first: NDArray[np.float64]
    last: NDArray[np.float64]
    unseen: NDArray[np.float64]
    arrived: NDArray[np.int64]
    apart: NDArray[np.float64]
    rate: float

    view = "starts"


def starts_study(
    loss_surface: LossSurface, starts: int, rate: float, updates: int, seed: int, watcher: Watcher
) -> StartsStudy:
    """Descend from many starts."""
    seeds = tuple(range(seed, seed + starts))
    return (
        _of_a_line(loss_surface, seeds, rate or USUAL_RATE, updates)
        if loss_surface.is_line
        else _larger(loss_surface, seeds, watcher)
    )


def _of_a_line(loss_surface: LossSurface, seeds: tuple[int, ...], rate: float, updates: int) -> StartsStudy:
    plane = loss_surface.plane
    walks = [loss_surface.arrive(loss_surface.start(seed), rate, updates) for seed in seeds]
    losses = [np.array([loss_surface.loss_at(theta) for theta in walk]) for walk in walks]
    paths = tuple(plane.coordinates(walk) for walk in walks)
    low, high = holding(np.concatenate(paths), *loss_surface.first_range())
    last = np.stack([walk[-1] for walk in walks])
    return StartsStudy(
        loss_surface,
        seeds,
        loss_surface.surface(plane, spread_over(low, high, FINE_GRID_SIDE)),
        paths,
        tuple(range(len(seeds))),
        np.stack([path[0] for path in paths]),
        np.stack([path[-1] for path in paths]),
        np.array([each[0] for each in losses]),
        np.array([each[-1] for each in losses]),
        np.full(len(seeds), np.nan),
        np.array([_arrived(each) for each in losses]),
        _apart(last, int(np.argmin([each[-1] for each in losses]))),
        rate,
    )


def _larger(loss_surface: LossSurface, seeds: tuple[int, ...], watcher: Watcher) -> StartsStudy:
    watcher.stage("fit", len(seeds))
    found: list[FittedRung] = []
    for seed in seeds:
        found.append(fit_rung(loss_surface.series, loss_surface.rung, loss=loss_surface.loss, seed=seed, path=True))
        watcher.advance(1)
    ends = np.stack([np.asarray(one.theta, dtype=np.float64) for one in found])
    last = np.array([loss_surface.loss_at(theta) for theta in ends])
    chosen = _three(ends, last)
    plane = _through(*ends[list(chosen)])
    places = np.full((len(seeds), 2), np.nan)
    places[list(chosen)] = plane.coordinates(ends[list(chosen)])
    low, high = holding(places[list(chosen)])
    wide = 0.25 * (high - low)
    grid = spread_over(low - wide, high + wide, FINE_GRID_SIDE if loss_surface.is_straight else COARSE_GRID_SIDE)
    watcher.stage("measure", len(grid[1]))
    surface = loss_surface.surface(plane, grid, advance=watcher.advance)
    return StartsStudy(
        loss_surface,
        seeds,
        surface,
        tuple(places[[which]] for which in chosen),
        chosen,
        np.full((len(seeds), 2), np.nan),
        places,
        np.array([loss_surface.loss_at(np.asarray(one.record.thetas[0], dtype=np.float64)) for one in found]),
        last,
        np.array([one.unseen() for one in found]),
        np.array([_arrived(one.record.batch[1:]) + 1 for one in found]),
        _apart(ends, int(np.argmin(last))),
        float("nan"),
    )


def _three(ends: NDArray[np.float64], losses: NDArray[np.float64]) -> tuple[int, int, int]:
    """Return the ends that define the plane: the best, the worst, and the farthest from the line between them."""
    best, worst = int(np.argmin(losses)), int(np.argmax(losses))
    away = ends - ends[best]
    along = away[worst] / max(float(np.linalg.norm(away[worst])), 1e-300)
    off = np.linalg.norm(away - np.outer(away @ along, along), axis=1)
    off[[best, worst]] = -1.0
    return best, worst, int(np.argmax(off))


def _through(best: NDArray[np.float64], worst: NDArray[np.float64], third: NDArray[np.float64]) -> Plane:
    """Return the plane through three θ, with orthogonal directions of equal length (Garipov et al. 2018)."""
    first = worst - best
    length = float(np.linalg.norm(first))
    second = third - best
    second = second - (second @ first) / length**2 * first
    return Plane(best, np.stack([first / length, second / np.linalg.norm(second)]))


def _arrived(losses: NDArray[np.float64]) -> int:
    """Return the number of updates (or epochs) after which L stays within a hundredth of its end."""
    above = np.flatnonzero(losses > ARRIVED_RATIO * losses[-1])
    return int(above[-1]) + 1 if len(above) else 0


def _apart(ends: NDArray[np.float64], best: int) -> NDArray[np.float64]:
    return np.linalg.norm(ends - ends[best], axis=1) / max(float(np.linalg.norm(ends[best])), 1e-300)
