"""The loss per step ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.numbers import number
from thalweg.charts.rungs import rung_name
from thalweg.charts.steps import speaking
from thalweg.charts.style import BLUE, GREY, columns, dress, key, layered

if TYPE_CHECKING:
    from thalweg.forecast.result import Findings

HEIGHT_PIXELS = 200


def steps_chart(findings: Findings, language: str = "en") -> alt.LayerChart:
    """Draw the loss one day ahead, two days ahead and so on, over the sealed test.

    Parameters
    ----------
    findings : Findings
        Its `steps`; those of the copying rung to compare with are drawn beside them.
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.LayerChart
        In the user's units (squared for MSE).
    """
    translate = speaking(language, findings.series.frequency)
    series, steps = findings.series, findings.steps
    horizon = len(steps)
    base = alt.Chart(columns({"step": np.arange(1, horizon + 1), "loss": steps})).encode(
        x=alt.X(
            "step:Q",
            title=translate("report.ahead"),
            axis=alt.Axis(grid=False, tickMinStep=1, format="d"),
            scale=alt.Scale(domain=[0.5, horizon + 0.5], nice=False),
        ),
        y=alt.Y(
            "loss:Q", title=translate(f"report.loss_{findings.loss}", name=series.name), scale=alt.Scale(zero=True)
        ),
        tooltip=[
            alt.Tooltip("step:Q", title=translate("report.ahead")),
            alt.Tooltip("loss:Q", title=translate("report.loss"), format=",.6~r"),
        ],
    )
    copies = alt.Chart(columns({"step": np.arange(1, horizon + 1), "loss": findings.copied[findings.compared]})).encode(
        x=alt.X("step:Q"), y=alt.Y("loss:Q")
    )
    words = rung_name(findings.compared, language)
    layers = [
        key({translate("report.mark_forecast"): BLUE, words: GREY}),
        copies.mark_line(color=GREY, strokeWidth=1.5, strokeDash=[5, 4]),
        copies.mark_point(filled=True, color=GREY, size=20, opacity=1).encode(
            tooltip=[
                alt.Tooltip("step:Q", title=translate("report.ahead")),
                alt.Tooltip("loss:Q", title=words, format=",.6~r"),
            ]
        ),
        base.mark_line(color=BLUE, strokeWidth=2),
        base.mark_point(filled=True, color=BLUE, size=34, opacity=1),
    ]
    how = "report.steps_subtitle_copy" if findings.choice.repeats else "report.steps_subtitle"
    title = translate(
        f"report.steps_title_{'one_' if horizon == 1 else ''}{findings.loss}",
        first=number(float(steps[0])),
        last=number(float(steps[-1])),
        horizon=horizon,
        name=series.name,
    )
    chart = layered(*layers, height=HEIGHT_PIXELS)
    return dress(chart, title, translate(how), language, simulated=series.simulated)
