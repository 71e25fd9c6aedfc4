"""A what-if: a forecast with other values of the known columns on the dates to come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.features.sets import FEATURE_CLIP
from thalweg.forecast.model import Model
from thalweg.messages import Argument

if TYPE_CHECKING:
    from pathlib import Path

    from narwhals.typing import IntoFrame
    from numpy.typing import NDArray

    from thalweg.forecast.result import Forecast
    from thalweg.series.read.options import ReadOptions
    from thalweg.series.series import Series

AnyModel = TypeVar("AnyModel", bound=Model)


@dataclass(frozen=True)
class Changed:
    """A known column that has other values.

    Attributes
    ----------
    name : str
    dates : int
        On how many of the dates forecast its value is another one.
    mean, first_mean : float
        Its mean over these dates, with the other values and without them.
    least, most : float
        Between which values networks see it.
    beyond : int
        On how many of these dates its value lies beyond, so that it counts as the nearer of both.
    """

    name: str
    dates: int
    mean: float
    first_mean: float
    least: float
    most: float
    beyond: int


@dataclass(frozen=True, eq=False)
class WhatIf:
    """A forecast with other values of known columns, beside the forecast without them.

    Attributes
    ----------
    forecast, first : Forecast
        Of the same dates, with the other values and without them.
    changed : tuple of Changed
        The columns that differ.
    """

    forecast: Forecast
    first: Forecast
    changed: tuple[Changed, ...]

    @property
    def difference(self) -> NDArray[np.float64]:
        """By how much the forecast of each date is higher with the other values, in the user's units."""
        return self.forecast.mean - self.first.mean


def what_if(
    model: Model,
    series: Series | None,
    source: str | Path | IntoFrame,
    options: ReadOptions,
    horizon: int | None = None,
    *,
    keep_last: bool = False,
) -> WhatIf:
    """Forecast with other values of the known columns, and without them; see `with_values` and `Model.predict`."""
    first = model.predict(series, horizon, keep_last=keep_last)
    serving, newer = with_values(model, series, source, options, len(first.dates))
    forecast = serving.predict(newer, horizon, keep_last=keep_last)
    return WhatIf(forecast, first, _changed(model.knowing(series), serving.knowing(newer), first.dates))


def _changed(model: Model, serving: Model, dates: NDArray[np.datetime64]) -> tuple[Changed, ...]:
    """Return the known columns whose values on some dates are not the same."""
    before, after = model.calendar.regressors, serving.calendar.regressors
    if before is None or after is None:
        return ()
    changed: list[Changed] = []
    for one, other in zip(before.known, after.known, strict=True):
        old, new = one.values[before.places(dates)], other.values[after.places(dates)]
        at = old != new
        if at.any():
            least, most = other.centre - FEATURE_CLIP * other.spread, other.centre + FEATURE_CLIP * other.spread
            means = float(new[at].mean()), float(old[at].mean())
            beyond = int(np.sum((new[at] < least) | (new[at] > most)))
            changed.append(Changed(one.name, int(at.sum()), *means, least, most, beyond))
    return tuple(changed)


def with_values(
    model: AnyModel, series: Series | None, source: str | Path | IntoFrame, options: ReadOptions, horizon: int
) -> tuple[AnyModel, Series | None]:
    """Return a model, or newer values where there are some, with other values of the known columns to come.

    Parameters
    ----------
    model : Model
    series : Series, optional
        Newer values, read with the model's columns.
    source : path or frame
        Dates and values of every known column.
    options : ReadOptions
        How dates and numbers are written.
    horizon : int
        The steps that it must hold.

    Raises
    ------
    InputError
        If the model was fitted without known columns, the source cannot be read, or a column has no value on one of
        the dates to forecast.
    """
    from thalweg.series.read.regressors import ahead_of  # noqa: PLC0415 - what is read loads slowly

    regressors = model.calendar.regressors
    if regressors is None or not regressors.known:
        raise InputError("columns.model_without", argument=Argument("with_"))
    days = model.days if series is None else model.joined(series)
    model.knowing(series)  # it has the model's columns
    ahead = ahead_of(source, regressors, days, options, horizon)
    if series is None or series.regressors is None:
        return model.with_ahead(ahead), series
    return model, replace(series, regressors=series.regressors.continued(ahead, days.after(1)))
