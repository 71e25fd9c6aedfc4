"""The days to come, after the last that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.numbers import estimate_decimals, number, value_format, when
from thalweg.charts.steps import speaking
from thalweg.charts.style import (
    BLUE,
    GREY,
    HEIGHT_PIXELS,
    INK,
    PALE_SKY,
    SKY,
    band,
    columns,
    day_axis,
    day_tip,
    days,
    dress,
    key,
    layered,
    parted,
)

if TYPE_CHECKING:
    from thalweg.forecast.result import Forecasted
    from thalweg.series.frequency.record import Frequency

PAST_STEPS = 90


def usual_past(frequency: Frequency) -> int:
    """Return how many of the last steps a picture of a forecast shows."""
    return frequency.long_season if frequency.sub_daily else PAST_STEPS


def forecast_chart(findings: Forecasted, language: str = "en", past: int | None = None) -> alt.LayerChart:
    """Draw the last days known, then the forecast with its 80% and 95% intervals.

    Parameters
    ----------
    findings : Findings or another record with a `series` and its `forecast`
    language : str
        ``en`` or ``zh``.
    past : int, optional
        How many of the last steps to show, by default 90, or a week where a day has several; one without a value
        leaves a gap.

    Returns
    -------
    altair.LayerChart
        In the user's units.
    """
    series, forecast = findings.series, findings.forecast
    translate = speaking(language, series.frequency)
    tip = day_tip(language, frequency=series.frequency)
    if past is None:
        past = usual_past(series.frequency)
    past, shown = min(past, len(series)), value_format(series.values)
    shown_dates = np.concatenate([series.dates[-past:], forecast.dates])
    axis = day_axis(language, weekly=True, frequency=series.frequency, dates=shown_dates)
    known = np.where(series.observed, series.values, np.nan)[-past:]
    truth, mean = translate("report.mark_truth"), translate("report.mark_forecast")
    intervals = [translate("report.mark_interval", coverage=coverage) for coverage in (80, 95)]
    dates, parts = parted(series.frequency, series.dates[-past:], {"target": known})
    behind = alt.Chart(columns({"day": days(dates), **parts})).encode(x=axis)
    table = {
        "mean": forecast.mean,
        "low80": forecast.low80,
        "high80": forecast.high80,
        "low95": forecast.low95,
        "high95": forecast.high95,
    }
    dates, parts = parted(series.frequency, forecast.dates, table)
    ahead = alt.Chart(columns({"day": days(dates), **parts})).encode(x=axis)
    # A forecast of one day has neither line nor band, so its intervals are bars.
    bars = 14 if len(forecast.dates) == 1 else 0
    shades = (("low95", "high95", PALE_SKY), ("low80", "high80", SKY))
    chart = layered(
        key({truth: INK, mean: BLUE, intervals[0]: SKY, intervals[1]: PALE_SKY}),
        *(band(ahead, low, high, shade, series.name) for low, high, shade in shades),
        *(
            ahead.mark_rule(color=shade, strokeWidth=bars).encode(y=alt.Y(f"{low}:Q"), y2=alt.Y2(f"{high}:Q"))
            for low, high, shade in shades
            if bars
        ),
        alt.Chart(columns({"day": days(series.dates[-1:])})).mark_rule(color=GREY, strokeDash=[3, 3]).encode(x=axis),
        behind.mark_line(color=INK, strokeWidth=1.5).encode(
            y=alt.Y("target:Q"), tooltip=[tip, alt.Tooltip("target:Q", title=truth, format=shown)]
        ),
        behind.mark_point(filled=True, color=INK, size=14, opacity=1).encode(
            y=alt.Y("target:Q"), tooltip=[tip, alt.Tooltip("target:Q", title=truth, format=shown)]
        ),
        ahead.mark_line(color=BLUE, strokeWidth=2).encode(y=alt.Y("mean:Q")),
        ahead.mark_point(filled=True, color=BLUE, size=32, opacity=1).encode(
            y=alt.Y("mean:Q"),
            tooltip=[
                tip,
                alt.Tooltip("mean:Q", title=mean, format=shown),
                *(
                    alt.Tooltip(f"{side}{coverage}:Q", title=translate(label, coverage=coverage), format=shown)
                    for coverage in (80, 95)
                    for side, label in (("low", "report.low"), ("high", "report.high"))
                ),
            ],
        ),
        height=HEIGHT_PIXELS,
    )
    first = (float(forecast.mean[0]), float(forecast.low80[0]), float(forecast.high80[0]))
    places = estimate_decimals(series.values)
    title = translate(
        "report.forecast_title",
        day=when(forecast.dates[0], series.frequency, language),
        name=series.name,
        **dict(zip(("mean", "low", "high"), (number(value, places) for value in first), strict=True)),
    )
    return dress(
        chart,
        title,
        translate("report.forecast_subtitle", past=past, horizon=len(forecast.dates)),
        language,
        simulated=series.simulated,
    )
