"""The model that forecasts: θ of every network, and the days to look back at. It is saved as one file, no pickle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.backtest import predict_steps
from thalweg.forecast.features import past_of
from thalweg.forecast.result import Forecast
from thalweg.learn.loss import LOSSES
from thalweg.messages import Argument
from thalweg.series.dates import date_range, days_after, days_between

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from numpy.typing import NDArray

    from thalweg.forecast.fit import Fit
    from thalweg.forecast.interval import MissTransform
    from thalweg.forecast.ladder import Rung
    from thalweg.series.calendar import Calendar
    from thalweg.series.series import Series

WORSE_SHARE = 0.05  # recent days are worse than expected if fewer runs of the sealed test than this share were as bad


@dataclass(frozen=True)
class Recent:
    """The loss of the model on days that came after it was made.

    Attributes
    ----------
    days : int
        Observed days after the model's last day.
    loss : float
        One day ahead, in the user's units.
    expected : float
        The loss over the sealed test, as used.
    worse : bool
        Whether fewer than one in twenty runs of as many days over the sealed test were as bad.
    """

    days: int
    loss: float
    expected: float
    worse: bool


@dataclass(frozen=True, eq=False)
class Model:
    """A fitted choice that forecasts without training.

    Attributes
    ----------
    chosen : str
        The rung's name.
    loss : str
    strategy : str
        How days after tomorrow are forecast: one of `backtest.STRATEGIES`, or ``copy``.
    daily, many : list of Fit or Rung
        The members with one output, for tomorrow, and those with an output for each day of the horizon; where the
        strategy needs none of these, `many` is `daily`.
    calendar : Calendar
    days : Series
        The days to look back at, up to the last day known.
    miss_transform : MissTransform
        The transform in whose units `bands` are.
    bands : ndarray of float64, shape (horizon, 4)
        Quantiles of residuals per step ahead: low80, high80, low95, high95.
    errors : ndarray of float64
        Loss of each scored day of the sealed test, as used.
    made : datetime.date
        When the model was fitted.
    """

    chosen: str
    loss: str
    strategy: str
    daily: list[Fit | Rung]
    many: list[Fit | Rung]
    calendar: Calendar
    days: Series
    miss_transform: MissTransform
    bands: NDArray[np.float64]
    errors: NDArray[np.float64]
    made: dt.date

    def __repr__(self) -> str:
        return f"<Model {self.chosen!r} for {self.name!r}: {self.horizon} days after {self.last_day}, made {self.made}>"

    @property
    def horizon(self) -> int:
        """The most days ahead."""
        return len(self.bands)

    @property
    def last_day(self) -> dt.date:
        """The last day known when the model was made."""
        return self.days.dates[-1].item()

    @property
    def name(self) -> str:
        """What is forecast: the value's column."""
        return self.days.name

    def predict(self, series: Series | None = None, horizon: int | None = None) -> Forecast:
        """Forecast the days after the last known one.

        Parameters
        ----------
        series : Series, optional
            Newer days, joined to those stored in the model. Without it the forecast starts after the stored days.
        horizon : int, optional
            Days ahead; by default the model's whole horizon.

        Raises
        ------
        InputError
            If the horizon is beyond the model's, or the series has another name, ends before the stored days, leaves a
            gap after them or holds values that the model cannot transform.
        """
        steps = self.horizon if horizon is None else horizon
        if not 1 <= steps <= self.horizon:
            raise InputError("model.horizon", argument=Argument("horizon", steps), most=self.horizon)
        days = self.days if series is None else self.joined(series)
        past = past_of(days, np.array([len(days) - 1]))
        mean = predict_steps(self.daily, self.many, self.calendar, past, self.horizon, self.strategy)[0, :steps]
        return self.banded(date_range(days_after(days.dates[-1], 1), steps), mean)

    def banded(self, dates: NDArray[np.datetime64], mean: NDArray[np.float64]) -> Forecast:
        """Return predictions of 1 to n steps ahead, shape (n,), with the intervals of their steps."""
        bounds = self.miss_transform.transform(mean)[:, None] + self.bands[: len(mean)]
        low80, high80, low95, high95 = self.miss_transform.inverse(bounds).T
        return Forecast(dates, mean, np.minimum(low80, mean), np.maximum(high80, mean),
                        np.minimum(low95, mean), np.maximum(high95, mean))  # fmt: skip

    def joined(self, series: Series) -> Series:
        """Return the stored days followed by newer ones.

        Raises
        ------
        InputError
            If they have another name, end before the stored days, leave a gap after them or hold negative values that
            the model cannot transform.
        """
        if series.name != self.days.name:
            names = {"name": series.name, "expected": self.days.name}
            raise InputError(
                "model.name", source=series.source_name, argument=Argument("value", self.days.name), **names
            )
        stored, newer = self.days.dates, series.dates
        if newer[-1] < stored[-1]:
            raise InputError("model.older", source=series.source_name, last=newer[-1], expected=stored[-1])
        if days_between(stored[-1], newer[0]) > 1:
            raise InputError("model.gap", source=series.source_name, first=newer[0], expected=stored[-1])
        if self.miss_transform.offset is not None and not series.counts:
            raise InputError("model.negative", source=series.source_name)
        kept = days_between(stored[0], newer[0])
        if kept <= 0:
            return series
        return replace(
            series,
            start=self.days.start,
            values=np.concatenate([self.days.values[:kept], series.values]),
            observed=np.concatenate([self.days.observed[:kept], series.observed]),
        )

    def recent(self, series: Series) -> Recent | None:
        """Compare the loss on days after the model's last with the loss to be expected; None without such days."""
        days = self.joined(series)
        first = days_between(days.start, self.days.dates[-1]) + 1
        newest = np.arange(first - 1, len(days) - 1)
        if not len(newest):
            return None
        past = past_of(days, newest)
        predictions = predict_steps(self.daily, self.daily, self.calendar, past, 1, self.strategy)[:, 0]
        observed = days.observed[newest + 1]
        errors = LOSSES[self.loss].error(predictions, days.values[newest + 1])[observed]
        if not len(errors):
            return None
        span = min(len(errors), max(len(self.errors) // 2, 1))
        run_losses = np.lib.stride_tricks.sliding_window_view(self.errors, span).mean(axis=1)
        mean = float(errors.mean())
        return Recent(len(errors), mean, float(self.errors.mean()), float((run_losses >= mean).mean()) < WORSE_SHARE)

    def save(self, path: str | Path) -> None:
        """Write the model to one file.

        Raises
        ------
        InputError
            If it cannot be written; an older file is then untouched.
        """
        from pathlib import Path  # noqa: PLC0415

        from thalweg.files import write_whole  # noqa: PLC0415
        from thalweg.forecast.store import pack  # noqa: PLC0415

        write_whole(Path(path), pack(self))
