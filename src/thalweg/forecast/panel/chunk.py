"""One pure function serves a chunk of series: values in, forecasts and what is told of them out.

The same function does a chunk here, on another thread or on another machine.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thalweg.forecast.panel.bands import Shape, bands_of, shape_of
from thalweg.forecast.panel.candidates import baselines, lines, predicted
from thalweg.forecast.panel.choice import Choice, Prior, Validation, blend, mean_losses
from thalweg.forecast.panel.cutoffs import parts_of
from thalweg.forecast.panel.flat import flat_of
from thalweg.forecast.panel.inputs import Rows, scales

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.panel.cutoffs import Parts
    from thalweg.forecast.panel.flat import Flat
    from thalweg.forecast.panel.global_network import GlobalNetwork
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.series import Series


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
    """

    frequency: Frequency
    horizon: int
    levels: tuple[float, ...]
    final: GlobalNetwork
    judged: GlobalNetwork | None = None

    @property
    def blocks(self) -> tuple[slice, ...]:
        """The blocks of steps ahead, from 0 on, that are served by the same choice."""
        ends = [0, *(end for end in self.frequency.blocks if end < self.horizon), self.horizon]
        return tuple(map(slice, ends[:-1], ends[1:]))

    @property
    def names(self) -> tuple[str, ...]:
        """What the own predictors are called, in their order."""
        return tuple(one.name for one in (*baselines(self.frequency), *lines(self.frequency)))

    @property
    def copying(self) -> int:
        """Which of the own predictors copies the last season, with which all are compared."""
        return len(self.frequency.copies) - 1


class PanelPrior(NamedTuple):
    """What a sample of the panel's series shows of all of them.

    Attributes
    ----------
    losses : Prior
    shape : Shape
        Of the residuals on validation values.
    """

    losses: Prior
    shape: Shape


@dataclass(frozen=True, eq=False)
class Served:
    """What was found for each series of a chunk; arrays whose first axis is the series.

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

    def __len__(self) -> int:
        return len(self.forecast)


def joined(parts: Sequence[Served]) -> Served:
    """Return what was found for the series of several chunks, in their order."""
    return Served(**{one.name: np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Served)})


class _Tried(NamedTuple):
    """Predictions at the cutoffs of one part."""

    rows: Rows
    target: NDArray[np.float64]
    own: list[NDArray[np.float64]]
    network: NDArray[np.float64]


class _Series:
    """The series of a chunk, and what is asked of them several times."""

    def __init__(self, series: Sequence[Series], plan: Plan) -> None:
        self.plan = plan
        self.flat: Flat = flat_of(series, plan.final.inputs.window)
        self.parts: list[Parts | None] = [parts_of(len(one), plan.horizon, plan.frequency) for one in series]
        self.lines = lines(plan.frequency)

    def fitted(self, upto: Sequence[int]) -> list[dict[int, NDArray[np.float64]]]:
        """Return the unknowns of each line, for each series that is long enough, learned from so many of its values."""
        horizon = self.plan.horizon
        made = [{place: line.fit(self.flat, place, end, horizon) for place, end in enumerate(upto)} for line in self.lines]
        return [{place: weights for place, weights in each.items() if weights is not None} for each in made]

    @cached_property
    def trained(self) -> list[dict[int, NDArray[np.float64]]]:
        """The unknowns of each line, learned from training values."""
        return self.fitted([0 if part is None else part.train for part in self.parts])

    def tried(self, name: str) -> _Tried:
        """Return predictions at the cutoffs of ``validation`` or ``test``, by what has learned from training values."""
        cutoffs = [getattr(part, name) if part else np.empty(0, np.int64) for part in self.parts]
        rows = Rows(np.repeat(np.arange(len(cutoffs)), list(map(len, cutoffs))), np.concatenate(cutoffs) - 1)
        ends = [
            0 if part is None else part.sealed if name == "validation" else length
            for part, length in zip(self.parts, self.flat.lengths.tolist(), strict=True)
        ]
        assert self.plan.judged is not None  # noqa: S101 - only a saved model has none
        network = self.plan.judged.predict(self.flat, rows)
        return _Tried(rows, self.target(rows, np.array(ends)), self.own(rows, self.trained), network)

    def target(self, rows: Rows, ends: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return actual values, shape (rows, horizon); NaN from `ends` on, and where none was observed."""
        at = rows.newest[:, None] + np.arange(1, self.plan.horizon + 1)
        inside = np.minimum(at, ends[rows.series][:, None] - 1)
        places = self.flat.starts[rows.series][:, None] + inside
        return np.where((at == inside) & self.flat.observed[places], self.flat.values[places], np.nan)

    def own(self, rows: Rows, weights: Sequence[dict[int, NDArray[np.float64]]]) -> list[NDArray[np.float64]]:
        """Return the predictions of the own predictors, each of shape (rows, steps)."""
        steps, frequency = self.plan.horizon, self.plan.frequency
        made = [predicted(one, self.flat, rows, steps, frequency) for one in baselines(frequency)]
        return made + [line.predict(self.flat, rows, of, steps) for line, of in zip(self.lines, weights, strict=True)]

    def spreads(self, rows: Rows) -> NDArray[np.float64]:
        """Return the spread of each row in the user's units, shape (rows, 1)."""
        _, spread = scales(self.flat, rows, self.plan.final.inputs)
        return (spread * self.flat.units[rows.series])[:, None]

    def validation(self, tried: _Tried) -> Validation:
        """Return the losses on validation values."""
        plan = self.plan
        return Validation(
            tried.own, tried.network, tried.target, tried.rows.series, len(self.flat), plan.blocks, plan.copying
        )


def prior_of(series: Sequence[Series], plan: Plan) -> PanelPrior:
    """Return what some series show of the whole panel."""
    chunk = _Series(series, plan)
    tried = chunk.tried("validation")
    validation = chunk.validation(tried)
    prior = validation.prior()
    choice = validation.choose(prior)
    rows = tried.rows.series
    made = blend(tried.own, tried.network, choice.own[rows], choice.share[rows], plan.blocks)
    residuals = (tried.target - made) / chunk.spreads(tried.rows)
    return PanelPrior(prior, shape_of(residuals, rows, len(series), plan.blocks, plan.levels))


def serve(series: Sequence[Series], plan: Plan, prior: PanelPrior) -> Served:
    """Return what is found for some series; it does not depend on which others stand beside them.

    Parameters
    ----------
    series : sequence of Series
    plan : Plan
    prior : PanelPrior
    """
    chunk, count, blocks = _Series(series, plan), len(series), plan.blocks
    flat = chunk.flat
    before, after = chunk.tried("validation"), chunk.tried("test")
    choice = chunk.validation(before).choose(prior.losses)

    def as_chosen(tried: _Tried) -> NDArray[np.float64]:
        rows = tried.rows.series
        return blend(tried.own, tried.network, choice.own[rows], choice.share[rows], blocks)

    def loss(made: NDArray[np.float64], tried: _Tried) -> NDArray[np.float64]:
        return mean_losses(np.abs(made - tried.target), tried.rows.series, count, [slice(None)])[:, 0]

    validated, tested = as_chosen(before), as_chosen(after)
    spread_before, spread_after = chunk.spreads(before.rows), chunk.spreads(after.rows)
    residuals = (before.target - validated) / spread_before
    unseen = (after.target - tested) / spread_after
    learned = bands_of(residuals, before.rows.series, count, blocks, plan.levels, prior.shape)
    coverage = _covered(unseen, after, learned, plan)
    order = np.argsort(np.concatenate([before.rows.series, after.rows.series]), kind="stable")
    both = np.concatenate([residuals, unseen])[order]
    rows_of_both = np.concatenate([before.rows.series, after.rows.series])[order]
    bands = bands_of(both, rows_of_both, count, blocks, plan.levels, prior.shape)

    forecast, low, high = _ahead(chunk, flat.lengths.tolist(), choice, bands)
    zeros = np.zeros((len(after.rows.series), len(blocks)))
    alone = blend(after.own, after.network, choice.own[after.rows.series], zeros, blocks)
    return Served(
        forecast=forecast,
        low=low,
        high=high,
        own=choice.own,
        share=choice.share,
        validation=loss(validated, before),
        test=loss(tested, after),
        copied=loss(after.own[plan.copying], after),
        network=loss(after.network, after),
        alone=loss(alone, after),
        coverage=coverage,
        scored=np.bincount(after.rows.series, (~np.isnan(after.target)).sum(axis=1), count).astype(np.int64),
        steps=np.array([0 if part is None else part.steps for part in chunk.parts]),
        bands=bands,
    )


class TriedAt(NamedTuple):
    """What was predicted at some cutoffs of some series, and what came.

    Attributes
    ----------
    made, target : ndarray of float64, shape (rows, horizon)
        In the user's units; targets that were not observed are NaN.
    spread : ndarray of float64, shape (rows,)
    now : ndarray of float64, shape (series,)
        The spread after the last value of each series.
    """

    made: NDArray[np.float64]
    target: NDArray[np.float64]
    spread: NDArray[np.float64]
    now: NDArray[np.float64]


def tried_at(series: Sequence[Series], cutoffs: Sequence[NDArray[np.int64]], plan: Plan, choice: Choice) -> TriedAt:
    """Predict some series at cutoffs, as chosen, by what has learned from their training values.

    Parameters
    ----------
    series : sequence of Series
    cutoffs : sequence of ndarray of int64
        For each series, how many values are known at each cutoff; the rows of a series stand together.
    plan : Plan
    choice : Choice
        Of these series.
    """
    chunk = _Series(series, plan)
    rows = Rows(np.repeat(np.arange(len(cutoffs)), list(map(len, cutoffs))), np.concatenate(cutoffs) - 1)
    assert plan.judged is not None  # noqa: S101 - only a saved model has none
    made = blend(
        chunk.own(rows, chunk.trained), plan.judged.predict(chunk.flat, rows),
        choice.own[rows.series], choice.share[rows.series], plan.blocks,
    )  # fmt: skip
    last = Rows(np.arange(len(series)), chunk.flat.lengths - 1)
    return TriedAt(made, chunk.target(rows, chunk.flat.lengths), chunk.spreads(rows)[:, 0], chunk.spreads(last)[:, 0])


def forecast_from(
    series: Sequence[Series], upto: Sequence[int], plan: Plan, choice: Choice, bands: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the forecasts after the last values of some series, and their intervals, by a choice that was made.

    Parameters
    ----------
    series : sequence of Series
    upto : sequence of int
        From how many values of each the lines learn.
    plan : Plan
    choice : Choice
    bands : ndarray, shape (series, blocks, levels, 2)

    Returns
    -------
    forecast : ndarray of float64, shape (series, horizon)
    low, high : ndarray of float64, shape (series, horizon, levels)
    """
    return _ahead(_Series(series, plan), upto, choice, bands)


def _ahead(
    chunk: _Series, upto: Sequence[int], choice: Choice, bands: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    plan, flat = chunk.plan, chunk.flat
    last = Rows(np.arange(len(flat)), flat.lengths - 1)
    own = chunk.own(last, chunk.fitted(upto))
    forecast = blend(own, plan.final.predict(flat, last), choice.own, choice.share, plan.blocks)
    return (forecast, *_ends(forecast, bands, chunk.spreads(last), plan, flat.counts))


def _of_steps(bands: NDArray[np.float64], plan: Plan) -> NDArray[np.float64]:
    """Return bands by step ahead, from those by block."""
    return np.repeat(bands, [block.stop - block.start for block in plan.blocks], axis=1)


def _covered(unseen: NDArray[np.float64], after: _Tried, bands: NDArray[np.float64], plan: Plan) -> NDArray[np.float64]:
    """Return the share of test values inside each level's interval, shape (series, levels)."""
    rows, count = after.rows.series, len(bands)
    of_steps = _of_steps(bands, plan)[rows]
    known = ~np.isnan(unseen)
    inside = (unseen[..., None] >= of_steps[..., 0] - 1e-9) & (unseen[..., None] <= of_steps[..., 1] + 1e-9)
    number = np.bincount(rows, known.sum(axis=1), count)
    hits = np.stack(
        [np.bincount(rows, (inside[..., at] & known).sum(axis=1), count) for at in range(len(plan.levels))], axis=1
    )
    return np.where(number[:, None] > 0, hits / np.maximum(number, 1)[:, None], np.nan)


def _ends(
    forecast: NDArray[np.float64], bands: NDArray[np.float64], spread: NDArray[np.float64], plan: Plan, counts: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lower and the upper ends of the intervals in the user's units, each (series, horizon, levels)."""
    of_steps = _of_steps(bands, plan) * spread[:, :, None, None]
    low, high = (forecast[..., None] + of_steps[..., end] for end in range(2))
    low, high = np.minimum(low, forecast[..., None]), np.maximum(high, forecast[..., None])
    return np.where(counts[:, None, None], np.maximum(low, 0), low), high
