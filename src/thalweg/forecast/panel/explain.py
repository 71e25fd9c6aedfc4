"""Which values moved the forecast of a series and a date, and by how much: what the panel's predictors listened to.

All is compared with the same base, in which every value is at the level that the network subtracts: the mean of the
last eight weeks for days, the last value for months. A copy or a mean is a weighted sum of values. A line adds to the
usual value of the place in the season its weight times the deviation of each lag. The network is attributed by
integrated gradients in its own features; its window tells of single values, its other blocks are told together. The
ladder of a series' own is explained as a model of one series is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.contributions import TOLERANCE, Fact, Why, why_of
from thalweg.forecast.features.past import Past
from thalweg.forecast.panel import own_ladder
from thalweg.forecast.panel.candidates import baselines, lines, past_of, predicted
from thalweg.forecast.panel.day_effects import usual_ahead
from thalweg.forecast.panel.examples import examples_of
from thalweg.forecast.panel.flat import flat_of
from thalweg.forecast.panel.inputs import seen_blocks
from thalweg.forecast.panel.joining import place_of
from thalweg.forecast.panel.lines import Line
from thalweg.forecast.panel.rows import Rows
from thalweg.forecast.panel.scaling import scales
from thalweg.forecast.panel.tables import serving
from thalweg.forecast.predictors.baselines import Medians
from thalweg.learn.explain.attribution import input_slopes, integrated_gradients
from thalweg.messages import Argument, Message
from thalweg.series.calendar import EVENT, HOLIDAY
from thalweg.series.frequency.dates import date_of_period, iso, steps_after
from thalweg.series.frequency.words import words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.panel.day_effects import DayEffects
    from thalweg.forecast.panel.flat import Flat
    from thalweg.forecast.panel.global_network import Member
    from thalweg.forecast.panel.model import PanelModel
    from thalweg.forecast.predictors.baselines import Baseline
    from thalweg.series.series import Series

WINDOW = "values"  # the block of features that are single values
LIMITS = "limits"


@dataclass(frozen=True, eq=False)
class PanelWhy:
    """What moved the forecast of one series.

    Attributes
    ----------
    why : Why
        Its facts are ``panel_`` with the names of `seen_blocks`, ``limits``, and those of
        `thalweg.forecast.contributions.Fact` where the series' own ladder serves.
    series : Series
    serves : Message
        What serves this step: an own predictor, the network, or the mean of both.
    level_steps : int
        Over how many of the last steps the level is a mean.
    """

    why: Why
    series: Series
    serves: Message
    level_steps: int


@dataclass(frozen=True, eq=False)
class _Moved:
    """What moved one predictor away from the base, in the user's units: all of `back` and all facts.

    Attributes
    ----------
    value, base : float
        Computed in float64.
    back : ndarray of float64, shape (values,)
        What each of the last values moved, the newest first.
    facts : list of Fact
    served : float
        The prediction as it is served.
    allowed : float
        The largest remainder.
    parts : int
        Into how many parts a line from the base was cut, at most.
    """

    value: float
    base: float
    back: NDArray[np.float64]
    facts: list[Fact]
    served: float
    allowed: float = 0.0
    parts: int = 1


@dataclass(frozen=True, eq=False)
class _Asked:
    """A step ahead of one row of one series.

    Attributes
    ----------
    model : PanelModel
    place : int
        Of the series.
    flat : Flat
        Of the series alone, without what known days added to its values.
    series : Series
        As it is.
    days : DayEffects, optional
        Of this series.
    newest, ahead : int
        The place of the newest value known, and how many steps ahead of it the date lies.
    usual : float
        The level, in the user's units.
    """

    model: PanelModel
    place: int
    flat: Flat
    series: Series
    days: DayEffects | None
    newest: int
    ahead: int
    usual: float

    @property
    def row(self) -> Rows:
        """The row that is predicted from."""
        return Rows(np.zeros(1, np.int64), np.array([self.newest]))

    def limited(self, value: float, flat: Flat | None = None) -> tuple[float, list[Fact]]:
        """Return a prediction as the values of the series can be, and what that moved; see `Flat.possible`."""
        served = float((flat or self.flat).possible(np.array([[value]]), self.row)[0, 0])
        return served, [Fact(LIMITS, "", served - value)] if served != value else []


def why_of_series(
    model: PanelModel, name: str, date: np.datetime64 | None = None, tolerance: float = TOLERANCE
) -> PanelWhy:
    """Return what moved the forecast of a series.

    Parameters
    ----------
    model : PanelModel
    name : str
        Of the series.
    date : numpy.datetime64, optional
        The date forecast; by default the first after the last. A date of the horizon is forecast from the last value,
        an earlier one from the value before it.
    tolerance : float
        The largest remainder of a network, as a share of the difference or of the largest contribution.

    Raises
    ------
    InputError
        If there is no such series or it cannot be forecast, or there are too few values before the date, or it lies
        beyond the horizon.
    """
    place = place_of(model.panel, name)
    series, plan = model.panel.series[place], model.plan
    choice, _ = model.serving(np.array([place]))
    if not np.isfinite(choice.share).all():
        raise InputError("panel.not_fitted", name=name)
    newest, ahead = _origin(series, plan.horizon, date)
    block = next(at for at, each in enumerate(plan.blocks) if each.start < ahead <= each.stop)
    which, share = int(choice.own[0, block]), float(choice.share[0, block])
    inputs, row = plan.final.inputs, Rows(np.zeros(1, np.int64), np.array([newest]))
    days = None if plan.final_days is None else plan.final_days.of([place])
    seen = [series] if days is None else days.taken_away([series])
    reach = max(plan.final.reach, *(line.needed for line in lines(plan.frequency)))
    beside = None if plan.beside is None else plan.beside.of([place])
    flat = flat_of(seen, reach, None, beside, plan.horizon)
    level, _ = scales(flat, row, inputs)
    usual = float(level[0] * flat.units[0] + flat.centres[0])
    asked = _Asked(model, place, flat, series, days, newest, ahead, usual)
    made: list[tuple[float, _Moved]] = []
    if share > 0:
        made.append((share, _with_days(_network_moved(asked, tolerance), asked)))
    if share < 1:
        made.append((1 - share, _own_moved(asked, which, tolerance)))
    back = np.zeros(newest + 1)
    facts: dict[tuple[str, str, bool], float] = {}
    for weight, each in made:
        back[: len(each.back)] += weight * each.back
        for fact in each.facts:
            key = (fact.kind, fact.name, fact.between)
            facts[key] = facts.get(key, 0.0) + weight * fact.contribution
    used = np.flatnonzero(back)
    kept = max(int(used[-1]) + 1 if len(used) else 1, min(plan.frequency.season, newest + 1))
    why = Why(
        date=steps_after(plan.frequency, series.start, newest + ahead),
        ahead=ahead,
        prediction=sum(weight * each.value for weight, each in made),
        base=sum(weight * each.base for weight, each in made),
        usual=usual,
        dates=series.dates[newest + 1 - kept : newest + 1],
        values=series.values[newest + 1 - kept : newest + 1],
        contributions=back[:kept][::-1],
        facts=tuple(Fact(kind, own, moved, between) for (kind, own, between), moved in facts.items() if moved),
        allowed=sum(weight * each.allowed for weight, each in made),
        parts=max(each.parts for _, each in made),
        whole=share == 0 or newest + 1 >= inputs.window,
        served=sum(weight * each.served for weight, each in made),
    )
    serves = Message("panel.serves.all", {"what": serving(plan.names[which], share)})
    return PanelWhy(why, series, serves, min(inputs.level, newest + 1))


def _origin(series: Series, horizon: int, date: np.datetime64 | None) -> tuple[int, int]:
    """Return the place of the newest value known, and how many steps ahead of it the date lies."""
    wanted = series.after(1) if date is None else date_of_period(series.frequency, series.start, date)
    place = series.place(wanted)
    if not 1 <= place < len(series) + horizon or steps_after(series.frequency, series.start, place) != wanted:
        raise _no_such_day(series, wanted, 1, horizon)
    newest = min(place, len(series)) - 1
    return newest, place - newest


def _no_such_day(series: Series, wanted: np.datetime64, needed: int, horizon: int) -> InputError:
    first = steps_after(series.frequency, series.start, needed)
    known = {"days": len(series), "first_known": iso(series.start), "last_known": iso(series.after(0))}
    told = {"argument": Argument("day", iso(wanted)), "first": iso(first), "last": iso(series.after(horizon))}
    return InputError("contributions.day", **told, **known, **words_of(series.frequency))


def _own_moved(asked: _Asked, which: int, tolerance: float) -> _Moved:
    """Return what moved the own predictor of the series that serves."""
    plan = asked.model.plan
    if plan.names[which] == own_ladder.NAME:
        return _ladder_moved(asked, tolerance)
    own = (*baselines(plan.frequency), *lines(plan.frequency))[which]
    if asked.newest + 1 < own.needed:
        wanted = steps_after(plan.frequency, asked.series.start, asked.newest + asked.ahead)
        raise _no_such_day(asked.series, wanted, own.needed, plan.horizon)
    return _with_days(_line_moved(own, asked) if isinstance(own, Line) else _baseline_moved(own, asked), asked)


def _with_days(moved: _Moved, asked: _Asked) -> _Moved:
    """Return what moved a predictor, with what the holidays and the events of the date add."""
    if asked.days is None:
        return moved
    days, series, ahead = asked.days, asked.series, asked.ahead
    newest, frequency = np.array([asked.newest]), days.days.frequency
    usual = float(usual_ahead(series.values, newest, ahead, frequency)[0, ahead - 1])
    kind = days.days.of_series(series, 0, asked.model.horizon)[asked.newest + ahead]
    holidays = days.days.calendars[0].groups.get(HOLIDAY, ())
    facts = [
        Fact(HOLIDAY if name in holidays else EVENT, name, usual * float(effect))
        for name, effect, holds in zip(days.days.columns, days.of_columns, days.days.kinds[kind], strict=True)
        if holds and kind not in days.idle
    ]
    facts.append(Fact("panel_own_days", "", usual * float(days.own[0, kind])))
    added = float(days.ahead(series, 0, newest, ahead)[0, ahead - 1])
    actual = flat_of([series], 1)
    value, held = asked.limited(moved.value + added, actual)
    served, _ = asked.limited(moved.served + added, actual)
    return replace(moved, value=value, served=served, facts=[*moved.facts, *facts, *held])


def _baseline_moved(own: Baseline, asked: _Asked) -> _Moved:
    """Return what each value moved a weighted sum of values; the weights are what it makes of single ones.

    Those of medians are the values in the middle.
    """
    plan, flat, seen, ahead = asked.model.plan, asked.flat, own.needed, asked.ahead
    newest = int(flat.starts[0]) + asked.newest
    places, none = np.arange(1, seen + 1) * seen - 1, np.repeat(flat.first_dates[0], seen)
    ones = Past(np.eye(seen).ravel(), places, none, np.full(seen, seen), plan.frequency, None)
    weights = own.direct(ones, ahead)[::-1, ahead - 1]  # the newest first
    if isinstance(own, Medians):
        weights = own.weights(past_of(flat, asked.row, plan.frequency))[::-1]
    back = weights * (flat.values[newest - np.arange(seen)] - asked.usual)
    base = asked.usual * float(weights.sum())
    value, held = asked.limited(base + float(back.sum()))
    served = float(predicted(own, flat, asked.row, plan.horizon, plan.frequency)[0, ahead - 1])
    return _Moved(value, base, back, held, served)


def _line_moved(own: Line, asked: _Asked) -> _Moved:
    """Return what each lag moved a line: its weight times how far it lies from the usual value of its place."""
    plan, flat, usual, ahead = asked.model.plan, asked.flat, asked.usual, asked.ahead
    fitted = own.fit(flat, 0, int(flat.lengths[0]), plan.horizon)
    assert fitted is not None  # noqa: S101 - a line that cannot be fitted was not chosen
    at, unit = flat.starts[asked.row.series] + asked.newest, float(flat.units[0])
    places = own.usual(flat, at)
    back = own.seen(flat, at, places)[0] * fitted[:, ahead - 1] * unit
    profile = float(places[0, (ahead - 1) % own.season]) * unit + float(flat.centres[0]) - usual
    value, held = asked.limited(usual + profile + float(back.sum()))
    served = float(own.predict(flat, asked.row, {0: fitted}, plan.horizon)[0, ahead - 1])
    return _Moved(value, usual, back, [Fact("panel_profile", "", profile), *held], served)


def _ladder_moved(asked: _Asked, tolerance: float) -> _Moved:
    """Return what moved the ladder of the series' own, as for a model of one series."""
    series = asked.series
    own = own_ladder.read(asked.model.models[asked.place])
    date = steps_after(series.frequency, series.start, asked.newest + asked.ahead)
    why = why_of(own.predictors, own.plan, own.calendar, series, date, horizon=asked.model.horizon, tolerance=tolerance)
    back = why.contributions[::-1]
    return _Moved(why.prediction, why.base, back, list(why.facts), why.served, why.allowed, why.parts)


def _network_moved(asked: _Asked, tolerance: float) -> _Moved:
    """Return what moved the network over all series: the mean of what moved its members."""
    final = asked.model.plan.final
    each = [_member_moved(asked, member, tolerance) for member in final.members]
    back = np.zeros(max(len(one.back) for one in each))
    facts: dict[tuple[str, str], float] = {}
    for one in each:
        back[: len(one.back)] += one.back / len(each)
        for fact in one.facts:
            key = fact.kind, fact.name
            facts[key] = facts.get(key, 0.0) + fact.contribution / len(each)
    value, held = asked.limited(float(np.mean([one.value for one in each])))
    return _Moved(
        value=value,
        base=float(np.mean([one.base for one in each])),
        back=back,
        facts=[*(Fact(kind, name, moved) for (kind, name), moved in facts.items()), *held],
        served=float(final.predict(asked.flat, asked.row)[0, asked.ahead - 1]),
        allowed=float(np.mean([one.allowed for one in each])),
        parts=max(one.parts for one in each),
    )


def _member_moved(asked: _Asked, member: Member, tolerance: float) -> _Moved:
    """Return what moved the networks of one kind: each value of their window, and their other blocks.

    Where outputs are added to a profile, that is part of the usual course. Before it is kept from being negative.
    """
    final, flat, inputs, output = asked.model.plan.final, asked.flat, member.inputs, asked.ahead - 1
    scaled = examples_of(flat, asked.row, inputs, final.steps, final.panel_year)
    unit, centre = float(flat.units[0]), float(flat.centres[0])
    level = float(scales(flat, asked.row, inputs)[0][0]) * unit + centre
    profile = float(scaled.base[0, output]) * unit + centre - level
    if scaled.examples.features != member.network.widths[0]:  # there was nothing to learn: no value ever changed
        return _Moved(level + profile, level, np.zeros(1), [Fact("panel_profile", "", profile)], level + profile)
    features = scaled.examples.gather()[0]
    blocks = seen_blocks(inputs, final.steps, panel_year=final.panel_year is not None)
    columns = _blocks_of_columns(asked, len(features))
    at_level = features.copy()
    for block in (*blocks.values(), *columns.values()):
        at_level[block] = 0
    function = partial(_outputs, member, output)
    found = integrated_gradients(function, features, at_level, tolerance=tolerance)
    size = float(scaled.spread[0, 0]) * unit
    moved = size * found.contributions
    back, known = moved[blocks.pop(WINDOW)], asked.newest + 1
    if known < len(back):  # before its first value the network sees that value
        back = np.append(back[: known - 1], back[known - 1 :].sum())
    told = {name: float(moved[block].sum()) for name, block in blocks.items()}
    told["profile"] = told.get("profile", 0.0) + profile
    facts = [Fact(f"panel_{name}", "", value) for name, value in told.items() if value]
    facts += [Fact("panel_column", name, float(moved[block].sum())) for name, block in columns.items()]
    base, value = level + size * found.base, level + profile + size * found.value
    return _Moved(value, base, back, facts, value, size * found.allowed, found.parts)


def _blocks_of_columns(asked: _Asked, features: int) -> dict[str, slice]:
    """Return where the features of the columns beside the values stand: they are the last ones."""
    plan = asked.model.plan
    if plan.beside is None:
        return {}
    blocks = plan.beside.columns.blocks(plan.horizon)
    first = features - max((block.stop for block in blocks.values()), default=0)
    return {name: slice(first + block.start, first + block.stop) for name, block in blocks.items()}


def _outputs(member: Member, output: int, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean of one output of the networks of a kind, and its slopes."""
    each = [input_slopes(member.network, theta, x, output) for theta in member.thetas]
    values, slopes = (np.mean([one[at] for one in each], axis=0) for at in range(2))
    return values, slopes
