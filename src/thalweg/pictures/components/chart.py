"""What a forecast is made of: the forecast on its level, and below it a panel for each component."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import signed, value_format
from thalweg.charts.rungs import rung_name
from thalweg.charts.style import (
    BLUE,
    GREY,
    INK,
    VERMILLION,
    WIDTH_PIXELS,
    columns,
    day_axis,
    day_tip,
    days,
    dress,
    headed,
    key,
    layered,
    parted,
)
from thalweg.forecast.components import LEFT, LEVEL
from thalweg.pictures.components.sentences import (
    least_remainder,
    moved_most,
    name_of,
    places_of,
    sentences_of,
    speaking_of,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.components import Component
    from thalweg.pictures.components.study import ComponentsStudy

FORECAST_HEIGHT_PIXELS, HEIGHT_PIXELS = 150, 66
SEASONS_BY_WEEK = 10  # up to which the axis has a tick a week
WIDEST_BAR_PIXELS = 10
BAR_SHARE = 0.7  # of its room that a bar takes at most
AXIS_PIXELS = 60  # of the numbers beside the panels, so that these stand one under another
BESIDE_PIXELS = AXIS_PIXELS + 40  # with the margins; `report/draw.js` makes the panels as narrow as the page


def components_illustration(study: ComponentsStudy, language: str = "en") -> Illustration:
    """Return the illustration: `components_chart` with its tables and sentences."""
    made, translate = study.made, speaking_of(study, language)
    table = {"date": made.dates, "forecast": made.forecast}
    table |= {one.column: row for one, row in zip(made.components, made.values, strict=True)}
    ends = np.stack([made.values.min(axis=1), made.values.max(axis=1), made.values.mean(axis=1)])
    ends[np.abs(ends[:, -1]) < least_remainder(study), -1] = 0.0  # of the remainder, which is rounding
    ranges: dict[str, list[Any]] = {"component": [name_of(one, translate) for one in made.components]}
    ranges |= dict(zip(("least", "most", "mean"), ends.tolist(), strict=True))
    bounds = {"date": made.dates, "base": made.base, "remainder": made.values[-1], "allowed": made.allowed}
    tables = {
        "components": Numbers(table),
        "ranges": Numbers(ranges, places_of(study)),
        "remainders": Numbers(bounds),
    }
    return Illustration(
        "components",
        language,
        components_chart(study, language),
        tables,
        tuple(sentences_of(study, language)),
        shown=("ranges",),
        frequency=study.days.frequency,
    )


def components_chart(study: ComponentsStudy, language: str = "en") -> alt.VConcatChart:
    """Draw the forecast with its level, and below each component around zero; every panel has its own scale.

    A component that is written as 0 on every date has no panel.

    Parameters
    ----------
    study : ComponentsStudy
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.VConcatChart
        In the user's units.
    """
    made, places, translate = study.made, places_of(study), speaking_of(study, language)
    panels = [_forecast(study, language)]
    for one, row in zip(made.components, made.values, strict=True):
        if one.kind not in (LEVEL, LEFT) and np.abs(row).max().round(places):
            panels.append(_panel(study, one, row, language))
    chart = alt.vconcat(*panels, spacing=14, usermeta={"beside": BESIDE_PIXELS})
    most = moved_most(study)
    told = {"name": study.days.name, "horizon": len(made.dates)}
    one_alone = "_one" if len(made.dates) == 1 else ""
    if most is None:
        title = translate("look.components.title_level", **told)
    else:
        row = made.values[most]
        ends = {"least": signed(float(row.min()), places), "most": signed(float(row.max()), places)}
        title = translate(
            f"look.components.title{one_alone}", what=name_of(made.components[most], translate), **ends, **told
        )
    subtitle = translate(f"look.components.subtitle{one_alone}", function=rung_name(study.function, language), **told)
    return dress(chart, title, subtitle, language, simulated=study.days.simulated)


def _table(study: ComponentsStudy, values: dict[str, NDArray[np.float64]]) -> alt.Chart:
    dates, parts = parted(study.days.frequency, study.made.dates, values)
    return alt.Chart(columns({"day": days(dates), **parts}))


def _axis() -> alt.Axis:
    return alt.Axis(tickCount=4, minExtent=AXIS_PIXELS, maxExtent=AXIS_PIXELS)


def _across(study: ComponentsStudy, language: str) -> alt.X:
    frequency, dates = study.days.frequency, study.made.dates
    few = len(dates) <= SEASONS_BY_WEEK * frequency.season
    return day_axis(language, weekly=few, padding=8, ticks=6, frequency=frequency, dates=dates)


def _forecast(study: ComponentsStudy, language: str) -> alt.LayerChart:
    made, translate = study.made, speaking_of(study, language)
    forecast, level = translate("look.components.forecast"), translate("look.components.kind.level")
    base = _table(study, {"forecast": made.forecast, "level": made.values[0]}).encode(x=_across(study, language))
    written = value_format(study.days.values)
    tips = [
        day_tip(language, frequency=study.days.frequency),
        alt.Tooltip("forecast:Q", title=forecast, format=written),
        alt.Tooltip("level:Q", title=level, format=written),
    ]
    up = alt.Y("forecast:Q", title=None, scale=alt.Scale(zero=False), axis=_axis())
    panel = layered(
        key({forecast: BLUE, level: INK}),
        base.mark_line(color=INK, strokeWidth=1.5, strokeDash=[6, 3]).encode(y=alt.Y("level:Q")),
        base.mark_line(color=BLUE, strokeWidth=2).encode(y=up),
        base.mark_point(color=BLUE, filled=True, size=25, opacity=1).encode(y=up, tooltip=tips),
        width=WIDTH_PIXELS - AXIS_PIXELS,
        height=FORECAST_HEIGHT_PIXELS,
    )
    return headed(panel, translate("look.components.forecast_head", name=study.days.name))


def _panel(study: ComponentsStudy, one: Component, row: NDArray[np.float64], language: str) -> alt.LayerChart:
    """Draw one component as bars around zero."""
    translate, places = speaking_of(study, language), places_of(study)
    name = name_of(one, translate)
    base = _table(study, {"moved": row}).encode(x=_across(study, language))
    tips = [
        day_tip(language, frequency=study.days.frequency),
        alt.Tooltip("moved:Q", title=name, format="+,.4~r"),
    ]
    wide = min(WIDEST_BAR_PIXELS, BAR_SHARE * (WIDTH_PIXELS - AXIS_PIXELS) / len(row))
    sign = alt.condition("datum.moved < 0", alt.value(VERMILLION), alt.value(BLUE))
    up = alt.Y("moved:Q", title=None, axis=_axis())
    panel = layered(
        base.mark_bar(size=wide).encode(y=up, color=sign, tooltip=tips),
        alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=GREY).encode(y="zero:Q"),
        width=WIDTH_PIXELS - AXIS_PIXELS,
        height=HEIGHT_PIXELS,
    )
    ends = {"least": signed(float(row.min()), places), "most": signed(float(row.max()), places)}
    head = "look.components.panel_head" if len(row) > 1 else "look.components.panel_head_one"
    return headed(panel, translate(head, what=name, name=study.days.name, **ends))
