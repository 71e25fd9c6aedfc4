"""A what-if: a forecast with other values of the known columns on the dates to come."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from thalweg.errors import InputError
from thalweg.forecast.model import Model
from thalweg.messages import Argument

if TYPE_CHECKING:
    from pathlib import Path

    from narwhals.typing import IntoFrame

    from thalweg.series.read.options import ReadOptions
    from thalweg.series.series import Series

AnyModel = TypeVar("AnyModel", bound=Model)


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
