"""What may serve a series by its own values alone: copies, seasonal means, medians and lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.features.past import Past
from thalweg.forecast.ladder import copies, trends
from thalweg.forecast.panel.lines import Line
from thalweg.forecast.predictors.baselines import Medians, SeasonalMean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.panel.flat import Flat
    from thalweg.forecast.panel.rows import Rows
    from thalweg.forecast.predictors.baselines import Baseline
    from thalweg.series.frequency.record import Frequency


def baselines(frequency: Frequency) -> tuple[Baseline, ...]:
    """Return what needs no unknowns, in the order in which ties are decided: copies, a trend, means, medians.

    Medians suit counts that leap: on the 201 countries at five cutoffs the error to copying of the best mean was 0.92,
    of the median of a month 0.83, and with the network 0.825. Two medians apart for a choice were 0.836 for 0.828.
    """
    season = frequency.season
    means = [SeasonalMean(1, frequency.lags[1]), SeasonalMean(1, frequency.lags[2])]
    if 1 < season < frequency.year:
        means += [SeasonalMean(season, 4), SeasonalMean(season, 8)]
    return (*copies(frequency), *trends(frequency), *means, Medians(frequency.lags[1], frequency.lags[2]))


def lines(frequency: Frequency) -> tuple[Line, ...]:
    """Return the lines, over a month and over two of days."""
    season = frequency.season if frequency.season < frequency.year else 1
    return tuple(Line(lags, season) for lags in frequency.lags[2:])


def past_of(flat: Flat, rows: Rows, frequency: Frequency) -> Past:
    """Return rows as the past that predictors take; baselines ask for no dates, which are those of the first values."""
    at = flat.starts[rows.series] + rows.newest
    return Past(flat.values, at, np.array(flat.first_dates)[rows.series], rows.newest + 1, frequency, None)


def predicted(baseline: Baseline, flat: Flat, rows: Rows, steps: int, frequency: Frequency) -> NDArray[np.float64]:
    """Return a baseline's predictions in the user's units, shape (rows, steps); NaN where its past is too short."""
    enough = rows.newest + 1 >= baseline.needed
    made = np.full((len(enough), steps), np.nan)
    if enough.any():
        at = np.flatnonzero(enough)
        some = type(rows)(rows.series[at], rows.newest[at])
        made[at] = baseline.direct(past_of(flat, some, frequency), steps)
    return flat.possible(made, rows)
