"""Past values, the newest first: the lags of the lecture (F1, U3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

FADE_STEPS = 3.0  # steps back at which a lag's scale is halved: a distant value must earn its weight


@dataclass(frozen=True)
class PastValues:
    """The window of lags. It is no dense block: a row points into the values, which are not copied.

    Attributes
    ----------
    length : int
        How many values, the newest among them.
    fading : bool
        Whether a distant value has a smaller scale than a near one.
    """

    length: int
    fading: bool
    name: ClassVar[str] = "past_values"
    known_ahead: ClassVar[bool] = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the lags: lag 1 is the newest value."""
        return tuple(f"lag {lag}" for lag in range(1, self.length + 1))

    @cached_property
    def emphasis(self) -> np.ndarray[tuple[int], np.dtype[np.float64]] | None:
        """The factor of each lag, the newest first; None where all have the same."""
        return 1 / (1 + np.arange(self.length) / FADE_STEPS) if self.fading else None
