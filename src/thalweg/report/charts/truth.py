"""Actual values and one-step predictions over the sealed test, as used (U2, U5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np

from thalweg.charts.events import miss_names
from thalweg.charts.numbers import number, value_format, when
from thalweg.charts.steps import speaking
from thalweg.charts.style import (
    BLUE,
    INK,
    PALE_SKY,
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
from thalweg.messages import catalogue
from thalweg.series.frequency.dates import days_apart

if TYPE_CHECKING:
    from thalweg.forecast.result import AsUsed, Findings
    from thalweg.messages import Catalogue

LEVEL_PERCENT = 80
HEIGHT_PIXELS = 380
LEAST_WIDTH_PIXELS = 640  # down to this width of the chart, labels do not overlap
LETTER_WIDTH_PIXELS = 6.4  # of the labels' font
FIRST_WIDE_LETTER = 0x2E80  # from this code point on letters are Chinese, twice as wide
LABEL_ROW_PIXELS = 17
MOST_LABEL_ROWS = 5


def _labels(findings: Findings, language: str) -> list[dict[str, Any]]:
    """Return a label for each miss in rows above the chart; the worst misses choose their place first."""
    used = findings.as_used
    across = LEAST_WIDTH_PIXELS / max(days_apart(used.dates[0], used.dates[-1]), 1)
    taken: list[list[tuple[float, float]]] = [[] for _ in range(MOST_LABEL_ROWS)]
    labels: list[dict[str, Any]] = []
    for miss in findings.misses:
        called = miss_names(miss, language, findings.country)
        text = when(miss.date, findings.series.frequency, language, "report.day_short") + (
            catalogue(language)("list.comma") + called if called else ""
        )
        length = LETTER_WIDTH_PIXELS * (1 + sum(2 if ord(letter) >= FIRST_WIDE_LETTER else 1 for letter in text))
        at = days_apart(used.dates[0], miss.date) * across
        left = at + length > LEAST_WIDTH_PIXELS
        start, end = (at - length, at) if left else (at, at + length)
        free = (row for row, spans in enumerate(taken) if all(end < other or start > last for other, last in spans))
        row = next(free, None)
        if row is not None:
            taken[row].append((start, end))
        labels.append(
            {
                "day": str(days(np.array([miss.date]))[0]),
                "target": miss.target,
                "prediction": miss.prediction,
                "holiday": called,
                "label": "" if row is None else text,
                "row": row,
                "left": left,
            }
        )
    return labels


def _place(labels: list[dict[str, Any]], low: float, high: float) -> tuple[float, float]:
    """Set the height of each label, in the user's units above the data; return the domain of the axis."""
    rows = 1 + max((label["row"] for label in labels if label["row"] is not None), default=-1)
    unit = ((high - low) or 1.0) / (HEIGHT_PIXELS - LABEL_ROW_PIXELS * (rows + 1))
    for label in labels:
        label["height"] = None if label["row"] is None else high + (rows - label["row"]) * LABEL_ROW_PIXELS * unit
    return low - LABEL_ROW_PIXELS * unit / 2, high + (rows + 0.5) * LABEL_ROW_PIXELS * unit


def every(used: AsUsed, translate: Catalogue) -> str:
    """Return how often the choice was refitted, behind "every": 30 days, or a single year."""
    return translate("report.every_one" if used.refit_days == 1 else "report.every", refit_days=used.refit_days)


def truth_chart(findings: Findings, language: str = "en") -> alt.LayerChart:
    """Draw actual values and one-step predictions, with 80% and 95% intervals and the largest errors marked.

    Parameters
    ----------
    findings : Findings
        Its `as_used` and `misses`.
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.LayerChart
        In the user's units. Days that were not scored leave a gap. A label that would cover that of a larger
        error is left out; its dot stays.
    """
    translate = speaking(language, findings.series.frequency)
    series, used = findings.series, findings.as_used
    dates, table = every_step(
        series.frequency,
        used.dates,
        {
            "target": used.target,
            "prediction": used.prediction,
            "low80": used.low80,
            "high80": used.high80,
            "low95": used.low95,
            "high95": used.high95,
        },
    )
    truth, estimate, missed = (
        translate("report.mark_truth"),
        translate("report.mark_estimate"),
        translate("report.mark_miss"),
    )
    dates, table = parted(series.frequency, dates, table)
    axis = day_axis(language, padding=8, frequency=series.frequency, dates=dates)
    base = alt.Chart(columns({"day": days(dates), **table})).encode(x=axis)
    shown = value_format(series.values)
    tips = [
        day_tip(language, frequency=series.frequency),
        alt.Tooltip("target:Q", title=truth, format=shown),
        alt.Tooltip("prediction:Q", title=estimate, format=shown),
    ]
    # Dragging moves along the days; the wheel zooms with Shift and scrolls the page without.
    closer = alt.selection_interval(bind="scales", encodings=["x"], zoom="wheel![event.shiftKey]")
    labels = _labels(findings, language)
    low, high = float(np.fmin(used.low95, used.target).min()), float(np.fmax(used.high95, used.target).max())
    heights = alt.Scale(domain=_place(labels, low, high), nice=False, zero=False)
    misses = alt.Chart(alt.Data(values=labels)).encode(x=axis, y="target:Q")
    # White letters under the coloured ones keep them readable over the lines of other labels.
    texts = [
        misses.transform_filter(f"datum.label && {'' if left else '!'}datum.left")
        .mark_text(
            align="right" if left else "left",
            dx=-5 if left else 5,
            fontSize=12,
            clip=True,
            color=paint,
            stroke=paint,
            strokeWidth=outline,
        )
        .encode(y="height:Q", text="label:N")
        for paint, outline in (("white", 4), (VERMILLION, 0))
        for left in (True, False)
    ]
    chart = layered(
        key(
            {
                truth: INK,
                estimate: BLUE,
                missed: VERMILLION,
                translate("report.mark_interval", coverage=80): SKY,
                translate("report.mark_interval", coverage=95): PALE_SKY,
            }
        ),
        misses.transform_filter("datum.label")
        .mark_rule(color=VERMILLION, strokeWidth=1, opacity=0.6, clip=True)
        .encode(y="height:Q", y2="target:Q"),
        band(base, "low95", "high95", PALE_SKY, series.name).encode(
            y=alt.Y("low95:Q", title=series.name, scale=heights)
        ),
        band(base, "low80", "high80", SKY, series.name),
        base.mark_line(color=INK, strokeWidth=1.3, clip=True).encode(y="target:Q"),
        base.mark_line(color=BLUE, strokeWidth=1.3, clip=True).encode(y="prediction:Q"),
        base.mark_rule(opacity=0, strokeWidth=3, clip=True).encode(tooltip=tips).add_params(closer),
        misses.mark_point(filled=True, color=VERMILLION, size=55, opacity=1, clip=True).encode(
            tooltip=[*tips, alt.Tooltip("holiday:N", title=translate("report.holiday"))]
        ),
        *texts,
        height=HEIGHT_PIXELS,
    )
    title = translate(
        f"report.truth_title_{findings.loss}",
        loss=number(used.test),
        name=series.name,
        inside=round(used.coverage[LEVEL_PERCENT] * len(used.dates)),
        days=len(used.dates),
        coverage=LEVEL_PERCENT,
    )
    how = "report.truth_subtitle_copy" if not findings.choice.parameters else "report.truth_subtitle"
    return dress(chart, title, translate(how, every=every(used, translate)), language, simulated=series.simulated)
