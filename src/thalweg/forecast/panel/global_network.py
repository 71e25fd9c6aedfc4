"""One network over all series of a panel: it learns from windows of all of them, each in units of its own past."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.panel.flat import flat_of
from thalweg.forecast.panel.inputs import Inputs, Rows, examples_of, features_of
from thalweg.forecast.training import joined
from thalweg.learn.descent import Descent
from thalweg.learn.function import Network
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.prediction import predict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from thalweg.forecast.panel.flat import Flat
    from thalweg.learn.activation import Values
    from thalweg.learn.data.examples import Examples
    from thalweg.learn.training.thread_pool import ThreadPool
    from thalweg.series.series import Series

ROWS_AT_ONCE = 20_000  # of predictions, so that memory does not grow with the rows
SERIES_AT_ONCE = 500  # whose windows are made, likewise
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
            made[part] = flat.in_user_units(numbers, some.series)
        return made


def spacing_of(upto: Sequence[int], most: int) -> tuple[int, int]:
    """Return how far apart the windows to learn from begin, at most about `most`, and how many there are in all.

    Parameters
    ----------
    upto : sequence of int
        How many values of each series may be learned from.
    most : int
    """
    windows = sum(max(count - 1, 0) for count in upto)
    return max(math.ceil(windows / most), 1), windows


def examples_to_learn(
    series: Sequence[Series], upto: Sequence[int], steps: int, inputs: Inputs, apart: int
) -> Examples | None:
    """Return windows of all series with the next values as targets; None where no value ever changes.

    Every series has windows that lie equally far apart, the latest one last. Their values are stored once.

    Parameters
    ----------
    series : sequence of Series
    upto : sequence of int
        How many values of each may be learned from; no target lies behind them.
    steps : int
    inputs : Inputs
    apart : int
    """
    made: list[Examples] = []
    for first in range(0, len(series), SERIES_AT_ONCE):
        some, ends = series[first : first + SERIES_AT_ONCE], upto[first : first + SERIES_AT_ONCE]
        flat = flat_of(some, inputs.window, ends, logarithm=inputs.divisor == "logarithm")
        newest = [np.arange(end - 2, -1, -apart) for end in ends]
        rows = Rows(np.repeat(np.arange(len(some)), list(map(len, newest))), np.concatenate(newest))
        if len(rows.series):
            examples = examples_of(flat, rows, inputs, steps, np.asarray(ends)).examples
            kept = np.flatnonzero(examples.weight.any(axis=1))
            made.append(examples.rows(kept).astype(np.float32))
    made = [each for each in made if len(each)]
    return joined(made) if made else None


def train(
    series: Sequence[Series],
    upto: Sequence[int],
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
    series, upto, steps, inputs
        As of `examples_to_learn`.
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
    apart, windows = spacing_of(upto, recipe.windows)
    examples = examples_to_learn(series, upto, steps, inputs, apart)
    if examples is None:  # then the networks say the level, which every value is
        network = Network((features_of(inputs, steps), steps), "relu")
        return GlobalNetwork(network, (np.zeros(network.size, np.float32),), inputs, 0, windows)
    network = Network((examples.features, *recipe.hidden, steps), "relu")
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

    thetas = pool.run([partial(descended, seed + k) for k in range(recipe.seeds)], advance)
    return GlobalNetwork(network, tuple(thetas), inputs, len(examples), windows)


def _resumed(path: Path | None, examples: Examples) -> Descent | None:
    """Return the descent that a file holds; None where there is none that can be resumed."""
    if path is None or not path.exists():
        return None
    try:
        return Descent.load(path, examples)
    except InputError:
        return None  # damaged, or of other examples: it is begun anew
