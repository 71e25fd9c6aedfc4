"""The options of `look layers`, in its four views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from thalweg.options import Options, WholeNumber, WholeNumbers, option
from thalweg.pictures.shared import options as shared

if TYPE_CHECKING:
    from thalweg.series.frequency.record import Frequency

MOST_SHAPES = 12  # values of one option
EXAMPLES = (
    "thalweg look layers",
    "thalweg look layers activation views.csv",
    "thalweg look layers deep-or-fat views.csv --depths 2,3 --seeds 5",
    "thalweg look layers epochs views.csv --epochs 500 --out epochs.svg",
)


def _longest_lags(frequency: Frequency) -> int:
    return frequency.lags[-1]


@dataclass(frozen=True, kw_only=True)
class LayersOptions(Options):
    """Which shapes of networks are fitted, from how many seeds and for how long."""

    words: ClassVar[str] = "layers"
    view: ClassVar[str]

    depths: tuple[int, ...] = option((0, 1, 2, 3, 4), WholeNumbers(0, shared.MOST_LAYERS, MOST_SHAPES, "1,2,3"))
    width: int = option(100, WholeNumber(1, shared.WIDEST_LAYER))
    seeds: int = option(3, WholeNumber(1, 20))
    epochs: int = option(200, WholeNumber(1, 10_000))
    days_back: int = shared.days_back(_longest_lags)
    loss: str = shared.loss("mae")
    seed: int = shared.seed()


@dataclass(frozen=True, kw_only=True)
class DepthOptions(LayersOptions):
    """L and L′ over depth and width, the deepest network by epoch."""

    view: ClassVar[str] = "depth"

    widths: tuple[int, ...] = option((10, 100, 1000), WholeNumbers(1, shared.WIDEST_LAYER, MOST_SHAPES, "10,100"))


@dataclass(frozen=True, kw_only=True)
class ActivationOptions(LayersOptions):
    """Sigmoid against ReLU in the same shapes."""

    view: ClassVar[str] = "activation"


@dataclass(frozen=True, kw_only=True)
class DeepOrFatOptions(LayersOptions):
    """Many layers against a single one with as many unknowns."""

    view: ClassVar[str] = "deep-or-fat"


@dataclass(frozen=True, kw_only=True)
class EpochsOptions(LayersOptions):
    """Every depth by epoch."""

    view: ClassVar[str] = "epochs"


VIEWS = {each.view: each for each in (DepthOptions, ActivationOptions, DeepOrFatOptions, EpochsOptions)}
