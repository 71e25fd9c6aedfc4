"""What pictures of a curve share: its axes, its words, its numbers along x."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from thalweg.charts.numbers import day, number
from thalweg.charts.style import day_axis, day_tip, days

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from thalweg.messages import Catalogue
    from thalweg.pictures.shared.curve import TargetCurve


def along(curve: TargetCurve, x: NDArray[np.float64]) -> NDArray[Any]:
    """Return x as a chart reads it: days as ISO dates."""
    return x if curve.first is None else days(curve.dates(x))


def x_axis(curve: TargetCurve, translate: Catalogue, *, ticks: int = 8) -> alt.X:
    """Return the horizontal axis of the field ``x``."""
    if curve.first is None:
        axis = alt.Axis(grid=False, tickCount=ticks)
        return alt.X("x:Q", title=translate("look.curve.x"), axis=axis, scale=alt.Scale(nice=False))
    return day_axis(translate.language, "x", ticks=ticks)


def x_tip(curve: TargetCurve, translate: Catalogue) -> alt.Tooltip:
    """Return x for a tooltip."""
    if curve.first is None:
        return alt.Tooltip("x:Q", title=translate("look.curve.x"), format=".4~g")
    return day_tip(translate.language, "x")


def y_title(curve: TargetCurve, translate: Catalogue) -> str:
    """Return what stands at the vertical axis: the user's units."""
    return translate("look.curve.week_mean", name=curve.name) if curve.kind == "year" else curve.name


def called(curve: TargetCurve, translate: Catalogue) -> str:
    """Return what the curve is, in words."""
    if curve.first is None:
        return translate(f"look.curve.{curve.kind}")
    first, last = (day(date, translate.language) for date in curve.dates(curve.x[[0, -1]]))
    return translate(f"look.curve.{curve.kind}", name=curve.name, first=first, last=last)


def amount(value: float, curve: TargetCurve, translate: Catalogue, *, squared: bool = False) -> str:
    """Return a number in the curve's units; a toy has none."""
    if curve.series is None:
        return number(value)
    return translate("look.curve.squared" if squared else "look.curve.amount", value=number(value), name=curve.name)


def axis_form(highest: float) -> str:
    """Return how the numbers of an axis are written: 4,000 and 0.1, but 250k."""
    return "~s" if abs(highest) >= 100_000 else ",~r"  # noqa: PLR2004 - from here on numbers are long
