"""A descent that records the losses of its epochs and can be resumed from a file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np

from thalweg.checksummed import unseal
from thalweg.errors import InputError
from thalweg.learn.descent import Descent
from thalweg.learn.training.checkpoint import DESCENT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from thalweg.adapters.sklearn.units import TargetScale
    from thalweg.learn.outcome import Outcome

UNITS = "target mean and scale"
CURVES = ("loss curve", "validation loss curve")
# From a property of a descent to the parameter of the estimator.
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
        """Return curves; where there was no validation, its losses are NaN."""
        return cls(loss, [math.nan] * len(loss) if validation is None else validation)

    def then(self, later: Curves) -> Curves:
        """Return these curves continued by later ones."""
        return Curves(self.loss + later.loss, self.validation + later.validation)


class FitDescent(Descent):
    """A descent that records the losses of its epochs and saves them.

    Parameters
    ----------
    *given, **options
        The arguments of `Descent`.
    units : TargetScale
        The scale of the targets, for the file.

    Attributes
    ----------
    curves : Curves
        The losses of its whole epochs.
    """

    def __init__(self, *given: Any, units: TargetScale, **options: Any) -> None:  # noqa: ANN401 - those of `Descent`
        super().__init__(*given, **options)
        self.units = units
        self.curves = Curves([], [])
        shares = self.examples.weight.sum(axis=1, dtype=np.float64)
        self._shares = None if (shares == shares[0]).all() else shares

    def epoch_loss(self) -> float:
        """Return Σ w·e / Σ w of the latest epoch, with each example's error before the update of its batch."""
        firsts = np.arange(0, len(self.examples), self.batch)
        if self._shares is None:
            share = np.diff(firsts, append=len(self.examples))
        else:
            share = np.add.reduceat(self._shares[self.order(self.epoch - 1)], firsts)
        counts = share > 0  # the loss of a batch without weight is NaN
        return float(np.average(self.batch_losses[counts], weights=share[counts]))

    def record_epoch(self, loss: float, validation: float) -> None:
        """Record the losses of the latest epoch; recorded again, they replace those before."""
        self.curves.loss[self.epoch - 1 :] = [loss]
        self.curves.validation[self.epoch - 1 :] = [validation]

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all arrays that change, with the recorded losses."""
        curves = {name: np.array(curve) for name, curve in zip(CURVES, self.curves, strict=True)}
        return super().state() | curves | {UNITS: np.stack([self.units.mean, self.units.scale])}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over the `state` of a descent."""
        self.curves = Curves(*(state[name].tolist() for name in CURVES))
        super().restore(state)

    def ended(self, patience: int | None) -> Outcome | None:
        """Return the outcome if validation has already ended the descent, because another run would go on too far."""
        name = self._stopping.out_of_patience(self._stopping.epochs_seen, patience)
        return self._outcome(name, 0.0) if name == "validation" else None


def saved_seed(path: Path) -> int:
    """Return the seed of a saved descent; errors as of `Descent.load`."""
    seed = unseal(DESCENT, path)[0].get("seed")
    if type(seed) is not int:
        raise InputError("descent.unusable", path=path)
    return seed


def go_on(descent: FitDescent, path: Path) -> None:
    """Resume a descent from a saved one.

    Raises
    ------
    InputError
        If the file does not hold a descent, is damaged, or was begun with other examples.
    ValueError
        If it was begun with other parameters, which are named, or was not saved by a fit.
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
    if not tensors.keys() >= {UNITS, *CURVES}:
        raise ValueError(f"The checkpoint {path} is a descent, but not one of an estimator. Choose another path.")
    if not np.array_equal(tensors[UNITS], descent.state()[UNITS]):
        raise ValueError(f"{path} was begun with other examples than those given: their targets have another scale.")
    shapes = {(tensors[name].shape, tensors[name].dtype) for name in CURVES}
    # The file may have been written between the end of an epoch and the record of its loss.
    if (
        not shapes <= {((epochs,), np.dtype(np.float64)) for epochs in (saved.epoch - 1, saved.epoch)}
        or len(shapes) > 1
    ):
        raise InputError("descent.unusable", path=path)
    descent.restore(tensors)


def _begun_with(descent: Descent) -> dict[str, Any]:
    """Return everything that decides the result of a descent, by name."""
    return {
        **{name: getattr(descent, name) for name in ("batch", "epochs", "seed", "dropout")},
        **vars(descent.network),
        **vars(descent.optimizer),
        "loss": (descent.loss.name, *descent.loss.parameters),
        "precision of X": descent.theta.dtype.name,
    }
