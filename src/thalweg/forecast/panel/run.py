"""From a panel to a forecast of each series: train the network over all, then serve chunk after chunk."""

from __future__ import annotations

import hashlib
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.forecast.panel.chunk import prior_of, serve
from thalweg.forecast.panel.columns import beside_of, columns_of_panel, with_known_future
from thalweg.forecast.panel.cutoffs import parts_of
from thalweg.forecast.panel.days_of_fit import days_of_fit
from thalweg.forecast.panel.global_network import recipe_of, train
from thalweg.forecast.panel.inputs import members_of
from thalweg.forecast.panel.served import Plan, Served, joined, nothing
from thalweg.forecast.panel.unfinished import without_unfinished_date
from thalweg.forecast.watch import Silence
from thalweg.learn.prepare import prepare
from thalweg.learn.training.thread_pool import thread_pool
from thalweg.messages import Message
from thalweg.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.forecast.options import FitOptions
    from thalweg.forecast.panel.day_effects import DayEffects
    from thalweg.forecast.panel.days_of_fit import DaysOfFit
    from thalweg.forecast.panel.global_network import GlobalNetwork, Recipe
    from thalweg.forecast.panel.hierarchy import Totals
    from thalweg.forecast.panel.kept import Kept
    from thalweg.forecast.panel.served import PanelPrior
    from thalweg.learn.training.thread_pool import ThreadPool
    from thalweg.series.events import EventTable
    from thalweg.series.panel import Panel
    from thalweg.series.series import Series

SERIES_OF_A_CHUNK, SERIES_OF_A_FULL_CHUNK = 100, 4
SERIES_OF_PRIOR = 400  # that show what holds for the panel, evenly spaced over its series


@dataclass(frozen=True, eq=False)
class PanelFindings:
    """Everything that was found for a panel.

    Attributes
    ----------
    panel : Panel
    plan : Plan
    prior : PanelPrior
    served : Served
        For each series of the panel.
    failed : mapping of int to Message
        The series that could not be served, by their place in the panel, and why.
    settings : mapping
        The options needed to repeat it.
    seconds : float
        Wall-clock time of the whole.
    times : mapping
        Its parts: ``network``, ``series``, and ``totals`` where they were asked for.
    totals : Totals, optional
        Where they were asked for.
    days : DaysOfFit, optional
        What holidays and events add, where the user named some.
    idle : tuple of str
        The static columns that say nothing.
    """

    panel: Panel
    plan: Plan
    prior: PanelPrior
    served: Served
    failed: dict[int, Message]
    settings: dict[str, Any]
    seconds: float
    times: dict[str, float] = field(default_factory=dict[str, float])
    totals: Totals | None = None
    days: DaysOfFit | None = None
    idle: tuple[str, ...] = ()


def fit_panel(panel: Panel, options: FitOptions, kept: Kept | None = None) -> PanelFindings:
    """Find what predicts each series of a panel.

    Parameters
    ----------
    panel : Panel
    options : FitOptions
    kept : Kept, optional
        Where what is done is kept, so that a run that was ended goes on there.

    Raises
    ------
    InputError
        If an option does not serve many series.
    """
    began = time.perf_counter()
    watcher = options.watcher or Silence()
    prepare(lambda: watcher.stage("compile", 1))
    panel = without_unfinished_date(panel, options)
    horizon = options.steps_ahead(panel.frequency, int(np.median(np.diff(panel.offsets))))
    panel = with_known_future(panel, options, horizon)
    frequency, series = panel.frequency, panel.series
    parts = [parts_of(len(one), horizon, frequency) for one in series]
    days = days_of_fit(panel, options, horizon, parts)
    columns, idle = columns_of_panel(panel)
    beside = beside_of(columns, panel)
    members, recipe = members_of(frequency, max(map(len, series))), recipe_of(frequency).suited(sum(map(len, series)))
    settings = settings_of(options, horizon, recipe)
    if kept is not None:
        kept.begin(identity_of(panel), settings)
    with thread_pool(options.threads) as pool:
        networks = len(members) * recipe.seeds
        watcher.stage("global", 2 * networks)

        def trained(name: str, upto: Sequence[int], effects: DayEffects | None) -> GlobalNetwork:
            if kept is not None and (network := kept.network(name, frequency)):
                watcher.advance(networks)
                return network
            path = None if kept is None else kept.folder / name
            network = train(
                series if effects is None else effects.taken_away(series), upto, horizon, members, recipe,
                seed=options.seed, pool=pool, beside=beside, kept=path, advance=watcher.advance,
            )  # fmt: skip
            if kept is not None and not pool.late():
                kept.keep_network(name, network)
            return network

        final_days, judged_days = (None, None) if days is None else (days.final, days.judged)
        judged = trained("judged", [0 if part is None else part.train for part in parts], judged_days)
        final = trained("final", list(map(len, series)), final_days)
        ladder = "" if options.ladder == "quick" else str(options.ladder)
        plan = Plan(
            frequency, horizon, options.asked.calibrated, final, judged, ladder, options.seed,
            final_days, judged_days, beside,
        )  # fmt: skip
        network_seconds = time.perf_counter() - began
        watcher.stage("series", len(series))
        size = SERIES_OF_A_FULL_CHUNK if ladder else SERIES_OF_A_CHUNK
        some = slice(None, None, -(-len(series) // SERIES_OF_PRIOR))
        prior = prior_of(series[some], plan.of(some))
        chunks = [
            _Chunk(number, series[first : first + size], plan.of(slice(first, first + size)), prior, kept, pool)
            for number, first in enumerate(range(0, len(series), size))
        ]
        done = pool.run([chunk.run for chunk in chunks], lambda count: watcher.advance(count * size))
    failed = {chunk.number * size + place: why for chunk in chunks for place, why in chunk.failed.items()}
    seconds = time.perf_counter() - began
    return PanelFindings(
        panel, plan, prior, joined(done), failed, settings, seconds,
        {"network": network_seconds, "series": seconds - network_seconds}, days=days, idle=tuple(idle),
    )  # fmt: skip


class _Chunk:
    """A chunk of series that waits to be served."""

    def __init__(
        self, number: int, series: Sequence[Series], plan: Plan, prior: PanelPrior, kept: Kept | None, pool: ThreadPool
    ) -> None:
        self.number, self.series, self.plan, self.prior, self.kept, self.pool = number, series, plan, prior, kept, pool
        self.failed: dict[int, Message] = {}

    def run(self) -> Served:
        """Return what is found, from the file where it was kept."""
        if self.pool.late():
            return nothing(len(self.series), self.plan)
        if self.kept is not None and (found := self.kept.chunk(self.number, len(self.series))):
            return found
        try:
            made = serve(self.series, self.plan, self.prior)
        except Exception:  # noqa: BLE001 - whatever it is, the others are served
            made = joined([self._alone(place, one) for place, one in enumerate(self.series)])
        if self.kept is not None and not self.failed:
            self.kept.keep_chunk(self.number, made)
        return made

    def _alone(self, place: int, series: Series) -> Served:
        try:
            return serve([series], self.plan.of([place]), self.prior)
        except Exception as error:  # noqa: BLE001 - as above
            self.failed[place] = Message("panel.failed", {"reason": f"{type(error).__name__}: {error}"})
            return nothing(1, self.plan)


def settings_of(options: FitOptions, horizon: int, recipe: Recipe) -> dict[str, Any]:
    """Return the options that a result depends on."""
    return {
        "ladder": options.ladder,
        "horizon": horizon,
        "level": list(options.asked.levels),
        "quantiles": list(options.asked.quantiles),
        "seed": options.seed,
        "country": str(options.country or ""),
        "events": "" if options.events is None else _digest_of(options.events),
        "recipe": asdict(recipe),
        "version": __version__,
    }


def _digest_of(events: EventTable) -> str:
    """Return a checksum of the days of events, and of the series that they are of."""
    told = repr([(each.name, each.first, each.last, each.lower, each.upper, each.series) for each in events.events])
    return hashlib.sha256(told.encode()).hexdigest()


def identity_of(panel: Panel) -> str:
    """Return a checksum of all values, dates and names of a panel."""
    digest = hashlib.sha256(repr(panel.frequency).encode())
    for array in (panel.values, panel.observed, panel.offsets):
        digest.update(np.ascontiguousarray(array).tobytes())
    for name, one in panel:
        digest.update(f"{name}\0{one.start}\0".encode())
        for column in () if one.regressors is None else one.regressors.each:
            digest.update(f"{column.name}\0{column.known}\0".encode() + column.values.tobytes())
    for name, values in panel.static.items():
        digest.update(f"{name}\0{values.tolist()!r}\0".encode())
    return digest.hexdigest()
