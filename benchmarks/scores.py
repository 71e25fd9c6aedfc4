"""How the M4 competition scores forecasts: MASE, sMAPE, OWA, and the copies that they are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEASONAL_AT = 1.645  # standard errors of the autocorrelation at which M4 takes a series as seasonal


def scale(train: NDArray[np.float64], season: int) -> float:
    """Return the mean absolute difference of values a season apart; pairs with an empty value are left out."""
    return float(np.nanmean(np.abs(train[season:] - train[:-season])))


def mase(test: NDArray[np.float64], forecast: NDArray[np.float64], train: NDArray[np.float64], season: int) -> float:
    """Return the mean absolute scaled error; where the value or the forecast is empty, nothing is scored."""
    return float(np.nanmean(np.abs(test - forecast))) / scale(train, season)


def smape(test: NDArray[np.float64], forecast: NDArray[np.float64]) -> float:
    """Return the symmetric mean absolute percentage error in percent, 0 where both are 0; empty values as in `mase`."""
    away, both = np.abs(test - forecast), np.abs(test) + np.abs(forecast)
    return float(np.nanmean(200 * away / np.where(both == 0, 1, both)))


def owa(found: tuple[float, float], naive2: tuple[float, float]) -> float:
    """Return the overall weighted average: the mean of both errors relative to Naive2's.

    Parameters
    ----------
    found, naive2 : tuple of float
        MASE and sMAPE, each the mean over all series.
    """
    return (found[0] / naive2[0] + found[1] / naive2[1]) / 2


def copied(train: NDArray[np.float64], season: int, horizon: int) -> NDArray[np.float64]:
    """Return the last season, again and again; an empty value is copied too, and not scored then."""
    return np.resize(train[-season:], horizon)


def naive2(train: NDArray[np.float64], season: int, horizon: int) -> NDArray[np.float64]:
    """Return M4's Naive2: the last value, seasonally adjusted where the series is seasonal."""
    if season == 1 or not _seasonal(train, season):
        return np.full(horizon, train[-1])
    indices = _seasonal_indices(train, season)
    at = np.arange(len(train), len(train) + horizon) % season
    return train[-1] / indices[(len(train) - 1) % season] * indices[at]


def _seasonal(train: NDArray[np.float64], season: int) -> bool:
    """Whether the autocorrelation a season apart is significant at 90%."""
    if len(train) < 3 * season:
        return False
    away = train - train.mean()
    lags = [float(away[lag:] @ away[: len(away) - lag] / (away @ away)) for lag in range(1, season + 1)]
    error = np.sqrt((1 + 2 * sum(lag**2 for lag in lags[:-1])) / len(train))
    return abs(lags[-1]) > SEASONAL_AT * error


def _seasonal_indices(train: NDArray[np.float64], season: int) -> NDArray[np.float64]:
    """Return the factor of each place of the season, by classical multiplicative decomposition."""
    weights = np.ones(season) if season % 2 else np.array([0.5, *np.ones(season - 1), 0.5])
    trend = np.convolve(train, weights / season, "valid")
    first = len(weights) // 2
    ratios = np.full(len(train), np.nan)
    ratios[first : first + len(trend)] = train[first : first + len(trend)] / trend
    factors = np.array([np.nanmean(ratios[place::season]) for place in range(season)])
    return factors / factors.mean()
