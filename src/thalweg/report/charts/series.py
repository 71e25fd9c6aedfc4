"""The whole series: its parts by date, and the days without a value."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.numbers import value_format, when
from thalweg.charts.steps import speaking
from thalweg.charts.style import (
    INK,
    PART_COLOURS,
    VERMILLION,
    columns,
    day_axis,
    day_tip,
    days,
    dress,
    key,
    layered,
)
from thalweg.series.frequency.dates import steps_after

if TYPE_CHECKING:
    from collections.abc import Callable

    from thalweg.forecast.result import Findings

HEIGHT_PIXELS = 260
TICK_PIXELS = 12
OUTLIER_SIZE = 45


def _oddities(findings: Findings, across: Callable[..., alt.X], language: str) -> list[alt.Chart]:
    """Return outliers as rings, and level shifts as upright lines; each says what it is where it is pointed at."""
    series, found = findings.series, findings.outliers
    translate = speaking(language, series.frequency)
    layers: list[alt.Chart] = []
    if found is not None and len(found):
        data = columns(
            {"day": days(series.dates[found.places]), "target": series.values[found.places], "usual": found.usual}
        )
        values = value_format(series.values)
        layers.append(
            alt.Chart(data)
            .mark_point(color=VERMILLION, filled=False, size=OUTLIER_SIZE, strokeWidth=1.5)
            .encode(
                x=across(),
                y=alt.Y("target:Q"),
                tooltip=[
                    day_tip(language, frequency=series.frequency),
                    alt.Tooltip("target:Q", title=translate("report.mark_outlier"), format=values),
                    alt.Tooltip("usual:Q", title=translate("report.mark_usual"), format=values),
                ],
            )
        )
    if findings.shifts:
        data = columns(
            {
                "day": days(np.array([one.date for one in findings.shifts])),
                "before": np.array([one.before for one in findings.shifts]),
                "after": np.array([one.after for one in findings.shifts]),
            }
        )
        values = value_format(series.values)
        layers.append(
            alt.Chart(data)
            .mark_rule(color=VERMILLION, strokeWidth=2, strokeDash=[4, 3])
            .encode(
                x=across(),
                tooltip=[
                    day_tip(language, frequency=series.frequency),
                    alt.Tooltip("before:Q", title=translate("report.mark_before"), format=values),
                    alt.Tooltip("after:Q", title=translate("report.mark_after"), format=values),
                ],
            )
        )
    return layers


def series_chart(findings: Findings, language: str = "en") -> alt.LayerChart:
    """Draw the whole series, its training, validation and test parts shaded, days without a value marked.

    Parameters
    ----------
    findings : Findings
        Its `series` and `split`.
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.LayerChart
        In the user's units. A day without a value leaves a gap in the line and a tick at the foot.
    """
    translate = speaking(language, findings.series.frequency)
    series, split = findings.series, findings.split
    parts = [translate(f"report.part_{part}") for part in ("train", "validation", "test")]
    edges = days(
        steps_after(series.frequency, series.start, np.cumsum([0, split.train, split.validation, split.test]))
    ).tolist()
    shades = alt.Data(
        values=[
            {"from": begin, "to": end, "part": part} for (begin, end), part in zip(pairwise(edges), parts, strict=True)
        ]
    )
    starts, stops = series.gaps
    missing = alt.Data(
        values=[
            {"from": begin, "to": end}
            for begin, end in zip(
                days(steps_after(series.frequency, series.start, starts)).tolist(),
                days(steps_after(series.frequency, series.start, stops)).tolist(),
                strict=True,
            )
        ]
    )
    across = partial(day_axis, language, frequency=series.frequency, dates=series.dates)
    filled = int((~series.observed).sum())
    line = alt.Chart(
        columns({"day": days(series.dates), "target": np.where(series.observed, series.values, np.nan)})
    ).encode(x=across())
    colours: dict[str, str] = dict(zip(parts, PART_COLOURS, strict=True))
    if filled:
        colours[translate("report.mark_filled")] = VERMILLION
    layers = [
        key(colours),
        alt.Chart(shades)
        .mark_rect()
        .encode(
            x=across("from"),
            x2=alt.X2("to:T"),
            color=alt.Color("part:N", scale=alt.Scale(domain=list(colours), range=list(colours.values()))),
        ),
        line.mark_line(color=INK, strokeWidth=1).encode(
            y=alt.Y("target:Q", title=series.name, scale=alt.Scale(zero=False)),
            tooltip=[
                day_tip(language, frequency=series.frequency),
                alt.Tooltip("target:Q", title=translate("report.mark_truth"), format=value_format(series.values)),
            ],
        ),
    ]
    if filled:
        ticks = alt.Chart(missing).mark_rect(color=VERMILLION, stroke=VERMILLION, strokeWidth=1)
        layers.append(
            ticks.encode(
                x=across("from"),
                x2=alt.X2("to:T"),
                y=alt.value(HEIGHT_PIXELS - TICK_PIXELS),
                y2=alt.value(HEIGHT_PIXELS),
            )
        )
    layers += _oddities(findings, across, language)
    title = translate(
        "report.series_title_filled" if filled else "report.series_title",
        name=series.name,
        first=when(split.first, series.frequency, language, "report.day_plain"),
        last=when(split.last, series.frequency, language, "report.day_plain"),
        days=len(series),
        filled=filled,
    )
    chart = layered(*layers, height=HEIGHT_PIXELS)
    return dress(chart, title, translate("report.series_subtitle"), language, simulated=series.simulated)
