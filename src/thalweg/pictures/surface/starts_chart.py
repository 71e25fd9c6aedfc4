"""Many starts on one surface, and where each descent ends (O3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import number, percent, significant, thousands
from thalweg.charts.style import BLUE, GREY, INK, ORANGE, VERMILLION, WIDTH_PIXELS, columns, dress, key, layered
from thalweg.messages import catalogue
from thalweg.pictures.surface.panel import Panel
from thalweg.pictures.surface.path_chart import axes_of, unit_of

if TYPE_CHECKING:
    from thalweg.messages import Catalogue
    from thalweg.pictures.surface.starts_study import StartsStudy

HEIGHT_PIXELS, LOWER_HEIGHT_PIXELS = 400, 170
ALIKE_SHARE = 0.1  # of the worst L above the best; within it the ends count as equally good


def starts_illustration(study: StartsStudy, language: str) -> Illustration:
    """Return the illustration: `starts_chart` with its tables and sentences."""
    translate = catalogue(language)
    line = study.loss_surface.is_line
    columns_: dict[str, object] = {"start_number": list(study.seeds)}
    if line:
        columns_ |= {"start_w": study.starts[:, 0], "start_b": study.starts[:, 1]}
    columns_ |= {"first_loss": study.first}
    if line:
        columns_ |= {
            "w": study.ends[:, 0],
            "b": study.ends[:, 1],
            "loss": study.last,
        }  # all end alike; `starts_ends` says how far apart
    else:
        columns_ |= {"loss": study.last, "unseen": study.unseen, "apart": 100 * study.apart}
    columns_ |= {"arrived" if line else "arrived_epochs": study.arrived}
    unit = unit_of(study.loss_surface, study.loss_surface.loss, translate)
    spread = f"{100 * (study.last.max() / study.last.min() - 1):.{2 if line else 1}f}"
    sentences = [
        translate(
            "look.surface.starts_ends",
            count=len(study.seeds),
            least=number(float(study.last.min())),
            most=number(float(study.last.max())),
            unit=unit,
            spread=spread,
        ),
    ]
    if line:
        sentences.append(translate("look.surface.starts_bowl"))
    else:
        others = np.sort(study.apart)[1:]
        sentences += [
            translate("look.surface.starts_apart", least=percent(others.min()), most=percent(others.max())),
            translate(
                "look.surface.starts_unseen",
                least=number(float(study.unseen.min())),
                most=number(float(study.unseen.max())),
                unit=unit,
            ),
            translate("look.surface.starts_plane"),
        ]
        if _alike(study):
            sentences.append(translate("look.surface.starts_alike"))
    return Illustration(
        "surface",
        language,
        starts_chart(study, language),
        {"starts": Numbers(columns_)},  # pyright: ignore[reportArgumentType] - columns of numbers
        tuple(sentences),
        shown=("starts",),
        asked=("local",),
    )


def starts_chart(study: StartsStudy, language: str = "en") -> alt.VConcatChart:
    """Draw the starts and ends on the surface; below, L at the end of each."""
    translate = catalogue(language)
    loss_surface = study.loss_surface
    unit = unit_of(loss_surface, loss_surface.loss, translate)
    axes = (
        axes_of(loss_surface, translate)
        if loss_surface.is_line
        else (translate("look.surface.axis_worst"), translate("look.surface.axis_third"))
    )
    avoided = np.concatenate([path[:: max(1, len(path) // 8)] for path in study.paths])
    panel = Panel(
        study.surface,
        axes,
        WIDTH_PIXELS - 70,
        HEIGHT_PIXELS,
        f"L ({unit})",
        ("w", "b") if loss_surface.is_line else ("u", "v"),
        avoided,
    )
    if loss_surface.is_line:
        drawn = _paths(panel, study, translate)
        spread = significant(100 * (study.last.max() / study.last.min() - 1), 2)
        title = translate(
            "look.surface.starts_title",
            count=len(study.seeds),
            least=number(float(study.last.min())),
            spread=spread,
            unit=unit,
        )
        subtitle = translate(
            "look.surface.starts_subtitle", days=thousands(len(loss_surface.examples)), rate=significant(study.rate)
        )
    else:
        drawn = _three(panel, study, translate)
        title = translate(
            "look.surface.starts_title_larger",
            count=len(study.seeds),
            least=number(float(study.last.min())),
            most=number(float(study.last.max())),
            unit=unit,
        )
        subtitle = translate(
            "look.surface.starts_subtitle_larger",
            rung=loss_surface.rung.name,
            size=thousands(loss_surface.network.size),
        )
    if not _alike(study):
        title = translate(
            "look.surface.starts_title_unlike",
            count=len(study.seeds),
            least=number(float(study.last.min())),
            most=number(float(study.last.max())),
            unit=unit,
        )
    above = layered(*drawn, width=panel.width, height=HEIGHT_PIXELS)
    chart = alt.vconcat(above, _ends(study, translate, unit), spacing=14).resolve_scale(color="independent")
    return dress(chart, title, subtitle, language, simulated=loss_surface.series.simulated)


def _alike(study: StartsStudy) -> bool:
    return bool(study.last.max() <= (1 + ALIKE_SHARE) * study.last.min())


def _paths(panel: Panel, study: StartsStudy, translate: Catalogue) -> list[alt.Chart]:
    drawn = [
        key(
            {
                translate("look.surface.start"): VERMILLION,
                translate("look.surface.path"): INK,
                translate("look.surface.end"): ORANGE,
            }
        ),
        *panel.shading(),
    ]
    drawn += [
        alt.Chart(columns({"u": path[:, 0], "v": path[:, 1], "number": np.arange(len(path), dtype=np.int64)}))
        .mark_line(color=INK, strokeWidth=1.6, opacity=0.75, clip=True)
        .encode(x=panel.x(), y=panel.y(), order="number:Q")
        for path in study.paths
    ]
    drawn.append(panel.mark(study.ends, study.last, ORANGE, "diamond", size=180))
    drawn.append(panel.mark(study.starts, study.first, VERMILLION, "circle", size=110))
    data = columns(
        {"u": study.starts[:, 0], "v": study.starts[:, 1], "text": np.array([str(seed) for seed in study.seeds])}
    )
    return [*drawn, *panel.text(data, "text", VERMILLION, size=11, dx=12, dy=-8, bold=True)]


def _three(panel: Panel, study: StartsStudy, translate: Catalogue) -> list[alt.Chart]:
    chosen = list(study.on_plane)
    text = [
        translate("look.surface.end_of", number=study.seeds[at], loss=number(float(study.last[at]))) for at in chosen
    ]
    places = study.ends[chosen]
    data = columns({"u": places[:, 0], "v": places[:, 1], "text": np.array(text)})
    return [
        key({translate("look.surface.three_ends"): VERMILLION}),
        *panel.shading(),
        panel.mark(places, study.last[chosen], VERMILLION, "diamond", size=200),
        *panel.text(data, "text", INK, size=12, dy=-18, bold=True),
    ]


def _ends(study: StartsStudy, translate: Catalogue, unit: str) -> alt.LayerChart:
    """Draw L at θ⁰ and at the end of each descent, and L′ where there is one."""
    order = np.argsort(study.last, kind="stable")
    numbers = np.array([str(study.seeds[at]) for at in order])
    named = {
        translate("look.surface.mark_start"): (study.first, GREY),
        translate("look.surface.mark_end"): (study.last, VERMILLION),
    }
    if np.isfinite(study.unseen).all():
        named = {
            translate("look.surface.mark_seen"): (study.last, VERMILLION),
            translate("look.surface.mark_unseen"): (study.unseen, BLUE),
        }
    x = alt.X("number:N", sort=None, title=translate("look.surface.starts_axis"), axis=alt.Axis(labelAngle=0))
    y = alt.Y("loss:Q", title=f"L ({unit})", scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=5))
    layers = [key({name: colour for name, (_, colour) in named.items()})]
    for shape, (values, colour) in zip(("circle", "diamond"), named.values(), strict=True):
        layers.append(
            alt.Chart(columns({"number": numbers, "loss": values[order]}))
            .mark_point(color=colour, filled=True, shape=shape, size=90, opacity=1)
            .encode(x=x, y=y, tooltip=[alt.Tooltip("number:N"), alt.Tooltip("loss:Q", title="L", format=",.5~g")])
        )
    return layered(*layers, width=WIDTH_PIXELS - 70, height=LOWER_HEIGHT_PIXELS)
