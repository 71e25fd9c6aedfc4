"""The time of day of the first date to predict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from thalweg.forecast.features.block import Block

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Origins


@dataclass(frozen=True)
class TimeOfDay(Block):
    """A column for each time of day; those of later steps follow from the first."""

    name: ClassVar[str] = "time"
    known_ahead: ClassVar[bool] = True

    def names(self, steps: int) -> tuple[str, ...]:  # noqa: ARG002 - the same for any number of steps
        """Return the times of day."""
        return self.calendar.groups[self.name]

    def columns(self, origins: Origins, targets: NDArray[np.datetime64]) -> NDArray[np.float64]:  # noqa: ARG002
        """Return 1 in the column of its hour, and in that of its minutes where an hour has several values."""
        return self.calendar.group(self.name, targets[:, 0])
