"""The backtest itself: each model at each cutoff, on what was known there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.evaluation.contenders import OfLadder, OfRung, Task, check_made
from thalweg.forecast.evaluation.cutoffs import cutoffs_of
from thalweg.forecast.evaluation.kept import Kept
from thalweg.forecast.evaluation.outside import name_of, outside
from thalweg.forecast.ladder import Ladder, copies, ladder_for
from thalweg.forecast.options import LADDERS, FitOptions
from thalweg.forecast.rung_by_name import rung_by_name
from thalweg.forecast.unfinished import doubted, without_unfinished
from thalweg.forecast.watch import Silence
from thalweg.learn.prepare import prepare
from thalweg.messages import Message, Whole
from thalweg.series.events import EventTable
from thalweg.series.frequency.dates import steps_after
from thalweg.text import quotable
from thalweg.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.evaluation.contenders import Contender, Made
    from thalweg.forecast.evaluation.cutoffs import Cutoffs
    from thalweg.forecast.evaluation.options import BacktestOptions
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.series import Series

COLUMNS = ("unique_id", "ds", "cutoff", "y", "metric", "step")  # of the frames
UNCOUNTED = {  # options that forecasts do not depend on, or that something else in the key holds
    *("cutoffs", "windows", "step", "refit", "input_size", "keep_last"),  # the values seen at each cutoff of a fit
    *("rungs", "ladder", "models"),  # the model itself
    *("metric", "metrics", "threads", "folder", "watcher"),  # nothing
}
END = re.compile(r"-(lo|hi)-\d")  # of the name of an end of an interval


@dataclass(frozen=True, eq=False)
class Forecasts:
    """What every model forecast at every cutoff.

    Attributes
    ----------
    series : Series
    cutoffs : Cutoffs
    made : mapping
        The name of a model to its forecasts, one for each cutoff, each of the steps after the gap.
    unkept : tuple of str
        The models whose forecasts are not kept in the folder, since they cannot be told from others.
    """

    series: Series
    cutoffs: Cutoffs
    made: Mapping[str, tuple[Made, ...]]
    unkept: tuple[str, ...] = ()

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """The date of each cutoff."""
        return self.series.dates[np.array(self.cutoffs.seen) - 1]

    @property
    def frequency(self) -> Frequency:
        """How far apart the values are."""
        return self.series.frequency

    @property
    def name(self) -> str:
        """What the values are called."""
        return self.series.name

    @property
    def simulated(self) -> bool:
        """Whether they are simulated."""
        return self.series.simulated

    @property
    def backend(self) -> str:
        """The library of the frame that they were read from; empty for a file."""
        return self.series.backend

    @property
    def basis(self) -> tuple[Message, ...]:
        """Nothing: each metric is over all forecasts."""
        return ()

    def columns(self) -> dict[str, Any]:
        """Return the columns that Nixtla's tools read: a row a cutoff and a step whose value was observed."""
        series, cutoffs = self.series, self.cutoffs
        at = np.array(cutoffs.seen)[:, None] + cutoffs.gap + np.arange(cutoffs.horizon)
        some = series.observed[at].ravel()
        columns: dict[str, Any] = {
            "unique_id": [series.name] * int(some.sum()),
            "ds": series.dates[at].ravel()[some],
            "cutoff": np.repeat(self.dates, cutoffs.horizon)[some],
            "y": series.values[at].ravel()[some],
        }
        for name, each in self.made.items():
            columns[name] = np.concatenate([one.mean for one in each])[some]
            for level in each[0].ends:
                for place, end in enumerate(("lo", "hi")):
                    columns[f"{name}-{end}-{level}"] = np.concatenate([one.ends[level][place] for one in each])[some]
        return columns


def forecasts_of(series: Series, options: BacktestOptions) -> Forecasts:
    """Let every model forecast at every cutoff.

    Raises
    ------
    InputError
        If the cutoffs, the models or what they answer cannot be served; nothing is left half-written.
    """
    series = whole(series, options)
    cutoffs, contenders = planned(series, options)
    task = _task(options, cutoffs.ahead)
    kept = Kept(None if options.folder is None else Path(options.folder))
    watcher = options.watcher or Silence()
    if any(map(_is_own, contenders)):
        prepare(lambda: watcher.stage("compile", 1))
    blocks = cutoffs.blocks()
    watcher.stage("backtest", len(blocks) * len(contenders))
    made: dict[str, list[Made]] = {one.name: [] for one in contenders}
    keys: dict[str, tuple[str, ...] | None] = {}
    if options.folder is not None:  # before a call may change what is called
        keys = {one.name: _key(one, cutoffs, options) for one in contenders}
    for block in blocks:
        first: list[Callable[[], None]] = []
        for one in contenders:
            forecasts, keep = _of_block(series, one, keys.get(one.name), block, cutoffs, task, options, kept)
            made[one.name] += forecasts
            first.append(keep)
            if block is not blocks[0]:
                keep()
            watcher.advance(1)
        if block is blocks[0]:  # what cannot be served shows at the first cutoff, and then nothing is written
            for keep in first:
                keep()
    _check_levels(made)
    unkept = tuple(name for name, key in keys.items() if key is None)
    return Forecasts(series, cutoffs, {name: tuple(each) for name, each in made.items()}, unkept)


def planned(series: Series, options: BacktestOptions) -> tuple[Cutoffs, tuple[Contender, ...]]:
    """Return where a backtest stands and what it compares; nothing is fitted yet. Errors as of both."""
    contenders = contenders_of(series, options)
    return cutoffs_of(series, options, own=any(map(_is_own, contenders))), contenders


def _is_own(one: Contender) -> bool:
    return isinstance(one, (OfLadder, OfRung))


def whole(series: Series, options: BacktestOptions) -> Series:
    """Return the series without a last value that is not complete yet, with a note about it; see `doubted`."""
    own = replace(own_options(options), keep_last=options.keep_last)
    if not doubted(series, own):
        return series
    # Columns need not go on beyond the values here, as they must for a forecast.
    found = without_unfinished(replace(series, regressors=None), own)
    return replace(found, regressors=series.regressors)


def own_options(options: BacktestOptions) -> FitOptions:
    """Return the options of thalweg's own fits."""
    return FitOptions(
        country=options.country,
        events=options.events,
        loss=options.loss,
        seed=options.seed,
        threads=options.threads,
        keep_last=True,
    )


def _task(options: BacktestOptions, ahead: int) -> Task:
    return Task(ahead, tuple(options.level), replace(own_options(options), horizon=ahead))


def _of_block(
    series: Series,
    one: Contender,
    key: Sequence[str] | None,
    block: Sequence[int],
    cutoffs: Cutoffs,
    task: Task,
    options: BacktestOptions,
    kept: Kept,
) -> tuple[list[Made], Callable[[], None]]:
    """Return the forecasts of a model at the cutoffs that one fit serves, and what keeps them."""
    histories = [history_of(series, seen, options.input_size) for seen in block]
    whole_key = None if key is None else (*key, *map(_checksum, histories))
    found = None if whole_key is None else kept.found(one.name, whole_key)
    if found is not None:
        return found, lambda: None
    fitted = one.fitted(histories[0], task)
    forecasts: list[Made] = []
    for history in histories:
        made = check_made(one.name, fitted.forecast(history), task.steps, history)
        forecasts.append(made.beyond(cutoffs.gap))
    return forecasts, (lambda: None) if whole_key is None else partial(kept.keep, one.name, whole_key, forecasts)


def _key(one: Contender, cutoffs: Cutoffs, options: BacktestOptions) -> tuple[str, ...] | None:
    """Return all that the forecasts of a model depend on beside the values seen; None where it cannot be told."""
    identity = one.identity
    if identity is None:
        return None
    given = options_counted(replace(options, horizon=cutoffs.horizon))
    return (__version__, one.name, identity, *(f"{name} {told_option(value)}" for name, value in given.items()))


def options_counted(options: BacktestOptions) -> dict[str, Any]:
    """Return the options that the forecasts of a model depend on, by name: all but those that are named here."""
    return {each.name: getattr(options, each.name) for each in fields(options) if each.name not in UNCOUNTED}


def told_option(value: Any) -> str:  # noqa: ANN401 - of any option
    """Return an option's value as a text that tells it from any other."""
    return _of_events(value) if isinstance(value, EventTable) else repr(value)


def history_of(series: Series, seen: int, input_size: int | None) -> Series:
    """Return the first values of a series, at most the last so many of these: copies, so that nothing leads further.

    Columns of the past are cut there too; those known beforehand go on.
    """
    first = 0 if input_size is None else max(seen - input_size, 0)
    regressors = series.regressors
    if regressors is not None:
        before = int(regressors.places(series.dates[:1])[0]) + first
        each = tuple(
            replace(one, values=one.values[before : None if one.known else before + seen - first].copy())
            for one in regressors.each
        )
        regressors = replace(regressors, start=steps_after(series.frequency, series.start, first), each=each)
    return replace(
        series,
        start=steps_after(series.frequency, series.start, first),
        values=series.values[first:seen].copy(),
        observed=series.observed[first:seen].copy(),
        regressors=regressors,
        notes=(),
    )


def _checksum(history: Series) -> str:
    """Return a checksum of all that a model sees of a history."""
    digest = hashlib.sha256(f"{history.name} {history.frequency!r} {history.start}".encode())
    digest.update(history.values.tobytes())
    digest.update(history.observed.tobytes())
    for one in history.regressors.each if history.regressors is not None else ():
        digest.update(f"{one.name} {one.known}".encode())
        digest.update(np.ascontiguousarray(one.values).tobytes())
    return digest.hexdigest()


def _of_events(events: EventTable) -> str:
    days = [(str(column), *map(int, days)) for column, days in events.days.items()]
    series = sorted({(event.name, event.first, event.series) for event in events.events if event.series})
    return hashlib.sha256(repr([days, series]).encode()).hexdigest()


def contenders_of(series: Series, options: BacktestOptions) -> tuple[Contender, ...]:
    """Return what is compared; without anything named, the quick ladder and what copies.

    Raises
    ------
    InputError
        If a model is none, a rung is not known, or two have one name.
    """
    frequency = series.frequency
    found: list[Contender] = []
    rungs = named_rungs(options.rungs, frequency)
    ladder = options.ladder
    if options.models is not None:
        found += [contender_of(series, name, model) for name, model in pairs_of(options.models)]
    else:
        copied = [OfRung(one.name, one) for one in copies(frequency)]
        rungs = [one for one in rungs if one not in copied]
        found += copied
        ladder = "quick" if ladder is None and not options.rungs else ladder
    found += [*rungs, *([] if ladder is None else [_of_ladder(ladder, series)])]
    if not found:
        raise InputError("backtest.no_model")
    check_names([one.name for one in found])
    return tuple(found)


def check_names(names: Sequence[str]) -> None:
    """Refuse two models of one name, or a name that a column of the frame has.

    Raises
    ------
    InputError
        If there is such a name.
    """
    for at, name in enumerate(names):
        if name in names[:at]:
            raise InputError("backtest.name_twice", name=name)
        if name in COLUMNS or not name.strip() or END.search(name):
            raise InputError("backtest.name_taken", name=name, names=COLUMNS)


def named_rungs(names: Sequence[str], frequency: Frequency) -> list[OfRung]:
    """Return rungs by their names; an unknown one is refused."""
    return [OfRung(name, rung_by_name(name, frequency)) for name in names]


def _of_ladder(ladder: str | Ladder, series: Series, name: str = "") -> OfLadder:
    made = ladder_for(ladder, series.frequency)
    return OfLadder(name or made.name, made)


def pairs_of(models: Any) -> Iterable[tuple[str, Any]]:  # noqa: ANN401 - users have no type checker
    """Return models with the names that a user gave them, empty where he gave none."""
    if isinstance(models, Mapping):
        return [(str(name), model) for name, model in models.items()]
    items = [models] if isinstance(models, str) or not isinstance(models, (list, tuple)) else list(models)
    return [
        (each[0], each[1])
        if isinstance(each, tuple) and len(each) == 2 and isinstance(each[0], str)  # noqa: PLR2004 - name and model
        else ("", each)
        for each in items
    ]


def contender_of(series: Series, name: str, model: Any) -> Contender:  # noqa: ANN401 - users have no type checker
    """Return what a user gave as a model, for series like this one; errors as of `contenders_of`."""
    frequency = series.frequency
    if isinstance(model, Ladder) or (isinstance(model, str) and model in LADDERS):
        return _of_ladder(model, series, name)
    if isinstance(model, str):
        if get_close_matches(model, LADDERS, n=1, cutoff=0.75):
            meant = Message("backtest.meant", {"name": get_close_matches(model, LADDERS, n=1)[0]})
            raise InputError("backtest.ladder", name=model, meant=meant, names=LADDERS)
        return OfRung(name or model, rung_by_name(model, frequency, "models"))
    if hasattr(model, "steps_at_once") and hasattr(model, "fitting"):
        return OfRung(name or str(model.name), model)
    made = outside(name or name_of(model), model)
    if made is None:
        raise InputError("backtest.not_a_model", found=quotable(repr(model)), kind=type(model).__name__)
    return made


def _check_levels(made: Mapping[str, Sequence[Made]]) -> None:
    """Refuse a model that makes intervals at some cutoffs and not at others."""
    for name, forecasts in made.items():
        levels = {tuple(one.ends) for one in forecasts}
        if len(levels) > 1:
            without = next((one.without for one in forecasts if one.without), "")
            why = Message("backtest.without", {"told": Whole(without)}) if without else ""
            raise InputError("backtest.levels_differ", name=name, why=why)
