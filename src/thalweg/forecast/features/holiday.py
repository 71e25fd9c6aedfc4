"""The holidays of every date to predict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from thalweg.forecast.features.block import Block

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Origins


@dataclass(frozen=True)
class Holiday(Block):
    """A column for each holiday, once for each date to predict."""

    name: ClassVar[str] = "holiday"
    known_ahead: ClassVar[bool] = True

    def names(self, steps: int) -> tuple[str, ...]:
        """Return the holidays of the first date, then of each later one."""
        holidays = self.calendar.groups[self.name]
        later = (f"{name}, step {step}" for step in range(2, steps + 1) for name in holidays)
        return (*holidays, *later)

    def columns(self, origins: Origins, targets: NDArray[np.datetime64]) -> NDArray[np.float64]:  # noqa: ARG002
        """Return 1 where a date is a holiday."""
        of_each = self.calendar.group(self.name, targets.ravel())
        return of_each.reshape(len(targets), targets.shape[1] * of_each.shape[1])
