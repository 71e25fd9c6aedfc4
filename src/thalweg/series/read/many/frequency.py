"""The frequency of a panel: that of most series, and the dates of another series in it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.filling import LEAST_DAYS, LEAST_WEEKS
from thalweg.series.frequency.alias import alias_of
from thalweg.series.frequency.dates import are_in, days_apart, places, python_date, steps_after
from thalweg.series.frequency.record import DAILY, daily
from thalweg.series.read.found import LEAST_DATES, Found, is_by_day, is_dense
from thalweg.series.read.paces import pace_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np

    from thalweg.series.frequency.alias import Alias
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.read.groups import Groups
    from thalweg.series.series import Series

LEAST_SHARE = 0.9  # of the series that show a frequency, that show that of the panel


class Shown(NamedTuple):
    """The frequency that a series shows, and its first date."""

    frequency: Frequency
    first: np.datetime64


def shown_by(series: Series) -> Shown | None:
    """Return the frequency that a series shows; None where it has too few values, or spans too few weeks or days."""
    dates = series.dates[series.observed]
    if len(dates) < LEAST_DATES:
        return None
    frequency, span = series.frequency, days_apart(dates[0], dates[-1])
    if is_by_day(frequency) and span < LEAST_WEEKS * DAILY.season:
        return None
    if frequency.sub_daily and span < LEAST_DAYS:
        return None
    return Shown(frequency, series.start)


def most_common(shown: Iterable[Frequency], asked: Alias | None) -> Frequency | None:
    """Return the frequency of at least nine in ten, or of most where one was asked for; None where there is none.

    Days are days, whichever weekdays occur: where these differ, or days are asked for, all that occur in some are those
    of the panel.

    Parameters
    ----------
    shown : iterable of Frequency
        One for each series.
    asked : Alias, optional
        The frequency that was asked for; each of `shown` fits it.
    """
    counts = Counter(shown)
    if not counts:
        return None
    least = LEAST_SHARE * counts.total()
    ((frequency, count),) = counts.most_common(1)
    by_day = [each for each in counts if is_by_day(each)]
    days_asked = asked is not None and (asked.unit, asked.units, asked.working) == (DAILY.unit, DAILY.units, False)
    if (count < least or days_asked) and by_day and sum(counts[each] for each in by_day) >= least:
        occur = ["1" in marks for marks in zip(*(each.weekmask for each in by_day), strict=True)]
        return daily("".join("1" if each else "0" for each in occur))
    return frequency if count >= least or asked is not None else None


def mixed(source: Message | str, shown: Mapping[str, Shown]) -> InputError:
    """Return the error about series of several frequencies, by name; each frequency is told with an example."""
    of_each: dict[Frequency, list[str]] = {}
    for name, one in shown.items():
        of_each.setdefault(one.frequency, []).append(name)
    ordered = sorted(of_each.items(), key=lambda pair: -len(pair[1]))
    told = [
        Message(
            "panel.of_frequency",
            {"count": len(names), "pace": pace_of(frequency, _date(shown[names[0]])), "name": names[0]},
        )
        for frequency, names in ordered
    ]
    frequency, names = ordered[0]
    alias = alias_of(frequency, _date(shown[names[0]]))
    return InputError("panel.mixed", source=source, frequencies=told, argument=Argument("freq", alias))


def other_frequency(source: Message | str, mine: Shown, frequency: Frequency) -> InputError:
    """Return the error about a series of another frequency than the panel's."""
    return InputError(
        "panel.other_frequency",
        source=source,
        pace=pace_of(mine.frequency, _date(mine)),
        other=_pace(frequency),
        argument=Argument("freq", alias_of(mine.frequency, _date(mine))),
    )


def _pace(frequency: Frequency) -> Message:
    """Return how a frequency is told behind "are", without the days on which its values stand."""
    if frequency.sub_daily or is_by_day(frequency):
        return pace_of(frequency, dt.date.min)
    return Message(f"read.pace.{frequency.name}")


def _date(shown: Shown) -> dt.date:
    return python_date(shown.first)


def found_in(frequency: Frequency, groups: Groups) -> Found | None:
    """Return dates in a frequency; None where a value stands on another date, or only a few of the dates have one.

    Parameters
    ----------
    frequency : Frequency
    groups : Groups
        The dates of a series; moments in seconds.
    """
    if not groups.valued.any():
        return Found(frequency, groups)
    date = groups.date.astype(f"datetime64[{frequency.date_unit}]")
    first = date[groups.valued][0]
    fits = (date == groups.date) & are_in(frequency, date)
    fits[fits] = steps_after(frequency, first, places(frequency, first, date[fits])) == date[fits]
    if not fits[groups.valued].all():
        return None
    kept = replace(groups.where(fits), date=date[fits])
    dense = is_dense(kept.date[kept.valued], frequency)
    return Found(frequency, kept) if dense or kept.valued.sum() < LEAST_DATES else None
