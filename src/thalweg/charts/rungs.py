"""The names of rungs in the reader's language."""

from __future__ import annotations

from thalweg.forecast.names import rung_message
from thalweg.messages import Message, catalogue


def rung_name(name: str, language: str = "en") -> str:
    """Return the name of a rung as tables and charts show it; a user's own name stays as it is."""
    told = rung_message(name)
    return catalogue(language)(told) if isinstance(told, Message) else told
