"""A subset of the ladder, trained by thalweg and by eager PyTorch: the same networks, days, epochs and batches."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from measure import medians, table, take_turns
from thalweg import read
from thalweg.forecast.predictors.network import Rung
from thalweg.learn.data.examples import Examples
from thalweg.learn.descent import Descent
from thalweg.learn.function import Network
from thalweg.learn.loss import mean_loss
from thalweg.learn.prediction import Predictor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from thalweg.series.series import Series

RUNGS = (
    Rung(28),
    Rung(56),
    Rung(56, hidden=(10,)),
    Rung(56, hidden=(100,)),
    Rung(56, hidden=(1000,)),
    Rung(56, hidden=(100, 100)),
    Rung(56, hidden=(100, 100, 100)),
    Rung(56, hidden=(100, 100, 100, 100)),
)
SEEDS = 2
VALIDATION_DAYS = 182
TEST_DAYS = 365


@dataclass(frozen=True)
class Job:
    """One network of one seed, with the days it learns from and those it is validated on."""

    rung: Rung
    seed: int
    network: Network
    train: Examples
    validation: Examples


def windows(values: NDArray[np.float64], days_back: int, first: int, last: int) -> Examples:
    """Return examples whose targets are days `first` to `last` (excluded), one day ahead."""
    target = np.arange(max(first, days_back), last)
    count = len(target)
    return Examples(
        values=values,
        newest=target - 1,
        window=days_back,
        level=np.zeros(count),
        scale=np.ones(count),
        dense=np.zeros((count, 0)),
        target=values[target][:, None],
        weight=np.ones((count, 1)),
    ).astype(np.float32)


def jobs(series: Series, rungs: Sequence[Rung], seeds: int) -> list[Job]:
    """Return every rung × seed, the largest network first; values are standardised by the training days."""
    days = len(series)
    train_days = days - TEST_DAYS - VALIDATION_DAYS
    seen = series.values[:train_days]
    values = (series.values - seen.mean()) / seen.std()
    listed = [
        Job(
            rung,
            seed,
            Network((rung.days_back, *rung.hidden, 1), rung.activation),
            windows(values, rung.days_back, 0, train_days),
            windows(values, rung.days_back, train_days, train_days + VALIDATION_DAYS),
        )
        for rung in rungs
        for seed in range(seeds)
    ]
    return sorted(listed, key=lambda job: -job.network.size)


def descend(job: Job) -> float:
    """Train one network with thalweg; return its best validation loss."""

    def validate(theta: NDArray[np.floating]) -> float:
        loss = mean_loss("mae", predictor(theta), job.validation.target)
        seen.append(loss)
        return loss

    seen: list[float] = []
    predictor = Predictor(job.network, job.validation, np.float32)
    descent = Descent(
        job.network,
        job.train,
        loss="mae",
        optimizer=job.rung.optimizer,
        batch=job.rung.batch,
        epochs=job.rung.epochs,
        seed=job.seed,
    )
    outcome = descent.run(validate=validate)
    if outcome.epochs != job.rung.epochs:
        raise RuntimeError(f"{job.rung.name} ended with {outcome.name} after {outcome.epochs} epochs.")
    return min(seen)


def section(path: Path, value: str | None, *, quick: bool = False) -> list[str]:
    """Measure on the daily numbers of a file and return Markdown."""
    series = read(path, value=value)
    rungs = [replace(rung, epochs=1) for rung in RUNGS[1:4:2]] if quick else RUNGS
    todo = jobs(series, rungs, 1 if quick else SEEDS)
    cores = 1 if quick else min(2, os.cpu_count() or 1)  # threads that wait for each other make no smoke run
    found: dict[str, list[float]] = {}

    def side_by_side() -> None:
        with ThreadPoolExecutor(cores) as pool:
            found["thalweg"] = list(pool.map(descend, todo))

    contenders: dict[str, Callable[[], object]] = {"thalweg": side_by_side}
    pool = None
    try:
        import torch  # noqa: PLC0415 - PyTorch is a peer, not a need

        import peer_torch  # noqa: PLC0415
    except ImportError:
        pass
    else:
        tasks = [
            peer_torch.Task(
                network=job.network,
                optimizer=job.rung.optimizer,
                loss="mae",
                batch=job.rung.batch,
                epochs=job.rung.epochs,
                seed=job.seed,
                features=job.train.gather(),
                target=job.train.target,
                validation_features=job.validation.gather(),
                validation_target=job.validation.target,
            )
            for job in todo
        ]
        pool = multiprocessing.get_context("spawn").Pool(cores, initializer=peer_torch.one_thread)

        def one_process() -> None:
            torch.set_num_threads(cores)
            found["PyTorch, one process"] = [peer_torch.train(task) for task in tasks]

        def processes() -> None:
            found["PyTorch, processes"] = list(pool.imap(peer_torch.train, tasks))

        contenders |= {"PyTorch, one process": one_process, "PyTorch, processes": processes}
    try:
        seconds = medians(take_turns(contenders, rounds=1 if quick else 3))
    finally:
        if pool is not None:
            pool.terminate()
            pool.join()
    return _told(series, todo, seconds, found, cores)


def _told(
    series: Series, todo: Sequence[Job], seconds: dict[str, float], found: dict[str, list[float]], cores: int
) -> list[str]:
    titles = {
        "thalweg": f"thalweg, threads: {cores}",
        "PyTorch, one process": f"PyTorch eager, threads: 1 process × {cores}",
        "PyTorch, processes": f"PyTorch eager, processes: {cores} × 1 thread",
    }
    mine = seconds["thalweg"]
    rows = [
        [titles[name], f"{taken:.2f} s", f"{taken / mine:.1f}×", f"{np.mean(found[name]):.4f}"]
        for name, taken in seconds.items()
    ]
    for row in rows:
        print("  " + " | ".join(row), flush=True)
    names = ", ".join(dict.fromkeys(job.rung.name for job in sorted(todo, key=lambda job: job.network.size)))
    first = todo[0].rung
    told = [
        f"{series.source}, {len(series)} days{', simulated' if series.simulated else ''}: {len(todo)} networks",
        f"({names}; {len(todo) // len({job.rung.name for job in todo})} seeds each), the rungs' own hyperparameters:",
        f"MAE, AdamW with a cosine schedule, batch {first.batch}, {first.epochs} epochs, none stopped early, validated",
        "after every epoch. Imports, compilation and the start of processes are not counted; one round before the",
        "timed ones, then the median of rounds in which the contenders take turns. The last column, the mean best",
        "validation loss in standardised units, shows that the same was learned.",
        "",
        *table(("trained by", "time", "against thalweg", "validation"), rows),
        "",
    ]
    if len(seconds) == 1:
        told += ["PyTorch is not installed, so it was not timed (`pip install thalweg[peers]`).", ""]
    else:
        best = min(taken for name, taken in seconds.items() if name != "thalweg")
        told += [f"**thalweg takes {mine / best:.2f} of PyTorch's time at its best.**", ""]
    return told
