"""The losses by which the rungs of a search are chosen and told, one step ahead and of sums."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.features.past import past_of
from thalweg.forecast.mostly_zero import mean_square, sums_ahead

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.data import Data, Span
    from thalweg.forecast.mostly_zero import Scaled
    from thalweg.forecast.predictors.base import Predictor
    from thalweg.series.split import Split


@dataclass(frozen=True, eq=False)
class SeriesParts:
    """The parts of each series, as spans of its values."""

    train: tuple[Span, ...]
    validation: tuple[Span, ...]
    test: tuple[Span, ...]


def parts_of(splits: Sequence[Split]) -> SeriesParts:
    """Return the spans of training, validation and sealed test of each series."""
    sealed = [split.train + split.validation for split in splits]
    return SeriesParts(
        tuple((0, split.train) for split in splits),
        tuple((split.train, end) for split, end in zip(splits, sealed, strict=True)),
        tuple((end, split.days) for split, end in zip(splits, sealed, strict=True)),
    )


@dataclass(frozen=True, eq=False)
class Scorer:
    """The losses of predictions on the training and the validation part."""

    data: Data
    parts: SeriesParts
    compare_from: int

    def losses(self, predictions: NDArray[np.float64]) -> tuple[float, float]:
        """Return the loss on training and on validation values."""
        train = [(min(self.compare_from, last), last) for _, last in self.parts.train]
        return self.data.loss_over(predictions, train), self.data.loss_over(predictions, self.parts.validation)

    def sums(self, predictor: Predictor) -> NDArray[np.float64]:
        """Return the sums that are predicted from each date of validation, where the series is mostly zero; else none.

        Returns
        -------
        ndarray of float64, shape (cutoffs,)
            NaN where a sum does not count, as of `thalweg.forecast.mostly_zero.sums_ahead`.
        """
        if self.data.scales is None:
            return np.zeros(0)
        (series,), at = self.data.panel.series, self._summed
        made, steps = np.full(at.shape, np.nan), at.shape[1]
        newest = at[:, 0] - 1
        enough = newest >= predictor.needed - 1
        if enough.any():
            made[enough] = predictor.predict(past_of(series, newest[enough]), np.arange(1, steps + 1))
        return sums_ahead(series, made, at)[0]

    @functools.cached_property
    def _summed(self) -> NDArray[np.int64]:
        """Which values are summed from each date of validation, shape (cutoffs, steps)."""
        steps = 1 if self.data.scales is None else self.data.scales.steps
        ((first, last),) = self.parts.validation
        return np.arange(first, last - steps + 1)[:, None] + np.arange(steps)

    @functools.cached_property
    def _of_zeros(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The sums that a line of zeros predicts, and the actual ones."""
        (series,) = self.data.panel.series
        return sums_ahead(series, np.zeros(self._summed.shape), self._summed)

    def scaled(self, predictions: NDArray[np.float64], sums: NDArray[np.float64]) -> Scaled | None:
        """Return the scaled errors of predictions on validation, where the series is mostly zero; else None."""
        if self.data.scales is None:
            return None
        squared = self.data.loss_over(predictions, self.parts.validation)
        return self.data.scales.scaled(squared, mean_square(sums - self._of_zeros[1]))

    def judged(self, predictions: NDArray[np.float64], sums: NDArray[np.float64]) -> float:
        """Return what a rung with these predictions is chosen by; infinite where there is nothing to judge."""
        scaled = self.scaled(predictions, sums)
        if scaled is not None:
            return comparable(scaled.judged)
        return comparable(self.data.loss_over(predictions, self.parts.validation))

    @property
    def zero_line(self) -> Scaled | None:
        """The scaled errors of a line of zeros, where the series is mostly zero."""
        if self.data.scales is None:
            return None
        return self.scaled(np.zeros(len(self.data.panel.values)), self._of_zeros[0])


def comparable(loss: float) -> float:
    """Return a loss; infinite where there is none."""
    return math.inf if math.isnan(loss) else loss
