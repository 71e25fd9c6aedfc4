"""The options of `look bias`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from thalweg.options import Options, WholeNumbers, Word, option
from thalweg.pictures.shared import options as shared

MADE_OF = ("sigmoid", "hard sigmoid")
MOST_NEURONS, MOST_NETWORKS = 64, 8
EXAMPLES = ("thalweg look bias", "thalweg look bias views.csv --neurons 2,4,8,16 --out bias.png")


@dataclass(frozen=True, kw_only=True)
class BiasOptions(Options):
    """Which curve a line and a few networks are fitted to."""

    words: ClassVar[str] = "bias"

    curve: str = shared.curve()
    neurons: tuple[int, ...] = option((1, 2, 4, 8), WholeNumbers(1, MOST_NEURONS, MOST_NETWORKS, "1,2,4,8"))
    activation: str = option("sigmoid", Word(MADE_OF), panel=shared.MODEL)
    loss: str = shared.loss("mae")
    seed: int = shared.seed()


VIEWS = {"": BiasOptions}
