"""The options of `look lags`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from thalweg.options import Options, WholeNumbers
from thalweg.pictures.shared import options as shared

if TYPE_CHECKING:
    from thalweg.series.frequency.record import Frequency

MOST_DAYS_SHOWN, MOST_LINES = 366, 12  # lags, and straight lines beside each other, that a picture can show


def _season(frequency: Frequency) -> int:
    return max(frequency.season, frequency.lags[1])


def _compared(frequency: Frequency) -> tuple[int, ...]:
    """Return the ladder's lags and two seasons: for days the lecture's lags and two weeks."""
    return tuple(sorted({*frequency.lags, 2 * frequency.season}))


EXAMPLES = ("thalweg look lags", "thalweg look lags views.csv --days-back 28 --compare 1,7,28 --out lags.png")


@dataclass(frozen=True, kw_only=True)
class LagsOptions(Options):
    """Which straight line's weights are shown, and which lines are compared."""

    words: ClassVar[str] = "lags"

    days_back: int = shared.days_back(_season, MOST_DAYS_SHOWN)
    compare: tuple[int, ...] = shared.following(_compared, WholeNumbers(1, MOST_DAYS_SHOWN, MOST_LINES, "1,7,28"))
    loss: str = shared.loss("mae")
    seed: int = shared.seed()


VIEWS = {"": LagsOptions}
