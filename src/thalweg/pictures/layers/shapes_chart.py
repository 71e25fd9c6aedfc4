"""L and L′ over the number of layers and over the width of one, each with the spread of its seeds (N8, U4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np

from thalweg.charts.style import BLUE, GREEN, VERMILLION, WIDTH_PIXELS, columns, key, layered, short_axis
from thalweg.pictures.layers.epochs_chart import curve_panel
from thalweg.pictures.layers.study import apart

if TYPE_CHECKING:
    from thalweg.messages import Catalogue
    from thalweg.pictures.layers.study import LayersStudy, Shape

HEIGHT_PIXELS = 230
HEADROOM_RATIO = 1.15  # times the highest L: room for the mark
HALF_WIDTH_PIXELS = WIDTH_PIXELS // 2 - 40


def chance_of(one: Shape, other: Shape, translate: Catalogue) -> str:
    """Return a clause that says whether the seeds of two shapes lie apart in L′, or the difference may be chance."""
    if len(one.unseen) == 1:
        return translate("look.layers.chance_one")
    lower, higher = sorted((one, other), key=lambda shape: float(shape.unseen.mean()))
    how = "apart" if apart(one.unseen, other.unseen) else "not_apart"
    return translate(f"look.layers.chance_{how}", lower=lower.name, higher=higher.name)


def depth_chart(study: LayersStudy, translate: Catalogue) -> alt.VConcatChart:
    """Draw L and L′ over depth and over width, and below them the deepest network by epoch."""
    depths, single = study.groups["depth"], study.groups["width"]
    deep = alt.X(
        "x:Q",
        title=translate("look.layers.depth", width=(depths[-1].rung.hidden or (0,))[0]),
        axis=alt.Axis(grid=False, values=[shape.depth for shape in depths], format="d"),
        scale=alt.Scale(padding=20, zero=False, nice=False),
    )
    wide = alt.X(
        "x:Q",
        title=translate("look.layers.width_axis"),
        axis=alt.Axis(grid=False, values=[shape.rung.hidden[0] for shape in single], format=",d"),
        scale=alt.Scale(type="log", padding=20, nice=False),
    )
    turn = study.turn_of_depth
    mark: dict[str, Any] = {
        "x": turn.at,
        "loss": turn.lowest,
        "text": translate(f"look.layers.mark_{'turned' if turn.turned else 'lowest'}"),
    }
    one = _panel(study, depths, [shape.depth for shape in depths], deep, translate, mark=mark)
    other = _panel(study, single, [shape.rung.hidden[0] for shape in single], wide, translate)
    above = alt.hconcat(one, other, spacing=24).resolve_scale(y="shared", color="shared")
    below = curve_panel(depths[-1], study, translate, width=WIDTH_PIXELS, height=HEIGHT_PIXELS)
    return alt.vconcat(above, below, spacing=18).resolve_scale(color="independent")


def _panel(
    study: LayersStudy,
    shapes: tuple[Shape, ...],
    places: list[int],
    x: alt.X,
    translate: Catalogue,
    *,
    mark: dict[str, Any] | None = None,
) -> alt.LayerChart:
    """Draw the means as lines, and the range of the seeds as bars."""
    seen, unseen = translate("look.layers.seen"), translate("look.layers.unseen")
    names, values = np.repeat([seen, unseen], len(shapes)), [shape.seen for shape in shapes]
    values += [shape.unseen for shape in shapes]
    table = {
        "part": names,
        "network": np.array([shape.name for shape in shapes] * 2),
        "x": np.array(places * 2, dtype=float),
        "loss": np.array([value.mean() for value in values]),
        "low": np.array([value.min() for value in values]),
        "high": np.array([value.max() for value in values]),
    }
    every = (*study.groups["depth"], *study.groups["width"])
    most = HEADROOM_RATIO * max(float(max(shape.seen.max(), shape.unseen.max())) for shape in every)
    title = translate(f"report.loss_{study.loss}", name=study.series.name)
    y = alt.Y("loss:Q", title=title, scale=alt.Scale(domain=[0, most], nice=False), axis=short_axis(most))
    colour = alt.Color("part:N", scale=alt.Scale(domain=[seen, unseen], range=[BLUE, GREEN]), legend=None)
    tips = [
        alt.Tooltip("network:N", title=" "),
        alt.Tooltip("part:N", title=" "),
        *(
            alt.Tooltip(f"{name}:Q", title=translate(f"look.layers.{name}"), format=",.5~r")
            for name in ("loss", "low", "high")
        ),
    ]
    base = alt.Chart(columns(table)).encode(x=x, color=colour)
    layers = [
        key({seen: BLUE, unseen: GREEN}),
        base.mark_rule(strokeWidth=5, opacity=0.35).encode(y=alt.Y("low:Q", title=title), y2="high:Q"),
        base.mark_line(strokeWidth=2).encode(y=y),
        base.mark_point(filled=True, size=45, opacity=1).encode(
            y=y, tooltip=tips, shape=alt.Shape("part:N", scale=alt.Scale(domain=[seen, unseen]), legend=None)
        ),
    ]
    if mark:
        side = "left" if mark["x"] == places[0] else "center"
        there = alt.Chart(alt.Data(values=[mark])).encode(x=x, y="loss:Q")
        layers += [
            there.mark_text(stroke="white", strokeWidth=4, dy=-20, fontWeight="bold", align=side).encode(text="text:N"),
            there.mark_point(color=VERMILLION, size=170, strokeWidth=2, filled=False, opacity=1),
            there.mark_text(color=VERMILLION, dy=-20, fontWeight="bold", align=side).encode(text="text:N"),
        ]
    return layered(*layers, width=HALF_WIDTH_PIXELS, height=HEIGHT_PIXELS)
