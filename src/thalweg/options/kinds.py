"""What values an option takes: a whole number within a range, one of a few words, a day."""

from __future__ import annotations

import datetime as dt
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from thalweg.errors import InputError
from thalweg.messages import Argument, Message

_WHOLE = re.compile(r"[+-]?[0-9]{1,300}")  # Python itself refuses to read a number of thousands of digits


class Kind(ABC):
    """What values an option takes."""

    @property
    @abstractmethod
    def metavar(self) -> str:
        """What stands for the value in the command's help: ``NUMBER``, ``[mae|mse]``."""

    @abstractmethod
    def checked(self, name: str, value: Any) -> Any:  # noqa: ANN401 - users have no type checker
        """Return a value from Python as the record holds it.

        Raises
        ------
        InputError
            If the option does not take it.
        """

    def parsed(self, name: str, text: str) -> Any:  # noqa: ANN401 - each kind has its own
        """Return the value that a text stands for, as on the command line or in a form; errors as of `checked`."""
        return self.checked(name, text)

    def written(self, value: Any) -> str:  # noqa: ANN401 - likewise
        """Return a value as a user writes it."""
        return str(value)

    @property
    def choices(self) -> tuple[str, ...]:
        """The words to choose from, where there are only a few."""
        return ()


def _from_to(least: float, most: float, unit: str) -> Message:
    """Return the range that an error message names."""
    told = Message(f"option.unit.{unit}" if unit else "option.unit.none")
    key = "any" if math.isinf(least) and math.isinf(most) else "from" if math.isinf(most) else "between"
    return Message(f"option.range.{key}", {"least": _plain(least), "most": _plain(most), "unit": told})


def _number(value: Any) -> float:  # noqa: ANN401 - users have no type checker
    """Return a number of Python's or NumPy's as a float; NaN for anything else, yes and no among it."""
    if isinstance(value, bool):
        return math.nan
    try:
        return float(value) if isinstance(value, Real) else math.nan
    except OverflowError:
        return math.nan


def _is_whole(value: Any) -> bool:  # noqa: ANN401 - likewise
    return False if isinstance(value, bool) else isinstance(value, Integral)


def _plain(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:,g}"


@dataclass(frozen=True)
class WholeNumber(Kind):
    """A whole number from `least` to `most`, in `unit` (a key ``option.unit.*`` of the catalogues)."""

    least: int
    most: float = math.inf
    unit: str = ""

    @property
    def metavar(self) -> str:
        """The unit, or NUMBER."""
        return self.unit.upper() or "NUMBER"

    def checked(self, name: str, value: Any) -> int:  # noqa: ANN401 - users have no type checker
        """Return the number as an int; a float may be whole."""
        whole = _is_whole(value) or _number(value).is_integer()
        if not whole or not self.least <= value <= self.most:
            raise InputError(
                "option.whole_number",
                argument=Argument(name, value),
                range=_from_to(self.least, self.most, self.unit),
            )
        return int(value)

    def parsed(self, name: str, text: str) -> int:
        """Return the number that a text of digits stands for."""
        return self.checked(name, int(text) if _WHOLE.fullmatch(text.strip()) else text)


@dataclass(frozen=True)
class Number(Kind):
    """A finite number from `least` to `most`, or above `least` where it is `exclusive`."""

    least: float = -math.inf
    most: float = math.inf
    unit: str = ""
    exclusive: bool = False

    @property
    def metavar(self) -> str:
        """The unit, or NUMBER."""
        return self.unit.upper() or "NUMBER"

    def checked(self, name: str, value: Any) -> float:  # noqa: ANN401 - users have no type checker
        """Return the number as a float."""
        number = _number(value)
        inside = self.least < number <= self.most if self.exclusive else self.least <= number <= self.most
        if not (math.isfinite(number) and inside):
            argument, unit = Argument(name, value), Message(f"option.unit.{self.unit or 'none'}")
            if self.exclusive:
                raise InputError("option.number_above", argument=argument, least=_plain(self.least), unit=unit)
            raise InputError("option.number", argument=argument, range=_from_to(self.least, self.most, self.unit))
        return number

    def parsed(self, name: str, text: str) -> float:
        """Return the number that a text stands for."""
        try:
            return self.checked(name, float(text))
        except ValueError as error:
            if isinstance(error, InputError):
                raise
        return self.checked(name, text)


@dataclass(frozen=True)
class Word(Kind):
    """One of a few words."""

    words: tuple[str, ...]

    @property
    def metavar(self) -> str:
        """The words."""
        return "[" + "|".join(self.words) + "]"

    @property
    def choices(self) -> tuple[str, ...]:
        """The words."""
        return self.words

    def checked(self, name: str, value: Any) -> str:  # noqa: ANN401 - users have no type checker
        """Return the word."""
        if value not in self.words:
            raise InputError("option.word", argument=Argument(name, value), choices=self.words)
        return str(value)


@dataclass(frozen=True)
class WholeNumbers(Kind):
    """Several whole numbers: in Python an iterable of them or a text, in the command a text with commas between.

    Attributes
    ----------
    least, most : int
        Of each number.
    count : int
        How many may be given.
    such_as : str
        An example, for messages.
    ordered : bool
        Whether their order counts and one may stand there twice; else they are sorted and each stands there once.
    all_word : str
        A word for all there are, held as 0; none where it is empty.
    none_is : int, optional
        A single number that stands for none at all.
    """

    least: int
    most: int
    count: int
    such_as: str
    ordered: bool = False
    all_word: str = ""
    none_is: int | None = None

    @property
    def metavar(self) -> str:
        """Numbers with commas between."""
        return "NUMBERS"

    def checked(self, name: str, value: Any) -> tuple[int, ...]:  # noqa: ANN401 - users have no type checker
        """Return the numbers."""
        if isinstance(value, str):
            return self.parsed(name, value)
        if _is_whole(value):
            value = (value,)
        try:
            items = list(value)
        except TypeError:
            items = []
        if all(map(_is_whole, items)):
            return self._within(name, value, [int(item) for item in items])
        raise self._refused(name, value)

    def parsed(self, name: str, text: str) -> tuple[int, ...]:
        """Return the numbers that a text stands for."""
        words = [word.strip() for word in text.replace("×", ",").split(",") if word.strip()]
        numbers: list[int] = []
        for word in words:
            if self.all_word and word == self.all_word:
                numbers.append(0)
            elif _WHOLE.fullmatch(word) and not (self.all_word and int(word) == 0):
                numbers.append(int(word))
            else:
                raise self._refused(name, text)
        return self._within(name, text, numbers)

    def written(self, value: Any) -> str:  # noqa: ANN401 - the default, whole
        """Return the numbers with commas between."""
        if not value and self.none_is is not None:
            return str(self.none_is)
        return ",".join(self.all_word if self.all_word and number == 0 else str(number) for number in value)

    def _within(self, name: str, given: object, numbers: list[int]) -> tuple[int, ...]:
        if self.none_is is not None and numbers in ([], [self.none_is]):
            return ()
        inside = all(self.least <= number <= self.most or (self.all_word and number == 0) for number in numbers)
        if not 1 <= len(numbers) <= self.count or not inside:
            raise self._refused(name, given)
        return tuple(numbers) if self.ordered else tuple(sorted(set(numbers)))

    def _refused(self, name: str, given: object) -> InputError:
        return InputError(
            "option.whole_numbers_or_word" if self.all_word else "option.whole_numbers",
            argument=Argument(name, given),
            least=self.least,
            most=self.most,
            count=self.count,
            such_as=self.such_as,
            word=self.all_word,
        )


@dataclass(frozen=True)
class Numbers(Kind):
    """Several numbers, held rising: in Python an iterable of them, one, or a text; in the command a text with commas.

    Attributes
    ----------
    least, most : float
        Each number lies between them, and is neither.
    count : int
        How many may be given.
    such_as : str
        An example, for messages.
    """

    least: float
    most: float
    count: int
    such_as: str

    @property
    def metavar(self) -> str:
        """Numbers with commas between."""
        return "NUMBERS"

    def checked(self, name: str, value: Any) -> tuple[float, ...]:  # noqa: ANN401 - users have no type checker
        """Return the numbers."""
        if isinstance(value, str):
            return self.parsed(name, value)
        return self._within(name, value, list(value) if isinstance(value, Iterable) else [value])

    def parsed(self, name: str, text: str) -> tuple[float, ...]:
        """Return the numbers that a text stands for."""
        return self._within(name, text, [_float(word.strip()) for word in text.split(",") if word.strip()])

    def written(self, value: Any) -> str:  # noqa: ANN401 - the default, whole
        """Return the numbers with commas between."""
        return ",".join(f"{number:.12g}" for number in value)

    def _within(self, name: str, given: object, items: list[Any]) -> tuple[float, ...]:
        """Return the numbers in their order; refuse what is none, lies outside, stands there twice or is too much."""
        told = {"least": _plain(self.least), "most": _plain(self.most), "such_as": self.such_as}
        argument = Argument(name, given if isinstance(given, str) else items)
        if not items:
            raise InputError("option.numbers_none", argument=argument, **told)
        if len(items) > self.count:
            raise InputError("option.numbers_many", argument=Argument(name), found=len(items), count=self.count)
        numbers = [_number(item) for item in items]
        for item, number in zip(items, numbers, strict=True):
            if math.isnan(number):
                raise InputError("option.numbers", argument=argument, item=str(item), **told)
            if not self.least < number < self.most:
                raise InputError("option.numbers_outside", argument=argument, item=self.written([number]), **told)
        names = [self.written([number]) for number in numbers]
        twice = next((each for each in names if names.count(each) > 1), None)
        if twice is not None:
            raise InputError("option.numbers_twice", argument=argument, item=twice)
        return tuple(sorted(numbers))


def _float(word: str) -> float | str:
    """Return the number that a word stands for, or the word."""
    try:
        return float(word)
    except ValueError:
        return word


@dataclass(frozen=True)
class Text(Kind):
    """Any text; whoever uses it checks what it says."""

    metavar: str = "TEXT"  # pyright: ignore[reportIncompatibleMethodOverride, reportAssignmentType] - a field serves

    def checked(self, name: str, value: Any) -> str:  # noqa: ANN401 - users have no type checker
        """Return the text."""
        if not isinstance(value, str):
            raise InputError("option.text", argument=Argument(name, value))
        return value


@dataclass(frozen=True)
class Table(Kind):
    """A table that is read later: a path in the command; in Python also a frame."""

    metavar: str = "FILE"  # pyright: ignore[reportIncompatibleMethodOverride, reportAssignmentType] - a field serves

    def checked(self, name: str, value: Any) -> Any:  # noqa: ANN401 - users have no type checker
        """Return what was given; whoever reads it refuses what is no table."""
        del name
        return value

    def parsed(self, name: str, text: str) -> Path:
        """Return the path."""
        del name
        return Path(text)


@dataclass(frozen=True)
class Texts(Kind):
    """Several texts: in Python a text, a number or several of them; in the command a text with commas between."""

    metavar: str = "TEXTS"  # pyright: ignore[reportIncompatibleMethodOverride, reportAssignmentType] - a field serves

    def checked(self, name: str, value: Any) -> tuple[str, ...]:  # noqa: ANN401 - users have no type checker
        """Return the texts; a whole float is written without a point."""
        if isinstance(value, str):
            items: list[Any] = value.split(",")
        else:
            items = [value] if isinstance(value, Real) else list(value) if isinstance(value, Iterable) else [None]
        if not all(not isinstance(item, bool) and isinstance(item, (str, Real)) for item in items):
            raise InputError("option.text", argument=Argument(name, value))
        texts = [item if isinstance(item, str) else f"{float(item):.15g}" for item in items]
        return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))

    def written(self, value: Any) -> str:  # noqa: ANN401 - the default, whole
        """Return the texts with commas between."""
        return ",".join(value)


@dataclass(frozen=True)
class Switch(Kind):
    """Yes or no: True or False in Python, an option without a value in the command."""

    @property
    def metavar(self) -> str:
        """Nothing: a switch takes no value."""
        return ""

    def checked(self, name: str, value: Any) -> bool:  # noqa: ANN401 - users have no type checker
        """Return whether it is on."""
        if not isinstance(value, bool):
            raise InputError("option.switch", argument=Argument(name, value))
        return value

    def parsed(self, name: str, text: str) -> bool:
        """Return whether a text says that it is on: ``yes`` or ``no``."""
        return self.checked(name, {"yes": True, "no": False}.get(text, text))

    def written(self, value: Any) -> str:  # noqa: ANN401 - yes or no
        """Return yes or no."""
        return "yes" if value else "no"


@dataclass(frozen=True)
class Day(Kind):
    """A day, such as 2025-01-09; an empty text is none."""

    @property
    def metavar(self) -> str:
        """DAY."""
        return "DAY"

    def checked(self, name: str, value: Any) -> dt.date | None:  # noqa: ANN401 - users have no type checker
        """Return the day of a date, of NumPy's date or of its text."""
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        text = str(value)
        if not text:
            return None
        try:
            date = dt.date.fromisoformat(text)
        except ValueError:
            date = None
        if date is None or date.isoformat() != text:  # "20250109" is a date to Python too
            raise InputError("option.day", argument=Argument(name, text))
        return date


class Moment(Day):
    """A day, or a moment of it, such as 2025-01-09 14:00; an empty text is none."""

    @property
    def metavar(self) -> str:
        """DATE."""
        return "DATE"

    def checked(self, name: str, value: Any) -> dt.date | None:  # noqa: ANN401 - users have no type checker
        """Return the day, or the moment without a time zone, of a date, of NumPy's date or of its text."""
        if isinstance(value, dt.date):
            return value
        text = str(value).strip()
        if ":" not in text:
            return super().checked(name, text)
        try:
            moment = dt.datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is not None:
            raise InputError("option.moment", argument=Argument(name, text))
        return moment
