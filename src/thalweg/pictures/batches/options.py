"""The options of `look batches`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from thalweg.options import Options, WholeNumber, WholeNumbers, option
from thalweg.pictures.shared import options as shared

SHOWN_EPOCHS = 2  # epochs whose batches are drawn
MOST_BATCH, MOST_SIZES = 1_000_000, 4
EXAMPLES = (
    "thalweg look batches",
    "thalweg look batches views.csv --batch 32 --sizes 8,32,128,all --epochs 20 --out batches.png",
)


@dataclass(frozen=True, kw_only=True)
class BatchesOptions(Options):
    """Which batch sizes are compared, and which of them is shown in detail."""

    words: ClassVar[str] = "batches"

    batch: int = option(64, WholeNumber(1, MOST_BATCH))
    sizes: tuple[int, ...] = option(
        (8, 64, 0), WholeNumbers(1, MOST_BATCH, MOST_SIZES, "8,64,all", ordered=True, all_word="all")
    )
    epochs: int = option(10, WholeNumber(SHOWN_EPOCHS, 10_000))
    days_back: int = shared.days_back(shared.usual_lags)
    layers: tuple[int, ...] = shared.layers(100)
    loss: str = shared.loss("mae")
    seed: int = shared.seed()


VIEWS = {"": BatchesOptions}
