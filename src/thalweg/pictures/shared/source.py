"""The source of a picture: a series, a saved model, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from thalweg.errors import InputError
from thalweg.forecast.model import Model
from thalweg.messages import Argument, Message
from thalweg.pictures.shared.options import NOTHING
from thalweg.series.sample import sample
from thalweg.series.series import Series

if TYPE_CHECKING:
    from collections.abc import Iterable

Source: TypeAlias = Series | Model | None

SAMPLE_COUNTRY = "TW"  # the country whose lunar new year the simulated channel follows


class Chosen(Protocol):
    """Options that tell which of them were chosen."""

    def changed(self, names: Iterable[str]) -> list[str]:
        """Return those of the options named whose value is not the default."""
        ...


def days_of(source: Source, picture: str) -> Series:
    """Return the series; without one, the simulated channel.

    Raises
    ------
    InputError
        If a saved model is given. It holds only its last days, too few for another fit.
    """
    if isinstance(source, Model):
        raise InputError("picture.model_too_short", picture=picture)
    return sample() if source is None else source


def check_defaults(model: Model, options: Chosen, names: Iterable[str]) -> None:
    """Check that the options named have their defaults. They choose a function to fit, and a saved model has its own.

    Raises
    ------
    InputError
        If one has another value.
    """
    refuse_changed(options, names, model.chosen)


def refuse_changed(options: Chosen, names: Iterable[str], chosen: str | Message) -> None:
    """Refuse options that choose a function to fit, where a saved model has its own, which is called `chosen`."""
    for name in options.changed(names):
        raise InputError("picture.model_as_it_is", argument=Argument(name), chosen=chosen)


def covariates_of(known: str) -> str:
    """Return the value of the option ``known`` as `Rung` has it."""
    return "" if known == NOTHING else known


def country_of(source: Source, country: str) -> str:
    """Return the country whose holidays count: the one given, or that of the simulated channel without a source."""
    return country or (SAMPLE_COUNTRY if source is None else "")
