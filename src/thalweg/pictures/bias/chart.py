"""The best line on a curve that rises and falls, what it cannot do, and what a sum of a few pieces can (N1)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import day, number, significant
from thalweg.charts.style import BLUE, INK, ORANGE, VERMILLION, WIDTH, columns, dress, headed, key, layered, quote
from thalweg.messages import catalogue
from thalweg.pictures.shared.curve_axes import along, amount, axis_form, called, x_axis, x_tip, y_title

if TYPE_CHECKING:
    from thalweg.messages import Catalogue
    from thalweg.pictures.bias.study import Bent, BiasStudy

HEIGHT, ROW, GAP = 250, 24, 60
HALF = (WIDTH - GAP) // 2
FORM = "abs(datum.loss) < 100 ? ',.3~r' : ',.0f'"
SLOPE, SHIFT, NEURONS = "line_w", "line_b", "neurons"
STEPS = 2  # of a slider: of the size of its reach, two decimals below


def bias_illustration(study: BiasStudy, language: str = "en") -> Illustration:
    """Return the look: `bias_chart` with its numbers and words."""
    translate = catalogue(language)
    best = study.bent[-1]
    losses = [_amount(study, loss, translate) for loss in (study.line_loss, best.loss, study.bent[0].loss)]
    sentences = [
        translate("look.bias.best_line", line=_formula(study), loss=losses[0]),
        translate(f"look.bias.exact_{study.loss}"),
        translate("look.bias.best_network", neurons=_name(best, translate), activation=study.activation, unknowns=best.unknowns,
             loss=losses[1], share=_share(best.loss, study.line_loss)),
    ]  # fmt: skip
    if study.curve.first is not None:
        sentences.insert(1, translate("look.bias.counted", first=day(study.curve.first, language)))
    if study.bent[0].neurons == 1:
        sentences.append(translate("look.bias.one_neuron", loss=losses[2]))
    models = Numbers(
        {
            "model": [translate("look.bias.line_name"), *(_name(bent, translate) for bent in study.bent)],
            "unknowns": [2, *(bent.unknowns for bent in study.bent)],
            "loss": [study.line_loss, *(bent.loss for bent in study.bent)],
        }
    )
    made = {f"neurons_{bent.neurons}": bent.prediction for bent in study.bent}
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
    return f"y = {number(study.line.bias)} {'−' if weight < 0 else '+'} {number(abs(weight))}·x"


def _amount(study: BiasStudy, loss: float, translate: Catalogue) -> str:
    return amount(loss, study.curve, translate, squared=study.loss == "mse")


def _name(bent: Bent, translate: Catalogue) -> str:
    return translate("look.bias.one_name" if bent.neurons == 1 else "look.bias.bent_name", neurons=bent.neurons)


def _share(part: float, whole: float) -> str:
    return significant(100 * part / whole, 2) if whole > 0 else "0"


def bias_chart(study: BiasStudy, language: str = "en") -> alt.VConcatChart:
    """Draw the curve with its best line, beside it with a network; below, L of each model.

    Two sliders move a line of one's own, and tell its L.

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
    pair = alt.hconcat(_straight(study, translate), _bent(study, translate), spacing=GAP).resolve_scale(
        color="independent"
    )
    chart = alt.vconcat(pair, _losses(study, translate), spacing=18).resolve_scale(color="independent")
    title = translate(
        "look.bias.title_one" if study.bent[-1].neurons == 1 else "look.bias.title",
        line=_amount(study, study.line_loss, translate),
        neurons=study.bent[-1].neurons,
        bent=number(study.bent[-1].loss),
    )
    shown = chart.add_params(*_sliders(study, translate))
    return dress(shown, title, called(study.curve, translate), language, simulated=study.curve.simulated)


def _sliders(study: BiasStudy, translate: Catalogue) -> list[alt.Parameter]:
    """Return the sliders of the line of one's own, which begins flat, and the choice of the network."""
    wide, high = float(np.ptp(study.curve.x)), float(np.ptp(study.curve.y)) or 1.0
    moved = [
        _slider(SLOPE, 0.0, study.line.weight, 2 * high / wide, translate("look.bias.line_w")),
        _slider(SHIFT, float(study.curve.y.mean()), study.line.bias, 1.5 * high, translate("look.bias.line_b")),
    ]
    counts = [bent.neurons for bent in study.bent]
    choice = alt.param(
        name=NEURONS,
        value=counts[-1],
        bind=alt.binding_radio(options=counts, name=translate("look.bias.neurons") + " "),
    )
    return [*moved, choice]


def _slider(name: str, at: float, best: float, far: float, title: str) -> alt.Parameter:
    """Return a slider that reaches `far` beyond its start and the best, in steps of a round size."""
    places = STEPS - math.floor(math.log10(far))
    low, high = round(min(at, best) - far, places), round(max(at, best) + far, places)
    bind = alt.binding_range(min=low, max=high, step=round(10.0**-places, max(places, 0)), name=title + " ")
    return alt.param(name=name, value=round(at, places), bind=bind)


def _curve(study: BiasStudy, translate: Catalogue) -> tuple[alt.Chart, alt.Chart]:
    """Return the curve's data with its place along x in the line's units, and its mark."""
    curve = study.curve
    base = alt.Chart(columns({"x": along(curve, curve.x), "at": curve.x, "y": curve.y}))
    low, high = float(curve.y.min()), float(curve.y.max())
    room = 0.12 * (high - low or 1.0)
    scale = alt.Scale(domain=[low - room, high + 2.2 * room], nice=False, zero=False)
    y = alt.Y("y:Q", title=y_title(curve, translate), scale=scale, axis=alt.Axis(tickCount=6, format=axis_form(high)))
    tips = [x_tip(curve, translate), alt.Tooltip("y:Q", title=y_title(curve, translate), format=",.6~r")]
    return base, base.mark_line(color=INK, strokeWidth=2, clip=True).encode(
        x=x_axis(curve, translate, ticks=5), y=y, tooltip=tips
    )


def _straight(study: BiasStudy, translate: Catalogue) -> alt.LayerChart:
    """Draw the best line, and over it the line of one's own with its L."""
    curve = study.curve
    base, drawn = _curve(study, translate)
    ends = curve.x[[0, -1]]
    line = alt.Chart(columns({"x": along(curve, ends), "at": ends, "line": study.line.at(ends)}))
    error = f"({SHIFT} + {SLOPE} * datum.at - datum.y)"
    own = (
        base.transform_calculate(e=f"abs{error}" if study.loss == "mae" else f"{error} * {error}")
        .transform_aggregate(loss="mean(e)")
        .transform_calculate(text=f"{quote(translate('look.bias.own_loss'))} + format(datum.loss, {FORM})")
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
        .transform_calculate(own=f"{SHIFT} + {SLOPE} * datum.at")
        .encode(x=x, y="own:Q"),
        _corner(alt.Chart(alt.Data(values=[{"text": f"L = {number(study.line_loss)}"}])), VERMILLION, 2),
        _corner(own, INK, 20),
        width=HALF,
        height=HEIGHT,
    )
    return headed(chart, translate("look.bias.straight"))


def _bent(study: BiasStudy, translate: Catalogue) -> alt.LayerChart:
    """Draw the network of as many neurons as chosen, with its L."""
    curve = study.curve
    _, drawn = _curve(study, translate)
    made = {
        "x": np.concatenate([along(curve, curve.x)] * len(study.bent)),
        "neurons": np.repeat([bent.neurons for bent in study.bent], len(curve.x)),
        "made": np.concatenate([bent.prediction for bent in study.bent]),
    }
    chosen = alt.Chart(columns(made)).transform_filter(f"datum.neurons == {NEURONS}")
    losses = alt.Data(values=[{"neurons": bent.neurons, "text": f"L = {number(bent.loss)}"} for bent in study.bent])
    text = alt.Chart(losses).transform_filter(f"datum.neurons == {NEURONS}")
    chart = layered(
        key({_curve_name(study, translate): INK, translate("look.bias.sum", activation=study.activation): BLUE}),
        drawn,
        chosen.mark_line(color=BLUE, strokeWidth=3, opacity=0.85, clip=True).encode(
            x=x_axis(curve, translate, ticks=5), y="made:Q"
        ),
        _corner(text, BLUE, 2),
        width=HALF,
        height=HEIGHT,
    )
    return headed(chart, translate("look.bias.bent"))


def _corner(chart: alt.Chart, colour: str, down: int) -> alt.Chart:
    """Write the field ``text`` in the corner of a panel."""
    mark = chart.mark_text(color=colour, align="right", baseline="top", fontWeight="bold", fontSize=13)
    return mark.encode(x=alt.value(HALF), y=alt.value(down), text="text:N")


def _curve_name(study: BiasStudy, translate: Catalogue) -> str:
    return translate("look.curve.mark") if study.curve.first is None else study.curve.name


def _losses(study: BiasStudy, translate: Catalogue) -> alt.LayerChart:
    """Draw L of each model as a bar."""
    names = [translate("look.bias.line_name"), *(_name(bent, translate) for bent in study.bent)]
    losses = [study.line_loss, *(bent.loss for bent in study.bent)]
    rows = [{"model": name, "loss": loss, "text": number(loss)} for name, loss in zip(names, losses, strict=True)]
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("model:N", sort=None, title=None, axis=alt.Axis(ticks=False))
    )
    title = translate(f"look.bias.axis_{study.loss}")
    if study.curve.series is not None:
        title = translate(f"report.loss_{study.loss}", name=study.curve.name)
    colour = alt.condition(alt.datum.model == names[0], alt.value(VERMILLION), alt.value(BLUE))
    chart = layered(
        base.mark_bar(height=ROW - 10).encode(
            x=alt.X(
                "loss:Q",
                title=title,
                axis=alt.Axis(format=axis_form(max(losses)), tickCount=8),
                scale=alt.Scale(domain=[0, 1.1 * max(losses)], nice=False),
            ),
            color=colour,
            tooltip=[
                alt.Tooltip("model:N", title=translate("look.bias.column.model")),
                alt.Tooltip("text:N", title="L"),
            ],
        ),
        base.mark_text(align="left", dx=5, color=INK).encode(x="loss:Q", text="text:N"),
        height=ROW * len(rows),
        width=WIDTH - 110,
    )
    return headed(chart, translate("look.bias.losses"))
