"""A user's texts as they are shown: on one line, without letters that cannot be seen, and no longer than is read."""

from __future__ import annotations

import re
import unicodedata

MOST_LETTERS = 80
"""A longer text is cut where it is quoted."""
_BREAKS = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
# Joiners shape the letters of some scripts and join emoji; beside Latin letters they only hide.
_LOOSE_JOINERS = re.compile("(?<![^\0-\x7f\u200c\u200d])[\u200c\u200d]|[\u200c\u200d](?![^\0-\x7f\u200c\u200d])")
_INSTEAD = "\ufffd"


def clean(text: str) -> str:
    """Return a text in which every letter is seen for what it is; a clean text stays as it is.

    Breaks of lines and tabs become spaces. Letters without a shape, and those that turn the direction of what follows,
    are left out. What else a terminal or a picture would take for an order is shown as ``�``.
    """
    if text.isprintable():
        return text
    seen = (letter if letter in "\u200c\u200d" else _shown(letter) for letter in _BREAKS.sub(" ", text))
    return _LOOSE_JOINERS.sub("", "".join(seen))


def _shown(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind == "Cf":
        return ""
    return _INSTEAD if kind in ("Cc", "Cs") or letter in "\ufffe\uffff" else letter


def cut(text: str) -> str:
    """Return a text for a quotation: its beginning, where it is long."""
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"


def quotable(text: str) -> str:
    """Return a user's text, clean and cut, as names and quotations show it."""
    # No more than a part of a text of megabytes is cleaned.
    return cut(clean(text[: 4 * MOST_LETTERS])) if len(text) > MOST_LETTERS else clean(text)
