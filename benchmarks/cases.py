"""The networks whose updates are timed, the speedups that are required, and the data of all contenders."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn.function import Network
from thalweg.learn.optimizer import Optimizer

if TYPE_CHECKING:
    from numpy.typing import NDArray

PEERS = {"PyTorch eager": "peer_torch", "JAX scan": "peer_jax", "scikit-learn": "peer_sklearn"}  # and their modules
LEARNING_RATE = 1e-4  # so small that numbers stay ordinary over tens of thousands of updates


@dataclass(frozen=True)
class Case:
    """A network, how it learns, and the speedups that are required.

    Attributes
    ----------
    widths : tuple of int
    rule : str
        Of thalweg's update rules.
    batch : int
    updates : int
        An epoch of so many updates is timed as one.
    activation : str
        Of the hidden layers.
    labels : bool
        Softmax and cross-entropy over labels, where it is otherwise identity and mean squared error.
    floors : dict
        Peer to how many times its time over thalweg's should be at least.
    """

    widths: tuple[int, ...]
    rule: str
    batch: int = 32
    updates: int = 1000
    activation: str = "relu"
    labels: bool = False
    floors: dict[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name in the table."""
        shape = "-".join(map(str, self.widths))
        hidden = self.widths[1:-1]
        if len(hidden) > 3:
            shape = f"{self.widths[0]}-{hidden[0]}×{len(hidden)}-{self.widths[-1]}"
        told = [shape, "Adam" if self.rule == "adam" else "GD"]
        if hidden and self.activation != "relu":
            told.insert(1, self.activation)
        if self.labels:
            told.insert(1, "softmax")
        return f"{' '.join(told)}, batch {self.batch}"

    @property
    def network(self) -> Network:
        """The network, in thalweg's words."""
        return Network(self.widths, self.activation, "softmax" if self.labels else "identity")

    @property
    def loss(self) -> str:
        """The loss, in thalweg's words."""
        return "cross-entropy" if self.labels else "mse"

    @property
    def optimizer(self) -> Optimizer:
        """The update rule, in thalweg's words."""
        return Optimizer(rule=self.rule, learning_rate=LEARNING_RATE, schedule="constant", decay=0.0)

    @property
    def examples(self) -> int:
        """The number of examples of an epoch."""
        return self.updates * self.batch

    @cached_property
    def features(self) -> NDArray[np.float32]:
        """Shape (examples, features)."""
        return np.random.default_rng(0).normal(size=(self.examples, self.widths[0])).astype(np.float32)

    @cached_property
    def target(self) -> NDArray[np.float32]:
        """Shape (examples, outputs), or (examples, 1) of labels."""
        random = np.random.default_rng(1)
        if self.labels:
            return random.integers(self.widths[-1], size=(self.examples, 1)).astype(np.float32)
        return random.normal(size=(self.examples, self.widths[-1])).astype(np.float32)


def floors(*times: float | None) -> dict[str, float]:
    """Return peer to floor, for those that have one."""
    return {peer: least for peer, least in zip(PEERS, times, strict=True) if least is not None}


SMALL, DEEP, SPEECH = (56, 100, 1), (56, 100, 100, 100, 1), (429, *[1000] * 8, 40)
CASES = (
    Case((7, 1), "gradient descent", 16, floors=floors(100, 1.3, None)),
    Case(SMALL, "gradient descent", floors=floors(15, 1.5, 8)),
    Case(DEEP, "gradient descent", floors=floors(7, 1.3, 5)),
    Case(SMALL, "adam", floors=floors(10, 1.2, 6)),
    Case(DEEP, "adam", floors=floors(6, 1.2, 4)),
    Case(SMALL, "gradient descent", activation="sigmoid", floors=floors(12, 1.2, 6)),
    Case(SPEECH, "gradient descent", 128, updates=8, labels=True, floors=floors(1, 0.65, 1)),
)
