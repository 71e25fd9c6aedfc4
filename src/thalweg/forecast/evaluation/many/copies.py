"""What needs no fit, for all series at once: copies of the last season, and seasonal means, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thalweg.forecast.ladder import copies
from thalweg.forecast.levels import level_name
from thalweg.forecast.panel.bands import bands_of, ends_around, shape_of
from thalweg.forecast.panel.candidates import baselines, predicted
from thalweg.forecast.panel.cutoffs import parts_of
from thalweg.forecast.panel.flat import flat_of
from thalweg.forecast.panel.inputs import members_of
from thalweg.forecast.panel.rows import Rows, rows_of
from thalweg.forecast.panel.run import SERIES_OF_PRIOR
from thalweg.forecast.panel.scaling import spreads_in_user_units
from thalweg.forecast.panel.served import blocks_of
from thalweg.forecast.predictors.baselines import SeasonalMean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.panel.bands import Shape
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

    def forecast(
        self, series: Sequence[Series], steps: int, levels: Sequence[float]
    ) -> tuple[NDArray[np.float64], dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]]:
        """Return the predictions after the last value of each series, and the ends of their intervals.

        The intervals are made as those of a panel's fit: of what was missed at earlier cutoffs, and where these are
        few, of what was missed over the panel.

        Parameters
        ----------
        series : sequence of Series
            Up to the cutoff.
        steps : int
        levels : sequence of float

        Returns
        -------
        mean : ndarray of float64, shape (series, steps)
        ends : dict
            The name of a level to the lower and the upper ends.
        """
        rising = sorted(levels)
        shape = _Missed(self, series[:: -(-len(series) // SERIES_OF_PRIOR)], steps).shape(rising)
        parts = [series[at : at + SERIES_AT_ONCE] for at in range(0, len(series), SERIES_AT_ONCE)]
        each = [_Missed(self, part, steps).served(rising, shape) for part in parts]
        mean, low, high = (np.concatenate(arrays) for arrays in zip(*each, strict=True))
        return mean, {level_name(level): (low[..., at], high[..., at]) for at, level in enumerate(rising)}


class _Missed:
    """What a model missed at earlier cutoffs of some series."""

    def __init__(self, one: Copying, series: Sequence[Series], steps: int) -> None:
        self._one, self._series, self._steps = one, series, steps
        self._frequency = frequency = series[0].frequency
        self._inputs = members_of(frequency, max(map(len, series)))[0]
        self._flat = flat_of(series, max(self._inputs.reach, *(each.needed for each in one.tried)))
        self._blocks = blocks_of(frequency, steps)
        parts = [parts_of(len(each), steps, frequency) for each in series]
        none = np.empty(0, np.int64)
        self._rows = rows_of(
            [none if part is None else np.concatenate([part.validation, part.test]) - 1 for part in parts]
        )
        self._residuals = (self._target() - self._made(self._rows)) / self._spread(self._rows)

    def shape(self, levels: Sequence[float]) -> Shape:
        """Return the shape of what was missed, in spreads."""
        return shape_of(self._residuals, self._rows.series, len(self._series), self._blocks, levels)

    def served(
        self, levels: Sequence[float], shape: Shape
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return the predictions after the last values, and the ends of their intervals."""
        last = Rows(np.arange(len(self._series)), self._flat.lengths - 1)
        mean = self._made(last)
        bands = bands_of(self._residuals, self._rows.series, len(self._series), self._blocks, levels, shape)
        return mean, *ends_around(mean, bands, self._spread(last), self._blocks, self._flat.counts)

    def _made(self, rows: Rows) -> NDArray[np.float64]:
        made = np.full((len(rows.series), self._steps), np.nan)
        for one in self._one.tried:
            made = np.where(np.isnan(made), predicted(one, self._flat, rows, self._steps, self._frequency), made)
        return made

    def _spread(self, rows: Rows) -> NDArray[np.float64]:
        return spreads_in_user_units(self._flat, rows, self._inputs)[:, None]

    def _target(self) -> NDArray[np.float64]:
        """Return what came after each cutoff; NaN behind the last value, and where none was observed."""
        flat, rows = self._flat, self._rows
        at = rows.newest[:, None] + np.arange(1, self._steps + 1)
        inside = at < flat.lengths[rows.series][:, None]
        places = flat.starts[rows.series][:, None] + np.where(inside, at, 0)
        return np.where(inside & flat.observed[places], flat.values[places], np.nan)


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
