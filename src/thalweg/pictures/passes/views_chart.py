"""The chain rule's paths, the counts of multiplications, the sum over examples (P0, P1, P6)."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.drawing import Drawing, extent
from thalweg.charts.numbers import exact_number, large_count, rounded_number, short_number, thousands
from thalweg.charts.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PALE_SKY,
    PURPLE,
    SKY,
    VERMILLION,
    WIDTH_PIXELS,
    day_axis,
    days,
    headed,
    key,
    layered,
)
from thalweg.messages import catalogue
from thalweg.pictures.shared.feature_names import feature_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.charts.drawing import Point
    from thalweg.learn.activation import Values
    from thalweg.learn.explain.passes import Node, Path
    from thalweg.pictures.passes.study import Count, PassesStudy

PATH_COLOURS = (VERMILLION, BLUE, ORANGE, GREEN, PURPLE, SKY)
PATH_SPACING_PIXELS = 5.0  # between paths that share an arrow
NODE_SPACING_PIXELS, LOW_NODE_SPACING_PIXELS = 96.0, 72.0  # between two z of a layer; where there are many
MOST_SPELT_NODES, MOST_NAMED_NODES = 4, 14  # z of a path that are named in full; z that are named at all
MOST_FACTORS = 6  # of a path, written one by one
PRODUCT_FIGURES, MOST_FACTOR_FIGURES = 4, 9  # significant figures of a product; of its factors, at most
MOST_NUMBERED_BARS = 16  # so many bars have room for their numbers
ROW_PIXELS = 27
MARGINS_PIXELS = 110 + 30  # left and right of the columns
LONGEST_BAR_PIXELS = 120  # of the longest product
COUNT_COLOURS = {"naive": VERMILLION, "backward": BLUE, "forward": INK}
COUNT_SHAPES = {"naive": "circle", "backward": "triangle-left", "forward": "square"}
# 10⁵ rather than 1e+5, in Vega's own language.
_DIGITS = "['⁰','¹','²','³','⁴','⁵','⁶','⁷','⁸','⁹']"
_POWER = "round(log(datum.value) / LN10)"
POWER = f"'10' + ({_POWER} > 9 ? {_DIGITS}[floor({_POWER} / 10)] : '') + {_DIGITS}[{_POWER} % 10]"
HALF_WIDTH_PIXELS = (WIDTH_PIXELS - 110) // 2


def node_name(node: Node) -> str:
    """Return the name of a z: z(layer,neuron)."""
    return f"z({node[0]},{node[1]})"


def signed(value: float) -> str:
    """Write a factor; a negative one stands in brackets."""
    return f"({short_number(value)})" if value < 0 else short_number(value)


def path_text(path: Path) -> str:
    """Return a path in words: every z, or for a long path the first z and then the neuron of each layer."""
    first, *others = path.nodes
    long = len(path.nodes) > MOST_SPELT_NODES
    names = [node_name(first), *(str(neuron) if long else node_name((layer, neuron)) for layer, neuron in others)]
    if len(names) > MOST_NAMED_NODES:
        names[5:-5] = ["…"]
    return " → ".join([*names, *(["…"] if path.ways > 1 else []), "C"])


def factor_figures(paths: Sequence[Path]) -> int:
    """Return how many figures the factors need so that they give the product that is shown."""
    for count in range(PRODUCT_FIGURES, MOST_FACTOR_FIGURES):
        made = [math.prod(float(f"{factor:.{count}g}") for factor in path.factors) for path in paths]
        if all(
            f"{one:.{PRODUCT_FIGURES}g}" == f"{path.product:.{PRODUCT_FIGURES}g}"
            for one, path in zip(made, paths, strict=True)
        ):
            return count
    return MOST_FACTOR_FIGURES


def product_text(path: Path, count: int) -> str:
    """Return the factors of a path with signs of multiplication between, each with `count` significant figures."""
    factors = [
        f"({text})" if text.startswith("−") else text for text in (rounded_number(one, count) for one in path.factors)
    ]
    return " × ".join(factors if len(factors) <= MOST_FACTORS else [*factors[:3], "…", factors[-1]])


def paths_panels(study: PassesStudy, language: str) -> list[alt.LayerChart]:
    """Draw each path from the chosen weight to the loss; below, the product along it, and the sum over all."""
    translate = catalogue(language)
    return [
        headed(_ways(study, language), translate("look.passes.paths_drawn")),
        headed(_products(study, language), translate("look.passes.paths_listed")),
    ]


def _ways(study: PassesStudy, language: str) -> alt.LayerChart:
    translate, passes, trace = catalogue(language), study.passes, study.trace
    used, height = _places(trace.paths)
    first = used[trace.layer, trace.neuron]
    source, loss = (70.0, first[1]), (WIDTH_PIXELS - 40.0, height / 2)
    radius = min(24.0, (first[0] - source[0]) / 3)
    drawing = Drawing(WIDTH_PIXELS, height)
    for place, path in reversed(list(enumerate(trace.paths))):
        shift = PATH_SPACING_PIXELS * (place - (len(trace.paths) - 1) / 2)
        moved = [(x, y + shift) for x, y in (source, *(used[node] for node in path.nodes), loss)]
        for start, end in pairwise(moved):
            drawing.line(start, end, colour=PATH_COLOURS[place % len(PATH_COLOURS)], width=2.6, head=0.8)
    for node, at in used.items():
        drawing.shape(at, radius, fill=PALE_SKY)
        if radius > 18:  # noqa: PLR2004 - room for a name
            drawing.text(at, node_name(node), size=10, bold=True)
    drawing.shape(source, radius, stroke=BLUE, width=3)
    drawing.text(source, short_number(trace.connected), colour=BLUE, size=11, bold=True)
    name = translate("look.passes.bias_source")
    if trace.source:
        name = "a" if trace.layer > 1 else feature_name(study.example, trace.source, language)[0]
    drawing.text((source[0], source[1] - radius - 10), name, colour=GREY, size=10.5, outlined=True)
    drawing.shape(loss, radius, stroke=INK, width=2)
    drawing.text(loss, "C", size=14, bold=True)
    _beside(drawing, source, first, radius, (f"∂z/∂w {rounded_number(trace.connected, 3)}", BLUE))
    labelled: set[tuple[Node, Node]] = set()
    for path in trace.paths:
        for at, (node, to) in enumerate(pairwise(path.nodes), 1):
            if (node, to) not in labelled:
                labelled.add((node, to))
                _beside(drawing, used[node], used[to], radius, (f"∂z′/∂z {rounded_number(path.factors[at], 3)}", INK))
        end = path.nodes[-1]
        if (end, end) not in labelled:
            labelled.add((end, end))
            name = "∂C/∂z" if end[0] == len(passes.z) else "… ∂C/∂z"
            _beside(drawing, used[end], loss, radius, (f"{name} {rounded_number(path.factors[-1], 3)}", VERMILLION))
    return drawing.chart()


def _places(paths: Sequence[Path]) -> tuple[dict[Node, Point], float]:
    """Return the position of each z on the paths, one column a layer, and the height of the drawing in pixels."""
    nodes = sorted({node for path in paths for node in path.nodes})
    layers = sorted({layer for layer, _ in nodes})
    columns = [[node for node in nodes if node[0] == layer] for layer in layers]
    most = max(map(len, columns))
    step = NODE_SPACING_PIXELS if most <= 4 else LOW_NODE_SPACING_PIXELS  # noqa: PLR2004 - so that a picture fits a page
    height = 70.0 + step * (most - 1) + 40
    gap = (WIDTH_PIXELS - MARGINS_PIXELS) / (len(columns) + 1)
    places: dict[Node, Point] = {}
    for at, column in enumerate(columns, 1):
        for row, node in enumerate(column):
            places[node] = (70 + gap * at, height / 2 + step * (row - (len(column) - 1) / 2))
    return places, height


def _beside(drawing: Drawing, start: Point, end: Point, radius: float, line: tuple[str, str]) -> None:
    length = max(((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5, 1.0)
    cut = radius / length
    shares = [cut + (1 - 2 * cut) * share for share in (0.32, 0.26, 0.4, 0.5, 0.6, 0.7, 0.2, 0.8)]
    drawing.label([(start[0] + s * (end[0] - start[0]), start[1] + s * (end[1] - start[1])) for s in shares], [line])


def _products(study: PassesStudy, language: str) -> alt.LayerChart:
    translate, trace = catalogue(language), study.trace
    count = factor_figures(trace.paths)
    rows = [
        (path_text(path), product_text(path, count), path.product, PATH_COLOURS[place % len(PATH_COLOURS)])
        for place, path in enumerate(trace.paths)
    ]
    if trace.rest_ways:
        rows.append((translate("look.passes.rest", count=thousands(trace.rest_ways)), "", trace.rest, GREY))
    rows.append((translate("look.passes.sum", count=thousands(trace.ways)), "∂C/∂w", trace.total, INK))
    drawing = Drawing(WIDTH_PIXELS, ROW_PIXELS * len(rows) + 12)
    largest = max([abs(value) for _, _, value, _ in rows] + [1e-300])
    zero = WIDTH_PIXELS - LONGEST_BAR_PIXELS / 2 - 6
    for place, (name, product, value, colour) in enumerate(rows):
        y = ROW_PIXELS * (place + 0.5) + (8 if place == len(rows) - 1 else 0)
        total = place == len(rows) - 1
        if total:
            drawing.line((0, y - ROW_PIXELS / 2), (WIDTH_PIXELS, y - ROW_PIXELS / 2), colour=GREY)
        else:
            drawing.shape((8, y), 6, fill=colour, stroke=colour)
        drawing.text((22, y), name, align="left", bold=total)
        drawing.text((560, y), f"{product} =" if product else "", align="right")
        drawing.text(
            (642, y), rounded_number(value, PRODUCT_FIGURES), align="right", bold=True, colour=GREEN if total else INK
        )
        length = value / largest * LONGEST_BAR_PIXELS / 2
        drawing.box((zero + min(length, 0), y - 8), (max(abs(length), 0.5), 16), fill=colour, opacity=0.8)
    drawing.line((zero, 0), (zero, drawing.height), colour=INK)
    return drawing.chart()


def counts_panels(study: PassesStudy, language: str) -> list[alt.LayerChart | alt.HConcatChart]:
    """Draw multiplications over depth for this network and for the lecture's network of speech (P6)."""
    translate = catalogue(language)
    names = {
        "naive": translate("look.passes.naive"),
        "backward": translate("look.passes.backward"),
        "forward": translate("look.passes.forward"),
    }
    legend, x = Drawing(WIDTH_PIXELS, 20), 8.0
    for name, label in names.items():
        legend.shape((x, 10), 5.5, fill=COUNT_COLOURS[name], stroke=COUNT_COLOURS[name], shape=COUNT_SHAPES[name])
        legend.text((x + 12, 10), label, align="left", size=12)
        x += 34 + extent(label, 12)[0]
    widths = "-".join(map(str, study.passes.network.widths))
    sizes = study.speech_counts[-1].widths
    here = translate("look.passes.counts_here", widths=widths)
    speech = translate("look.passes.counts_speech", features=sizes[0], outputs=sizes[-1])
    panels = (
        headed(_count_panel(counts, names, language, marked=marked), heading)
        for counts, heading, marked in ((study.counts, here, True), (study.speech_counts, speech, False))
    )
    return [legend.chart(), alt.hconcat(*panels, spacing=30)]


def _count_panel(counts: Sequence[Count], names: dict[str, str], language: str, *, marked: bool) -> alt.LayerChart:
    translate = catalogue(language)
    rows = [
        {
            "depth": len(count.widths) - 2,
            "pass": names[name],
            "multiplications": float(getattr(count, name)),
            "widths": "-".join(map(str, count.widths)),
            "colour": COUNT_COLOURS[name],
            "which": name,
            "text": large_count(getattr(count, name)) if count is counts[-1] else "",
        }
        for count in counts
        for name in names
    ]
    deepest = counts[-1]
    x = alt.X(
        "depth:Q",
        title=translate("look.passes.depth"),
        axis=alt.Axis(values=list(range(1, len(counts) + 1)), format="d", grid=False),
        scale=alt.Scale(domain=[0.7, len(counts) + 0.5], nice=False),
    )
    top = float(deepest.naive) ** 1.09  # room for the number above the last point
    most = math.floor(math.log10(top))
    y = alt.Y(
        "multiplications:Q",
        title=translate("look.passes.multiplications") if marked else None,
        scale=alt.Scale(type="log", domain=[1.0, top], nice=False),
        axis=alt.Axis(values=[10.0**power for power in range(0, most + 1, max(1, most // 6))], labelExpr=POWER),
    )
    base = alt.Chart(alt.Data(values=rows)).encode(x=x, y=y, color=alt.Color("colour:N", scale=None))
    tips = [
        alt.Tooltip("pass:N", title=translate("look.passes.tip_pass")),
        alt.Tooltip("widths:N", title=translate("look.passes.tip_widths")),
        alt.Tooltip("multiplications:Q", title=translate("look.passes.multiplications"), format=",.4~g"),
    ]
    of = {name: base.transform_filter(f"datum.which == '{name}'") for name in names}
    above = {"naive": True, "forward": deepest.forward >= deepest.backward}
    above["backward"] = not above["forward"]
    here = [{"depth": len(count.widths) - 2} for count in counts if count.here and marked]
    return layered(
        alt.Chart(alt.Data(values=here)).mark_rule(color=GREY, strokeDash=[3, 3]).encode(x=x),
        *[of[name].mark_line(strokeWidth=2, strokeDash=[6, 4] if name == "backward" else [1, 0]) for name in names],
        *[
            of[name].mark_point(shape=COUNT_SHAPES[name], filled=True, size=55, opacity=1).encode(tooltip=tips)
            for name in names
        ],
        *[
            of[name].mark_text(align="right", dy=-12 if above[name] else 14, dx=5, fontSize=11).encode(text="text:N")
            for name in names
        ],
        width=HALF_WIDTH_PIXELS,
        height=300,
    )


def vector(values: Values) -> str:
    """Write features or targets of the toy: (1, −1)."""
    return f"({', '.join(short_number(float(value)) for value in values)})"


def examples_panels(study: PassesStudy, language: str) -> list[alt.LayerChart]:
    """Draw ∂Cⁿ/∂w of each example as a bar, and their mean, the batch's gradient, as a line (P1)."""
    translate = catalogue(language)
    mean = float(study.shares.mean())
    dated = study.example is not None
    names = [_written(label) for label in study.labels] if dated else list(map(vector, study.x))
    # A bar of 0 is not visible; its number shows that it is there.
    rows = [
        {
            "label": name,
            "share": float(share),
            "here": place == (len(study.labels) - 1 if dated else 0),
            "text": short_number(float(share)) if share == 0 or len(names) <= MOST_NUMBERED_BARS else "",
        }
        for place, (name, share) in enumerate(zip(names, study.shares, strict=True))
    ]
    few = len(rows) <= 40  # noqa: PLR2004 - bars as wide as a finger
    x = (
        day_axis(
            language,
            "label",
            weekly=few,
            padding=round(0.7 * WIDTH_PIXELS / len(rows) / 2) + 8,
            frequency=study.example.series.frequency,
            dates=np.array(study.labels),
        )
        if study.example is not None
        else alt.X("label:O", title=translate("look.passes.example_x"), sort=None, axis=alt.Axis(labelAngle=0))
    )
    low, high = min(0.0, float(study.shares.min())), max(0.0, float(study.shares.max()))
    room = 0.08 * (high - low or 1.0)
    bars = alt.Chart(alt.Data(values=rows)).encode(x=x)
    line = alt.Chart(alt.Data(values=[{"mean": mean}]))
    wide = min(40.0, 0.7 * WIDTH_PIXELS / len(rows))
    here, others = translate("look.passes.this_example"), translate("look.passes.other_examples")
    return [
        layered(
            key({here: GREEN, others: SKY, translate("look.passes.mean", mean=exact_number(mean)): VERMILLION}),
            bars.mark_bar(size=wide).encode(
                y=alt.Y(
                    "share:Q",
                    title=translate("look.passes.share"),
                    axis=alt.Axis(format=".2~g", tickCount=6),
                    scale=alt.Scale(domain=[low - room, high + room], nice=False),
                ),
                color=alt.condition("datum.here", alt.value(GREEN), alt.value(SKY)),
                tooltip=[
                    alt.Tooltip("label:N", title=translate("look.passes.example")),
                    alt.Tooltip("share:Q", title="∂C/∂w", format=".5~g"),
                ],
            ),
            alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=GREY).encode(y="zero:Q"),
            line.mark_rule(color=VERMILLION, strokeWidth=2, strokeDash=[6, 3]).encode(y="mean:Q"),
            *[
                bars.transform_filter(f"datum.share {side} 0")
                .mark_text(dy=dy, fontSize=10.5, color=INK, stroke="white", strokeWidth=outline, strokeJoin="round")
                .encode(y="share:Q", text="text:N")
                for side, dy in ((">=", -9), ("<", 9))
                for outline in (3, 0)
            ],
            height=320,
        )
    ]


def _written(date: object) -> str:
    """Return a date as a chart reads it."""
    return str(days(np.array([date]))[0])
