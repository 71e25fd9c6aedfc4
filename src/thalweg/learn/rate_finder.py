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
SHARE = 0.1  # of the rate at which the loss was least: there it is about to grow


@dataclass(frozen=True, eq=False)
class RateSearch:
    """What the search saw.

    Attributes
    ----------
    rates, losses : ndarray, shape (updates,)
        η of each update, and L of its batch before it, smoothed over the updates before.
    suggested : float
        A tenth of the rate at which the smoothed loss was least.
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
    rates, losses = np.geomspace(lowest, highest, updates), np.full(updates, np.nan)
    mean, share, noise = 0.0, 1.0, 0.0
    early: list[float] = []
    too_large, tried = math.inf, 0
    for rate in rates:
        descent.learning_rate = float(rate)
        place = descent.updates % descent.batches
        done = descent.step().done
        value = float(descent.batch_losses[place])
        if done and not math.isnan(value):  # NaN: no weight in this batch
            mean, share = SMOOTHED * mean + (1 - SMOOTHED) * value, share * SMOOTHED
            if len(early) < EARLY:
                early.append(value)
                noise = float(np.std(early))
        if share < 1:
            losses[tried] = mean / (1 - share)
        if not done or _grown(losses[: tried + 1], noise):
            too_large = float(rate)
            break
        tried += 1
    if not tried or np.isnan(losses[:tried]).all():
        raise ValueError("The loss is not finite at the start; scale features and targets, or start elsewhere.")
    best = int(np.nanargmin(losses[:tried]))
    return RateSearch(rates[:tried], losses[:tried], float(rates[best]) * SHARE, too_large)


def _grown(losses: NDArray[np.float64], noise: float) -> bool:
    """Whether the loss is as far above its best as the start was, or as batches differ, and more."""
    seen = losses[~np.isnan(losses)]
    if not len(seen):
        return False
    least = float(seen.min())
    return bool(seen[-1] - least > TOO_MUCH * max(float(seen[0]) - least, noise))
