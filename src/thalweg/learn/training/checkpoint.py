"""Save a descent in one file (θ, the optimizer's state, the state of the stop rules) and resume it to the same bits."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from thalweg.checksummed import Kind, seal, unseal
from thalweg.errors import InputError
from thalweg.files import write_whole
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES, OWN, Loss, huber, quantile
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.training.training_state import TrainingState
from thalweg.messages import Argument

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.data.examples import Examples

DESCENT = Kind(name="descent", key="thalweg.descent", version=1)


class Saved(Protocol):
    """What a file needs of a descent: all that it was begun with, and its state."""

    network: Network
    examples: Examples
    loss: Loss
    optimizer: Optimizer
    batch: int
    epochs: int
    planned: int
    before: tuple[int, int]
    seed: int
    dropout: float
    theta: Values

    def state(self) -> dict[str, NDArray[Any]]: ...  # noqa: D102 - as `Descent.state`
    def restore(self, state: Mapping[str, NDArray[Any]]) -> None: ...  # noqa: D102 - as `Descent.restore`


S = TypeVar("S", bound=Saved)


def save(descent: Saved, path: str | Path) -> None:
    """Write a descent; see `Descent.save`."""
    description: dict[str, Any] = {
        "network": asdict(descent.network),
        "optimizer": asdict(descent.optimizer),
        "loss": descent.loss.name,
        "loss parameters": list(descent.loss.parameters),
        "own loss": descent.loss.code == OWN,
        "batch": descent.batch,
        "epochs": descent.epochs,
        "planned": descent.planned,
        "before": list(descent.before),
        "seed": descent.seed,
        "dropout": descent.dropout,
        "precision": descent.theta.dtype.name,
        "examples": fingerprint(descent.examples),
    }
    write_whole(Path(path), seal(DESCENT, description, descent.state()))


def load(begin: Callable[..., S], path: str | Path, examples: Examples, *, loss: Loss | None = None) -> S:
    """Return a saved descent, made by `begin`, the class `Descent`; see `Descent.load`."""
    path = Path(path)
    description, tensors = unseal(DESCENT, path)
    try:
        descent = _begun(begin, path, description, tensors, examples, loss)
        descent.restore(tensors)
    except InputError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise InputError("descent.unusable", path=path) from error
    return descent


def _begun(
    begin: Callable[..., S],
    path: Path,
    description: dict[str, Any],
    tensors: Mapping[str, NDArray[Any]],
    examples: Examples,
    loss: Loss | None,
) -> S:
    if description["own loss"]:
        begun_with = {"path": path, "loss": description["loss"], "argument": Argument("loss")}
        if loss is None:
            raise InputError("descent.loss_missing", **begun_with)
        if loss.name != description["loss"]:
            raise InputError("descent.loss_other", given=loss.name, **begun_with)
    else:
        loss = _of_table(description["loss"], description["loss parameters"])
    shape: dict[str, Any] = {**description["network"], "widths": tuple(description["network"]["widths"])}
    network = Network(**shape)
    if tensors["theta"].shape != (network.size,):  # before memory is asked for what the description claims
        raise InputError("descent.unusable", path=path)
    if examples.features != network.widths[0]:
        raise InputError("descent.other_examples", path=path)
    descent = begin(
        network,
        examples,
        loss=loss,
        optimizer=Optimizer(**description["optimizer"]),
        batch=description["batch"],
        epochs=description["epochs"],
        seed=description["seed"],
        dropout=description["dropout"],
        # A file of a descent that began without a training state may hold neither of these.
        carried=TrainingState(np.zeros(network.size), np.zeros((2, network.size)), *description.get("before", (0, 0))),
        planned=description.get("planned"),
        dtype=description["precision"],
    )
    _FINGERPRINTS[descent.examples] = found = _digest(descent.examples)
    if found != description["examples"]:
        raise InputError("descent.other_examples", path=path)
    return descent


def _of_table(name: str, parameters: list[float]) -> Loss:
    if name == "huber":
        return huber(*parameters)
    return quantile(parameters) if name == "quantile" else LOSSES[name]


# A descent is saved many times, and its examples do not change.
_FINGERPRINTS: WeakKeyDictionary[Examples, str] = WeakKeyDictionary()


def fingerprint(examples: Examples) -> str:
    """Return a checksum over all numbers of the examples."""
    if examples not in _FINGERPRINTS:
        _FINGERPRINTS[examples] = _digest(examples)
    return _FINGERPRINTS[examples]


def _digest(examples: Examples) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for one in fields(examples):
        value = getattr(examples, one.name)
        if isinstance(value, np.ndarray):
            digest.update(f"{one.name} {value.dtype} {value.shape}".encode())
            digest.update(np.ascontiguousarray(value).data)
        else:
            digest.update(f"{one.name} {value!r}".encode())
    return digest.hexdigest()
