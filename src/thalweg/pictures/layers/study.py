"""Depth, width, activation: L and L′ of networks of many shapes, each from several seeds (N7, N8, U4)."""

from __future__ import annotations

from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.ladder import suited
from thalweg.forecast.predictors.network import Rung
from thalweg.forecast.training import TrainingSet, scored
from thalweg.learn.function import Network, one_layer_of_size
from thalweg.learn.loss import LOSSES, mean_loss
from thalweg.learn.prediction import Predictor
from thalweg.learn.training.thread_pool import thread_pool
from thalweg.messages import Argument
from thalweg.pictures.layers.options import DepthOptions, LayersOptions
from thalweg.pictures.shared.fitted_rung import MOST_UNKNOWNS, fit_rung
from thalweg.pictures.shared.source import days_of
from thalweg.series.calendar import Calendar
from thalweg.series.split import split_by_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from thalweg.forecast.watch import Watcher
    from thalweg.learn.descent import Descent
    from thalweg.learn.training.thread_pool import ThreadPool
    from thalweg.pictures.shared.fitted_rung import FittedRung
    from thalweg.pictures.shared.source import Source
    from thalweg.series.series import Series

LEAST_RISE_SHARE = 0.02  # of the lowest L′; a smaller rise after it does not count
AROUND_SHARE_OF_EPOCHS = 40  # one in so many epochs on either side counts too, so that a dip of one epoch does not


@dataclass(frozen=True, eq=False)
class Shape:
    """One shape of network, fitted once from each seed.

    Attributes
    ----------
    rung : Rung
    network : Network
    seen, unseen : ndarray of float64, shape (seeds,)
        L over the training days and L′ over the validation days after the last epoch, in the user's units.
    seen_by_epoch, unseen_by_epoch : ndarray of float64, shape (seeds, epochs)
        L and L′ after every epoch; of no epochs where they were not measured.
    seconds : float
        Sum over its descents, which ran in parallel with others.
    """

    rung: Rung
    network: Network
    seen: NDArray[np.float64]
    unseen: NDArray[np.float64]
    seen_by_epoch: NDArray[np.float64]
    unseen_by_epoch: NDArray[np.float64]
    seconds: float

    @property
    def depth(self) -> int:
        """The number of hidden layers."""
        return len(self.rung.hidden)

    @property
    def name(self) -> str:
        """Layers, neurons and activation: ``4×100 relu``. The number of lags is the same for all."""
        return f"{self.depth}×{self.rung.hidden[0]} {self.rung.activation}" if self.rung.hidden else "linear"

    @property
    def turn(self) -> Turn:
        """The epoch where L′ is lowest, and whether it rises from there."""
        return turn_of(np.arange(1, self.unseen_by_epoch.shape[1] + 1), self.unseen_by_epoch)


@dataclass(frozen=True)
class Turn:
    """Where L′ is lowest.

    Attributes
    ----------
    at : int
        The epoch, or the number of layers.
    place : int
        Its index among all, from 0.
    lowest, last : float
        L′ there and at the end, means over the seeds.
    turned : bool
        Whether L′ rises afterwards, for every seed, by more than `LEAST_RISE_SHARE` of L′ around that place.
    """

    at: int
    place: int
    lowest: float
    last: float
    turned: bool


def turn_of(places: NDArray[np.int64], unseen: NDArray[np.float64]) -> Turn:
    """Return where the mean over the seeds of L′, shape (seeds, places), is lowest; the first of equals."""
    mean = unseen.mean(axis=0)
    place = int(np.argmin(mean))
    lowest, last = float(mean[place]), float(mean[-1])
    beside = len(places) // AROUND_SHARE_OF_EPOCHS
    around = float(np.median(mean[max(place - beside, 0) : place + beside + 1]))
    turned = last - around > LEAST_RISE_SHARE * abs(around) and bool((unseen[:, -1] > unseen[:, place]).all())
    return Turn(int(places[place]), place, lowest, last, turned)


def apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether the best seed of one shape is worse than the worst of another; single seeds always lie apart."""
    return bool(one.max() < other.min() or other.max() < one.min())


@dataclass(frozen=True, eq=False)
class LayersStudy:
    """Networks of several shapes.

    Attributes
    ----------
    series : Series
    view : str
        ``depth``, ``activation``, ``deep-or-fat`` or ``epochs``.
    groups : mapping
        Name to shapes: of ``depth`` and ``width``; ``relu`` and ``sigmoid``; ``deep`` and ``fat``; or ``depth``.
    seeds, epochs : int
    loss : str
    """

    series: Series
    view: str
    groups: Mapping[str, tuple[Shape, ...]]
    seeds: int
    epochs: int
    loss: str

    @property
    def turn_of_depth(self) -> Turn:
        """The number of layers where L′ is lowest, and whether that of the deepest is surely higher.

        It is surely higher if it is so by more than `LEAST_RISE_SHARE` and the seeds lie apart; never with one seed.
        """
        shapes = self.groups["depth"]
        turn = turn_of(np.array([one.depth for one in shapes]), np.stack([one.unseen for one in shapes], axis=1))
        return replace(
            turn, turned=turn.turned and self.seeds > 1 and apart(shapes[turn.place].unseen, shapes[-1].unseen)
        )


def layers_study(source: Source, options: LayersOptions, watcher: Watcher) -> LayersStudy:
    """Fit networks of many shapes, each from several seeds, for all epochs. A network that overfits is not stopped.

    Parameters
    ----------
    source : Series, optional
    options : LayersOptions
    watcher : Watcher
        Receives the progress.

    Raises
    ------
    InputError
        If no depth suits the view, a network is too large, or the series is too short.
    """
    series = days_of(source, "layers")
    view, epochs, days_back = options.view, options.epochs, options.days_back
    deep = [(options.width,) * depth for depth in options.depths]
    single = [(neurons,) for neurons in options.widths] if isinstance(options, DepthOptions) else []
    groups = _groups(view, Rung(days_back, epochs=epochs), deep, single)
    for rung in (rung for rungs in groups.values() for rung in rungs):
        unknowns = Network((days_back, *rung.hidden, 1)).size
        if unknowns > MOST_UNKNOWNS:
            raise InputError(
                "layers.unknowns",
                rung=rung.name,
                unknowns=unknowns,
                most=MOST_UNKNOWNS,
                options=(Argument("width"), Argument("depths"), Argument("widths")),
            )
    followed = groups.get("depth", ())[0 if view == "epochs" else -1 :]
    shapes = _fit(series, groups, followed, range(options.seed, options.seed + options.seeds), options.loss, watcher)
    return LayersStudy(
        series,
        view,
        {name: tuple(shapes[rung] for rung in rungs) for name, rungs in groups.items()},
        options.seeds,
        epochs,
        options.loss,
    )


def _groups(
    view: str, base: Rung, deep: list[tuple[int, ...]], single: list[tuple[int, ...]]
) -> dict[str, tuple[Rung, ...]]:
    """Return the rungs of a view, by group, the shallow and narrow ones first."""

    def rungs(shapes: Iterable[tuple[int, ...]], activation: str = "relu") -> tuple[Rung, ...]:
        # The optimiser suits the depth; the number of epochs is the same for all.
        these = (suited(replace(base, hidden=hidden, activation=activation)) for hidden in shapes)
        return tuple(replace(rung, epochs=base.epochs, updates=0) for rung in these)

    least = {"activation": 1, "deep-or-fat": 2}.get(view, 0)
    kept = [hidden for hidden in deep if len(hidden) >= least]
    if not kept:
        depths = tuple(len(hidden) for hidden in deep)
        raise InputError("layers.depths", argument=Argument("depths", depths), view=view, least=least)
    if view == "activation":
        return {name: rungs(kept, name) for name in ("relu", "sigmoid")}
    if view == "deep-or-fat":
        fat = (one_layer_of_size(Network((base.days_back, *hidden, 1))).widths[1:-1] for hidden in kept)
        return {"deep": rungs(kept), "fat": rungs(fat)}
    return {"depth": rungs(kept)} | ({"width": rungs(single)} if view == "depth" else {})


class _Epochs:
    """Measures L and L′ after every epoch; ends the descent when the pool was stopped."""

    def __init__(self, training_set: TrainingSet | None, sealed: int, pool: ThreadPool) -> None:
        self._training_set, self._pool = training_set, pool
        self.losses: list[tuple[float, float]] = []
        if training_set is not None:
            (train,) = training_set.upto
            spans = ((training_set.features.needed, train), (train, sealed))
            self._parts = [scored(training_set, [span]) for span in spans]
            self._outputs = [Predictor(training_set.network, part.rows, np.float32) for part in self._parts]

    def __call__(self, descent: Descent, _: float) -> None:
        if self._pool.late():
            raise CancelledError
        if self._training_set is not None:
            loss = LOSSES[self._training_set.loss]
            seen, unseen = (
                mean_loss(loss, part.in_user_units(outputs(descent.theta)), part.target, part.weight)
                for part, outputs in zip(self._parts, self._outputs, strict=True)
            )
            self.losses.append((seen, unseen))


def _fit_one(
    series: Series, rung: Rung, seed: int, loss: str, pool: ThreadPool, *, followed: bool
) -> tuple[FittedRung, NDArray[np.float64]]:
    """Fit one network; return it and its L and L′ by epoch, shape (2, epochs)."""
    split = split_by_date(series)
    calendar = Calendar(frequency=series.frequency)
    training_set = TrainingSet.of(rung, series, calendar, loss, split.train, 1) if followed else None
    look = _Epochs(training_set, split.train + split.validation, pool)
    one = fit_rung(series, rung, loss=loss, seed=seed, watch=look)
    return one, np.array(look.losses).reshape(-1, 2).T


def _fit(
    series: Series,
    groups: Mapping[str, tuple[Rung, ...]],
    followed: tuple[Rung, ...],
    seeds: range,
    loss: str,
    watcher: Watcher,
) -> dict[Rung, Shape]:
    """Fit each distinct rung from each seed, in parallel."""
    rungs = list(dict.fromkeys(rung for group in groups.values() for rung in group))
    # The largest first, so that no core works on a long one alone at the end.
    rungs.sort(key=lambda rung: -Network((rung.days_back, *rung.hidden, 1)).size)
    watcher.stage("fit", len(rungs) * len(seeds))
    with thread_pool() as pool:
        jobs = [
            partial(_fit_one, series, rung, seed, loss, pool, followed=rung in followed)
            for rung in rungs
            for seed in seeds
        ]
        made = pool.run(jobs, watcher.advance)
    shapes: dict[Rung, Shape] = {}
    for at, rung in enumerate(rungs):
        mine = made[at * len(seeds) : (at + 1) * len(seeds)]
        by_epoch = np.stack([losses for _, losses in mine])
        shapes[rung] = Shape(
            rung,
            mine[0][0].network,
            np.array([one.seen() for one, _ in mine]),
            np.array([one.unseen() for one, _ in mine]),
            by_epoch[:, 0],
            by_epoch[:, 1],
            sum(one.outcome.seconds for one, _ in mine),
        )
    return shapes
