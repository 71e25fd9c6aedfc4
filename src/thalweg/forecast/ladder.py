"""The ladder: which models are tried, from copying to deep networks (U2, U3, N8)."""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.errors import InputError
from thalweg.files import reason_of
from thalweg.forecast.options import LADDERS
from thalweg.learn.activation import ACTIVATIONS
from thalweg.learn.optimizer import RULES, SCHEDULES, Optimizer
from thalweg.messages import Argument, Message

if TYPE_CHECKING:
    from collections.abc import Mapping


USUAL_OPTIMIZER = Optimizer("adamw", schedule="cosine", decay=0.01)


@dataclass(frozen=True)
class Covariates:
    """What a rung sees beside the values of past days.

    Attributes
    ----------
    level_days : int
        Days whose mean is the level that is subtracted from the logarithm; 0 for raw values, as in the lecture.
    year : bool
        Whether it also sees the time of year, the same weeks of last year, and the levels of a month, a quarter and a
        year.
    """

    level_days: int = 0
    year: bool = False


KNOWN = {"": Covariates(), "week": Covariates(level_days=1), "year": Covariates(level_days=7, year=True)}
SHARE_LOOKED_BACK = 3  # a rung may look back over at most a third of the training days
YEARS = 730  # least training days for learning from the year
COPIES = {"copy yesterday": 1, "copy last week": 7}  # how many days ago the copied day is


@dataclass(frozen=True)
class Rung:
    """One model of the ladder and its hyperparameters (O6).

    Attributes
    ----------
    days_back : int
        Days looked back; for copying, how many days ago the copied day is.
    copy : bool
        Whether it only copies.
    hidden : tuple of int
        Hidden units of each hidden layer; empty for a straight line.
    activation : str
        A key of `ACTIVATIONS`.
    known : str
        What it sees beside past days, a key of `KNOWN`: with ``week`` the weekday and its usual deviation from the
        week, with ``year`` also the year. Both see the holidays of a country, and values as logarithm minus a level.
    optimizer : Optimizer
    batch : int
        Examples per update.
    epochs : int
        Epochs at most, except where `updates` asks for more.
    patience : int
        Epochs without improvement on validation after which the descent stops.
    seeds : int
        How many networks, each from its own seed, are averaged.
    updates : int
        Updates at least: a short series gets more epochs, so that descent has time to reach a low loss.
    """

    days_back: int
    copy: bool = False
    hidden: tuple[int, ...] = ()
    activation: str = "relu"
    known: str = ""
    optimizer: Optimizer = USUAL_OPTIMIZER
    batch: int = 64
    epochs: int = 60
    patience: int = 20
    seeds: int = 3
    updates: int = 0

    def planned_epochs(self, examples: int) -> int:
        """Return how many epochs the learning-rate schedule spans on so many examples."""
        return max(self.epochs, math.ceil(self.updates / math.ceil(examples / self.batch)))

    @property
    def name(self) -> str:
        """The name in the table, such as ``2×100 relu 56``."""
        if self.copy:
            return next((name for name, days in COPIES.items() if days == self.days_back), f"copy {self.days_back}")
        if not self.hidden:
            shape = "linear"
        elif len(self.hidden) == 1:
            shape = f"{self.hidden[0]} {self.activation}"
        elif len(set(self.hidden)) == 1:
            shape = f"{len(self.hidden)}×{self.hidden[0]} {self.activation}"
        else:
            shape = "-".join(map(str, self.hidden)) + f" {self.activation}"
        return f"{shape} {self.days_back}" + (f" {self.known}" if self.known else "")

    @property
    def kind(self) -> str:
        """``copy``, ``linear`` or ``network``."""
        return "copy" if self.copy else "network" if self.hidden else "linear"

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """What a person set (O6), for the table: name to value."""
        if self.copy:
            return {"days back": self.days_back}
        return {
            "days back": self.days_back,
            "layers": len(self.hidden),
            "neurons": list(self.hidden),
            "activation": self.activation if self.hidden else "identity",
            "update rule": self.optimizer.rule,
            "learning rate": self.optimizer.learning_rate,
            "schedule": self.optimizer.schedule,
            "weight decay": self.optimizer.decay,
            "batch size": self.batch,
            "epochs at most": self.epochs,
            "patience": self.patience,
            "seeds": self.seeds,
        }


@dataclass(frozen=True)
class Ladder:
    """Rungs in the order in which they are fitted.

    Attributes
    ----------
    name : str
    rungs : tuple of Rung
    again : tuple of Rung
        Rungs with a calendar that are fitted in the best shapes of the rungs before; empty for none.
    best_shapes : int
        How many shapes are used for `again`.
    mean : bool
        Whether the mean of a few rungs, picked on validation, is tried last.
    """

    name: str
    rungs: tuple[Rung, ...]
    again: tuple[Rung, ...] = ()
    best_shapes: int = 2
    mean: bool = False

    def suited_to(self, days: int) -> Ladder:
        """Return the ladder without the rungs that need more training days than there are."""

        def kept(rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
            return tuple(
                rung
                for rung in rungs
                if rung.copy
                or (rung.days_back * SHARE_LOOKED_BACK <= days and (not KNOWN[rung.known].year or days >= YEARS))
            )

        return replace(self, rungs=kept(self.rungs), again=kept(self.again))


LINE_OPTIMIZER = replace(USUAL_OPTIMIZER, learning_rate=5e-3)  # few unknowns allow large steps
WIDE_OPTIMIZER = replace(USUAL_OPTIMIZER, learning_rate=2e-3)
DEEP_OPTIMIZER = replace(USUAL_OPTIMIZER, learning_rate=1e-3)
UPDATES_ON_RAW_VALUES = 1500  # at least


def suited(rung: Rung) -> Rung:
    """Return the rung with the learning rate that suits its depth, and with enough updates for raw values."""
    optimizer = LINE_OPTIMIZER if not rung.hidden else WIDE_OPTIMIZER if len(rung.hidden) == 1 else DEEP_OPTIMIZER
    return replace(rung, optimizer=optimizer, updates=0 if rung.known else UPDATES_ON_RAW_VALUES)


def copies() -> tuple[Rung, ...]:
    """Return the rungs that only copy; every ladder begins with them."""
    return tuple(Rung(days, copy=True) for days in COPIES.values())


def _lecture() -> tuple[Rung, ...]:
    """Return the rungs of U3's table: lines over 1 to 56 days, one hidden layer, then more layers."""
    lines = (Rung(days) for days in (1, 7, 28, 56))
    wide = (Rung(56, hidden=(units,)) for units in (10, 100, 1000))
    deep = (Rung(56, hidden=(100,) * layers) for layers in (2, 3, 4))
    return (*copies(), *map(suited, (*lines, *wide, *deep)))


def named_ladder(name: str, *, argument: str = "ladder") -> Ladder:
    """Return the ladder ``lecture``, ``full`` or ``quick``, or read one from a TOML file.

    Parameters
    ----------
    name : str
        A name, or the path of a file that ends in ``.toml``.
    argument : str
        The argument that `name` was given as, for the error.

    Raises
    ------
    InputError
        If there is no such ladder or file, or the file is not as `ladder_from_toml` describes it.
    """
    if name == "lecture":
        return Ladder(name, _lecture())
    if name == "full":
        again = (Rung(28, known="week"), Rung(28, known="year"), Rung(56, known="year"))
        line = suited(Rung(28, known="week"))
        return Ladder(name, (*_lecture(), line), again=again, mean=True)
    if name == "quick":
        rungs = (Rung(7), Rung(28, hidden=(100,)), Rung(28, hidden=(100,), known="week"))
        few = tuple(replace(suited(rung), seeds=2, epochs=40, updates=0) for rung in rungs)
        return Ladder(name, (*copies(), *few))
    if name.endswith(".toml"):
        return ladder_from_toml(Path(name), argument=argument)
    raise InputError("ladder.unknown", argument=Argument(argument, name), names=LADDERS)


def ladder_from_toml(path: Path, *, argument: str = "ladder") -> Ladder:
    """Read a ladder that a user wrote.

    The file holds one ``[[rung]]`` table for each rung, with any of ``days_back`` (28), ``layers`` (a list of widths;
    none for a straight line), ``activation`` (a key of `ACTIVATIONS`), ``known`` (week, year), ``rule``,
    ``learning_rate``, ``schedule``, ``decay``, ``batch``, ``epochs``, ``patience``, ``seeds``. A key above the rungs
    holds for all of them; ``mean = true`` adds the mean of a few. Copying is always tried first.

    Parameters
    ----------
    path : Path
    argument : str
        The argument that the path was given as, for the error.

    Raises
    ------
    InputError
        If the file cannot be read, or a key or value is not as above.
    """
    given = Argument(argument, str(path))
    content = _toml(path, given)
    tables = content.pop("rung", None)
    mean = content.pop("mean", False)
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise InputError("ladder.no_rung", argument=given)
    if not isinstance(mean, bool):
        raise InputError("ladder.mean", argument=given, value=repr(mean))
    rungs = [_rung(given, number, content | table) for number, table in enumerate(tables, 1)]
    names = [rung.name for rung in rungs]
    for number, name in enumerate(names, 1):
        if name in names[: number - 1]:
            raise InputError("ladder.twice", argument=given, number=number, name=name)
    return Ladder(path.stem, (*copies(), *rungs), mean=mean)


def _toml(path: Path, given: Argument) -> dict[str, Any]:
    """Return what a TOML file holds."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError("ladder.unreadable", argument=given, reason=reason_of(error)) from error
    except UnicodeDecodeError as error:
        raise InputError("ladder.not_text", argument=given) from error
    except RecursionError as error:
        raise InputError("ladder.too_deep", argument=given) from error
    except tomllib.TOMLDecodeError as error:
        # Only the error's text says where; before Python 3.14 it has no attributes.
        place = re.search(r"line (\d+), column (\d+)", str(error))
        if place is None:
            raise InputError("ladder.not_toml_at_end", argument=given) from error
        raise InputError("ladder.not_toml", argument=given, line=place[1], column=place[2]) from error


_RANGES = {
    "days_back": (int, 1, 3650),
    "batch": (int, 1, 1_000_000),
    "epochs": (int, 1, 1_000_000),
    "patience": (int, 1, 1_000_000),
    "seeds": (int, 1, 100),
    "learning_rate": (float, 1e-9, 1e3),
    "decay": (float, 0.0, 1e3),
}
_WORDS = {
    "known": tuple(KNOWN)[1:],  # without the empty word
    "activation": tuple(ACTIVATIONS),
    "rule": tuple(RULES),
    "schedule": tuple(SCHEDULES),
}
MOST_UNITS, MOST_LAYERS = 10_000, 50  # hidden units of a layer; hidden layers


def _rung(given: Argument, number: int, table: Mapping[str, Any]) -> Rung:
    """Check one rung of a TOML file, key by key."""
    of_rung: dict[str, Any] = {"days_back": 28}
    of_optimizer: dict[str, Any] = {}
    for key, value in table.items():
        found = {"rung": Message("error.ladder.rung", {"argument": given, "number": number}), "key": key}
        if key in _RANGES:
            kind, least, most = _RANGES[key]
            accepted = (int,) if kind is int else (int, float)
            if isinstance(value, bool) or not isinstance(value, accepted) or not least <= value <= most:
                refusal = "ladder.whole_number" if kind is int else "ladder.number"
                raise InputError(refusal, value=repr(value), least=f"{least:g}", most=f"{most:g}", **found)
        elif key in _WORDS:
            if value not in _WORDS[key]:
                raise InputError("ladder.word", value=repr(value), choices=_WORDS[key], **found)
        elif key == "layers":
            widths = value if isinstance(value, list) else [None]
            within = all(type(width) is int and 1 <= width <= MOST_UNITS for width in widths)
            if not within or len(widths) > MOST_LAYERS:
                raise InputError("ladder.layers", value=repr(value), layers=MOST_LAYERS, units=MOST_UNITS, **found)
            of_rung["hidden"] = tuple(widths)
            continue
        else:
            raise InputError("ladder.key", keys=("layers", *_RANGES, *_WORDS), **found)
        (of_optimizer if key in ("rule", "learning_rate", "schedule", "decay") else of_rung)[key] = value
    return Rung(**of_rung, optimizer=replace(USUAL_OPTIMIZER, **of_optimizer))
