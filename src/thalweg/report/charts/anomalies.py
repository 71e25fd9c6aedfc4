"""The values that were judged, with the intervals of the step before, and those outside marked and ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.events import miss_names
from thalweg.charts.numbers import value_format, when
from thalweg.charts.steps import speaking
from thalweg.charts.style import (
    BLUE,
    INK,
    SKY,
    VERMILLION,
    band,
    columns,
    day_axis,
    day_tip,
    days,
    dress,
    every_step,
    key,
    layered,
    parted,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.anomalies.found import Anomaly
    from thalweg.forecast.anomalies.judge import Judged

HEIGHT_PIXELS = 360
NUMBERED = 10  # of the highest scores, whose rank stands beside the dot
ROOM_PIXELS = 24  # above the highest and below the lowest value, for a rank beside its dot
FLUSH_PIXELS = 30  # from an end of the axis, within which a date is written inwards
MOST_STEPS = 3000  # that are drawn; of more, the lowest and highest of each part


def anomaly_chart(judged: Judged, anomalies: tuple[Anomaly, ...], language: str = "en") -> alt.LayerChart:
    """Draw actual values, median forecasts and intervals one step ahead; a dot for each value outside.

    Parameters
    ----------
    judged : Judged
    anomalies : tuple of Anomaly
    language : str
        ``en`` or ``zh``.
    """
    series, frequency = judged.series, judged.series.frequency
    translate = speaking(language, frequency)
    kept = _drawn(judged)
    table = {
        "actual": judged.actual[kept],
        "forecast": judged.forecast[kept],
        "low": judged.low[kept],
        "high": judged.high[kept],
    }
    dates = judged.dates[kept]
    if len(kept) == len(judged.places):
        dates, table = every_step(frequency, dates, table)
        dates, table = parted(frequency, dates, table)
    axis = day_axis(language, padding=8, frequency=frequency, dates=dates, flush=FLUSH_PIXELS)
    base = alt.Chart(columns({"day": days(dates), **table})).encode(x=axis)
    level = f"{judged.level:g}"
    actual, forecast, outside, interval = (
        translate(f"anomalies_picture.{name}", level=level) for name in ("actual", "forecast", "outside", "interval")
    )
    shown = value_format(series.values)
    tips = [
        day_tip(language, frequency=frequency),
        alt.Tooltip("actual:Q", title=actual, format=shown),
        alt.Tooltip("forecast:Q", title=forecast, format=shown),
        alt.Tooltip("low:Q", title=translate("report.low", coverage=level), format=shown),
        alt.Tooltip("high:Q", title=translate("report.high", coverage=level), format=shown),
    ]
    first_of = {each.span: each.rank for each in reversed(anomalies)}  # of neighbours one rank is written
    rows = [
        {
            "day": str(days(np.array([each.date]))[0]),
            "actual": each.actual,
            "forecast": each.forecast,
            "low": each.low,
            "high": each.high,
            "score": each.score if np.isfinite(each.score) else None,
            "near": miss_names(each, language, judged.calendar.country),
            "rank": str(each.rank) if each.rank <= NUMBERED and each.rank == first_of[each.span] else "",
            "above": each.outside > 0,
        }
        for each in anomalies
    ]
    room = alt.Scale(padding=ROOM_PIXELS, nice=False)
    dots = alt.Chart(alt.Data(values=rows)).encode(x=axis, y=alt.Y("actual:Q", scale=room))
    told = [*tips, alt.Tooltip("score:Q", title=translate("anomalies_picture.score"), format=".2f")]
    if any(row["near"] for row in rows):
        told.append(alt.Tooltip("near:N", title=translate("anomalies_picture.near")))
    closer = alt.selection_interval(bind="scales", encodings=["x"], zoom="wheel![event.shiftKey]")
    numbers = [
        dots.transform_filter(f"datum.rank && {'' if above else '!'}datum.above")
        .mark_text(fontSize=12, fontWeight="bold", dy=-11 if above else 13, color=paint, stroke=paint, strokeWidth=wide)
        .encode(text=alt.Text("rank:N"))
        for paint, wide in (("white", 4), (VERMILLION, 0))
        for above in (True, False)
    ]
    chart = layered(
        key({actual: INK, forecast: BLUE, interval: SKY, outside: VERMILLION}),
        band(base, "low", "high", SKY, series.name),
        base.mark_line(color=BLUE, strokeWidth=1.2, clip=True).encode(y=alt.Y("forecast:Q")),
        base.mark_line(color=INK, strokeWidth=1.2, clip=True).encode(y=alt.Y("actual:Q")),
        base.mark_rule(opacity=0, strokeWidth=3, clip=True).encode(tooltip=tips).add_params(closer),
        dots.mark_point(filled=True, color=VERMILLION, size=55, opacity=1, clip=True).encode(tooltip=told),
        *numbers,
        height=HEIGHT_PIXELS,
    )
    which = "title_one" if len(anomalies) == 1 else "title" if anomalies else "title_none"
    values = {"count": len(anomalies), "judged": len(judged.places), "name": series.name, "level": level}
    if anomalies:
        values["date"] = when(anomalies[0].date, frequency, language)
    title = translate(f"anomalies_picture.{which}", **values)
    subtitle = translate("anomalies_picture.subtitle", level=level, ranks=min(NUMBERED, len(anomalies)))
    return dress(chart, title, subtitle, language, simulated=series.simulated)


def _drawn(judged: Judged) -> NDArray[np.intp]:
    """Return which values are drawn: all, or of many the lowest and highest of each part, and those outside."""
    count = len(judged.places)
    if count <= MOST_STEPS:
        return np.arange(count)
    kept = set(np.flatnonzero(judged.outside).tolist())
    for part in np.array_split(np.arange(count), MOST_STEPS // 3):
        kept |= {int(part[np.argmin(judged.actual[part])]), int(part[np.argmax(judged.actual[part])])}
    return np.array(sorted(kept))
