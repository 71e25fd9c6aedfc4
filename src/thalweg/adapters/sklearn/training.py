"""A descent that remembers what was told of its epochs, and goes on from the file that it was saved to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np

from thalweg.checksummed import unseal
from thalweg.learn.checkpoint import DESCENT
from thalweg.learn.descent import Descent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from thalweg.adapters.sklearn.units import TargetScale
    from thalweg.learn.outcome import Outcome

UNITS = "target mean and scale"
TOLD = ("loss curve", "validation loss curve")
# What a descent was begun with -> the estimator's parameter.
PARAMETERS = {
    "batch": "batch_size",
    "epochs": "max_iter",
    "seed": "random_state",
    "dropout": "dropout",
    "widths": "hidden_layer_sizes",
    "activation": "activation",
    "output": "loss",
    "skip": "skip_connections",
    "rule": "solver",
    "learning_rate": "learning_rate_init",
    "schedule": "learning_rate",
    "decay": "weight_decay",
    "clip": "clip_norm",
    "momentum": "momentum or beta_1",
    "momentum_squares": "beta_2",
}


class Curves(NamedTuple):
    """The losses of all epochs, NaN where there was no validation."""

    loss: list[float]
    validation: list[float]

    @classmethod
    def of(cls, loss: list[float], validation: list[float] | None) -> Self:
        """Return curves where there may have been no validation at all."""
        return cls(loss, [math.nan] * len(loss) if validation is None else validation)

    def then(self, later: Curves) -> Curves:
        """Return these and what came after them."""
        return Curves(self.loss + later.loss, self.validation + later.validation)


class ToldDescent(Descent):
    """A descent with the losses of its epochs, which are saved with it.

    Parameters
    ----------
    *given, **options
        Those of `Descent`.
    units : TargetScale
        Which the losses are told in.

    Attributes
    ----------
    curves : Curves
        Of its whole epochs.
    """

    def __init__(self, *given: Any, units: TargetScale, **options: Any) -> None:  # noqa: ANN401 - those of `Descent`
        super().__init__(*given, **options)
        self.units = units
        self.curves = Curves([], [])
        shares = self.examples.weight.sum(axis=1, dtype=np.float64)
        self._shares = None if (shares == shares[0]).all() else shares

    def epoch_loss(self) -> float:
        """Return Σ w·e / Σ w of the latest epoch: each example's error before the update that it was part of."""
        firsts = np.arange(0, len(self.examples), self.batch)
        if self._shares is None:
            share = np.diff(firsts, append=len(self.examples))
        else:
            share = np.add.reduceat(self._shares[self.order(self.epoch - 1)], firsts)
        counts = share > 0  # the loss of a batch without a weight is NaN
        return float(np.average(self.batch_losses[counts], weights=share[counts]))

    def translate(self, loss: float, validation: float) -> None:
        """Remember the latest epoch's losses; told again, they replace what was told before."""
        self.curves.loss[self.epoch - 1 :] = [loss]
        self.curves.validation[self.epoch - 1 :] = [validation]

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all that changes, the losses told among it."""
        told = {name: np.array(curve) for name, curve in zip(TOLD, self.curves, strict=True)}
        return super().state() | told | {UNITS: np.stack([self.units.mean, self.units.scale])}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on to where a descent was when its `state` was taken."""
        self.curves = Curves(*(state[name].tolist() for name in TOLD))
        super().restore(state)

    def ended(self, patience: int | None) -> Outcome | None:
        """Return how it ended where validation had ended it already, so that another run would go on too far."""
        waited = self._course.illustrated - self._course.best_epoch
        if patience is None or self._course.kept is None or waited < patience:
            return None
        return self._outcome("validation", 0.0)


def saved_seed(path: Path) -> int:
    """Return the seed that a saved descent was begun with."""
    return int(unseal(DESCENT, path)[0]["seed"])


def go_on(descent: ToldDescent, path: Path) -> None:
    """Take a descent to where a saved one was.

    Raises
    ------
    InputError
        If the file is none of a fit, is damaged, or was begun with other examples.
    ValueError
        If it was begun with other parameters; they are named.
    """
    saved = Descent.load(path, descent.examples, loss=descent.loss)
    now, then = _begun_with(descent), _begun_with(saved)
    other = [
        f"{PARAMETERS.get(name, name)} was {then[name]!r} and is {value!r}"
        for name, value in now.items()
        if value != then[name] and not (name == "epochs" and descent.optimizer.schedule != "cosine")
    ]
    if other:
        raise ValueError(
            f"The checkpoint {path} was begun with other parameters: {'; '.join(other)}. Give those, choose another "
            "path, or remove the file to begin anew."
        )
    tensors = unseal(DESCENT, path)[1]
    if not tensors.keys() >= {UNITS, *TOLD}:
        raise ValueError(f"The checkpoint {path} is a descent, but none of an estimator's fit. Choose another path.")
    if not np.array_equal(tensors[UNITS], descent.state()[UNITS]):
        raise ValueError(f"{path} was begun with other examples than those given: their targets have another scale.")
    descent.restore(tensors)


def _begun_with(descent: Descent) -> dict[str, Any]:
    """Return everything that decides what a descent comes to, by name."""
    return {
        **{name: getattr(descent, name) for name in ("batch", "epochs", "seed", "dropout")},
        **vars(descent.network),
        **vars(descent.optimizer),
        "loss": (descent.loss.name, *descent.loss.parameters),
        "precision of X": descent.theta.dtype.name,
    }
