"""The options of `look pieces`, in its three views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from thalweg.options import Number, Options, WholeNumber, Word, option
from thalweg.pictures.shared import options as shared

HELD_AT = ("mean", "last")
MOST_POINTS = 65
SLIDER_END = 100.0  # the greatest value of a slider
SLIDER = "slider"  # the panel of the help with the sliders' first positions
EXAMPLES = (
    "thalweg look pieces",
    "thalweg look pieces views.csv --points 17 --out pieces.png",
    "thalweg look pieces fitted views.csv --days-back 7 --layers 8 --input 1",
    "thalweg look pieces sliders --w 3",
)


@dataclass(frozen=True, kw_only=True)
class BuildOptions(Options):
    """A curve made by the recipe, without any training."""

    words: ClassVar[str] = "pieces"
    view: ClassVar[str] = "build"

    curve: str = shared.curve()
    points: int = option(0, WholeNumber(0, MOST_POINTS))


@dataclass(frozen=True, kw_only=True)
class NeuronsOptions(Options):
    """The neurons of a fitted network."""

    words: ClassVar[str] = "pieces"
    view: ClassVar[str] = "fitted"

    input: int = option(1, WholeNumber(1), panel=shared.MODEL)
    hold: str = option("mean", Word(HELD_AT), panel=shared.MODEL)
    days_back: int = shared.days_back(1)
    layers: tuple[int, ...] = shared.layers(6)
    activation: str = shared.activation("relu")
    loss: str = shared.loss("mae")
    seed: int = shared.seed()


@dataclass(frozen=True, kw_only=True)
class SlidersOptions(Options):
    """One neuron under three sliders."""

    words: ClassVar[str] = "pieces"
    view: ClassVar[str] = "sliders"

    c: float = option(1.0, Number(-SLIDER_END, SLIDER_END), panel=SLIDER)
    b: float = option(0.0, Number(-SLIDER_END, SLIDER_END), panel=SLIDER)
    w: float = option(1.0, Number(-SLIDER_END, SLIDER_END), panel=SLIDER)


VIEWS = {each.view: each for each in (BuildOptions, NeuronsOptions, SlidersOptions)}
