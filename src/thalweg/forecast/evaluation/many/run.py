"""The backtest of many series itself: each model at each cutoff, on what was known there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.evaluation.contenders import Task
from thalweg.forecast.evaluation.many.copies import Copying, copying, seasonal_means
from thalweg.forecast.evaluation.many.cutoffs import cutoffs_of_panel, timeline_of
from thalweg.forecast.evaluation.many.fits import Made, fitted_and_served, known_at
from thalweg.forecast.evaluation.many.forecasts import MadeOfMany, PanelForecasts, Standing, actuals, begins_of
from thalweg.forecast.evaluation.many.kept import Kept
from thalweg.forecast.evaluation.many.singles import each_alone
from thalweg.forecast.evaluation.run import (
    check_names,
    contender_of,
    named_rungs,
    options_counted,
    own_options,
    pairs_of,
    told_option,
)
from thalweg.forecast.panel.days_of_fit import check_dates
from thalweg.forecast.panel.known_days import calendars_of
from thalweg.forecast.panel.options import LADDERS, PanelFitOptions
from thalweg.forecast.panel.run import identity_of
from thalweg.forecast.panel.unfinished import without_unfinished_date
from thalweg.forecast.watch import Silence
from thalweg.learn.prepare import prepare
from thalweg.messages import Message
from thalweg.series.frequency.dates import iso, steps_after
from thalweg.series.panel_events import events_of_panel
from thalweg.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.evaluation.contenders import Contender
    from thalweg.forecast.evaluation.cutoffs import Cutoffs
    from thalweg.forecast.evaluation.many.fits import Known
    from thalweg.forecast.evaluation.options import BacktestOptions
    from thalweg.forecast.watch import Watcher
    from thalweg.series.panel import Panel

OURS = "thalweg"  # what a fit of the whole panel is called where its user gave no name


@dataclass(frozen=True)
class OfPanel:
    """A fit of the whole panel, as `thalweg.fit_panel` makes it."""

    name: str
    ladder: str

    @property
    def identity(self) -> str:
        """Its ladder."""
        return self.ladder


@dataclass(frozen=True, eq=False)
class Planned:
    """Where a backtest stands and what it compares; nothing is fitted yet.

    Attributes
    ----------
    panel : Panel
    first : numpy.datetime64
        The first date of the panel.
    begins : ndarray of int64, shape (series,)
        How many steps after it each series begins.
    cutoffs : Cutoffs
        Counted in steps from the first date.
    copies : tuple of Copying
        What copies the last season, then what else needs no fit.
    fits : tuple of OfPanel
    singles : tuple of Contender
        Models that are fitted to each series by itself.
    """

    panel: Panel
    first: np.datetime64
    begins: NDArray[np.int64]
    cutoffs: Cutoffs
    copies: tuple[Copying, ...]
    fits: tuple[OfPanel, ...]
    singles: tuple[Contender, ...]


def whole_panel(panel: Panel, options: BacktestOptions) -> Panel:
    """Return the panel without a last date that is not complete yet, with a note about it."""
    return without_unfinished_date(panel, replace(own_options(options), keep_last=options.keep_last))


def planned(panel: Panel, options: BacktestOptions) -> Planned:
    """Return where a backtest of many series stands and what it compares.

    Raises
    ------
    InputError
        If a cutoff, a model or an option cannot be served.
    """
    timeline = timeline_of(panel)
    cutoffs = cutoffs_of_panel(panel, timeline, options)
    fits: list[OfPanel] = []
    singles: list[Contender] = list(named_rungs(options.rungs, panel.frequency))
    ladder = options.ladder
    for name, model in () if options.models is None else pairs_of(options.models):
        if isinstance(model, str) and model in LADDERS:
            fits.append(OfPanel(name or model, model))
        else:
            singles.append(contender_of(timeline, name, model))
    if options.models is None and not options.rungs and ladder is None:
        ladder = LADDERS[0]
    if ladder is not None:
        fits.append(OfPanel(OURS, str(ladder)))
    if options.events is not None:
        calendars = calendars_of(panel, str(options.country or ""), options.events)[0]
        check_dates(panel, calendars, 0)  # at a cutoff they may all come later, but not at all of them
    for one in fits:
        fit_options(one, cutoffs, options)  # refuses what does not serve many series
    alone = [one.name for one in singles]
    means = seasonal_means(panel.frequency) if options.models is None else ()
    copies = [one for one in (copying(panel.frequency), *means) if one.name not in alone]
    if copying(panel.frequency).name in alone:  # it stands there in any case, for all series at once
        copies.insert(0, copying(panel.frequency))
        singles = [one for one in singles if one.name != copies[0].name]
    check_names([one.name for one in (*copies, *fits, *singles)])
    return Planned(
        panel, timeline.start, begins_of(panel, timeline.start), cutoffs, tuple(copies), tuple(fits), tuple(singles)
    )


def fit_options(one: OfPanel, cutoffs: Cutoffs, options: BacktestOptions) -> PanelFitOptions:
    """Return the options of a fit at each cutoff."""
    return PanelFitOptions(
        horizon=cutoffs.ahead,
        level=options.level,
        ladder=one.ladder,
        country=options.country,
        events=options.events,
        loss=options.loss,
        seed=options.seed,
        threads=options.threads,
        keep_last=True,
    )


def forecasts_of_panel(panel: Panel, options: BacktestOptions) -> PanelForecasts:
    """Let every model forecast every series at every cutoff.

    Raises
    ------
    InputError
        If the cutoffs or the models cannot be served, a model of one series serves none of them, or the folder holds an
        unfinished backtest of other values or options.
    """
    panel = whole_panel(panel, options)
    plan = planned(panel, options)
    watcher = options.watcher or Silence()
    if plan.fits or plan.singles:
        prepare(lambda: watcher.stage("compile", 1))
    kept = None if options.folder is None else Kept(options.folder)
    identities = {one.name: one.identity for one in (*plan.fits, *plan.singles)}
    if kept is not None:
        kept.begin(identity_of(panel), settings_of(plan, options, identities))
    return _Backtest(plan, options, watcher, kept, identities).run()


def settings_of(plan: Planned, options: BacktestOptions, identities: dict[str, str | None]) -> dict[str, Any]:
    """Return all that the forecasts depend on beside the values."""
    cutoffs = plan.cutoffs
    dates = steps_after(plan.panel.frequency, plan.first, np.array(cutoffs.seen) - 1)
    counted = options_counted(replace(options, horizon=cutoffs.horizon))
    return {
        "version": __version__,
        "cutoffs": [iso(date) for date in dates],
        "refit": cutoffs.refit,
        "input_size": options.input_size,
        "models": [[name, identity] for name, identity in identities.items()],
        **{name: told_option(value) for name, value in counted.items()},
    }


class _Backtest:
    """A backtest that goes on, block by block of the cutoffs that one fit serves."""

    def __init__(
        self,
        plan: Planned,
        options: BacktestOptions,
        watcher: Watcher,
        kept: Kept | None,
        identities: dict[str, str | None],
    ) -> None:
        self._plan, self._options, self._watcher, self._kept = plan, options, watcher, kept
        self._identities = identities
        names = [one.name for one in (*plan.copies, *plan.fits, *plan.singles)]
        self._made: dict[str, list[Made]] = {name: [] for name in names}
        cutoffs = plan.cutoffs
        own = replace(own_options(options), horizon=cutoffs.ahead)
        of_names = {} if options.events is None else events_of_panel(options.events, plan.panel)
        tables = [of_names.get(name) for name in plan.panel.names]
        each = [replace(own, events=table if table is not None and table.days else None) for table in tables]
        self._tasks = [Task(cutoffs.ahead, tuple(options.level), one) for one in each]
        self._comes = np.asarray(np.isfinite(actuals(plan.panel, cutoffs, plan.first)).any(axis=2))
        self._seen = np.zeros(self._comes.shape, np.bool_)

    def run(self) -> PanelForecasts:
        """Return the forecasts of all models at all cutoffs."""
        plan = self._plan
        blocks = plan.cutoffs.blocks()
        self._watcher.stage("backtest", len(blocks) * (len(plan.fits) + len(plan.singles)))
        at = 0
        for number, block in enumerate(blocks):
            known = [known_at(plan.panel, plan.begins, seen, self._options.input_size) for seen in block]
            here = slice(at, at + len(block))
            for row, each in enumerate(known):
                self._seen[at + row, list(each.places)] = True
            for one in plan.copies:
                self._made[one.name] += [self._copied(one, each) for each in known]
            try:
                for one in plan.singles:
                    self._made[one.name] += self._alone(one, known, number, here)
            except InputError:
                if number == 0 and self._kept is not None and self._kept.fresh:
                    self._kept.remove()  # what cannot be served shows at the first cutoff, and leaves nothing
                raise
            for fit in plan.fits:
                self._made[fit.name] += self._fitted(fit, known, number)
            at += len(block)
        return self._forecasts()

    def _copied(self, one: Copying, known: Known) -> Made:
        cutoffs = self._plan.cutoffs
        mean, ends = one.forecast(known.series, cutoffs.ahead, self._options.level)
        return known.made(mean, ends, cutoffs.gap, {})

    def _alone(self, one: Contender, known: Sequence[Known], number: int, here: slice) -> list[Made]:
        kept = self._kept if self._identities[one.name] is not None else None
        found = kept and kept.found(one.name, number)
        if found is not None:
            self._watcher.advance(1)
            return found
        wanted = self._comes[here] & self._seen[here]
        made = each_alone(one, known, wanted, self._tasks, self._plan.cutoffs.gap, self._watcher.advance)
        if kept is not None:
            kept.keep(one.name, number, made)
        return made

    def _fitted(self, one: OfPanel, known: Sequence[Known], number: int) -> list[Made]:
        kept, plan = self._kept, self._plan
        found = kept and kept.found(one.name, number)
        if found is not None:
            self._watcher.advance(1)
            return found
        options = fit_options(one, plan.cutoffs, self._options)
        going_on = None if kept is None else kept.fit(one.name, number)
        made = fitted_and_served(plan.panel, known, options, plan.cutoffs.gap, going_on, self._watcher)
        if kept is not None:
            kept.keep(one.name, number, made)
        return made

    def _forecasts(self) -> PanelForecasts:
        plan = self._plan
        missing = ~np.stack([[np.isfinite(one.mean).all(axis=1) for one in each] for each in self._made.values()])
        standing = np.where(missing.any(axis=0), Standing.FAILED, Standing.COMPARED)
        standing = np.where(self._comes, standing, Standing.NOTHING_COMES)
        standing = np.where(self._seen, standing, Standing.NOT_BEGUN)
        reasons: dict[int, Message] = {}
        for each in self._made.values():
            for one in each:
                reasons = one.failed | reasons  # the first one is told
        failed = np.flatnonzero((standing == Standing.FAILED).any(axis=0)).tolist()
        return PanelForecasts(
            panel=plan.panel,
            cutoffs=plan.cutoffs,
            first=plan.first,
            made={name: _stacked(each) for name, each in self._made.items()},
            standing=standing.astype(np.int64),
            failed={place: reasons.get(place, Message("backtest.many.no_forecast")) for place in failed},
            copying=plan.copies[0].name,
            own=tuple(one.name for one in plan.fits),
            unkept=()
            if self._kept is None
            else tuple(name for name, identity in self._identities.items() if identity is None),
        )


def _stacked(each: Sequence[Made]) -> MadeOfMany:
    levels = [level for level in each[0].ends if all(level in one.ends for one in each)]
    take = partial(_ends, each)
    return MadeOfMany(
        np.stack([one.mean for one in each]), {level: (take(level, 0), take(level, 1)) for level in levels}
    )


def _ends(each: Sequence[Made], level: str, end: int) -> NDArray[np.float64]:
    return np.stack([one.ends[level][end] for one in each])
