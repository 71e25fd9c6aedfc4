"""The weight of each lag, the loss over the number of lags, and the weekly rhythm (U3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import day, number, number_among, value_format
from thalweg.charts.steps import speaking
from thalweg.charts.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PALE,
    VERMILLION,
    WIDTH_PIXELS,
    columns,
    dress,
    headed,
    key,
    layered,
    quote,
)
from thalweg.pictures.lags.rhythm import PEAK_STANDARD_ERRORS, WEEK_DAYS
from thalweg.pictures.lags.sentences import sentences_of, title_of, weekday_names
from thalweg.pictures.lags.study import LECTURE_LOSSES, LECTURE_WEIGHTS
from thalweg.series.frequency.dates import weekdays as weekdays_of
from thalweg.series.frequency.record import DAILY

if TYPE_CHECKING:
    from thalweg.messages import Catalogue
    from thalweg.pictures.lags.study import LagsStudy

HEIGHT_PIXELS, LOWER_HEIGHT_PIXELS = 190, 150
WEEKDAYS_WIDTH_PIXELS = 240
MOST_LABELLED_DAYS = 14  # up to so many weights each have their day below; of more, every seventh has
LABEL_PIXELS = 24  # pixels of a weight's number above or below its bar


def lags_illustration(study: LagsStudy, language: str = "en") -> Illustration:
    """Return the illustration: `lags_chart` with its tables and sentences."""
    translate = speaking(language, DAILY)
    back = len(study.weights)
    lags = np.arange(1, back + 1)
    weights: dict[str, Any] = {
        "lag": lags,
        "date": study.dates,
        "weight": study.weights,
        "value": study.values,
        "product": study.weights * study.values,
    }
    if back == len(LECTURE_WEIGHTS):
        weights["lecture"] = np.array(LECTURE_WEIGHTS)
    losses: dict[str, Any] = {
        "looked": [translate("look.lags.copy"), *map(str, study.days_back)],
        "seen": np.array([study.copying[0], *study.seen]),
        "unseen": np.array([study.copying[1], *study.unseen]),
    }
    if study.fitted_rung.training_set.loss == "mae":
        for part, name in enumerate(("lecture_seen", "lecture_unseen")):
            losses[name] = [None, *(_lecture(looked, part) for looked in study.days_back)]
    rhythm = study.rhythm
    weekdays = Numbers({"weekday": weekday_names(translate), "mean_value": rhythm.weekdays})
    correlation = Numbers({"lag": rhythm.lags, "correlation": rhythm.correlation, "error": rhythm.error})
    tables = {"losses": Numbers(losses), "weights": Numbers(weights), "weekdays": weekdays, "correlation": correlation}
    shown = tuple(name for name in ("losses", "weights", "weekdays") if len(tables[name]) <= 2 * MOST_LABELLED_DAYS)
    return Illustration(
        "lags", language, lags_chart(study, language), tables, tuple(sentences_of(study, translate)), shown=shown
    )


def _lecture(looked: int, part: int) -> float | None:
    return LECTURE_LOSSES[looked][part] if looked in LECTURE_LOSSES else None


def lags_chart(study: LagsStudy, language: str = "en") -> alt.VConcatChart:
    """Draw the week, the weight of each lag, and L and L′ over the number of lags.

    Parameters
    ----------
    study : LagsStudy
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.VConcatChart
        At the top the mean of each weekday and the autocorrelation, then w₁ … wₙ, then the losses in the user's units.
    """
    translate = speaking(language, DAILY)
    series = study.fitted_rung.series
    above = alt.hconcat(_week(study, translate), _correlation(study, translate), spacing=40)
    chart = alt.vconcat(above, _weights(study, translate), _losses(study, translate), spacing=22).resolve_scale(
        color="independent"
    )
    title = title_of(study, translate)
    subtitle = translate(
        "look.lags.subtitle", line=study.fitted_rung.rung.name, unseen=study.fitted_rung.split.validation
    )
    return dress(chart, title, subtitle, language, simulated=series.simulated)


def _week(study: LagsStudy, translate: Catalogue) -> alt.LayerChart:
    names = weekday_names(translate)
    means = study.rhythm.weekdays
    # Bars start at the mean of all: from zero, 7.9 and 8.5 would look the same.
    data = columns({"weekday": np.array(names), "mean": means, "away": means - np.nanmean(means)})
    bars = alt.Chart(data).encode(
        x=alt.X("weekday:N", sort=names, title=None, axis=alt.Axis(labelAngle=0, ticks=False)),
        y=alt.Y("away:Q", title=study.fitted_rung.series.name, axis=alt.Axis(tickCount=4)),
        tooltip=[
            alt.Tooltip("weekday:N", title=translate("look.lags.column.weekday")),
            alt.Tooltip("mean:Q", title=translate("look.lags.column.mean_value"), format=value_format(means)),
        ],
    )
    chart = layered(
        bars.mark_bar(color=GREY, size=22),
        alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=GREY).encode(y=alt.Y("zero:Q")),
        width=WEEKDAYS_WIDTH_PIXELS,
        height=LOWER_HEIGHT_PIXELS,
    )
    return headed(
        chart,
        translate("look.lags.panel_week", mean=number_among(float(np.nanmean(means)), study.fitted_rung.series.values)),
    )


def _correlation(study: LagsStudy, translate: Catalogue) -> alt.LayerChart:
    rhythm = study.rhythm
    band = PEAK_STANDARD_ERRORS * rhythm.error
    week = rhythm.lags % WEEK_DAYS == 0
    base = alt.Chart(
        columns({"lag": rhythm.lags, "correlation": rhythm.correlation, "low": -band, "high": band, "week": week})
    ).encode(
        x=alt.X(
            "lag:Q",
            title=translate("look.lags.axis_lag"),
            axis=alt.Axis(values=[1, *rhythm.lags[week].tolist()], grid=False),
            scale=alt.Scale(nice=False, padding=8),
        )
    )
    tips = [
        alt.Tooltip("lag:Q", title=translate("look.lags.axis_lag")),
        alt.Tooltip("correlation:Q", title=translate("look.lags.axis_correlation"), format=".2f"),
    ]
    value = alt.Y(
        "correlation:Q",
        title=translate("look.lags.axis_correlation"),
        axis=alt.Axis(tickCount=5, format="~f"),
        scale=alt.Scale(
            domain=[min(-0.5, 1.08 * float(rhythm.correlation.min()), float(-band.max())), 1.15], nice=False
        ),
    )
    peaks = base.transform_filter("datum.week == 'True'")
    chart = layered(
        base.mark_area(color=PALE, opacity=0.6).encode(y=alt.Y("low:Q"), y2=alt.Y2("high:Q")),
        alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=GREY).encode(y=alt.Y("zero:Q")),
        base.transform_filter("datum.week != 'True'").mark_bar(color=BLUE, size=5).encode(y=value, tooltip=tips),
        peaks.mark_bar(color=ORANGE, size=7).encode(y=value, tooltip=tips),
        peaks.mark_text(dy=-7, fontSize=11, color=INK).encode(y=value, text=alt.Text("correlation:Q", format=".2f")),
        width=WIDTH_PIXELS - WEEKDAYS_WIDTH_PIXELS - 120,
        height=LOWER_HEIGHT_PIXELS,
    )
    if rhythm.lag is None:
        return headed(chart, translate("look.lags.panel_no_rhythm"))
    found = number(float(rhythm.correlation[rhythm.lag - 1]), 2)
    return headed(chart, translate("look.lags.panel_rhythm", lag=rhythm.lag, correlation=found))


def _weights(study: LagsStudy, translate: Catalogue) -> alt.LayerChart:
    back = len(study.weights)
    lags = np.arange(1, back + 1)
    same = lags % WEEK_DAYS == 0
    labels = {
        str(lag): [f"w{lag}", *_day_below(date, translate, short=back > MOST_LABELLED_DAYS)]
        if back <= MOST_LABELLED_DAYS or lag in {1, *lags[same]}
        else [""]
        for lag, date in zip(lags.tolist(), study.dates, strict=True)
    }
    dates = np.array([day(date, translate.language) for date in study.dates])
    base = alt.Chart(
        columns({"lag": lags, "weight": study.weights, "day": dates, "value": study.values, "same": same})
    ).encode(
        x=alt.X(
            "lag:O",
            title=None,
            sort=lags.tolist(),
            axis=alt.Axis(
                labelExpr=f"{quote(labels)}[datum.value]",
                labelAngle=0,
                labelOverlap=False,
                ticks=False,
            ),
        ),
        y=alt.Y(
            "weight:Q",
            title=translate("look.lags.axis_weight"),
            axis=alt.Axis(tickCount=5),
            scale=alt.Scale(domain=_heights(study), nice=False),
        ),
        tooltip=[
            alt.Tooltip("lag:O", title=translate("look.lags.axis_lag")),
            alt.Tooltip("day:N", title=translate("report.date")),
            alt.Tooltip("weight:Q", title=translate("look.lags.axis_weight"), format=".3f"),
            alt.Tooltip("value:Q", title=study.fitted_rung.series.name, format=value_format(study.values)),
        ],
    )
    size = max(2, min(46, round(0.62 * WIDTH_PIXELS / back)))
    marks = {translate("look.lags.mark_same"): ORANGE, translate("look.lags.mark_other"): BLUE}
    extra: list[alt.Chart] = []
    if back <= MOST_LABELLED_DAYS:
        text = alt.Text("weight:Q", format=".2f")
        shifted = base.mark_text(fontSize=12, color=INK).encode(text=text)
        extra += [
            shifted.transform_filter("datum.weight >= 0").mark_text(dy=-8, fontSize=12, color=INK),
            shifted.transform_filter("datum.weight < 0").mark_text(dy=10, fontSize=12, color=INK),
        ]
    if back == len(LECTURE_WEIGHTS):
        marks[translate("look.lags.mark_lecture")] = GREY
        lecture = columns({"lag": lags, "lecture": np.array(LECTURE_WEIGHTS)})
        extra.append(
            alt.Chart(lecture)
            .mark_point(shape="diamond", filled=False, color=GREY, size=70, strokeWidth=2, opacity=1, xOffset=34)
            .encode(
                x=alt.X("lag:O", sort=lags.tolist()),
                y=alt.Y("lecture:Q"),
                tooltip=[alt.Tooltip("lecture:Q", title=translate("look.lags.mark_lecture"))],
            )
        )
    chart = layered(
        key(marks),
        base.transform_filter("datum.same == 'True'").mark_bar(color=ORANGE, size=size),
        base.transform_filter("datum.same != 'True'").mark_bar(color=BLUE, size=size),
        alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=GREY).encode(y=alt.Y("zero:Q")),
        *extra,
        height=HEIGHT_PIXELS,
    )
    heading = translate(
        "look.lags.panel_weights",
        target=day(study.day, translate.language),
        yesterday=day(study.dates[0], translate.language),
        bias=number_among(study.bias, study.fitted_rung.series.values),
        name=study.fitted_rung.series.name,
    )
    return headed(chart, heading)


def _heights(study: LagsStudy) -> list[float]:
    """Return the ends of the axis of weights, with room for the numbers beyond the bars."""
    back = len(study.weights)
    drawn = np.array([0.0, *study.weights, *(LECTURE_WEIGHTS if back == len(LECTURE_WEIGHTS) else ())])
    low, high = float(drawn.min()), float(drawn.max())
    room = ((high - low) or 1.0) * LABEL_PIXELS / (HEIGHT_PIXELS - 2 * LABEL_PIXELS)
    return [low - room if low < 0 else 0.0, high + room]


def _day_below(date: np.datetime64, translate: Catalogue, *, short: bool) -> list[str]:
    weekday = weekday_names(translate)[int(weekdays_of(np.array([date]))[0])]
    return [weekday] if short else [weekday, day(date, translate.language, "report.day_short")]


def _losses(study: LagsStudy, translate: Catalogue) -> alt.LayerChart:
    series, loss = study.fitted_rung.series, study.fitted_rung.training_set.loss
    copy = translate("look.lags.copy")
    names = [copy, *map(str, study.days_back)]
    marks = {translate("look.lags.mark_seen"): BLUE, translate("look.lags.mark_unseen"): VERMILLION}
    x = alt.X(
        "looked:N", sort=names, title=translate("look.lags.axis_looked"), axis=alt.Axis(labelAngle=0, ticks=False)
    )
    layers: list[alt.Chart] = [key(marks)]
    parts = ((study.copying[0], study.seen), (study.copying[1], study.unseen))
    ends = np.array([[first, *rest] for first, rest in parts])
    above = ends.argmax(axis=0)
    for part, (name, colour, shape) in enumerate(zip(marks, marks.values(), ("circle", "square"), strict=True)):
        table = {
            "looked": np.array(names),
            "loss": ends[part],
            "label": np.array([number(float(value)) for value in ends[part]]),
            "above": above == part,
        }
        base = alt.Chart(columns(table)).encode(
            x=x,
            y=alt.Y(
                "loss:Q",
                title=translate(f"report.loss_{loss}", name=series.name),
                scale=alt.Scale(zero=False, padding=22),
                axis=alt.Axis(tickCount=5),
            ),
            tooltip=[
                alt.Tooltip("looked:N", title=translate("look.lags.axis_looked")),
                alt.Tooltip("loss:Q", title=name, format=",.6~r"),
            ],
        )
        layers += [
            base.transform_filter(f"datum.looked != {quote(copy)}").mark_line(color=colour, strokeWidth=2),
            base.mark_point(color=colour, filled=True, shape=shape, size=70, opacity=1),
            *(
                base.transform_filter(f"datum.above == '{side}'")
                .mark_text(dy=dy, color=colour, fontSize=12, fontWeight="bold")
                .encode(text=alt.Text("label:N"))
                for side, dy in (("True", -13), ("False", 14))
            ),
        ]
    return headed(layered(*layers, height=HEIGHT_PIXELS), translate("look.lags.panel_losses"))
