"""The network over all series of a panel: it learns from windows of all of them, each in units of its own past.

It is the mean of several networks, which see the same values in other units (`inputs.members_of`)
and begin at other seeds.
"""

from __future__ import annotations

import math
import threading
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.panel.examples import examples_of
from thalweg.forecast.panel.flat import flat_of
from thalweg.forecast.panel.inputs import Inputs
from thalweg.forecast.panel.panel_year import PanelYear, panel_year_of
from thalweg.forecast.panel.rows import Rows, rows_of
from thalweg.forecast.training import joined
from thalweg.learn.descent import Descent
from thalweg.learn.function import Network
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.prediction import predict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from thalweg.forecast.panel.columns import Beside
    from thalweg.forecast.panel.flat import Flat
    from thalweg.learn.activation import Values
    from thalweg.learn.data.examples import Examples
    from thalweg.learn.training.thread_pool import ThreadPool
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.series import Series

ROWS_AT_ONCE = 10_000  # of predictions, so that memory does not grow with the rows
SERIES_AT_ONCE = 100  # whose windows are made, likewise
SAVED_EVERY = 10.0  # seconds
WARM_UP = 50  # updates
# NN5 at one cutoff before the test: 0.4921 with three seeds (the mean of four choices of them), 0.4914 with five.
FEW_WINDOWS = 100_000


@dataclass(frozen=True)
class Recipe:
    """How the networks are trained.

    Attributes
    ----------
    hidden : tuple of int
    seeds, epochs, batch : int
    seeds_of_few : int
        In place of the seeds for a panel with fewer than `FEW_WINDOWS`; 0 for as many.
    learning_rate, decay : float
        Of AdamW, under a cosine schedule.
    windows : int
        The most that are learned from; of larger panels evenly spaced ones.
    """

    hidden: tuple[int, ...] = (256, 256)
    seeds: int = 3
    epochs: int = 8
    batch: int = 256
    learning_rate: float = 1e-3
    decay: float = 0.01
    windows: int = 400_000
    seeds_of_few: int = 0

    def suited(self, windows: int) -> Recipe:
        """Return the recipe for a panel with so many windows."""
        return replace(self, seeds=self.seeds_of_few or self.seeds) if windows < FEW_WINDOWS else self


def recipe_of(frequency: Frequency) -> Recipe:
    """Return how the networks of a frequency are trained, tuned as `members_of`."""
    if frequency.sub_daily:
        return Recipe(hidden=(512, 512, 512), seeds=2, epochs=5, batch=128)
    return Recipe(seeds_of_few=5) if frequency.by_day else Recipe(hidden=(512, 512), seeds=1, epochs=6)


@dataclass(frozen=True, eq=False)
class Member:
    """The networks of one kind, one for each seed.

    Attributes
    ----------
    inputs : Inputs
    network : Network
    thetas : tuple of ndarray of float32
    """

    inputs: Inputs
    network: Network
    thetas: tuple[Values, ...]


@dataclass(frozen=True, eq=False)
class GlobalNetwork:
    """The networks whose mean is the prediction.

    Attributes
    ----------
    members : tuple of Member
    panel_year : PanelYear or None
        What all series did a long season before, where the members see it.
    rows : int
        How many windows each has learned from.
    all_rows : int
        How many there are.
    """

    members: tuple[Member, ...]
    panel_year: PanelYear | None
    rows: int
    all_rows: int

    @property
    def steps(self) -> int:
        """How many steps ahead it predicts."""
        return self.members[0].network.widths[-1]

    @property
    def reach(self) -> int:
        """How far back a row looks at most."""
        return max(member.inputs.reach for member in self.members)

    @property
    def inputs(self) -> Inputs:
        """Those of the first member, in whose spreads residuals are measured."""
        return self.members[0].inputs

    def predict(self, flat: Flat, rows: Rows) -> NDArray[np.float64]:
        """Return predictions in the user's units, shape (rows, steps)."""
        made = np.empty((len(rows.series), self.steps))
        for first in range(0, len(made), ROWS_AT_ONCE):
            part = slice(first, first + ROWS_AT_ONCE)
            some = Rows(rows.series[part], rows.newest[part])
            numbers = np.mean([self._numbers(member, flat, some) for member in self.members], axis=0)
            made[part] = flat.in_user_units(numbers, some)
        return made

    def _numbers(self, member: Member, flat: Flat, rows: Rows) -> NDArray[np.float64]:
        scaled = examples_of(flat, rows, member.inputs, self.steps, self.panel_year)
        if scaled.examples.features != member.network.widths[0]:
            return scaled.base  # there was nothing to learn: no value ever changed
        examples = scaled.examples.astype(np.float32)
        outputs = np.mean([predict(member.network, theta, examples, threads=1) for theta in member.thetas], axis=0)
        return outputs * scaled.spread + scaled.base


def spacing_of(upto: Sequence[int], most: int, season: int) -> tuple[int, int]:
    """Return how far apart the windows to learn from begin, at most about `most`, and how many there are in all.

    The distance has no divisor in common with the season, so that windows begin at all of its places.

    Parameters
    ----------
    upto : sequence of int
        How many values of each series may be learned from.
    most : int
    season : int
    """
    windows = sum(max(count - 1, 0) for count in upto)
    apart = max(math.ceil(windows / most), 1)
    while math.gcd(apart, season) > 1:
        apart += 1
    return apart, windows


def examples_to_learn(
    series: Sequence[Series],
    upto: Sequence[int],
    steps: int,
    inputs: Inputs,
    panel_year: PanelYear | None,
    apart: int,
    since: Sequence[int] | None = None,
    beside: Beside | None = None,
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
    panel_year : PanelYear or None
    apart : int
    since : sequence of int, optional
        The place in each series before which no window's newest value stands.
    beside : Beside, optional
        The columns beside their values.
    """
    begins = [0] * len(series) if since is None else since
    made: list[Examples] = []
    for first in range(0, len(series), SERIES_AT_ONCE):
        part = slice(first, first + SERIES_AT_ONCE)
        some, ends = series[part], upto[part]
        flat = flat_of(some, inputs.reach, ends, None if beside is None else beside.of(part), steps)
        newest = [
            np.arange(end - 2, max(_earliest(end, steps, inputs), begin) - 1, -apart)
            for end, begin in zip(ends, begins[part], strict=True)
        ]
        rows = rows_of(newest)
        if len(rows.series):
            examples = examples_of(flat, rows, inputs, steps, panel_year, np.asarray(ends)).examples
            kept = np.flatnonzero(examples.weight.any(axis=1))
            made.append(examples.rows(kept).astype(np.float32))
    made = [each for each in made if len(each)]
    return joined(made) if made else None


def _earliest(end: int, steps: int, inputs: Inputs) -> int:
    """Return the first place whose row is learned from: with a whole past, or of a short series those there are."""
    return max(min(inputs.earliest - 1, end - 2 - steps), 0)


class _Lesson:
    """What the networks of one kind learn from: made when the first one asks, and dropped after the last one."""

    def __init__(self, make: Callable[[], Examples | None], uses: int) -> None:
        self._make, self._uses, self._lock = make, uses, threading.Lock()
        self._examples: Examples | None = None
        self.made = False
        self.rows = 0

    def take(self) -> Examples | None:
        with self._lock:
            if not self.made:
                self._examples, self.made = self._make(), True
                self.rows = 0 if self._examples is None else len(self._examples)
            self._uses -= 1
            taken = self._examples
            if not self._uses:
                self._examples = None
            return taken


def train(
    series: Sequence[Series],
    upto: Sequence[int],
    steps: int,
    members: Sequence[Inputs],
    recipe: Recipe,
    *,
    seed: int,
    pool: ThreadPool,
    beside: Beside | None = None,
    kept: Path | None = None,
    advance: Callable[[float], None] = lambda _: None,
) -> GlobalNetwork:
    """Train the networks of all kinds and seeds side by side.

    Parameters
    ----------
    series, upto, steps
        As of `examples_to_learn`.
    members : sequence of Inputs
    recipe : Recipe
    seed : int
        Of the first network of each kind; the others have the next ones.
    pool : ThreadPool
    beside : Beside, optional
        The columns beside the values of the series.
    kept : Path, optional
        How the names of the files begin in which each descent is kept every ten seconds, so that it goes on where it
        was interrupted, to the same bits.
    advance : callable
        Called with the number of networks that were trained since the last call, parts of one included.
    """
    apart, windows = spacing_of(upto, recipe.windows, series[0].frequency.season)
    known = [one.head(end) for one, end in zip(series, upto, strict=True) if end]
    seeing = next((inputs for inputs in members if inputs.panel_year), None)
    panel_year = None if seeing is None or not known else panel_year_of(known, seeing, steps)
    lessons = [
        _Lesson(partial(examples_to_learn, series, upto, steps, inputs, panel_year, apart, beside=beside), recipe.seeds)
        for inputs in members
    ]
    jobs = [
        partial(
            _descended,
            lesson,
            steps,
            recipe,
            seed + k,
            pool,
            kept and kept.with_name(f"{kept.name}-{at}-{seed + k}.descent"),
        )
        for at, lesson in enumerate(lessons)
        for k in range(recipe.seeds)
    ]
    found = pool.run(jobs, advance)
    made: list[Member] = []
    for at, inputs in enumerate(members):
        mine = found[at * recipe.seeds : (at + 1) * recipe.seeds]
        made.append(Member(inputs, mine[0][0], tuple(theta for _, theta in mine)))
    return GlobalNetwork(tuple(made), panel_year, lessons[0].rows, windows)


def _descended(
    lesson: _Lesson, steps: int, recipe: Recipe, seed: int, pool: ThreadPool, path: Path | None
) -> tuple[Network, Values]:
    """Train one network; one that is never asked where there is nothing to learn."""
    examples = lesson.take()
    if examples is None:
        network = Network((1, steps), "relu")
        return network, np.zeros(network.size, np.float32)
    network = Network((examples.features, *recipe.hidden, steps), "relu")
    optimizer = Optimizer("adamw", recipe.learning_rate, schedule="cosine", warm_up=WARM_UP, decay=recipe.decay)
    descent = _resumed(path, examples) or Descent(
        network, examples, loss="mae", optimizer=optimizer, batch=recipe.batch, epochs=recipe.epochs, seed=seed
    )
    planned = descent.batches * descent.epochs

    def cancelled() -> bool:
        pool.progress(descent.updates / planned)
        return pool.late()

    descent.run(cancelled=cancelled, threads=1, save_to=path, save_every=SAVED_EVERY)
    return network, descent.theta


def _resumed(path: Path | None, examples: Examples) -> Descent | None:
    """Return the descent that a file holds; None where there is none that can be resumed."""
    if path is None or not path.exists():
        return None
    try:
        return Descent.load(path, examples)
    except InputError:
        return None  # damaged, or of other examples: it is begun anew


def described(network: GlobalNetwork) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return what a file holds of a network: plain JSON values and arrays."""
    tensors: dict[str, NDArray[Any]] = {
        f"thetas.{at}": np.stack(member.thetas) for at, member in enumerate(network.members)
    }
    description: dict[str, Any] = {
        "members": [{"inputs": asdict(one.inputs), "network": asdict(one.network)} for one in network.members],
        "rows": network.rows,
        "all_rows": network.all_rows,
    }
    if network.panel_year is not None:
        tensors["panel_year"] = network.panel_year.means
        description["panel_year"] = str(network.panel_year.first)
    return description, tensors


def network_from(
    description: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]], frequency: Frequency
) -> GlobalNetwork:
    """Return the network that a file describes."""
    members: list[Member] = []
    for at, each in enumerate(description["members"]):
        given = {one.name: each["inputs"][one.name] for one in fields(Inputs)}
        inputs = Inputs(**given)
        inputs = replace(inputs, profiles=tuple(inputs.profiles), recent=tuple(inputs.recent))
        members.append(Member(inputs, Network(**each["network"]), tuple(tensors[f"thetas.{at}"])))
    panel_year = None
    if "panel_year" in description:
        panel_year = PanelYear(frequency, np.datetime64(description["panel_year"]), tensors["panel_year"])
    return GlobalNetwork(tuple(members), panel_year, int(description["rows"]), int(description["all_rows"]))
