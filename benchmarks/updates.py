"""The time of one update: thalweg, its peers, and the NumPy reference, with one thread each."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from cases import CASES, PEERS, Case
from measure import one_core, processor_seconds, table
from thalweg.learn import backprop, optimizer
from thalweg.learn.data.examples import dense_examples
from thalweg.learn.descent import Descent
from thalweg.learn.loss import LOSSES

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

REFERENCE_UPDATES = 100  # of an epoch


class Learner(Protocol):
    """A contender: one network that learns a case's examples."""

    def epoch(self, order: NDArray[np.integer] | None = None) -> None:
        """Make the updates of an epoch."""
        ...


class Ours:
    """thalweg's compiled descent."""

    def __init__(self, case: Case, theta: NDArray[np.floating]) -> None:
        self._descent = Descent(
            case.network,
            dense_examples(case.features, case.target),
            loss=case.loss,
            optimizer=case.optimizer,
            batch=case.batch,
            epochs=1_000_000,
            theta=theta,
        )

    def epoch(self) -> None:
        """Make the updates of an epoch."""
        done, _ = self._descent.step(self._descent.batches)
        if done != self._descent.batches:
            raise RuntimeError("A descent that diverges would look fast.")

    def order(self) -> NDArray[np.int64]:
        """Return the order of the epoch to come."""
        return self._descent.order(self._descent.epoch).copy()

    def theta(self) -> NDArray[np.floating]:
        """Return the unknowns."""
        return self._descent.theta


def reference(case: Case, theta: NDArray[np.floating]) -> Callable[[], object]:
    """Return a function that makes `REFERENCE_UPDATES` updates with the page of NumPy."""
    theta = theta.astype(np.float32)
    state, loss = np.zeros((2, len(theta)), np.float32), LOSSES[case.loss]
    weight, random = np.ones((case.batch, 1), np.float32), np.random.default_rng(0)
    made = min(REFERENCE_UPDATES, case.updates)

    def updates() -> None:
        order = random.permutation(case.examples)
        for update in range(made):
            rows = order[update * case.batch : (update + 1) * case.batch]
            _, gradient = backprop.loss_and_gradient(
                case.network, theta, loss, case.features[rows], case.target[rows], weight
            )
            optimizer.apply_update(case.optimizer, theta, gradient, state, update, made)

    return updates


def learner(peer: str, case: Case, theta: NDArray[np.floating]) -> Learner | None:
    """Return a peer's learner, None where the peer is not installed or has no such network."""
    if peer == "scikit-learn" and len(case.widths) == 2:
        return None  # its perceptron has a hidden layer
    try:
        module = importlib.import_module(PEERS[peer])
    except ImportError:
        return None
    return module.Learner(case, theta)


def costs(case: Case, *, rounds: int) -> dict[str, float]:
    """Return contender to the seconds of one update; contenders that are not there are left out."""
    theta = case.network.start(0)
    contenders: dict[str, Callable[[], object]] = {"thalweg": Ours(case, theta).epoch}
    contenders |= {peer: made.epoch for peer in PEERS if (made := learner(peer, case, theta)) is not None}
    contenders["NumPy reference"] = reference(case, theta)
    updates = dict.fromkeys(contenders, case.updates) | {"NumPy reference": min(REFERENCE_UPDATES, case.updates)}
    taken = processor_seconds(contenders, rounds)
    return {name: seconds / updates[name] for name, seconds in taken.items()}


def micro(seconds: float) -> str:
    """Format a time in microseconds."""
    figure = seconds * 1e6
    return f"{figure:.2f}" if figure < 10 else f"{figure:.1f}" if figure < 100 else f"{figure:,.0f}"


def times(ratio: float) -> str:
    """Format a ratio."""
    return f"{ratio:.2f}×" if ratio < 10 else f"{ratio:.1f}×" if ratio < 100 else f"{ratio:.0f}×"


def judged(case: Case, peer: str, cost: dict[str, float]) -> str:
    """Format the microseconds of a peer, their ratio to those of thalweg, and the ratio that is required."""
    if peer not in cost:
        return "–"
    ratio, floor = cost[peer] / cost["thalweg"], case.floors.get(peer)
    told = f"{micro(cost[peer])} · "
    if floor is None:
        return told + times(ratio)
    return told + (f"{times(ratio)} (≥ {floor:g})" if ratio >= floor else f"**{times(ratio)}** (≥ {floor:g} missed)")


def section(*, quick: bool = False) -> list[str]:
    """Measure and return Markdown."""
    rows: list[list[str]] = []
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - it comes with the peers, whose BLAS it holds

    with one_core(), threadpool_limits(1):
        for case in [replace(case, updates=20) for case in CASES[:2]] if quick else CASES:
            cost = costs(case, rounds=1 if quick else 15 if case.updates > 100 else 7)
            rows.append(
                [
                    case.name,
                    micro(cost["thalweg"]),
                    *(judged(case, peer, cost) for peer in PEERS),
                    micro(cost["NumPy reference"]),
                ]
            )
            print("  " + " | ".join(rows[-1]), flush=True)
    head = ("network", "thalweg", *PEERS, "NumPy reference")
    return [
        "Microseconds of the processor for one update, float32, batches drawn at random and gathered; everything on",
        "one core, one thread each. Mean squared error; of the speech network softmax and cross-entropy over labels.",
        "Beside a peer's time stands how many times thalweg's it is, and the floor asked for. Each contender makes",
        "whole epochs (1,000 updates; of the speech network 8) for at least 50 ms a turn; they take turns, and the",
        "median of the turns is told. PyTorch uses its fused optimizers; JAX one jitted `lax.scan` an epoch, which",
        "gathers its batches; scikit-learn `partial_fit` an epoch. NumPy is the reference, a page that the compiled",
        "kernel must equal. A dash: not installed, or without such a network.",
        "",
        *table(head, rows),
        "",
    ]
