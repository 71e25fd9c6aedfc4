"""Descents with learning rates that are too small, good and too large, and the limit of divergence (O1, O6)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import significant, thousands
from thalweg.charts.style import (
    BLUE,
    GREEN,
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
from thalweg.pictures.surface.rates_study import TRIED_UPDATES

if TYPE_CHECKING:
    from thalweg.messages import Catalogue
    from thalweg.pictures.surface.rates_study import RatesStudy

HEIGHT_PIXELS, LOWER_HEIGHT_PIXELS = 400, 170
DRAWN_POINTS = 9  # points drawn of a rate that is too large; more would cover the surface
NUMBERED_JUMPS = 4  # numbered points of the rate that is too large
COLOURS = (PURPLE, GREEN, VERMILLION, INK)
KINDS = ("small", "good", "large", "own")


def rates_illustration(study: RatesStudy, language: str) -> Illustration:
    """Return the illustration: `rates_chart` with its tables and sentences."""
    translate = catalogue(language)
    rates = Numbers(
        {
            "kind": [translate(f"look.surface.{kind}") for kind in KINDS[: len(study.rates)]],
            "rate": list(study.rates),
            "updates_made": [len(losses) - 1 for losses in study.losses],
            "first_loss": [float(losses[0]) for losses in study.losses],
            "loss": [float(losses[-1]) for losses in study.losses],
        }
    )
    tried = Numbers({"rate": [rate for rate, _ in study.tried], "diverged": [bad for _, bad in study.tried]})
    paths = Numbers(
        {
            "rate": np.concatenate(
                [np.full(len(losses), rate) for rate, losses in zip(study.rates, study.losses, strict=True)]
            ),
            "update": np.concatenate([np.arange(len(losses)) for losses in study.losses]),
            "w": np.concatenate([path[:, 0] for path in study.paths]),
            "b": np.concatenate([path[:, 1] for path in study.paths]),
            "loss": np.concatenate(study.losses),
        }
    )
    sentences = [
        translate(
            "look.surface.rates_bisected",
            tries=len(study.tried),
            updates=thousands(TRIED_UPDATES),
            rate=significant(study.diverges_from, 4),
        ),
    ]
    if math.isfinite(study.curvature):
        sentences.append(translate("look.surface.rates_curvature", rate=significant(study.curvature, 4)))
    else:
        sentences.append(translate("look.surface.rates_absolute"))
    sentences.append(translate("look.surface.rates_good", good=significant(study.rates[1], 2)))
    sentences.append(_found(study, translate))
    sentences.append(translate("look.surface.path_standardised"))
    unit = study.loss_surface.training_set.scale.spread ** (
        2 if study.loss_surface.loss == "mse" else 1
    )  # of L, from standardised days
    return Illustration(
        "surface",
        language,
        rates_chart(study, language),
        {
            "rates": rates,
            "tried": tried,
            "paths": paths,
            "finder": Numbers({"rate": study.finder.rates, "loss": unit * study.finder.losses}),
        },
        tuple(sentences),
        shown=("rates",),
        asked=("nan", "minus"),
    )


def _found(study: RatesStudy, translate: Catalogue) -> str:
    """Return a sentence on what `find_learning_rate` suggests, and why it detects growth late."""
    finder, limit = study.finder, significant(study.diverges_from, 4)
    suggested = significant(finder.suggested, 2)
    if not math.isfinite(finder.too_large):
        return translate("look.surface.rates_finder_none", suggested=suggested)
    values = {"too_large": significant(finder.too_large, 3), "suggested": suggested, "limit": limit}
    if finder.suggested < study.diverges_from:
        return translate("look.surface.rates_finder", **values)
    return translate("look.surface.rates_finder_above", **values)


def rates_chart(study: RatesStudy, language: str = "en") -> alt.VConcatChart:
    """Draw one path for each rate on one surface; below, L by update."""
    translate = catalogue(language)
    loss_surface = study.loss_surface
    unit = unit_of(loss_surface, loss_surface.loss, translate)
    jumps = study.paths[2][:NUMBERED_JUMPS]
    avoided = np.concatenate([study.paths[0][::10], study.paths[1][:10], jumps, [study.best]])
    panel = Panel(
        study.surface,
        axes_of(loss_surface, translate),
        WIDTH_PIXELS - 70,
        HEIGHT_PIXELS,
        f"L ({unit})",
        ("w", "b"),
        avoided,
    )
    named = {
        translate("look.surface.rate_of", kind=translate(f"look.surface.{kind}"), rate=significant(rate, 3)): colour
        for kind, rate, colour in zip(KINDS, study.rates, COLOURS, strict=False)
    }
    layers = [key({**named, translate("look.surface.lowest"): ORANGE}), *panel.shading()]
    order = sorted(range(len(study.rates)), key=lambda at: -study.rates[at])  # the small steps on top
    for at in order:
        thin = 1.0 if KINDS[at] == "large" else 1.8
        shown = slice(DRAWN_POINTS) if KINDS[at] == "large" else slice(None)
        layers += panel.path(study.paths[at][shown], study.losses[at][shown], COLOURS[at], width=thin)
    data = columns({"u": jumps[:, 0], "v": jumps[:, 1], "text": np.arange(len(jumps)).astype(np.str_)})
    layers += panel.text(data, "text", VERMILLION, size=11, dx=13, dy=9, bold=True)
    least = float(loss_surface.loss_at(loss_surface.best()))
    layers.append(panel.mark(np.array([study.best]), np.array([least]), ORANGE, "cross", size=150))
    layers.append(panel.mark(study.paths[0][:1], study.losses[0][:1], INK, "circle", size=130))
    above = layered(*layers, width=panel.width, height=HEIGHT_PIXELS)
    chart = alt.vconcat(above, _by_update(study, translate, unit), spacing=12)
    rate = significant(study.diverges_from, 4)
    title = translate("look.surface.rates_title", rate=rate)
    if loss_surface.loss == "mae":
        title = translate("look.surface.rates_title_absolute", rate=rate)
    subtitle = translate("look.surface.rates_subtitle", days=thousands(len(loss_surface.examples)))
    return dress(chart, title, subtitle, language, simulated=loss_surface.series.simulated)


def _by_update(study: RatesStudy, translate: Catalogue, unit: str) -> alt.LayerChart:
    x = alt.X(
        "update:Q", title=translate("look.surface.updates"), scale=alt.Scale(nice=False), axis=alt.Axis(grid=False)
    )
    y = alt.Y(
        "loss:Q", title=f"L ({unit})", scale=alt.Scale(type="log"), axis=alt.Axis(grid=False, tickCount=4, format="~s")
    )
    layers: list[alt.Chart] = []
    for losses, colour in zip(study.losses, COLOURS, strict=False):
        kept = np.isfinite(losses) & (losses > 0)
        data = columns({"update": np.arange(len(losses), dtype=np.float64)[kept], "loss": losses[kept]})
        layers.append(
            alt.Chart(data)
            .mark_line(color=colour, strokeWidth=2.2)
            .encode(x=x, y=y, tooltip=[alt.Tooltip("update:Q"), alt.Tooltip("loss:Q", title="L", format=",.5~g")])
        )
    start = alt.Chart(alt.Data(values=[{"loss": float(study.losses[0][0])}])).mark_rule(color=BLUE, strokeDash=[4, 3])
    return layered(start.encode(y=y), *layers, width=WIDTH_PIXELS - 70, height=LOWER_HEIGHT_PIXELS)
