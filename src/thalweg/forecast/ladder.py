"""The ladder: which models are climbed, from copying to deep networks (U2, U3, N8)."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.errors import InputError
from thalweg.forecast.options import LADDERS
from thalweg.learn.activation import ACTIVATIONS
from thalweg.learn.optimizer import RULES, SCHEDULES, Optimizer
from thalweg.messages import Argument

if TYPE_CHECKING:
    from collections.abc import Mapping


STEADY = Optimizer("adamw", schedule="cosine", decay=0.01)  # what a rung has where nothing else is said


@dataclass(frozen=True)
class Covariates:
    """What a rung sees beside past days.

    Attributes
    ----------
    level_days : int
        Days whose mean is the level that is taken out of the logarithm; 0 for raw values, as in the lecture.
    year : bool
        Whether it also sees the time of year, the same weeks of last year, and the levels of months and a year.
    """

    level_days: int = 0
    year: bool = False


KNOWN = {"": Covariates(), "week": Covariates(level_days=1), "year": Covariates(level_days=7, year=True)}
SHARE_LOOKED_BACK = 3  # a rung may look back a third of the training days
YEARS = 730  # training days from which on a year can be learned from
COPIES = {"copy yesterday": 1, "copy last week": 7}


@dataclass(frozen=True)
class Rung:
    """One model of the ladder and its hyperparameters (O6).

    Attributes
    ----------
    days_back : int
        Days looked back; for copying, how long ago the copied day is.
    copy : bool
        Whether it only copies.
    hidden : tuple of int
        Neurons of each hidden layer; none for a straight line.
    activation : str
        a key of `ACTIVATIONS`.
    known : str
        What it sees beside past days, a key of `KNOWN`: with ``week`` the weekday and its usual place in the week,
        with ``year`` also the year; with both the holidays of a country, and values as logarithm less a level.
    optimizer : Optimizer
    batch, epochs, patience, seeds : int
        Examples per update; the most epochs; epochs without improvement on validation before it stops; how many
        networks, each from its own seed, are averaged.
    updates : int
        The least updates: a short series gets more epochs, so that descent has time to arrive.
    """

    days_back: int
    copy: bool = False
    hidden: tuple[int, ...] = ()
    activation: str = "relu"
    known: str = ""
    optimizer: Optimizer = STEADY
    batch: int = 64
    epochs: int = 60
    patience: int = 20
    seeds: int = 3
    updates: int = 0

    def planned_epochs(self, examples: int) -> int:
        """Return how many epochs the schedule spans on so many examples."""
        return max(self.epochs, math.ceil(self.updates / math.ceil(examples / self.batch)))

    @property
    def name(self) -> str:
        """What the table calls it."""
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
        """What a person set (O6), for the table."""
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
    """Rungs in the order climbed.

    Attributes
    ----------
    name : str
    rungs : tuple of Rung
    again : tuple of Rung
        Known rungs whose shape is taken from the best shapes of the rungs before; empty for none.
    best_shapes : int
        How many shapes are taken for `again`.
    mean : bool
        Whether the mean of a few rungs, picked on validation, is the last rung.
    """

    name: str
    rungs: tuple[Rung, ...]
    again: tuple[Rung, ...] = ()
    best_shapes: int = 2
    mean: bool = False

    def suited_to(self, days: int) -> Ladder:
        """Return the ladder without the rungs that so many training days cannot teach."""

        def kept(rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
            return tuple(
                rung
                for rung in rungs
                if rung.copy
                or (rung.days_back * SHARE_LOOKED_BACK <= days and (not KNOWN[rung.known].year or days >= YEARS))
            )

        return replace(self, rungs=kept(self.rungs), again=kept(self.again))


LINE = replace(STEADY, learning_rate=5e-3)  # few unknowns, large steps
WIDE = replace(STEADY, learning_rate=2e-3)
DEEP = replace(STEADY, learning_rate=1e-3)


def suited(rung: Rung) -> Rung:
    """Return the rung with the learning rate that suits its depth, and updates enough for raw values."""
    optimizer = LINE if not rung.hidden else WIDE if len(rung.hidden) == 1 else DEEP
    return replace(rung, optimizer=optimizer, updates=0 if rung.known else 1500)


def copies() -> tuple[Rung, ...]:
    """Return the rungs that only copy; every ladder has them."""
    return tuple(Rung(days, copy=True) for days in COPIES.values())


def _lecture() -> tuple[Rung, ...]:
    """Return U3's table: lines over 1 to 56 days, one wide layer, then more layers."""
    lines = (Rung(days) for days in (1, 7, 28, 56))
    wide = (Rung(56, hidden=(neurons,)) for neurons in (10, 100, 1000))
    deep = (Rung(56, hidden=(100,) * layers) for layers in (2, 3, 4))
    return (*copies(), *map(suited, (*lines, *wide, *deep)))


def named_ladder(name: str, *, argument: str = "ladder") -> Ladder:
    """Return the ladder ``lecture``, ``full`` or ``quick``, or read one from a TOML file.

    Raises
    ------
    InputError
        If there is no such ladder or file, or the file is not as `ladder_from_toml` wants it.
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
        return ladder_from_toml(Path(name))
    raise InputError("ladder.unknown", argument=Argument(argument, name), names=LADDERS)


def ladder_from_toml(path: Path) -> Ladder:
    """Read a ladder of the user's own.

    The file holds one ``[[rung]]`` table a rung, with any of ``days_back`` (28), ``layers`` (a list of widths; none
    for a straight line), ``activation`` (a key of `ACTIVATIONS`), ``known`` (week, year), ``rule``, ``learning_rate``,
    ``schedule``, ``decay``, ``batch``, ``epochs``, ``patience``, ``seeds``. What stands above the rungs holds for
    all of them; ``mean = true`` adds the mean of a few. Copying is always climbed first.

    Raises
    ------
    InputError
        If the file cannot be read, or a key or value is not as above.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"--ladder {path} cannot be read: {error.strerror or error}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"--ladder {path} is not TOML: {error}.") from error
    tables = told.pop("rung", None)
    mean = told.pop("mean", False)
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise InputError(f"--ladder {path} names no rung. Begin each with a line [[rung]].")
    if not isinstance(mean, bool):
        raise InputError(f"--ladder {path}: mean is {mean!r}; write true or false.")
    rungs = [_rung(path, number, told | table) for number, table in enumerate(tables, 1)]
    names = [rung.name for rung in rungs]
    for number, name in enumerate(names, 1):
        if name in names[: number - 1]:
            raise InputError(f"--ladder {path}: rung {number} is {name!r} again. Each shape can stand there once.")
    return Ladder(path.stem, (*copies(), *rungs), mean=mean)


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
    "known": tuple(KNOWN)[1:],
    "activation": tuple(ACTIVATIONS),
    "rule": tuple(RULES),
    "schedule": tuple(SCHEDULES),
}
WIDEST, DEEPEST = 10_000, 50


def _rung(path: Path, number: int, told: Mapping[str, Any]) -> Rung:
    """Check one rung of a TOML file, key by key."""
    where = f"--ladder {path}, rung {number}"
    of_rung: dict[str, Any] = {"days_back": 28}
    of_optimizer: dict[str, Any] = {}
    for key, value in told.items():
        if key in _RANGES:
            kind, least, most = _RANGES[key]
            accepted = (int,) if kind is int else (int, float)
            if isinstance(value, bool) or not isinstance(value, accepted) or not least <= value <= most:
                noun = "a whole number" if kind is int else "a number"
                raise InputError(f"{where}: {key} is {value!r}; give {noun} from {least:g} to {most:g}.")
        elif key in _WORDS:
            if value not in _WORDS[key]:
                raise InputError(f"{where}: {key} is {value!r}; choose one of {', '.join(_WORDS[key])}.")
        elif key == "layers":
            widths = value if isinstance(value, list) else [None]
            if len(widths) > DEEPEST or not all(type(width) is int and 1 <= width <= WIDEST for width in widths):
                raise InputError(f"{where}: layers is {value!r}; give a list of widths such as [100, 100].")
            of_rung["hidden"] = tuple(widths)
            continue
        else:
            keys = ", ".join(("layers", *_RANGES, *_WORDS))
            raise InputError(f"{where}: there is no key {key!r}. The keys are {keys}.")
        (of_optimizer if key in ("rule", "learning_rate", "schedule", "decay") else of_rung)[key] = value
    return Rung(**of_rung, optimizer=replace(STEADY, **of_optimizer))
