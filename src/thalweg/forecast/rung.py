"""What a person sets of a line or a network (O6)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thalweg.forecast.features.sets import covariates, feature_set
from thalweg.learn.optimizer import Optimizer
from thalweg.series.calendar import Calendar

if TYPE_CHECKING:
    from thalweg.forecast.features.sets import FeatureSet
    from thalweg.series.frequency.record import Frequency

SHARE_LOOKED_BACK = 3  # a rung may look back over at most a third of the training steps
USUAL_OPTIMIZER = Optimizer("adamw", schedule="cosine", decay=0.01)


@dataclass(frozen=True)
class Hyperparameters:
    """The hyperparameters of a line or a network (O6).

    Attributes
    ----------
    days_back : int
        Steps looked back.
    hidden : tuple of int
        Hidden units of each hidden layer; empty for a straight line.
    activation : str
        A key of `ACTIVATIONS`.
    known : str
        What it sees beside past values, a word of `Frequency.known`: for days with ``week`` the weekday and its usual
        deviation from the week, with ``year`` also the year. Each sees the holidays of a country, and values as
        logarithm minus a level. See `thalweg.forecast.features.sets.covariates`.
    optimizer : Optimizer
    batch : int
        Examples per update.
    epochs : int
        Epochs at most, except where `updates` asks for more.
    patience : int
        Epochs without improvement on validation after which the descent stops.
    seeds : int
        How many networks, each from its own seed, are averaged.
    updates : int
        Updates at least: a short series gets more epochs, so that descent has time to reach a low loss.
    shared : bool
        Whether one output answers every step ahead: the network sees how many steps ahead it predicts, and the calendar
        of that date.
    level : str
        Where it is shared, what values are taken from: ``last``, the last value; ``season``, the mean of a season.
    ahead : bool
        Whether it is a way to predict later steps, whatever rung is chosen; a shared one always is.
    since : str
        The date from which values are learned, as of a level shift, in ISO 8601; empty for all. See
        `thalweg.forecast.origins.begin_of`.
    steady : bool
        Whether outliers weigh less; see `thalweg.series.outliers`.
    """

    days_back: int
    hidden: tuple[int, ...] = ()
    activation: str = "relu"
    known: str = ""
    optimizer: Optimizer = USUAL_OPTIMIZER
    batch: int = 64
    epochs: int = 60
    patience: int = 20
    seeds: int = 3
    updates: int = 0
    shared: bool = False
    level: str = "last"
    ahead: bool = False
    since: str = ""
    steady: bool = False

    def planned_epochs(self, examples: int) -> int:
        """Return how many epochs the learning-rate schedule spans on so many examples."""
        return max(self.epochs, math.ceil(self.updates / math.ceil(examples / self.batch)))

    def steps_needed(self, frequency: Frequency) -> int:
        """Return how many past steps a row must have."""
        return self.features(Calendar(frequency=frequency)).needed

    def features(self, calendar: Calendar) -> FeatureSet:
        """Return what its networks see."""
        return feature_set(self.known, self.days_back, calendar, shared=self.level if self.shared else "")

    def level_steps(self, frequency: Frequency) -> int:
        """Return the steps whose mean is the level that values are taken from; 0 for raw values."""
        if self.shared:
            return 1 if self.level == "last" else frequency.level
        return covariates(self.known, frequency).level_steps(frequency)

    def steps_at_once(self, frequency: Frequency) -> int:
        """Return how many steps ahead the search fits it for: one, but the usual horizon where it is shared."""
        return frequency.horizon if self.shared else 1

    def suits(self, train: int, frequency: Frequency) -> bool:
        """Whether it looks back over a third of the training steps at most, and has two long seasons to learn from."""
        return self.days_back * SHARE_LOOKED_BACK <= train and (
            not covariates(self.known, frequency).long or train >= frequency.two_long_seasons
        )

    def makes_way(self, train: int, frequency: Frequency) -> bool:
        """Whether it is shared and knows the short season alone, where there are four long seasons to learn from."""
        long = covariates(self.known, frequency).long
        return self.shared and not long and train >= 2 * frequency.two_long_seasons

    @property
    def name(self) -> str:
        """The name in the table, such as ``2×100 relu 56``."""
        if not self.hidden:
            shape = "linear"
        elif len(self.hidden) == 1:
            shape = f"{self.hidden[0]} {self.activation}"
        elif len(set(self.hidden)) == 1:
            shape = f"{len(self.hidden)}×{self.hidden[0]} {self.activation}"
        else:
            shape = "-".join(map(str, self.hidden)) + f" {self.activation}"
        known = f" {self.known}" if self.known else ""
        since = f" since {self.since}" if self.since else ""
        return f"{shape} {self.days_back}{known}" + self._shared + since

    @property
    def _shared(self) -> str:
        """What the name of a shared rung ends with."""
        if not self.shared:
            return ""
        return " shared" if self.level == "last" else " shared smooth"

    @property
    def kind(self) -> str:
        """``linear`` or ``network``."""
        return "network" if self.hidden else "linear"

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """What a person set, for the table: name to value."""
        return {
            "days back": self.days_back,
            "layers": len(self.hidden),
            "neurons": list(self.hidden),
            "activation": self.activation if self.hidden else "identity",
            "update rule": self.optimizer.rule,
            "learning rate": self.optimizer.learning_rate,
            "schedule": self.optimizer.schedule,
            "weight decay": self.optimizer.decay,
            "batch size": self.batch,
            "epochs at most": self.epochs,
            "patience": self.patience,
            "seeds": self.seeds,
            **({"since": self.since} if self.since else {}),
            **({"steady": True} if self.steady else {}),
        }
