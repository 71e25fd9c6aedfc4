"""The best line through a curve that rises and falls, and networks of a few neurons beside it (N1)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import number, number_among, significant, value_format, when
from thalweg.charts.style import (
    BLUE,
    INK,
    ORANGE,
    VERMILLION,
    WIDTH_PIXELS,
    columns,
    dress,
    headed,
    key,
    layered,
    quote,
)
from thalweg.messages import catalogue
from thalweg.pictures.shared.curve_axes import along, amount, called, number_format, x_axis, x_tip, y_title

if TYPE_CHECKING:
    from thalweg.messages import Catalogue
    from thalweg.pictures.bias.study import BiasStudy, CurveNetwork

HEIGHT_PIXELS, ROW_PIXELS, GAP_PIXELS = 250, 24, 60
HALF_WIDTH_PIXELS = (WIDTH_PIXELS - GAP_PIXELS) // 2
LOSS_FORMAT = "abs(datum.loss) < 100 ? ',.3~r' : ',.0f'"
SLOPE_PARAMETER, BIAS_PARAMETER, NEURONS_PARAMETER = "line_w", "line_b", "neurons"
STEPS = 2  # a slider's step has two decimals more than its reach


def bias_illustration(study: BiasStudy, language: str = "en") -> Illustration:
    """Return the illustration: `bias_chart` with its tables and sentences."""
    translate = catalogue(language)
    best = study.networks[-1]
    losses = [_amount(study, loss, translate) for loss in (study.line_loss, best.loss, study.networks[0].loss)]
    sentences = [
        translate("look.bias.best_line", line=_formula(study), loss=losses[0]),
        translate(f"look.bias.exact_{study.loss}"),
        translate(
            "look.bias.best_network",
            neurons=_name(best, translate),
            activation=study.activation,
            unknowns=best.unknowns,
            loss=losses[1],
            share=_share(best.loss, study.line_loss),
        ),
    ]
    if study.curve.first is not None:
        sentences.insert(
            1, translate("look.bias.counted", first=when(study.curve.first, study.curve.frequency, language))
        )
    if study.networks[0].neurons == 1:
        sentences.append(translate("look.bias.one_neuron", loss=losses[2]))
    models = Numbers(
        {
            "model": [translate("look.bias.line_name"), *(_name(network, translate) for network in study.networks)],
            "unknowns": [2, *(network.unknowns for network in study.networks)],
            "loss": [study.line_loss, *(network.loss for network in study.networks)],
        }
    )
    made = {f"neurons_{network.neurons}": network.prediction for network in study.networks}
    curve = study.curve
    points = {"x": curve.places(curve.x), "target": curve.y, "line": study.line.at(curve.x), **made}
    return Illustration(
        "bias",
        language,
        bias_chart(study, language),
        {"models": models, "line": _line(study), "curve": Numbers(points)},
        tuple(sentences),
        shown=("models", "line"),
        asked=("bias",),
    )


def _line(study: BiasStudy) -> Numbers:
    return Numbers({"weight": [study.line.weight], "bias": [study.line.bias], "loss": [study.line_loss]})


def _formula(study: BiasStudy) -> str:
    weight = study.line.weight
    return f"y = {number_among(study.line.bias, study.curve.y)} {'−' if weight < 0 else '+'} {number(abs(weight))}·x"


def _amount(study: BiasStudy, loss: float, translate: Catalogue) -> str:
    return amount(loss, study.curve, translate, squared=study.loss == "mse")


def _name(network: CurveNetwork, translate: Catalogue) -> str:
    return translate("look.bias.one_name" if network.neurons == 1 else "look.bias.bent_name", neurons=network.neurons)


def _share(part: float, whole: float) -> str:
    return significant(100 * part / whole, 2) if whole > 0 else "0"


def bias_chart(study: BiasStudy, language: str = "en") -> alt.VConcatChart:
    """Draw the curve with its best line, and beside it with a network; below, L of each model.

    Two sliders move a line of the reader's own, whose L is shown.

    Parameters
    ----------
    study : BiasStudy
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.VConcatChart
        In the curve's units (squared for MSE).
    """
    translate = catalogue(language)
    pair = alt.hconcat(
        _straight(study, translate), _networks_panel(study, translate), spacing=GAP_PIXELS
    ).resolve_scale(color="independent")
    chart = alt.vconcat(pair, _losses(study, translate), spacing=18).resolve_scale(color="independent")
    title = translate(
        "look.bias.title_one" if study.networks[-1].neurons == 1 else "look.bias.title",
        line=_amount(study, study.line_loss, translate),
        neurons=study.networks[-1].neurons,
        bent=number(study.networks[-1].loss),
    )
    shown = chart.add_params(*_sliders(study, translate))
    return dress(shown, title, called(study.curve, translate), language, simulated=study.curve.simulated)


def _sliders(study: BiasStudy, translate: Catalogue) -> list[alt.Parameter]:
    """Return the sliders of the reader's own line, which begins flat, and the choice of the network."""
    wide, high = float(np.ptp(study.curve.x)), float(np.ptp(study.curve.y)) or 1.0
    moved = [
        _slider(SLOPE_PARAMETER, 0.0, study.line.weight, 2 * high / wide, translate("look.bias.line_w")),
        _slider(
            BIAS_PARAMETER, float(study.curve.y.mean()), study.line.bias, 1.5 * high, translate("look.bias.line_b")
        ),
    ]
    counts = [network.neurons for network in study.networks]
    choice = alt.param(
        name=NEURONS_PARAMETER,
        value=counts[-1],
        bind=alt.binding_radio(options=counts, name=translate("look.bias.neurons") + " "),
    )
    return [*moved, choice]


def _slider(name: str, at: float, best: float, far: float, title: str) -> alt.Parameter:
    """Return a slider that reaches `far` beyond its start and the best value, in steps of a round size."""
    places = STEPS - math.floor(math.log10(far))
    low, high = round(min(at, best) - far, places), round(max(at, best) + far, places)
    bind = alt.binding_range(min=low, max=high, step=round(10.0**-places, max(places, 0)), name=title + " ")
    return alt.param(name=name, value=round(at, places), bind=bind)


def _curve(study: BiasStudy, translate: Catalogue) -> tuple[alt.Chart, alt.Chart]:
    """Return the curve's data, with x in the line's units, and its mark."""
    curve = study.curve
    base = alt.Chart(columns({"x": along(curve, curve.x), "at": curve.x, "y": curve.y}))
    low, high = float(curve.y.min()), float(curve.y.max())
    room = 0.12 * (high - low or 1.0)
    scale = alt.Scale(domain=[low - room, high + 2.2 * room], nice=False, zero=False)
    y = alt.Y(
        "y:Q", title=y_title(curve, translate), scale=scale, axis=alt.Axis(tickCount=6, format=number_format(high))
    )
    tips = [x_tip(curve, translate), alt.Tooltip("y:Q", title=y_title(curve, translate), format=value_format(curve.y))]
    return base, base.mark_line(color=INK, strokeWidth=2, clip=True).encode(
        x=x_axis(curve, translate, ticks=5), y=y, tooltip=tips
    )


def _straight(study: BiasStudy, translate: Catalogue) -> alt.LayerChart:
    """Draw the best line, and over it the reader's own line with its L."""
    curve = study.curve
    base, drawn = _curve(study, translate)
    ends = curve.x[[0, -1]]
    line = alt.Chart(columns({"x": along(curve, ends), "at": ends, "line": study.line.at(ends)}))
    error = f"({BIAS_PARAMETER} + {SLOPE_PARAMETER} * datum.at - datum.y)"
    own = (
        base.transform_calculate(e=f"abs{error}" if study.loss == "mae" else f"{error} * {error}")
        .transform_aggregate(loss="mean(e)")
        .transform_calculate(text=f"{quote(translate('look.bias.own_loss'))} + format(datum.loss, {LOSS_FORMAT})")
    )
    x = x_axis(curve, translate, ticks=5)
    chart = layered(
        key(
            {
                _curve_name(study, translate): INK,
                translate("look.bias.line_name"): VERMILLION,
                translate("look.bias.own"): ORANGE,
            }
        ),
        base.mark_rule(color=VERMILLION, opacity=0.12, clip=True)
        .transform_calculate(line=f"{study.line.bias!r} + {study.line.weight!r} * datum.at")
        .encode(x=x, y="line:Q", y2="y:Q"),
        drawn,
        line.mark_line(color=VERMILLION, strokeWidth=3, clip=True).encode(x=x, y="line:Q"),
        line.mark_line(color=ORANGE, strokeWidth=2, strokeDash=[6, 4], clip=True)
        .transform_calculate(own=f"{BIAS_PARAMETER} + {SLOPE_PARAMETER} * datum.at")
        .encode(x=x, y="own:Q"),
        _corner(alt.Chart(alt.Data(values=[{"text": f"L = {number(study.line_loss)}"}])), VERMILLION, 2),
        _corner(own, INK, 20),
        width=HALF_WIDTH_PIXELS,
        height=HEIGHT_PIXELS,
    )
    return headed(chart, translate("look.bias.straight"))


def _networks_panel(study: BiasStudy, translate: Catalogue) -> alt.LayerChart:
    """Draw the network with the chosen number of neurons, and its L."""
    curve = study.curve
    _, drawn = _curve(study, translate)
    made = {
        "x": np.concatenate([along(curve, curve.x)] * len(study.networks)),
        "neurons": np.repeat([network.neurons for network in study.networks], len(curve.x)),
        "made": np.concatenate([network.prediction for network in study.networks]),
    }
    chosen = alt.Chart(columns(made)).transform_filter(f"datum.neurons == {NEURONS_PARAMETER}")
    losses = alt.Data(
        values=[{"neurons": network.neurons, "text": f"L = {number(network.loss)}"} for network in study.networks]
    )
    text = alt.Chart(losses).transform_filter(f"datum.neurons == {NEURONS_PARAMETER}")
    chart = layered(
        key({_curve_name(study, translate): INK, translate("look.bias.sum", activation=study.activation): BLUE}),
        drawn,
        chosen.mark_line(color=BLUE, strokeWidth=3, opacity=0.85, clip=True).encode(
            x=x_axis(curve, translate, ticks=5), y="made:Q"
        ),
        _corner(text, BLUE, 2),
        width=HALF_WIDTH_PIXELS,
        height=HEIGHT_PIXELS,
    )
    return headed(chart, translate("look.bias.networks"))


def _corner(chart: alt.Chart, colour: str, down: int) -> alt.Chart:
    """Write the field ``text`` in the corner of a panel."""
    mark = chart.mark_text(color=colour, align="right", baseline="top", fontWeight="bold", fontSize=13)
    return mark.encode(x=alt.value(HALF_WIDTH_PIXELS), y=alt.value(down), text="text:N")


def _curve_name(study: BiasStudy, translate: Catalogue) -> str:
    return translate("look.curve.mark") if study.curve.first is None else study.curve.name


def _losses(study: BiasStudy, translate: Catalogue) -> alt.LayerChart:
    """Draw L of each model as a bar."""
    names = [translate("look.bias.line_name"), *(_name(network, translate) for network in study.networks)]
    losses = [study.line_loss, *(network.loss for network in study.networks)]
    rows = [{"model": name, "loss": loss, "text": number(loss)} for name, loss in zip(names, losses, strict=True)]
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("model:N", sort=None, title=None, axis=alt.Axis(ticks=False))
    )
    title = translate(f"look.bias.axis_{study.loss}")
    if study.curve.series is not None:
        title = translate(f"report.loss_{study.loss}", name=study.curve.name)
    colour = alt.condition(alt.datum.model == names[0], alt.value(VERMILLION), alt.value(BLUE))
    chart = layered(
        base.mark_bar(height=ROW_PIXELS - 10).encode(
            x=alt.X(
                "loss:Q",
                title=title,
                axis=alt.Axis(format=number_format(max(losses)), tickCount=8),
                scale=alt.Scale(domain=[0, 1.1 * max(losses)], nice=False),
            ),
            color=colour,
            tooltip=[
                alt.Tooltip("model:N", title=translate("look.bias.column.model")),
                alt.Tooltip("text:N", title="L"),
            ],
        ),
        base.mark_text(align="left", dx=5, color=INK).encode(x="loss:Q", text="text:N"),
        height=ROW_PIXELS * len(rows),
        width=WIDTH_PIXELS - 110,
    )
    return headed(chart, translate("look.bias.losses"))
