"""What pictures of a curve share: axes, tooltips, names and units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from thalweg.charts.numbers import number, when
from thalweg.charts.style import day_axis, day_tip, days

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from thalweg.messages import Catalogue
    from thalweg.pictures.shared.curve import TargetCurve


def along(curve: TargetCurve, x: NDArray[np.float64]) -> NDArray[Any]:
    """Return x as a chart reads it: ISO dates for a curve of days."""
    return x if curve.first is None else days(curve.dates(x))


def x_axis(curve: TargetCurve, translate: Catalogue, *, ticks: int = 8) -> alt.X:
    """Return the horizontal axis of the field ``x``."""
    if curve.first is None:
        axis = alt.Axis(grid=False, tickCount=ticks)
        return alt.X("x:Q", title=translate("look.curve.x"), axis=axis, scale=alt.Scale(nice=False))
    dates = curve.dates(curve.x)
    return day_axis(translate.language, "x", ticks=ticks, frequency=curve.frequency, dates=dates)


def x_tip(curve: TargetCurve, translate: Catalogue) -> alt.Tooltip:
    """Return the field of a tooltip that holds x."""
    if curve.first is None:
        return alt.Tooltip("x:Q", title=translate("look.curve.x"), format=".4~g")
    return day_tip(translate.language, "x", curve.frequency)


def y_title(curve: TargetCurve, translate: Catalogue) -> str:
    """Return the title of the vertical axis: the name of the user's column."""
    return translate("look.curve.week_mean", name=curve.name) if curve.kind == "year" else curve.name


def called(curve: TargetCurve, translate: Catalogue) -> str:
    """Return a description of the curve."""
    if curve.first is None:
        return translate(f"look.curve.{curve.kind}")
    first, last = (when(date, curve.frequency, translate.language) for date in curve.dates(curve.x[[0, -1]]))
    return translate(f"look.curve.{curve.kind}", name=curve.name, first=first, last=last)


def amount(value: float, curve: TargetCurve, translate: Catalogue, *, squared: bool = False) -> str:
    """Return a number with the curve's unit; a toy has none."""
    if curve.series is None:
        return number(value)
    return translate("look.curve.squared" if squared else "look.curve.amount", value=number(value), name=curve.name)


def number_format(highest: float) -> str:
    """Return the number format of an axis: 4,000 and 0.1, but 250k for 250,000."""
    return "~s" if abs(highest) >= 100_000 else ",~r"  # noqa: PLR2004 - from this size on, numbers would be long
