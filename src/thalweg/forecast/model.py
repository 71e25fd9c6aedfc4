"""The model that serves: θ of every network, and the days needed to look back. One file, no pickle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.backtest import horizon as horizon_of
from thalweg.forecast.features import past_of
from thalweg.forecast.result import Forecast
from thalweg.learn.loss import LOSSES
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

CHANCE = 0.05  # a run of misses is worse than expected if fewer such runs than this share were as bad


@dataclass(frozen=True)
class Recent:
    """How the model did on days that came after it was made.

    Attributes
    ----------
    days : int
        Observed days since.
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
        The members for tomorrow, and those for all days of the horizon, where the strategy needs them.
    calendar : Calendar
    days : Series
        The days needed to look back, the last day known among them.
    yardstick : Yardstick
    bands : ndarray of float64, shape (horizon, 4)
        Quantiles of misses per step ahead: low80, high80, low95, high95.
    errors : ndarray of float64
        Loss of each scored day of the sealed test, as used.
    made : datetime.date
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
            Newer days, joined to those stored in the model; without it the forecast goes on from the stored.
        horizon : int, optional
            Days ahead; all that the model was made for by default.

        Raises
        ------
        InputError
            If the horizon is beyond the model's, or the series ends before the stored days, leaves a gap after
            them or holds values that the model cannot see.
        """
        steps = self.horizon if horizon is None else horizon
        if not 1 <= steps <= self.horizon:
            raise InputError(
                f"The horizon asked for is {steps}; this model forecasts 1 to {self.horizon} days ahead. "
                "Fit again with a longer horizon."
            )
        days = self.days if series is None else self.joined(series)
        past = past_of(days, np.array([len(days) - 1]))
        mean = horizon_of(self.daily, self.many, self.calendar, past, self.horizon, self.strategy)[0, :steps]
        return self.banded(date_range(days_after(days.dates[-1], 1), steps), mean)

    def banded(self, dates: NDArray[np.datetime64], mean: NDArray[np.float64]) -> Forecast:
        """Put the intervals of each step ahead around the estimates."""
        seen = self.miss_transform.transform(mean)[:, None] + self.bands[: len(mean)]
        low80, high80, low95, high95 = self.miss_transform.inverse(seen).T
        return Forecast(dates, mean, np.minimum(low80, mean), np.maximum(high80, mean),
                        np.minimum(low95, mean), np.maximum(high95, mean))  # fmt: skip

    def joined(self, series: Series) -> Series:
        """Return the stored days followed by newer ones.

        Raises
        ------
        InputError
            If they do not meet.
        """
        if series.name != self.days.name:
            raise InputError(
                f"{series.source} holds {series.name!r}; this model forecasts {self.days.name!r}. "
                f"Choose that column with --value, or another model."
            )
        ours, theirs = self.days.dates, series.dates
        if theirs[-1] < ours[-1]:
            raise InputError(
                f"{series.source} ends on {theirs[-1]}, before the model's last day {ours[-1]}. "
                "Bring newer days, or predict without a file."
            )
        if days_between(ours[-1], theirs[0]) > 1:
            raise InputError(
                f"{series.source} begins on {theirs[0]}, after a gap: the model's last day is {ours[-1]}. "
                "Bring a file that goes on where the model ends."
            )
        if self.miss_transform.offset is not None and not series.counts:
            raise InputError(
                f"{series.source} has negative values; this model was fitted on days that are never negative. "
                "Fit again on the new file."
            )
        kept = days_between(ours[0], theirs[0])
        if kept <= 0:
            return series
        return replace(
            series,
            start=self.days.start,
            values=np.concatenate([self.days.values[:kept], series.values]),
            observed=np.concatenate([self.days.observed[:kept], series.observed]),
        )

    def recent(self, series: Series) -> Recent | None:
        """Compare the misses on days after the model's last with those to be expected; None without such days."""
        days = self.joined(series)
        first = days_between(days.start, self.days.dates[-1]) + 1
        newest = np.arange(first - 1, len(days) - 1)
        if not len(newest):
            return None
        estimated = horizon_of(self.daily, self.daily, self.calendar, past_of(days, newest), 1, self.strategy)[:, 0]
        observed = days.observed[newest + 1]
        errors = LOSSES[self.loss].error(estimated, days.values[newest + 1])[observed]
        if not len(errors):
            return None
        span = min(len(errors), max(len(self.errors) // 2, 1))
        runs = np.lib.stride_tricks.sliding_window_view(self.errors, span).mean(axis=1)
        mean = float(errors.mean())
        return Recent(len(errors), mean, float(self.errors.mean()), float((runs >= mean).mean()) < CHANCE)

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
