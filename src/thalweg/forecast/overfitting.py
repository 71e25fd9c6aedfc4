"""Where overfitting began: a larger network is better on seen values and worse on unseen ones, beyond chance (U4)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn.loss import LOSSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.data import Data, Span
    from thalweg.forecast.result import RungResult
    from thalweg.forecast.search import Candidate, Searched

LEAST_STATISTIC = 1.645  # of the standard normal: a rise this large has a chance of 5% where both are equally good
LEAST_DAYS = 20  # below, nothing is said


def overfitting(searched: Searched) -> tuple[RungResult, RungResult] | None:
    """Return the first two neighbours where the larger network is better on training and worse on validation.

    The validation losses of the two are compared value by value, by the test of Diebold and Mariano (1995): the mean
    rise of the loss, divided by its standard error.
    """
    networks = [one for one in searched.candidates if one.line.kind == "network" and not one.line.known]
    for before, after in pairwise(networks):
        smaller, larger = before.line, after.line
        grows = larger.parameters > smaller.parameters and larger.days_back == smaller.days_back
        turned = larger.train < smaller.train and larger.validation > smaller.validation
        if grows and turned and _beyond_chance(searched.data, searched.parts.validation, before, after):
            return smaller, larger
    return None


def _beyond_chance(data: Data, spans: Sequence[Span], before: Candidate, after: Candidate) -> bool:
    rise = _losses(data, spans, after.estimates) - _losses(data, spans, before.estimates)
    rise = rise[np.isfinite(rise)]
    if len(rise) < LEAST_DAYS:
        return False
    error = float(rise.std(ddof=1)) / len(rise) ** 0.5
    return float(rise.mean()) > LEAST_STATISTIC * error


def _losses(data: Data, spans: Sequence[Span], predictions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the loss of each observed value of the spans, NaN where there is no prediction."""
    at = data.places_of(spans)
    at = at[data.panel.observed[at]]
    return LOSSES[data.judged].error(predictions[at], data.panel.values[at]).astype(np.float64)
