"""Gradient descent at work: the loss of every epoch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import altair as alt

from thalweg.charts.rungs import rung_name
from thalweg.charts.steps import speaking
from thalweg.charts.style import BLUE, GREEN, GREY, dress, layered

if TYPE_CHECKING:
    from thalweg.forecast.result import Findings, RungResult

HEIGHT_PIXELS = 200


def descended(findings: Findings) -> RungResult | None:
    """Return the rung whose descent is shown: the choice, or the first member of a mean; None for copying."""
    lines = {line.rung: line for line in findings.ladder}
    candidates = [findings.choice, *(lines[name] for name in findings.choice.members if name in lines)]
    return next((line for line in candidates if line.curve.get("epoch")), None)


def descent_chart(findings: Findings, language: str = "en") -> alt.LayerChart | None:
    """Draw L and the validation loss of each epoch of a descent of the choice (of a mean's first member).

    The epoch whose unknowns were kept is marked.

    Parameters
    ----------
    findings : Findings
        The choice's `curve` and `epochs`.
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.LayerChart or None
        In the user's units (squared for MSE); None where there was no descent, as in copying.
    """
    line = descended(findings)
    if line is None:
        return None
    translate = speaking(language, findings.series.frequency)
    series, curve = findings.series, line.curve
    marks = {part: translate(f"report.mark_{part}") for part in ("train", "validation")}
    points = [
        {"epoch": epoch, "part": marks[part], "loss": loss}
        for part in marks
        for epoch, loss in zip(curve["epoch"], curve[part], strict=True)
        if math.isfinite(loss)
    ]
    kept = line.epochs[0]
    at = curve["epoch"].index(kept)
    title = translate(f"report.loss_{findings.loss}", name=series.name)
    base = alt.Chart(alt.Data(values=points)).encode(
        x=alt.X("epoch:Q", title=translate("report.epoch"), axis=alt.Axis(grid=False, tickMinStep=1, format="d")),
        y=alt.Y("loss:Q", title=title, scale=alt.Scale(zero=False)),
        color=alt.Color(
            "part:N",
            scale=alt.Scale(domain=list(marks.values()), range=[BLUE, GREEN]),
            legend=alt.Legend(orient="top", title=None, labelLimit=0),
        ),
        tooltip=[
            alt.Tooltip("epoch:Q", title=translate("report.epoch")),
            alt.Tooltip("part:N", title=" "),
            alt.Tooltip("loss:Q", title=translate("report.loss"), format=",.6~r"),
        ],
    )
    chosen = alt.Chart(alt.Data(values=[{"epoch": kept, "loss": curve["validation"][at]}])).encode(x=alt.X("epoch:Q"))
    chart = layered(
        chosen.mark_rule(color=GREY, strokeDash=[3, 3]),
        base.mark_line(strokeWidth=2),
        chosen.mark_point(filled=True, color=GREEN, size=90, opacity=1).encode(y=alt.Y("loss:Q")),
        height=HEIGHT_PIXELS,
    )
    title = translate("report.descent_title", epoch=kept, epochs=round(max(curve["epoch"])))
    return dress(
        chart,
        title,
        translate("report.descent_subtitle", rung=rung_name(line.rung, language)),
        language,
        simulated=series.simulated,
    )
