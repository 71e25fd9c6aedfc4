"""A forecast with other values of known columns beside that without them, and the difference of each date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.numbers import estimate_decimals, number, value_format
from thalweg.charts.steps import speaking
from thalweg.charts.style import (
    BLUE,
    GREY,
    INK,
    SKY,
    VERMILLION,
    WIDTH_PIXELS,
    band,
    columns,
    day_axis,
    day_tip,
    days,
    dress,
    headed,
    key,
    layered,
    parted,
)

if TYPE_CHECKING:
    from thalweg.forecast.result import Forecast
    from thalweg.forecast.what_if import WhatIf
    from thalweg.messages import Catalogue
    from thalweg.series.series import Series

HEIGHT_PIXELS, LOWER_HEIGHT_PIXELS = 260, 80
SEASONS_SHOWN = 2  # of the past, at least; else as many steps as are forecast
SEASONS_BY_WEEK = 10  # up to which the axis has a tick a week
AXIS_PIXELS = 60  # of the numbers beside the panels, so that these stand one under another
BESIDE_PIXELS = AXIS_PIXELS + 40  # with the margins; `report/draw.js` makes the panels as narrow as the page
WIDEST_BAR_PIXELS = 10
BAR_SHARE = 0.7  # of its room that a bar takes at most
ENDS = ("low", "high")
TOLD = 80  # percent; the level of the intervals


def what_if_chart(supposed: WhatIf, series: Series, language: str = "en") -> alt.VConcatChart:
    """Draw both forecasts after the last values, each with its 80% interval, and below by how much they differ.

    The forecast with the other values is a solid line in a filled band, the first a dashed line between dotted ends:
    two colours that colour-blind people can tell apart, and two styles.

    Parameters
    ----------
    supposed : WhatIf
    series : Series
        The values that it goes on from.
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.VConcatChart
        In the user's units.
    """
    translate, places = speaking(language, series.frequency), estimate_decimals(series.values)
    horizon = len(supposed.first.dates)
    past = min(len(series), max(SEASONS_SHOWN * series.frequency.season, horizon))
    weekly = past + horizon <= SEASONS_BY_WEEK * series.frequency.season
    dates = np.concatenate([series.dates[-past:], supposed.first.dates])
    across = day_axis(language, weekly=weekly, padding=8, ticks=6, frequency=series.frequency, dates=dates)
    chart = alt.vconcat(
        _both(supposed, series, past, across, translate),
        _difference(supposed, series, past, across, translate),
        spacing=14,
        usermeta={"beside": BESIDE_PIXELS},
    )
    total = round(float(supposed.difference.sum()), places)
    which = "more" if total > 0 else "less" if total < 0 else "same"
    which += "_one" if horizon == 1 else ""
    title = translate(f"what_if.title_{which}", by=number(abs(total), places), name=series.name, horizon=horizon)
    changed = translate("list.comma").join(one.name for one in supposed.changed)
    subtitle = translate("what_if.subtitle" if changed else "what_if.unchanged", columns=changed)
    return dress(chart, title, subtitle, language, simulated=series.simulated)


def _both(supposed: WhatIf, series: Series, past: int, across: alt.X, translate: Catalogue) -> alt.LayerChart:
    language, written = translate.language, value_format(series.values)
    names = {
        translate("report.mark_truth"): INK,
        translate("what_if.with"): BLUE,
        translate("what_if.with_interval", coverage=TOLD): SKY,
        translate("what_if.without", coverage=TOLD): VERMILLION,
    }
    known = np.where(series.observed, series.values, np.nan)[-past:]
    dates, parts = parted(series.frequency, series.dates[-past:], {"target": known})
    behind = alt.Chart(columns({"day": days(dates), **parts})).encode(x=across)

    def ahead(forecast: Forecast) -> alt.Chart:
        table = {"mean": forecast.mean, "low": forecast.low80, "high": forecast.high80}
        dates, parts = parted(series.frequency, forecast.dates, table)
        return alt.Chart(columns({"day": days(dates), **parts})).encode(x=across)

    other, first = ahead(supposed.forecast), ahead(supposed.first)
    tips = [
        [
            day_tip(language, frequency=series.frequency),
            alt.Tooltip("mean:Q", title=title, format=written),
            alt.Tooltip("low:Q", title=translate("report.low", coverage=TOLD), format=written),
            alt.Tooltip("high:Q", title=translate("report.high", coverage=TOLD), format=written),
        ]
        for title in (translate("what_if.with"), translate("what_if.without_mean"))
    ]
    truth = [
        day_tip(language, frequency=series.frequency),
        alt.Tooltip("target:Q", title=translate("report.mark_truth"), format=written),
    ]
    alone = 8 if len(supposed.first.dates) == 1 else 0  # a single date has neither line nor band
    up = alt.Y("mean:Q", title=None, axis=_axis(), scale=alt.Scale(zero=False))
    panel = layered(
        key(names),
        band(other, "low", "high", SKY, None),
        *([other.mark_rule(color=SKY, strokeWidth=alone).encode(y="low:Q", y2="high:Q")] if alone else []),
        *([first.mark_rule(color=VERMILLION).encode(y="low:Q", y2="high:Q")] if alone else []),
        *(first.mark_line(color=VERMILLION, strokeWidth=1.2, strokeDash=[2, 3]).encode(y=f"{end}:Q") for end in ENDS),
        behind.mark_line(color=INK, strokeWidth=1.5).encode(y="target:Q"),
        behind.mark_point(filled=True, color=INK, size=16, opacity=1).encode(y="target:Q", tooltip=truth),
        other.mark_line(color=BLUE, strokeWidth=2).encode(y=up),
        other.mark_point(filled=True, color=BLUE, size=34, opacity=1).encode(y=up, tooltip=tips[0]),
        first.mark_line(color=VERMILLION, strokeWidth=2, strokeDash=[6, 3]).encode(y=up),
        first.mark_point(filled=False, color=VERMILLION, size=30, opacity=1).encode(y=up, tooltip=tips[1]),
        width=WIDTH_PIXELS - AXIS_PIXELS,
        height=HEIGHT_PIXELS,
    )
    return headed(panel, translate("what_if.both_head", name=series.name))


def _difference(supposed: WhatIf, series: Series, past: int, across: alt.X, translate: Catalogue) -> alt.LayerChart:
    """Draw the differences as bars, on the same dates as above."""
    every = np.concatenate([series.dates[-past:], supposed.first.dates])
    by = np.concatenate([np.zeros(past), supposed.difference])
    dates, parts = parted(series.frequency, every, {"by": by})
    base = alt.Chart(columns({"day": days(dates), **parts})).encode(x=across)
    tips = [
        day_tip(translate.language, frequency=series.frequency),
        alt.Tooltip("by:Q", title=translate("what_if.difference"), format="+,.4~r"),
    ]
    wide = min(WIDEST_BAR_PIXELS, BAR_SHARE * (WIDTH_PIXELS - AXIS_PIXELS) / len(every))
    panel = layered(
        base.mark_bar(size=wide, color=BLUE).encode(y=alt.Y("by:Q", title=None, axis=_axis()), tooltip=tips),
        alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=GREY).encode(y="zero:Q"),
        width=WIDTH_PIXELS - AXIS_PIXELS,
        height=LOWER_HEIGHT_PIXELS,
    )
    return headed(panel, translate("what_if.difference_head", name=series.name))


def _axis() -> alt.Axis:
    return alt.Axis(tickCount=5, minExtent=AXIS_PIXELS, maxExtent=AXIS_PIXELS)
