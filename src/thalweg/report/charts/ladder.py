"""The ladder: the loss of every rung on seen and on unseen days (U1, U3, U4)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import altair as alt

from thalweg.charts.numbers import number
from thalweg.charts.rungs import rung_name
from thalweg.charts.steps import speaking
from thalweg.charts.style import BLUE, GREEN, INK, PALE, VERMILLION, dress, layered, quote

if TYPE_CHECKING:
    from thalweg.forecast.result import Findings

ROW_PIXELS = 26
PARTS = ("train", "validation", "test")
COLOURS = (BLUE, GREEN, VERMILLION)
SHAPES = ("circle", "square", "triangle-up")


def ladder_chart(findings: Findings, language: str = "en") -> alt.LayerChart:
    """Draw L, the validation loss and L′ of every rung, in the order of the search, the first at the top.

    Parameters
    ----------
    findings : Findings
        A loss that is not finite (a rung that diverged) is left out.
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.LayerChart
        Losses in the user's units (squared for MSE); the choice is marked. A grey bar joins L and L′ of a
        rung. A rung with a longer bar and no lower L′ overfits.
    """
    translate = speaking(language, findings.series.frequency)
    series, choice = findings.series, findings.choice
    marks = {part: translate(f"report.mark_{part}") for part in PARTS}
    named = {line.rung: rung_name(line.rung, language) for line in findings.ladder}
    points = [
        {"rung": named[line.rung], "step": step, "part": marks[part], "loss": loss}
        for step, line in enumerate(findings.ladder)
        for part, loss in zip(PARTS, (line.train, line.validation, line.test), strict=True)
        if math.isfinite(loss)
    ]
    gaps = [
        {"rung": named[line.rung], "seen": line.train, "unseen": line.test}
        for line in findings.ladder
        if math.isfinite(line.train) and math.isfinite(line.test)
    ]
    chosen = {"test": f"datum.value == {quote(named[choice.rung])}", "value": "bold"}
    rows = alt.Y(
        "rung:N",
        sort=[named[line.rung] for line in findings.ladder],
        title=None,
        axis=alt.Axis(
            labelFontWeight={"condition": chosen, "value": "normal"}, labelLimit=300, ticks=False, domain=False
        ),
    )
    losses = alt.X(
        "loss:Q",
        title=translate(f"report.loss_{findings.loss}", name=series.name),
        scale=alt.Scale(zero=True),
        axis=alt.Axis(tickCount=8),
    )
    data = alt.Data(values=points)
    colour = alt.Color(
        "part:N",
        scale=alt.Scale(domain=list(marks.values()), range=list(COLOURS)),
        legend=alt.Legend(orient="top", title=None, labelLimit=0, symbolSize=90),
    )
    row = alt.Chart(alt.Data(values=[{"rung": named[choice.rung]}])).mark_rect(color="#fff4d6").encode(y=rows)
    gap = (
        alt.Chart(alt.Data(values=gaps))
        .mark_rule(color=PALE, strokeWidth=7)
        .encode(y=rows, x=alt.X("seen:Q"), x2=alt.X2("unseen:Q"))
    )
    lines = (
        alt.Chart(data)
        .mark_line(strokeWidth=1.5, opacity=0.7)
        .encode(
            y=rows,
            x=losses,
            order=alt.Order("step:Q"),
            color=colour,
        )
    )
    dots = (
        alt.Chart(data)
        .mark_point(filled=True, size=70, opacity=1)
        .encode(
            y=rows,
            x=losses,
            color=colour,
            shape=alt.Shape("part:N", scale=alt.Scale(domain=list(marks.values()), range=list(SHAPES))),
            tooltip=[
                alt.Tooltip("rung:N", title=translate("table.rung")),
                alt.Tooltip("part:N", title=" "),
                alt.Tooltip("loss:Q", format=",.6~r", title=translate("report.loss")),
            ],
        )
    )
    furthest = max(loss for loss in (choice.train, choice.validation, choice.test, 0.0) if math.isfinite(loss))
    flag = (
        alt.Chart(
            alt.Data(values=[{"rung": named[choice.rung], "loss": furthest, "text": translate("report.mark_choice")}])
        )
        .mark_text(align="left", dx=12, color=INK, fontWeight="bold", fontSize=12)
        .encode(y=rows, x=losses, text=alt.Text("text:N"))
    )
    title = translate(
        f"report.ladder_title_{findings.loss}",
        rung=named[choice.rung],
        loss=number(choice.test),
        name=series.name,
        days=findings.split.test,
    )
    chart = layered(row, gap, lines, dots, flag, height=ROW_PIXELS * len(findings.ladder))
    return dress(chart, title, translate("report.ladder_subtitle"), language, simulated=series.simulated)
