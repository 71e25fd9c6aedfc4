"""The error surface in its six views: a path, a curve, two losses, brute force, many starts, learning rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.forecast.study.surface_curve import CurveStudy
from thalweg.forecast.study.surface_path import PathStudy
from thalweg.forecast.study.surface_search import LossesStudy, SearchStudy
from thalweg.forecast.study.surface_starts import StartsStudy
from thalweg.look.surface_curve import curve_look
from thalweg.look.surface_path import path_look
from thalweg.look.surface_rates import rates_look
from thalweg.look.surface_search import losses_look, search_look
from thalweg.look.surface_starts import starts_look

if TYPE_CHECKING:
    import altair as alt

    from thalweg.forecast.study.surface import SurfaceStudy
    from thalweg.look.look import Look


def surface_look(study: SurfaceStudy, language: str = "en") -> Look:
    """Return the look of a view: its chart with its numbers and words."""
    match study:
        case PathStudy():
            return path_look(study, language)
        case CurveStudy():
            return curve_look(study, language)
        case LossesStudy():
            return losses_look(study, language)
        case SearchStudy():
            return search_look(study, language)
        case StartsStudy():
            return starts_look(study, language)
        case _:
            return rates_look(study, language)


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
    return surface_look(study, language).chart
