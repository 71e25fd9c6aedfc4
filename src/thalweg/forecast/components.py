"""The components of a forecast over its horizon: level, seasons, holidays, events, columns, single past values.

They are the sources of `thalweg.forecast.explain`: what is known beforehand belongs to a component by its group of the
calendar, and the past is divided first. Its values are the usual one, and four parts that add up to the difference:

- the course: the centred median over a short season of the values less the shape of the season. It moves the level.
  Where a long season is longer than the short one, what lies further back than half of it moves that season instead,
  since networks and copies compare it with the level of then;
- the shape of the short season: for each of its places, the median deviation from the centred mean over the last eight;
- single values: what is left of each, such as a peak last week.

The level holds the base too, the forecast of an average date after an ordinary month.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from thalweg.errors import InputError
from thalweg.forecast.contributions import TOLERANCE, allowed_of, dates_seen, recent_past, used_by, within_tolerance
from thalweg.forecast.explain.row import LIMITS, OWN_SOURCES, REMAINDER, ROUNDING, Row, facts_of
from thalweg.forecast.features.past import past_of
from thalweg.messages import Argument
from thalweg.series.calendar import COLUMN, EVENT
from thalweg.series.frequency.dates import step_range
from thalweg.series.frequency.words import words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from thalweg.forecast.explain.row import Moved
    from thalweg.forecast.plan import Plan
    from thalweg.forecast.ways import Predictors
    from thalweg.series.calendar import Calendar
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.series import Series

SEASONS_OF_SHAPE = 8
LEVEL, SINGLE, OF_PAST, LIMITED, LEFT = "level", "single", "past_column", "limits", "remainder"
SEASONS = ("day", "week", "year")
# The component of each group of the calendar; the user's own columns are components each.
OF_GROUPS = {
    "time": "day",
    "weekday": "week",
    "month": "year",
    "season": "year",
    "holiday": "holidays",
    EVENT: "events",
}


@dataclass(frozen=True)
class Component:
    """One component.

    Attributes
    ----------
    kind : str
        ``level``, a season (``day``, ``week``, ``year``), ``holidays``, ``events``, ``known_column``, ``past_column``,
        ``single``, ``limits`` or ``remainder``.
    name : str
        That of a column; else empty.
    """

    kind: str
    name: str = ""

    @property
    def column(self) -> str:
        """Its name in a table."""
        return f"column_{self.name}" if self.name else self.kind


@dataclass(frozen=True, eq=False)
class Components:
    """The components of a forecast.

    Attributes
    ----------
    dates : ndarray of datetime64, shape (steps,)
    forecast, base : ndarray of float64, shape (steps,)
        The forecast as it is served, and that of an average date after an ordinary month, which the level holds.
    components : tuple of Component
        Level first, remainder last; one that moves nothing at any date is left out, but for these two.
    values : ndarray of float64, shape (components, steps)
        In the user's units; at each date they add up to the forecast.
    allowed : ndarray of float64, shape (steps,)
        The largest remainder: a thousandth of the largest component, or of the difference from the base.
    """

    dates: NDArray[np.datetime64]
    forecast: NDArray[np.float64]
    base: NDArray[np.float64]
    components: tuple[Component, ...]
    values: NDArray[np.float64]
    allowed: NDArray[np.float64]


def components_of(
    predictors: Predictors,
    plan: Plan,
    calendar: Calendar,
    days: Series,
    horizon: int | None = None,
    *,
    tolerance: float = TOLERANCE,
) -> Components:
    """Return the components of the forecast of the dates after the last.

    Parameters
    ----------
    predictors : Predictors
        Of one series.
    plan : Plan
    calendar : Calendar
    days : Series
    horizon : int, optional
        Steps ahead; by default those of the plan.
    tolerance : float
        The largest remainder, as a share of the largest component.

    Raises
    ------
    InputError
        If the horizon is beyond that of the plan, or there are too few values.
    """
    frequency, steps = days.frequency, plan.steps if horizon is None else horizon
    if not 1 <= steps <= plan.steps:
        raise InputError("model.horizon", argument=Argument("horizon", steps), most=plan.steps, **words_of(frequency))
    ahead = np.arange(1, steps + 1)
    predictors = used_by(predictors, plan, ahead)
    past = past_of(days, np.array([len(days) - 1]))
    recent, usual = recent_past(predictors, days, past)
    known = _components(calendar, frequency)
    place = {one: at for at, one in enumerate(known)}
    split = np.zeros((len(known) + OWN_SOURCES, len(recent.values)))
    for kind, part in divided(recent.values - usual, frequency).items():
        split[place[Component(kind)]] += part
    sources = [place[_of_column(group, name)] for group, name in zip(calendar.kinds, calendar.names, strict=True)]
    of_past = [place[one] for one in known if one.kind == OF_PAST]
    by_step = np.tile(np.array(sources, dtype=np.int64), (dates_seen(predictors, steps), 1))
    facts = facts_of(calendar, days.dates[-1], by_step, np.array(of_past, dtype=np.int64))
    row = Row(recent, np.full(len(recent.values), usual), split, facts)
    moved = within_tolerance(predictors, plan, past, row, ahead, tolerance, allowed_with_level)
    parts = moved.parts.T
    values = np.concatenate([parts[: len(known)], parts[[LIMITS]], parts[[REMAINDER]] + parts[[ROUNDING]]])
    values[0] += moved.base
    every = (*known, Component(LIMITED), Component(LEFT))
    shown = [at for at, one in enumerate(every) if one.kind in (LEVEL, LEFT) or values[at].any()]
    return Components(
        step_range(frequency, days.after(1), steps),
        moved.value,
        moved.base,
        tuple(every[at] for at in shown),
        values[shown],
        allowed_with_level(moved, tolerance),
    )


def allowed_with_level(moved: Moved, tolerance: float) -> NDArray[np.float64]:
    """Return the largest remainder of each step; the level is the first source, and holds the base."""
    return np.maximum(allowed_of(moved, tolerance), tolerance * np.abs(moved.base + moved.parts[:, 0]))


def _components(calendar: Calendar, frequency: Frequency) -> tuple[Component, ...]:
    """Return all components that there may be, in their order."""
    of_groups = [OF_GROUPS[group] for group in calendar.groups if group in OF_GROUPS]
    kinds = {*frequency.known, *of_groups}
    regressors = calendar.regressors
    return (
        Component(LEVEL),
        *(Component(kind) for kind in (*SEASONS, "holidays", "events") if kind in kinds),
        *(Component(COLUMN, name) for name in calendar.groups.get(COLUMN, ())),
        *(Component(OF_PAST, one.name) for one in (() if regressors is None else regressors.past)),
        Component(SINGLE),
    )


def _of_column(group: str, name: str) -> Component:
    """Return the component of a column of the calendar."""
    return Component(COLUMN, name) if group == COLUMN else Component(OF_GROUPS[group])


def divided(values: NDArray[np.float64], frequency: Frequency) -> dict[str, NDArray[np.float64]]:
    """Return the parts of past values, the newest last, by component; they add up to the values."""
    season, count = frequency.season, len(values)
    short, long = frequency.known[0], frequency.known[-1]
    shape = _shape(values, season)
    course = _centred(values - shape, season, np.median)
    far = np.zeros(count, dtype=np.bool_)
    if short != long:
        far[: max(count - frequency.long_season // 2, 0)] = True
    parts = {LEVEL: np.where(far, 0.0, course), SINGLE: values - shape - course}
    for kind, part in ((short, shape), (long, np.where(far, course, 0.0))):
        parts[kind] = parts.get(kind, 0.0) + part
    return parts


def _shape(values: NDArray[np.float64], season: int) -> NDArray[np.float64]:
    """Return the usual deviation of each value's place in the season, 0 on average; zeros without two seasons."""
    seasons = min(len(values) // season, SEASONS_OF_SHAPE)
    if season == 1 or seasons < 2:  # noqa: PLR2004 - one season is no habit
        return np.zeros(len(values))
    deviations = (values - _centred(values, season, np.mean))[-seasons * season :]
    shape = np.median(deviations.reshape(seasons, season), axis=0)
    places = np.arange(-len(values), 0) % season
    return np.asarray((shape - shape.mean())[places])


def _centred(values: NDArray[np.float64], season: int, of: Callable[..., NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the mean or the median over the season around each value; at both ends over the outermost one."""
    width = min(season, len(values))
    each = of(sliding_window_view(values, width), axis=1)
    return np.asarray(each[np.clip(np.arange(len(values)) - width // 2, 0, len(values) - width)])
