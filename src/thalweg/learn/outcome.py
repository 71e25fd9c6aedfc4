"""How a descent can end: each way has a name and comes with advice (O2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from thalweg.learn import backprop
from thalweg.messages import Message, catalogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from thalweg.learn.activation import Values
    from thalweg.learn.data.examples import Examples
    from thalweg.learn.function import Network
    from thalweg.learn.loss import Loss

FIRST_LOOK_EXAMPLES = 16  # the search for a dead layer begins with so few
GROWTH_UPDATES = 20  # a descent ends after so many updates in a row whose loss grew, to more than at first
DIVERGED = 1e4  # a descent has diverged where an epoch's mean loss is so many times that of the yardstick
RISEN_RATIO = 2.0  # batches differ by less: a loss of so many times that of the yardstick has risen

# How a descent may end; what each end means and what to try next stands in the catalogues, under `advice`.
ENDINGS = (
    "epochs",
    "updates",
    "seconds",
    "gradient zero",
    "dead",
    "validation",
    "validation not finite",
    "growing",
    "diverged",
    "worse than a constant",
    "loss not finite",
    "interrupted",
)
FAILED = ("validation not finite", "growing", "diverged", "worse than a constant", "loss not finite")
ENDED_WELL = ("epochs", "updates", "seconds", "validation")


@dataclass(frozen=True)
class Outcome:
    """How a descent ended.

    Attributes
    ----------
    name : str
        What ended it: one of `ENDINGS`.
    message : Message
        What that means and what to try next, not yet in any language.
    updates, epochs : int
        How many were made until then; an epoch counts once all its batches were seen.
    best_epoch : int
        The epoch whose unknowns were kept: the one that validation prefers (see `Descent.run`), or the last.
    seconds : float
        Wall-clock time of this run.
    """

    name: str
    message: Message
    updates: int
    epochs: int
    best_epoch: int
    seconds: float

    @property
    def advice(self) -> str:
        """What the end means and what to try next, in English."""
        return catalogue()(self.message)

    @property
    def failed(self) -> bool:
        """Whether θ is of no use."""
        return self.name in FAILED

    @property
    def risen(self) -> bool:
        """Whether the descent ended well by its name, but with a loss above that of its start and of a constant."""
        return self.message.key == "advice.loss has risen" or (
            self.message.key == "advice.layer is dead" and self.message.values["advice"].key == "advice.loss has risen"
        )

    def with_kept(self, kept: float, constant: float, learning_rate: float) -> Outcome:
        """Return this outcome, or that the unknowns that validation preferred are no better than a constant.

        Parameters
        ----------
        kept, constant : float
            The validation loss of the unknowns that were kept, and that of a constant prediction.
        learning_rate : float
        """
        if self.failed or not kept > RISEN_RATIO * constant > 0:
            return self
        told = {"best_epoch": self.best_epoch, "kept": kept, "constant": constant, "smaller": learning_rate / 10}
        name = "worse than a constant"
        return replace(self, name=name, message=Message(f"advice.{name}", told))


def advice_on(
    name: str,
    *,
    updates: int,
    epochs: int,
    best_epoch: int,
    learning_rate: float,
    loss: Loss,
    value: float,
    first: float,
    last: float,
    risen: bool,
    dead_layer: Callable[[], int | None],
) -> Message:
    """Return what an end means and what to try next, with what speaks against an end that is good by its name.

    Parameters
    ----------
    name : str
        One of `ENDINGS`.
    updates, epochs, best_epoch : int
        As `Outcome`; the epoch in which a descent diverged counts.
    learning_rate, loss : float, Loss
    value : float
        The loss of the batch whose update was not made, where there is such a batch.
    first, last : float
        The loss of the first batch, and the mean loss of the latest epoch.
    risen : bool
        Whether that is `RISEN_RATIO` times the yardstick.
    dead_layer : callable
        Returns the number of the first dead layer, from 1, or None. It is called only where that matters.
    """
    if name == "diverged" and not updates:
        # Where the first batch's loss is not finite, no learning rate is to blame.
        return Message("advice.not finite at the start")
    layer = dead_layer() if name in (*ENDED_WELL, "dead") else None
    advice = Message(
        f"advice.{name}",
        {
            "epochs": max(1, epochs) if name == "diverged" else epochs,
            "updates": updates,
            "best_epoch": best_epoch,
            "learning_rate": learning_rate,
            "smaller": learning_rate / 10,
            "grown": GROWTH_UPDATES,
            "loss": loss.name,
            "value": value,
            "layer": layer,
        },
    )
    if name in ENDED_WELL and risen:
        advice = Message("advice.loss has risen", {"advice": advice, "first": first, "last": last})
    if name in ENDED_WELL and layer is not None:
        advice = Message("advice.layer is dead", {"advice": advice, "layer": layer})
    return advice


def dead_layer(network: Network, theta: Values, examples: Examples) -> int | None:
    """Return the number, from 1, of the first hidden layer all of whose neurons give 0 for all examples."""
    alive = [False] * (len(network.widths) - 2)
    # A few examples nearly always suffice. For so few BLAS starts no threads, which would keep cores busy.
    first, last = 0, FIRST_LOOK_EXAMPLES
    while first < len(examples):
        x = examples.rows(slice(first, last)).gather()
        a = backprop.forward(network, theta, x).a[1:-1]
        alive = [was or bool(of_layer.any()) for was, of_layer in zip(alive, a, strict=True)]
        if all(alive):
            return None
        first, last = last, 2 * last  # where they do not suffice, twice as many are looked at
    return alive.index(False) + 1
