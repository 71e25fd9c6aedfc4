"""What a study is put to: a series, a saved model, or nothing."""

from __future__ import annotations

import datetime as dt
import inspect
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.ladder import KNOWN
from thalweg.forecast.model import Model
from thalweg.series.country import country_code
from thalweg.series.sample import sample
from thalweg.series.series import Series

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Source: TypeAlias = Series | Model | None

MOST_BACK = 3650  # days looked back
SAMPLE_COUNTRY = "TW"  # whose lunar new year the simulated channel keeps
NOTHING = "none"  # what a rung sees beside past days, as an option says it


def days_of(source: Source, picture: str) -> Series:
    """Return the series; without one, the simulated channel.

    Raises
    ------
    InputError
        If a saved model is given: it holds its last days alone, too few to fit anew.
    """
    if isinstance(source, Model):
        raise InputError(
            f"look {picture} fits networks of its own, and a saved model holds too few days for that. Give the file of "
            "daily numbers that the model was made from."
        )
    return sample() if source is None else source


def as_it_is(model: Model, study: Callable[..., Any], **options: object) -> None:
    """Check that options which choose a function to fit stand at the study's defaults: a saved model has its own.

    Raises
    ------
    InputError
        If one does not.
    """
    usual = inspect.signature(study).parameters
    for name, value in options.items():
        if value != usual[name].default:
            raise InputError(
                f"--{name.replace('_', '-')} is for a file of daily numbers, to which a function is fitted. A saved "
                f"model is looked at as it is ({model.chosen}); leave the option out."
            )


def whole_number(option: str, value: int, least: int, most: int) -> int:
    """Return an option's whole number.

    Raises
    ------
    InputError
        If it is not from `least` to `most`.
    """
    if not least <= value <= most:
        raise InputError(f"--{option} {value}: give a whole number from {least:,} to {most:,}.")
    return value


def whole_numbers(option: str, text: str, least: int, most: int, *, count: int, such_as: str) -> list[int]:
    """Return an option's different whole numbers in order, written with commas between.

    Raises
    ------
    InputError
        If there are none, more than `count`, or one is not from `least` to `most`.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not 1 <= len(words) <= count or not all(word.isdecimal() for word in words):
        raise InputError(
            f"--{option} {text!r}: give from 1 to {count} whole numbers with commas between, such as {such_as}."
        )
    return sorted({whole_number(option, int(word), least, most) for word in words})


def day_named(text: str) -> np.datetime64:
    """Return the day that the option ``day`` names.

    Raises
    ------
    InputError
        If it is no day.
    """
    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        date = None
    if date is None or date.isoformat() != text:  # "20250109" is a date to Python too
        raise InputError(f"--day {text!r} is no day; write it as 2025-01-09.")
    return np.datetime64(date, "D")


def sees_of(known: str) -> str:
    """Return what the option ``known`` lets a rung see beside past days, as `Rung` has it.

    Raises
    ------
    InputError
        If there is no such choice.
    """
    return one_of("known", known, (NOTHING, *filter(None, KNOWN))).replace(NOTHING, "")


def country_of(source: Source, country: str) -> str:
    """Return whose holidays count: as the option says; without a source those that the simulated channel keeps.

    Raises
    ------
    InputError
        If the country is unknown.
    """
    return country_code(country) if country else SAMPLE_COUNTRY if source is None else ""


def one_of(option: str, value: str, choices: Sequence[str]) -> str:
    """Return an option's word.

    Raises
    ------
    InputError
        If it is none of the choices.
    """
    if value not in choices:
        raise InputError(f"--{option} {value!r}: choose one of {', '.join(choices)}.")
    return value
