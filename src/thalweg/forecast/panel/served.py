"""What all chunks of a panel share, and what is found for the series of a chunk."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thalweg.forecast.panel import own_ladder
from thalweg.forecast.panel.candidates import baselines, lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.panel.bands import Shape
    from thalweg.forecast.panel.choice import Prior
    from thalweg.forecast.panel.columns import Beside
    from thalweg.forecast.panel.day_effects import DayEffects
    from thalweg.forecast.panel.global_network import GlobalNetwork
    from thalweg.series.frequency.record import Frequency


@dataclass(frozen=True, eq=False)
class Plan:
    """What all chunks share.

    Attributes
    ----------
    frequency : Frequency
    horizon : int
    levels : tuple of float
        Of the intervals, in percent, rising.
    final : GlobalNetwork
        It has learned from all values, and makes the forecast.
    judged : GlobalNetwork, optional
        It has learned from training values alone, and is what the choice and the losses rest on. A saved model has
        none.
    ladder : str
        Of the networks of one's own that each series has besides; empty for none.
    seed : int
        Of these.
    final_days, judged_days : DayEffects, optional
        What known days add to each series, learned from as much as the two networks.
    beside : Beside, optional
        The columns beside the values, which the networks see.
    """

    frequency: Frequency
    horizon: int
    levels: tuple[float, ...]
    final: GlobalNetwork
    judged: GlobalNetwork | None = None
    ladder: str = ""
    seed: int = 0
    final_days: DayEffects | None = None
    judged_days: DayEffects | None = None
    beside: Beside | None = None

    def of(self, places: Sequence[int] | slice | NDArray[np.int64]) -> Plan:
        """Return the plan for some of the series alone."""
        final, judged = (None if each is None else each.of(places) for each in (self.final_days, self.judged_days))
        beside = None if self.beside is None else self.beside.of(places)
        return replace(self, final_days=final, judged_days=judged, beside=beside)

    @property
    def blocks(self) -> tuple[slice, ...]:
        """The blocks of steps ahead, from 0 on, that are served by the same choice."""
        return blocks_of(self.frequency, self.horizon)

    @property
    def names(self) -> tuple[str, ...]:
        """What the own predictors are called, in their order."""
        names = [one.name for one in (*baselines(self.frequency), *lines(self.frequency))]
        return (*names, *([own_ladder.NAME] if self.ladder else []))

    @property
    def copying(self) -> int:
        """Which of the own predictors copies the last season, with which all are compared."""
        return len(self.frequency.copies) - 1


def blocks_of(frequency: Frequency, horizon: int) -> tuple[slice, ...]:
    """Return the blocks of steps ahead, from 0 on; a later block has more steps."""
    ends = [0, *(end for end in frequency.blocks if end < horizon), horizon]
    return tuple(map(slice, ends[:-1], ends[1:]))


class PanelPrior(NamedTuple):
    """What a sample of the panel's series shows of all of them.

    Attributes
    ----------
    losses : Prior
    later : Prior
        Of the test values too: by it the forecast is made.
    shape : Shape
        Of the residuals on validation values.
    """

    losses: Prior
    later: Prior
    shape: Shape


@dataclass(frozen=True, eq=False)
class Served:
    """What was found for each series of a chunk; arrays whose first axis is the series, but for `models`.

    Attributes
    ----------
    forecast : ndarray of float64, shape (series, horizon)
        In the user's units, as are all that follow but `share`, `own`, `bands` and `coverage`.
    low, high : ndarray of float64, shape (series, horizon, levels)
    own : ndarray of int64, shape (series, blocks)
        Which own predictor stands beside the network.
    share : ndarray of float64, shape (series, blocks)
        The network's share.
    validation, test : ndarray of float64, shape (series,)
        The mean absolute error over validation and test, of the choice; NaN where nothing could be scored.
    copied, network, alone : ndarray of float64, shape (series,)
        That of copying the last season, the network and the own predictors over the test.
    coverage : ndarray of float64, shape (series, levels)
        The share of test values inside each level's interval, which was calibrated on validation.
    scored : ndarray of int64, shape (series,)
        How many test predictions were scored.
    steps : ndarray of int64, shape (series,)
        How many steps ahead were scored: fewer than the horizon where the series is short.
    bands : ndarray of float64, shape (series, blocks, levels, 2)
        What the intervals add to predictions, in spreads.
    model_sizes : ndarray of int64, shape (series,)
        How many bytes the model of each series' own ladder has; 0 where it does not serve.
    models : ndarray of uint8
        These models, one after another.
    """

    forecast: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    own: NDArray[np.int64]
    share: NDArray[np.float64]
    validation: NDArray[np.float64]
    test: NDArray[np.float64]
    copied: NDArray[np.float64]
    network: NDArray[np.float64]
    alone: NDArray[np.float64]
    coverage: NDArray[np.float64]
    scored: NDArray[np.int64]
    steps: NDArray[np.int64]
    bands: NDArray[np.float64]
    model_sizes: NDArray[np.int64]
    models: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.forecast)


def joined(parts: Sequence[Served]) -> Served:
    """Return what was found for the series of several chunks, in their order."""
    return Served(**{one.name: np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Served)})


def nothing(count: int, plan: Plan) -> Served:
    """Return what stands for series that could not be served: NaN."""
    blocks, levels = len(plan.blocks), len(plan.levels)
    empty = np.full(count, np.nan)
    return Served(
        forecast=np.full((count, plan.horizon), np.nan),
        low=np.full((count, plan.horizon, levels), np.nan),
        high=np.full((count, plan.horizon, levels), np.nan),
        own=np.zeros((count, blocks), np.int64),
        share=np.full((count, blocks), np.nan),
        validation=empty,
        test=empty,
        copied=empty,
        network=empty,
        alone=empty,
        coverage=np.full((count, levels), np.nan),
        scored=np.zeros(count, np.int64),
        steps=np.zeros(count, np.int64),
        bands=np.full((count, blocks, levels, 2), np.nan),
        model_sizes=np.zeros(count, np.int64),
        models=np.zeros(0, np.uint8),
    )
