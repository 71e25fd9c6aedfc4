"""Look up a message by its key and fill in its values."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.text import clean, quotable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

LANGUAGES = ("en", "zh")
# What sentences call the steps of a series where they are told without one, by the key below `frequency` in each case.
WORDS_OF_DAYS = dict.fromkeys(("step", "steps", "a_step", "times", "Step", "Steps"), "day") | {"season": "year"}
_NOT_GIVEN = object()
_MOST_LISTED = 20  # of what a sentence lists
_SPECIAL = frozenset(" ()&;|<>$%*\"'\\`!?#~")  # what a shell would not leave as it is


@dataclass(frozen=True)
class Message:
    """A sentence not yet in any language: its key in the catalogues and the values it tells.

    Attributes
    ----------
    key : str
        Such as ``note.missing_days``.
    values : mapping
        By name. A value may be a message itself, an `Argument`, or a list or tuple of values. A text counts as a
        user's: it is told as `thalweg.text.quotable` gives it, and a path in its whole length.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __str__(self) -> str:
        return catalogue()(self)


class Whole(str):
    """A text that is told in its whole length, such as a command to paste."""

    __slots__ = ()


class Sentences(tuple[Message, ...]):
    """Messages that `print` shows as sentences, a line each."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(map(str, self))


@dataclass(frozen=True)
class Argument:
    """An argument that a message speaks of: ``loss='rmse'`` in Python, ``--loss rmse`` in the command.

    Attributes
    ----------
    name : str
        As Python has it, such as ``days_back``.
    value : object
        What was or may be given; none where the message speaks of the argument alone.
    """

    name: str
    value: object = _NOT_GIVEN

    def written(self, *, command: bool) -> str:
        """Return the argument as its user writes it, in the command or in Python."""
        given = self.value is not _NOT_GIVEN
        if not command:
            if isinstance(self.value, Path):
                return f"{self.name}={clean(str(self.value))!r}"
            value = quotable(self.value) if isinstance(self.value, str) else self.value
            return f"{self.name}={quotable(repr(value))}" if given else self.name
        option = "--" + self.name.rstrip("_").replace("_", "-")
        if not given or self.value is True:
            return option
        if isinstance(self.value, Path):
            return f"{option} {_quoted(clean(str(self.value)))}"
        text = ",".join(map(str, self.value)) if isinstance(self.value, (tuple, list)) else str(self.value)
        return f"{option} {_quoted(quotable(text))}"


def _quoted(text: str) -> str:
    if text and not _SPECIAL.intersection(text):
        return text
    return f'"{text}"' if not set(text) & set('"$`\\!') else "'" + text.replace("'", "'\\''") + "'"


class Catalogue:
    """The messages of one language.

    Parameters
    ----------
    language : str
        One of `LANGUAGES`.
    templates : mapping
        Key, dotted (``note.missing_days``), to a `str.format` template.
    command : bool
        Whether arguments are written as options of the command (``--loss rmse``) or as in Python (``loss='rmse'``).
    words : mapping, optional
        Values that every sentence may tell, by name; a sentence's own value of that name comes first.
    """

    def __init__(
        self,
        language: str,
        templates: Mapping[str, str],
        *,
        command: bool = False,
        words: Mapping[str, Message | str] | None = None,
    ) -> None:
        self.language = language
        self.templates = templates
        self.command = command
        self.words: dict[str, str] = {}
        self.words = {name: str(self._told(word)) for name, word in (words or {}).items()}

    def speaking(self, words: Mapping[str, Message | str]) -> Catalogue:
        """Return the catalogue with words that every sentence may tell."""
        return Catalogue(self.language, self.templates, command=self.command, words={**self.words, **words})

    def __call__(self, message: Message | str, /, **values: object) -> str:
        """Return the sentence; a `KeyError` names a key or value that is not there."""
        told: dict[str, object]
        if isinstance(message, str):  # with values that are composed already
            told = {name: clean(each) if isinstance(each, str) else self._told(each) for name, each in values.items()}
            return self.templates[message].format_map({**self.words, **told})
        told = {name: self._told(each) for name, each in message.values.items()}
        return self.templates[message.key].format_map({**self.words, **told})

    def _told(self, value: object) -> object:
        """Return a value in this language; what is no text and holds none stays as it is."""
        match value:
            case Message():
                return self(value)
            case Argument():
                return value.written(command=self.command)
            case list() | tuple():
                told = [str(self._told(each)) for each in value[:_MOST_LISTED]]
                return self.templates["list.comma"].join([*told, *["…"] * (len(value) > _MOST_LISTED)])
            case Whole() | Path():
                return clean(str(value))
            case str():
                return quotable(value)
            case _:
                return value


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


def _files_of(folder: Traversable, name: str) -> Iterator[Traversable]:
    """Yield every file of a name in a folder and the folders below it."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files_of(entry, name)
        elif entry.name == name:
            yield entry


@cache
def _templates(language: str) -> Mapping[str, str]:
    """Return all messages of a language: each room of the package keeps its own, in ``en.toml`` and ``zh.toml``."""
    told: dict[str, str] = {}
    for file in _files_of(files("thalweg"), f"{language}.toml"):
        told |= _flatten(tomllib.loads(file.read_text(encoding="utf-8")))
    return told


@cache
def catalogue(language: str = "en", *, command: bool = False) -> Catalogue:
    """Return the catalogue of a language, read once.

    Parameters
    ----------
    language : str
        ``en`` or ``zh``.
    command : bool
        Whether its reader uses the command, or Python.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"There is no catalogue for the language {language!r}; choose one of {', '.join(LANGUAGES)}.")
    templates = _templates(language)
    days = {name: Message(f"frequency.{name}.{step}") for name, step in WORDS_OF_DAYS.items()}
    return Catalogue(language, templates, command=command, words=days)
