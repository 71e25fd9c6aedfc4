"""A ladder that a user wrote, as a TOML file."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from thalweg.errors import InputError
from thalweg.files import reason_of
from thalweg.forecast.ladder import Ladder
from thalweg.forecast.predictors.network import Rung
from thalweg.forecast.rung import USUAL_OPTIMIZER
from thalweg.learn.activation import ACTIVATIONS
from thalweg.learn.optimizer import RULES, SCHEDULES
from thalweg.messages import Argument, Message
from thalweg.series.frequency.record import DAILY, KNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def ladder_from_toml(path: Path, *, argument: str = "ladder") -> Ladder:
    """Read a ladder that a user wrote.

    The file holds one ``[[rung]]`` table for each rung, with any of ``days_back`` (28), ``layers`` (a list of widths;
    none for a straight line), ``activation`` (a key of `ACTIVATIONS`), ``known`` (day, week, year; those that
    the series has), ``rule``,
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
    given = Argument(argument, path)
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
    return Ladder(path.stem, tuple(rungs), mean=mean)


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
    "known": KNOWN,
    "activation": tuple(ACTIVATIONS),
    "rule": tuple(RULES),
    "schedule": tuple(SCHEDULES),
}
MOST_UNITS, MOST_LAYERS = 10_000, 50  # hidden units of a layer; hidden layers


def _rung(given: Argument, number: int, table: Mapping[str, Any]) -> Rung:
    """Check one rung of a TOML file, key by key."""
    of_rung: dict[str, Any] = {"days_back": DAILY.month}
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
