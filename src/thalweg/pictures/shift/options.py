"""The options of `look shift`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from thalweg.options import Options, WholeNumber, option
from thalweg.pictures.shared import options as shared

MOST_DAYS = 366
EXAMPLES = (
    "thalweg look shift",
    "thalweg look shift views.csv --days-back 28 --layers 100 --known week --out shift.png",
)


@dataclass(frozen=True, kw_only=True)
class ShiftOptions(Options):
    """Which function's predictions are compared with the day before."""

    words: ClassVar[str] = "shift"

    days: int = option(60, WholeNumber(2, MOST_DAYS, "days"))
    days_back: int = shared.days_back(1)
    layers: tuple[int, ...] = shared.layers()
    known: str = shared.known(shared.NOTHING)
    country: str = shared.country()
    loss: str = shared.loss("mae")
    seed: int = shared.seed()


VIEWS = {"": ShiftOptions}
