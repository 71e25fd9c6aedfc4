"""Find a learning rate by a short descent whose rate grows until the loss grows (Smith 2017)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.learn.descent import Descent
from thalweg.learn.optimizer import Optimizer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.learn.data.examples import Examples
    from thalweg.learn.function import Network

KEPT_SHARE = 0.9  # of the smoothed loss stays at each update
GROWN_RATIO = 2.0  # the loss has grown when it rises above the least loss by so many times its fall from the first
FIRST_BATCHES = 10  # the batches that show how much batches differ
STILL_SHARE = 1e-3  # of the lowest rate: at this rate θ hardly moves
SUGGESTED_SHARE = 0.1  # of the rate at which the loss grew is suggested


@dataclass(frozen=True, eq=False)
class RateSearch:
    """The result of a search for a learning rate.

    Attributes
    ----------
    rates, losses : ndarray, shape (updates,)
        η of each update, and L of its batch before the update, smoothed over the updates before it.
    suggested : float
        A tenth of `too_large`; where no rate was too large, a tenth of the rate with the least smoothed loss.
    too_large : float
        The rate at which the loss had clearly grown; infinity where it had not grown by the end.
    """

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    suggested: float
    too_large: float

    @property
    def advice(self) -> str:
        """What to do, in an English sentence."""
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
        Its rule, decay and clipping are used; its schedule is not.
    lowest, highest : float
    updates : int
        The number of rates to try.
    **options
        The options of `Descent`, such as the loss and the batch.

    Raises
    ------
    ValueError
        If the range or the number of updates is impossible, or the loss is not finite at θ⁰.
    """
    if not (0 < lowest < highest < math.inf) or updates < 10:  # noqa: PLR2004 - fewer would show nothing
        raise ValueError(
            f"The rates go from {lowest:g} to {highest:g} in {updates} updates; they must rise, above 0, in 10 or more."
        )
    constant = replace(optimizer or Optimizer(), schedule="constant", warm_up=0)
    options.setdefault("epochs", 10**9)
    descent = Descent(network, examples, optimizer=constant, **options)
    # The loss of a batch before θ moves, and how much batches differ.
    descent.learning_rate = lowest * STILL_SHARE
    seen = [_loss_of_next(descent) for _ in range(FIRST_BATCHES)]
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
            mean = KEPT_SHARE * mean + (1 - KEPT_SHARE) * value
        least = min([start, *losses])
        if math.isinf(value) or mean - least > GROWN_RATIO * max(start - least, noise):
            too_large = float(rate)
            break
        losses.append(mean)
    if not losses:
        raise ValueError(f"The loss grows at the lowest rate already, {lowest:g}; begin far below it.")
    # Where the curve is flat its lowest point depends on chance, so it counts only where the loss did not grow.
    least = float(rates[np.argmin(losses)]) if math.isinf(too_large) else too_large
    return RateSearch(rates[: len(losses)], np.array(losses), least * SUGGESTED_SHARE, too_large)


def _loss_of_next(descent: Descent) -> float:
    """Make an update and return the loss of its batch before it: NaN without weights, infinite without an update."""
    place = descent.updates % descent.batches
    made = descent.step().done
    return float(descent.batch_losses[place]) if made else math.inf
