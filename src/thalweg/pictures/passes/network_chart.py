"""The forward network, the reversed one of op-amps, and the chosen weight traced through both (P2 to P5, P7, P8)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from thalweg.charts.drawing import OP_AMP, Drawing, crosses, extent, resized
from thalweg.charts.numbers import exact_number, short_number, thousands
from thalweg.charts.style import BLUE, GREEN, GREY, INK, ORANGE, PALE, PALE_SKY, VERMILLION, WIDTH_PIXELS, headed
from thalweg.messages import catalogue
from thalweg.pictures.passes.layout import Layout, Wire, layout
from thalweg.pictures.shared.feature_names import feature_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt

    from thalweg.charts.drawing import Box, Point
    from thalweg.messages import Catalogue
    from thalweg.pictures.passes.study import PassesStudy

PALE_AMBER = "#fdf0d9"  # of the op-amps, beside the circles' pale blue
MARGIN_PIXELS, WIDE_MARGIN_PIXELS = 92, 124  # left of the first column: for a name; for a day with its value
RIGHT_MARGIN_PIXELS = 122
LABEL_SHARES = tuple(
    share / 100 for share in range(14, 86)
)  # of a wire's length, where its numbers may stand; the nearest to its source first
PLATE_CORE_SHARE, PLATE_AIR_PIXELS = (
    0.6,
    2.0,
)  # of a plate, which no other wire may cross; free space around it
STRIP_HEIGHT_PIXELS = 86
GAP_PIXELS = 7  # between a mark and its label
TOOLTIP_FIELDS = ("wire", "weight", "connected", "slope", "gradient")


def network_panels(study: PassesStudy, language: str) -> list[alt.LayerChart]:
    """Return the panels of the views ``both``, ``forward`` and ``backward``."""
    left = MARGIN_PIXELS if study.example is None else WIDE_MARGIN_PIXELS
    placed = layout(study, left, WIDTH_PIXELS - RIGHT_MARGIN_PIXELS)
    panels = [equation(study, language)]
    if study.view != "backward":
        panels.insert(0, forward_panel(study, placed, language))
    if study.view != "forward":
        panels.append(backward_panel(study, placed, language))
    return panels


def is_chosen(study: PassesStudy, wire: Wire) -> bool:
    """Whether a wire is the chosen weight's."""
    trace = study.trace
    return (wire.layer, wire.neuron, wire.source) == (trace.layer, trace.neuron, trace.source)


def on_the_way(study: PassesStudy, wire: Wire) -> bool:
    """Whether a wire lies on a path from the chosen weight to the loss."""
    trace = study.trace
    return wire.layer > trace.layer + 1 or (wire.layer == trace.layer + 1 and wire.source == trace.neuron)


def forward_panel(study: PassesStudy, placed: Layout, language: str) -> alt.LayerChart:
    """Draw neurons with z and a; on each wire its weight, and ∂z/∂w, the value that it is connected to (P3)."""
    translate, passes, trace = catalogue(language), study.passes, study.trace
    drawing = Drawing(WIDTH_PIXELS, placed.height)
    _gaps(drawing, placed, study, translate)
    for (layer, neuron), at in placed.at.items():
        a = float(passes.a[layer][neuron - 1])
        source = layer == trace.layer - 1 and neuron == trace.source
        _stub(drawing, placed, layer, at, to_right=True)
        drawing.shape(
            at,
            placed.radius,
            fill="white" if layer == 0 else PALE_SKY,
            stroke=BLUE if source else GREY,
            width=3.5 if source else 1.3,
        )
        if layer == 0:
            drawing.text(at, short_number(a), colour=BLUE, size=12, bold=True)
            _feature(drawing, placed, study, neuron, at, language)
            continue
        drawing.text((at[0], at[1] - 8), f"z {short_number(float(passes.z[layer - 1][neuron - 1]))}", size=9.8)
        drawing.text((at[0], at[1] + 8), short_number(a), colour=BLUE, size=12, bold=True)
        bias = float(passes.network.layers(passes.theta)[layer - 1].biases[neuron - 1])
        chosen = trace.source == 0 and (layer, neuron) == (trace.layer, trace.neuron)
        drawing.text(
            (at[0], at[1] + placed.radius + 10),
            translate("look.passes.bias", bias=short_number(bias)),
            colour=GREEN if chosen else GREY,
            size=10.5,
            bold=chosen,
            outlined=True,
        )
    _outputs(drawing, placed, study, language)
    _wires(drawing, placed, study, forwards=True)
    foot(drawing, study, f"C = {cost_formula(study, language)} = {short_number(passes.cost)}", language)
    return headed(
        drawing.chart(_tips(translate)),
        translate("look.passes.forward_title_marked" if study.marked else "look.passes.forward_title"),
    )


def backward_panel(study: PassesStudy, placed: Layout, language: str) -> alt.LayerChart:
    """Draw the reversed network: op-amps with σ′(z), reversed arrows, and ∂C/∂z on every wire (P4, P7)."""
    translate, passes, trace = catalogue(language), study.passes, study.trace
    drawing = Drawing(WIDTH_PIXELS, placed.height)
    _gaps(drawing, placed, study, translate)
    for (layer, neuron), at in placed.at.items():
        a = float(passes.a[layer][neuron - 1])
        source = layer == trace.layer - 1 and neuron == trace.source
        _stub(drawing, placed, layer, at, to_right=False)
        if layer == 0:
            drawing.shape(at, placed.radius - 6, stroke=BLUE if source else PALE, width=3.5 if source else 1.3)
            drawing.text(at, short_number(a), colour=BLUE, size=11, bold=source)
            _feature(drawing, placed, study, neuron, at, language)
            continue
        chosen = (layer, neuron) == (trace.layer, trace.neuron)
        drawing.shape(
            at,
            placed.radius + 2,
            shape=OP_AMP,
            fill=PALE_AMBER,
            stroke=VERMILLION if chosen else GREY,
            width=3.5 if chosen else 1.3,
        )
        drawing.text(
            (at[0] + GAP_PIXELS, at[1]),
            short_number(float(passes.derivatives[layer - 1][neuron - 1])),
            size=10.5,
            bold=True,
        )
        if source:  # the value of the forward pass that the chosen weight is connected to
            drawing.text(
                (at[0], at[1] - placed.radius - 10), f"a = {short_number(a)}", colour=BLUE, bold=True, outlined=True
            )
    last = placed.columns[-1]
    for neuron in placed.neurons[last]:
        x, y = placed.at[last, neuron]
        slope = float(passes.output_slope[neuron - 1])
        drawing.line((WIDTH_PIXELS - 4, y), (x + placed.radius + 4, y), colour=VERMILLION, width=1.6, head=0.94)
        name = translate("look.passes.output", number=neuron) if len(passes.output_slope) > 1 else "y"
        drawing.text(
            ((WIDTH_PIXELS + x + placed.radius) / 2, y - 12), f"∂C/∂{name} = {short_number(slope)}", colour=VERMILLION
        )
    _wires(drawing, placed, study, forwards=False)
    foot(
        drawing,
        study,
        translate("look.passes.output_slope", cost=cost_formula(study, language), slope=slope_formula(study, language)),
        language,
    )
    return headed(drawing.chart(_tips(translate)), translate("look.passes.backward_title"))


def equation(study: PassesStudy, language: str) -> alt.LayerChart:
    """Draw ∂z/∂w × ∂C/∂z = ∂C/∂w in numbers, with the central difference beside it (P2, P8)."""
    translate, trace = catalogue(language), study.trace
    drawing, wide, y = Drawing(WIDTH_PIXELS, STRIP_HEIGHT_PIXELS), 150.0, 24.0
    parts = (
        ("∂z/∂w", trace.connected, BLUE, translate("look.passes.strip_connected"), "×"),
        ("∂C/∂z", trace.slope, VERMILLION, translate("look.passes.strip_slope"), "="),
        ("∂C/∂w", trace.gradient, GREEN, translate("look.passes.strip_gradient"), "≈"),
        (translate("look.passes.strip_difference"), trace.difference, INK, translate("look.passes.strip_how"), ""),
    )
    gap = (WIDTH_PIXELS - len(parts) * wide) / (len(parts) - 1)
    for place, (name, value, colour, caption, then) in enumerate(parts):
        x = 1 + place * (wide + gap - 0.7)
        drawing.box((x, y), (wide, 32), fill=colour, opacity=0.1, stroke=colour)
        drawing.text((x + wide / 2, y - 12), name, colour=colour, size=12, bold=True)
        drawing.text((x + wide / 2, y + 16.5), exact_number(value), colour=colour, size=15, bold=True)
        drawing.text((x + wide / 2, y + 46), caption, colour=GREY, size=10.5)
        drawing.text((x + wide + gap / 2, y + 16.5), then, size=17, bold=True)
    return headed(drawing.chart(), translate("look.passes.strip_title", **weight_words(study)))


def weight_words(study: PassesStudy) -> dict[str, object]:
    """Return the values that name the chosen weight in a sentence."""
    trace = study.trace
    return {"weight": short_number(trace.weight), "layer": trace.layer, "neuron": trace.neuron, "input": trace.source}


def _paint(study: PassesStudy, wire: Wire) -> tuple[str, float]:
    if is_chosen(study, wire):
        return GREEN, 4.5
    return (GREEN, 1.8) if on_the_way(study, wire) else (GREY, 0.9)


def _weight(study: PassesStudy, wire: Wire) -> float:
    passes = study.passes
    return float(passes.network.layers(passes.theta)[wire.layer - 1].weights[wire.neuron - 1, wire.source - 1])


def _tooltip(study: PassesStudy, wire: Wire) -> dict[str, str]:
    a = float(study.passes.a[wire.layer - 1][wire.source - 1])
    slope = float(study.passes.slopes[wire.layer - 1][wire.neuron - 1])
    values = (_weight(study, wire), a, slope, a * slope)
    return dict(
        zip(TOOLTIP_FIELDS, (f"{wire.layer},{wire.neuron},{wire.source}", *map(exact_number, values)), strict=True)
    )


def _tips(translate: Catalogue) -> dict[str, str]:
    return {
        "wire": translate("look.passes.tip_wire"),
        "weight": "w",
        "connected": "∂z/∂w",
        "slope": "∂C/∂z",
        "gradient": "∂C/∂w",
    }


def _between(start: Point, end: Point, radius: float) -> tuple[Point, Point]:
    """Return the two ends of a wire, at the edges of its circles."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = (across**2 + down**2) ** 0.5
    cut = (radius + 3) / length
    return (start[0] + cut * across, start[1] + cut * down), (end[0] - cut * across, end[1] - cut * down)


def _reversed(placed: Layout, wire: Wire) -> tuple[Point, Point]:
    """Return the two ends of a reversed wire: an op-amp's tip and the flat side of the next."""
    (x, y), (to_x, to_y) = placed.at[wire.layer, wire.neuron], placed.at[wire.layer - 1, wire.source]
    start = (x - placed.radius - 4, y)
    if wire.layer == 1:
        return start, _between((to_x, to_y), start, placed.radius - 4)[0]
    aside = max(-0.6, min(0.6, (y - to_y) / 150)) * placed.radius
    return start, (to_x + placed.radius + 5, to_y + aside)


def _wires(drawing: Drawing, placed: Layout, study: PassesStudy, *, forwards: bool) -> None:
    """Draw the wires with their numbers, near their sources, where no other wire with numbers runs.

    Where a layer has no room for all numbers with their names, the names are left out and colours distinguish the
    numbers. A wire that has no room even then is a thin line without numbers, like those that need none.
    """
    silent = list(placed.unlabelled)
    for wires in placed.labelled.values():
        ends = {wire: _ends(placed, wire, forwards=forwards) for wire in wires}
        # The same share of all wires, from centre to centre, lies in one column.
        ways = {wire: _centres(placed, wire) for wire in wires} if forwards else ends
        found, named = _labels(drawing, study, ways, forwards=forwards)
        for wire, at in found.items():
            if at is None and not is_chosen(study, wire) and not on_the_way(study, wire):
                silent.append(wire)
                continue
            colour, width = _paint(study, wire)
            dashed = wire.layer == 1 and not forwards and not is_chosen(study, wire)
            drawing.line(
                *ends[wire], colour=colour, width=width, head=0.97, dashed=dashed, tooltip=_tooltip(study, wire)
            )
            if at is not None:
                marked = forwards and (wire.layer, wire.neuron, wire.source) in study.marked
                drawing.label(
                    [at],
                    _lines(study, wire, forwards=forwards, named=named),
                    bold=is_chosen(study, wire),
                    frame=ORANGE if marked else "white",
                )
    for wire in silent:
        drawing.line(
            *_ends(placed, wire, forwards=forwards), colour=PALE, width=0.8, tooltip=_tooltip(study, wire), below=True
        )


def _labels(
    drawing: Drawing, study: PassesStudy, ways: dict[Wire, tuple[Point, Point]], *, forwards: bool
) -> tuple[dict[Wire, Point | None], bool]:
    """Return where each wire's numbers stand, None for no room, and whether there is room for their names.

    If possible, all stand at the same share of their wires, in a column; else each at the first free place.
    """
    found: dict[Wire, Point | None] = {}
    named = True
    for named in (True, False):
        for shares in (*((share,) for share in LABEL_SHARES), LABEL_SHARES):
            found = _places(drawing, study, ways, shares, forwards=forwards, named=named)
            if all(found.values()):
                return found, named
    return found, named


def _places(
    drawing: Drawing,
    study: PassesStudy,
    ways: dict[Wire, tuple[Point, Point]],
    shares: Sequence[float],
    *,
    forwards: bool,
    named: bool,
) -> dict[Wire, Point | None]:
    """Return for each wire the first place on it that is free and has no other wire near it, or None."""
    found: dict[Wire, Point | None] = {}
    taken: list[Box] = []
    for wire, (start, end) in ways.items():
        others = [way for other, way in ways.items() if other != wire]
        lines = _lines(study, wire, forwards=forwards, named=named)
        found[wire] = None
        for share in shares:
            at = start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
            plate = drawing.plate(at, lines)
            if drawing.is_free(resized(plate, 1, PLATE_AIR_PIXELS), taken) and not any(
                crosses(resized(plate, PLATE_CORE_SHARE), *other) for other in others
            ):
                found[wire] = at
                taken.append(plate)
                break
    return found


def _lines(study: PassesStudy, wire: Wire, *, forwards: bool, named: bool) -> list[tuple[str, str]]:
    """Return a wire's numbers, each with its colour."""
    passes, chosen = study.passes, is_chosen(study, wire)
    weight = short_number(_weight(study, wire))
    if forwards:
        a = short_number(float(passes.a[wire.layer - 1][wire.source - 1]))
        parts = [("w", weight, GREEN if chosen else INK), ("∂z/∂w", a, BLUE)]
    else:
        slope = short_number(float(passes.slopes[wire.layer - 1][wire.neuron - 1]))
        parts = [("∂C/∂z", slope, VERMILLION), ("× w", weight, INK)]
        if chosen:
            parts[1] = ("∂C/∂w", short_number(study.trace.gradient), GREEN)
        elif wire.layer == 1:
            del parts[1]  # the first layer has no layer before it
        elif not named:
            parts[1] = ("× w", f"× {weight}", INK)
    return [(f"{name} {value}" if named else value, colour) for name, value, colour in parts]


def _ends(placed: Layout, wire: Wire, *, forwards: bool) -> tuple[Point, Point]:
    if not forwards:
        return _reversed(placed, wire)
    return _between(*_centres(placed, wire), placed.radius)


def _centres(placed: Layout, wire: Wire) -> tuple[Point, Point]:
    return placed.at[wire.layer - 1, wire.source], placed.at[wire.layer, wire.neuron]


def foot(drawing: Drawing, study: PassesStudy, formula: str, language: str) -> None:
    """Write below a network what C is and, for days, in which units the numbers are."""
    y = drawing.height - 9
    drawing.text((WIDTH_PIXELS - 4, y), formula, align="right", bold=True)
    if study.example is not None:
        unit = catalogue(language)("look.passes.units", name=study.example.series.name)
        drawing.text((2, y), unit, align="left", colour=GREY, size=10.5)


def cost_formula(study: PassesStudy, language: str) -> str:
    """Return the formula of C for one example."""
    many = "one" if len(study.passes.target) == 1 else "mean"
    return catalogue(language)(f"look.passes.cost_{many}_{study.passes.loss.name}")


def slope_formula(study: PassesStudy, language: str) -> str:
    """Return the formula of ∂C/∂y that follows from C."""
    count = len(study.passes.target)
    many = "one" if count == 1 else "two" if count == 2 else "many"  # noqa: PLR2004 - as the formula is written
    return catalogue(language)(f"look.passes.slope_{many}_{study.passes.loss.name}", count=count)


def _gaps(drawing: Drawing, placed: Layout, study: PassesStudy, translate: Catalogue) -> None:
    """Write how many neurons and layers are not drawn."""
    widths = study.passes.network.widths
    for layer in placed.columns:
        shown = placed.neurons[layer]
        more = widths[layer] - len(shown)
        if more:
            x, y = placed.at[layer, shown[-1]]
            drawing.text(
                (x, y + placed.radius + 24),
                translate("look.passes.more", count=thousands(more)),
                colour=GREY,
                size=10.5,
            )
    for before, after in pairwise(placed.columns):
        if after - before > 1:
            count = after - before - 1
            text = translate("look.passes.more_layer" if count == 1 else "look.passes.more_layers", count=count)
            x = (placed.at[before, placed.neurons[before][0]][0] + placed.at[after, placed.neurons[after][0]][0]) / 2
            drawing.text((x, placed.height / 2), text, colour=GREY, outlined=True)


def _stub(drawing: Drawing, placed: Layout, layer: int, at: Point, *, to_right: bool) -> None:
    """Draw a dotted end where the next layer is not drawn."""
    if layer != placed.columns[-1] and layer + 1 not in placed.columns:
        x = at[0] + placed.radius
        ends = ((x + 4, at[1]), (x + 18, at[1]))
        drawing.line(*(ends if to_right else ends[::-1]), dashed=True)
    if layer and layer - 1 not in placed.columns:
        x = at[0] - placed.radius
        ends = ((x - 18, at[1]), (x - 4, at[1]))
        drawing.line(*(ends if to_right else ends[::-1]), dashed=True)


def _feature(drawing: Drawing, placed: Layout, study: PassesStudy, neuron: int, at: Point, language: str) -> None:
    name, value = feature_name(study.example, neuron, language)
    x = at[0] - placed.radius - 8
    room = x - 2
    while extent(name, 10.5)[0] > room and len(name) > 4:  # noqa: PLR2004 - a name is cut, not the drawing
        name = name[:-2] + "…"
    drawing.text((x, at[1] - (GAP_PIXELS if value else 0)), name, colour=GREY, size=10.5, align="right")
    if value:
        drawing.text((x, at[1] + 8), value, size=11.5, align="right")


def _outputs(drawing: Drawing, placed: Layout, study: PassesStudy, language: str) -> None:
    """Write beside each output the prediction and the actual value."""
    translate, passes, last = catalogue(language), study.passes, placed.columns[-1]
    for neuron in placed.neurons[last]:
        x, y = placed.at[last, neuron]
        x += placed.radius + 8
        if study.example is None:
            name = translate("look.passes.output", number=neuron)
            made, came = short_number(float(passes.a[-1][neuron - 1])), short_number(float(passes.target[neuron - 1]))
            drawing.text((x, y - 9), f"{name} = {made}", align="left", bold=True, colour=BLUE)
            drawing.text((x, y + 8), translate("look.passes.target", value=came), align="left")
        else:
            estimated, came = (
                study.example.written(study.example.estimated),
                study.example.written(study.example.actual),
            )
            drawing.text((x, y - 17), translate("look.passes.estimated", value=estimated), align="left", bold=True)
            drawing.text((x, y), translate("look.passes.actual", value=came), align="left")
            scaled = translate("look.passes.target", value=short_number(float(passes.target[0])))
            drawing.text((x, y + 17), scaled, align="left", colour=GREY, size=10.5)
