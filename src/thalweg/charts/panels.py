"""Panels that stand one under another: the same width for the numbers beside them, and bars around zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from thalweg.charts.style import GREY, WIDTH_PIXELS, layered

if TYPE_CHECKING:
    from typing import Any

AXIS_PIXELS = 60  # of the numbers beside the panels, so that these stand one under another
PANEL_PIXELS = WIDTH_PIXELS - AXIS_PIXELS  # the width of a panel
BESIDE_PIXELS = AXIS_PIXELS + 40  # with the margins; `report/draw.js` makes the panels as narrow as the page
SEASONS_BY_WEEK = 10  # up to which the axis of dates has a tick a week
WIDEST_BAR_PIXELS = 10
BAR_SHARE = 0.7  # of its room that a bar takes at most


def under_another(*panels: alt.LayerChart) -> alt.VConcatChart:
    """Return the panels, the first on top."""
    return alt.vconcat(*panels, spacing=14, usermeta={"beside": BESIDE_PIXELS})


def numbers_beside(ticks: int) -> alt.Axis:
    """Return the vertical axis of a panel, with about so many ticks."""
    return alt.Axis(tickCount=ticks, minExtent=AXIS_PIXELS, maxExtent=AXIS_PIXELS)


def bars_around_zero(
    base: alt.Chart,
    field: str,
    count: int,
    *,
    height: int,
    ticks: int,
    colour: Any,  # noqa: ANN401 - a value or a condition of Altair
    tooltip: list[alt.Tooltip],
) -> alt.LayerChart:
    """Return a panel with a bar for each of `count` dates of a chart that says where they stand; height in pixels."""
    wide = min(WIDEST_BAR_PIXELS, BAR_SHARE * PANEL_PIXELS / count)
    up = alt.Y(f"{field}:Q", title=None, axis=numbers_beside(ticks))
    return layered(
        base.mark_bar(size=wide).encode(y=up, color=colour, tooltip=tooltip),
        alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=GREY).encode(y="zero:Q"),
        width=PANEL_PIXELS,
        height=height,
    )
