"""Learning rates too small, good and too large, and the one from which on a descent diverges (O1, O6)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.rate_finder import RateSearch, find_learning_rate
from thalweg.messages import Argument
from thalweg.pictures.surface.loss_surface import FINE, LossSurface, holding, spread_over

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.learn.surface import Surface

SHARES = (0.004, 0.2, 1.02)  # of the rate that diverges: too small, good, too large
LOWEST, HIGHEST = 1e-4, 1e4
UPDATES = 100  # of each path, where nothing else is sentences
TRIED_UPDATES = 1000  # of each descent of the bisection
JUMPS = 100  # updates; the mean of every fifth of them is taken, so that both sides are met
CLOSE = 2e-4  # relative: how far the rate is narrowed down


@dataclass(frozen=True, eq=False)
class RatesStudy:
    """Descents from one start at three rates or more.

    Attributes
    ----------
    loss_surface : LossSurface
    surface : Surface
    rates : tuple of float
        Too small, good, too large; with a rate of the user's own as the last.
    paths : tuple of ndarray, shape (points, 2)
        w and b after each update, while they are finite.
    losses : tuple of ndarray, shape (points,)
    diverges_from : float
        By bisection: the rate from which on L does not end lower than it began.
    curvature : float
        The rate that the steepest curvature λ allows, 2/λ, for squared errors; NaN for absolute ones.
    finder : RateSearch
        What `find_learning_rate` saw with the same plain descent.
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
    """Find the rate that diverges, and descend at a few below and above.

    Raises
    ------
    InputError
        If no rate diverges.
    """
    start = loss_surface.start(seed)
    tried: list[tuple[float, bool]] = []

    def diverges(eta: float) -> bool:
        thetas = loss_surface.descend(start, eta, TRIED_UPDATES)
        # A rate far too large makes absolute errors jump from side to side: no single update tells where that ends.
        last = thetas[-2:] if loss_surface.loss == "mse" else thetas[-JUMPS::5]
        ended = float(np.mean([loss_surface.loss_at(theta) for theta in last]))
        tried.append((eta, not ended < loss_surface.loss_at(start)))
        return tried[-1][1]

    low, high = LOWEST, HIGHEST
    if diverges(low) or not diverges(high):
        raise InputError("surface.no_rate", low=LOWEST, high=HIGHEST, option=Argument("seed"))
    while high > low * (1 + CLOSE):
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
    rates = (*(share * high for share in SHARES), *([rate] if rate else []))
    walks = [loss_surface.descend(start, eta, updates or UPDATES) for eta in rates]
    paths = tuple(loss_surface.plane.coordinates(walk) for walk in walks)
    best = loss_surface.plane.coordinates(loss_surface.best())
    low_corner, high_corner = holding(
        np.concatenate([*paths[:2], paths[2][:4], best[None]]), *loss_surface.first_range()
    )
    return RatesStudy(
        loss_surface,
        loss_surface.surface(loss_surface.plane, spread_over(low_corner, high_corner, FINE)),
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
