"""Catalogues that speak of the steps of a series: of hours, days, weeks or months."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from thalweg.messages import Catalogue, catalogue
from thalweg.series.frequency.words import words_of

if TYPE_CHECKING:
    from thalweg.series.frequency.record import Frequency


MOST_FIRST_STEPS = 24  # that a table shows before the rest


def first_steps(frequency: Frequency) -> int:
    """Return how many steps ahead are shown first: a season, or all that are usual where that is a single step."""
    return min(frequency.season if frequency.season > 1 else frequency.horizon, MOST_FIRST_STEPS)


def speaking(language: str | Catalogue, frequency: Frequency) -> Catalogue:
    """Return the catalogue of a language in which sentences call the steps as the frequency does.

    Parameters
    ----------
    language : str or Catalogue
        ``en`` or ``zh``, or the catalogue itself.
    frequency : Frequency
    """
    if isinstance(language, str):
        return _speaking(language, frequency)
    return language.speaking(words_of(frequency))


@cache
def _speaking(language: str, frequency: Frequency) -> Catalogue:
    """Return the catalogue of a language, made once."""
    return catalogue(language).speaking(words_of(frequency))
