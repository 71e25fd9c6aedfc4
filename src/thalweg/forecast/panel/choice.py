"""For each series and block of steps ahead: its own predictor, the network over all series, or the mean of both.

One series has few validation values, and the least loss there is partly luck. So its losses are drawn towards what the
whole panel shows.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

NETWORK_IN_MEAN = 1 / 2  # the network's share where both serve
# Of what sets a series apart from the panel, in the choice of its own predictor. At cutoffs before the test parts, the
# error to copying of the 201 countries (five), the MASE of NN5 (three) and of M4 Weekly (two): 0 0.827, 0.6528, 2.0259;
# a tenth 0.828, 0.6529, 2.0264; a quarter 0.829, 0.6532, 2.0268. Whether the network serves the panel decides: with a
# tenth of it left to each series and an advantage of the network of 0.005 it was 0.840, 0.6532 and 2.0275.
OWN_KEPT = 0.1
MUCH_BETTER = 0.7  # of the other losses, where the own predictor serves alone
OWN, MEAN, NETWORK = range(3)
SHARES = np.array([0.0, NETWORK_IN_MEAN, 1.0])


class Prior(NamedTuple):
    """What the panel shows: relative losses on validation, the mean over its series.

    Attributes
    ----------
    own : ndarray of float64, shape (own predictors, blocks)
        To the one that copies the last season.
    share : ndarray of float64, shape (3, blocks)
        Of the own predictor, the mean of both and the network, to the mean of both.
    """

    own: NDArray[np.float64]
    share: NDArray[np.float64]


class Choice(NamedTuple):
    """What serves one block of steps ahead of each series.

    Attributes
    ----------
    own : ndarray of int64, shape (series, blocks)
        Which of the series' own predictors.
    share : ndarray of float64, shape (series, blocks)
        The network's share in the prediction: 0, ½ or 1.
    """

    own: NDArray[np.int64]
    share: NDArray[np.float64]


def mean_losses(
    errors: NDArray[np.float64], series: NDArray[np.int64], count: int, blocks: Sequence[slice]
) -> NDArray[np.float64]:
    """Return the mean of each series' errors in each block, shape (series, blocks); NaN where there is none.

    Parameters
    ----------
    errors : ndarray, shape (rows, steps)
        NaN where nothing was observed.
    series : ndarray of int64, shape (rows,)
    count : int
        Of series.
    blocks : sequence of slice
        Of steps.
    """
    known = ~np.isnan(errors)
    summed = np.where(known, errors, 0)
    made = np.full((count, len(blocks)), np.nan)
    for place, block in enumerate(blocks):
        total = np.bincount(series, summed[:, block].sum(axis=1), count)
        number = np.bincount(series, known[:, block].sum(axis=1), count)
        np.divide(total, number, out=made[:, place], where=number > 0)
    return made


def relative(losses: NDArray[np.float64], reference: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return losses relative to others, from −1 (nothing against something) over 0 (equal) to 1.

    It is the same for either to the other, but for its sign, and two losses of zero are equal.
    """
    both = losses + reference
    return np.where(both == 0, 0.0, (losses - reference) / np.where(both == 0, 1.0, both))


class Validation:
    """The losses of all that may serve some series, on their validation values.

    Parameters
    ----------
    own : sequence of ndarray, shape (rows, steps)
        Predictions of each own predictor, NaN where it has none.
    network : ndarray, shape (rows, steps)
    target : ndarray, shape (rows, steps)
        The actual values, NaN where none was observed.
    series : ndarray of int64, shape (rows,)
    count : int
        Of series.
    blocks : sequence of slice
        Of steps.
    reference : int
        Which of the own predictors copies the last season.
    """

    def __init__(
        self,
        own: Sequence[NDArray[np.float64]],
        network: NDArray[np.float64],
        target: NDArray[np.float64],
        series: NDArray[np.int64],
        count: int,
        blocks: Sequence[slice],
        reference: int,
    ) -> None:
        self._own, self._network, self._target = own, network, target
        self._series, self._count, self._blocks = series, count, blocks
        # A predictor that is absent at some cutoffs was scored on others than the rest, and does not count.
        absent = [
            [np.bincount(series, np.isnan(made[:, block]).any(axis=1), count) for block in blocks] for made in own
        ]
        losses = np.stack([self._losses(made) for made in own])
        self._own_losses = np.where(np.array(absent).transpose(0, 2, 1) == 0, losses, np.nan)
        self._own_relative = relative(self._own_losses, self._own_losses[reference])
        self._of_network = self._losses(network)

    def _losses(self, made: NDArray[np.float64]) -> NDArray[np.float64]:
        return mean_losses(np.abs(made - self._target), self._series, self._count, self._blocks)

    def prior(self) -> Prior:
        """Return what these series show of the panel."""
        own = _mean_of_series(self._own_relative)
        share = self._shares(self._best(own))
        return Prior(own, _mean_of_series(relative(share, share[MEAN])))

    def choose(self, prior: Prior) -> Choice:
        """Return what serves each series; of equals the own predictor, and of these the one that comes first."""
        best = self._best(prior.own)
        losses = self._shares(best)
        panel = prior.share[:, None]
        shown = np.where(np.isnan(panel), relative(losses, losses[MEAN]), panel)
        chosen = np.where(shown[NETWORK] <= shown[MEAN], NETWORK, MEAN)
        chosen = np.where(losses[OWN] <= MUCH_BETTER * np.minimum(losses[MEAN], losses[NETWORK]), OWN, chosen)
        nothing = np.isnan(self._own_losses).all(axis=0)
        return Choice(best, SHARES[np.where(nothing, NETWORK, chosen)])

    def _best(self, prior: NDArray[np.float64]) -> NDArray[np.int64]:
        drawn = _drawn(self._own_relative, prior, OWN_KEPT)
        return np.where(np.isnan(drawn), np.inf, drawn).argmin(axis=0)

    def _shares(self, best: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the losses of the best own predictors, the means of both and the network, (3, series, blocks)."""
        taken = blend(self._own, self._network, best[self._series], np.zeros(best.shape)[self._series], self._blocks)
        mean = NETWORK_IN_MEAN * self._network + (1 - NETWORK_IN_MEAN) * taken
        return np.stack([self._losses(taken), self._losses(mean), self._of_network])


def _mean_of_series(relatives: NDArray[np.float64]) -> NDArray[np.float64]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of a predictor that serves no series
        return np.nanmean(relatives, axis=1)


def _drawn(relatives: NDArray[np.float64], prior: NDArray[np.float64], kept: float) -> NDArray[np.float64]:
    towards = prior[:, None]
    return np.where(np.isnan(towards), relatives, towards + kept * (relatives - towards))


def blend(
    own: Sequence[NDArray[np.float64]],
    network: NDArray[np.float64],
    taken: NDArray[np.int64],
    share: NDArray[np.float64],
    blocks: Sequence[slice],
) -> NDArray[np.float64]:
    """Return predictions as chosen, shape (rows, steps).

    Parameters
    ----------
    own, network, blocks
        As of `Validation`.
    taken, share : ndarray, shape (rows, blocks)
        The choice of each row's series.
    """
    made = np.empty_like(network)
    for place, block in enumerate(blocks):
        mine = np.choose(taken[:, place, None], [each[:, block] for each in own])
        part = share[:, place, None]
        both = part * network[:, block] + (1 - part) * mine
        made[:, block] = np.where(part == 1, network[:, block], np.where(part == 0, mine, both))
    return made
