"""Options that several pictures share. This module imports little, so that the command's help appears quickly."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from thalweg.forecast.options import TOLD_IN
from thalweg.options import Day, WholeNumber, WholeNumbers, Word, option
from thalweg.series.country import Country
from thalweg.series.frequency.record import KNOWN
from thalweg.series.frequency.usual import UsualSteps, UsualWord

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from thalweg.options import Kind
    from thalweg.series.frequency.record import Frequency

T = TypeVar("T")

MOST_DAYS_BACK = 3650
WIDEST_LAYER, MOST_LAYERS = 10_000, 50
NOTHING = "none"  # the value of the option `known` for a rung that sees past days alone
NEURONS = ("relu", "sigmoid", "hard sigmoid", "tanh")
MODEL = "model"  # the panel of the help with the options that choose the function


def days_back(default: int | Callable[[Frequency], int], most: int = MOST_DAYS_BACK) -> int:
    """Declare the number of lags, in steps: a number, or what follows from the frequency of the series."""
    kind = WholeNumber(1, most, "steps")
    if callable(default):
        return following(default, kind, panel=MODEL)
    return option(default, kind, panel=MODEL)


def following(usual: Callable[[Frequency], T], kind: Kind, *, panel: str = "") -> T:
    """Declare an option whose default follows the frequency; it is None until a picture knows its series."""
    return option(cast("T", None), kind, panel=panel, usual=UsualSteps(usual))


def usual_lags(frequency: Frequency) -> int:
    """Return the lags of most pictures: 28 days, a week of hours, a year of months."""
    return frequency.lags[2]


def layers(*default: int) -> tuple[int, ...]:
    """Declare the neurons of each hidden layer; none for a straight line."""
    widths = WholeNumbers(1, WIDEST_LAYER, MOST_LAYERS, "100,100", ordered=True, none_is=0)
    return option(default, widths, panel=MODEL)


def activation(default: str) -> str:
    """Declare the activation function of the neurons."""
    return option(default, Word(NEURONS), panel=MODEL)


def loss(default: str) -> str:
    """Declare the loss."""
    return option(default, Word(TOLD_IN), panel=MODEL)


def known(default: str = "") -> str:
    """Declare what the function knows apart from past values; without a default it is the first season there is."""
    kind = Word((NOTHING, *KNOWN))
    if default:
        return option(default, kind, panel=MODEL)
    return option(cast("str", None), kind, panel=MODEL, usual=UsualWord(_first_season))


def _first_season(frequency: Frequency) -> str:
    return frequency.known[0]


def country() -> str:
    """Declare the country whose holidays count; an empty text for none."""
    return option("", Country(), panel=MODEL)


def seed() -> int:
    """Declare the seed of every random choice."""
    return option(0, WholeNumber(0), panel=MODEL)


def day() -> dt.date | None:
    """Declare which day is shown; None for the picture's own choice."""
    return option(None, Day())


def curve() -> str:
    """Declare which curve is built: a toy, or one of the user's days."""
    return option("auto", Word(("auto", "lecture", "sine", "year", "days")))
