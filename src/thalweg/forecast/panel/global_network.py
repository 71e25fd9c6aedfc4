"""One network over all series of a panel: it learns from windows of all of them, each in units of its own past."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.panel.inputs import Inputs, Rows, examples_of
from thalweg.learn.descent import Descent
from thalweg.learn.function import Network
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.prediction import predict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from thalweg.forecast.panel.flat import Flat
    from thalweg.learn.activation import Values
    from thalweg.learn.training.thread_pool import ThreadPool

ROWS_AT_ONCE = 20_000  # of predictions, so that memory does not grow with the rows
SAVED_EVERY = 10.0  # seconds


@dataclass(frozen=True)
class Recipe:
    """How the network is trained.

    Attributes
    ----------
    hidden : tuple of int
    seeds, epochs, batch : int
    learning_rate, decay : float
        Of AdamW, under a cosine schedule.
    windows : int
        The most that are learned from; of larger panels evenly spaced ones.
    """

    hidden: tuple[int, ...] = (512, 512)
    seeds: int = 3
    epochs: int = 8
    batch: int = 256
    learning_rate: float = 1e-3
    decay: float = 0.01
    windows: int = 300_000


@dataclass(frozen=True, eq=False)
class GlobalNetwork:
    """The networks of all seeds, whose mean is the prediction.

    Attributes
    ----------
    network : Network
    thetas : tuple of ndarray of float32
    inputs : Inputs
    rows : int
        How many windows it has learned from.
    all_rows : int
        How many there are.
    """

    network: Network
    thetas: tuple[Values, ...]
    inputs: Inputs
    rows: int
    all_rows: int

    @property
    def steps(self) -> int:
        """How many steps ahead it predicts."""
        return self.network.widths[-1]

    def predict(self, flat: Flat, rows: Rows) -> NDArray[np.float64]:
        """Return predictions in the user's units, shape (rows, steps)."""
        made = np.empty((len(rows.series), self.steps))
        for first in range(0, len(made), ROWS_AT_ONCE):
            part = slice(first, first + ROWS_AT_ONCE)
            some = Rows(rows.series[part], rows.newest[part])
            scaled = examples_of(flat, some, self.inputs, self.steps)
            examples = scaled.examples.astype(np.float32)
            outputs = np.mean([predict(self.network, theta, examples, threads=1) for theta in self.thetas], axis=0)
            numbers = outputs * scaled.spread[:, None] + scaled.level[:, None]
            made[part] = numbers * flat.units[some.series][:, None] + flat.centres[some.series][:, None]
        return np.where(flat.counts[rows.series][:, None], np.maximum(made, 0), made)


def windows_of(flat: Flat, upto: NDArray[np.int64], most: int) -> tuple[Rows, int]:
    """Return the rows to learn from, at most about `most`, and how many there are.

    Of every series the latest ones, evenly spaced, the same distance for all of them.
    """
    counts = np.maximum(upto - 1, 0)
    apart = max(math.ceil(int(counts.sum()) / most), 1)
    newest = [np.arange(count - 1, -1, -apart) for count in counts.tolist()]
    series = np.repeat(np.arange(len(flat)), [len(each) for each in newest])
    return Rows(series, np.concatenate(newest)), int(counts.sum())


def train(
    flat: Flat,
    upto: NDArray[np.int64],
    steps: int,
    inputs: Inputs,
    recipe: Recipe,
    *,
    seed: int,
    pool: ThreadPool,
    kept: Path | None = None,
    advance: Callable[[float], None] = lambda _: None,
) -> GlobalNetwork:
    """Train the networks of all seeds side by side.

    Parameters
    ----------
    flat : Flat
    upto : ndarray of int64, shape (series,)
        How many values of each series may be learned from; no target lies behind them.
    steps : int
    inputs : Inputs
    recipe : Recipe
    seed : int
        Of the first network; the others have the next ones.
    pool : ThreadPool
    kept : Path, optional
        How the names of the files begin in which each descent is kept every ten seconds, so that it goes on where it
        was interrupted, to the same bits.
    advance : callable
        Called with the number of networks that were trained since the last call, parts of one included.
    """
    rows, all_rows = windows_of(flat, upto, recipe.windows)
    examples = examples_of(flat, rows, inputs, steps, upto).examples.astype(np.float32)
    network = Network((examples.features, *recipe.hidden, steps), "relu")
    if not examples.weight.any():  # every series is constant: then the network is to say its level
        return GlobalNetwork(network, (np.zeros(network.size, np.float32),), inputs, 0, all_rows)
    optimizer = Optimizer("adamw", recipe.learning_rate, schedule="cosine", warm_up=50, decay=recipe.decay)

    def descended(number: int) -> Values:
        path = None if kept is None else kept.with_name(f"{kept.name}-{number}.descent")
        descent = _resumed(path, examples) or Descent(
            network, examples, loss="mae", optimizer=optimizer, batch=recipe.batch, epochs=recipe.epochs, seed=number
        )
        planned = descent.batches * descent.epochs

        def cancelled() -> bool:
            pool.progress(descent.updates / planned)
            return pool.late()

        descent.run(cancelled=cancelled, threads=1, save_to=path, save_every=SAVED_EVERY)
        return descent.theta

    thetas = pool.run([lambda number=seed + k: descended(number) for k in range(recipe.seeds)], advance)
    return GlobalNetwork(network, tuple(thetas), inputs, len(rows.series), all_rows)


def _resumed(path: Path | None, examples: object) -> Descent | None:
    """Return the descent that a file holds; None where there is none that can be resumed."""
    if path is None or not path.exists():
        return None
    try:
        return Descent.load(path, examples)  # pyright: ignore[reportArgumentType]
    except InputError:
        return None  # damaged, or of other examples: it is begun anew
