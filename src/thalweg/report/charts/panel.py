"""Pictures of many series: the sum of all, and how large their errors are beside those of copying."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.numbers import number_among, percent, thousands, value_format
from thalweg.charts.steps import speaking
from thalweg.charts.style import (
    BLUE,
    GREY,
    HEIGHT_PIXELS,
    INK,
    SKY,
    VERMILLION,
    band,
    columns,
    day_axis,
    day_tip,
    days,
    dress,
    key,
    layered,
    short_axis,
)
from thalweg.forecast.panel.summary import judged
from thalweg.messages import catalogue
from thalweg.text import quotable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.panel.run import PanelFindings
    from thalweg.forecast.panel.sum_of_all import SumOfAll
    from thalweg.messages import Catalogue
    from thalweg.series.panel import Panel

MOST_DOTS = 300  # series; of more, bars are drawn
BIN = 0.1  # of copying's error
MOST = 2.0  # likewise; what is more stands in a last bin
MOST_PERCENT = round(100 * MOST)
TICKS_APART = 20  # percent
FEW = 10  # series: each has its tick
ROUNDING = 1e-9
DISTRIBUTION_PIXELS = 240
GAP = 0.5  # percent, on each side of a bar
COLOURS = {-1: BLUE, 0: GREY, 1: VERMILLION}  # better than copying, as well, worse


def sum_chart(findings: PanelFindings, summed: SumOfAll, language: str = "en") -> alt.LayerChart:
    """Draw the last values of the sum of all series, then its forecast."""
    frequency = findings.plan.frequency
    translate = speaking(language, frequency)
    one = findings.panel.series[0]
    axis = day_axis(language, weekly=True, frequency=frequency, dates=np.concatenate([summed.dates, summed.ahead]))
    tip, shown = day_tip(language, frequency=frequency), value_format(summed.known)
    behind = alt.Chart(columns({"day": days(summed.dates), "sum": summed.known})).encode(x=axis)
    ahead = alt.Chart(columns({"day": days(summed.ahead), "sum": summed.forecast})).encode(x=axis)
    unit = unit_of(findings.panel, translate)
    up = alt.Y("sum:Q", title=unit, scale=alt.Scale(zero=False))
    truth, made = translate("report.mark_truth"), translate("report.mark_forecast")
    colours = {truth: INK, made: BLUE}
    layers: list[alt.Chart] = []
    if summed.low is not None and summed.high is not None:
        colours[translate("report.mark_interval", coverage=80)] = SKY
        table = {"day": days(summed.ahead), "low": summed.low, "high": summed.high}
        layers.append(band(alt.Chart(columns(table)).encode(x=axis), "low", "high", SKY, unit))
    layers.insert(0, key(colours))
    layers.append(
        alt.Chart(columns({"day": days(summed.dates[-1:])})).mark_rule(color=GREY, strokeDash=[3, 3]).encode(x=axis)
    )
    for base, colour, name, size in ((behind, INK, truth, 14), (ahead, BLUE, made, 32)):
        layers += [
            base.mark_line(color=colour, strokeWidth=1.5 if colour == INK else 2).encode(y=up),
            base.mark_point(filled=True, color=colour, size=size, opacity=1).encode(
                y=up, tooltip=[tip, alt.Tooltip("sum:Q", title=name, format=shown)]
            ),
        ]
    title = translate(
        "panel_report.sum_title" if len(summed.ahead) > 1 else "panel_report.sum_title_one",
        total=number_among(summed.total, summed.known),
        name=unit,
        horizon=len(summed.ahead),
    )
    key_of_subtitle = "panel_report.sum_subtitle_left_out" if summed.left_out else "panel_report.sum_subtitle"
    subtitle = translate(
        key_of_subtitle,
        count=thousands(summed.count),
        past=len(summed.dates),
        left_out=thousands(summed.left_out),
    )
    return dress(layered(*layers, height=HEIGHT_PIXELS), title, subtitle, language, simulated=one.simulated)


def shared_name(panel: Panel) -> str:
    """Return what the values of all series are called; empty where they differ, as in a wide table."""
    names = {one.name for one in panel.series}
    return names.pop() if len(names) == 1 else ""


def unit_of(panel: Panel, translate: Catalogue) -> str:
    """Return in what sums over series and errors are told: the name of the values, where they share one."""
    return shared_name(panel) or translate("panel_report.units")


def distribution_chart(findings: PanelFindings, language: str = "en") -> alt.LayerChart | None:
    """Draw the error of each series as a share of copying's, a dot a series or a bar for many; the line is at 100%."""
    translate = speaking(language, findings.plan.frequency)
    names, share = relative_errors(findings)
    if not len(share):
        return None
    # As far as a series misses as copying does, it stands with those that miss more, on the other side of the line.
    bins = np.minimum(np.floor(share / BIN + ROUNDING), MOST // BIN).astype(np.int64)
    kind = np.sign(np.where(np.abs(share - 1) <= ROUNDING, 0, share - 1)).astype(np.int64)
    order = np.lexsort((share, kind, bins))
    stacked = np.empty(len(share), np.int64)
    for place in np.unique(bins):
        within = order[bins[order] == place]
        stacked[within] = np.arange(len(within))
    most = int(stacked.max()) + 1
    draw = _dots if len(share) <= MOST_DOTS else _bars
    called = {each: translate(f"panel_report.{word}") for each, word in ((-1, "better"), (0, "equal"), (1, "worse"))}
    groups = {each: colour for each, colour in COLOURS.items() if (kind == each).any()}
    scale = alt.Scale(domain=[0, 100 * BIN * (max(int(bins.max()), round(1 / BIN)) + 1)], nice=False)
    labels = f"datum.value >= {MOST_PERCENT} ? '≥ {MOST_PERCENT}%' : datum.value + '%'"
    across = alt.X(
        "middle:Q",
        title=translate("panel_report.share_axis"),
        scale=scale,
        axis=alt.Axis(
            grid=False, labelExpr=labels, labelOverlap="parity", values=list(range(0, MOST_PERCENT + 1, TICKS_APART))
        ),
    )
    up = alt.Y(
        "low:Q",
        title=translate("panel_report.series_axis"),
        scale=alt.Scale(domain=[0, 1.05 * most], nice=False),
        axis=short_axis(most, grid=draw is _bars, **({"values": list(range(most + 1))} if most <= FEW else {})),
    )
    chart = layered(
        key({called[each]: colour for each, colour in groups.items()}),
        *(
            draw(np.flatnonzero(kind == each), colour, (bins, stacked, share), names, (across, up), language)
            for each, colour in groups.items()
        ),
        alt.Chart(alt.Data(values=[{"middle": 100}]))
        .mark_rule(color=INK, strokeDash=[5, 3], strokeWidth=1.5)
        .encode(x=across),
        height=DISTRIBUTION_PIXELS,
    )
    counts = judged(findings)
    title = translate(
        "panel_report.distribution_title", better=thousands(counts["yes"]), count=thousands(sum(counts.values()))
    )
    subtitle = translate("panel_report.distribution_subtitle", median=percent(float(np.median(share))))
    return dress(chart, title, subtitle, language, simulated=findings.panel.series[0].simulated)


def relative_errors(findings: PanelFindings) -> tuple[list[str], NDArray[np.float64]]:
    """Return the series whose error can be compared with copying's, and their error as a share of it."""
    served = findings.served
    scored = np.flatnonzero((served.copied > 0) & ~np.isnan(served.test))
    return [quotable(findings.panel.names[place]) for place in scored], served.test[scored] / served.copied[scored]


def _dots(
    chosen: NDArray[np.int64],
    colour: str,
    numbers: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
    names: list[str],
    axes: tuple[alt.X, alt.Y],
    language: str,
) -> alt.Chart:
    """Draw a dot a series, one on another within a bin."""
    translate, (bins, stacked, share) = catalogue(language), numbers
    table = {
        "middle": 100 * BIN * (bins[chosen] + 0.5),
        "low": stacked[chosen] + 0.5,
        "series": np.array([names[place] for place in chosen]),
        "share": np.array([f"{percent(each)}%" for each in share[chosen]]),
    }
    high = DISTRIBUTION_PIXELS / (1.05 * (int(stacked.max()) + 1))  # pixels for each dot
    size = min(max((0.85 * high) ** 2 * np.pi / 4, 4.0), 130.0)
    tips = [
        alt.Tooltip("series:N", title=translate("panel_report.series")),
        alt.Tooltip("share:N", title=translate("panel_report.of_copying")),
    ]
    across, up = axes
    return (
        alt.Chart(columns(table))
        .mark_point(filled=True, opacity=1, size=size, color=colour)
        .encode(x=across, y=up, tooltip=tips)
    )


def _bars(
    chosen: NDArray[np.int64],
    colour: str,
    numbers: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
    _: list[str],
    axes: tuple[alt.X, alt.Y],
    language: str,
) -> alt.Chart:
    """Draw a bar a bin, as high as the number of its series."""
    translate, (bins, stacked, _share) = catalogue(language), numbers
    places, counts = np.unique(bins[chosen], return_counts=True)
    low = np.array([stacked[chosen][bins[chosen] == place].min() for place in places])
    table = {
        "middle": 100 * BIN * places + GAP,
        "end": 100 * BIN * (places + 1) - GAP,
        "low": low,
        "high": low + counts,
        "count": counts,
        "share": np.array([_between(int(place)) for place in places]),
    }
    tips = [
        alt.Tooltip("share:N", title=translate("panel_report.of_copying")),
        alt.Tooltip("count:Q", title=translate("panel_report.series_axis"), format=","),
    ]
    across, up = axes
    return (
        alt.Chart(columns(table))
        .mark_rect(color=colour)
        .encode(x=across, x2=alt.X2("end:Q"), y=up, y2=alt.Y2("high:Q"), tooltip=tips)
    )


def _between(place: int) -> str:
    first = round(100 * BIN * place)
    return f"≥ {first}%" if first >= MOST_PERCENT else f"{first}–{round(first + 100 * BIN)}%"
