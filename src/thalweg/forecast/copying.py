"""How copying does at each step ahead, on the days on which the choice is scored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.forecast.backtest import predictions_at_cutoffs
from thalweg.forecast.calibrate import losses_ahead
from thalweg.forecast.strategy import COPYING, Pair

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from thalweg.forecast.search import Searched


def copied_steps(searched: Searched, steps: int, place: int = 0) -> dict[str, NDArray[np.float64]]:
    """Return the loss of each copying rung at each step ahead over the sealed test of one series, by its name.

    Copies are scored as a backtest scores the choice: forecasts are made from the last training day on.
    """
    data, parts = searched.data, searched.parts
    series, sealed = data.panel.series[place], parts.test[place][0]
    spans = [[(first, len(each)) for each, (first, _) in zip(data.panel.series, parts.validation, strict=True)]]
    losses: dict[str, NDArray[np.float64]] = {}
    for one in searched.candidates:
        if one.line.kind == "copy":
            pair = Pair(one.predictor, one.predictor)
            made = predictions_at_cutoffs(data, [pair], spans, (COPYING,) * steps)
            losses[one.line.rung] = losses_ahead(data.loss, series, data.panel.part(made, place), sealed)
    return losses
