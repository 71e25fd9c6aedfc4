"""What a fitted rung and a loss surface share: the examples of the training days, and the network over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from thalweg.forecast.rung import Hyperparameters
    from thalweg.forecast.training import TrainingSet
    from thalweg.learn.function import Network
    from thalweg.series.series import Series


@dataclass(frozen=True, eq=False)
class Trained:
    """A record about one training set.

    Attributes
    ----------
    training_set : TrainingSet
        The rung, its examples, its scale, its network; of one series, one day ahead.
    """

    training_set: TrainingSet

    @property
    def series(self) -> Series:
        """The days."""
        return self.training_set.series

    @property
    def network(self) -> Network:
        """The rung's network."""
        return self.training_set.network

    @property
    def rung(self) -> Hyperparameters:
        """The rung."""
        return self.training_set.rung
