"""The options of `look surface`, in its six views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from thalweg.options import Number, Options, Text, WholeNumber, Word, option
from thalweg.pictures.shared import options as shared

PLANES = ("auto", "path", "random", "unknowns")
LARGEST_RATE = 1e6  # far above any rate at which a descent converges
MOST_UPDATES = 2000
EXAMPLES = (
    "thalweg look surface",
    "thalweg look surface curve",
    "thalweg look surface views.csv --days-back 28 --layers 100,100 --plane random",
    "thalweg look surface starts views.csv --starts 20 --out starts.png",
)


def rate() -> float:
    """Declare η of the plain descent of a straight line; 0 for a suitable one."""
    return option(0.0, Number(0, LARGEST_RATE))


def updates() -> int:
    """Declare the number of updates of that descent; 0 for a suitable number."""
    return option(0, WholeNumber(0, MOST_UPDATES))


def unknowns() -> str:
    """Declare the unknowns of the surface; an empty text for those that moved most."""
    return option("", Text("NAMES"))


@dataclass(frozen=True, kw_only=True)
class SurfaceOptions(Options):
    """What all views share."""

    words: ClassVar[str] = "surface"
    view: ClassVar[str]


@dataclass(frozen=True, kw_only=True)
class FunctionOptions(SurfaceOptions):
    """Which function's loss is looked at: a straight line over one day where nothing else is given."""

    days_back: int = shared.days_back(1)
    layers: tuple[int, ...] = shared.layers()
    activation: str = shared.activation("relu")
    loss: str = shared.loss("mae")
    seed: int = shared.seed()


@dataclass(frozen=True, kw_only=True)
class DescentOptions(SurfaceOptions):
    """The plain descent of a straight line over one day."""

    rate: float = rate()
    updates: int = updates()


@dataclass(frozen=True, kw_only=True)
class PathOptions(DescentOptions, FunctionOptions):
    """The descent on the error surface, with its gradient."""

    view: ClassVar[str] = "path"

    plane: str = option("auto", Word(PLANES))
    unknowns: str = unknowns()
    step: int = option(0, WholeNumber(0, MOST_UPDATES))


@dataclass(frozen=True, kw_only=True)
class CurveOptions(FunctionOptions):
    """The loss over one unknown."""

    view: ClassVar[str] = "curve"

    unknowns: str = unknowns()
    rate: float = rate()


@dataclass(frozen=True, kw_only=True)
class LossesOptions(SurfaceOptions):
    """Absolute beside squared errors."""

    view: ClassVar[str] = "losses"


@dataclass(frozen=True, kw_only=True)
class SearchOptions(DescentOptions):
    """Brute force beside descent."""

    view: ClassVar[str] = "search"

    loss: str = shared.loss("mae")
    seed: int = shared.seed()


@dataclass(frozen=True, kw_only=True)
class StartsOptions(DescentOptions, FunctionOptions):
    """Many starts, and where each ends."""

    view: ClassVar[str] = "starts"

    starts: int = option(12, WholeNumber(3, 40))


@dataclass(frozen=True, kw_only=True)
class RatesOptions(DescentOptions):
    """Learning rates too small, good and too large."""

    view: ClassVar[str] = "rates"

    loss: str = shared.loss("mse")
    seed: int = shared.seed()


VIEWS = {
    each.view: each for each in (PathOptions, CurveOptions, LossesOptions, SearchOptions, StartsOptions, RatesOptions)
}
