"""The neurons of a fitted network over one input: each one's part, where it turns, and their sum (N5, N7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import number, number_among, thousands, value_format
from thalweg.charts.style import BLUE, GREY, INK, SKY, VERMILLION, columns, dress, headed, key, layered
from thalweg.messages import catalogue
from thalweg.pictures.shared.curve_axes import number_format
from thalweg.pictures.shared.feature_names import network_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.messages import Catalogue
    from thalweg.pictures.pieces.neurons_study import NeuronsStudy

UPPER_HEIGHT_PIXELS, LOWER_HEIGHT_PIXELS = 230, 280
MOST_LINES, MOST_DOTS, MOST_ROWS = 60, 1000, 20
GRID_STRIDE = 2  # every second point of the grid is drawn


def neurons_illustration(study: NeuronsStudy, language: str = "en") -> Illustration:
    """Return the illustration: `neurons_chart` with its tables and sentences."""
    translate = catalogue(language)
    neurons = _neurons(study, translate)
    tables = {"neurons": Numbers(neurons)}
    shown = "neurons"
    if len(study.each) > MOST_ROWS:
        shown, first = "largest", np.sort(_largest(study)[:MOST_ROWS])
        tables["largest"] = Numbers({name: np.asarray(column)[first].tolist() for name, column in neurons.items()})
    tables["sum"] = Numbers({"input": study.x, "total": study.total, "estimate": study.estimate})
    tables["each"] = Numbers({"input": study.x, **{f"neuron_{at + 1}": values for at, values in enumerate(study.each)}})
    return Illustration(
        "pieces",
        language,
        neurons_chart(study, language),
        tables,
        tuple(_sentences(study, translate)),
        shown=(shown,),
        asked=("pairs",),
    )


def _neurons(study: NeuronsStudy, translate: Catalogue) -> dict[str, list[object]]:
    """Return the table of the neurons."""
    return {
        "neuron": list(range(1, len(study.each) + 1)),
        "c": study.heights.tolist(),
        "turns": [", ".join(map(number, turns)) for turns in study.turns],
        "lowest": study.each.min(axis=1).tolist(),
        "highest": study.each.max(axis=1).tolist(),
        "state": [
            translate("look.pieces.dead" if dead else "look.pieces.saturated" if saturated else "look.pieces.works")
            for dead, saturated in zip(study.dead, study.saturated, strict=True)
        ],
    }


def _largest(study: NeuronsStudy) -> NDArray[np.int64]:
    """Return the neurons; those that change the sum most come first."""
    return np.argsort(-np.ptp(study.each, axis=1), kind="stable")


def _sentences(study: NeuronsStudy, translate: Catalogue) -> list[str]:
    middle = len(study.x) // 2
    added = float(study.each[:, middle].sum())
    turning = sum(len(turns) > 0 for turns in study.turns)
    values = study.total if study.logarithm else study.series.values
    where = {
        "input": _input(study, translate),
        "at": number_among(float(study.x[middle]), study.series.values),
        "bias": number_among(study.bias, values),
        "added": number_among(added, values),
        "total": number_among(float(study.total[middle]), values),
        "estimate": number_among(float(study.estimate[middle]), study.series.values),
        "name": study.series.name,
    }
    sentences = [
        translate("look.pieces.added_logarithm" if study.logarithm else "look.pieces.added", **where),
        translate(
            "look.pieces.turning_all" if turning == len(study.each) else "look.pieces.turning",
            turning=turning,
            count=len(study.each),
        ),
        translate(
            "look.pieces.idle",
            dead=int(study.dead.sum()),
            saturated=int(study.saturated.sum()),
            examples=thousands(study.examples),
        ),
    ]
    if study.network.widths[0] > 1:
        key = f"look.pieces.held_{study.hold}"
        sentences.append(translate(key, others=study.network.widths[0] - 1))
    if len(study.network.widths) > 3:  # noqa: PLR2004 - features, a hidden layer, outputs
        sentences.append(translate("look.pieces.deep", layers=len(study.network.widths) - 2))
    if study.saved:
        sentences.append(translate("look.pieces.saved", rung=study.rung.name))
    return sentences


def _input(study: NeuronsStudy, translate: Catalogue) -> str:
    key = "look.pieces.input_one" if study.number == 1 else "look.pieces.input"
    return translate(key, name=study.series.name, number=study.number)


def neurons_chart(study: NeuronsStudy, language: str = "en") -> alt.VConcatChart:
    """Draw the prediction over one input with the actual days; below, the part of each neuron, and their sum.

    Parameters
    ----------
    study : NeuronsStudy
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.VConcatChart
        In the user's units; the lower panel of a rung that sees logarithms is in logarithms.
    """
    translate = catalogue(language)
    chart = alt.vconcat(_estimate(study, translate), _each(study, translate), spacing=16).resolve_scale(
        color="independent"
    )
    working = int((~study.dead & ~study.saturated).sum())
    title = translate(
        "look.pieces.fitted_title_one" if len(study.each) == 1 else "look.pieces.fitted_title",
        count=len(study.each),
        activation=study.network.activation,
        working=working,
        dead=int(study.dead.sum()),
        saturated=int(study.saturated.sum()),
    )
    subtitle = translate(
        "look.pieces.fitted_subtitle",
        network=network_name(study.network, study.rung.days_back, language),
        input=_input(study, translate),
    )
    return dress(chart, title, subtitle, language, simulated=study.series.simulated)


def _x(study: NeuronsStudy, translate: Catalogue) -> alt.X:
    domain = [float(study.x[0]), float(study.x[-1])]
    axis = alt.Axis(grid=False, tickCount=8, format=number_format(domain[1]))
    return alt.X("x:Q", title=_input(study, translate), axis=axis, scale=alt.Scale(domain=domain, nice=False))


def _estimate(study: NeuronsStudy, translate: Catalogue) -> alt.LayerChart:
    """Draw the actual days, and the network's prediction over them."""
    seen, came = study.seen[-MOST_DOTS:], study.actual[-MOST_DOTS:]
    days = alt.Chart(columns({"x": seen, "y": came}))
    line = alt.Chart(columns({"x": study.x, "y": study.estimate}))
    highest = float(max(came.max(initial=0.0), study.estimate.max()))
    y = alt.Y(
        "y:Q",
        title=study.series.name,
        scale=alt.Scale(zero=False),
        axis=alt.Axis(tickCount=6, format=number_format(highest)),
    )
    x = _x(study, translate)
    tips = [
        alt.Tooltip("x:Q", title=_input(study, translate), format=value_format(study.series.values)),
        alt.Tooltip("y:Q", title=study.series.name, format=value_format(study.series.values)),
    ]
    chart = layered(
        key({translate("look.pieces.days"): SKY, translate("look.pieces.estimate"): INK}),
        days.mark_point(color=SKY, filled=True, size=14, opacity=0.7, clip=True).encode(x=x, y=y, tooltip=tips),
        line.mark_line(color=INK, strokeWidth=3).encode(x=x, y=y, tooltip=tips),
        height=UPPER_HEIGHT_PIXELS,
    )
    return headed(chart, translate("look.pieces.over_days", count=thousands(len(seen))))


def _each(study: NeuronsStudy, translate: Catalogue) -> alt.LayerChart:
    """Draw each neuron's part as a thin line, with a stroke where it turns, and the sum as a bold line."""
    drawn = np.sort(_largest(study)[:MOST_LINES])
    at = np.arange(0, len(study.x), GRID_STRIDE)
    ups, downs = translate("look.pieces.adds"), translate("look.pieces.takes")
    signs = np.where(study.heights[drawn] >= 0, ups, downs)
    table = {
        "x": np.tile(study.x[at], len(drawn)),
        "y": study.each[drawn][:, at].ravel(),
        "neuron": np.repeat(drawn + 1, len(at)),
        "sign": np.repeat(signs, len(at)),
    }
    turns = [
        (float(turn), float(np.interp(turn, study.x, study.each[one])), str(sign), int(one) + 1)
        for one, sign in zip(drawn, signs, strict=True)
        for turn in study.turns[one]
    ]
    colour = alt.Color("sign:N", scale=alt.Scale(domain=[ups, downs], range=[BLUE, VERMILLION]), legend=None)
    unit = translate("look.pieces.logarithm_axis", name=study.series.name) if study.logarithm else study.series.name
    summed = study.each.sum(axis=0)
    highest = float(max(np.abs(summed).max(), np.abs(study.each).max()))
    y = alt.Y("y:Q", title=unit, axis=alt.Axis(tickCount=6, format=number_format(highest)))
    x = _x(study, translate)
    tips = [
        alt.Tooltip("neuron:Q", title=translate("look.pieces.column.neuron")),
        alt.Tooltip("x:Q", title=_input(study, translate), format=value_format(study.series.values)),
        alt.Tooltip("y:Q", title=unit, format=",.4~r"),
    ]
    names = {ups: BLUE, downs: VERMILLION, translate("look.pieces.total"): INK}
    layers = [
        key(names),
        alt.Chart(columns(table))
        .mark_line(strokeWidth=1.3, opacity=0.85)
        .encode(x=x, y=y, color=colour, detail="neuron:N", tooltip=tips),
        alt.Chart(alt.Data(values=[{"y": 0}])).mark_rule(color=GREY).encode(y=y),
        alt.Chart(columns({"x": study.x, "y": summed})).mark_line(color=INK, strokeWidth=3).encode(x=x, y=y),
    ]
    if turns:
        where, height, sign, neuron = (np.array(column) for column in zip(*turns, strict=True))
        strokes = alt.Chart(columns({"x": where, "y": height, "sign": sign, "neuron": neuron}))
        layers.append(
            strokes.mark_tick(orient="vertical", thickness=2.5, size=14, opacity=1).encode(
                x=x, y=y, color=colour, tooltip=tips
            )
        )
    heading = "look.pieces.each" if len(drawn) == len(study.each) else "look.pieces.each_largest"
    return headed(
        layered(*layers, height=LOWER_HEIGHT_PIXELS), translate(heading, count=len(drawn), bias=number(study.bias))
    )
