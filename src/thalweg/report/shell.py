"""A command line to paste, quoted as a shell wants it."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_PLAIN = re.compile(r"[\w./:\\=+-]+", re.ASCII)  # what PowerShell takes as it is; a comma would make it a list


def lines_of(words: Sequence[str]) -> list[tuple[str, str]]:
    """Return the command for each kind of shell, the kind as a part of a key; once where both are written alike."""
    if not words:
        return []
    lines = {"sh": for_sh(words), "powershell": for_powershell(words)}
    if lines["powershell"] in ("", lines["sh"]):
        return [("any", lines["sh"])]
    return list(lines.items())


def for_sh(words: Sequence[str]) -> str:
    """Return the line for bash, zsh and their kin; control characters, which no line shows, are written as escapes."""
    return " ".join(shlex.quote(word) if word.isprintable() else _escaped(word) for word in words)


def for_powershell(words: Sequence[str]) -> str:
    """Return the line for PowerShell, or "" where a word holds characters that no line of it shows."""
    if not all(word.isprintable() for word in words):
        return ""
    return " ".join(word if _PLAIN.fullmatch(word) else _in_powershell(word) for word in words)


def _in_powershell(word: str) -> str:
    # Within single quotes PowerShell takes everything as it is, each of its kinds of single quotes twice. It hands on
    # a double quote only with a backslash before it, and backslashes before that one twice.
    handed_on = re.sub(r'(\\*)"', r'\1\1\\"', word)
    return "'" + re.sub("(['‘’‚‛])", r"\1\1", handed_on) + "'"


def _escaped(word: str) -> str:
    """Return a word in the form ``$'…'``, in which bash and zsh know escapes."""
    marks = {"\\": "\\\\", "'": "\\'"}
    return (
        "$'" + "".join(marks.get(letter, letter if letter.isprintable() else _escape(letter)) for letter in word) + "'"
    )


def _escape(letter: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in letter.encode("utf-8", "surrogateescape"))
