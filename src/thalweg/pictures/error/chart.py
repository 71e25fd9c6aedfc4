"""The error of each day as a bar between actual and prediction, and three losses over the same days (L1, L2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import number, value_format
from thalweg.charts.steps import speaking
from thalweg.charts.style import (
    BLUE,
    GREY,
    INK,
    VERMILLION,
    columns,
    day_axis,
    day_tip,
    days,
    dress,
    every_step,
    headed,
    key,
    layered,
    loss_unit,
    short_axis,
)
from thalweg.messages import catalogue

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.pictures.error.study import ErrorStudy

HEIGHT_PIXELS, LOWER_HEIGHT_PIXELS = 240, 100
LOSSES = ("absolute", "squared", "lowered")


def error_illustration(study: ErrorStudy, language: str = "en") -> Illustration:
    """Return the illustration: `error_chart` with its tables and sentences."""
    translate = catalogue(language)
    means = [float(getattr(study, name).mean()) for name in LOSSES]
    sentences = [
        translate(
            "look.error.mean",
            count=len(study.dates),
            loss=number(means[0]),
            name=study.fitted_rung.series.name,
            of_all=number(study.of_all),
        ),
        translate("look.error.lowered_loss", minus=number(study.minus), loss=number(means[2])),
    ]
    if study.absolute.any():  # without any error there are no shares
        shares = {name: 100 * float(getattr(study, name).max() / getattr(study, name).sum()) for name in LOSSES[:2]}
        sentences.insert(1, translate("look.error.worst", **{name: f"{share:.0f}" for name, share in shares.items()}))
    losses = Numbers(
        {
            "loss": [translate(f"look.error.{name}", minus=number(study.minus)) for name in LOSSES],
            "mean": means,
            "worst_day": [study.dates[int(np.argmax(getattr(study, name)))] for name in LOSSES],
            "worst": [float(getattr(study, name).max()) for name in LOSSES],
        }
    )
    each = {name: getattr(study, name) for name in LOSSES}
    by_day = Numbers({"date": study.dates, "target": study.target, "prediction": study.prediction, **each})
    return Illustration(
        "error",
        language,
        error_chart(study, language),
        {"losses": losses, "days": by_day},
        tuple(sentences),
        shown=("losses",),
        asked=("negative",),
        frequency=study.fitted_rung.series.frequency,
    )


def error_chart(study: ErrorStudy, language: str = "en") -> alt.VConcatChart:
    """Draw actual and prediction with e as a bar between them; below, e under three losses, each with its mean L.

    Parameters
    ----------
    study : ErrorStudy
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.VConcatChart
        In the user's units; the second loss in their square.
    """
    series = study.fitted_rung.series
    translate = speaking(language, series.frequency)
    truth, estimate, gap = (
        translate("report.mark_truth"),
        translate("report.mark_estimate"),
        translate("look.error.mark_error"),
    )
    dates, table = every_step(series.frequency, study.dates, {"target": study.target, "prediction": study.prediction})
    base = alt.Chart(columns({"day": days(dates), **table})).encode(x=_days(study, language))
    tips = [
        day_tip(language, frequency=series.frequency),
        alt.Tooltip("target:Q", title=truth, format=value_format(series.values)),
        alt.Tooltip("prediction:Q", title=estimate, format=value_format(series.values)),
    ]
    above = layered(
        key({truth: INK, estimate: BLUE, gap: VERMILLION}),
        base.mark_rule(color=VERMILLION, strokeWidth=5, opacity=0.55).encode(
            y=alt.Y("target:Q", title=series.name, scale=alt.Scale(zero=False)), y2="prediction:Q", tooltip=tips
        ),
        base.mark_line(color=INK, strokeWidth=1).encode(y="target:Q"),
        base.mark_point(color=INK, filled=True, size=40, opacity=1).encode(y="target:Q", tooltip=tips),
        base.mark_point(color=BLUE, filled=True, shape="diamond", size=45, opacity=1).encode(
            y="prediction:Q", tooltip=tips
        ),
        height=HEIGHT_PIXELS,
    )
    losses = [_loss(study, name, getattr(study, name), language) for name in LOSSES]
    chart = alt.vconcat(above, *losses, spacing=14)
    title = translate(
        "look.error.title",
        count=len(study.dates),
        loss=number(float(study.absolute.mean())),
        name=series.name,
    )
    subtitle = translate("look.error.subtitle", rung=study.fitted_rung.rung.name)
    return dress(chart, title, subtitle, language, simulated=series.simulated)


def _days(study: ErrorStudy, language: str) -> alt.X:
    frequency = study.fitted_rung.series.frequency
    return day_axis(language, weekly=True, padding=8, frequency=frequency, dates=study.dates)


def _loss(study: ErrorStudy, name: str, errors: NDArray[np.float64], language: str) -> alt.LayerChart:
    """Draw a bar of e for each day, and their mean L as a line."""
    translate = catalogue(language)
    series = study.fitted_rung.series
    mean = float(errors.mean())
    called = translate(f"look.error.{name}", minus=number(study.minus))
    bars = alt.Chart(columns({"day": days(study.dates), "error": errors})).encode(x=_days(study, language))
    # The number of a negative mean stands above zero, where there are few bars.
    label = {"mean": mean, "beside": max(mean, 0.0), "text": f"L = {number(mean)}"}
    line = alt.Chart(alt.Data(values=[label]))
    unit = loss_unit("mse" if name == "squared" else "mae", series.name, language)
    chart = layered(
        bars.mark_bar(color=VERMILLION, opacity=0.55, size=9).encode(
            y=alt.Y("error:Q", title=unit, axis=short_axis(float(np.abs(errors).max(initial=0.0)), tickCount=4)),
            tooltip=[day_tip(language, frequency=series.frequency), alt.Tooltip("error:Q", title="e", format=",.6~r")],
        ),
        alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=GREY).encode(y="zero:Q"),
        line.mark_rule(color=BLUE, strokeWidth=2, strokeDash=[6, 3]).encode(y="mean:Q"),
        # White letters under the coloured ones keep them readable over bars and line.
        *(
            line.mark_text(
                color=paint,
                stroke=paint,
                strokeWidth=outline,
                align="right",
                baseline="bottom",
                dy=-3,
                fontWeight="bold",
            ).encode(y="beside:Q", x=alt.value("width"), text="text:N")
            for paint, outline in (("white", 4), (BLUE, 0))
        ),
        height=LOWER_HEIGHT_PIXELS,
    )
    return headed(chart, called)
