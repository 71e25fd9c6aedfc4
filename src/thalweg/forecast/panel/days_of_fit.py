"""The known days of a fit of many series: what they add, learned twice, and whether validation agrees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.beforehand import events_outside
from thalweg.forecast.panel.day_effects import Check, DayEffects, check_effects, learn_effects
from thalweg.forecast.panel.known_days import calendars_of, known_days
from thalweg.series.calendar import EVENT, HOLIDAY
from thalweg.series.frequency.dates import step_range, steps_between

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.forecast.options import FitOptions
    from thalweg.forecast.panel.cutoffs import Parts
    from thalweg.forecast.panel.known_days import KnownDays
    from thalweg.series.calendar import Calendar
    from thalweg.series.panel import Panel
    from thalweg.series.series import Series


@dataclass(frozen=True, eq=False)
class DaysOfFit:
    """What known days add to the series of a fit.

    Attributes
    ----------
    final, judged : DayEffects, optional
        From all values, and from training values alone; without the kinds of day on which validation shows that they do
        not serve, and none where no other is left.
    check : Check
        How those of training values fared over validation.
    never : tuple of str
        The events of which no day has a value, so that nothing can be learned of them.
    """

    final: DayEffects | None
    judged: DayEffects | None
    check: Check
    never: tuple[str, ...] = ()


def days_of_fit(panel: Panel, options: FitOptions, horizon: int, parts: Sequence[Parts | None]) -> DaysOfFit | None:
    """Return what holidays and events add; None where the user named neither.

    Parameters
    ----------
    panel : Panel
    options : FitOptions
    horizon : int
    parts : sequence of Parts or None
        Of each series.

    Raises
    ------
    InputError
        As of `calendars_of`, or no event falls on the dates of the series or those to forecast.
    """
    country, events = str(options.country or ""), options.events
    if not country and events is None:
        return None
    calendars, chosen = calendars_of(panel, country, events)
    check_dates(panel, calendars, horizon)
    if not any({HOLIDAY, EVENT} & calendar.groups.keys() for calendar in calendars):
        return None  # steps of a month or longer have no holidays
    series = panel.series
    days = known_days(series, calendars, chosen, horizon)
    never = _never_seen(days, series)
    train = [0 if part is None else part.train for part in parts]
    judged = learn_effects(series, train, days)
    check = check_effects(judged, series, train, [0 if part is None else part.sealed for part in parts])
    final = learn_effects(series, list(map(len, series)), days)
    if check.serves == "common":
        judged, final = judged.without_own(), final.without_own()
    if check.serves == "without":
        # Of kinds of day that validation does not hold it says nothing: a Labor Day like any other leaves Christmas be.
        judged, final = judged.without(check.kinds), final.without(check.kinds)
        if not final.of_kinds.any():
            return DaysOfFit(None, None, check, never)
    return DaysOfFit(final, judged, check, never)


def _never_seen(days: KnownDays, series: Sequence[Series]) -> tuple[str, ...]:
    """Return the events of which a day, or one of the days around them that count, has a value in no series."""
    held = np.zeros(len(days.columns), np.bool_)
    for place, one in enumerate(series):
        held |= days.kinds[np.unique(days.of_series(one, place)[one.observed])].any(axis=0)
    seen = {name for name, yes in zip(days.columns, held.tolist(), strict=True) if yes}
    tables = [(calendar.groups[EVENT], calendar.events) for calendar in days.calendars if calendar.events is not None]
    pairs = [pair for columns, table in tables for pair in zip(columns, table.days, strict=True)]
    return tuple(sorted({day.name for column, day in pairs if column not in seen}))


def check_dates(panel: Panel, calendars: Sequence[Calendar], horizon: int) -> None:
    """Refuse events of which none has a day among the dates that are known or forecast.

    Raises
    ------
    InputError
        If it is so.
    """
    tables = [calendar.events for calendar in calendars if calendar.events is not None]
    frequency, first = panel.frequency, min(one.start for one in panel.series)
    dates = step_range(frequency, first, steps_between(frequency, first, panel.last_date) + 1 + horizon)
    if tables and not any(calendar.group(EVENT, dates).any() for calendar in calendars if calendar.events is not None):
        raise events_outside(tables, dates, panel.last_date)
