"""L over one unknown: tangent, steps, local and global minimum (L3, O1 to O3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import number, significant, thousands
from thalweg.charts.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PALE_SKY,
    PURPLE,
    VERMILLION,
    WIDTH_PIXELS,
    columns,
    dress,
    key,
    layered,
)
from thalweg.messages import catalogue
from thalweg.pictures.surface.path_chart import STEP_PARAMETER, unit_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.messages import Catalogue
    from thalweg.pictures.surface.curve_study import CurveStudy, Walk

HEIGHT_PIXELS, LOWER_HEIGHT_PIXELS = 380, 130
PANEL_WIDTH_PIXELS = WIDTH_PIXELS - 70
NUMBER_SPACING_PIXELS = 20.0  # between the numbers of two steps


def curve_illustration(study: CurveStudy, language: str) -> Illustration:
    """Return the illustration: `curve_chart` with its tables and sentences."""
    translate = catalogue(language)
    curve, (walk, *_) = study.curve, study.walks
    lowest = study.curve.least
    minima = Numbers(
        {
            "place": [_called(float(value), study, translate) for value, _ in curve.minima]
            or [translate("look.surface.lowest")],
            study.name: [float(value) for value, _ in curve.minima] or [lowest[0]],
            "loss": [float(loss) for _, loss in curve.minima] or [lowest[1]],
        }
    )
    steps = Numbers(
        {
            "walk": [number for number, each in enumerate(study.walks, 1) for _ in each.values],
            "update": [step for each in study.walks for step in range(len(each.values))],
            study.name: np.concatenate([each.values for each in study.walks]),
            "loss": np.concatenate([each.losses for each in study.walks]),
            "slope": np.concatenate([each.slopes for each in study.walks]),
        }
    )
    line = Numbers({study.name: curve.values, "loss": curve.losses, "slope": curve.slopes})
    first = _sign_sentence(study, walk, translate)
    sentences = [first, *(_end_sentence(study, each, translate) for each in study.walks)]
    if lowest[1] < 0:
        sentences.append(translate("look.surface.curve_below", loss=number(lowest[1])))
    if study.loss_surface is None:
        sentences.append(translate("look.surface.curve_toy"))
    return Illustration(
        "surface",
        language,
        curve_chart(study, language),
        {"minima": minima, "steps": steps, "curve": line},
        tuple(sentences),
        shown=("minima",),
        asked=("minus", "local", "negative") if study.loss_surface is None else ("minus", "zero", "local"),
    )


def _sign_sentence(study: CurveStudy, walk: Walk, translate: Catalogue) -> str:
    slope = float(walk.slopes[0])
    values = {
        "name": study.name,
        "at": number(float(walk.values[0])),
        "slope": number(slope),
        "next": number(float(walk.values[1])),
        "rate": significant(walk.rate, 3),
    }
    if slope < 0:
        return translate("look.surface.curve_negative", **values)
    return (
        translate("look.surface.curve_positive", **values)
        if slope > 0
        else translate("look.surface.curve_flat", **values)
    )


def _end_sentence(study: CurveStudy, walk: Walk, translate: Catalogue) -> str:
    end, loss, start = (number(float(value)) for value in (walk.values[-1], walk.losses[-1], walk.values[0]))
    values = {"name": study.name, "steps": len(walk.values) - 1, "start": start, "end": end, "loss": loss}
    choice = len(study.curve.minima) > 1
    if study.loss_surface is not None or not choice or not study.arrived(walk):
        return translate("look.surface.curve_end", **values)
    if _ends_in_global(study, walk):
        return translate("look.surface.curve_end_global", **values)
    return translate("look.surface.curve_end_local", **values)


def _ends_in_global(study: CurveStudy, walk: Walk) -> bool:
    reached = study.minimum_of(walk)
    return reached is None or abs(reached[0] - study.curve.least[0]) < 1e-6 * float(np.ptp(study.curve.values))


def _called(value: float, study: CurveStudy, translate: Catalogue) -> str:
    if len(study.curve.minima) == 1:
        return translate("look.surface.minimum")
    near = 1e-6 * float(np.ptp(study.curve.values))
    if abs(value - study.curve.least[0]) < near:
        return translate("look.surface.global_minimum")
    return translate("look.surface.local_minimum")


def curve_chart(study: CurveStudy, language: str = "en") -> alt.VConcatChart:
    """Draw the curve with tangent and steps; below, its slope."""
    translate = catalogue(language)
    walk = study.walks[0]
    unit = "" if study.loss_surface is None else unit_of(study.loss_surface, study.loss_surface.loss, translate)
    slider = alt.param(
        name=STEP_PARAMETER,
        value=0,
        bind=alt.binding_range(min=0, max=len(walk.values) - 1, step=1, name=translate("look.surface.slider") + " "),
    )
    legend = {
        translate("look.surface.curve_walk"): VERMILLION,
        **({translate("look.surface.curve_other"): PURPLE} if len(study.walks) > 1 else {}),
        translate("look.surface.tangent"): GREEN,
    }
    above = layered(
        key(legend),
        *_curve(study, unit),
        *_tangents(study, walk, unit),
        *(
            layer
            for each, colour in zip(study.walks, (VERMILLION, PURPLE), strict=False)
            for layer in _steps(study, each, colour, unit)
        ),
        *_minima(study, translate, unit),
        width=PANEL_WIDTH_PIXELS,
        height=HEIGHT_PIXELS,
    )
    chart = alt.vconcat(above, _slopes(study, walk, translate), spacing=12).add_params(slider)
    title, subtitle = _titles(study, walk, translate, unit)
    simulated = study.loss_surface is not None and study.loss_surface.series.simulated
    return dress(chart, title, subtitle, language, simulated=simulated)


def _titles(study: CurveStudy, walk: Walk, translate: Catalogue, unit: str) -> tuple[str, str]:
    reached, lowest = study.minimum_of(walk), study.curve.least
    values = {
        "name": study.name,
        "start": number(float(walk.values[0])),
        "end": number(float(walk.values[-1])),
        "last": number(float(walk.losses[-1])),
        "first": number(float(walk.losses[0])),
        "unit": unit,
    }
    if not walk.losses[-1] < walk.losses[0]:
        title = translate("look.surface.curve_title_grown", **values).strip()
    elif reached is not None and study.arrived(walk) and not _ends_in_global(study, walk):
        title = translate(
            "look.surface.curve_title_local", name=study.name, reached=number(reached[0]), lowest=number(lowest[0])
        )
    else:
        title = translate("look.surface.curve_title", **values).strip()
    if study.loss_surface is None:
        return title, translate("look.surface.curve_subtitle_toy")
    size = study.loss_surface.network.size
    if study.loss_surface.is_line and study.name == "w":
        return title, translate("look.surface.curve_subtitle_line", days=thousands(len(study.loss_surface.examples)))
    return title, translate(
        "look.surface.curve_subtitle", rung=study.loss_surface.rung.name, name=study.name, size=thousands(size)
    )


def _x(study: CurveStudy, name: str = "w", title: str = "") -> alt.X:
    ends = [float(study.curve.values[0]), float(study.curve.values[-1])]
    axis = alt.Axis(grid=False, tickCount=9)
    return alt.X(
        f"{name}:Q", title=title or study.name, scale=alt.Scale(domain=ends, nice=False, zero=False), axis=axis
    )


def _y(study: CurveStudy, unit: str, name: str = "loss") -> alt.Y:
    low, high = _reach(study)
    axis = alt.Axis(tickCount=6, grid=True)
    title = f"L ({unit})" if unit else "L"
    return alt.Y(f"{name}:Q", title=title, scale=alt.Scale(domain=[low, high], nice=False, zero=False), axis=axis)


def _reach(study: CurveStudy) -> tuple[float, float]:
    low, high = float(study.curve.losses.min()), float(study.curve.losses.max())
    return low - 0.14 * (high - low), high + 0.06 * (high - low)


def _curve(study: CurveStudy, unit: str) -> list[alt.Chart]:
    curve = study.curve
    base = alt.Chart(columns({"w": curve.values, "loss": curve.losses, "slope": curve.slopes}))
    low, high = _reach(study)
    drawn = [
        base.mark_line(color=BLUE, strokeWidth=2.5).encode(
            x=_x(study),
            y=_y(study, unit),
            tooltip=[
                alt.Tooltip("w:Q", title=study.name, format=",.4~g"),
                alt.Tooltip("loss:Q", title="L", format=",.5~g"),
                alt.Tooltip("slope:Q", title="∂L", format=",.4~g"),
            ],
        )
    ]
    if low < 0 < high:
        zero = alt.Chart(alt.Data(values=[{"loss": 0}])).mark_rule(color=GREY, strokeWidth=1.2)
        drawn.insert(0, zero.encode(y=_y(study, unit)))
    return drawn


def _tangents(study: CurveStudy, walk: Walk, unit: str) -> list[alt.Chart]:
    """Return the tangent at each step, all of one length in pixels; the slider shows one of them."""
    wide = float(np.ptp(study.curve.values))
    low, high = _reach(study)
    steep = walk.slopes * wide / (high - low) * HEIGHT_PIXELS / PANEL_WIDTH_PIXELS  # rise over run, in pixels
    half = 0.14 * wide / np.sqrt(1 + steep**2)
    numbers = np.arange(len(walk.values), dtype=np.int64)
    data = columns(
        {
            "w": walk.values - half,
            "to_w": walk.values + half,
            "loss": walk.losses - half * walk.slopes,
            "to_loss": walk.losses + half * walk.slopes,
            "number": numbers,
        }
    )
    base = alt.Chart(data).transform_filter(f"datum.number == {STEP_PARAMETER}")
    return [
        base.mark_rule(color=GREEN, strokeWidth=3, clip=True).encode(
            x=_x(study), y=_y(study, unit), x2="to_w:Q", y2="to_loss:Q"
        )
    ]


def _steps(study: CurveStudy, walk: Walk, colour: str, unit: str) -> list[alt.Chart]:
    """Return the steps as dots on the curve, with their number where there is room."""
    numbers = np.arange(len(walk.values), dtype=np.int64)
    text = _labels(study, walk)
    data = columns({"w": walk.values, "loss": walk.losses, "slope": walk.slopes, "number": numbers, "text": text})
    base = alt.Chart(data).encode(x=_x(study), y=_y(study, unit))
    dots = base.mark_point(color=colour, filled=True, size=70, opacity=1, stroke="white", strokeWidth=1, clip=True)
    # The number stands beside the dot, below the curve.
    left = base.transform_filter("datum.slope <= 0").mark_text(align="right", dx=-6, dy=8, **_written(colour))
    right = base.transform_filter("datum.slope > 0").mark_text(align="left", dx=6, dy=8, **_written(colour))
    return [
        dots.encode(
            tooltip=[
                alt.Tooltip("number:Q", title="number"),
                alt.Tooltip("w:Q", title=study.name, format=",.4~g"),
                alt.Tooltip("loss:Q", title="L", format=",.5~g"),
                alt.Tooltip("slope:Q", title="∂L", format=",.4~g"),
            ]
        ),
        left.encode(text="text:N"),
        right.encode(text="text:N"),
    ]


def _written(colour: str) -> dict[str, Any]:
    return {"color": colour, "fontSize": 13, "fontWeight": "bold", "clip": True}


def _labels(study: CurveStudy, walk: Walk) -> NDArray[np.str_]:
    """Return the numbers of the steps for which there is room."""
    low, high = _reach(study)
    scale = np.array([PANEL_WIDTH_PIXELS / float(np.ptp(study.curve.values)), HEIGHT_PIXELS / (high - low)])
    kept = list(study.curve.minima * scale)
    text = [""] * len(walk.values)
    for at, place in enumerate(np.stack([walk.values, walk.losses], axis=1) * scale):
        if all(np.hypot(*(place - other)) > NUMBER_SPACING_PIXELS for other in kept):
            kept.append(place)
            text[at] = str(at)
    return np.array(text)


def _minima(study: CurveStudy, translate: Catalogue, unit: str) -> list[alt.Chart]:
    minima = study.curve.minima
    if not len(minima):
        return []
    names = np.array([_called(float(value), study, translate) for value, _ in minima])
    data = columns({"w": minima[:, 0], "loss": minima[:, 1], "text": names})
    base = alt.Chart(data).encode(x=_x(study), y=_y(study, unit))
    return [
        base.mark_point(
            color=ORANGE, fill=ORANGE, shape="diamond", size=170, opacity=1, stroke="white", strokeWidth=1.5
        ).encode(tooltip=[alt.Tooltip("text:N", title=" "), alt.Tooltip("loss:Q", title="L", format=",.5~g")]),
        base.mark_text(color=INK, dy=20, fontSize=12, fontWeight="bold").encode(text="text:N"),
    ]


def _slopes(study: CurveStudy, walk: Walk, translate: Catalogue) -> alt.LayerChart:
    """Draw the slope. Where it is negative, a step increases the unknown."""
    curve = study.curve
    data = columns({"w": curve.values, "slope": curve.slopes, "zero": np.zeros(len(curve.values))})
    numbers = np.arange(len(walk.values), dtype=np.int64)
    steps = columns({"w": walk.values, "slope": walk.slopes, "number": numbers})
    low, high = float(min(curve.slopes.min(), 0)), float(max(curve.slopes.max(), 0))
    scale = alt.Scale(domain=[low, high if high > low else low + 1], nice=True)
    base = alt.Chart(data)
    x = _x(study, title=translate("look.surface.curve_below_axis", name=study.name))
    y = alt.Y("slope:Q", title=translate("look.surface.slope"), scale=scale, axis=alt.Axis(tickCount=4))
    return layered(
        base.mark_area(color=PALE_SKY, opacity=0.8).encode(x=x, y=y, y2="zero:Q"),
        base.mark_line(color=BLUE, strokeWidth=1.5).encode(x=x, y=y),
        alt.Chart(alt.Data(values=[{"slope": 0}])).mark_rule(color=GREY).encode(y=y),
        alt.Chart(steps)
        .transform_filter(f"datum.number == {STEP_PARAMETER}")
        .mark_point(color=GREEN, filled=True, size=110, opacity=1, stroke="white")
        .encode(x=x, y=y),
        width=PANEL_WIDTH_PIXELS,
        height=LOWER_HEIGHT_PIXELS,
    )
