"""The loss per step ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.look.style import BLUE, GREY, columns, dress, layered
from thalweg.look.words import number
from thalweg.messages import catalogue

if TYPE_CHECKING:
    from thalweg.forecast.result import Findings

HEIGHT = 200
BASELINE = "copy last week"


def steps_chart(findings: Findings, language: str = "en") -> alt.LayerChart:
    """Draw the loss one day ahead, two days ahead and so on, over the sealed test.

    Parameters
    ----------
    findings : Findings
        Its `steps`, with the loss of copying last week to compare.
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.LayerChart
        In the user's units (squared for MSE).
    """
    tell = catalogue(language)
    series, steps = findings.series, findings.steps
    horizon = len(steps)
    base = alt.Chart(columns({"step": np.arange(1, horizon + 1), "loss": steps})).encode(
        x=alt.X(
            "step:Q",
            title=tell("report.ahead"),
            axis=alt.Axis(grid=False, tickMinStep=1, format="d"),
            scale=alt.Scale(domain=[0.5, horizon + 0.5], nice=False),
        ),
        y=alt.Y("loss:Q", title=tell(f"report.loss_{findings.loss}", name=series.name), scale=alt.Scale(zero=True)),
        tooltip=[
            alt.Tooltip("step:Q", title=tell("report.ahead")),
            alt.Tooltip("loss:Q", title=tell("report.loss"), format=",.6~r"),
        ],
    )
    layers = [
        base.mark_line(color=BLUE, strokeWidth=2),
        base.mark_point(filled=True, color=BLUE, size=34, opacity=1),
    ]
    copied = findings.baselines.get(BASELINE, float("nan"))
    if np.isfinite(copied):
        words = tell("report.steps_copy", loss=number(copied))
        level = alt.Chart(alt.Data(values=[{"loss": copied, "text": words}]))
        layers += [
            level.mark_rule(color=GREY, strokeDash=[5, 4]).encode(y="loss:Q"),
            level.mark_text(align="right", baseline="bottom", dy=-4, color=GREY, fontSize=12).encode(
                y="loss:Q", x=alt.value("width"), text="text:N"
            ),
        ]
    told = tell(
        f"report.steps_title_{'one_' if horizon == 1 else ''}{findings.loss}",
        first=number(float(steps[0])),
        last=number(float(steps[-1])),
        horizon=horizon,
        name=series.name,
    )
    chart = layered(*layers, height=HEIGHT)
    return dress(chart, series, told, tell("report.steps_subtitle"), language)
