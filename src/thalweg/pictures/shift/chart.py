"""Actual values against predictions, and against the predictions moved back a day (U2)."""

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
    WIDTH_PIXELS,
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
)
from thalweg.pictures.shift.study import COPY_NEARNESS, LEAST_GAIN_SHARE, MOST_DAYS_MOVED
from thalweg.series.frequency.dates import days_after, python_date
from thalweg.series.frequency.record import DAILY, Frequency

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.messages import Catalogue
    from thalweg.pictures.shift.study import Shift, ShiftStudy

HEIGHT_PIXELS, ROW_PIXELS = 200, 26
MOST_DAYS_WITH_WEEKLY_TICKS = 92  # up to so many days drawn, the axis has a tick a week
MOVED_PARAMETER = "moved_back"
LABELS_WIDTH_PIXELS = 130  # for the names of the losses
BARS_WIDTH_PIXELS = WIDTH_PIXELS - LABELS_WIDTH_PIXELS + 50
LEAST_SHARE_WITHOUT_DECIMALS = 0.1  # shares from this size on are written without decimals


def shift_illustration(study: ShiftStudy, language: str = "en") -> Illustration:
    """Return the illustration: `shift_chart` with its tables and sentences."""
    translate = speaking(language, DAILY)
    shift = study.shift
    losses = Numbers({"what": _named(translate), "loss": _losses_of(shift, study.dates)})
    by_day = Numbers(
        {"date": study.dates, "target": shift.target, "prediction": shift.prediction, "before": shift.before}
    )
    sentences = shift_sentences(shift, language, name=study.fitted_rung.series.name)
    return Illustration(
        "shift",
        language,
        shift_chart(study, language),
        {"losses": losses, "days": by_day},
        sentences,
        shown=("losses",),
        asked=("perfect",),
    )


def shift_chart(study: ShiftStudy, language: str = "en") -> alt.VConcatChart:
    """Draw `moved_chart` of a study."""
    drawn = min(study.days, len(study.dates))
    subtitle = speaking(language, DAILY)(
        "look.shift.subtitle", rung=study.fitted_rung.rung.name, drawn=drawn, count=len(study.dates)
    )
    series = study.fitted_rung.series
    return moved_chart(
        study.shift,
        study.dates,
        series.name,
        subtitle,
        language,
        drawn=drawn,
        simulated=series.simulated,
        frequency=series.frequency,
    )


def shift_sentences(shift: Shift, language: str = "en", *, name: str) -> tuple[str, ...]:
    """Return sentences that say, with figures, whether the predictions copy yesterday."""
    translate = speaking(language, DAILY)
    figures = _figures(shift, language, name)
    return (
        translate(f"look.shift.verdict_{shift.verdict}", **figures),
        translate(
            "look.shift.near",
            nearness=number(100 * shift.nearness, 0),
            near=number(100 * COPY_NEARNESS, 0),
            gain=number(100 * LEAST_GAIN_SHARE, 0),
        ),
        translate(
            "look.shift.correlation", day=number(shift.correlation, 2), before=number(shift.correlation_before, 2)
        ),
        translate(
            f"look.shift.baseline_{'saves' if shift.gain >= 0 else 'loses'}",
            share=number(100 * abs(shift.gain), 0 if abs(shift.gain) >= LEAST_SHARE_WITHOUT_DECIMALS else 1),
            **figures,
        ),
    )


def _figures(shift: Shift, language: str, name: str) -> dict[str, str]:
    """Return the values for the sentences: the losses and their units."""
    losses = {key: number(getattr(shift, key)) for key in ("loss", "moved", "copying")}
    return losses | {"name": loss_unit(shift.loss_name, name, language)}


def moved_chart(
    shift: Shift,
    dates: NDArray[np.datetime64],
    name: str,
    subtitle: str,
    language: str = "en",
    *,
    drawn: int = 60,
    simulated: bool = False,
    frequency: Frequency = DAILY,
) -> alt.VConcatChart:
    """Draw actual values against predictions, as they are and moved back, and the losses beside that of copying.

    Parameters
    ----------
    shift : Shift
    dates : ndarray of datetime64, shape (days,)
        The day of each prediction, rising.
    name : str
        The name of the values, for the axis.
    subtitle : str
    language : str
        ``en`` or ``zh``.
    drawn : int
        How many of the last days are drawn; the losses are over all.
    simulated : bool
    frequency : Frequency
        Of the dates.

    Returns
    -------
    altair.VConcatChart
        In the user's units. In the second panel a slider moves the predictions back by 0 to 3 days; a picture
        without a page shows one day.
    """
    translate = speaking(language, DAILY)
    last = slice(max(len(dates) - drawn, 0), None)
    whole, table = every_step(
        frequency,
        dates[last],
        {"target": shift.target[last], "prediction": shift.prediction[last], "before": shift.before[last]},
    )
    slider = alt.param(
        name=MOVED_PARAMETER,
        value=1,
        bind=alt.binding_range(min=0, max=MOST_DAYS_MOVED, step=1, name=translate("look.shift.slider") + " "),
    )
    data = columns({"day": days(whole), **table})
    lines = [_lines(data, translate, name, whole, value_format(shift.target), moved=moved) for moved in (False, True)]
    losses = _losses(shift, dates, translate, name)
    chart = alt.vconcat(*lines, losses, spacing=16).resolve_scale(color="independent").add_params(slider)
    title = translate(f"look.shift.title_{shift.verdict}", **_figures(shift, language, name))
    return dress(chart, title, subtitle, language, simulated=simulated)


def _lines(
    data: alt.InlineData, translate: Catalogue, name: str, dates: NDArray[np.datetime64], shown: str, *, moved: bool
) -> alt.LayerChart:
    truth, estimate, copy = (
        translate("report.mark_truth"),
        translate("report.mark_estimate"),
        translate("look.shift.copy"),
    )
    colours = {truth: INK, estimate: BLUE} | ({} if moved else {copy: GREY})
    base = alt.Chart(data)
    x = _days(translate, dates)
    y = alt.Y("target:Q", title=name, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=5))
    tips = [
        day_tip(translate.language),
        alt.Tooltip("target:Q", title=truth, format=shown),
        alt.Tooltip("prediction:Q", title=estimate, format=shown),
        alt.Tooltip("before:Q", title=copy, format=shown),
    ]
    estimated, place = base, x
    if moved:
        # Moved back one day, a copy of yesterday lies on the actual values.
        estimated = base.transform_calculate(moved=f"utcOffset('date', toDate(datum.day), -{MOVED_PARAMETER})")
        place = _days(translate, dates, "moved")
    marks = [
        base.mark_line(color=INK, strokeWidth=1.4).encode(x=x, y=y),
        base.mark_point(color=INK, filled=True, size=18, opacity=1).encode(x=x, y=alt.Y("target:Q"), tooltip=tips),
        estimated.mark_line(color=BLUE, strokeWidth=2, strokeDash=[5, 2]).encode(x=place, y=alt.Y("prediction:Q")),
    ]
    if not moved:
        copied = base.mark_line(color=GREY, strokeWidth=1, strokeDash=[1, 2]).encode(x=x, y=alt.Y("before:Q"))
        marks.insert(0, copied)
    chart = layered(key(colours), *marks, width=BARS_WIDTH_PIXELS, height=HEIGHT_PIXELS)
    head = translate("look.shift.panel_moved" if moved else "look.shift.panel_day")
    return headed(chart, head)


def _days(translate: Catalogue, dates: NDArray[np.datetime64], field: str = "day") -> alt.X:
    """Return the axis of days. It stays the same while the predictions move."""
    x = day_axis(translate.language, field, weekly=len(dates) <= MOST_DAYS_WITH_WEEKLY_TICKS, padding=8)
    ends = (python_date(date) for date in (days_after(dates[0], -MOST_DAYS_MOVED), dates[-1]))
    # In parts: the interpreter of expressions, which pages use, would take a number of milliseconds for a year.
    x["scale"]["domain"] = [alt.DateTime(year=end.year, month=end.month, date=end.day, utc=True) for end in ends]
    return x


def _named(translate: Catalogue) -> list[str]:
    moved = [translate(f"look.shift.moved_{back}") for back in range(MOST_DAYS_MOVED + 1)]
    return [*moved, translate("look.shift.copy")]


def _losses_of(shift: Shift, dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
    return np.array([*(shift.moved_by(dates, back) for back in range(MOST_DAYS_MOVED + 1)), shift.copying])


def _losses(shift: Shift, dates: NDArray[np.datetime64], translate: Catalogue, name: str) -> alt.LayerChart:
    names, losses = _named(translate), _losses_of(shift, dates)
    data = columns(
        {
            "what": np.array(names),
            "loss": losses,
            "label": np.array([number(float(loss)) for loss in losses]),
            "back": np.arange(len(names)),
        }
    )
    shown = alt.condition(f"datum.back == {MOVED_PARAMETER}", alt.value(1.0), alt.value(0.45))
    copy = len(names) - 1
    base = alt.Chart(data).encode(
        y=alt.Y(
            "what:N", sort=names, title=None, axis=alt.Axis(labelLimit=LABELS_WIDTH_PIXELS, ticks=False, domain=False)
        ),
        x=alt.X("loss:Q", title=translate(f"report.loss_{shift.loss_name}", name=name), axis=alt.Axis(tickCount=6)),
        tooltip=[alt.Tooltip("what:N", title=" "), alt.Tooltip("loss:Q", title="L", format=",.6~r")],
    )
    chart = layered(
        base.transform_filter(f"datum.back < {copy}").mark_bar(color=BLUE, size=15).encode(opacity=shown),
        base.transform_filter(f"datum.back == {copy}").mark_bar(color=GREY, size=15),
        base.mark_text(align="left", dx=5, color=INK, fontSize=12).encode(text=alt.Text("label:N")),
        width=BARS_WIDTH_PIXELS,
        height=ROW_PIXELS * len(names),
    )
    return headed(chart, translate("look.shift.panel_losses", count=len(dates)))
