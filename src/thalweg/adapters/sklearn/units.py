"""The units of the target: the network learns it at a scale near 1, and losses are in the user's units."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn.loss import HUBER, MSE, OWN, Loss, huber, own_loss

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.learn.activation import Values


@dataclass(frozen=True)
class TargetScale:
    """The mean that is subtracted from each target before it is learned, and the scale that it is divided by.

    Attributes
    ----------
    mean, scale : ndarray, shape (outputs,)
        In the target's units, float64.
    """

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]

    @classmethod
    def none(cls, outputs: int) -> TargetScale:
        """Return the scale that changes nothing."""
        return cls(np.zeros(outputs), np.ones(outputs))

    @classmethod
    def of(cls, target: NDArray[np.float64], weight: NDArray[np.float64]) -> TargetScale:
        """Return the weighted mean and standard deviation of targets, shape (examples, outputs).

        A target that varies by no more than the rounding error of its mean has the scale 1. The bound is that of Chan,
        Golub and LeVeque (1983), as in scikit-learn's scalers.

        Raises
        ------
        ValueError
            If the square of a target overflows.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            mean = np.average(target, axis=0, weights=weight)
            variance = np.average(np.square(target - mean), axis=0, weights=weight)
        if not np.isfinite(variance).all():
            raise ValueError(
                f"The target is as large as {np.abs(target).max():g}, so large that its variance overflows. Give it "
                "in a larger unit."
            )
        rounding = len(target) * np.finfo(np.float64).eps
        constant = variance <= rounding * variance + np.square(rounding * mean)
        return cls(mean, np.where(constant, 1.0, np.sqrt(variance)))

    def to_learn(self, target: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return targets as the network learns them."""
        return (target - self.mean) / self.scale

    def own(self, made: Values) -> NDArray[np.float64]:
        """Return predictions of the network in the target's own units."""
        return made * self.scale + self.mean

    def learned(self, loss: Loss) -> tuple[Loss, float | None]:
        """Return the loss to learn by, and the factor from its values to those of `loss` in the target's own units.

        Where the scales of the outputs differ there is no such factor, and it is None: each output is then equally
        important, whatever its unit. A custom loss is always called in own units (P0, the chain rule).

        Parameters
        ----------
        loss : Loss
            The loss of predictions and targets in own units.
        """
        one = float(self.scale[0]) if (self.scale == self.scale[0]).all() else None
        if loss.code == OWN:
            return self._asked_in_own_units(loss), 1.0
        if loss.code == HUBER:
            delta = loss.parameters[0]
            return (_huber_of_each(delta, self.scale), None) if one is None else (huber(delta / one), one**2)
        return loss, one if one is None else one ** (2 if loss.code == MSE else 1)

    def _asked_in_own_units(self, loss: Loss) -> Loss:
        def error(made: Values, target: Values) -> Values:
            return loss.error(self.own(made), self.own(target))

        def slope(made: Values, target: Values) -> Values:
            return loss.slope(self.own(made), self.own(target)) * self.scale

        return replace(loss, error=error, slope=slope)


def _huber_of_each(own: float, scale: NDArray[np.float64]) -> Loss:
    """Return Huber's loss with a δ for each output, which the kernel does not have; `own` is δ in own units."""
    delta = own / scale

    def error(made: Values, target: Values) -> Values:
        size = np.abs(made - target)
        return np.where(size <= delta, size * size / 2, delta * (size - delta / 2))

    return own_loss(
        f"huber of each output, huber_delta={own:.17g}",
        error,
        lambda made, target: np.clip(made - target, -delta, delta),
    )
