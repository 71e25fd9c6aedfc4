"""The month of the first date to predict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from thalweg.forecast.features.block import Block

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Origins


@dataclass(frozen=True)
class Month(Block):
    """A column for each month, or for each quarter; those of later steps follow from the first."""

    name: ClassVar[str] = "month"
    known_ahead: ClassVar[bool] = True

    def names(self, steps: int) -> tuple[str, ...]:  # noqa: ARG002 - the same for any number of steps
        """Return the months."""
        return self.calendar.groups[self.name]

    def columns(self, origins: Origins, targets: NDArray[np.datetime64]) -> NDArray[np.float64]:  # noqa: ARG002
        """Return 1 in the month's column."""
        return self.calendar.group(self.name, targets[:, 0])
