"""Which learning rate a surface bears: a short descent whose rate grows until the loss does (Smith 2017)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.learn.descent import Descent
from thalweg.learn.optimizer import Optimizer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.learn.examples import Examples
    from thalweg.learn.function import Network

SMOOTHED = 0.9  # how much of the mean loss so far stays at each update
TOO_MUCH = 2.0  # the loss has grown: so many times the way from the best up to the first
EARLY = 10  # batches that tell how much batches differ
STILL = 1e-3  # of the lowest rate: next to no move
SHARE = 0.1  # of the rate at which the loss grew: what is suggested


@dataclass(frozen=True, eq=False)
class RateSearch:
    """What the search saw.

    Attributes
    ----------
    rates, losses : ndarray, shape (updates,)
        η of each update, and L of its batch before it, smoothed over the updates before.
    suggested : float
        A tenth of `too_large`, or where that was not met of the rate at which the smoothed loss was least.
    too_large : float
        The rate at which the loss had grown beyond doubt; infinity where it had not by the end.
    """

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    suggested: float
    too_large: float

    @property
    def advice(self) -> str:
        """What to do, in a sentence."""
        if math.isinf(self.too_large):
            return f"The loss had not grown at {self.rates[-1]:g}; look beyond it, or try {self.suggested:.2g}."
        return f"Try {self.suggested:.2g}; from {self.too_large:.2g} on the loss grows."


def find_learning_rate(
    network: Network,
    examples: Examples,
    *,
    optimizer: Optimizer | None = None,
    lowest: float = 1e-6,
    highest: float = 10.0,
    updates: int = 200,
    **options: Any,  # noqa: ANN401 - those of `Descent`
) -> RateSearch:
    """Descend while η rises from `lowest` to `highest` by equal factors, until the loss has grown.

    Parameters
    ----------
    network : Network
    examples : Examples
    optimizer : Optimizer, optional
        Its rule, decay and clipping count; its schedule does not.
    lowest, highest : float
    updates : int
        How many rates to try.
    **options
        Those of `Descent`, such as the loss and the batch.

    Raises
    ------
    ValueError
        If the range or the updates cannot be, or the loss is not finite at θ⁰.
    """
    if not (0 < lowest < highest < math.inf) or updates < 10:  # noqa: PLR2004 - fewer tell nothing
        raise ValueError(
            f"The rates go from {lowest:g} to {highest:g} in {updates} updates; they must rise, above 0, in 10 or more."
        )
    constant = replace(optimizer or Optimizer(), schedule="constant", warm_up=0)
    options.setdefault("epochs", 10**9)
    descent = Descent(network, examples, optimizer=constant, **options)
    # What a batch's loss is before anything moved, and how much batches differ.
    descent.learning_rate = lowest * STILL
    seen = [_loss_of_next(descent) for _ in range(EARLY)]
    before = [value for value in seen if not math.isnan(value)]
    if math.inf in before or not before:
        raise ValueError("The loss is not finite at the start; scale features and targets, or start elsewhere.")
    mean, noise = float(np.mean(before)), float(np.std(before))
    start = mean
    rates, losses, too_large = np.geomspace(lowest, highest, updates), [], math.inf
    for rate in rates:
        descent.learning_rate = float(rate)
        value = _loss_of_next(descent)
        if not math.isnan(value):
            mean = SMOOTHED * mean + (1 - SMOOTHED) * value
        least = min([start, *losses])
        if math.isinf(value) or mean - least > TOO_MUCH * max(start - least, noise):
            too_large = float(rate)
            break
        losses.append(mean)
    if not losses:
        raise ValueError(f"The loss grows at the lowest rate already, {lowest:g}; begin far below it.")
    # The lowest point of a flat curve is chance; where it ends is not.
    least = float(rates[np.argmin(losses)]) if math.isinf(too_large) else too_large
    return RateSearch(rates[: len(losses)], np.array(losses), least * SHARE, too_large)


def _loss_of_next(descent: Descent) -> float:
    """Make an update; return the loss of its batch before it: NaN without weight, infinite where none was made."""
    place = descent.updates % descent.batches
    made = descent.step().done
    return float(descent.batch_losses[place]) if made else math.inf
