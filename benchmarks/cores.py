"""Networks trained side by side: two cores against one."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import numpy as np

from cases import DEEP, SMALL
from measure import table, work_of_others
from passes import named
from thalweg.learn.data.examples import dense_examples
from thalweg.learn.function import Network
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.runs.ensembles import descents, run_together
from thalweg.learn.training.thread_pool import available_cores

if TYPE_CHECKING:
    from collections.abc import Callable

FLOOR = 1.6
NETWORKS = 8
EXAMPLES = 2000
QUIET = 0.1  # of a core: the most that other processes may use
LONGEST_WAIT_SECONDS = 60.0  # the longest wait for quiet, in seconds
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


def gains(work: Callable[[int], object], turns: int, patience: float) -> tuple[list[tuple[float, float]], bool]:
    """Return the seconds of turns on one thread and on two, and whether others left both cores to them.

    Three busy threads share two cores unevenly, so a turn counts only if others stayed out of it; where they never do
    for long enough, `patience` in seconds, all count.
    """
    taken: list[tuple[float, float]] = []
    quiet: list[tuple[float, float]] = []
    work(2)
    began = time.perf_counter()
    while len(quiet) < turns and (len(taken) < turns or time.perf_counter() - began < patience):
        others, marks = work_of_others(), [time.perf_counter()]
        for threads in (1, 2):
            work(threads)
            marks.append(time.perf_counter())
        taken.append((marks[1] - marks[0], marks[2] - marks[1]))
        if work_of_others() - others < QUIET * (marks[2] - marks[0]):
            quiet.append(taken[-1])
    return (quiet, True) if len(quiet) >= min(3, turns) else (taken, False)


def section(*, quick: bool = False) -> list[str]:
    """Measure and return Markdown."""
    if available_cores() < 2:
        return ["This machine lends one core only, so there is nothing to compare.", ""]
    rows: list[list[str]] = []
    undisturbed = True
    for widths, epochs in {SMALL: 1}.items() if quick else EPOCHS.items():
        taken, quiet = gains(trainings(widths, epochs), *((1, 0) if quick else (11, LONGEST_WAIT_SECONDS)))
        undisturbed = undisturbed and quiet
        gain = statistics.median(one / two for one, two in taken)
        reached = f"(≥ {FLOOR})" if gain >= FLOOR else f"(≥ {FLOOR} missed)"
        speeds = [f"{NETWORKS / statistics.median(seconds):.1f}" for seconds in zip(*taken, strict=True)]
        rows.append([f"{named(widths)}, {epochs} epochs of Adam", *speeds, f"{gain:.2f}× {reached}"])
        print("  " + " | ".join(rows[-1]), flush=True)
    told = [] if undisturbed else ["**Others kept a core busy meanwhile**, so two cores were not there to be had.", ""]
    return [
        f"Whole networks a second, {NETWORKS} of them side by side on {EXAMPLES:,} examples, batch 32, float32, by",
        "`learn/runs/ensembles.py` on one thread and on two, which take turns; the gain is the median of their gains.",
        "Turns in which other processes had a tenth of a core do not count.",
        "",
        *told,
        *table(("network", "one core", "two cores", "gain"), rows),
        "",
    ]
