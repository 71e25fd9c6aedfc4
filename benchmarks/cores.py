"""Networks trained side by side: two cores against one."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from cases import DEEP, SMALL
from measure import medians, table, take_turns
from passes import named
from thalweg.learn.examples import dense_examples
from thalweg.learn.function import Network
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.together import descents, run_together

if TYPE_CHECKING:
    from collections.abc import Callable

FLOOR = 1.6
NETWORKS = 8
EXAMPLES = 2000
EPOCHS = {SMALL: 60, DEEP: 20}


def trainings(widths: tuple[int, ...], epochs: int) -> Callable[[int], object]:
    """Return a function that trains `NETWORKS` networks, of a seed each, on so many threads."""
    random = np.random.default_rng(0)
    examples = dense_examples(
        random.normal(size=(EXAMPLES, widths[0])), random.normal(size=(EXAMPLES, widths[-1]))
    ).astype(np.float32)
    network, rule = Network(widths), Optimizer("adam", learning_rate=1e-3)

    def side_by_side(threads: int) -> None:
        these = descents(network, examples, seeds=range(NETWORKS), optimizer=rule, loss="mse", batch=32, epochs=epochs)
        for outcome in run_together(these, threads=threads):
            if outcome.epochs != epochs:
                raise RuntimeError(f"A network ended with {outcome.name}.")

    return side_by_side


def section(*, quick: bool = False) -> list[str]:
    """Measure and return Markdown."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if allowed < 2:
        return ["This machine lends one core only, so there is nothing to compare.", ""]
    rows: list[list[str]] = []
    for widths, epochs in {SMALL: 1}.items() if quick else EPOCHS.items():
        work = trainings(widths, epochs)
        turns = {str(threads): partial(work, threads) for threads in (1, 2)}
        taken = take_turns(turns, 1 if quick else 11)
        pairs = [one / two for one, two in zip(taken["1"], taken["2"], strict=True)]
        gain = float(np.median(pairs))
        reached = f"(≥ {FLOOR})" if gain >= FLOOR else f"(≥ {FLOOR} missed)"
        middle = medians(taken)
        rows.append(
            [f"{named(widths)}, {epochs} epochs of Adam", *(f"{NETWORKS / middle[name]:.1f}" for name in ("1", "2")),
             f"{gain:.2f}× {reached}"]
        )  # fmt: skip
        print("  " + " | ".join(rows[-1]), flush=True)
    return [
        f"Whole networks a second, {NETWORKS} of them side by side on {EXAMPLES:,} examples, batch 32, float32: on one",
        "thread and on two, which take turns; the gain is the median of the turns' gains.",
        "",
        *table(("network", "one core", "two cores", "gain"), rows),
        "",
    ]
