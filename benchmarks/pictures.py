"""Charts of the results, drawn from the tables of the page: one SVG per section, readable in grey print."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np

from page import number, tables
from thalweg.charts.style import BLUE, FONT, GREEN, GREY, INK, PALE, SKY, VERMILLION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

Rows = list[dict[str, str]]
WIDTH = 560
COLOURS = (BLUE, VERMILLION, GREEN, "#cc79a7", GREY)
ORANGE = "#e69f00"
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MARKS = ("circle", "square", "triangle-up", "diamond", "cross")
MORE_MARKS = ("triangle-down", "triangle-left", "triangle-right")


def long(rows: Rows, columns: Sequence[str], label: str) -> alt.InlineData:
    """Return a table's cells one by one: label, column, number; those without a number are left out."""
    return alt.InlineData(
        values=[
            {"label": row[label].replace("`", ""), "what": column, "number": number(row[column])}
            for row in rows
            for column in columns
            if not math.isnan(number(row[column]))
        ]
    )


def powers(low: float, high: float, title: str) -> tuple[alt.Scale, alt.Axis]:
    """Return a logarithmic scale and its axis from power of ten to power of ten."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    step = math.ceil((last - first) / 12)
    ticks = range(first, last + 1, step)
    # Vega's formats have no powers of ten as one writes them.
    told = [f"{10.0**at:g}" if -3 < at < 3 else "10" + str(at).translate(RAISED) for at in ticks]
    label = f"{told}[round((log(datum.value) / log(10) - {first}) / {step})]"
    axis = alt.Axis(values=[10.0**at for at in ticks], labelExpr=label, title=f"{title} (logarithmic)")
    return alt.Scale(type="log", domain=[10.0**first, 10.0**last], nice=False), axis


def dots(rows: Rows, columns: Sequence[str], label: str, title: str) -> alt.Chart:
    """Draw a table's cells as marks on a logarithmic axis, one line a row."""
    found = long(rows, columns, label)
    figures = [cell["number"] for cell in found.values]
    scale, axis = powers(min(figures), max(figures), title)
    label_axis = alt.Axis(title=None, labelLimit=320)
    return (
        alt.Chart(found, width=WIDTH, height=alt.Step(26))
        .mark_point(filled=True, size=75, opacity=1)
        .encode(
            x=alt.X("number:Q", scale=scale, axis=axis),
            y=alt.Y("label:N", sort=None, axis=label_axis),
            color=alt.Color("what:N", sort=None, scale=_scale(columns, COLOURS), legend=_legend()),
            shape=alt.Shape("what:N", sort=None, scale=_scale(columns, MARKS), legend=_legend()),
        )
    )


def bars(rows: Rows, columns: Sequence[str], label: str, title: str, form: str = "~g") -> alt.Chart:
    """Draw a table's cells as bars from zero, those of a row under one another, with their figures."""
    base = alt.Chart(long(rows, columns, label), width=WIDTH, height=alt.Step(20)).encode(
        x=alt.X("number:Q", axis=alt.Axis(title=title, tickCount=6)),
        y=alt.Y("label:N", sort=None, axis=alt.Axis(title=None, labelLimit=320)),
        yOffset=alt.YOffset("what:N", sort=None),
    )
    drawn = base.mark_bar().encode(
        color=alt.Color(
            "what:N",
            sort=None,
            scale=_scale(columns, (BLUE, SKY)),
            legend=_legend() if len(columns) > 1 else None,
        )
    )
    figures = base.mark_text(align="left", dx=4, color=INK, fontSize=11).encode(text=alt.Text("number:Q", format=form))
    return drawn + figures


def of_updates(found: Sequence[Rows]) -> alt.Chart:
    """Draw what an update costs, by contender."""
    columns = [name for name in found[0][0] if name != "network"]
    return dots(found[0], columns, "network", "microseconds for one update")


def of_passes(found: Sequence[Rows]) -> alt.VConcatChart:
    """Draw the passes' times by the forward pass's, and the counted multiplications."""
    times, counts = found
    ratios = [
        {"network": row["network"], "all ∂C/∂z": row["/ forward"], "with ∂C/∂w": row["both / forward"]} for row in times
    ]
    forward = alt.Chart(alt.Data(values=[{"one": 1}])).mark_rule(color=INK, strokeDash=[4, 3]).encode(x="one:Q")
    compared = forward + bars(ratios, ("all ∂C/∂z", "with ∂C/∂w"), "network", "time, in forward passes", ".2f")
    columns = [name for name in counts[0] if name != "network"]
    counted = dots(counts, columns, "network", "multiplications for one example")
    return alt.vconcat(compared, counted).resolve_scale(color="independent", shape="independent", y="independent")


def of_growth(found: Sequence[Rows]) -> alt.LayerChart:
    """Draw the cost of an update over the number of unknowns, with the line of least squares."""
    size = np.array([number(row["unknowns"]) for row in found[0]])
    cost = np.array([number(row["one update, µs"]) for row in found[0]])
    slope, height = np.polyfit(np.log10(size), np.log10(cost), 1)
    ends = np.array([size.min(), size.max()])
    fitted = 10 ** (slope * np.log10(ends) + height)
    line, points = (
        alt.InlineData(values=[{"unknowns": x, "cost": y} for x, y in zip(*pair, strict=True)])
        for pair in ((ends.tolist(), fitted.tolist()), (size.tolist(), cost.tolist()))
    )
    scale, axis = powers(size.min(), size.max(), "unknowns")
    x = alt.X("unknowns:Q", scale=scale, axis=axis)
    scale, axis = powers(min(fitted.min(), cost.min()), max(fitted.max(), cost.max()), "microseconds for one update")
    y = alt.Y("cost:Q", scale=scale, axis=axis)
    told = alt.Chart(alt.InlineData(values=[{"told": f"slope {slope:.2f}"}])).mark_text(fontSize=13, color=INK)
    return alt.layer(
        alt.Chart(line).mark_line(color=SKY, strokeWidth=2).encode(x=x, y=y),
        alt.Chart(points).mark_point(filled=True, size=75, color=BLUE, opacity=1).encode(x=x, y=y),
        told.encode(x=alt.value(WIDTH / 4), y=alt.value(80), text="told:N"),
        width=WIDTH,
        height=320,
    )


def of_cores(found: Sequence[Rows]) -> alt.LayerChart:
    """Draw networks a second on one core and on two."""
    return bars(found[0], ("one core", "two cores"), "network", "networks trained in a second", ".1f")


def of_share(found: Sequence[Rows]) -> alt.LayerChart:
    """Draw the share of the core's limit."""
    return bars(found[0], ("share",), "network", "percent of the core's limit of multiply-adds", ".0f")


def of_command(found: Sequence[Rows]) -> alt.Chart:
    """Draw what the command takes."""
    return dots(found[0], ("time", "of processors"), "what", "seconds")


def of_peers(found: Sequence[Rows]) -> alt.VConcatChart:
    """Draw error over seconds: a row a series, one day ahead and 28 days ahead; a copy, which takes none, is a line."""
    whole = [number(row["whole, s"]) for rows in found for row in rows if number(row["whole, s"])]
    scale, axis = powers(min(whole), max(whole), "seconds in all")
    x = alt.X("seconds:Q", scale=scale, axis=axis)
    names = list(dict.fromkeys(row[next(iter(row))].strip("*") for rows in found for row in rows))
    names = [name for name in names if not name.startswith("copy")]
    marked = {
        "color": alt.Color(
            "name:N", sort=None, scale=_scale(names, (BLUE, SKY, *COLOURS[1:], INK, ORANGE)), legend=_legend()
        ),
        "shape": alt.Shape("name:N", sort=None, scale=_scale(names, (*MARKS, *MORE_MARKS)), legend=_legend()),
    }
    steps = ("1 day ahead", "28 days ahead")
    return alt.vconcat(*(alt.hconcat(*(_over_seconds(rows, step, x, marked) for step in steps)) for rows in found))


def _over_seconds(rows: Rows, step: str, x: alt.X, marked: Mapping[str, Any]) -> alt.LayerChart:
    """Draw one panel of `of_peers`."""
    title = next(iter(rows[0]))
    marks = [
        {"name": row[title].strip("*"), "seconds": number(row["whole, s"]), "error": number(row[step])} for row in rows
    ]
    y = alt.Y("error:Q", scale=alt.Scale(zero=False, padding=14), axis=alt.Axis(title=None, tickCount=5, format=",~r"))
    drawn = [
        alt.Chart(alt.InlineData(values=[mark for mark in marks if mark["seconds"]]))
        .mark_point(filled=True, size=75, opacity=1)
        .encode(x=x, y=y, **marked)
    ]
    width = WIDTH * 0.6
    copies = sorted((mark for mark in marks if not mark["seconds"]), key=lambda mark: mark["error"])
    for at, mark in enumerate(copies):  # the lower line has its name below it on the right, the other above it
        copied = alt.Chart(alt.InlineData(values=[mark])).encode(y=y)
        place: dict[str, Any] = {"align": "left", "dx": 3, "dy": -6} if at else {"align": "right", "dx": -3, "dy": 9}
        label = copied.mark_text(color=GREY, fontSize=11, **place)
        drawn += [copied.mark_rule(color=GREY, strokeDash=[4, 3])]
        drawn += [label.encode(x=alt.value(0 if at else width), text="name:N")]
    told = alt.Title(f"{title}, {step}", fontSize=12, fontWeight="normal", anchor="start", color=INK)
    return alt.layer(*drawn, width=width, height=200, title=told)


DRAWN: dict[str, Callable[[Sequence[Rows]], Any]] = {
    "updates": of_updates,
    "passes": of_passes,
    "growth": of_growth,
    "cores": of_cores,
    "share": of_share,
    "command": of_command,
    "peers": of_peers,
}


def draw(page: Mapping[str, str], folder: Path) -> None:
    """Draw the sections that have a table, by name, into SVG files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in DRAWN.items():
        if found := tables(page.get(name, "")):
            _dressed(make(found)).save(folder / f"{name}.svg")


def _scale(names: Sequence[str], values: Sequence[str]) -> alt.Scale:
    return alt.Scale(domain=list(names), range=list(values[: len(names)]))


def _legend() -> alt.Legend:
    return alt.Legend(orient="top", title=None, labelLimit=0, columns=5, symbolSize=90)


def _dressed(chart: Any) -> Any:  # noqa: ANN401 - one chart or several
    return chart.configure(
        font=FONT,
        background="white",
        padding=8,
        axis=alt.AxisConfig(
            labelColor=INK, labelFontSize=12, titleColor=INK, titleFontSize=12, titleFontWeight="normal",
            gridColor="#e8eaee", domainColor=PALE, tickColor=PALE,
        ),
        legend=alt.LegendConfig(labelFontSize=12, labelColor=INK),
        view=alt.ViewConfig(stroke=None),
    )  # fmt: skip
