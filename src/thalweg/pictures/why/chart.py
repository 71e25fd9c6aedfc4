"""How past days and calendar facts changed a prediction: bars from the base to the prediction, and day by day."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import number, value_format, when
from thalweg.charts.style import (
    BLUE,
    GREY,
    INK,
    VERMILLION,
    WIDTH_PIXELS,
    columns,
    day_axis,
    day_tip,
    days,
    dress,
    headed,
    key,
    layered,
    quote,
)
from thalweg.pictures.why.sentences import (
    function_of,
    key_of,
    lines_of,
    moved_of,
    name_of,
    places_of,
    sentences_of,
    speaking_of,
)

if TYPE_CHECKING:
    from thalweg.pictures.why.study import WhyStudy

ROW_PIXELS, LOWER_HEIGHT_PIXELS = 23, 100
LABELS_WIDTH_PIXELS = 170  # for the names beside the bars
WIDEST_BAR_PIXELS = 7
BAR_SHARE = 0.8  # of its room that a bar takes at most


def why_illustration(study: WhyStudy, language: str = "en") -> Illustration:
    """Return the illustration: `why_chart` with its tables and sentences."""
    why, places = study.why, places_of(study)
    rows = _rows(study, language)
    steps = Numbers(
        {
            "what": [row["what"] for row in rows],
            "contribution": [row["moved"] for row in rows],
            "total": [row["to"] for row in rows],
        },
        places,
    )
    by_day = Numbers(
        {
            "date": why.dates,
            "value": why.values,
            "usual": np.full(len(why.dates), why.usual),
            "contribution": why.contributions,
        }
    )
    sums = {
        "date": why.date,
        "prediction": why.prediction,
        "base": why.base,
        "difference": why.prediction - why.base,
        "of_days": float(why.contributions.sum()),
        ("of_blocks" if study.series else "of_calendar"): float(sum(fact.contribution for fact in why.facts)),
        "remainder": why.remainder,
        "allowed": why.allowed,
        "in_float32": why.served,
    }
    tables = {"told": steps, "days": by_day, "sums": Numbers({name: [value] for name, value in sums.items()})}
    if why.facts:
        tables["blocks" if study.series else "calendar"] = Numbers(
            {
                "fact": [name_of(fact, study, language) for fact in why.facts],
                "contribution": [fact.contribution for fact in why.facts],
            }
        )
    sentences = tuple(sentences_of(study, language))
    return Illustration("why", language, why_chart(study, language), tables, sentences, shown=("told",))


def _rows(study: WhyStudy, language: str) -> list[dict[str, Any]]:
    """Return a row for each bar with its beginning and its end; first the base, last the prediction."""
    places, translate = places_of(study), speaking_of(study, language)
    total = round(study.why.base, places)
    rows = [
        {
            "what": translate(key_of(study, "base_one" if study.level_steps == 1 else "base")),
            "moved": 0.0,
            "from": total,
            "to": total,
        }
    ]
    for line in lines_of(study, language, study.count):
        before, total = total, round(total + line.moved, places)
        rows.append({"what": line.what, "moved": line.moved, "from": before, "to": total})
    return [*rows, {"what": translate("look.why.estimate"), "moved": 0.0, "from": total, "to": total}]


def why_chart(study: WhyStudy, language: str = "en") -> alt.VConcatChart:
    """Draw a bar for each day and fact, each beginning where the one above ends; below, contributions along the days.

    Parameters
    ----------
    study : WhyStudy
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.VConcatChart
        In the user's units. The bars lead from the base at the top to the prediction at the bottom.
    """
    why, places, translate = study.why, places_of(study), speaking_of(study, language)
    moved = moved_of(study)
    which = "above" if moved > 0 else "below" if moved < 0 else "same"
    title = translate(
        key_of(study, f"title_{which}"),
        series=study.series,
        day=when(why.date, study.days.frequency, language),
        prediction=number(why.prediction, places),
        name=study.days.name,
        difference=number(abs(moved), places),
    )
    subtitle = translate(
        key_of(study, "subtitle_one" if study.level_steps == 1 else "subtitle"),
        function=function_of(study, language),
        usual=number(why.usual, places),
        count=study.level_steps,
    )
    chart = alt.vconcat(_way(study, language), *_along(study, language), spacing=16)
    return dress(chart, title, subtitle, language, simulated=study.days.simulated)


def _way(study: WhyStudy, language: str) -> alt.LayerChart:
    """Draw the bars from the base to the prediction, the largest first."""
    translate, places = speaking_of(study, language), places_of(study)
    more, less = translate("look.why.mark_more"), translate("look.why.mark_less")
    rows = _rows(study, language)
    for row in rows:
        row["text"] = number(row["moved"], places) if row["moved"] < 0 else f"+{number(row['moved'], places)}"
    ends = [{**row, "text": number(row["to"], places)} for row in (rows[0], rows[-1])]
    joins = [{"what": one["what"], "next": two["what"], "to": one["to"]} for one, two in pairwise(rows)]
    order = [row["what"] for row in rows]
    across = alt.X(
        "from:Q",
        title=study.days.name,
        scale=alt.Scale(zero=False, padding=45),
        axis=alt.Axis(orient="top", tickCount=6),
    )
    bold = {"test": f"indexof({quote([order[0], order[-1]])}, datum.value) >= 0", "value": "bold"}
    down = alt.Y(
        "what:N",
        sort=order,
        title=None,
        axis=alt.Axis(
            labelLimit=0,
            ticks=False,
            domain=False,
            minExtent=LABELS_WIDTH_PIXELS,
            labelFontWeight={"condition": bold, "value": "normal"},
        ),
    )

    def of(values: list[dict[str, Any]]) -> alt.Chart:
        return alt.Chart(alt.Data(values=values)).encode(y=down)

    layers = [
        key({more: BLUE, less: VERMILLION}),
        of(joins).mark_rule(color=GREY, strokeWidth=1).encode(x=alt.X("to:Q"), y2=alt.Y2("next:N")),
    ]
    for colour, sign in ((BLUE, 1), (VERMILLION, -1)):
        bars = of([row for row in rows if row["moved"] * sign > 0])
        layers.append(
            bars.mark_bar(color=colour, height=ROW_PIXELS - 8).encode(
                x=across,
                x2=alt.X2("to:Q"),
                tooltip=[
                    alt.Tooltip("what:N", title=translate("look.why.column.what")),
                    alt.Tooltip("text:N", title=translate("look.why.column.contribution")),
                ],
            )
        )
        layers.append(
            bars.mark_text(align="left" if sign > 0 else "right", dx=4 * sign, color=colour, fontSize=12).encode(
                x=alt.X("to:Q"), text=alt.Text("text:N")
            )
        )
    both = of(ends)
    layers += [
        both.mark_point(shape="diamond", size=80, filled=True, color=INK, opacity=1).encode(x=across),
        both.mark_text(align="left", dx=8, fontWeight="bold", color=INK, fontSize=13).encode(
            x=across, text=alt.Text("text:N")
        ),
    ]
    return layered(*layers, width=WIDTH_PIXELS - LABELS_WIDTH_PIXELS, height=ROW_PIXELS * len(rows))


def _along(study: WhyStudy, language: str) -> list[alt.LayerChart]:
    """Draw the values of the last days against the usual level, and below the contribution of each."""
    why, translate, frequency = study.why, speaking_of(study, language), study.days.frequency
    last = slice(-2 * (frequency.season if frequency.sub_daily else frequency.lags[2]), None)
    shown, dates = len(why.dates[last]), np.append(why.dates[last], why.date)
    table = {
        "day": days(dates),
        "value": np.append(why.values[last], np.nan),
        "moved": np.append(why.contributions[last], 0.0),  # so that both panels end at the day predicted
        "estimate": np.append(np.full(shown, np.nan), why.prediction),
    }
    axis = day_axis(language, weekly=True, padding=8, frequency=frequency, dates=dates)
    base = alt.Chart(columns(table)).encode(x=axis)
    contribution, written = translate("look.why.column.contribution"), value_format(study.days.values)
    tips = [
        day_tip(language, frequency=frequency),
        alt.Tooltip("value:Q", title=translate("look.why.column.value"), format=written),
        alt.Tooltip("moved:Q", title=contribution, format="+,.4~r"),
    ]
    estimate = [
        day_tip(language, frequency=frequency),
        alt.Tooltip("estimate:Q", title=translate("look.why.estimate"), format=written),
    ]
    ticks = alt.Axis(tickCount=4)
    values = layered(
        alt.Chart(alt.Data(values=[{"usual": why.usual}]))
        .mark_rule(color=GREY, strokeDash=[5, 4])
        .encode(y=alt.Y("usual:Q", title=study.days.name, scale=alt.Scale(zero=False), axis=ticks)),
        base.mark_line(color=INK, strokeWidth=1).encode(y=alt.Y("value:Q")),
        base.mark_point(color=INK, filled=True, size=25, opacity=1).encode(y=alt.Y("value:Q"), tooltip=tips),
        base.mark_point(color=INK, filled=True, size=80, shape="diamond", opacity=1).encode(
            y=alt.Y("estimate:Q"), tooltip=estimate
        ),
        width=WIDTH_PIXELS - LABELS_WIDTH_PIXELS,
        height=LOWER_HEIGHT_PIXELS,
    )
    wide = min(WIDEST_BAR_PIXELS, BAR_SHARE * (WIDTH_PIXELS - LABELS_WIDTH_PIXELS) / shown)
    sign = alt.condition("datum.moved < 0", alt.value(VERMILLION), alt.value(BLUE))
    moved = layered(
        base.mark_bar(size=wide).encode(y=alt.Y("moved:Q", title=contribution, axis=ticks), color=sign, tooltip=tips),
        alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=GREY).encode(y=alt.Y("zero:Q")),
        width=WIDTH_PIXELS - LABELS_WIDTH_PIXELS,
        height=LOWER_HEIGHT_PIXELS,
    )
    values_head = translate(key_of(study, "values_head"), count=shown, usual=number(why.usual, places_of(study)))
    return [headed(values, values_head), headed(moved, translate("look.why.moved_head"))]
