"""How copying does at each step ahead over the sealed test: what every forecast is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.forecast.backtest import predictions_at_cutoffs
from thalweg.forecast.calibrate import losses_ahead
from thalweg.forecast.ladder import copies
from thalweg.forecast.predictors.mean import Mean
from thalweg.forecast.ways import RECURSIVE, Predictors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from thalweg.forecast.data import Data
    from thalweg.series.split import Split


def copied_steps(data: Data, split: Split, steps: int) -> dict[str, NDArray[np.float64]]:
    """Return the loss of each copying rung at each step ahead over the sealed test of one series, by its name.

    Copies are scored as a backtest scores the choice, but not kept within what the past bears out.
    """
    (series,) = data.panel.series
    losses: dict[str, NDArray[np.float64]] = {}
    for one in copies(series.frequency):
        if one.needed <= split.train:
            spans = [[(split.train, split.days)]]
            made = predictions_at_cutoffs(data, [Predictors(Mean((one,)))], spans, {RECURSIVE: steps}, steps)
            losses[one.name] = losses_ahead(data.judged, series, made[RECURSIVE], split.train + split.validation)
    return losses
