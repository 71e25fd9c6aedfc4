"""How a descent can end, each way by name with advice (O2)."""

from __future__ import annotations

from dataclasses import dataclass

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
    "interrupted": "It was interrupted after {epochs} epochs; what had been found until then was kept.",
}

# What is added to the advice of a descent that did not fail.
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
