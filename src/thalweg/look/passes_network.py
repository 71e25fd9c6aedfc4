"""The forward network, the reversed one of op-amps, and the chosen weight traced through both (P2 to P5, P7, P8)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from thalweg.look.feature import feature_name
from thalweg.look.passes_layout import Layout, Wire, layout
from thalweg.look.sheet import OP_AMP, Sheet, exact, extent, short
from thalweg.look.style import BLUE, GREEN, GREY, INK, ORANGE, PALE, PALE_SKY, VERMILLION, WIDTH, headed
from thalweg.look.words import number
from thalweg.messages import catalogue

if TYPE_CHECKING:
    import altair as alt

    from thalweg.forecast.study.passes import PassesStudy
    from thalweg.look.sheet import Point
    from thalweg.messages import Catalogue

PALE_AMBER = "#fdf0d9"  # of the op-amps, beside the circles' pale blue
MARGIN, WIDE_MARGIN = 92, 150  # left of the first column: room for a name, for a day with its value
RIGHT = 122
SHARES = (0.3, 0.22, 0.38, 0.45, 0.55, 0.63, 0.7, 0.78)  # of a wire's way, where its numbers may stand
STRIP = 86
TIPS = ("wire", "weight", "connected", "slope", "gradient")


def network_panels(study: PassesStudy, language: str) -> list[alt.LayerChart]:
    """Return the panels of the views ``both``, ``forward`` and ``backward``."""
    left = MARGIN if study.example is None else WIDE_MARGIN
    placed = layout(study, left, WIDTH - RIGHT)
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
    """Whether a wire lies on a way from the chosen weight to the loss."""
    trace = study.trace
    return wire.layer > trace.layer + 1 or (wire.layer == trace.layer + 1 and wire.source == trace.neuron)


def forward_panel(study: PassesStudy, placed: Layout, language: str) -> alt.LayerChart:
    """Draw neurons with z and a; on each wire its weight, and ∂z/∂w, the value that it is connected to (P3)."""
    tell, passes, trace = catalogue(language), study.passes, study.trace
    sheet = Sheet(WIDTH, placed.height)
    _gaps(sheet, placed, study, tell)
    for (layer, neuron), at in placed.at.items():
        a = float(passes.a[layer][neuron - 1])
        source = layer == trace.layer - 1 and neuron == trace.source
        _stub(sheet, placed, layer, at, to_right=True)
        sheet.shape(at, placed.radius, fill="white" if layer == 0 else PALE_SKY, stroke=BLUE if source else GREY,
                    width=3.5 if source else 1.3)  # fmt: skip
        if layer == 0:
            sheet.text(at, short(a), colour=BLUE, size=12, bold=True)
            _feature(sheet, placed, study, neuron, at, language)
            continue
        sheet.text((at[0], at[1] - 8), f"z {short(float(passes.z[layer - 1][neuron - 1]))}", size=9.8)
        sheet.text((at[0], at[1] + 8), short(a), colour=BLUE, size=12, bold=True)
        bias = float(passes.network.layers(passes.theta)[layer - 1].biases[neuron - 1])
        chosen = trace.source == 0 and (layer, neuron) == (trace.layer, trace.neuron)
        sheet.text((at[0], at[1] + placed.radius + 10), tell("look.passes.bias", bias=short(bias)),
                   colour=GREEN if chosen else GREY, size=10.5, bold=chosen, outlined=True)  # fmt: skip
    _outputs(sheet, placed, study, language)
    for wire in placed.wires:
        weight, a = _weight(study, wire), float(passes.a[wire.layer - 1][wire.source - 1])
        marked = (wire.layer, wire.neuron, wire.source) in study.marked
        lines = [(f"w {short(weight)}", GREEN if is_chosen(study, wire) else INK), (f"∂z/∂w {short(a)}", BLUE)]
        _wire(sheet, placed, study, wire, lines, forwards=True, frame=ORANGE if marked else "white")
    return headed(
        sheet.chart(_tips(tell)),
        tell("look.passes.forward_title_marked" if study.marked else "look.passes.forward_title"),
    )


def backward_panel(study: PassesStudy, placed: Layout, language: str) -> alt.LayerChart:
    """Draw the reversed network: op-amps with σ′(z), the arrows turned round, ∂C/∂z on every wire (P4, P7)."""
    tell, passes, trace = catalogue(language), study.passes, study.trace
    sheet = Sheet(WIDTH, placed.height)
    _gaps(sheet, placed, study, tell)
    for (layer, neuron), at in placed.at.items():
        a = float(passes.a[layer][neuron - 1])
        source = layer == trace.layer - 1 and neuron == trace.source
        _stub(sheet, placed, layer, at, to_right=False)
        if layer == 0:
            sheet.shape(at, placed.radius - 6, stroke=BLUE if source else PALE, width=3.5 if source else 1.3)
            sheet.text(at, short(a), colour=BLUE, size=11, bold=source)
            _feature(sheet, placed, study, neuron, at, language)
            continue
        chosen = (layer, neuron) == (trace.layer, trace.neuron)
        sheet.shape(at, placed.radius + 2, shape=OP_AMP, fill=PALE_AMBER, stroke=VERMILLION if chosen else GREY,
                    width=3.5 if chosen else 1.3)  # fmt: skip
        sheet.text((at[0] + 7, at[1]), short(float(passes.derivatives[layer - 1][neuron - 1])), size=10.5, bold=True)
        if source:  # the value of the forward pass that the chosen weight is connected to
            sheet.text((at[0], at[1] - placed.radius - 10), f"a = {short(a)}", colour=BLUE, bold=True, outlined=True)
    last = placed.columns[-1]
    for neuron in placed.neurons[last]:
        x, y = placed.at[last, neuron]
        slope = float(passes.output_slope[neuron - 1])
        sheet.line((WIDTH - 4, y), (x + placed.radius + 4, y), colour=VERMILLION, width=1.6, head=0.94)
        name = tell("look.passes.output", number=neuron) if len(passes.output_slope) > 1 else "y"
        sheet.text(((WIDTH + x + placed.radius) / 2, y - 12), f"∂C/∂{name} = {short(slope)}", colour=VERMILLION)
    for wire in placed.wires:
        slope = float(passes.slopes[wire.layer - 1][wire.neuron - 1])
        lines = [(f"∂C/∂z {short(slope)}", VERMILLION), (f"× w {short(_weight(study, wire))}", INK)]
        chosen = is_chosen(study, wire)
        if chosen:
            lines[1] = (f"∂C/∂w {short(trace.gradient)}", GREEN)
        elif wire.layer == 1:
            del lines[1]  # nothing is behind the first layer
        _wire(sheet, placed, study, wire, lines, forwards=False)
    return headed(sheet.chart(_tips(tell)), tell("look.passes.backward_title"))


def equation(study: PassesStudy, language: str) -> alt.LayerChart:
    """Draw ∂z/∂w × ∂C/∂z = ∂C/∂w in its numbers, and the central difference beside it (P2, P8)."""
    tell, trace = catalogue(language), study.trace
    sheet, wide, y = Sheet(WIDTH, STRIP), 150.0, 24.0
    parts = (
        ("∂z/∂w", trace.connected, BLUE, tell("look.passes.strip_connected"), "×"),
        ("∂C/∂z", trace.slope, VERMILLION, tell("look.passes.strip_slope"), "="),
        ("∂C/∂w", trace.gradient, GREEN, tell("look.passes.strip_gradient"), "≈"),
        (tell("look.passes.strip_difference"), trace.difference, INK, tell("look.passes.strip_how"), ""),
    )
    gap = (WIDTH - len(parts) * wide) / (len(parts) - 1)
    for place, (name, value, colour, told, then) in enumerate(parts):
        x = 1 + place * (wide + gap - 0.7)
        sheet.box((x, y), (wide, 32), fill=colour, opacity=0.1, stroke=colour)
        sheet.text((x + wide / 2, y - 12), name, colour=colour, size=12, bold=True)
        sheet.text((x + wide / 2, y + 16.5), exact(value), colour=colour, size=15, bold=True)
        sheet.text((x + wide / 2, y + 46), told, colour=GREY, size=10.5)
        sheet.text((x + wide + gap / 2, y + 16.5), then, size=17, bold=True)
    return headed(sheet.chart(), tell("look.passes.strip_title", **weight_words(study)))


def weight_words(study: PassesStudy) -> dict[str, object]:
    """Return what names the chosen weight in a sentence."""
    trace = study.trace
    return {"weight": short(trace.weight), "layer": trace.layer, "neuron": trace.neuron, "input": trace.source}


def _paint(study: PassesStudy, wire: Wire) -> tuple[str, float]:
    if is_chosen(study, wire):
        return GREEN, 4.5
    return (GREEN, 1.8) if on_the_way(study, wire) else (GREY, 0.9)


def _weight(study: PassesStudy, wire: Wire) -> float:
    passes = study.passes
    return float(passes.network.layers(passes.theta)[wire.layer - 1].weights[wire.neuron - 1, wire.source - 1])


def _told(study: PassesStudy, wire: Wire) -> dict[str, str]:
    a = float(study.passes.a[wire.layer - 1][wire.source - 1])
    slope = float(study.passes.slopes[wire.layer - 1][wire.neuron - 1])
    values = (_weight(study, wire), a, slope, a * slope)
    return dict(zip(TIPS, (f"{wire.layer},{wire.neuron},{wire.source}", *map(exact, values)), strict=True))


def _tips(tell: Catalogue) -> dict[str, str]:
    return {
        "wire": tell("look.passes.tip_wire"),
        "weight": "w",
        "connected": "∂z/∂w",
        "slope": "∂C/∂z",
        "gradient": "∂C/∂w",
    }


def _between(start: Point, end: Point, radius: float) -> tuple[Point, Point]:
    """Return where a wire leaves one circle and meets the other."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = (across**2 + down**2) ** 0.5
    cut = (radius + 3) / length
    return (start[0] + cut * across, start[1] + cut * down), (end[0] - cut * across, end[1] - cut * down)


def _reversed(placed: Layout, wire: Wire) -> tuple[Point, Point]:
    """Return where a wire leaves an op-amp's tip, and where it enters the next on its flat side."""
    (x, y), (to_x, to_y) = placed.at[wire.layer, wire.neuron], placed.at[wire.layer - 1, wire.source]
    start = (x - placed.radius - 4, y)
    if wire.layer == 1:
        return start, _between((to_x, to_y), start, placed.radius - 4)[0]
    aside = max(-0.6, min(0.6, (y - to_y) / 150)) * placed.radius
    return start, (to_x + placed.radius + 5, to_y + aside)


def _wire(
    sheet: Sheet,
    placed: Layout,
    study: PassesStudy,
    wire: Wire,
    lines: list[tuple[str, str]],
    *,
    forwards: bool,
    frame: str = "white",
) -> None:
    """Draw a wire with its numbers where they meet nothing, near where it begins if that can be.

    Where wires crowd, one without room for its numbers is left out, unless it is on the chosen weight's way.
    """
    if forwards:
        start, end = placed.at[wire.layer - 1, wire.source], placed.at[wire.layer, wire.neuron]
        start, end = _between(start, end, placed.radius)
    else:
        start, end = _reversed(placed, wire)
    chosen = is_chosen(study, wire)
    places = [(start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])) for share in SHARES]
    found = sheet.label(places, lines, bold=chosen, frame=frame)
    if found or chosen or on_the_way(study, wire) or wire.layer not in placed.crowded:
        colour, width = _paint(study, wire)
        dashed = wire.layer == 1 and not forwards and not chosen
        sheet.line(start, end, colour=colour, width=width, head=0.97, dashed=dashed, told=_told(study, wire))


def _gaps(sheet: Sheet, placed: Layout, study: PassesStudy, tell: Catalogue) -> None:
    """Say how many neurons and layers are not drawn."""
    widths = study.passes.network.widths
    for layer in placed.columns:
        shown = placed.neurons[layer]
        more = widths[layer] - len(shown)
        if more:
            x, y = placed.at[layer, shown[-1]]
            sheet.text((x, y + placed.radius + 24), tell("look.passes.more", count=f"{more:,}"), colour=GREY, size=10.5)
    for before, after in pairwise(placed.columns):
        if after - before > 1:
            count = after - before - 1
            text = tell("look.passes.more_layer" if count == 1 else "look.passes.more_layers", count=count)
            x = (placed.at[before, placed.neurons[before][0]][0] + placed.at[after, placed.neurons[after][0]][0]) / 2
            sheet.text((x, placed.height / 2), text, colour=GREY, outlined=True)


def _stub(sheet: Sheet, placed: Layout, layer: int, at: Point, *, to_right: bool) -> None:
    """Draw a dotted end where the next layer is not drawn."""
    if layer != placed.columns[-1] and layer + 1 not in placed.columns:
        x = at[0] + placed.radius
        ends = ((x + 4, at[1]), (x + 18, at[1]))
        sheet.line(*(ends if to_right else ends[::-1]), dashed=True)
    if layer and layer - 1 not in placed.columns:
        x = at[0] - placed.radius
        ends = ((x - 18, at[1]), (x - 4, at[1]))
        sheet.line(*(ends if to_right else ends[::-1]), dashed=True)


def _feature(sheet: Sheet, placed: Layout, study: PassesStudy, neuron: int, at: Point, language: str) -> None:
    name, value = feature_name(study.example, neuron, language)
    x = at[0] - placed.radius - 8
    room = x - 2
    while extent(name, 10.5)[0] > room and len(name) > 4:  # noqa: PLR2004 - a name is cut, not the drawing
        name = name[:-2] + "…"
    sheet.text((x, at[1] - (7 if value else 0)), name, colour=GREY, size=10.5, align="right")
    if value:
        sheet.text((x, at[1] + 8), value, size=11.5, align="right")


def _outputs(sheet: Sheet, placed: Layout, study: PassesStudy, language: str) -> None:
    """Write beside each output what it says, and what came."""
    tell, passes, last = catalogue(language), study.passes, placed.columns[-1]
    for neuron in placed.neurons[last]:
        x, y = placed.at[last, neuron]
        x += placed.radius + 8
        if study.example is None:
            name = tell("look.passes.output", number=neuron)
            made, came = short(float(passes.a[-1][neuron - 1])), short(float(passes.target[neuron - 1]))
            sheet.text((x, y - 9), f"{name} = {made}", align="left", bold=True, colour=BLUE)
            sheet.text((x, y + 8), tell("look.passes.target", value=came), align="left")
        else:
            estimated, came = number(study.example.estimated), number(study.example.came)
            sheet.text((x, y - 17), tell("look.passes.estimated", value=estimated), align="left", bold=True)
            sheet.text((x, y), tell("look.passes.came", value=came), align="left")
            scaled = tell("look.passes.target", value=short(float(passes.target[0])))
            sheet.text((x, y + 17), scaled, align="left", colour=GREY, size=10.5)
    sheet.text((WIDTH - 4, placed.height - 12), f"C = {short(passes.cost)}", align="right", bold=True)
