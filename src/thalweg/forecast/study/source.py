"""What a study is put to: a series, a saved model, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from thalweg.errors import InputError
from thalweg.forecast.model import Model
from thalweg.series.sample import sample
from thalweg.series.series import Series

if TYPE_CHECKING:
    from collections.abc import Sequence

Source: TypeAlias = Series | Model | None


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
