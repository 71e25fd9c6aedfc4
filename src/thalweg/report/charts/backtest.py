"""A metric of a backtest by step ahead, and below by cutoff, of the best models."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.rungs import rung_name
from thalweg.charts.steps import speaking
from thalweg.charts.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    VERMILLION,
    WIDTH_PIXELS,
    columns,
    day_axis,
    day_tip,
    days,
    dress,
    headed,
    layered,
    lines_key,
)
from thalweg.forecast.evaluation.ahead import ahead_message
from thalweg.forecast.evaluation.words import metric_message

if TYPE_CHECKING:
    from thalweg.forecast.evaluation.backtested import Backtested
    from thalweg.forecast.evaluation.metrics import Scores

HEIGHT_PIXELS = 220
TICKS = 4  # of the dates: so many that each has its label on a telephone, too
AXIS_PIXELS = 60  # of the numbers beside the panels, so that these stand one under another
BESIDE_PIXELS = AXIS_PIXELS + 40  # with the margins; `report/draw.js` makes the panels as narrow as the page
# Colours that colour-blind people can tell apart, each with a dash of its own.
STYLES = (
    (BLUE, [1, 0]),
    (VERMILLION, [6, 3]),
    (GREEN, [2, 2]),
    (PURPLE, [8, 2, 2, 2]),
    (ORANGE, [4, 4]),
    (INK, [1, 3]),
)


def backtest_chart(forecasts: Backtested, scores: Scores, language: str = "en") -> alt.VConcatChart:
    """Draw a metric by step ahead and by cutoff, a line a model, the best six.

    Parameters
    ----------
    forecasts : Backtested
    scores : Scores
    language : str
        ``en`` or ``zh``.
    """
    translate = speaking(language, forecasts.frequency)
    metric, order = scores.metric, scores.order
    shown = order[: len(STYLES)]
    called = translate(metric_message(metric))
    words = [rung_name(name, language) for name in shown]
    legend = lines_key(dict(zip(words, STYLES, strict=False)))
    steps = np.array(list(scores.by_step))
    first, last = int(steps[0]), int(steps[-1])
    ahead_axis = alt.X(
        "step:Q",
        title=translate("backtest_picture.ahead"),
        axis=alt.Axis(grid=False, tickMinStep=1, format="d"),
        scale=alt.Scale(domain=[first - 0.5, last + 0.5], nice=False),
    )
    of_steps: list[alt.Chart] = [legend]
    of_cutoffs: list[alt.Chart] = []
    cutoffs, dates, frequency = forecasts.cutoffs, forecasts.dates, forecasts.frequency
    across = day_axis(language, weekly=False, padding=12, ticks=TICKS, frequency=frequency, dates=dates)
    for name, (colour, dash) in zip(shown, STYLES, strict=False):
        word = rung_name(name, language)
        by_step = np.array([rows[metric][name] for rows in scores.by_step.values()])
        by_cutoff = np.array([rows[metric][name] for rows in scores.by_cutoff])
        up = alt.Y("value:Q", title=None, axis=_axis(), scale=alt.Scale(zero=metric != "bias"))
        tip = alt.Tooltip("value:Q", title=word, format=",.4~r")
        near = alt.Chart(columns({"step": steps, "value": by_step})).encode(x=ahead_axis, y=up)
        later = alt.Chart(columns({"day": days(dates), "value": by_cutoff})).encode(x=across, y=up)
        step_tip = alt.Tooltip("step:Q", title=translate("backtest_picture.ahead"))
        of_steps += [
            near.mark_line(color=colour, strokeWidth=2, strokeDash=dash),
            near.mark_point(filled=True, color=colour, size=28, opacity=1).encode(tooltip=[step_tip, tip]),
        ]
        of_cutoffs += [
            later.mark_line(color=colour, strokeWidth=2, strokeDash=dash),
            later.mark_point(filled=True, color=colour, size=34, opacity=1).encode(
                tooltip=[day_tip(language, frequency=frequency), tip]
            ),
        ]
    size = {"width": WIDTH_PIXELS - AXIS_PIXELS, "height": HEIGHT_PIXELS}
    none = alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=GREY).encode(y="zero:Q")
    zero = [none] if metric == "bias" else []
    chart = alt.vconcat(
        headed(layered(*of_steps, *zero, **size), translate("backtest_picture.by_step", metric=called)),
        headed(layered(*of_cutoffs, *zero, **size), translate("backtest_picture.by_cutoff", metric=called)),
        spacing=18,
        usermeta={"beside": BESIDE_PIXELS},
    )
    best = rung_name(shown[0], language)
    title = translate(
        f"backtest_picture.title{'_one' if len(order) == 1 else ''}", best=best, metric=called, name=forecasts.name
    )
    ahead = translate(ahead_message(cutoffs.ahead, frequency))
    which = "subtitle" if len(order) <= len(shown) else "subtitle_some"
    subtitle = translate(f"backtest_picture.{which}", count=len(cutoffs.seen), ahead=ahead, shown=len(shown))
    return dress(chart, title, subtitle, language, simulated=forecasts.simulated)


def _axis() -> alt.Axis:
    return alt.Axis(tickCount=5, minExtent=AXIS_PIXELS, maxExtent=AXIS_PIXELS)
