"""The recipe: pieces 0, 1, 2 … alone and summed, one as a pair of ReLUs, and the error of more pieces (N2, N3, N7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.drawing import Drawing
from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import number, significant, value_format, when
from thalweg.charts.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    PURPLE,
    VERMILLION,
    WIDTH_PIXELS,
    columns,
    dress,
    headed,
    key,
    layered,
)
from thalweg.messages import catalogue
from thalweg.pictures.shared.curve_axes import along, amount, called, number_format, x_axis, x_tip, y_title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from thalweg.messages import Catalogue
    from thalweg.pictures.pieces.study import BuildStudy

SUMMED_PARAMETER = "pieces_so_far"
PANELS_PER_ROW, MOST_SINGLE_PIECES = 4, 12
UPPER_HEIGHT_PIXELS, SMALL_HEIGHT_PIXELS, LOWER_HEIGHT_PIXELS, GAP_PIXELS = 250, 92, 170, 36
HALF_WIDTH_PIXELS = (WIDTH_PIXELS - 110) // 2  # what two axes leave of the width
BEYOND_SHARE = 0.06  # of the curve's length; a toy is drawn so far beyond its ends, where it is flat
RELU_REACH = 1.6  # of a slope's length; a ReLU is drawn so far beyond its turn


def build_illustration(study: BuildStudy, language: str = "en") -> Illustration:
    """Return the illustration: `build_chart` with its tables and sentences."""
    translate = catalogue(language)
    pieces, curve = study.pieces, study.curve
    hard, relu = study.built
    first = study.closer[0]
    last = next((one for one in study.closer if one[1].mean <= study.rounding), study.closer[-1])
    close = "_close" if study.joined.most > study.rounding else ""
    sentences = [
        translate(f"look.pieces.recipe{close}", constant=amount(pieces.constant, curve, translate), count=len(pieces)),
        *_first_neuron(study, translate),
        translate(
            "look.pieces.exact",
            hard="-".join(map(str, hard.network.widths)),
            relu="-".join(map(str, relu.network.widths)),
            gap=_rounding(hard.gap),
            relu_gap=_rounding(relu.gap),
        ),
        translate(
            "look.pieces.closer",
            few=first[0],
            many=last[0],
            far=_missed(study, first[1].mean, translate),
            near=_missed(study, last[1].mean, translate),
        ),
    ]
    joined = translate(
        "look.pieces.joined" if close else "look.pieces.joined_given",
        points=len(study.joined.x),
        mean=_missed(study, study.joined.mean, translate),
        most=_missed(study, study.joined.most, translate),
        even=_missed(study, study.even.mean, translate),
    )
    sentences.insert(-1, joined)
    layer, output = hard.network.layers(hard.theta)
    start, end = curve.places(pieces.start), curve.places(pieces.end)
    each = Numbers(
        {
            "piece": np.arange(1, len(pieces) + 1),
            "from": start,
            "to": end,
            "slope": pieces.slope,
            "rise": pieces.rise,
            "w": layer.weights[:, 0],
            "b": layer.biases,
            "c": output.weights[0],
        }
    )
    errors = Numbers(
        {
            "count": [count for count, *_ in study.closer],
            "most": [joined.most for _, joined, _ in study.closer],
            "mean": [joined.mean for _, joined, _ in study.closer],
            "even": [even.mean for _, _, even in study.closer],
        }
    )
    networks = Numbers(
        {
            "activation": [built.network.activation for built in study.built],
            "neurons": [built.network.widths[1] for built in study.built],
            "unknowns": [built.network.size for built in study.built],
            "gap": [built.gap for built in study.built],
        }
    )
    values = pieces.values(study.joined.x)
    sums = Numbers(
        {
            "x": curve.places(study.joined.x),
            "curve": study.joined.y,
            **{f"piece_{at}": piece for at, piece in enumerate(values)},
        }
    )
    shown = ("pieces", "errors") if len(pieces) <= MOST_SINGLE_PIECES else ("errors",)
    return Illustration(
        "pieces",
        language,
        build_chart(study, language),
        {"pieces": each, "errors": errors, "networks": networks, "values": sums},
        tuple(sentences),
        shown=shown,
        asked=("pairs",),
        frequency=curve.frequency,
    )


def _first_neuron(study: BuildStudy, translate: Catalogue) -> list[str]:
    """Return sentences: what x counts, and how the unknowns of the first neuron follow from its piece."""
    pieces, (network, theta) = study.pieces, (study.built[0].network, study.built[0].theta)
    hidden, output = network.layers(theta)
    start, end = float(pieces.start[0]), float(pieces.end[0])
    sentence = translate(
        "look.pieces.neuron",
        start=significant(start),
        end=significant(end),
        width=significant(end - start, 4),
        w=number(float(hidden.weights[0, 0])),
        b=number(float(hidden.biases[0])),
        c=number(float(output.weights[0, 0])),
    )
    first = study.curve.first
    return (
        [sentence]
        if first is None
        else [translate("look.pieces.counted", first=when(first, study.curve.frequency, translate.language)), sentence]
    )


def _missed(study: BuildStudy, miss: float, translate: Catalogue) -> str:
    """Write the distance between the joined points and the curve; 0 for what rounding makes."""
    return amount(miss if miss > study.rounding else 0.0, study.curve, translate)


def _rounding(gap: float) -> str:
    return f"{gap:.0e}" if gap else "0"


def build_chart(study: BuildStudy, language: str = "en") -> alt.VConcatChart:
    """Draw the curve with the sum of the first pieces, the pieces alone, one as two ReLUs, and the error.

    A slider sets how many pieces are summed.

    Parameters
    ----------
    study : BuildStudy
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.VConcatChart
        In the curve's units.
    """
    translate = catalogue(language)
    pieces = study.pieces
    singly = [_single(study, at, translate) for at in range(min(len(pieces) + 1, MOST_SINGLE_PIECES))]
    rows: list[alt.HConcatChart | alt.LayerChart] = [
        alt.hconcat(*singly[at : at + PANELS_PER_ROW], spacing=14) for at in range(0, len(singly), PANELS_PER_ROW)
    ]
    more = len(pieces) + 1 - len(singly)
    if more:
        note = "look.pieces.left_out_one" if more == 1 else "look.pieces.left_out"
        rows.append(_note(translate(note, count=more)))
    below = alt.hconcat(_pair(study, translate), _errors(study, translate), spacing=GAP_PIXELS).resolve_scale(
        color="independent"
    )
    chart = alt.vconcat(_summed(study, translate), *rows, below, spacing=16).resolve_scale(color="independent")
    slider = alt.param(
        name=SUMMED_PARAMETER,
        value=max(1, (len(pieces) + 1) // 2),
        bind=alt.binding_range(min=0, max=len(pieces), step=1, name=translate("look.pieces.slider") + " "),
    )
    close = "close" if study.joined.most > study.rounding else "title"
    title = translate(
        f"look.pieces.build_{close}_one" if len(pieces) == 1 else f"look.pieces.build_{close}",
        count=len(pieces),
        relus=2 * len(pieces),
        mean=_missed(study, study.joined.mean, translate),
    )
    return dress(
        chart.add_params(slider), title, called(study.curve, translate), language, simulated=study.curve.simulated
    )


def _ends(study: BuildStudy) -> NDArray[np.float64]:
    """Return the first and last x of the drawing. A toy is drawn beyond its points, where it is flat."""
    x = study.curve.x
    beyond = BEYOND_SHARE * float(np.ptp(x)) if study.curve.first is None else 0.0
    return np.array([x[0] - beyond, x[-1] + beyond])


def _corners(study: BuildStudy) -> NDArray[np.float64]:
    """Return every x at which a sum of pieces may turn; between them it is straight."""
    return np.unique(np.concatenate([_ends(study), study.joined.x, study.pieces.start, study.pieces.end]))


def _line(study: BuildStudy, values: NDArray[np.float64], translate: Catalogue) -> alt.Chart:
    """Return a line through the corners."""
    base = alt.Chart(columns({"x": along(study.curve, _corners(study)), "y": values}))
    return base.encode(x=_x(study, translate), y="y:Q")


def _x(study: BuildStudy, translate: Catalogue, ticks: int = 8) -> alt.X:
    x = x_axis(study.curve, translate, ticks=ticks)
    if study.curve.first is None:
        ends = _ends(study)
        return x.scale(domain=[float(ends[0]), float(ends[1])], nice=False)
    return x


def _drawn(study: BuildStudy, colour: str, width: float, translate: Catalogue) -> alt.Chart:
    base = alt.Chart(columns({"x": along(study.curve, study.curve.x), "y": study.curve.y}))
    return base.mark_line(color=colour, strokeWidth=width).encode(x=_x(study, translate), y="y:Q")


def _summed(study: BuildStudy, translate: Catalogue) -> alt.LayerChart:
    """Draw the curve, the points on it, and the sum of the number of pieces that the slider sets."""
    curve, x = study.curve, _corners(study)
    sums = np.cumsum(study.pieces.values(x), axis=0)
    table = {
        "x": np.tile(along(curve, x), len(sums)),
        "y": sums.ravel(),
        "pieces": np.repeat(np.arange(len(sums)), len(x)),
    }
    high, low = float(max(curve.y.max(), sums.max())), float(min(curve.y.min(), sums.min()))
    room = 0.08 * (high - low or 1.0)
    y = alt.Y(
        "y:Q",
        title=y_title(curve, translate),
        scale=alt.Scale(domain=[low - room, high + room], nice=False),
        axis=alt.Axis(tickCount=6, format=number_format(high)),
    )
    points = alt.Chart(columns({"x": along(curve, study.joined.x), "y": study.joined.y}))
    tips = [x_tip(curve, translate), alt.Tooltip("y:Q", title=y_title(curve, translate), format=value_format(curve.y))]
    names = {
        translate("look.curve.mark"): GREY,
        translate("look.pieces.points"): INK,
        translate("look.pieces.sum"): BLUE,
    }
    chart = layered(
        key(names),
        _drawn(study, GREY, 3, translate).encode(y=y),
        alt.Chart(columns(table))
        .transform_filter(f"datum.pieces == {SUMMED_PARAMETER}")
        .mark_line(color=BLUE, strokeWidth=3)
        .encode(x=_x(study, translate), y=y),
        points.mark_point(color=INK, filled=True, size=45, opacity=1).encode(x=_x(study, translate), y=y, tooltip=tips),
        height=UPPER_HEIGHT_PIXELS,
    )
    close = study.joined.most > study.rounding
    heading = translate(
        "look.pieces.summed_close" if close else "look.pieces.summed",
        count=len(study.pieces),
        mean=number(study.joined.mean),
        most=number(study.joined.most),
    )
    return headed(chart, heading)


def _note(text: str) -> alt.LayerChart:
    sheet = Drawing(WIDTH_PIXELS, 22)
    sheet.text((2, 11), text, align="left", colour=GREY, size=12)
    return sheet.chart()


def _single(study: BuildStudy, at: int, translate: Catalogue) -> alt.LayerChart:
    """Draw one piece, and the sum up to it."""
    curve = study.curve
    values = study.pieces.values(_corners(study))
    sums = np.cumsum(values, axis=0)
    # These panels share their axes, because they are read beside each other.
    drawn = np.concatenate([values[:MOST_SINGLE_PIECES].ravel(), sums[:MOST_SINGLE_PIECES].ravel(), curve.y])
    low, high = float(min(drawn.min(), 0.0)), float(max(drawn.max(), 0.0))
    room = 0.05 * (high - low or 1.0)
    scale = alt.Scale(domain=[low - room, high + room], nice=False)
    labels = at % PANELS_PER_ROW == 0
    y = alt.Y("y:Q", title=None, scale=scale, axis=alt.Axis(tickCount=3, labels=labels, format=number_format(high)))
    x = _x(study, translate, 3).axis(None)
    chart = layered(
        _drawn(study, "#c3c8d0", 1.5, translate).encode(x=x, y=y),
        alt.Chart(alt.Data(values=[{"y": 0}])).mark_rule(color="#c3c8d0").encode(y=y),
        _line(study, sums[at], translate).mark_line(color=BLUE, strokeWidth=1.5).encode(x=x, y=y),
        _line(study, values[at], translate).mark_line(color=VERMILLION, strokeWidth=2.5).encode(x=x, y=y),
        width=(WIDTH_PIXELS - 14 * PANELS_PER_ROW) // PANELS_PER_ROW,
        height=SMALL_HEIGHT_PIXELS,
    )
    return headed(chart, translate("look.pieces.piece_0" if at == 0 else "look.pieces.piece", number=at))


def _pair(study: BuildStudy, translate: Catalogue) -> alt.LayerChart:
    """Draw the last of the summed pieces as two ReLUs and as their sum, the hard sigmoid (N7)."""
    names = [translate("look.pieces.first"), translate("look.pieces.second"), translate("look.pieces.both")]
    rows = [(at, names[line], x, y) for at in range(len(study.pieces)) for line, x, y in _relus(study, at)]
    piece, name, x, y = (np.array(column) for column in zip(*rows, strict=True))
    table = {"x": along(study.curve, x), "y": y, "name": name, "piece": piece + 1}
    reach = float(np.abs(y).max())
    colours = [GREEN, PURPLE, VERMILLION]
    legend = alt.Legend(orient="top", title=None, labelLimit=0, symbolStrokeWidth=3, symbolType="stroke")
    chosen = alt.Chart(columns(table)).transform_filter(f"datum.piece == max({SUMMED_PARAMETER}, 1)")
    chart = layered(
        chosen.mark_line().encode(
            x=_x(study, translate, 6),
            y=alt.Y(
                "y:Q",
                title=None,
                axis=alt.Axis(tickCount=5, format=number_format(reach)),
            ),
            color=alt.Color("name:N", sort=None, scale=alt.Scale(domain=names, range=colours), legend=legend),
            strokeWidth=alt.condition(alt.datum.name == names[2], alt.value(3.5), alt.value(2)),
            strokeDash=alt.condition(alt.datum.name == names[2], alt.value([1, 0]), alt.value([6, 3])),
        ),
        width=HALF_WIDTH_PIXELS,
        height=LOWER_HEIGHT_PIXELS,
    )
    return headed(chart, translate("look.pieces.pair"))


def _relus(study: BuildStudy, at: int) -> Iterator[tuple[int, float, float]]:
    """Yield the corners of a piece's two ReLUs and of their sum: line, x, y; a ReLU is drawn over a limited range."""
    pieces, ends = study.pieces, _ends(study)
    network, theta = study.built[1].network, study.built[1].theta
    hidden, output = network.layers(theta)
    width = float(pieces.end[at] - pieces.start[at])
    turns = [float(pieces.start[at]), float(pieces.end[at])]
    flat = ends
    if pieces.leftward[at]:  # leftward ReLUs begin at the right and rise to the left
        turns, width, flat = turns[::-1], -width, ends[::-1]
    both = [flat[0], *turns, flat[1]]
    for line, turn in enumerate(turns):
        far = float(np.clip(turn + RELU_REACH * width, *ends))
        one = 2 * at + line
        for x in (float(flat[0]), turn, far):
            z = float(hidden.biases[one] + x * hidden.weights[one, 0])
            yield line, x, float(output.weights[0, one]) * max(0.0, z)
    whole = pieces.values(both)[at + 1]
    yield from ((2, float(x), float(y)) for x, y in zip(both, whole, strict=True))


def _errors(study: BuildStudy, translate: Catalogue) -> alt.LayerChart:
    """Draw the distance from the curve over the number of pieces, on a logarithmic axis, without distances of 0."""
    names = {
        "most": translate("look.pieces.most"),
        "mean": translate("look.pieces.mean"),
        "even": translate("look.pieces.even"),
    }
    misses = [
        (count, {"most": turning.most, "mean": turning.mean, "even": even.mean}[which], name)
        for which, name in names.items()
        for count, turning, even in study.closer
    ]
    rows = [{"count": count, "error": miss, "name": name} for count, miss, name in misses if miss > study.rounding]
    colour = alt.Color(
        "name:N",
        sort=None,
        scale=alt.Scale(domain=list(names.values()), range=[VERMILLION, BLUE, GREY]),
        legend=alt.Legend(orient="top", title=None, labelLimit=0, symbolType="circle", symbolOpacity=1),
    )
    counts = [count for count, *_ in study.closer]
    highest = max(joined.most for _, joined, _ in study.closer)
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X(
            "count:Q",
            title=translate("look.pieces.count"),
            scale=alt.Scale(type="log", base=2, nice=False, padding=8),
            axis=alt.Axis(values=counts, grid=False, format="d"),
        ),
        y=alt.Y(
            "error:Q",
            title=y_title(study.curve, translate),
            scale=alt.Scale(type="log"),
            axis=alt.Axis(tickCount=4, format=number_format(highest), grid=False),
        ),
        color=colour,
    )
    tips = [
        alt.Tooltip("count:Q", title=translate("look.pieces.count")),
        alt.Tooltip("error:Q", title=translate("look.pieces.error"), format=",.3~r"),
    ]
    chart = layered(
        base.mark_line(strokeWidth=1.5),
        base.mark_point(filled=True, size=55, opacity=1).encode(tooltip=tips),
        width=HALF_WIDTH_PIXELS,
        height=LOWER_HEIGHT_PIXELS,
    )
    return headed(chart, translate("look.pieces.errors"))
