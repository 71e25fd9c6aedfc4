"""Straight lines over the last values of each series, by least squares, for all steps ahead at once.

A line sees how far each of the last values lies from the usual value of its place in the season, and predicts how far
the next ones will. The ridge draws it to the usual values, which need no unknowns: with few rows it is nearly them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.panel.flat import Flat
    from thalweg.forecast.panel.rows import Rows

SEASONS = 4  # whose mean is the usual value of a place
LEAST_ROWS = 2  # for each lag
RIDGE = 0.1  # of the mean square of a lag, for each row


@dataclass(frozen=True)
class Line:
    """A line before it is fitted.

    Attributes
    ----------
    lags : int
        How many past values it sees.
    season : int
        1 where there is no short season: then the usual value is the last one.
    """

    lags: int
    season: int

    @property
    def name(self) -> str:
        """The name in a table."""
        return f"linear {self.lags}"

    @property
    def needed(self) -> int:
        """How many past values a row must have."""
        return max(self.lags, self._usual)

    @property
    def _usual(self) -> int:
        return self.season * (SEASONS if self.season > 1 else 1)

    def usual(self, flat: Flat, at: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the usual value of each place of the season, from the next step's on; shape (rows, season)."""
        seasons = self._usual // self.season
        places = at[:, None] + 1 + np.arange(self.season) - self._usual
        return np.mean([flat.numbers[places + self.season * k] for k in range(seasons)], axis=0)

    def seen(self, flat: Flat, at: NDArray[np.int64], usual: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far the last values lie from the usual ones, the newest first; shape (rows, lags)."""
        back = np.arange(self.lags)
        return flat.numbers[at[:, None] - back] - usual[:, self.season - 1 - back % self.season]

    def fit(self, flat: Flat, series: int, upto: int, steps: int) -> NDArray[np.float64] | None:
        """Return the weights, shape (lags, steps); None where there are too few values to learn from."""
        newest = np.arange(self.needed - 1, upto - steps)
        if len(newest) < LEAST_ROWS * self.lags:
            return None
        at = flat.starts[series] + newest
        usual = self.usual(flat, at)
        x = self.seen(flat, at, usual)
        ahead = np.arange(1, steps + 1)
        y = flat.numbers[at[:, None] + ahead] - usual[:, (ahead - 1) % self.season]
        squares = x.T @ x
        ridge = RIDGE * np.trace(squares) / self.lags
        return np.linalg.solve(squares + (ridge or 1.0) * np.eye(self.lags), x.T @ y).astype(np.float64, copy=False)

    def predict(
        self, flat: Flat, rows: Rows, fitted: dict[int, NDArray[np.float64]], steps: int
    ) -> NDArray[np.float64]:
        """Return predictions in the user's units, shape (rows, steps); NaN for series without weights."""
        made = np.full((len(rows.series), steps), np.nan)
        edges = np.flatnonzero(np.diff(rows.series, prepend=-1, append=-1))
        for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            series = int(rows.series[first])
            if series in fitted:
                at = flat.starts[series] + rows.newest[first:last]
                usual = self.usual(flat, at)
                numbers = self.seen(flat, at, usual) @ fitted[series] + usual[:, np.arange(steps) % self.season]
                made[first:last] = numbers * flat.units[series] + flat.centres[series]
        return flat.possible(made, rows)
