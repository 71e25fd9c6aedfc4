"""Truth against estimate, and against the estimate moved back a day (U2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import number
from thalweg.charts.style import (
    BLUE,
    GREY,
    INK,
    WIDTH,
    columns,
    day_axis,
    day_tip,
    days,
    dress,
    every_day,
    headed,
    key,
    layered,
    loss_unit,
)
from thalweg.messages import catalogue
from thalweg.pictures.shift.study import FURTHEST, GAIN, NEAR
from thalweg.series.dates import days_after

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.messages import Catalogue
    from thalweg.pictures.shift.study import Shift, ShiftStudy

HEIGHT, ROW = 200, 26
WEEKLY = 92  # days drawn up to which a tick a week stands below them
MOVED = "moved_back"
LABELS = 130  # pixels of the losses' names
WIDE = WIDTH - LABELS + 50
WHOLE = 0.1  # shares from here on are told without decimals


def shift_illustration(study: ShiftStudy, language: str = "en") -> Illustration:
    """Return the look: `shift_chart` with its numbers and words."""
    translate = catalogue(language)
    shift = study.shift
    losses = Numbers({"what": _named(translate), "loss": _losses_of(shift, study.dates)})
    by_day = Numbers(
        {"date": study.dates, "target": shift.target, "prediction": shift.prediction, "before": shift.before}
    )
    sentences = shift_sentences(shift, language, name=study.fitted.series.name)
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
    subtitle = catalogue(language)(
        "look.shift.subtitle", rung=study.fitted.rung.name, drawn=drawn, count=len(study.dates)
    )
    series = study.fitted.series
    return moved_chart(
        study.shift, study.dates, series.name, subtitle, language, drawn=drawn, simulated=series.simulated
    )


def shift_sentences(shift: Shift, language: str = "en", *, name: str) -> tuple[str, ...]:
    """Say whether the estimates copy yesterday, in sentences with their figures."""
    translate = catalogue(language)
    figures = _figures(shift, language, name)
    return (
        translate(f"look.shift.verdict_{shift.verdict}", **figures),
        translate("look.shift.near", nearness=number(100 * shift.nearness, 0), near=number(100 * NEAR, 0),
             gain=number(100 * GAIN, 0)),
        translate("look.shift.correlation", day=number(shift.correlation, 2), before=number(shift.correlation_before, 2)),
        translate(f"look.shift.baseline_{'saves' if shift.gain >= 0 else 'loses'}",
             share=number(100 * abs(shift.gain), 0 if abs(shift.gain) >= WHOLE else 1), **figures),
    )  # fmt: skip


def _figures(shift: Shift, language: str, name: str) -> dict[str, str]:
    """Return what sentences tell: the losses, and what they are counted in."""
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
) -> alt.VConcatChart:
    """Draw truth against estimate, against the estimate moved back, and the losses beside that of copying yesterday.

    Parameters
    ----------
    shift : Shift
    dates : ndarray of datetime64[D], shape (days,)
        The day of each estimate, rising.
    name : str
        What is estimated, for the axis.
    subtitle : str
    language : str
        ``en`` or ``zh``.
    drawn : int
        How many of the last days are drawn; the losses are over all.
    simulated : bool

    Returns
    -------
    altair.VConcatChart
        In the user's units. A slider moves the estimate back by 0 to 3 days in the second picture; without a page
        to slide in it stands at one day.
    """
    translate = catalogue(language)
    last = slice(max(len(dates) - drawn, 0), None)
    whole, table = every_day(
        dates[last],
        {"target": shift.target[last], "prediction": shift.prediction[last], "before": shift.before[last]},
    )
    slider = alt.param(
        name=MOVED,
        value=1,
        bind=alt.binding_range(min=0, max=FURTHEST, step=1, name=translate("look.shift.slider") + " "),
    )
    data = columns({"day": days(whole), **table})
    lines = [_lines(data, translate, name, whole, moved=moved) for moved in (False, True)]
    losses = _losses(shift, dates, translate, name)
    chart = alt.vconcat(*lines, losses, spacing=16).resolve_scale(color="independent").add_params(slider)
    title = translate(f"look.shift.title_{shift.verdict}", **_figures(shift, language, name))
    return dress(chart, title, subtitle, language, simulated=simulated)


def _lines(
    data: alt.InlineData, translate: Catalogue, name: str, dates: NDArray[np.datetime64], *, moved: bool
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
        alt.Tooltip("target:Q", title=truth, format=",.6~r"),
        alt.Tooltip("prediction:Q", title=estimate, format=",.6~r"),
        alt.Tooltip("before:Q", title=copy, format=",.6~r"),
    ]
    estimated, place = base, x
    if moved:
        # The day before: so a copy of yesterday comes to lie on the truth.
        estimated = base.transform_calculate(moved=f"utcOffset('date', toDate(datum.day), -{MOVED})")
        place = _days(translate, dates, "moved")
    marks = [
        base.mark_line(color=INK, strokeWidth=1.4).encode(x=x, y=y),
        base.mark_point(color=INK, filled=True, size=18, opacity=1).encode(x=x, y="target:Q", tooltip=tips),
        estimated.mark_line(color=BLUE, strokeWidth=2, strokeDash=[5, 2]).encode(x=place, y="prediction:Q"),
    ]
    if not moved:
        copied = base.mark_line(color=GREY, strokeWidth=1, strokeDash=[1, 2]).encode(x=x, y="before:Q")
        marks.insert(0, copied)
    chart = layered(key(colours), *marks, width=WIDE, height=HEIGHT)
    head = translate("look.shift.panel_moved" if moved else "look.shift.panel_day")
    return headed(chart, head)


def _days(translate: Catalogue, dates: NDArray[np.datetime64], field: str = "day") -> alt.X:
    """Return the axis of days, which stays where it is while the estimate moves."""
    x = day_axis(translate.language, field, weekly=len(dates) <= WEEKLY, padding=8)
    ends = np.array([days_after(dates[0], -FURTHEST), dates[-1]]).astype("datetime64[ms]").astype(np.int64)
    x["scale"]["domain"] = ends.tolist()
    return x


def _named(translate: Catalogue) -> list[str]:
    moved = [translate(f"look.shift.moved_{back}") for back in range(FURTHEST + 1)]
    return [*moved, translate("look.shift.copy")]


def _losses_of(shift: Shift, dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
    return np.array([*(shift.moved_by(dates, back) for back in range(FURTHEST + 1)), shift.copying])


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
    shown = alt.condition(f"datum.back == {MOVED}", alt.value(1.0), alt.value(0.45))
    copy = len(names) - 1
    base = alt.Chart(data).encode(
        y=alt.Y("what:N", sort=names, title=None, axis=alt.Axis(labelLimit=LABELS, ticks=False, domain=False)),
        x=alt.X("loss:Q", title=translate(f"report.loss_{shift.loss_name}", name=name), axis=alt.Axis(tickCount=6)),
        tooltip=[alt.Tooltip("what:N", title=" "), alt.Tooltip("loss:Q", title="L", format=",.6~r")],
    )
    chart = layered(
        base.transform_filter(f"datum.back < {copy}").mark_bar(color=BLUE, size=15).encode(opacity=shown),
        base.transform_filter(f"datum.back == {copy}").mark_bar(color=GREY, size=15),
        base.mark_text(align="left", dx=5, color=INK, fontSize=12).encode(text="label:N"),
        width=WIDE,
        height=ROW * len(names),
    )
    return headed(chart, translate("look.shift.panel_losses", count=len(dates)))
