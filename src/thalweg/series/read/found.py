"""What was found: the frequency of a source, and its dates brought to that frequency."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.frequency.alias import alias_of
from thalweg.series.frequency.dates import a_day, python_date, steps_between
from thalweg.series.frequency.record import DAILY
from thalweg.series.frequency.words import words_of
from thalweg.series.read.groups import told_date
from thalweg.series.read.paces import pace_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.frequency.alias import Alias
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.read.groups import Groups
    from thalweg.series.read.table import Table

_LEAST_SHARE = 0.5  # of the steps from the first to the last; Monday to Friday alone is 0.71 of the days
LEAST_DATES = 3  # before a rhythm is looked for


@dataclass(frozen=True)
class Found:
    """The frequency of a source, and its rows.

    Attributes
    ----------
    frequency : Frequency
    groups : Groups
        The rows by date; every date occurs in the frequency.
    notes : list of Message
        What was odd in the dates.
    skipped : ndarray of datetime64
        The dates that clocks leave out in spring.
    """

    frequency: Frequency
    groups: Groups
    notes: list[Message] = field(default_factory=list[Message])
    skipped: NDArray[np.datetime64] = field(default_factory=lambda: np.zeros(0, dtype="datetime64[m]"))


def check_asked(table: Table, groups: Groups, frequency: Frequency, asked: Alias | None) -> None:
    """Refuse a frequency that was asked for and contradicts the dates; the message says what was found.

    Raises
    ------
    InputError
        If the dates are of another frequency.
    """
    first = python_date(groups.date[0])
    if asked is None or asked.fits(frequency, first):
        return
    into_days = frequency.sub_daily and (asked.unit, asked.units) == (DAILY.unit, DAILY.units)
    raise InputError(
        "read.freq_of_days_differs" if into_days else "read.freq_differs",
        source=table.source_name,
        argument=Argument("freq", asked.text),
        pace=pace_of(frequency, first),
        dates=[told_date(date) for date in groups.date[:3]],
        other=Argument("freq", alias_of(frequency, first)),
        **({"sum": Argument("duplicates", "sum"), "mean": Argument("duplicates", "mean")} if into_days else {}),
    )


def check_dense(table: Table, groups: Groups, frequency: Frequency) -> None:
    """Refuse dates that are only a few of those from the first to the last; the widest gap is named.

    Raises
    ------
    InputError
        If fewer than half of them are there.
    """
    dates = groups.date
    if len(dates) < LEAST_DATES or is_dense(dates, frequency):
        return
    widest = int(np.argmax(np.diff(dates)))
    before, after = dates[widest], dates[widest + 1]
    later, earlier = len(dates) - widest - 1, widest + 1
    key, kept, told = "read.scattered", 0, {}
    if is_dense(dates[widest + 1 :], frequency):
        key, kept = "read.scattered_before", later
    if is_dense(dates[: widest + 1], frequency) and earlier > kept:
        key, kept, told = "read.scattered_after", earlier, {"argument": Argument("until", str(a_day(before)))}
    raise InputError(
        key,
        source=table.source_name,
        count=len(dates),
        span=steps_between(frequency, dates[0], dates[-1]) + 1,
        steps=words_of(frequency)["steps"],
        first=told_date(dates[0]),
        last=told_date(dates[-1]),
        before=told_date(before),
        before_row=table.row(int(groups.first[widest])),
        after=told_date(after),
        after_row=table.row(int(groups.first[widest + 1])),
        kept=kept,
        **told,
    )


def is_dense(dates: NDArray[np.datetime64], frequency: Frequency) -> bool:
    """Whether at least half of the steps from the first date to the last are there, and several."""
    if not len(dates):
        return False
    return len(dates) >= max(_LEAST_SHARE * (steps_between(frequency, dates[0], dates[-1]) + 1), LEAST_DATES)


def two_in_one(table: Table, groups: Groups, places: NDArray[np.datetime64], frequency: Frequency) -> InputError:
    """Return the error about the first two dates that share a place, which rise."""
    at = int(np.flatnonzero(np.diff(places).astype(np.int64) == 0)[0])
    return InputError(
        "read.two_in_one",
        source=table.source_name,
        first=table.row(int(groups.first[at])),
        second=table.row(int(groups.first[at + 1])),
        one=told_date(groups.date[at]),
        other=told_date(groups.date[at + 1]),
        pace=pace_of(frequency, python_date(places[at])),
    )


def is_by_day(frequency: Frequency) -> bool:
    """Whether a step is one day, on whichever weekdays."""
    return (frequency.unit, frequency.units) == (DAILY.unit, DAILY.units)


def in_steps_of(frequency: Frequency, note: Message) -> Message:
    """Return a note about days as one about the steps of another frequency, where it speaks of days."""
    if is_by_day(frequency) or note.key not in _OF_DAYS:
        return note
    kind = "time" if frequency.sub_daily else "season" if frequency.season > 1 else "before"
    told = {"steps": words_of(frequency)["steps"], "source": Message(f"read.filled.{kind}")}
    return Message(f"note.steps.{note.key.removeprefix('note.')}", {**note.values, **told})


_OF_DAYS = {
    f"note.{name}"
    for name in (
        *("ahead", "future", "until", "trimmed", "missing_days", "empty_cells", "outliers", "running_total"),
        *("differenced", "increase_unknown", "total_reset", "padded_tail"),
        *("duplicates_sum", "duplicates_mean", "duplicates_last"),
        *("month_first_regular", "day_first_regular", "year_first_regular"),
    )
}
