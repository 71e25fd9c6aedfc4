"""A descent's path on the error surface, its steps numbered, with gradient and minus gradient (L3, O1, O4)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import decimals, number, percent, significant, thousands
from thalweg.charts.style import (
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    VERMILLION,
    WIDTH_PIXELS,
    columns,
    dress,
    key,
    layered,
)
from thalweg.messages import catalogue
from thalweg.pictures.surface.panel import Panel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.messages import Catalogue
    from thalweg.pictures.surface.loss_surface import LossSurface
    from thalweg.pictures.surface.path_study import PathStudy

HEIGHT_PIXELS, LOWER_HEIGHT_PIXELS = 430, 110
STEP_PARAMETER = "update"  # the name of the slider's parameter
SLIGHT_CHANGE_SHARE = 0.01  # of the first L; a smaller change does not count
FAR_ABOVE_RATIO = 1.5  # times the first L
ARROW_HEAD = "M0,-1L0.62,0.7L-0.62,0.7Z"  # longer than wide, so that its direction is clear


def unit_of(loss_surface: LossSurface, loss: str, translate: Catalogue) -> str:
    """Return the unit of L in words."""
    name = loss_surface.series.name
    return (
        translate("look.surface.unit_squared", name=name)
        if loss == "mse"
        else translate("look.surface.unit", name=name)
    )


def axes_of(loss_surface: LossSurface, translate: Catalogue) -> tuple[str, str]:
    """Return the titles of the axes of w and b."""
    return translate("look.surface.axis_w"), translate("look.surface.axis_b", name=loss_surface.series.name)


def path_illustration(study: PathStudy, language: str) -> Illustration:
    """Return the illustration: `path_chart` with its tables and sentences."""
    translate = catalogue(language)
    one, other = study.axes
    ends = [0, len(study.steps) - 1]
    lowest = np.array(study.best)
    points = Numbers(
        {
            "place": [translate("look.surface.start"), translate("look.surface.end"), translate("look.surface.lowest")],
            one: [*study.points[ends, 0].tolist(), float(lowest[0])],
            other: [*study.points[ends, 1].tolist(), float(lowest[1])],
            "loss": [*study.losses[ends].tolist(), float(lowest[2])],
        }
    )
    path = Numbers(
        {
            "update" if study.kind == "line" else "epoch": study.steps,
            one: study.points[:, 0],
            other: study.points[:, 1],
            "loss": study.losses,
            f"slope_{one}": study.slopes[:, 0],
            f"slope_{other}": study.slopes[:, 1],
        }
    )
    chart, panel = _chart(study, language)
    cells = panel.cells()
    surface = Numbers({one: cells["u"], other: cells["v"], "loss": cells["loss"]})
    return Illustration(
        "surface",
        language,
        chart,
        {"points": points, "path": path, "surface": surface},
        tuple(_sentences(study, translate)),
        shown=("points",),
        asked=("minus", "nan" if course_of(study) in ("grown", "jumps") else "zero"),
    )


def course_of(study: PathStudy) -> str:
    """Return how L changes along the path: ``down``, ``grown``, ``jumps`` or ``hardly`` down.

    A change by a hundredth of the first L or less does not count. L jumps if it rises more often than it falls, or if
    it is far above its start on the way.
    """
    first, last = float(study.losses[0]), float(study.losses[-1])
    moves = np.diff(study.losses)
    rises, falls = int((moves > SLIGHT_CHANGE_SHARE * first).sum()), int((moves < -SLIGHT_CHANGE_SHARE * first).sum())
    if last > (1 + SLIGHT_CHANGE_SHARE) * first:
        return "grown"
    if rises > falls or study.losses.max() > FAR_ABOVE_RATIO * first:
        return "jumps"
    if last > (1 - SLIGHT_CHANGE_SHARE) * first:
        return "jumps" if rises else "hardly"
    return "down"


def _sentences(study: PathStudy, translate: Catalogue) -> list[str]:
    unit = unit_of(study.loss_surface, study.loss_surface.loss, translate)
    one, other = study.axes
    at = study.step
    sentences = [
        translate(
            "look.surface.path_slope",
            step=int(study.steps[at]),
            one=one,
            other=other,
            first=number(float(study.slopes[at, 0])),
            second=number(float(study.slopes[at, 1])),
            one_way=_way(study.slopes[at, 0], one, translate),
            other_way=_way(study.slopes[at, 1], other, translate),
        ),
    ]
    if study.kind == "line":
        move = -study.rate * study.uphill[at]
        wide = [decimals(float(np.ptp(values))) for values in (study.surface.u, study.surface.v)]
        w, b = (number(float(part), places) for part, places in zip(move, wide, strict=True))
        sentences.append(translate("look.surface.path_move", w=w, b=b, rate=significant(study.rate)))
        above = float(study.losses[-1]) / study.best[2] - 1 if study.best[2] > 0 else 0.0
        sentences += [
            translate(
                "look.surface.path_lowest",
                w=number(study.best[0]),
                b=number(study.best[1]),
                loss=number(study.best[2]),
                unit=unit,
                more=percent(above, 2),
            ),
            translate("look.surface.path_standardised"),
        ]
        return sentences
    share = f"{100 * study.share:.{1 if study.share < 0.995 else 2}f}"  # noqa: PLR2004 - 99.9% are not all
    sentences.append(translate("look.surface.path_share", share=share))
    if study.kind == "path" and study.surface.plane.shares is not None:
        first, second = (percent(share, 1) for share in study.surface.plane.shares)
        sentences.append(translate("look.surface.path_shares", first=first, second=second))
    if study.kind == "random":
        sentences.append(translate("look.surface.path_random"))
    if study.kind == "unknowns":
        sentences.append(
            translate(
                "look.surface.path_unknowns", one=one, other=other, size=thousands(study.loss_surface.network.size)
            )
        )
    sentences.append(translate("look.surface.path_recipe", rule=study.loss_surface.rung.optimizer.rule))
    return sentences


def _way(slope: float, name: str, translate: Catalogue) -> str:
    """Return a clause that says in which direction an unknown goes, against its slope."""
    if slope < 0:
        return translate("look.surface.goes_up", name=name)
    return translate("look.surface.goes_down", name=name) if slope > 0 else translate("look.surface.stays", name=name)


def _chart(study: PathStudy, language: str) -> tuple[alt.VConcatChart, Panel]:
    translate = catalogue(language)
    loss_surface = study.loss_surface
    unit = unit_of(loss_surface, loss_surface.loss, translate)
    panel = Panel(
        study.surface,
        _axes(study, translate),
        WIDTH_PIXELS - 70,
        HEIGHT_PIXELS,
        f"L ({unit})",
        study.axes,
        study.points,
    )
    corner = panel.free_corner(study.points)
    panel = replace(panel, avoided=np.concatenate([study.points, panel.words_in(corner)]))
    last = len(study.steps) - 1
    slider = alt.param(
        name=STEP_PARAMETER,
        value=study.step,
        bind=alt.binding_range(min=0, max=last, step=1, name=translate("look.surface.slider") + " "),
    )
    names = [translate(f"look.surface.{name}") for name in ("path", "minus_gradient", "gradient", "shown", "lowest")]
    legend = key(dict(zip(names, (VERMILLION, GREEN, PURPLE, INK, ORANGE), strict=True)))
    above = layered(
        legend,
        *panel.shading(),
        *_arrows(panel, study),  # under the path, which stays visible
        *panel.path(study.points, study.losses, VERMILLION),
        *_numbers(panel, study),
        panel.mark(study.points[-1:], study.losses[-1:], VERMILLION, "diamond"),
        panel.mark(np.array([study.best[:2]]), np.array([study.best[2]]), ORANGE, "cross", size=130),
        *_step_text(panel, study, translate, corner),
        width=panel.width,
        height=panel.height,
    )
    chart = alt.vconcat(above, _losses(study, translate, unit), spacing=12).add_params(slider)
    title = _title(study, translate, unit)
    days = len(loss_surface.examples)
    match study.kind:
        case "line":
            subtitle = translate(
                "look.surface.path_subtitle", days=thousands(days), rate=significant(study.rate), updates=last
            )
        case "path":
            subtitle = translate(
                "look.surface.subtitle_path",
                rung=loss_surface.rung.name,
                size=thousands(loss_surface.network.size),
                share=percent(study.share, 1),
            )
        case "random":
            subtitle = translate(
                "look.surface.subtitle_random", rung=loss_surface.rung.name, size=thousands(loss_surface.network.size)
            )
        case _:
            subtitle = translate(
                "look.surface.subtitle_unknowns",
                rung=loss_surface.rung.name,
                one=study.axes[0],
                other=study.axes[1],
                size=thousands(loss_surface.network.size),
            )
    return dress(chart, title, subtitle, language, simulated=loss_surface.series.simulated), panel


def _title(study: PathStudy, translate: Catalogue, unit: str) -> str:
    values = {"first": number(float(study.losses[0])), "last": number(float(study.losses[-1])), "unit": unit}
    match course_of(study):
        case "grown":
            return translate("look.surface.path_title_grown", **values)
        case "jumps":
            least, most = number(float(study.losses.min())), number(float(study.losses.max()))
            return translate("look.surface.path_title_jumps", least=least, most=most)
        case "hardly":
            return translate("look.surface.path_title_hardly", least=number(study.best[2]), **values)
        case _ if study.kind != "line":
            return translate("look.surface.path_title_epochs", epochs=int(study.steps[-1]), **values)
        case _:
            start, end = (_placed(study.axes, point) for point in study.points[[0, -1]])
            return translate("look.surface.path_title", start=start, end=end, **values)


def _placed(axes: tuple[str, str], point: NDArray[np.float64]) -> str:
    return ", ".join(f"{axis} = {number(float(value))}" for axis, value in zip(axes, point, strict=True))


def _axes(study: PathStudy, translate: Catalogue) -> tuple[str, str]:
    if study.kind == "line":
        return axes_of(study.loss_surface, translate)
    if study.kind == "unknowns":
        return study.axes
    if study.kind == "random":
        return translate("look.surface.axis_random", name="u"), translate("look.surface.axis_random", name="v")
    shares = study.surface.plane.shares or (0.0, 0.0)
    one, other = (
        translate("look.surface.axis_path", name=name, share=percent(share, 1))
        for name, share in zip(study.axes, shares, strict=True)
    )
    return one, other


def _numbers(panel: Panel, study: PathStudy) -> list[alt.Chart]:
    """Return the numbers of the steps, on the side of the path where it does not continue."""
    kept = panel.numbered(study.points, max(1, round(len(study.points) / 10)))
    at = list(kept)
    data = columns(
        {
            "u": study.points[at, 0],
            "v": study.points[at, 1],
            "text": np.array([str(int(study.steps[place])) for place in at]),
        }
    )
    return panel.text(data, "text", VERMILLION, size=11, dx=12, dy=-7, bold=True)


def _arrows(panel: Panel, study: PathStudy) -> list[alt.Chart]:
    """Return gradient and minus gradient at every step; the slider shows those of one step."""
    made: list[alt.Chart] = []
    for sign, colour in ((1.0, PURPLE), (-1.0, GREEN)):
        ends = np.array([panel.arrow(point, sign * way) for point, way in zip(study.points, study.uphill, strict=True)])
        data = columns(
            {
                "u": study.points[:, 0],
                "v": study.points[:, 1],
                "to_u": ends[:, 0],
                "to_v": ends[:, 1],
                "turn": ends[:, 2],
                "number": np.arange(len(ends), dtype=np.int64),
            }
        )
        base = alt.Chart(data).transform_filter(f"datum.number == {STEP_PARAMETER}")
        for edge, width in (("white", 13.0), (colour, 10.0)):
            made.append(
                base.mark_rule(color=edge, strokeWidth=width).encode(
                    x=panel.x(), y=panel.y(), x2=alt.X2("to_u:Q"), y2=alt.Y2("to_v:Q")
                )
            )
        made.append(
            base.mark_point(
                shape=ARROW_HEAD, color=colour, fill=colour, size=800, opacity=1, stroke="white", strokeWidth=1.5
            ).encode(x=panel.x("to_u"), y=panel.y("to_v"), angle=alt.Angle("turn:Q", scale=None))
        )
    return made


def _step_text(panel: Panel, study: PathStudy, translate: Catalogue, corner: tuple[int, int]) -> list[alt.Chart]:
    """Return a ring around the step that the slider shows, and its numbers in a free corner."""
    one, other = study.axes
    texts = [
        translate(
            "look.surface.now",
            step=int(step),
            one=one,
            u=number(float(point[0])),
            other=other,
            v=number(float(point[1])),
            loss=number(float(loss)),
        )
        for step, point, loss in zip(study.steps, study.points, study.losses, strict=True)
    ]
    numbers = np.arange(len(texts), dtype=np.int64)
    data = columns({"u": study.points[:, 0], "v": study.points[:, 1], "text": np.array(texts), "number": numbers})
    ring = (
        alt.Chart(data)
        .transform_filter(f"datum.number == {STEP_PARAMETER}")
        .mark_point(color=INK, size=190, strokeWidth=2.2, opacity=1, filled=False)
        .encode(x=panel.x(), y=panel.y())
    )
    right, up = corner
    words_at = columns(
        {
            "u": np.full(len(texts), panel.low[0] if not right else panel.high[0]),
            "v": np.full(len(texts), panel.low[1] if not up else panel.high[1]),
            "text": np.array(texts),
            "number": numbers,
        }
    )
    words = panel.text(
        words_at,
        "text",
        INK,
        size=13,
        bold=True,
        align="right" if right else "left",
        dx=-10 if right else 10,
        dy=14 if up else -14,
        shown=f"datum.number == {STEP_PARAMETER}",
    )
    return [ring, *words]


def _losses(study: PathStudy, translate: Catalogue, unit: str) -> alt.LayerChart:
    """Draw L by update, with the step that the slider shows."""
    numbers = np.arange(len(study.steps), dtype=np.int64)
    data = columns({"update": study.steps.astype(float), "loss": study.losses, "number": numbers})
    title = translate("look.surface.updates") if study.kind == "line" else translate("look.surface.epochs")
    base = alt.Chart(data).encode(
        x=alt.X("update:Q", title=title, scale=alt.Scale(nice=False), axis=alt.Axis(grid=False, tickMinStep=1)),
        y=alt.Y("loss:Q", title=f"L ({unit})", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4, format="~s")),
        tooltip=[
            alt.Tooltip("update:Q", title=title),
            alt.Tooltip("loss:Q", title="L", format=",.5~g"),
        ],
    )
    lowest = alt.Chart(alt.Data(values=[{"loss": study.best[2]}])).mark_rule(color=GREY, strokeDash=[4, 3])
    shown = base.transform_filter(f"datum.number == {STEP_PARAMETER}")
    return layered(
        lowest.encode(y=alt.Y("loss:Q")),
        base.mark_line(color=VERMILLION, strokeWidth=1.5),
        base.mark_point(color=VERMILLION, filled=True, size=18, opacity=1),
        shown.mark_point(color=INK, size=150, strokeWidth=2, filled=False, opacity=1),
        width=WIDTH_PIXELS - 70,
        height=LOWER_HEIGHT_PIXELS,
    )
