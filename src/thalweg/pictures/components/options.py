"""The options of `look components`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from thalweg.options import Options, WholeNumber, option
from thalweg.pictures.shared import options as shared

EXAMPLES = (
    "thalweg look components model.thalweg",
    "thalweg look components model.thalweg --horizon 14 --csv",
    "thalweg look components views.csv --country US --out components.png",
)


@dataclass(frozen=True, kw_only=True)
class ComponentsOptions(Options):
    """How far the forecast goes that is taken apart, and of which function."""

    words: ClassVar[str] = "components"

    horizon: int | None = option(None, WholeNumber(1, unit="steps"))
    days_back: int = shared.days_back(shared.usual_lags)
    layers: tuple[int, ...] = shared.layers(100)
    known: str = shared.known()
    loss: str = shared.loss("mae")
    country: str = shared.country()
    seed: int = shared.seed()


VIEWS = {"": ComponentsOptions}
