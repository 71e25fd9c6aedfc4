"""The options of `look matrix`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from thalweg.options import Options
from thalweg.pictures.shared import options as shared

if TYPE_CHECKING:
    import datetime as dt

EXAMPLES = (
    "thalweg look matrix",
    "thalweg look matrix views.csv --days-back 7 --layers 4,4 --activation relu --out matrix.png",
)


@dataclass(frozen=True, kw_only=True)
class MatrixOptions(Options):
    """Which network is shown as matrices, and for which day."""

    words: ClassVar[str] = "matrix"

    day: dt.date | None = shared.day()  # noqa: RUF009 - a declaration
    days_back: int = shared.days_back(3)
    layers: tuple[int, ...] = shared.layers(3)
    activation: str = shared.activation("sigmoid")
    loss: str = shared.loss("mse")
    seed: int = shared.seed()


VIEWS = {"": MatrixOptions}
