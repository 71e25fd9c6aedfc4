"""What predictors are fitted on, and the loss of predictions over some of its values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn.loss import LOSSES, mean_loss
from thalweg.series.panel import Panel, panel_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.mostly_zero import Scales
    from thalweg.series.calendar import Calendar
    from thalweg.series.series import Series

Span = tuple[int, int]  # the first and the last (excluded) index of some values of one series


@dataclass(frozen=True, eq=False)
class Data:
    """The series, what is known of their dates, and the loss.

    Attributes
    ----------
    panel : Panel
        One series or several.
    calendar : Calendar
    loss : str
        ``mae`` or ``mse``, in the user's units: what networks are trained on.
    scales : Scales, optional
        What errors are measured by where the series is mostly zero; None for any other.

    Raises
    ------
    ValueError
        If calendar and series are of different frequencies.
    """

    panel: Panel
    calendar: Calendar
    loss: str
    scales: Scales | None = None

    def __post_init__(self) -> None:
        if self.calendar.frequency != self.panel.frequency:
            names = self.calendar.frequency.name, self.panel.frequency.name
            raise ValueError(f"The calendar is {names[0]}, the series are {names[1]}; they must be of one frequency.")

    @property
    def judged(self) -> str:
        """The loss by which predictions are judged and told: squared errors where the series is mostly zero."""
        return self.loss if self.scales is None else "mse"

    def loss_over(self, predictions: NDArray[np.float64], spans: Sequence[Span]) -> float:
        """Return L of predictions over the observed values of a span of each series, in the user's units.

        Parameters
        ----------
        predictions : ndarray, shape (all values of the panel,)
            NaN where there is none; such a value is not counted.
        spans : sequence of (int, int)
            One for each series.
        """
        at = self.places_of(spans)
        part = predictions[at]
        weight = (self.panel.observed[at] & np.isfinite(part)).astype(float)
        return mean_loss(LOSSES[self.judged], part, self.panel.values[at], weight)

    def places_of(self, spans: Sequence[Span]) -> NDArray[np.intp]:
        """Return the indices, among all values of the panel, of the values of a span of each series."""
        starts = self.panel.offsets[:-1]
        return np.concatenate(
            [np.arange(first, last) + start for (first, last), start in zip(spans, starts, strict=True)]
        )


def data_of(series: Series | Panel, calendar: Calendar, loss: str, scales: Scales | None = None) -> Data:
    """Return the data of one series or of a panel; scales are those of one series."""
    return Data(panel_of(series), calendar, loss, scales)
