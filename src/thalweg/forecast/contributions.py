"""Which past days and calendar facts moved one day's estimate, and by how much (integrated gradients).

A network sees features, but a person knows days. After the scale's transform (its logarithm, where it has one) the
features, before they are clipped, are an affine function of the past days and the calendar's columns. So is the level
that is added at the end. The estimate is therefore a function of days and calendar that has a slope by each of them::

    F(v) = inverse(network(clip(constant + v·W)), level(v))

Each network of each member is attributed by itself, with its own scale. The contributions are averaged as the
estimates are, so that they add up as those do.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.features.past import Past, past_of
from thalweg.forecast.predictors.baselines import Baseline
from thalweg.forecast.predictors.network import NetworkPredictor
from thalweg.learn.explain.attribution import input_slopes, integrated_gradients
from thalweg.messages import Argument
from thalweg.series.calendar import COLUMN, EVENT
from thalweg.series.frequency.dates import iso, steps_after
from thalweg.series.frequency.words import words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.predictors.base import Predictor
    from thalweg.forecast.predictors.mean import Mean
    from thalweg.learn.activation import Values
    from thalweg.series.calendar import Calendar
    from thalweg.series.series import Series

NOT_HELD = {"holiday": "ordinary", EVENT: "no_event"}  # by group: the fact that its other columns do not hold
TOLERANCE = 1e-3  # largest remainder, as a share of the difference or of the largest contribution


@dataclass(frozen=True)
class Fact:
    """A fact that the calendar knows of the day, and by how much it moved the estimate.

    Attributes
    ----------
    kind : str
        A group of the calendar: ``time``, ``weekday``, ``month``, ``season`` (the time of year), ``holiday`` (a column
        that holds for the day), ``event`` (likewise), ``known_column`` (one of the user's own), or another that was
        added; ``ordinary`` and ``no_event`` (that all other holidays, or events, do not hold).
    name : str
        The time of day, or the name of the weekday, month, holiday or event as `Calendar` gives it; else empty.
    contribution : float
        In the user's units.
    """

    kind: str
    name: str
    contribution: float


@dataclass(frozen=True, eq=False)
class Why:
    """What moved the estimate of a day away from the base: an average day after an ordinary month.

    In the base every past day has the usual value, and each of the calendar's columns its mean over the past year, in
    whole weeks.

    Attributes
    ----------
    date : numpy.datetime64
        The day estimated.
    prediction, base : float
        The estimate of the day and of the base, in the user's units, computed in float64.
    usual : float
        The mean of the last month, in whole weeks, so that no weekday counts more than another.
    dates : ndarray of datetime64, shape (days,)
        The past days that the members look back at, without a gap, the newest last.
    values, contributions : ndarray of float64, shape (days,)
        Their values, and by how much each moved the estimate because it is not the usual one, in the user's units.
    facts : tuple of Fact
        Empty where no member knows a calendar.
    allowed : float
        The largest `remainder`: a thousandth of the difference or of the largest contribution, whichever is more.
    parts : int
        Into how many parts the path from the base was cut, at most.
    whole : bool
        Whether there were enough days for all features of the members; otherwise some features were marked as absent.
    served : float
        The estimate as a forecast gives it, computed in float32.
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
        """What the contributions leave unexplained of ``prediction - base``."""
        explained = float(self.contributions.sum()) + sum(fact.contribution for fact in self.facts)
        return self.prediction - self.base - explained


def why_of(
    predictor: Mean,
    calendar: Calendar,
    days: Series,
    date: np.datetime64 | None = None,
    *,
    tolerance: float = TOLERANCE,
) -> Why:
    """Return what moved the estimate of a day.

    Parameters
    ----------
    predictor : Mean
        Its members' mean is the estimate, one step ahead.
    calendar : Calendar
    days : Series
        The days that the members look back at.
    date : numpy.datetime64, optional
        The day estimated; by default the day after the last.
    tolerance : float
        See `thalweg.learn.explain.attribution.integrated_gradients`.

    Raises
    ------
    InputError
        If there are too few days before the date, or it is later than the day after the last.
    """
    members, frequency = predictor.members, days.frequency
    newest = _newest(predictor, days, date)
    past = past_of(days, np.array([newest]))
    furthest = max((len(member.weights(past)) for member in members if isinstance(member, Baseline)), default=0)
    distinct = {id(member): member for member in members}
    shares = [sum(other is member for other in members) / len(members) for member in distinct.values()]
    sought = max(predictor.seen, furthest)
    kept = min(newest + 1, sought)
    values = days.values[newest + 1 - kept : newest + 1]
    usual = float(days.values[max(newest + 1 - max(frequency.month, frequency.season), 0) : newest + 1].mean())
    moment = Moment(values, usual, days.dates[newest], calendar, past)
    parts = [attributed(member, moment, tolerance) for member in distinct.values()]

    def mean(name: str) -> NDArray[np.float64]:
        return np.sum([share * getattr(part, name) for share, part in zip(shares, parts, strict=True)], axis=0)

    moved = mean("contributions")
    oldest = min(part.oldest for part in parts)
    return Why(
        date=steps_after(frequency, days.dates[newest], 1),
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
        served=float(predictor.predict(past, (1,))[0, 0]),
    )


def _newest(predictor: Predictor, days: Series, date: np.datetime64 | None) -> int:
    """Return the place of the day before the date."""
    first, last = steps_after(days.frequency, days.start, predictor.needed), days.after(1)
    wanted = last if date is None else date
    known = {"days": len(days), "first_known": iso(days.dates[0]), "last_known": iso(days.dates[-1])}
    known |= words_of(days.frequency)
    if last < first:
        raise InputError("contributions.too_few_days", needed=predictor.needed, **known)
    if not first <= wanted <= last or steps_after(days.frequency, days.start, days.place(wanted)) != wanted:
        raise InputError(
            "contributions.day", argument=Argument("day", iso(wanted)), first=iso(first), last=iso(last), **known
        )
    return days.place(wanted) - 1


@dataclass(frozen=True, eq=False)
class Moment:
    """What is known at the end of the day before: past values, the usual value, the newest day, the calendar."""

    values: NDArray[np.float64]
    usual: float
    newest: np.datetime64
    calendar: Calendar
    past: Past

    @property
    def facts(self) -> NDArray[np.float64]:
        """The calendar's columns for the day to come."""
        return self.calendar.columns(steps_after(self.calendar.frequency, np.array([self.newest]), 1))[0]

    @property
    def average(self) -> NDArray[np.float64]:
        """The mean of the calendar's columns over the past year, in whole seasons: an average day."""
        frequency = self.calendar.frequency
        past = steps_after(frequency, self.newest, -np.arange(frequency.long_season))
        return self.calendar.columns(past).mean(axis=0)


@dataclass(frozen=True, eq=False)
class _Part:
    """What moved one member's estimate: contributions of the past days, the oldest first, then of the calendar."""

    contributions: NDArray[np.float64]
    value: float
    base: float
    allowed: float
    parts: int
    oldest: int  # place of the oldest day that the member looks back at
    calendar: bool  # whether the member looks at the calendar


@functools.singledispatch
def attributed(member: Predictor, moment: Moment, tolerance: float) -> _Part:
    """Return what moved one member's estimate; a new kind of predictor registers its own way."""
    del moment, tolerance
    raise TypeError(f"What moved the estimate of a {type(member).__name__} is not known.")


@attributed.register
def _(member: Baseline, moment: Moment, tolerance: float) -> _Part:
    # A weighted sum of past values is explained by its weights to the last digit.
    del tolerance
    past, weights = len(moment.values), member.weights(moment.past)
    moved = np.zeros(past + len(moment.calendar.names))
    first = past - len(weights)
    moved[first:past] = weights * (moment.values[first:] - moment.usual)
    return _Part(moved, float(weights @ moment.values[first:]), moment.usual, 0.0, 1, first, calendar=False)


@attributed.register
def _(member: NetworkPredictor, moment: Moment, tolerance: float) -> _Part:
    past = len(moment.values)
    features = feature_map(member, moment.calendar, moment.newest, past)
    at = np.concatenate([member.scale.transform(moment.values), moment.facts])
    base = np.concatenate([member.scale.transform(np.full(past, moment.usual)), moment.average])
    runs = [
        integrated_gradients(lambda rows, theta=theta: features(theta, rows), at, base, tolerance=tolerance)
        for theta in member.thetas.astype(np.float64)
    ]
    used = np.flatnonzero(features.weights.any(axis=1) | (features.level_weights != 0))
    return _Part(
        np.mean([run.contributions for run in runs], axis=0),
        float(np.mean([run.value for run in runs])),
        float(np.mean([run.base for run in runs])),
        float(np.mean([run.allowed for run in runs])),
        max(run.parts for run in runs),
        int(used[0]),
        calendar=bool(used[-1] >= past),
    )


@dataclass(frozen=True, eq=False)
class FeatureMap:
    """A rung's networks as a function of variables: past days after the transform, then the calendar's columns.

    Attributes
    ----------
    predictor : NetworkPredictor
    weights : ndarray of float64, shape (variables, features)
    constant : ndarray of float64, shape (features,)
        The features, before they are clipped to ± `limit`, are ``constant + variables · weights``.
    level_weights : ndarray of float64, shape (variables,)
    level : float
        The level is ``level + variables · level_weights``.
    limit : float
    """

    predictor: NetworkPredictor
    weights: NDArray[np.float64]
    constant: NDArray[np.float64]
    level_weights: NDArray[np.float64]
    level: float
    limit: float

    def __call__(
        self, theta: NDArray[np.float64], rows: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return estimates in the user's units, shape (rows,), and their slopes by each variable, (rows, variables).

        Parameters
        ----------
        theta : ndarray of float64, shape (size,)
        rows : ndarray of float64, shape (rows, variables)
        """
        scale = self.predictor.scale
        features = self.constant + rows @ self.weights
        outputs, slopes = input_slopes(self.predictor.network, theta, np.clip(features, -self.limit, self.limit))
        estimates = scale.inverse(outputs[:, None], self.level + rows @ self.level_weights)[:, 0]
        # The slope of e^u - offset is its value plus the offset; at the floor the slope is 0.
        outer: NDArray[np.float64] = estimates + scale.offset if scale.logarithm else np.ones(len(estimates))
        if scale.floor:
            outer = np.where(estimates > 0, outer, 0.0)
        inner: NDArray[np.float64] = np.where(np.abs(features) < self.limit, slopes, 0.0) @ self.weights.T
        return estimates, outer[:, None] * (scale.spread * inner + self.level_weights)


def feature_map(predictor: NetworkPredictor, calendar: Calendar, newest: np.datetime64, past: int) -> FeatureMap:
    """Find the affine function of `past` days and the calendar, by one unit step in each variable.

    Parameters
    ----------
    predictor : NetworkPredictor
        Fitted on one series.
    calendar : Calendar
        Its columns are variables; those that the predictor does not see have weight 0.
    newest : numpy.datetime64
        The last of the past days.
    past : int
        How many past days are variables.
    """
    known = predictor.features

    def features(centre: float, steps: int) -> tuple[Values, Values]:
        """Return features and levels of a past of zeros, then of `steps` pasts that each have a 1 on one day."""
        values = np.concatenate([np.zeros(past), np.eye(past)[:steps].ravel()])
        ends = past - 1 + past * np.arange(steps + 1)
        count = steps + 1
        pasts = Past(values, ends, np.full(count, newest), np.full(count, past), calendar.frequency)
        scale = replace(predictor.scale, logarithm=False, centre=centre)
        rows = known.rows(pasts, scale, 1, limit=np.inf)
        return rows.gather(), rows.level

    (constant,), (level,) = features(predictor.scale.centre, 0)
    # With centre 0 the features are linear, and their differences keep all digits.
    stepped, levels = features(0.0, past)
    names, (facts,) = calendar.names, calendar.columns(steps_after(calendar.frequency, np.array([newest]), 1))
    weights = np.zeros((past + len(names), len(constant)))
    weights[:past] = stepped[1:] - stepped[0]
    for place, column in enumerate(known.columns(1)):
        if column.moves_with:
            at = names.index(column.moves_with)
            weights[past + at, place] = 1
            constant[place] = 0 if column.known_ahead else constant[place] - facts[at]
    level_weights = np.concatenate([levels[1:] - levels[0], np.zeros(len(names))])
    return FeatureMap(predictor, weights, constant, level_weights, float(level), known.limit)


def _facts(moment: Moment, moved: NDArray[np.float64]) -> tuple[Fact, ...]:
    """Gather the contributions of the calendar's columns into facts that have a name."""
    names, holds, kinds = moment.calendar.names, moment.facts != 0, np.array(moment.calendar.kinds)
    facts: list[Fact] = []
    for group in moment.calendar.groups:
        of_group = kinds == group
        whole = float(moved[of_group].sum())
        if group == "time":
            facts.append(Fact(group, "".join(names[at] for at in np.flatnonzero(of_group & holds)), whole))
        elif group in ("weekday", "month"):
            facts += [Fact(group, names[at], whole) for at in np.flatnonzero(of_group & holds)]
        elif group == COLUMN:
            facts += [Fact(group, names[at], float(moved[at])) for at in np.flatnonzero(of_group)]
        elif group in NOT_HELD:
            facts += [Fact(group, names[at], float(moved[at])) for at in np.flatnonzero(of_group & holds)]
            facts.append(Fact(NOT_HELD[group], "", float(moved[of_group & ~holds].sum())))
        elif moved[of_group].any():
            facts.append(Fact(group, "", whole))
    return tuple(facts)
