"""The options of `look misses`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from thalweg.options import Options, WholeNumber, option
from thalweg.pictures.shared import options as shared

MOST_ROWS = 40
EXAMPLES = ("thalweg look misses", "thalweg look misses views.csv --country TW --count 12 --out misses.png")


@dataclass(frozen=True, kw_only=True)
class MissesOptions(Options):
    """How many days with the largest errors are shown, and of which function."""

    words: ClassVar[str] = "misses"

    country: str = shared.country()
    count: int = option(10, WholeNumber(1, MOST_ROWS))
    days_back: int = shared.days_back(shared.usual_lags)
    layers: tuple[int, ...] = shared.layers(100)
    loss: str = shared.loss("mae")
    seed: int = shared.seed()


VIEWS = {"": MissesOptions}
