"""The options of `look why`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from thalweg.options import Moment, Options, Text, WholeNumber, option
from thalweg.pictures.shared import options as shared

if TYPE_CHECKING:
    import datetime as dt

MOST_BARS = 30
EXAMPLES = (
    "thalweg look why",
    "thalweg look why views.csv --country US --count 8",
    "thalweg look why model.thalweg --day 2025-01-09 --out why.png",
    "thalweg look why hours/model.thalweg --day '2025-01-09 14:00'",
    "thalweg look why shops/model.thalweg --series Berlin",
)


@dataclass(frozen=True, kw_only=True)
class WhyOptions(Options):
    """Which day's prediction is explained, and of which function."""

    words: ClassVar[str] = "why"

    day: dt.date | None = option(None, Moment())  # noqa: RUF009 - a declaration
    series: str | None = option(None, Text("NAME"))
    count: int = option(12, WholeNumber(1, MOST_BARS))
    days_back: int = shared.days_back(shared.usual_lags)
    layers: tuple[int, ...] = shared.layers(100)
    known: str = shared.known()
    loss: str = shared.loss("mae")
    country: str = shared.country()
    seed: int = shared.seed()


VIEWS = {"": WhyOptions}
