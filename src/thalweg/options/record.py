"""A record of options, checked when it is made, and functions that take its options as keywords."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, ParamSpec, Protocol, Self, TypeVar

from thalweg.errors import InputError
from thalweg.messages import catalogue
from thalweg.options.kinds import Switch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from thalweg.options.kinds import Kind

T = TypeVar("T")
P = ParamSpec("P")
First = TypeVar("First")
Record = TypeVar("Record", bound="Options")
Result = TypeVar("Result")


class Usual(Protocol):
    """A default that follows from the series: an option that is None has it, once the series is known."""

    def of(self, frequency: Any, /) -> Any:  # noqa: ANN401 - this package knows no frequency, and each option has its own
        """Return the default for series of a frequency."""
        ...

    def told(self, language: str) -> str:
        """Return the defaults of all frequencies in words."""
        ...


@dataclass(frozen=True)
class Declared:
    """One option: its name, what it takes, its default, its panel of the help, and a default of the series."""

    name: str
    kind: Kind
    default: Any
    panel: str
    usual: Usual | None = None

    def checked(self, value: Any) -> Any:  # noqa: ANN401 - users have no type checker
        """Return a value as the record holds it; None where that is the default."""
        return None if value is None and self.default is None else self.kind.checked(self.name, value)

    @property
    def default_text(self) -> str:
        """The default as a user writes it; empty where there is none, or where it follows the series."""
        return "" if self.default in (None, "", False) else self.kind.written(self.default)


def option(default: T, kind: Kind, *, panel: str = "", usual: Usual | None = None) -> T:
    """Declare an option as a field of a record.

    Parameters
    ----------
    default : object
        As the record holds it. Where it is None, None is taken too.
    kind : Kind
        What values it takes.
    panel : str
        The panel of the help that it stands in: a key ``option.panel.*`` of the catalogues.
    usual : Usual, optional
        What an option that is None becomes once the series is known; see `Options.settled`.
    """
    return field(default=default, metadata={"option": (kind, panel, usual)})


def switch(*, panel: str = "") -> bool:
    """Declare an option that is off unless it is given, as a field of a record; `panel` as of `option`."""
    return field(default=False, metadata={"option": (Switch(), panel, None)})


@dataclass(frozen=True, kw_only=True)
class Options:
    """A record of options; those declared by `option` are checked when it is made.

    Attributes
    ----------
    words : str
        Where the catalogues hold the help of these options: ``option.WORDS.NAME``, or ``option.NAME`` where several
        records share an option.

    Raises
    ------
    InputError
        If an option does not take its value.
    """

    words: ClassVar[str] = ""
    by_default: ClassVar[frozenset[str]] = frozenset()  # the options that `settled` has set, in the record it returns

    def __post_init__(self) -> None:
        for each in self.declared():
            object.__setattr__(self, each.name, each.checked(getattr(self, each.name)))

    @classmethod
    def declared(cls) -> tuple[Declared, ...]:
        """Return the options in their order."""
        return tuple(
            Declared(each.name, kind, each.default, panel, usual)
            for each in fields(cls)
            if "option" in each.metadata
            for kind, panel, usual in (each.metadata["option"],)
        )

    @classmethod
    def of(cls, given: Mapping[str, Any], called: str) -> Self:
        """Make a record of keywords.

        Parameters
        ----------
        given : mapping
            Name to value.
        called : str
            What takes the options, for the message: ``fit``, or a picture's name.

        Raises
        ------
        InputError
            If there is no such option, or one does not take its value.
        """
        names = [each.name for each in cls.declared()]
        for name in given:
            if name not in names:
                raise InputError("option.unknown", called=called, name=name, names=names)
        return cls(**given)

    @classmethod
    def of_texts(cls, texts: Mapping[str, str]) -> Self:
        """Make a record of what a user typed, by name; what is not among them has its default."""
        kinds = {each.name: each.kind for each in cls.declared()}
        return cls(**{name: kinds[name].parsed(name, text) for name, text in texts.items()})

    def settled(self, frequency: Any, most: Mapping[str, int] | None = None) -> Self:  # noqa: ANN401 - as of `Usual`
        """Return the record with the defaults that follow from the series.

        Parameters
        ----------
        frequency : object
            As of `Usual`.
        most : mapping of str to int, optional
            How large the default of an option can be for this series, where its length limits it.
        """
        most = most or {}
        open_ = {each.name: each.usual.of(frequency) for each in self.declared() if each.usual is not None}
        open_ = {
            name: min(value, most[name]) if name in most else value
            for name, value in open_.items()
            if getattr(self, name) is None
        }
        made = replace(self, **open_)
        object.__setattr__(made, "by_default", frozenset(open_))
        return made

    @classmethod
    def help(cls, name: str, language: str = "en", *, command: bool = False) -> str:
        """Return an option's help."""
        translate = catalogue(language, command=command)
        own = f"option.{cls.words}.{name}"
        return translate(own if own in translate.templates else f"option.{name}")

    def changed(self, names: Iterable[str]) -> list[str]:
        """Return those of the options named whose value is not the default; one that `settled` has set has it."""
        return [
            each.name
            for each in self.declared()
            if each.name in names and each.name not in self.by_default and getattr(self, each.name) != each.default
        ]


def with_options(
    record: Callable[P, Record],
) -> Callable[[Callable[[First, Record], Result]], Callable[Concatenate[First, P], Result]]:
    """Turn a function of something and a record into one of something and the record's options as keywords.

    Parameters
    ----------
    record : type
        A subclass of `Options`.

    Returns
    -------
    callable
        A decorator. Type checkers, ``help`` and notebooks see the options with their types and defaults.
    """

    def decorate(function: Callable[[First, Record], Result]) -> Callable[Concatenate[First, P], Result]:
        @functools.wraps(function)
        def taking(first: First, /, *args: P.args, **options: P.kwargs) -> Result:
            return function(first, record(*args, **options))

        first, *_ = inspect.signature(function).parameters.values()
        of_record = inspect.signature(record).parameters.values()
        vars(taking)["__signature__"] = inspect.signature(function).replace(parameters=[first, *of_record])
        return taking

    return decorate
