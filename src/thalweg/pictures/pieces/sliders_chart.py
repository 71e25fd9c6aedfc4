"""c·σ(b + w·x) with sliders for c, b and w, for three σ, with their slopes σ′ (N4, N7, P8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import number, significant
from thalweg.charts.style import BLUE, GREY, VERMILLION, WIDTH_PIXELS, dress, headed, layered
from thalweg.messages import catalogue
from thalweg.pictures.pieces.study import SHOWN

if TYPE_CHECKING:
    from thalweg.messages import Catalogue
    from thalweg.pictures.pieces.study import SlidersStudy

X_REACH = 6.0  # x is drawn from −X_REACH to X_REACH
X_STEP = 0.05
UPPER_HEIGHT_PIXELS, LOWER_HEIGHT_PIXELS, GAP_PIXELS = 220, 130, 26
PANEL_WIDTH_PIXELS = (WIDTH_PIXELS - 140) // len(SHOWN)  # what the axes leave of the width
SLIDER_REACH = {"c": 2.0, "b": 6.0, "w": 4.0}
VALUES = {
    "sigmoid": "1 / (1 + exp(-datum.z))",
    "hard sigmoid": "clamp(datum.z / 6 + 0.5, 0, 1)",
    "relu": "max(0, datum.z)",
}
SLOPES = {
    "sigmoid": "exp(-datum.z) / pow(1 + exp(-datum.z), 2)",
    "hard sigmoid": "abs(datum.z) < 3 ? 1 / 6 : 0",
    "relu": "datum.z > 0 ? 1 : 0",
}


def sliders_illustration(study: SlidersStudy, language: str = "en") -> Illustration:
    """Return the illustration: `sliders_chart` with its tables and sentences."""
    translate = catalogue(language)
    highest = [study.highest_slope(name) for name in SHOWN]
    slopes = Numbers(
        {
            "activation": list(SHOWN),
            "formula": [translate(f"look.pieces.formula_{name.replace(' ', '_')}") for name in SHOWN],
            "highest_slope": [slope for slope, _, _ in highest],
            "where": [translate(f"look.pieces.where_{name.replace(' ', '_')}") for name in SHOWN],
        }
    )
    x = np.arange(-X_REACH, X_REACH + X_STEP / 2, X_STEP)
    values = {f"{name.replace(' ', '_')}": study.value(name, x) for name in SHOWN}
    of_slopes = {f"{name.replace(' ', '_')}_slope": study.slope(name, x) for name in SHOWN}
    sentences = [
        translate("look.pieces.moves"),
        translate("look.pieces.highest_slope", highest=number(highest[0][0], 2)),
    ]
    if study.w:
        sentences.insert(1, translate("look.pieces.turns_at", where=number(-study.b / study.w), w=significant(study.w)))
    return Illustration(
        "pieces",
        language,
        sliders_chart(study, language),
        {"slopes": slopes, "values": Numbers({"x": x, **values, **of_slopes})},
        tuple(sentences),
        shown=("slopes",),
        asked=("pairs",),
    )


def sliders_chart(study: SlidersStudy, language: str = "en") -> alt.HConcatChart:
    """Draw c·σ(b + w·x) for three σ, and σ′ below each; sliders move c, b and w.

    Parameters
    ----------
    study : SlidersStudy
        Where the sliders stand at first.
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.HConcatChart
    """
    translate = catalogue(language)
    each = [alt.vconcat(_value(study, name, translate), _slope(name, translate), spacing=16) for name in SHOWN]
    params: list[alt.Parameter] = []
    for name, reach in SLIDER_REACH.items():
        at: float = getattr(study, name)
        far = max(reach, abs(at))
        bind = alt.binding_range(min=-far, max=far, step=X_STEP, name=translate(f"look.pieces.slider_{name}") + " ")
        params.append(alt.param(name=name, value=at, bind=bind))
    chart = alt.hconcat(*each, spacing=GAP_PIXELS).add_params(*params)
    title = translate("look.pieces.sliders_title")
    subtitle = translate(
        "look.pieces.sliders_subtitle", c=significant(study.c), b=significant(study.b), w=significant(study.w)
    )
    return dress(chart, title, subtitle, language)


def _base() -> alt.Chart:
    x = alt.sequence(-X_REACH, X_REACH + X_STEP / 2, X_STEP, as_="x")
    return alt.Chart(x).transform_calculate(z="b + w * datum.x")


def _x() -> alt.X:
    return alt.X("x:Q", title="x", axis=alt.Axis(tickCount=7, grid=False), scale=alt.Scale(domain=[-X_REACH, X_REACH]))


def _value(study: SlidersStudy, name: str, translate: Catalogue) -> alt.LayerChart:
    """Draw c·σ(b + w·x), and where it turns."""
    reach = 1.1 * max(SLIDER_REACH["c"], abs(study.c))
    turn = alt.Chart(alt.Data(values=[{}])).transform_calculate(x="w == 0 ? 1e9 : -b / w")
    y = alt.Y(
        "y:Q",
        title="c·σ(b + w·x)" if name == SHOWN[0] else None,
        scale=alt.Scale(domain=[-reach, reach], nice=False),
        axis=alt.Axis(tickCount=5),
    )
    chart = layered(
        alt.Chart(alt.Data(values=[{"y": 0}])).mark_rule(color=GREY, opacity=0.6).encode(y=y),
        turn.mark_rule(color=GREY, strokeDash=[3, 3], clip=True).encode(x=_x()),
        _base()
        .transform_calculate(y=f"c * ({VALUES[name]})")
        .mark_line(color=BLUE, strokeWidth=3, clip=True)
        .encode(x=_x(), y=y),
        width=PANEL_WIDTH_PIXELS,
        height=UPPER_HEIGHT_PIXELS,
    )
    return headed(chart, translate(f"look.pieces.name_{name.replace(' ', '_')}"))


def _slope(name: str, translate: Catalogue) -> alt.LayerChart:
    """Draw σ′ at z = b + w·x, with a line at a quarter, the greatest σ′ of a sigmoid."""
    y = alt.Y(
        "y:Q",
        title="σ′(b + w·x)" if name == SHOWN[0] else None,
        scale=alt.Scale(domain=[0, 1.1], nice=False),
        axis=alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], format=".2~f"),
    )
    chart = layered(
        alt.Chart(alt.Data(values=[{"y": 0.25}])).mark_rule(color=GREY, strokeDash=[5, 4]).encode(y=y),
        _base()
        .transform_calculate(y=SLOPES[name])
        .mark_line(color=VERMILLION, strokeWidth=2.5, clip=True)
        .encode(x=_x(), y=y),
        width=PANEL_WIDTH_PIXELS,
        height=LOWER_HEIGHT_PIXELS,
    )
    return headed(chart, translate(f"look.pieces.slope_{name.replace(' ', '_')}"))
