"""Which way each step ahead is predicted: chosen by blocks of steps, over cutoffs before the sealed test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.mostly_zero import mean_square, sums_ahead
from thalweg.forecast.names import rung_message
from thalweg.forecast.ways import RECURSIVE
from thalweg.messages import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.data import Data, Span
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.split import Split

LEAST_CUTOFFS = 8  # below, a block of steps takes the seasonal fallback
WINDOWS = 3  # as long as the furthest step of a block; a validation part that holds fewer is too short to choose on
MORE_CUTOFFS = 20  # than the least, where training values are used too
DOUBT = 0.15  # share by which other ways must be better than all learned ones, for one window of evidence
LEAST_DOUBT = 0.03  # the same for any number of windows
HOPELESS = 0.25  # a learned way whose loss is larger by this share than that of the best is left out of their mean
NEARLY = 0.15  # a way whose loss is at most so much larger than the least, as a share, may be part of a mean
FADE_STEPS = 3  # the first steps of a block over which its ways take over from those of the block before


@dataclass(frozen=True)
class Block:
    """Some steps ahead that are predicted in the same ways.

    Attributes
    ----------
    first, last : int
        The steps, both among them.
    ways : tuple of str
        Their mean is the prediction.
    cutoffs : int
        From how many dates predictions were made to choose the ways; 0 where there was nothing to choose.
    losses : mapping
        Way to its mean loss over those predictions, in the user's units; where the series is mostly zero, to its scaled
        error, as of `thalweg.forecast.mostly_zero.Scaled.judged`. A mean is named by its ways with a plus between them.
    """

    first: int
    last: int
    ways: tuple[str, ...]
    cutoffs: int = 0
    losses: Mapping[str, float] | None = None


@dataclass(frozen=True)
class Plan:
    """The ways of all steps ahead.

    Attributes
    ----------
    blocks : tuple of Block
        In the order of their steps, without a gap.
    fade : int
        The first steps of a block, over which its ways take over from those of the block before.
    """

    blocks: tuple[Block, ...]
    fade: int = FADE_STEPS

    @property
    def steps(self) -> int:
        """The most steps ahead."""
        return self.blocks[-1].last

    @property
    def ways(self) -> tuple[str, ...]:
        """Every way that some step is predicted in."""
        return tuple(dict.fromkeys(way for block in self.blocks for way in block.ways))

    def weights(self, steps: int) -> dict[str, NDArray[np.float64]]:
        """Return the weight of each way at 1 to `steps` ahead, shape (steps,); at each step they add up to 1.

        The weights of a step depend on its block and the block before alone, so that a prediction does not change with
        the number of steps asked for.
        """
        weights = {way: np.zeros(self.steps) for way in self.ways}
        for place, block in enumerate(self.blocks):
            ahead = np.arange(block.first, block.last + 1)
            before = self.blocks[place - 1].ways if place else block.ways
            faded = min(self.fade, len(ahead))
            own = np.minimum(np.arange(1, len(ahead) + 1) / (faded + 1), 1.0)
            for ways, share in ((block.ways, own), (before, 1 - own)):
                for way in ways:
                    weights[way][ahead - 1] += share / len(ways)
        return {way: each[:steps] for way, each in weights.items() if each[:steps].any()}

    def reach(self, steps: int) -> dict[str, int]:
        """Return each way that some step up to `steps` is predicted in, to the furthest such step."""
        return {way: int(np.flatnonzero(weight)[-1]) + 1 for way, weight in self.weights(steps).items()}

    def combined(self, made: Mapping[str, NDArray[np.float64]], steps: int, axis: int) -> NDArray[np.float64]:
        """Return the predictions of each step ahead, the weighted mean of its ways; the steps lie along an axis.

        Where a way has no prediction (NaN), the mean is that of the others.
        """
        total, share = 0.0, 0.0
        shape = [1, 1]
        shape[axis] = steps
        for way, weight in self.weights(steps).items():
            of_way = made[way].take(np.arange(steps), axis)
            each = np.where(np.isfinite(of_way), weight.reshape(shape), 0.0)
            total = total + np.where(each > 0, of_way, 0.0) * each
            share = share + each
        with np.errstate(invalid="ignore"):
            return np.asarray(total / share)  # 0 / 0 where no way has a prediction


def one_way(way: str, steps: int) -> Plan:
    """Return the plan that goes one way at every step."""
    return Plan((Block(1, steps, (way,)),))


def strategy_name(plan: Plan) -> str:
    """Return what a file calls the ways of the steps after the first: their names, or ``by step`` where they differ."""
    later = {block.ways for block in plan.blocks[1:] or plan.blocks}
    return "by step" if len(later) > 1 else " + ".join(next(iter(later)))


def bounds(frequency: Frequency, longest: int, horizon: int) -> list[tuple[int, int]]:
    """Return the first and the last step of each block, up to the one that holds the horizon.

    Parameters
    ----------
    frequency : Frequency
    longest : int
        The most steps ahead that may be asked for.
    horizon : int
    """
    lasts = [*dict.fromkeys(last for last in frequency.blocks if last < longest), longest]
    firsts = [1, *(last + 1 for last in lasts)]
    return [(first, last) for first, last in zip(firsts, lasts, strict=False) if first <= horizon]


def longest_horizon(split: Split, frequency: Frequency) -> int:
    """Return the most steps ahead that may be asked for: a year, and a third of the series."""
    return max(min(frequency.longest_horizon, split.days // 3), 1)


def first_cutoff(split: Split, blocks: Sequence[tuple[int, int]], longest: int) -> int:
    """Return from which value on the backtest predicts: validation, or earlier where that is too short for far steps.

    It is then the same for every such horizon. At least half of the training part is left to be learned from.
    """
    if WINDOWS * blocks[-1][1] <= split.validation:
        return split.train
    wanted = longest - 1 + LEAST_CUTOFFS + MORE_CUTOFFS
    return min(max(split.train + split.validation - wanted, split.train // 2), split.train)


def spans_of(split: Split, cut: int, blocks: Sequence[tuple[int, int]]) -> list[list[Span]]:
    """Return the values on which the ways of each block are compared: validation, for far steps training ones too."""
    sealed = split.train + split.validation
    near = [(split.train, sealed)]
    return [near if WINDOWS * last <= split.validation else [(cut, sealed)] for _, last in blocks]


def fallbacks(plan: Plan) -> list[Message]:
    """Return a sentence for the steps whose ways could not be chosen, where there are any."""
    unchosen = [block for block in plan.blocks if not block.cutoffs and block.losses is None]
    if not unchosen or len(unchosen) == len(plan.blocks):
        return []
    told = {"first": unchosen[0].first, "way": rung_message(unchosen[0].ways[0])}
    return [Message("verdict.fallback", told | {"least": LEAST_CUTOFFS})]


def plan_steps(
    data: Data,
    forecasts: Mapping[str, NDArray[np.float64]],
    blocks: Sequence[tuple[int, int]],
    spans: Sequence[Sequence[Span]],
    fallback: str,
    learned: Collection[str] = (),
) -> Plan:
    """Choose the ways of each block of steps by their loss over cutoffs before the sealed test.

    The first step is that of the choice itself. Every other block takes the mean of the learned ways, or the mean of
    the best of all ways where these are clearly better; where that loses to copying, it copies.

    Parameters
    ----------
    data : Data
    forecasts : mapping
        As of `thalweg.forecast.backtest.Backtest`.
    blocks : sequence of (int, int)
        The first and the last step of each.
    spans : sequence of sequence of (int, int)
        For each block, the values of each series on which its ways are compared.
    fallback : str
        The way of a block with too few cutoffs.
    learned : collection of str
        The ways that gradient descent found.
    """
    copies = [name for name, _ in data.panel.frequency.copies]
    chosen: list[Block] = []
    for (first, last), of_block in zip(blocks, spans, strict=True):
        cutoffs = sum(end - begin - last + 1 for begin, end in of_block)
        rows = _complete({way: made[first - 1 : last] for way, made in forecasts.items()})
        losses = {way: _loss(data, made, of_block, first) for way, made in rows.items()}
        if last == 1:
            chosen.append(Block(first, last, (RECURSIVE,), max(cutoffs, 0), {RECURSIVE: losses[RECURSIVE]}))
        elif cutoffs < LEAST_CUTOFFS or not np.isfinite(list(losses.values())).any():  # all may have been filled in
            chosen.append(Block(first, last, (fallback,)))
        else:
            compared = _Compared(data, rows, of_block, losses, first)
            # Absolute errors make learned ways medians: where the series is mostly zero, their mean is no usual choice.
            ways = _best(compared, learned if data.scales is None else (), copies, (cutoffs - 1) / last + 1)
            told = losses | {" + ".join(ways): compared.of_mean(ways)}
            chosen.append(Block(first, last, tuple(ways), cutoffs, told))
    return Plan(tuple(chosen))


def _complete(rows: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """Return the ways that have all predictions; one that looks further back than there is a past is left out."""
    counts = {way: np.isfinite(made).sum() for way, made in rows.items()}
    return {way: made for way, made in rows.items() if counts[way] == max(counts.values())}


@dataclass(frozen=True, eq=False)
class _Compared:
    """Some steps ahead, and what their ways lose on earlier dates."""

    data: Data
    rows: Mapping[str, NDArray[np.float64]]
    spans: Sequence[Span]
    losses: Mapping[str, float]
    first: int

    def of_mean(self, ways: Sequence[str]) -> float:
        """Return the loss of the mean of some ways."""
        return _loss(self.data, np.mean([self.rows[way] for way in ways], axis=0), self.spans, self.first)

    def nearly_best(self, ways: Collection[str], share: float) -> list[str]:
        """Return those of some ways whose loss is larger by a share at most than that of the best, the best first."""
        known = sorted((way for way in ways if np.isfinite(self.losses[way])), key=self.losses.__getitem__)
        return [way for way in known if self.losses[way] <= (1 + share) * self.losses[known[0]]]


def _best(compared: _Compared, learned: Collection[str], copies: Collection[str], windows: float) -> list[str]:
    """Return the ways whose mean predicts some steps.

    They are all the learned ways. Where the evidence is strong enough, they are instead the two best of all ways, and a
    third that lowers the loss of the two. What loses to copying copies.

    Parameters
    ----------
    compared : _Compared
    learned, copies : collection of str
    windows : float
        How many spans as long as the furthest step fit into the earlier dates: the evidence. Losses of ways that were
        picked on few of them were worse on later dates, over the series that this was tuned on.
    """
    ways, losses = compared.rows, compared.losses
    near = compared.nearly_best(ways, NEARLY)
    picked = near[:2]
    if len(near) > len(picked):
        third = min(near[2:], key=lambda way: compared.of_mean([*picked, way]))
        if compared.of_mean([*picked, third]) < compared.of_mean(picked):
            picked.append(third)
    usual = compared.nearly_best([way for way in learned if way in ways], HOPELESS)
    if usual and compared.of_mean(picked) >= (1 - max(DOUBT / np.sqrt(windows), LEAST_DOUBT)) * compared.of_mean(usual):
        picked = usual
    copied = min((way for way in copies if way in losses), key=losses.__getitem__, default=picked[0])
    return [copied] if losses[copied] < compared.of_mean(picked) else picked


def _loss(data: Data, rows: NDArray[np.float64], spans: Sequence[Span], first: int) -> float:
    """Return the mean loss of some steps ahead, each over the values of the spans for which it has a prediction.

    Where the series is mostly zero, it is the scaled error of these steps and of their sum, from the step `first` on.
    """
    losses = np.array([data.loss_over(row, spans) for row in rows])
    mean = float(losses[np.isfinite(losses)].mean()) if np.isfinite(losses).any() else float("nan")
    if data.scales is None:
        return mean
    (series,), ((begin, end),), steps = data.panel.series, spans, np.arange(len(rows))
    at = np.arange(begin + first - 1, end - len(rows) + 1)[:, None] + steps
    predicted, actual = sums_ahead(series, rows[steps, at], at)
    return data.scales.scaled(mean, mean_square(predicted - actual), len(rows)).judged
