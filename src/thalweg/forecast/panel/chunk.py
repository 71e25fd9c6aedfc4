"""One pure function serves a chunk of series: values in, forecasts and what is told of them out.

The same function does a chunk here, on another thread or on another machine.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from thalweg.forecast.panel import own_ladder
from thalweg.forecast.panel.bands import bands_of, by_step, ends_around, shape_of
from thalweg.forecast.panel.candidates import baselines, lines, predicted
from thalweg.forecast.panel.choice import OF_DAYS, OF_OTHERS, Choice, Validation, blend, mean_losses
from thalweg.forecast.panel.cutoffs import parts_of
from thalweg.forecast.panel.flat import flat_of
from thalweg.forecast.panel.rows import Rows, rows_of
from thalweg.forecast.panel.scaling import spreads_in_user_units
from thalweg.forecast.panel.served import PanelPrior, Plan, Served

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.model import Model
    from thalweg.forecast.panel.cutoffs import Parts
    from thalweg.forecast.panel.day_effects import DayEffects
    from thalweg.forecast.panel.flat import Flat
    from thalweg.forecast.panel.global_network import GlobalNetwork
    from thalweg.series.series import Series


class _Tried(NamedTuple):
    """Predictions at the cutoffs of one part."""

    rows: Rows
    target: NDArray[np.float64]
    own: list[NDArray[np.float64]]
    network: NDArray[np.float64]
    copied: NDArray[np.float64]
    spread: NDArray[np.float64]

    def and_of(self, later: _Tried) -> _Tried:
        """Return the predictions at the cutoffs of both parts; the rows of a series stand together."""
        order = np.argsort(np.concatenate([self.rows.series, later.rows.series]), kind="stable")

        def both(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
            return np.concatenate([one, other])[order]

        return _Tried(
            Rows(both(self.rows.series, later.rows.series), both(self.rows.newest, later.rows.newest)),
            both(self.target, later.target),
            list(map(both, self.own, later.own)),
            both(self.network, later.network),
            both(self.copied, later.copied),
            both(self.spread, later.spread),
        )


class _Series:
    """The series of a chunk, and what is asked of them several times.

    Parameters
    ----------
    series : sequence of Series
    plan : Plan
    """

    def __init__(self, series: Sequence[Series], plan: Plan) -> None:
        self.plan, self.series = plan, series
        self.parts: list[Parts | None] = [parts_of(len(one), plan.horizon, plan.frequency) for one in series]
        self.lines = lines(plan.frequency)

    def known(self, upto: Sequence[int]) -> Flat:
        """Return the series as what has learned from so many of their values sees them."""
        return self.flat_of(self.series, upto)

    def flat_of(self, series: Sequence[Series], upto: Sequence[int]) -> Flat:
        """Return series as long as those of the chunk as one array."""
        plan, reach = self.plan, max(self.plan.final.reach, *(line.needed for line in self.lines))
        return flat_of(series, reach, upto, plan.beside, plan.horizon)

    @cached_property
    def judged(self) -> _Fitted:
        """What has learned from training values alone."""
        plan = self.plan
        assert plan.judged is not None  # noqa: S101 - only a saved model has none
        return _Fitted(self, [0 if part is None else part.train for part in self.parts], plan.judged, plan.judged_days)

    def tried(self, name: str) -> _Tried:
        """Return predictions at the cutoffs of ``validation`` or ``test``, by what has learned from training values."""
        cutoffs = [getattr(part, name) if part else np.empty(0, np.int64) for part in self.parts]
        rows = rows_of([each - 1 for each in cutoffs])
        ends = [
            0 if part is None else part.sealed if name == "validation" else len(one)
            for part, one in zip(self.parts, self.series, strict=True)
        ]
        return self.judged.tried(rows, np.array(ends))

    def validation(self, tried: _Tried) -> Validation:
        """Return the losses at the cutoffs that a choice is to rest on."""
        plan = self.plan
        drawn = OF_DAYS if plan.frequency.by_day else OF_OTHERS
        rows, count = tried.rows.series, len(self.series)
        return Validation(tried.own, tried.network, tried.target, rows, count, plan.blocks, plan.copying, drawn)


class _Fitted:
    """The series of a chunk with what has learned from the first values of each.

    Parameters
    ----------
    chunk : _Series
    upto : sequence of int
        How many values of each series were learned from.
    network : GlobalNetwork
    days : DayEffects, optional
        What known days add: it is taken away before all but the own ladders see the values, and added afterwards.
    models : mapping of int to Model, optional
        Of the own ladders, by the place of the series; fitted here where they are not given.
    """

    def __init__(
        self,
        chunk: _Series,
        upto: Sequence[int],
        network: GlobalNetwork,
        days: DayEffects | None,
        models: Mapping[int, Model] | None = None,
    ) -> None:
        self.plan, self.lines, self.network, self.series = chunk.plan, chunk.lines, network, chunk.series
        self.days, self.actual = days, chunk.known(upto)
        self.flat = self.actual if days is None else chunk.flat_of(days.taken_away(self.series), upto)
        steps = self.plan.horizon
        made = [
            {place: line.fit(self.flat, place, end, steps) for place, end in enumerate(upto)} for line in self.lines
        ]
        self.weights = [{at: found for at, found in each.items() if found is not None} for each in made]
        self.models = self._fitted_ladders(upto) if models is None and self.plan.ladder else models or {}

    def _fitted_ladders(self, upto: Sequence[int]) -> dict[int, Model]:
        plan, days = self.plan, self.days
        calendars = [None] * len(self.series) if days is None else days.days.of_each
        each = enumerate(zip(self.series, upto, calendars, strict=True))
        made = {
            place: own_ladder.fitted(one.head(end), plan.ladder, plan.horizon, plan.seed, calendar) if end else None
            for place, (one, end, calendar) in each
        }
        return {place: model for place, model in made.items() if model is not None}

    def own(self, rows: Rows) -> list[NDArray[np.float64]]:
        """Return the predictions of the own predictors, each of shape (rows, steps)."""
        steps, frequency = self.plan.horizon, self.plan.frequency
        made = [predicted(one, self.flat, rows, steps, frequency) for one in baselines(frequency)]
        pairs = zip(self.lines, self.weights, strict=True)
        made += [line.predict(self.flat, rows, weights, steps) for line, weights in pairs]
        made = [self._with_days(each, rows) for each in made]
        return [*made, self._by_ladders(rows)] if self.plan.ladder else made

    def by_network(self, rows: Rows) -> NDArray[np.float64]:
        """Return the predictions of the network over all series, shape (rows, steps)."""
        return self._with_days(self.network.predict(self.flat, rows), rows)

    def copied(self, rows: Rows) -> NDArray[np.float64]:
        """Return the last season as it was, shape (rows, steps): what all is compared with."""
        copy = baselines(self.plan.frequency)[self.plan.copying]
        return predicted(copy, self.actual, rows, self.plan.horizon, self.plan.frequency)

    def _with_days(self, made: NDArray[np.float64], rows: Rows) -> NDArray[np.float64]:
        """Return predictions with what known days add to them."""
        if self.days is None:
            return made
        made = made.copy()
        for place, one in enumerate(self.series):
            mine = np.flatnonzero(rows.series == place)
            made[mine] += self.days.ahead(one, place, rows.newest[mine], self.plan.horizon)
        return self.actual.possible(made, rows)

    def _by_ladders(self, rows: Rows) -> NDArray[np.float64]:
        made = np.full((len(rows.series), self.plan.horizon), np.nan)
        for place, model in self.models.items():
            mine = np.flatnonzero(rows.series == place)
            if len(mine):
                made[mine] = own_ladder.predicted(model, self.series[place], rows.newest[mine], self.plan.horizon)
        return made

    def tried(self, rows: Rows, ends: NDArray[np.int64]) -> _Tried:
        """Return predictions of rows beside the actual values before `ends`, a place in each series."""
        target, spread = self.target(rows, ends), self.spreads(rows)
        return _Tried(rows, target, self.own(rows), self.by_network(rows), self.copied(rows), spread)

    def spreads(self, rows: Rows) -> NDArray[np.float64]:
        """Return the spread of each row in the user's units, shape (rows, 1)."""
        return spreads_in_user_units(self.flat, rows, self.network.inputs)[:, None]

    def target(self, rows: Rows, ends: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return actual values, shape (rows, horizon); NaN from `ends` on, and where none was observed."""
        at = rows.newest[:, None] + np.arange(1, self.plan.horizon + 1)
        inside = np.minimum(at, ends[rows.series][:, None] - 1)
        actual, places = self.actual, self.actual.starts[rows.series][:, None] + inside
        return np.where((at == inside) & actual.observed[places], actual.values[places], np.nan)


def prior_of(series: Sequence[Series], plan: Plan) -> PanelPrior:
    """Return what some series show of the whole panel."""
    chunk = _Series(series, plan)
    tried = chunk.tried("validation")
    validation = chunk.validation(tried)
    prior = validation.prior()
    choice = validation.choose(prior)
    rows = tried.rows.series
    made = blend(tried.own, tried.network, choice.own[rows], choice.share[rows], plan.blocks)
    residuals = (tried.target - made) / tried.spread
    later = chunk.validation(tried.and_of(chunk.tried("test"))).prior()
    return PanelPrior(prior, later, shape_of(residuals, rows, len(series), plan.blocks, plan.levels))


def serve(series: Sequence[Series], plan: Plan, prior: PanelPrior) -> Served:
    """Return what is found for some series; it does not depend on which others stand beside them.

    The losses on test values are those of what was chosen on validation values. What serves the forecast is chosen on
    both, as the network that serves has learned from both.

    Parameters
    ----------
    series : sequence of Series
    plan : Plan
        Of these series; see `Plan.of`.
    prior : PanelPrior
    """
    chunk, count, blocks = _Series(series, plan), len(series), plan.blocks
    before, after = chunk.tried("validation"), chunk.tried("test")
    choice = chunk.validation(before).choose(prior.losses)
    serving = chunk.validation(before.and_of(after)).choose(prior.later)

    def as_chosen(tried: _Tried) -> NDArray[np.float64]:
        rows = tried.rows.series
        return blend(tried.own, tried.network, choice.own[rows], choice.share[rows], blocks)

    def loss(made: NDArray[np.float64], tried: _Tried) -> NDArray[np.float64]:
        return mean_losses(np.abs(made - tried.target), tried.rows.series, count, [slice(None)])[:, 0]

    validated, tested = as_chosen(before), as_chosen(after)
    residuals = (before.target - validated) / before.spread
    unseen = (after.target - tested) / after.spread
    learned = bands_of(residuals, before.rows.series, count, blocks, plan.levels, prior.shape)
    coverage = _covered(unseen, after, learned, plan)
    order = np.argsort(np.concatenate([before.rows.series, after.rows.series]), kind="stable")
    both = np.concatenate([residuals, unseen])[order]
    rows_of_both = np.concatenate([before.rows.series, after.rows.series])[order]
    bands = bands_of(both, rows_of_both, count, blocks, plan.levels, prior.shape)

    final = _Fitted(chunk, list(map(len, series)), plan.final, plan.final_days)
    forecast, low, high = _ahead(final, serving, bands)
    models = _serving_models(final.models, serving, plan)
    zeros = np.zeros((len(after.rows.series), len(blocks)))
    alone = blend(after.own, after.network, choice.own[after.rows.series], zeros, blocks)
    return Served(
        forecast=forecast,
        low=low,
        high=high,
        own=serving.own,
        share=serving.share,
        validation=loss(validated, before),
        test=loss(tested, after),
        copied=loss(after.copied, after),
        network=loss(after.network, after),
        alone=loss(alone, after),
        coverage=coverage,
        scored=np.bincount(after.rows.series, (~np.isnan(after.target)).sum(axis=1), count).astype(np.int64),
        steps=np.array([0 if part is None else part.steps for part in chunk.parts]),
        bands=bands,
        model_sizes=np.array([len(each) for each in models], np.int64),
        models=np.concatenate([np.zeros(0, np.uint8), *models]),
    )


def _serving_models(models: Mapping[int, Model], choice: Choice, plan: Plan) -> list[NDArray[np.uint8]]:
    """Return for each series the bytes of its own ladder's model, none where that does not serve."""
    serves = ((choice.own == len(plan.names) - 1) & (choice.share < 1)).any(axis=1) & bool(plan.ladder)
    none = np.zeros(0, np.uint8)
    return [own_ladder.written(models[at]) if yes and at in models else none for at, yes in enumerate(serves.tolist())]


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
    judged = _Series(series, plan).judged
    rows = rows_of([each - 1 for each in cutoffs])
    tried = judged.tried(rows, judged.flat.lengths)
    made = blend(tried.own, tried.network, choice.own[rows.series], choice.share[rows.series], plan.blocks)
    last = Rows(np.arange(len(series)), judged.flat.lengths - 1)
    return TriedAt(made, tried.target, tried.spread[:, 0], judged.spreads(last)[:, 0])


def forecast_from(
    series: Sequence[Series],
    upto: Sequence[int],
    plan: Plan,
    choice: Choice,
    bands: NDArray[np.float64],
    models: Mapping[int, Model],
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
    models : mapping of int to Model
        Of the own ladders that serve, by the place of the series.

    Returns
    -------
    forecast : ndarray of float64, shape (series, horizon)
    low, high : ndarray of float64, shape (series, horizon, levels)
    """
    return _ahead(_Fitted(_Series(series, plan), upto, plan.final, plan.final_days, models), choice, bands)


def _ahead(
    fitted: _Fitted, choice: Choice, bands: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    plan, flat = fitted.plan, fitted.flat
    last = Rows(np.arange(len(flat)), flat.lengths - 1)
    forecast = blend(fitted.own(last), fitted.by_network(last), choice.own, choice.share, plan.blocks)
    return (forecast, *ends_around(forecast, bands, fitted.spreads(last), plan.blocks, fitted.actual.counts))


def _covered(unseen: NDArray[np.float64], after: _Tried, bands: NDArray[np.float64], plan: Plan) -> NDArray[np.float64]:
    """Return the share of test values inside each level's interval, shape (series, levels)."""
    rows, count = after.rows.series, len(bands)
    of_steps = by_step(bands, plan.blocks)[rows]
    inside = (unseen[..., None] >= of_steps[..., 0] - 1e-9) & (unseen[..., None] <= of_steps[..., 1] + 1e-9)
    known = np.where(np.isnan(unseen)[..., None], np.nan, inside)
    shares = [mean_losses(known[..., at], rows, count, [slice(None)])[:, 0] for at in range(len(plan.levels))]
    return np.stack(shares, axis=1)
