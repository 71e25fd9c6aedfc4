"""The options of `look error`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from thalweg.options import Number, Options, WholeNumber, option
from thalweg.pictures.shared import options as shared

MOST_DAYS = 366
EXAMPLES = ("thalweg look error", "thalweg look error views.csv --days 60 --minus 100 --out error.png")


@dataclass(frozen=True, kw_only=True)
class ErrorOptions(Options):
    """Which days' errors are shown, and of which function."""

    words: ClassVar[str] = "error"

    days: int = shared.following(shared.usual_lags, WholeNumber(2, MOST_DAYS, "steps"))
    minus: float = option(0.0, Number())
    days_back: int = shared.days_back(1)
    layers: tuple[int, ...] = shared.layers()
    loss: str = shared.loss("mae")
    seed: int = shared.seed()


VIEWS = {"": ErrorOptions}
