"""The options of `look lags`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from thalweg.options import Options, WholeNumbers, option
from thalweg.pictures.shared import options as shared
from thalweg.series.frequency.record import DAILY

MOST_DAYS_SHOWN, MOST_LINES = 366, 12  # lags, and straight lines beside each other, that a picture can show
COMPARED = tuple(sorted((*DAILY.lags, 2 * DAILY.season)))  # the lecture's lags, and two weeks
EXAMPLES = ("thalweg look lags", "thalweg look lags views.csv --days-back 28 --compare 1,7,28 --out lags.png")


@dataclass(frozen=True, kw_only=True)
class LagsOptions(Options):
    """Which straight line's weights are shown, and which lines are compared."""

    words: ClassVar[str] = "lags"

    days_back: int = shared.days_back(DAILY.season, MOST_DAYS_SHOWN)
    compare: tuple[int, ...] = option(
        tuple(sorted((*DAILY.lags, 2 * DAILY.season))), WholeNumbers(1, MOST_DAYS_SHOWN, MOST_LINES, "1,7,28")
    )
    loss: str = shared.loss("mae")
    seed: int = shared.seed()


VIEWS = {"": LagsOptions}
