"""What needs no fit, for all series at once: copies of the last season, and seasonal means."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thalweg.forecast.ladder import copies
from thalweg.forecast.panel.candidates import baselines, predicted
from thalweg.forecast.panel.flat import flat_of
from thalweg.forecast.panel.scaling import Rows
from thalweg.forecast.predictors.baselines import SeasonalMean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.predictors.baselines import Baseline
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.series import Series

SERIES_AT_ONCE = 1000


class Copying(NamedTuple):
    """A model of a backtest that needs no fit.

    Attributes
    ----------
    name : str
    tried : tuple of Baseline
        A series too short for the first is served by the next ones; the last one serves any.
    """

    name: str
    tried: tuple[Baseline, ...]

    def forecast(self, series: Sequence[Series], steps: int) -> NDArray[np.float64]:
        """Return the predictions after the last value of each series, shape (series, steps)."""
        some = [series[at : at + SERIES_AT_ONCE] for at in range(0, len(series), SERIES_AT_ONCE)]
        return np.concatenate([self._of(each, steps) for each in some])

    def _of(self, series: Sequence[Series], steps: int) -> NDArray[np.float64]:
        flat = flat_of(series, max(one.needed for one in self.tried))
        rows = Rows(np.arange(len(series)), flat.lengths - 1)
        made = np.full((len(series), steps), np.nan)
        for one in self.tried:
            made = np.where(np.isnan(made), predicted(one, flat, rows, steps, series[0].frequency), made)
        return made


def copying(frequency: Frequency) -> Copying:
    """Return what copies the last season, or of a shorter series the last value."""
    each = copies(frequency)[::-1]
    return Copying(each[0].name, each)


def seasonal_means(frequency: Frequency) -> tuple[Copying, ...]:
    """Return the means that a panel's choice tries: of some seasons, or where there is no short one, of some values."""
    means = [one for one in baselines(frequency) if isinstance(one, SeasonalMean)]
    seasonal = [one for one in means if one.season > 1] or means
    copied = copying(frequency).tried
    return tuple(Copying(one.name, (*seasonal[at::-1], *copied)) for at, one in enumerate(seasonal))
