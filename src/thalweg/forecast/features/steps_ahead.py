"""How many steps ahead a network that is shared over the steps predicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from thalweg.forecast.features.block import Block

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Origins


@dataclass(frozen=True)
class StepsAhead(Block):
    """A column for each block of steps ahead, 1 in the block of the step that is predicted."""

    name: ClassVar[str] = "steps_ahead"

    def names(self, steps: int) -> tuple[str, ...]:  # noqa: ARG002 - the same for any number of steps
        """Return a name for each block of steps."""
        firsts = [1, *(last + 1 for last in self._lasts)]
        spans = zip(firsts, self._lasts, strict=False)
        return (*(f"steps {first} to {last} ahead" for first, last in spans), f"steps from {firsts[-1]} ahead")

    @property
    def _lasts(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(self.frequency.blocks))

    def columns(self, origins: Origins, targets: NDArray[np.datetime64]) -> NDArray[np.float64]:  # noqa: ARG002
        """Return 1 in the column of the block."""
        return np.eye(len(self._lasts) + 1)[np.searchsorted(self._lasts, origins.ahead)]
