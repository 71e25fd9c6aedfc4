"""How far ahead, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.messages import Message
from thalweg.series.frequency.words import words_of

if TYPE_CHECKING:
    from thalweg.series.frequency.record import Frequency


def ahead_message(count: int, frequency: Frequency) -> Message:
    """Return how far ahead so many steps are."""
    kind = "one" if count == 1 else "many"
    return Message(f"verdict.steps_ahead_{kind}", {"count": count, **words_of(frequency)})
