"""A curve as a sum of pieces (N2 to N5, N7): the recipe, a fitted network's neurons, or sliders, as the study is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.forecast.study.neurons import NeuronsStudy
from thalweg.forecast.study.pieces import SlidersStudy
from thalweg.look.pieces_build import build_chart, build_look
from thalweg.look.pieces_fitted import neurons_chart, neurons_look
from thalweg.look.pieces_sliders import sliders_chart, sliders_look

if TYPE_CHECKING:
    import altair as alt

    from thalweg.forecast.study.pieces import PiecesStudy
    from thalweg.look.look import Look


def pieces_look(study: PiecesStudy, language: str = "en") -> Look:
    """Return the look: `pieces_chart` with its numbers and words."""
    match study:
        case NeuronsStudy():
            return neurons_look(study, language)
        case SlidersStudy():
            return sliders_look(study, language)
        case _:
            return build_look(study, language)


def pieces_chart(study: PiecesStudy, language: str = "en") -> alt.VConcatChart | alt.HConcatChart:
    """Draw the pieces in the view that the study was made for.

    Parameters
    ----------
    study : BuildStudy, NeuronsStudy or SlidersStudy
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.VConcatChart or HConcatChart
        In the user's units.
    """
    match study:
        case NeuronsStudy():
            return neurons_chart(study, language)
        case SlidersStudy():
            return sliders_chart(study, language)
        case _:
            return build_chart(study, language)
