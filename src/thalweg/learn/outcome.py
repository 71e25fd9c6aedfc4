"""How a descent can end, each way by name with advice (O2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from thalweg.learn import backprop

if TYPE_CHECKING:
    from collections.abc import Callable

    from thalweg.learn.activation import Values
    from thalweg.learn.examples import Examples
    from thalweg.learn.function import Network
    from thalweg.learn.loss import Loss

FEW = 16  # examples looked at first for a dead layer
GROWN = 20  # updates on end whose loss grew, and to more than at first, are not patience any more
DIVERGED = 1e4  # nor is so many times the first batch's loss, as the mean of an epoch
GREATER = 2.0  # so many times the first batch's loss is more than batches differ

ADVICE = {
    "epochs": "All {epochs} epochs were made. If the loss was still falling, give the descent more epochs.",
    "updates": "All {updates} updates were made. If the loss was still falling, allow more updates.",
    "seconds": "The time was up after {epochs} epochs. Allow more seconds, or choose a smaller network.",
    "gradient zero": "The gradient was exactly 0 for a whole epoch, so nothing moves any more: a minimum, or no slope "
    "where θ stands. If the loss is poor, start from another seed or choose another loss.",
    "dead": "Hidden layer {layer} is dead: every neuron of it gives 0 for every example, so no slope passes. Start "
    "from another seed, lower the learning rate, or scale the features.",
    "validation": "Validation stopped improving after epoch {best_epoch}; its unknowns were kept.",
    "validation not finite": "Validation was not a finite number in any of {epochs} epochs, so no unknowns could be "
    "kept: look at what it computes.",
    "growing": "The loss grew for {grown} updates: the learning rate {learning_rate:g} is above what this surface "
    "bears; try {smaller:g}.",
    "diverged": "The loss left all bounds in epoch {epochs}: the learning rate {learning_rate:g} is above what this "
    "surface bears. Try {smaller:g} in a new descent, or a smaller scale of features and targets; "
    "`find_learning_rate` tells what the surface bears.",
    "loss not finite": "The loss {loss!r} is {value} at update {updates} though every prediction is finite: look at "
    "its value and slope where prediction and target are far apart, equal, or zero.",
    "interrupted": "It was stopped from outside (`cancelled`, a callback) after {epochs} epochs; what had been found "
    "until then was kept.",
}

ENDED_WELL = ("epochs", "updates", "seconds", "validation")
# What is added to the advice of a descent that ended well, by name.
RISEN = (
    " The loss is higher than at the start, {last:.3g} after {first:.3g}: lower the learning rate, or look at the "
    "slope if the loss is your own."
)
DEAD = (
    " Hidden layer {layer} is dead, though: it gives 0 for every example. Lower the learning rate, or scale the "
    "features."
)
# Where the first batch's loss is not finite, no learning rate is to blame.
AT_THE_START = "The loss is not finite before the first update: scale features and targets, or start from another θ."


@dataclass(frozen=True)
class Outcome:
    """How a descent ended.

    Attributes
    ----------
    name : str
        A key of `ADVICE`: what ended it.
    advice : str
        What that means and what to try next, in a sentence or two.
    updates, epochs : int
        Made until then; an epoch counts once all its batches were seen.
    best_epoch : int
        The epoch whose unknowns were kept: the one that validation prefers (see `Descent.run`), or the last.
    seconds : float
        Wall-clock time of this run.
    """

    name: str
    advice: str
    updates: int
    epochs: int
    best_epoch: int
    seconds: float

    @property
    def failed(self) -> bool:
        """Whether θ is of no use."""
        return self.name in ("diverged", "growing", "loss not finite", "validation not finite")


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
    dead_layer: Callable[[], int | None],
) -> str:
    """Return what an end means and what to try next, and what speaks against one that is well by name.

    Parameters
    ----------
    name : str
        A key of `ADVICE`.
    updates, epochs, best_epoch : int
        As `Outcome`; the epoch that a descent diverged in counts.
    learning_rate, loss : float, Loss
    value : float
        The loss of the batch whose update was not made, where one was not.
    first, last : float
        The loss of the first batch, and the mean of the latest epoch's.
    dead_layer : callable
        Gives the number of the first dead layer, from 1, or None; asked only where it matters.
    """
    if name == "diverged" and not updates:
        return AT_THE_START
    layer = dead_layer() if name in (*ENDED_WELL, "dead") else None
    advice = ADVICE[name].format(
        epochs=max(1, epochs) if name == "diverged" else epochs,
        updates=updates,
        best_epoch=best_epoch,
        learning_rate=learning_rate,
        smaller=learning_rate / 10,
        grown=GROWN,
        loss=loss.name,
        value=value,
        layer=layer,
    )
    if name not in ENDED_WELL:
        return advice
    if last > GREATER * first > 0:
        advice += RISEN.format(first=first, last=last)
    return advice if layer is None else advice + DEAD.format(layer=layer)


def dead_layer(network: Network, theta: Values, examples: Examples) -> int | None:
    """Return the number, from 1, of the first hidden layer all of whose neurons give 0 for all examples."""
    alive = [False] * (len(network.widths) - 2)
    # A few examples nearly always suffice, and are too few for BLAS to wake threads, which then keep cores busy.
    first, last = 0, FEW
    while first < len(examples):
        x = examples.rows(slice(first, last)).gather()
        a = backprop.forward(network, theta, x).a[1:-1]
        alive = [was or bool(of_layer.any()) for was, of_layer in zip(alive, a, strict=True)]
        if all(alive):
            return None
        first, last = last, 2 * last  # where they do not, ever more at once
    return alive.index(False) + 1
