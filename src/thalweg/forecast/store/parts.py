"""What a model holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.levels import USUAL, Asked

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from thalweg.forecast.interval import MissTransform
    from thalweg.forecast.paths import Inside
    from thalweg.forecast.plan import Plan
    from thalweg.forecast.team import Team
    from thalweg.forecast.ways import Predictors
    from thalweg.messages import Message
    from thalweg.series.calendar import Calendar
    from thalweg.series.series import Series


@dataclass(frozen=True, eq=False)
class ModelParts:
    """What a model holds.

    Attributes
    ----------
    chosen : str
        The rung's name.
    loss : str
    plan : Plan
        How each step ahead is forecast.
    predictors : Predictors
        What is fitted to forecast.
    calendar : Calendar
    days : Series
        The days to look back at, up to the last day known.
    miss_transform : MissTransform
        The transform in whose units `bands` are.
    levels : tuple of float
        Of the intervals, in percent.
    bands : ndarray of float64, shape (horizon, levels, 2)
        Quantiles of residuals per step ahead: the lower and the upper end of each level.
    errors : ndarray of float64
        Loss of each scored day of the sealed test, as used.
    low_residual : float
        The lower end of the 98% interval one step ahead, in the transform's units. A model of an earlier version has
        that of its widest interval.
    made : datetime.date
        When the model was fitted.
    began : numpy.datetime64
        The first date of the series that it was fitted on.
    team : Team, optional
        What is refitted when it is updated; models of earlier versions do not say it.
    lineage : tuple of str
        The stamps of the models that it was updated from; files that carry one of them belong to it too.
    notes : tuple of Message
        What was odd when it was read from a file (keys ``model.note.*``).
    medians : ndarray of float64, shape (horizon,), optional
        The median of the residuals of each step ahead; models of earlier versions do not hold it.
    asked : Asked
        The levels and the quantiles that are shown.
    rows : ndarray of float32, shape (forecasts, horizon)
        The residuals of whole forecasts of the backtest, from which sample paths are made; NaN where nothing was
        observed. Models of earlier versions hold none.
    inside : tuple of Inside
        How many sums of some lengths fell inside their intervals over the sealed test.
    whole : bool
        Whether values are whole and never negative, so that the ends of intervals are whole.
    """

    chosen: str
    loss: str
    plan: Plan
    predictors: Predictors
    calendar: Calendar
    days: Series
    miss_transform: MissTransform
    levels: tuple[float, ...]
    bands: NDArray[np.float64]
    errors: NDArray[np.float64]
    low_residual: float
    made: dt.date
    began: np.datetime64
    team: Team | None = None
    lineage: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()
    medians: NDArray[np.float64] | None = None
    asked: Asked = USUAL
    rows: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))
    inside: tuple[Inside, ...] = ()
    whole: bool = False
