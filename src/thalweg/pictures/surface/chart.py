"""The error surface in its six views: a path, a curve, two losses, brute force, many starts, learning rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.pictures.surface.curve_chart import curve_illustration
from thalweg.pictures.surface.curve_study import CurveStudy
from thalweg.pictures.surface.path_chart import path_illustration
from thalweg.pictures.surface.path_study import PathStudy
from thalweg.pictures.surface.rates_chart import rates_illustration
from thalweg.pictures.surface.search_chart import losses_illustration, search_illustration
from thalweg.pictures.surface.search_study import LossesStudy, SearchStudy
from thalweg.pictures.surface.starts_chart import starts_illustration
from thalweg.pictures.surface.starts_study import StartsStudy

if TYPE_CHECKING:
    import altair as alt

    from thalweg.charts.illustration import Illustration
    from thalweg.pictures.surface.study import SurfaceStudy


def surface_illustration(study: SurfaceStudy, language: str = "en") -> Illustration:
    """Return the illustration of a view: its chart with its tables and sentences."""
    match study:
        case PathStudy():
            return path_illustration(study, language)
        case CurveStudy():
            return curve_illustration(study, language)
        case LossesStudy():
            return losses_illustration(study, language)
        case SearchStudy():
            return search_illustration(study, language)
        case StartsStudy():
            return starts_illustration(study, language)
        case _:
            return rates_illustration(study, language)


def surface_chart(study: SurfaceStudy, language: str = "en") -> alt.LayerChart | alt.HConcatChart | alt.VConcatChart:
    """Draw a view of the error surface.

    Parameters
    ----------
    study : PathStudy, CurveStudy, LossesStudy, SearchStudy, StartsStudy or RatesStudy
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair chart
        L in the user's units, or their square for squared errors.
    """
    return surface_illustration(study, language).chart
