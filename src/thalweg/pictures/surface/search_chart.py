"""Absolute beside squared errors, and brute force beside descent, on the surface of w and b (L2, O5)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import number, percent, power_of_ten, significant, thousands
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
from thalweg.pictures.surface.path_chart import axes_of, unit_of
from thalweg.pictures.surface.search_study import DRAWN_GRID_SIDE, EVALUATIONS_PER_UPDATE, LOSSES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.messages import Catalogue
    from thalweg.pictures.surface.search_study import LossesStudy, SearchStudy

HALF_WIDTH_PIXELS = (WIDTH_PIXELS - 130) // 2
HEIGHT_PIXELS, LOWER_HEIGHT_PIXELS = 380, 160
LEAST_PERCENT = 1e-3  # a smaller distance counts as this, because an axis with logarithms has no zero
COLOURS = {"mae": VERMILLION, "mse": GREEN}


def losses_illustration(study: LossesStudy, language: str) -> Illustration:
    """Return the illustration of the view ``losses``."""
    translate = catalogue(language)
    table = Numbers(
        {
            "place": [translate(f"look.surface.lowest_{loss}") for loss in LOSSES],
            "w": [study.best[loss][0] for loss in LOSSES],
            "b": [study.best[loss][1] for loss in LOSSES],
            "mae": [study.at_best["mae", loss] for loss in LOSSES],
            "mse": [study.at_best["mse", loss] for loss in LOSSES],
        }
    )
    sentences = (
        translate(
            "look.surface.losses_cross",
            more=percent(study.at_best["mae", "mse"] / study.at_best["mae", "mae"] - 1, 1),
            other=percent(study.at_best["mse", "mae"] / study.at_best["mse", "mse"] - 1, 1),
        ),
        translate("look.surface.losses_shape"),
    )
    panels = {loss: _panel(study, loss, translate) for loss in LOSSES}
    cells = {loss: panel.cells() for loss, panel in panels.items()}
    surfaces = Numbers(
        {"w": cells["mae"]["u"], "b": cells["mae"]["v"], **{loss: cells[loss]["loss"] for loss in LOSSES}}
    )
    return Illustration(
        "surface",
        language,
        _losses_chart(study, panels, language),
        {"minima": table, "surfaces": surfaces},
        sentences,
        shown=("minima",),
        asked=("negative", "zero"),
    )


def _panel(study: LossesStudy, loss: str, translate: Catalogue) -> Panel:
    unit = unit_of(study.loss_surface, loss, translate)
    return Panel(
        study.surfaces[loss],
        axes_of(study.loss_surface, translate),
        HALF_WIDTH_PIXELS,
        HEIGHT_PIXELS,
        f"L ({unit})",
        ("w", "b"),
        _covered(study),
    )


def _covered(study: LossesStudy) -> NDArray[np.float64]:
    """Return the points that the marks and the words to their left cover."""
    surface = study.surfaces["mae"]
    pixel = float(surface.u[-1] - surface.u[0]) / HALF_WIDTH_PIXELS
    return np.array([(w - pixel * left, b) for w, b in study.best.values() for left in (0, 45, 90, 135)])


def _losses_chart(study: LossesStudy, panels: dict[str, Panel], language: str) -> alt.HConcatChart:
    translate = catalogue(language)
    drawn: list[alt.LayerChart] = []
    names = {loss: translate(f"look.surface.lowest_{loss}") for loss in LOSSES}
    for loss, panel in panels.items():
        places = [
            panel.mark(np.array([study.best[of]]), np.array([study.at_best[loss, of]]), COLOURS[of], shape, size=170)
            for of, shape in zip(LOSSES, ("diamond", "square"), strict=True)
        ]
        words = [
            layer
            for of, up in zip(LOSSES, _above(study), strict=True)
            for layer in panel.text(
                columns(
                    {
                        "u": np.array([study.best[of][0]]),
                        "v": np.array([study.best[of][1]]),
                        "text": np.array([names[of]]),
                    }
                ),
                "text",
                COLOURS[of],
                dx=-12,
                dy=-9 if up else 9,
                align="right",
                bold=True,
            )
        ]
        drawn.append(
            layered(*panel.shading(), *places, *words, width=panel.width, height=HEIGHT_PIXELS).properties(
                title=alt.Title(
                    translate(f"look.surface.called_{loss}", unit=unit_of(study.loss_surface, loss, translate)),
                    fontSize=12,
                    fontWeight="normal",
                    anchor="start",
                    offset=4,
                )
            )
        )
    chart = alt.hconcat(*drawn, spacing=16)
    absolute, squared = study.best["mae"], study.best["mse"]
    title = translate(
        "look.surface.losses_title",
        w=number(absolute[0]),
        b=number(absolute[1]),
        other_w=number(squared[0]),
        other_b=number(squared[1]),
    )
    subtitle = translate("look.surface.losses_subtitle", days=thousands(len(study.loss_surface.examples)))
    return dress(chart, title, subtitle, language, simulated=study.loss_surface.series.simulated)


def _above(study: LossesStudy) -> tuple[bool, bool]:
    """Return whether the words stand above their place, so that the two do not cover each other."""
    first = study.best["mae"][1] >= study.best["mse"][1]
    return first, not first


def search_illustration(study: SearchStudy, language: str) -> Illustration:
    """Return the illustration of the view ``search``."""
    translate = catalogue(language)
    unit = unit_of(study.loss_surface, study.loss_surface.loss, translate)
    sides = list(study.grids)
    last = len(study.losses) - 1
    rows = [study.within_at, last] if 0 <= study.within_at < last else [last]
    losses = [study.grids[side].loss for side in sides] + [float(study.losses[row]) for row in rows]
    found = Numbers(
        {
            "method": [translate("look.surface.grid", side=side) for side in sides]
            + [translate("look.surface.descent_after", updates=row) for row in rows],
            "evaluations": [study.grids[side].evaluations for side in sides]
            + [EVALUATIONS_PER_UPDATE * row for row in rows],
            "w": [study.grids[side].u for side in sides] + [float(study.points[row, 0]) for row in rows],
            "b": [study.grids[side].v for side in sides] + [float(study.points[row, 1]) for row in rows],
            "loss": losses,
            "above": [_above_least(loss, study.least) for loss in losses],
        }
    )
    larger = Numbers(
        {
            "function": [name for name, _, _ in study.larger],
            "unknowns": [size for _, size, _ in study.larger],
            "evaluations_needed": [power_of_ten(math.floor(power)) for _, _, power in study.larger],
        }
    )
    name, size, power = study.larger[1]
    most, most_size, most_power = max(study.larger, key=lambda each: each[1])
    sentences = (
        _compared(study, "said", translate, unit),
        translate("look.surface.search_counted"),
        translate(
            "look.surface.search_larger",
            side=DRAWN_GRID_SIDE,
            name=name,
            size=thousands(size),
            power=power_of_ten(math.floor(power)),
            most=most,
            most_size=thousands(most_size),
            most_power=power_of_ten(math.floor(most_power)),
        ),
    )
    path = Numbers(
        {"update": np.arange(len(study.losses)), "w": study.points[:, 0], "b": study.points[:, 1], "loss": study.losses}
    )
    return Illustration(
        "surface",
        language,
        _search_chart(study, language),
        {"found": found, "larger": larger, "path": path},
        sentences,
        shown=("found", "larger"),
        asked=("local",),
    )


def _compared(study: SearchStudy, form: str, translate: Catalogue, unit: str) -> str:
    """Return a sentence on how many evaluations both need to come equally near to the lowest point."""
    updates = study.within_at
    side, last = study.side, len(study.losses) - 1
    values = {
        "within": significant(100 * study.within, 3),
        "grid": thousands(side**2),
        "least": number(study.least),
        "side": side,
        "unit": unit,
    }
    if form == "title":
        if updates >= 0:
            return translate("look.surface.search_title", descent=thousands(EVALUATIONS_PER_UPDATE * updates), **values)
        return translate(
            "look.surface.search_title_never",
            last=number(float(study.losses[-1])),
            descent=thousands(EVALUATIONS_PER_UPDATE * last),
            **values,
        )
    if updates >= 0:
        return translate(
            "look.surface.search_good",
            updates=updates,
            evaluations=thousands(EVALUATIONS_PER_UPDATE * updates),
            **values,
        )
    return translate(
        "look.surface.search_never",
        last=number(float(study.losses[-1])),
        updates=last,
        evaluations=thousands(EVALUATIONS_PER_UPDATE * last),
        **values,
    )


def _above_least(loss: float, least: float) -> float:
    """Return by how many percent a loss lies above the least; NaN where the least is zero."""
    return 100 * (loss / least - 1) if least > 0 else math.nan


def _search_chart(study: SearchStudy, language: str) -> alt.VConcatChart:
    translate = catalogue(language)
    loss_surface = study.loss_surface
    unit = unit_of(loss_surface, loss_surface.loss, translate)
    panel = Panel(
        study.surface,
        axes_of(loss_surface, translate),
        WIDTH_PIXELS - 70,
        HEIGHT_PIXELS,
        f"L ({unit})",
        ("w", "b"),
        study.points,
    )
    tried = np.stack(
        np.meshgrid(
            np.linspace(panel.low[0], panel.high[0], DRAWN_GRID_SIDE),
            np.linspace(panel.low[1], panel.high[1], DRAWN_GRID_SIDE),
        ),
        axis=-1,
    ).reshape(-1, 2)
    dots = (
        alt.Chart(columns({"u": tried[:, 0], "v": tried[:, 1]}))
        .mark_point(color=INK, filled=True, size=9, opacity=0.55, clip=True)
        .encode(x=panel.x(), y=panel.y())
    )
    best = study.grids[DRAWN_GRID_SIDE]
    names = [
        translate("look.surface.tried", side=DRAWN_GRID_SIDE),
        translate("look.surface.best_of_grid"),
        translate("look.surface.path"),
        translate("look.surface.end"),
    ]
    above = layered(
        key(dict(zip(names, (INK, PURPLE, VERMILLION, ORANGE), strict=True))),
        *panel.shading(),
        dots,
        *panel.path(study.points, study.losses, VERMILLION),
        panel.mark(np.array([[best.u, best.v]]), np.array([best.loss]), PURPLE, "square"),
        panel.mark(study.points[-1:], study.losses[-1:], ORANGE, "diamond"),
        width=panel.width,
        height=HEIGHT_PIXELS,
    )
    chart = alt.vconcat(above, _by_evaluations(study, translate, unit), spacing=12)
    title = _compared(study, "title", translate, unit)
    subtitle = translate("look.surface.search_subtitle", side=DRAWN_GRID_SIDE, rate=significant(study.rate))
    return dress(chart, title, subtitle, language, simulated=loss_surface.series.simulated)


def _percent(losses: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    """Return by how many percent each L lies above the least, but at least `LEAST_PERCENT`."""
    return np.maximum([_above_least(loss, least) for loss in losses], LEAST_PERCENT)


def _by_evaluations(study: SearchStudy, translate: Catalogue, unit: str) -> alt.LayerChart:
    """Draw, for both, the least L found over the number of evaluations."""
    sides = list(study.grids.values())
    brute = columns(
        {
            "evaluations": np.array([found.evaluations for found in sides], dtype=np.float64),
            "loss": np.array([found.loss for found in sides]),
            "above": _percent(np.array([found.loss for found in sides]), study.least),
        }
    )
    descent = columns(
        {
            "evaluations": EVALUATIONS_PER_UPDATE * np.arange(1, len(study.losses), dtype=np.float64),
            "loss": study.losses[1:],
            "above": _percent(study.losses[1:], study.least),
        }
    )
    x = alt.X(
        "evaluations:Q",
        title=translate("look.surface.evaluations_axis"),
        scale=alt.Scale(type="log", domain=[1, 100_000], nice=False),
        axis=alt.Axis(grid=False, values=[1, 10, 100, 1000, 10_000, 100_000], format=",d"),
    )
    y = alt.Y(
        "above:Q",
        title=translate("look.surface.above_axis"),
        scale=alt.Scale(type="log", nice=True),
        axis=alt.Axis(grid=False, tickCount=4, format="~g"),
    )
    tips = [
        alt.Tooltip("evaluations:Q", title=translate("look.surface.evaluations_axis"), format=",d"),
        alt.Tooltip("loss:Q", title=f"L ({unit})", format=",.6~g"),
    ]
    within = alt.Chart(alt.Data(values=[{"above": 100 * study.within}]))
    layers: list[alt.Chart] = [within.mark_rule(color=GREY, strokeDash=[4, 3]).encode(y=y)]
    for data, colour, shape in ((brute, PURPLE, "square"), (descent, VERMILLION, "circle")):
        base = alt.Chart(data).encode(x=x, y=y, tooltip=tips)
        layers += [
            base.mark_line(color=colour, strokeWidth=2),
            base.mark_point(color=colour, filled=True, shape=shape, size=45, opacity=1),
        ]
    return layered(*layers, width=WIDTH_PIXELS - 70, height=LOWER_HEIGHT_PIXELS)
