"""Forecasts that are made to add up by Nixtla's hierarchicalforecast: top-down, and MinT.

The matrix of sums has a row for each total, then one for each series. Numbers are handed over in a unit in which they
are about 1, since the library compares them with fixed small numbers; neither method depends on the unit.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.panel.options import BOTTOM_UP, MINT, TOP_DOWN
from thalweg.messages import Argument

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.panel.hierarchy import Hierarchy

LIBRARY = "hierarchicalforecast"
MOST_OF_MINT = 4000  # series and totals: its matrices have as many rows and columns
EXACT = 1e-3  # of the unit: a series that misses less is given this, since equations of zeros have no solution
LEAST_OBSERVED = 8  # residuals of a series; where there are fewer, they are drawn from its spread


def check(method: str, hierarchy: Hierarchy, counts: NDArray[np.bool_]) -> None:
    """Refuse, before any work, a method that cannot serve.

    Parameters
    ----------
    method : str
    hierarchy : Hierarchy
    counts : ndarray of bool, shape (series,)
        Whether each series is never negative.

    Raises
    ------
    InputError
        If the library is not installed, there are too many series, or values below zero have no shares.
    """
    if method == BOTTOM_UP:
        return
    rows = len(hierarchy) + hierarchy.count
    if method == MINT and rows > MOST_OF_MINT:
        raise InputError(
            "totals.too_many", argument=Argument("totals", method), series=hierarchy.count, totals=len(hierarchy),
            rows=rows, most=MOST_OF_MINT, instead=Argument("totals", BOTTOM_UP),
        )  # fmt: skip
    if method == TOP_DOWN and not counts.all():
        raise InputError(
            "totals.negative", argument=Argument("totals", method), count=int((~counts).sum()),
            instead=Argument("totals", BOTTOM_UP), other=Argument("totals", MINT),
        )  # fmt: skip
    _methods(method)


def _methods(method: str) -> Any:  # noqa: ANN401 - the library has no types
    try:
        return importlib.import_module(f"{LIBRARY}.methods")
    except ImportError as error:
        raise InputError(
            "totals.no_library", argument=Argument("totals", method), library=LIBRARY,
            instead=Argument("totals", BOTTOM_UP),
        ) from error  # fmt: skip


def summing(hierarchy: Hierarchy) -> NDArray[np.float64]:
    """Return the matrix of sums, shape (totals + series, series)."""
    made = np.zeros((len(hierarchy) + hierarchy.count, hierarchy.count))
    for at, members in enumerate(hierarchy.members):
        made[at, members] = 1
    made[len(hierarchy) :] = np.eye(hierarchy.count)
    return made


def top_down(
    hierarchy: Hierarchy, series: NDArray[np.float64], whole: NDArray[np.float64], usual: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the forecast of the sum over all, shared out by the forecasts of the series.

    Parameters
    ----------
    hierarchy : Hierarchy
    series : ndarray, shape (series, steps)
        Their forecasts, none below 0.
    whole : ndarray, shape (steps,)
        The forecast of the sum over all.
    usual : ndarray, shape (series,)
        What each series is usually: the shares of steps at which all forecasts are 0.

    Returns
    -------
    ndarray, shape (series, steps)
    """
    methods, count = _methods(TOP_DOWN), hierarchy.count
    sparse: Any = importlib.import_module("scipy.sparse")  # it comes with the library
    nothing = series.sum(axis=0) == 0
    shares = np.where(nothing, (usual if usual.any() else np.ones(count))[:, None], series)
    unit = float(np.abs(shares).mean()) or 1.0
    sums = sparse.vstack([np.ones((1, count)), sparse.identity(count)], format="csr")
    tags = {"total": np.array([0]), "series": np.arange(1, count + 1)}
    given = np.vstack([np.maximum(whole, 0), shares]) / unit
    made = methods.TopDownSparse("forecast_proportions").fit_predict(S=sums, y_hat=given, tags=tags)["mean"]
    return np.asarray(made)[1:] * unit


def mint(
    hierarchy: Hierarchy, given: NDArray[np.float64], residuals: NDArray[np.float64], counts: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the forecasts of the series with which all forecasts, of totals too, agree best (MinT, shrunk covariance).

    Parameters
    ----------
    hierarchy : Hierarchy
    given : ndarray, shape (totals + series, steps)
        The forecasts of each.
    residuals : ndarray, shape (totals + series, observations)
    counts : ndarray of bool, shape (series,)
        Whether each series is never negative: then a forecast below 0 becomes 0, and the totals follow.

    Returns
    -------
    ndarray, shape (series, steps)

    Raises
    ------
    InputError
        If the library cannot solve the equations.
    """
    methods = _methods(MINT)
    unit = float(np.sqrt(np.mean(residuals**2))) or 1.0
    scaled = residuals / unit
    for place in np.flatnonzero(np.abs(scaled).max(axis=1) < EXACT).tolist():
        scaled[place] = EXACT * np.random.default_rng(place).standard_normal(scaled.shape[1])
    try:
        made = methods.MinTrace("mint_shrink").fit_predict(
            S=summing(hierarchy), y_hat=given / unit, y_insample=scaled, y_hat_insample=np.zeros_like(scaled)
        )["mean"]
    except Exception as error:  # the library raises nothing more special
        told, instead = Argument("totals", MINT), Argument("totals", BOTTOM_UP)
        raise InputError("totals.unsolved", argument=told, reason=str(error), instead=instead) from error
    series = np.asarray(made)[len(hierarchy) :] * unit
    return np.where(counts[:, None], np.maximum(series, 0), series)
