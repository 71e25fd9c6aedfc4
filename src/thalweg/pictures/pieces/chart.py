"""A curve as a sum of pieces (N2 to N5, N7): the recipe, a fitted network's neurons, or one neuron with sliders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.pictures.pieces.build_chart import build_chart, build_illustration
from thalweg.pictures.pieces.neurons_chart import neurons_chart, neurons_illustration
from thalweg.pictures.pieces.neurons_study import NeuronsStudy
from thalweg.pictures.pieces.sliders_chart import sliders_chart, sliders_illustration
from thalweg.pictures.pieces.study import SlidersStudy

if TYPE_CHECKING:
    import altair as alt

    from thalweg.charts.illustration import Illustration
    from thalweg.pictures.pieces.study import PiecesStudy


def pieces_illustration(study: PiecesStudy, language: str = "en") -> Illustration:
    """Return the illustration: `pieces_chart` with its tables and sentences."""
    match study:
        case NeuronsStudy():
            return neurons_illustration(study, language)
        case SlidersStudy():
            return sliders_illustration(study, language)
        case _:
            return build_illustration(study, language)


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
