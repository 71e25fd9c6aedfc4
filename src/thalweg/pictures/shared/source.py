"""What a picture is made from: a series, a saved model, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from thalweg.errors import InputError
from thalweg.forecast.model import Model
from thalweg.messages import Argument
from thalweg.pictures.shared.options import NOTHING
from thalweg.series.sample import sample
from thalweg.series.series import Series

if TYPE_CHECKING:
    from collections.abc import Iterable

    from thalweg.options import Options

Source: TypeAlias = Series | Model | None

SAMPLE_COUNTRY = "TW"  # whose lunar new year the simulated channel keeps


def days_of(source: Source, picture: str) -> Series:
    """Return the series; without one, the simulated channel.

    Raises
    ------
    InputError
        If a saved model is given: it holds its last days alone, too few to fit anew.
    """
    if isinstance(source, Model):
        raise InputError("picture.model_too_short", picture=picture)
    return sample() if source is None else source


def as_it_is(model: Model, options: Options, names: Iterable[str]) -> None:
    """Check that the options named, which choose a function to fit, stand at their defaults: a saved model has its own.

    Raises
    ------
    InputError
        If one does not.
    """
    for name in options.changed(names):
        raise InputError("picture.model_as_it_is", argument=Argument(name), chosen=model.chosen)


def sees_of(known: str) -> str:
    """Return what the option ``known`` lets a rung see beside past days, as `Rung` has it."""
    return "" if known == NOTHING else known


def country_of(source: Source, country: str) -> str:
    """Return whose holidays count: the country given; without a source the one whose the simulated channel keeps."""
    return country or (SAMPLE_COUNTRY if source is None else "")
