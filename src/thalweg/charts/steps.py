"""What the steps of a frequency are called in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.messages import catalogue

if TYPE_CHECKING:
    from thalweg.series.frequency.record import Frequency


def step_words(frequency: Frequency, language: str = "en") -> dict[str, str]:
    """Return what one step and several are called, by ``step`` and ``steps``; as its frequency says where unknown."""
    templates = catalogue(language).templates
    return {
        "step": templates.get(f"frequency.step.{frequency.step}", frequency.step),
        "steps": templates.get(f"frequency.steps.{frequency.step}", frequency.steps),
    }
