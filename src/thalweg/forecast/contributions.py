"""Which past days and calendar facts moved the forecast of a date, and by how much.

What each moved one prediction is found by integrated gradients (`thalweg.forecast.explain.members`); what earlier
predictions moved that were fed back is handed on to what moved them (`thalweg.forecast.explain.ways`). Each network of
each member is attributed by itself, with its own scale, and each way of the plan by itself. The contributions are
averaged as the predictions are, so that they add up as those do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.explain.row import LIMITS, OWN_SOURCES, REMAINDER, ROUNDING, Moved, Row, facts_of
from thalweg.forecast.explain.ways import explained
from thalweg.forecast.features.last_season import look_back
from thalweg.forecast.features.past import past_of
from thalweg.forecast.predictors.baselines import Baseline
from thalweg.messages import Argument
from thalweg.series.calendar import COLUMN, EVENT
from thalweg.series.frequency.dates import date_of_period, iso, steps_after
from thalweg.series.frequency.words import words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Past
    from thalweg.forecast.plan import Plan
    from thalweg.forecast.ways import Predictors
    from thalweg.series.calendar import Calendar
    from thalweg.series.series import Series

NOT_HELD = {"holiday": "ordinary", EVENT: "no_event"}  # by group: the fact that its other columns do not hold
PAST_COLUMN = "past_column"
TOLERANCE = 1e-3  # largest remainder, as a share of the difference or of the largest contribution
FINER = (0.1, 0.01)  # of the tolerance, one after another: what is handed on from step to step may grow
ROUNDING_SHARE = 1e-12  # of the prediction: a smaller remainder counts as none


@dataclass(frozen=True)
class Fact:
    """A fact that is known beforehand, and by how much it moved the forecast.

    Attributes
    ----------
    kind : str
        A group of the calendar: ``time``, ``weekday``, ``month``, ``season`` (the time of year), ``holiday`` (a column
        that holds for the day), ``event`` (likewise), ``known_column`` (one of the user's own), or another that was
        added; ``ordinary`` and ``no_event`` (that all other holidays, or events, do not hold); ``past_column`` (a
        column of the past alone); ``calendar`` (all else that the calendar says of the dates between); ``limits`` (what
        the past bears out).
    name : str
        The time of day, or the name of the weekday, month, holiday, event or column as `Calendar` gives it; else empty.
    contribution : float
        In the user's units.
    between : bool
        Whether it is a fact of the dates between the last value and the date, whose predictions were fed back.
    """

    kind: str
    name: str
    contribution: float
    between: bool = False


@dataclass(frozen=True, eq=False)
class Why:
    """What moved the forecast of a date away from the base: an average day after an ordinary month.

    In the base every past day has the usual value, and each of the calendar's columns its mean over the past year, in
    whole weeks; predictions that are fed back are those of the base.

    Attributes
    ----------
    date : numpy.datetime64
        The date forecast.
    ahead : int
        How many steps it lies after the newest value.
    prediction, base : float
        The forecast and the base, in the user's units, computed in float64.
    usual : float
        The mean of the last month, in whole weeks, so that no weekday counts more than another.
    dates : ndarray of datetime64, shape (days,)
        The past days that the members look back at, without a gap, the newest last.
    values, contributions : ndarray of float64, shape (days,)
        Their values, and by how much each moved the forecast because it is not the usual one, in the user's units.
    facts : tuple of Fact
        Empty where no member knows a calendar, and no limit was met.
    allowed : float
        The largest `remainder`: a thousandth of the difference or of the largest contribution, whichever is more; 0
        where every prediction is a straight line over past values, and nothing is integrated.
    parts : int
        Into how many parts a line from the base was cut, at most.
    whole : bool
        Whether there were enough days for all features of the members; otherwise some features were marked as absent.
    served : float
        The forecast as it is served, computed in float32.
    """

    date: np.datetime64
    ahead: int
    prediction: float
    base: float
    usual: float
    dates: NDArray[np.datetime64]
    values: NDArray[np.float64]
    contributions: NDArray[np.float64]
    facts: tuple[Fact, ...]
    allowed: float
    parts: int
    whole: bool
    served: float

    @property
    def remainder(self) -> float:
        """What the contributions leave unexplained of ``prediction - base``."""
        explained = float(self.contributions.sum()) + sum(fact.contribution for fact in self.facts)
        return self.prediction - self.base - explained


def why_of(
    predictors: Predictors,
    plan: Plan,
    calendar: Calendar,
    days: Series,
    date: np.datetime64 | None = None,
    *,
    horizon: int | None = None,
    tolerance: float = TOLERANCE,
) -> Why:
    """Return what moved the forecast of a date.

    Parameters
    ----------
    predictors : Predictors
        Of one series.
    plan : Plan
        The ways in which they predict each step.
    calendar : Calendar
    days : Series
        The days that the members look back at.
    date : numpy.datetime64, optional
        The date forecast; by default the first after the last. A date of the horizon is forecast from the last day, an
        earlier one from the day before it.
    horizon : int, optional
        The most steps ahead; by default those of the plan.
    tolerance : float
        The largest remainder, as a share of the difference or of the largest contribution.

    Raises
    ------
    InputError
        If there are too few days before the date, or it lies beyond the horizon.
    """
    frequency = days.frequency
    newest, ahead = _origin(predictors, plan.steps if horizon is None else horizon, days, date)
    predictors = used_by(predictors, plan, np.array([ahead]))
    past = past_of(days, np.array([newest]))
    recent, usual = recent_past(predictors, days, past)
    kept, columns = len(recent.values), len(calendar.names)
    regressors = calendar.regressors
    of_past = 0 if regressors is None else len(regressors.past)
    own, between = kept + np.arange(columns), kept + columns + np.arange(columns)
    names_past = kept + 2 * columns + np.arange(of_past)
    sources = np.tile(between, (dates_seen(predictors, ahead), 1))
    sources[ahead - 1] = own
    facts = facts_of(calendar, days.dates[newest], sources, names_past)
    split = np.zeros((kept + 2 * columns + of_past + OWN_SOURCES, kept))
    split[:kept] = np.diag(recent.values - usual)
    row = Row(recent, np.full(kept, usual), split, facts)
    moved = within_tolerance(predictors, plan, past, row, np.array([ahead]), tolerance)
    parts = moved.parts[0]
    used = np.flatnonzero(parts[:kept])
    oldest = int(used[0]) if len(used) else max(kept - predictors.needed, 0)
    told = _facts(calendar, facts.columns[ahead - 1], parts[own], between=False)
    told += _facts_between(calendar, np.delete(facts.columns, ahead - 1, axis=0), parts[between])
    if regressors is not None:
        told += [
            Fact(PAST_COLUMN, one.name, float(parts[at]))
            for one, at in zip(regressors.past, names_past, strict=True)
            if parts[at]
        ]
    if not parts[kept:LIMITS].any():
        told = []
    if parts[LIMITS]:
        told.append(Fact("limits", "", float(parts[LIMITS])))
    served = float(moved.value[0])
    return Why(
        date=steps_after(frequency, days.dates[newest], ahead),
        ahead=ahead,
        prediction=served - float(parts[ROUNDING]),
        base=float(moved.base[0]),
        usual=usual,
        dates=days.dates[newest + 1 - kept + oldest : newest + 1],
        values=recent.values[oldest:],
        contributions=parts[oldest:kept],
        facts=tuple(told),
        allowed=float(allowed_of(moved, tolerance)[0]) if moved.parts_of_line > 1 else 0.0,
        parts=moved.parts_of_line,
        whole=kept >= sought(predictors, past),
        served=served,
    )


def used_by(predictors: Predictors, plan: Plan, ahead: NDArray[np.int64]) -> Predictors:
    """Return the predictors without the ways that none of some steps ahead is predicted in."""
    ways = [way for way, each in plan.weights(int(ahead.max())).items() if each[ahead - 1].any()]
    beside = tuple(one for one in predictors.beside if one.name in ways)
    return replace(predictors, beside=beside, baselines=tuple(one for one in predictors.baselines if one.name in ways))


def dates_seen(predictors: Predictors, furthest: int) -> int:
    """Return how many dates ahead are looked at for some steps: networks of several outputs see those of them all."""
    return furthest if predictors.multi_step is None else furthest + int(predictors.multi_step.reach) - 1


def allowed_of(moved: Moved, tolerance: float) -> NDArray[np.float64]:
    """Return the largest remainder of each step: a share of its difference or of its largest contribution."""
    largest = np.maximum(np.abs(moved.value - moved.base), np.abs(moved.parts).max(axis=1))
    return np.maximum(tolerance * largest, ROUNDING_SHARE * np.maximum(np.abs(moved.value), np.abs(moved.base)))


def within_tolerance(
    predictors: Predictors,
    plan: Plan,
    past: Past,
    row: Row,
    ahead: NDArray[np.int64],
    tolerance: float,
    allowed: Callable[[Moved, float], NDArray[np.float64]] = allowed_of,
) -> Moved:
    """Return what moved some steps ahead, integrated more finely where the remainders are larger than is allowed."""
    moved = explained(predictors, plan, past, row, ahead, tolerance)
    for finer in FINER:
        if (np.abs(moved.parts[:, REMAINDER]) <= allowed(moved, tolerance)).all():
            break
        moved = explained(predictors, plan, past, row, ahead, finer * tolerance)
    return moved


def sought(predictors: Predictors, past: Past) -> int:
    """Return how many past values the predictors look at."""
    members = [member for member in predictors.one_step.members if isinstance(member, Baseline)]
    return max(predictors.seen, *(len(member.weights(past)) for member in members), 0)


def recent_past(predictors: Predictors, days: Series, past: Past) -> tuple[Past, float]:
    """Return a past of one row as far back as the predictors look, and the usual value: the mean of the last month."""
    frequency, after = days.frequency, int(past.newest[0]) + 1
    kept = min(after, max(sought(predictors, past), look_back(frequency)))
    usual = days.values[max(after - max(frequency.month, frequency.season), 0) : after].mean()
    recent = replace(
        past,
        values=past.values[after - kept : after],
        newest=np.array([kept - 1]),
        available=np.array([kept]),
        observed=days.observed[after - kept : after],
    )
    return recent, float(usual)


def _origin(predictors: Predictors, horizon: int, days: Series, date: np.datetime64 | None) -> tuple[int, int]:
    """Return the place of the newest value known, and how many steps ahead of it the date lies."""
    frequency = days.frequency
    first, last = steps_after(frequency, days.start, predictors.one_step.needed), days.after(horizon)
    wanted = days.after(1) if date is None else date_of_period(frequency, days.start, date)
    known = {"days": len(days), "first_known": iso(days.dates[0]), "last_known": iso(days.dates[-1])}
    known |= words_of(frequency)
    if days.after(1) < first:
        raise InputError("contributions.too_few_days", needed=predictors.one_step.needed, **known)
    if not first <= wanted <= last or steps_after(frequency, days.start, days.place(wanted)) != wanted:
        raise InputError(
            "contributions.day", argument=Argument("day", iso(wanted)), first=iso(first), last=iso(last), **known
        )
    place = days.place(wanted)
    newest = min(place, len(days)) - 1
    return newest, place - newest


def _facts(
    calendar: Calendar, columns: NDArray[np.float64], moved: NDArray[np.float64], *, between: bool
) -> list[Fact]:
    """Gather the contributions of the calendar's columns on a date into facts that have a name."""
    names, holds, kinds = calendar.names, columns != 0, np.array(calendar.kinds)
    facts: list[Fact] = []
    for group in calendar.groups:
        of_group = kinds == group
        whole = float(moved[of_group].sum())
        if group == "time":
            facts.append(Fact(group, "".join(names[at] for at in np.flatnonzero(of_group & holds)), whole))
        elif group in ("weekday", "month"):
            facts += [Fact(group, names[at], whole) for at in np.flatnonzero(of_group & holds)]
        elif group == COLUMN:
            facts += [Fact(group, names[at], float(moved[at]), between) for at in np.flatnonzero(of_group)]
        elif group in NOT_HELD:
            facts += [Fact(group, names[at], float(moved[at]), between) for at in np.flatnonzero(of_group & holds)]
            facts.append(Fact(NOT_HELD[group], "", float(moved[of_group & ~holds].sum())))
        elif moved[of_group].any():
            facts.append(Fact(group, "", whole))
    return facts


def _facts_between(calendar: Calendar, columns: NDArray[np.float64], moved: NDArray[np.float64]) -> list[Fact]:
    """Gather what is known of the dates between: what has a name of its own, and all else together."""
    every = _facts(calendar, np.where(columns.any(axis=0), 1.0, 0.0), moved, between=True)
    named = [fact for fact in every if fact.between and fact.contribution]
    rest = float(moved.sum()) - sum(fact.contribution for fact in named)
    return [*named, Fact("calendar", "", rest, between=True)] if moved.any() else []
