"""A descent as one file: θ, the optimizer's state and what the stop rules have seen, to go on to the same bits."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.errors import InputError
from thalweg.files import write_whole
from thalweg.learn.descent import Course, Descent
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES, OWN, Loss, huber, quantile
from thalweg.learn.optimizer import Optimizer
from thalweg.sealed import Kind, seal, unseal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.learn.examples import Examples

DESCENT = Kind(
    name="descent",
    key="thalweg.descent",
    version=1,
    give="a file that `Descent.save` wrote",
    again="Begin the descent again",
)
MAKERS = {"huber": lambda levels: huber(*levels), "quantile": quantile}  # of losses that have parameters


def save(descent: Descent, path: str | Path) -> None:
    """Write a descent; see `Descent.save`."""
    course, room = descent._course, descent._room  # noqa: SLF001 - the other half of the class
    description: dict[str, Any] = {
        "network": asdict(descent.network),
        "optimizer": asdict(descent.optimizer),
        "loss": descent.loss.name,
        "loss parameters": list(descent.loss.parameters),
        "own loss": descent.loss.code == OWN,
        "batch": descent.batch,
        "epochs": descent.epochs,
        "seed": descent.seed,
        "dropout": descent.dropout,
        "precision": descent.theta.dtype.name,
        "best epoch": course.best_epoch,
        "examples": fingerprint(descent.examples),
    }
    tensors: dict[str, NDArray[Any]] = {
        "theta": descent.theta,
        "state": room.state,
        "counts": room.counts,
        "seen": room.seen,
        "batch losses": descent.batch_losses,
        "course": np.array([course.first_loss, course.validation]),
    }
    for name, values in (("best", course.best), ("kept", course.kept)):
        if values is not None:
            tensors[name] = values
    write_whole(Path(path), seal(DESCENT, description, tensors))


def load(path: str | Path, examples: Examples, *, loss: Loss | None = None) -> Descent:
    """Return a saved descent; see `Descent.load`."""
    path = Path(path)
    told, tensors = unseal(DESCENT, path)
    try:
        descent = _begun(path, told, examples, loss)
        _go_on(descent, told, tensors)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"{path} does not describe a descent that this thalweg can go on with ({error}). {DESCENT.again}."
        ) from error
    return descent


def _begun(path: Path, told: dict[str, Any], examples: Examples, loss: Loss | None) -> Descent:
    if told["own loss"]:
        if loss is None or loss.name != told["loss"]:
            given = "none was given" if loss is None else f"{loss.name!r} was given"
            raise InputError(
                f"{path} was begun with a loss of its own, {told['loss']!r}, and {given}. A file holds no code: give "
                "that loss as the option `loss`."
            )
    else:
        maker = MAKERS.get(told["loss"])
        loss = maker(told["loss parameters"]) if maker else LOSSES[told["loss"]]
    network = Network(**{**told["network"], "widths": tuple(told["network"]["widths"])})
    descent = Descent(
        network,
        examples,
        loss=loss,
        optimizer=Optimizer(**told["optimizer"]),
        batch=told["batch"],
        epochs=told["epochs"],
        seed=told["seed"],
        dropout=told["dropout"],
        theta=np.zeros(network.size),
        dtype=told["precision"],
    )
    if fingerprint(descent.examples) != told["examples"]:
        raise InputError(f"{path} was begun with other examples than those given; give the same, in the same order.")
    return descent


def _go_on(descent: Descent, told: dict[str, Any], tensors: dict[str, NDArray[Any]]) -> None:
    room = descent._room  # noqa: SLF001 - likewise
    places = {
        "theta": descent.theta,
        "state": room.state,
        "counts": room.counts,
        "seen": room.seen,
        "batch losses": descent.batch_losses,
    }
    for name, place in places.items():
        if tensors[name].shape != place.shape or tensors[name].dtype != place.dtype:
            raise ValueError(f"{name} has shape {tensors[name].shape}")
        place[...] = tensors[name]
    first_loss, validation = tensors["course"].tolist()
    best, kept = tensors.get("best"), tensors.get("kept")
    if kept is not None and kept.shape != descent.theta.shape:
        raise ValueError(f"kept has shape {kept.shape}")
    descent._course = Course(  # noqa: SLF001 - likewise
        first_loss, validation, best, int(told["best epoch"]), None if kept is None else np.array(kept)
    )


def fingerprint(examples: Examples) -> str:
    """Return a checksum over all that is in the examples."""
    digest = hashlib.blake2b(digest_size=16)
    for one in fields(examples):
        value = getattr(examples, one.name)
        if isinstance(value, np.ndarray):
            digest.update(f"{one.name} {value.dtype} {value.shape}".encode())
            digest.update(np.ascontiguousarray(value))
        else:
            digest.update(f"{one.name} {value!r}".encode())
    return digest.hexdigest()
