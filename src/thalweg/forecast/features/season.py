"""The time of year of the first date to predict, as sines and cosines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from thalweg.forecast.features.block import Block

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Origins


@dataclass(frozen=True)
class Season(Block):
    """Sines and cosines of the time of year; those of later steps follow from the first."""

    name: ClassVar[str] = "season"
    known_ahead: ClassVar[bool] = True

    def names(self, steps: int) -> tuple[str, ...]:  # noqa: ARG002 - the same for any number of steps
        """Return the waves."""
        return self.calendar.groups[self.name]

    def columns(self, origins: Origins, targets: NDArray[np.datetime64]) -> NDArray[np.float64]:  # noqa: ARG002
        """Return the waves of the first date."""
        return self.calendar.group(self.name, targets[:, 0])
