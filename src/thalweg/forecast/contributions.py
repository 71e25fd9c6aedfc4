"""Which past days and calendar facts moved one day's estimate, and by how much (integrated gradients).

A network sees features; a person knows days. Seen through the scale (the logarithm, where it has one) the features,
before they are kept within bounds, are an affine function of the past days and the calendar's columns, and so is the
level that is put back at the end. So the estimate is a function of days and calendar that has slopes by each of them::

    F(v) = undo(network(clip(constant + v·W)), level(v))

Each network of each member is attributed by itself, each seen through its own scale, and the contributions averaged
as the estimates are: they add up as those do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.backtest import ahead
from thalweg.forecast.features import MOST, SEASON, Past, calendar_names, days_needed, days_seen, inputs, past_of
from thalweg.forecast.fit import Fit
from thalweg.learn.attribution import input_slopes, integrated_gradients
from thalweg.series.calendar import WEEKDAYS
from thalweg.series.dates import days_after, days_between

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.ladder import Rung
    from thalweg.learn.activation import Values
    from thalweg.series.calendar import Calendar
    from thalweg.series.series import Series

MONTH = 28  # days whose mean is the usual value: whole weeks, so that no weekday counts more than another
ROUND_YEAR = 364  # days whose mean is the average day of the calendar: whole weeks likewise
TOLERANCE = 1e-3


@dataclass(frozen=True)
class Fact:
    """What the calendar told of the day, and what it moved.

    Attributes
    ----------
    kind : str
        ``weekday``, ``season`` (the time of year), ``holiday`` (one of the calendar's columns that holds for the day)
        or ``ordinary`` (that all its other columns do not).
    name : str
        The weekday's or the holiday's name, as `Calendar` gives it; empty for the other kinds.
    contribution : float
        In the user's units.
    """

    kind: str
    name: str
    contribution: float


@dataclass(frozen=True, eq=False)
class Why:
    """What moved the estimate of a day away from the base: an average day after an ordinary month.

    In the base every past day has the usual value, and the calendar's columns their mean over the past 364 days.

    Attributes
    ----------
    date : numpy.datetime64
        The day estimated.
    prediction, base : float
        Its estimate, and that of the base, in the user's units, as float64 has them.
    usual : float
        The mean of the last 28 days.
    dates : ndarray of datetime64[D], shape (days,)
        The past days looked at, the newest last; none between the oldest and the newest is left out.
    values, contributions : ndarray of float64, shape (days,)
        Their values, and what it moved that they are not the usual one, in the user's units.
    facts : tuple of Fact
        None where no member knows a calendar.
    allowed : float
        What `remainder` may be at most: a thousandth of the difference or the largest contribution, whichever is more.
    parts : int
        Into how many parts the way from the base was cut, at most.
    whole : bool
        Whether there were days enough for all that the members see; else some of it was told to them as absent.
    served : float
        The estimate as a forecast tells it, computed in float32.
    """

    date: np.datetime64
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
        """What all contributions leave of ``prediction - base``."""
        told = float(self.contributions.sum()) + sum(fact.contribution for fact in self.facts)
        return self.prediction - self.base - told


def why_of(
    members: Sequence[Fit | Rung],
    calendar: Calendar,
    days: Series,
    date: np.datetime64 | None = None,
    *,
    tolerance: float = TOLERANCE,
) -> Why:
    """Return what moved the estimate of a day.

    Parameters
    ----------
    members : sequence of Fit or Rung
        Those whose mean is the estimate, one day ahead; a rung only copies. One may stand there several times.
    calendar : Calendar
    days : Series
        What they look back at.
    date : numpy.datetime64, optional
        The day estimated; the one after the last where it is not given.
    tolerance : float
        See `thalweg.learn.attribution.integrated_gradients`.

    Raises
    ------
    InputError
        If there are too few days before the date, or it is beyond the day after the last.
    """
    newest = _newest(members, days, date)
    past = past_of(days, np.array([newest]))
    distinct = {id(member): member for member in members}
    counts = [sum(other is member for other in members) / len(members) for member in distinct.values()]
    sought = max(days_seen(member.rung) if isinstance(member, Fit) else member.days_back for member in members)
    kept = min(newest + 1, sought)
    values = days.values[newest + 1 - kept : newest + 1]
    usual = float(days.values[max(newest + 1 - MONTH, 0) : newest + 1].mean())
    moment = _Moment(values, usual, days.dates[newest], calendar)
    parts = [_of_member(member, moment, tolerance) for member in distinct.values()]

    def mean(name: str) -> NDArray[np.float64]:
        return np.sum([share * getattr(part, name) for share, part in zip(counts, parts, strict=True)], axis=0)

    moved = mean("contributions")
    oldest = min(part.oldest for part in parts)
    return Why(
        date=days_after(days.dates[newest], 1),
        prediction=float(mean("value")),
        base=float(mean("base")),
        usual=usual,
        dates=days.dates[newest + 1 - kept + oldest : newest + 1],
        values=values[oldest:],
        contributions=moved[oldest:kept],
        facts=_facts(moment, moved[kept:]) if any(part.calendar for part in parts) else (),
        allowed=float(mean("allowed")),
        parts=max(part.parts for part in parts),
        whole=kept == sought,
        served=float(ahead(list(members), calendar, past, 1)[0, 0]),
    )


def _needed(member: Fit | Rung) -> int:
    return days_needed(member.rung) if isinstance(member, Fit) else member.days_back


def _newest(members: Sequence[Fit | Rung], days: Series, date: np.datetime64 | None) -> int:
    """Return where the day before the date stands."""
    first, last = days_after(days.dates[0], max(map(_needed, members))), days_after(days.dates[-1], 1)
    wanted = last if date is None else date
    if last < first or not first <= wanted <= last:
        raise InputError(
            f"--day {wanted}: of the {len(days)} days known, {days.dates[0]} to {days.dates[-1]}, a day can be "
            + (f"explained from {first} to {last}: it needs so many before it. Choose one of these." if first <= last
               else "explained only with more before it. Bring more days.")
        )  # fmt: skip
    return days_between(days.dates[0], wanted) - 1


@dataclass(frozen=True, eq=False)
class _Moment:
    """What is known on the evening before: past values, the usual one, the newest day, the calendar."""

    values: NDArray[np.float64]
    usual: float
    newest: np.datetime64
    calendar: Calendar

    @property
    def facts(self) -> NDArray[np.float64]:
        """The calendar's columns for the day to come."""
        return self.calendar.columns(days_after(np.array([self.newest]), 1))[0]

    @property
    def average(self) -> NDArray[np.float64]:
        """Their mean over the past days."""
        return self.calendar.columns(self.newest - np.arange(ROUND_YEAR)).mean(axis=0)


@dataclass(frozen=True, eq=False)
class _Part:
    """What moved one member's estimate: contributions of the past days, the oldest first, then of the calendar."""

    contributions: NDArray[np.float64]
    value: float
    base: float
    allowed: float
    parts: int
    oldest: int  # the oldest day looked at
    calendar: bool  # whether the calendar is looked at


def _of_member(member: Fit | Rung, moment: _Moment, tolerance: float) -> _Part:
    past = len(moment.values)
    if not isinstance(member, Fit):
        # Copying is a straight line of slope 1 over one day.
        moved = np.zeros(past + len(moment.calendar.names))
        copied = past - member.days_back
        moved[copied] = moment.values[copied] - moment.usual
        return _Part(moved, float(moment.values[copied]), moment.usual, 0.0, 1, copied, calendar=False)
    seen = seen_by(member, moment.calendar, moment.newest, past)
    at = np.concatenate([member.scale.transform(moment.values), moment.facts])
    base = np.concatenate([member.scale.transform(np.full(past, moment.usual)), moment.average])
    runs = [
        integrated_gradients(lambda rows, theta=theta: seen(theta, rows), at, base, tolerance=tolerance)
        for theta in member.thetas.astype(np.float64)
    ]
    heard = np.flatnonzero(seen.weights.any(axis=1) | (seen.level_weights != 0))
    return _Part(
        np.mean([run.contributions for run in runs], axis=0),
        float(np.mean([run.value for run in runs])),
        float(np.mean([run.base for run in runs])),
        float(np.mean([run.allowed for run in runs])),
        max(run.parts for run in runs),
        int(heard[0]),
        calendar=bool(heard[-1] >= past),
    )


@dataclass(frozen=True, eq=False)
class Seeing:
    """How a fit sees a row of variables: past days through its scale, the oldest first, then the calendar's columns.

    Attributes
    ----------
    fit : Fit
    weights : ndarray of float64, shape (variables, features)
    constant : ndarray of float64, shape (features,)
        Features before they are kept within ± `limit` are ``constant + variables · weights``.
    level_weights : ndarray of float64, shape (variables,)
    level : float
        The level is ``level + variables · level_weights``.
    limit : float
    """

    fit: Fit
    weights: NDArray[np.float64]
    constant: NDArray[np.float64]
    level_weights: NDArray[np.float64]
    level: float
    limit: float

    def __call__(
        self, theta: NDArray[np.float64], rows: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return estimates in the user's units, shape (rows,), and their slopes by each variable.

        Parameters
        ----------
        theta : ndarray of float64, shape (size,)
        rows : ndarray of float64, shape (rows, variables)
        """
        scale = self.fit.scale
        seen = self.constant + rows @ self.weights
        outputs, steep = input_slopes(self.fit.network, theta, np.clip(seen, -self.limit, self.limit))
        made = scale.inverse(outputs[:, None], self.level + rows @ self.level_weights)[:, 0]
        # The slope of e^u - offset is what it makes plus the offset; at the floor nothing moves.
        outer: NDArray[np.float64] = made + scale.offset if scale.logarithm else np.ones(len(made))
        if scale.floor:
            outer = np.where(made > 0, outer, 0.0)
        behind: NDArray[np.float64] = np.where(np.abs(seen) < self.limit, steep, 0.0) @ self.weights.T
        return made, outer[:, None] * (scale.spread * behind + self.level_weights)


def seen_by(fit: Fit, calendar: Calendar, newest: np.datetime64, past: int) -> Seeing:
    """Find how a fit sees `past` days and the calendar, by giving its features one unit step after another.

    Parameters
    ----------
    fit : Fit
    calendar : Calendar
    newest : numpy.datetime64
        The last of the past days.
    past : int
    """

    def features(centre: float, steps: int) -> tuple[Values, Values]:
        """Return features and levels of a past of nothing, then of as many, each with 1 on one day."""
        values = np.concatenate([np.zeros(past), np.eye(past)[:steps].ravel()])
        ends = past - 1 + past * np.arange(steps + 1)
        same = Past(values, ends, np.full(steps + 1, newest), np.full(steps + 1, past))
        scale = replace(fit.scale, logarithm=False, centre=centre)
        rows = inputs(fit.rung, scale, calendar, same, 1, limit=np.inf)
        return rows.gather(), rows.level

    (constant,), (level,) = features(fit.scale.centre, 0)
    # Without the centre they are linear, and the differences keep all their digits.
    stepped, levels = features(0.0, past)
    names = calendar.names
    weights = np.zeros((past + len(names), len(constant)))
    weights[:past] = stepped[1:] - stepped[0]
    for place, name in enumerate(calendar_names(fit.rung, calendar), fit.rung.days_back):
        weights[past + names.index(name), place] = 1
        constant[place] = 0
    level_weights = np.concatenate([levels[1:] - levels[0], np.zeros(len(names))])
    return Seeing(fit, weights, constant, level_weights, float(level), MOST if fit.rung.known else np.inf)


def _facts(moment: _Moment, moved: NDArray[np.float64]) -> tuple[Fact, ...]:
    """Put the calendar's columns together into facts that a person can name."""
    names, holds = moment.calendar.names, moment.facts != 0
    weekday = [name in WEEKDAYS for name in names]
    season = [SEASON in name for name in names]
    holiday_name = ~(np.array(weekday) | np.array(season))
    today = WEEKDAYS[int(np.argmax(moment.facts[:7]))]
    out = [Fact("weekday", today, float(moved[weekday].sum()))]
    if moved[season].any():
        out.append(Fact("season", "", float(moved[season].sum())))
    out += [Fact("holiday", names[at], float(moved[at])) for at in np.flatnonzero(holiday_name & holds)]
    out.append(Fact("ordinary", "", float(moved[holiday_name & ~holds].sum())))
    return tuple(out)
