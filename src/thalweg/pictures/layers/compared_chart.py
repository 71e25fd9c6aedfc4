"""Pairs of networks: sigmoid and ReLU, or deep and wide with as many unknowns (N7, N8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.illustration import Numbers
from thalweg.charts.numbers import thousands
from thalweg.charts.style import BLUE, ORANGE, WIDTH_PIXELS, columns, headed, key, layered, quote, short_axis
from thalweg.pictures.layers.study import apart

if TYPE_CHECKING:
    from thalweg.messages import Catalogue
    from thalweg.pictures.layers.study import LayersStudy, Shape

PAIRS = {"activation": ("relu", "sigmoid"), "deep-or-fat": ("deep", "fat")}  # each view's two groups
HEIGHT_PIXELS = 260
MOST_PAIRS_BESIDE = 4  # more pairs need the whole width for their names
PARTS = ("seen", "unseen")


def _pairs(study: LayersStudy) -> list[tuple[Shape, Shape]]:
    one, other = (study.groups[name] for name in PAIRS[study.view])
    return list(zip(one, other, strict=True))


def pairs_of(study: LayersStudy) -> Numbers:
    """Return the pairs: their shapes and unknowns, L and L′ of both, and whether the seeds lie apart."""
    pairs, (first, second) = _pairs(study), PAIRS[study.view]
    if study.view == "activation":
        table: dict[str, list[object]] = {
            "network": [_shape_of(one) for one, _ in pairs],
            "unknowns": [one.network.size for one, _ in pairs],
        }
    else:
        table = {
            first: [_shape_of(one) for one, _ in pairs],
            second: [_shape_of(other) for _, other in pairs],
            f"{first}_unknowns": [one.network.size for one, _ in pairs],
            f"{second}_unknowns": [other.network.size for _, other in pairs],
        }
    for part in PARTS:
        table[f"{first}_{part}"] = [float(getattr(one, part).mean()) for one, _ in pairs]
        table[f"{second}_{part}"] = [float(getattr(other, part).mean()) for _, other in pairs]
        table[f"{part}_apart"] = [
            study.seeds > 1 and apart(getattr(one, part), getattr(other, part)) for one, other in pairs
        ]
    return Numbers(table)


def compared_title(study: LayersStudy, translate: Catalogue) -> str:
    """Return in how many pairs the first is better on seen and on unseen days."""
    pairs = _pairs(study)
    seen = sum(one.seen.mean() < other.seen.mean() for one, other in pairs)
    unseen = sum(one.unseen.mean() < other.unseen.mean() for one, other in pairs)
    view = study.view.replace("-", "_")
    return translate(f"look.layers.title_{view}", count=len(pairs), seen=int(seen), unseen=int(unseen))


def _shape_of(shape: Shape) -> str:
    return f"{shape.depth}×{shape.rung.hidden[0]}"


def compared_sentences(study: LayersStudy, translate: Catalogue) -> list[str]:
    """Return sentences about the pairs: which is better, and how often by more than the spread of the seeds."""
    pairs, view = _pairs(study), study.view.replace("-", "_")
    sentences: list[str] = []
    if study.view == "deep-or-fat":
        deep, fat = pairs[-1]
        sentences.append(
            translate(
                "look.layers.found",
                deep=deep.name,
                unknowns=thousands(deep.network.size),
                width=thousands(fat.rung.hidden[0]),
                fat=thousands(fat.network.size),
            )
        )
    for part in PARTS:
        values = [(getattr(one, part), getattr(other, part)) for one, other in pairs]
        lower = [(one, other) for one, other in values if one.mean() < other.mean()]
        higher = [(one, other) for one, other in values if one.mean() > other.mean()]
        sentences.append(
            translate(
                f"look.layers.{view}_{part}",
                count=len(pairs),
                lower=len(lower),
                higher=len(higher),
                lower_apart=_apart(study, lower),
                higher_apart=_apart(study, higher),
            )
        )
    sentences.append(translate("look.layers.one_seed_only" if study.seeds == 1 else "look.layers.what_apart_means"))
    sentences.append(translate(f"look.layers.{view}_lecture"))
    return sentences


def _apart(study: LayersStudy, pairs: list[tuple[np.ndarray, np.ndarray]]) -> int:
    return sum(apart(one, other) for one, other in pairs) if study.seeds > 1 else 0


def compared_chart(study: LayersStudy, translate: Catalogue) -> alt.VConcatChart:
    """Draw each pair side by side, L and then L′: every seed a dot, its mean a bar."""
    narrow = len(_pairs(study)) <= MOST_PAIRS_BESIDE
    panels = [_panel(study, part, translate, WIDTH_PIXELS // 2 - 40 if narrow else WIDTH_PIXELS) for part in PARTS]
    return alt.vconcat(alt.hconcat(*panels, spacing=24)) if narrow else alt.vconcat(*panels, spacing=18)


def _panel(study: LayersStudy, part: str, translate: Catalogue, width: int) -> alt.LayerChart:
    names = [translate(f"look.layers.kind_{name}") for name in PAIRS[study.view]]
    pairs = _pairs(study)
    shapes = [(at, name, shape) for at, pair in enumerate(pairs) for name, shape in zip(names, pair, strict=True)]
    means = {
        "pair": np.array([at for at, _, _ in shapes]),
        "kind": np.array([name for _, name, _ in shapes]),
        "network": np.array([shape.name for _, _, shape in shapes]),
        "loss": np.array([getattr(shape, part).mean() for _, _, shape in shapes]),
    }
    each = {name: np.repeat(column, study.seeds) for name, column in means.items()}
    each["loss"] = np.concatenate([getattr(shape, part) for _, _, shape in shapes])
    labels = quote([_label(study, pair, translate) for pair in pairs])
    x = alt.X(
        "pair:O",
        title=None,
        axis=alt.Axis(labelAngle=0, labelExpr=f"{labels}[datum.value]", grid=False, ticks=False, labelPadding=6),
        scale=alt.Scale(paddingInner=0.35, paddingOuter=0.2),
    )
    title = translate(f"report.loss_{study.loss}", name=study.series.name)
    axis = short_axis(float(means["loss"].max()), labelBound=True)
    y = alt.Y("loss:Q", title=title, scale=alt.Scale(zero=False, padding=12), axis=axis)
    colours = alt.Color("kind:N", scale=alt.Scale(domain=names, range=[BLUE, ORANGE]), legend=None)
    offset = alt.XOffset("kind:N", scale=alt.Scale(domain=names))
    tips = [
        alt.Tooltip("network:N", title=" "),
        alt.Tooltip("loss:Q", title=translate("look.layers.loss"), format=",.5~r"),
    ]
    bars, dots = alt.Chart(columns(means)), alt.Chart(columns(each))
    chart = layered(
        key(dict(zip(names, (BLUE, ORANGE), strict=True))),
        dots.mark_point(filled=True, size=40, opacity=0.45).encode(
            x=x, xOffset=offset, y=y, color=colours, tooltip=tips
        ),
        bars.mark_tick(thickness=3, orient="horizontal", width=26, opacity=1).encode(
            x=x, xOffset=offset, y=y, color=colours, tooltip=tips
        ),
        width=width,
        height=HEIGHT_PIXELS,
    )
    heading = translate(f"look.layers.panel_{part}")
    return headed(chart, heading)


def _label(study: LayersStudy, pair: tuple[Shape, Shape], translate: Catalogue) -> list[str]:
    deep = _shape_of(pair[0])
    if study.view == "activation":
        return [deep]
    return [
        deep,
        translate("look.layers.or_fat", width=pair[1].rung.hidden[0]),
        translate("look.layers.unknowns", unknowns=thousands(pair[0].network.size)),
    ]
