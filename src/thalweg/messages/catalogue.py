"""Look up a message by its key and fill in its values."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Message:
    """A sentence not yet in any language: its key in the catalogues and the values it tells."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Catalogue:
    """The messages of one language.

    Parameters
    ----------
    language : str
        One of `LANGUAGES`.
    templates : mapping
        Key, dotted (``note.missing_days``), to a `str.format` template.
    """

    def __init__(self, language: str, templates: Mapping[str, str]) -> None:
        self.language = language
        self.templates = templates

    def __call__(self, message: Message | str, /, **values: object) -> str:
        """Return the sentence; a `KeyError` names a key or value that is not there."""
        if isinstance(message, str):
            message = Message(message, values)
        return self.templates[message.key].format_map(message.values)


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


@cache
def catalogue(language: str = "en") -> Catalogue:
    """Return the catalogue of `language`, read once from the files of its folder.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"There is no catalogue for the language {language!r}; choose one of {', '.join(LANGUAGES)}.")
    told: dict[str, str] = {}
    for file in files("thalweg.messages").joinpath(language).iterdir():
        told |= _flatten(tomllib.loads(file.read_text(encoding="utf-8")))
    return Catalogue(language, told)
