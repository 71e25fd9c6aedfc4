"""The pictures of a forecast that `thalweg predict` writes: of one, and of a what-if beside the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.messages import catalogue
from thalweg.report.charts.forecast import forecast_chart
from thalweg.report.charts.what_if import what_if_chart
from thalweg.report.totals import total_sentences
from thalweg.report.what_if import what_if_sentences

if TYPE_CHECKING:
    from thalweg.forecast.result import Forecast
    from thalweg.forecast.what_if import WhatIf
    from thalweg.series.series import Series


@dataclass(frozen=True, eq=False)
class _GoingOn:
    """A forecast and the series that it goes on from, as charts take them."""

    series: Series
    forecast: Forecast


def forecast_illustration(forecast: Forecast, series: Series, language: str = "en") -> Illustration:
    """Return the picture of a forecast after the last values."""
    days = series.head(series.place(forecast.dates[0]))
    translate = catalogue(language)
    return Illustration(
        "forecast",
        language,
        forecast_chart(_GoingOn(days, forecast), language),
        {"forecast": Numbers(forecast.columns())},
        tuple(translate(sentence) for sentence in total_sentences(forecast, days)),
        frequency=series.frequency,
    )


def what_if_illustration(supposed: WhatIf, series: Series, language: str = "en") -> Illustration:
    """Return the picture of a forecast with other values of known columns, beside that without them."""
    days = series.head(series.place(supposed.first.dates[0]))
    dates = {"date": supposed.first.dates}
    both = {"forecast": supposed.forecast.mean, "first": supposed.first.mean, "difference": supposed.difference}
    return Illustration(
        "what_if",
        language,
        what_if_chart(supposed, days, language),
        {"what_if": Numbers(dates | both)},
        tuple(what_if_sentences(supposed, days, language)),
        shown=("what_if",),
        frequency=series.frequency,
    )
