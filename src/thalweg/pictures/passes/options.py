"""The options of `look passes`, in its six views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from thalweg.options import Options, Text, WholeNumber, option
from thalweg.pictures.shared import options as shared

if TYPE_CHECKING:
    import datetime as dt

MOST_EXAMPLES = 366
EXAMPLES = (
    "thalweg look passes --weight 2,1,2",
    "thalweg look passes paths",
    "thalweg look passes views.csv --days-back 7 --layers 4,3 --day 2021-02-11 --out passes.png",
)


@dataclass(frozen=True, kw_only=True)
class PassesOptions(Options):
    """Which network is shown, for which day, and which of its weights is traced."""

    words: ClassVar[str] = "passes"
    view: ClassVar[str]

    weight: str = option("", Text("LAYER,NEURON,INPUT"))
    day: dt.date | None = shared.day()  # noqa: RUF009 - a declaration
    days_back: int = shared.days_back(3)
    layers: tuple[int, ...] = shared.layers(3, 2)
    activation: str = shared.activation("sigmoid")
    loss: str = shared.loss("mse")
    seed: int = shared.seed()


@dataclass(frozen=True, kw_only=True)
class BothOptions(PassesOptions):
    """The forward network and the reversed one."""

    view: ClassVar[str] = "both"


@dataclass(frozen=True, kw_only=True)
class ForwardOptions(PassesOptions):
    """The forward network alone."""

    view: ClassVar[str] = "forward"


@dataclass(frozen=True, kw_only=True)
class BackwardOptions(PassesOptions):
    """The reversed network alone."""

    view: ClassVar[str] = "backward"


@dataclass(frozen=True, kw_only=True)
class PathsOptions(PassesOptions):
    """The paths from a weight to the loss."""

    view: ClassVar[str] = "paths"


@dataclass(frozen=True, kw_only=True)
class CountsOptions(PassesOptions):
    """The multiplications of each way to the gradient."""

    view: ClassVar[str] = "counts"


@dataclass(frozen=True, kw_only=True)
class ExamplesOptions(PassesOptions):
    """The sum over examples."""

    view: ClassVar[str] = "examples"

    examples: int = option(16, WholeNumber(2, MOST_EXAMPLES))


VIEWS = {
    each.view: each
    for each in (BothOptions, ForwardOptions, BackwardOptions, PathsOptions, CountsOptions, ExamplesOptions)
}
