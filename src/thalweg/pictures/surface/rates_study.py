"""Learning rates that are too small, good and too large, and the limit of divergence (O1, O6)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.runs.rate_finder import RateSearch, find_learning_rate
from thalweg.messages import Argument
from thalweg.pictures.surface.loss_surface import FINE_GRID_SIDE, LossSurface, holding, spread_over

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.learn.explain.surface import Surface

RATE_SHARES = (0.004, 0.2, 1.02)  # of the limit of divergence: too small, good, too large
LOWEST_RATE, HIGHEST_RATE = 1e-4, 1e4
UPDATES_PER_PATH = 100  # of each path, where none are asked for
TRIED_UPDATES = 1000  # of each descent of the bisection
AVERAGED_UPDATES = 100  # last updates, of which every fifth is averaged, so that both sides count
RATE_TOLERANCE = 2e-4  # relative tolerance of the limit


@dataclass(frozen=True, eq=False)
class RatesStudy:
    """Descents from one start with three or more learning rates.

    Attributes
    ----------
    loss_surface : LossSurface
    surface : Surface
    rates : tuple of float
        Too small, good, too large; a rate of the user's own comes last.
    paths : tuple of ndarray, shape (points, 2)
        w and b after each update, while they are finite.
    losses : tuple of ndarray, shape (points,)
    diverges_from : float
        The limit, by bisection: from this rate on, L does not end below its start.
    curvature : float
        The limit in theory for squared errors, 2/λ with the greatest curvature λ; NaN for absolute errors.
    finder : RateSearch
        The result of `find_learning_rate` for the same plain descent.
    tried : tuple of (float, bool)
        The rates of the bisection, and whether each diverged.
    best : (float, float)
        w and b of the minimum.
    """

    loss_surface: LossSurface
    surface: Surface
    rates: tuple[float, ...]
    paths: tuple[NDArray[np.float64], ...]
    losses: tuple[NDArray[np.float64], ...]
    diverges_from: float
    curvature: float
    finder: RateSearch
    tried: tuple[tuple[float, bool], ...]
    best: tuple[float, float]

    view = "rates"


def rates_study(loss_surface: LossSurface, rate: float, updates: int, seed: int) -> RatesStudy:
    """Find the limit of divergence, and descend with rates below and above it.

    Raises
    ------
    InputError
        If no rate diverges.
    """
    start = loss_surface.start(seed)
    tried: list[tuple[float, bool]] = []

    def diverges(eta: float) -> bool:
        thetas = loss_surface.descend(start, eta, TRIED_UPDATES)
        # With too large a rate, absolute errors jump from side to side, so that a single update does not show the end.
        last = thetas[-2:] if loss_surface.loss == "mse" else thetas[-AVERAGED_UPDATES::5]
        ended = float(np.mean([loss_surface.loss_at(theta) for theta in last]))
        tried.append((eta, not ended < loss_surface.loss_at(start)))
        return tried[-1][1]

    low, high = LOWEST_RATE, HIGHEST_RATE
    if diverges(low) or not diverges(high):
        raise InputError("surface.no_rate", low=LOWEST_RATE, high=HIGHEST_RATE, option=Argument("seed"))
    while high > low * (1 + RATE_TOLERANCE):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if diverges(middle) else (middle, high)
    finder = find_learning_rate(
        loss_surface.network,
        loss_surface.training_set.examples,
        optimizer=Optimizer("gradient descent"),
        loss=loss_surface.loss,
        batch=len(loss_surface.training_set.examples),
        theta=start,
        lowest=high * 1e-3,
        highest=high * 1e2,
    )
    rates = (*(share * high for share in RATE_SHARES), *([rate] if rate else []))
    walks = [loss_surface.descend(start, eta, updates or UPDATES_PER_PATH) for eta in rates]
    paths = tuple(loss_surface.plane.coordinates(walk) for walk in walks)
    best = loss_surface.plane.coordinates(loss_surface.best())
    low_corner, high_corner = holding(
        np.concatenate([*paths[:2], paths[2][:4], best[None]]), *loss_surface.first_range()
    )
    return RatesStudy(
        loss_surface,
        loss_surface.surface(loss_surface.plane, spread_over(low_corner, high_corner, FINE_GRID_SIDE)),
        rates,
        paths,
        tuple(np.array([loss_surface.loss_at(theta) for theta in walk]) for walk in walks),
        high,
        _allowed(loss_surface),
        finder,
        tuple(sorted(tried)),
        (float(best[0]), float(best[1])),
    )


def _allowed(loss_surface: LossSurface) -> float:
    """Return 2/λ: λ is the greatest eigenvalue of the matrix of second derivatives of the mean squared error."""
    if loss_surface.loss != "mse":
        return math.nan
    x = loss_surface.training_set.examples.gather()[loss_surface.training_set.examples.weight[:, 0] > 0]
    features = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    return float(2 / np.linalg.eigvalsh(2 * features.T @ features / len(x))[-1])
