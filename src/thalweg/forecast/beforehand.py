"""What a fit knows of dates beforehand, and what it tells of events that cannot be learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.forecast.names import rung_message
from thalweg.messages import Argument, Message
from thalweg.series.calendar import EVENT, Calendar
from thalweg.series.events import written
from thalweg.series.frequency.dates import iso, step_range
from thalweg.series.frequency.words import words_of
from thalweg.series.split import split_by_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from thalweg.forecast.options import FitOptions
    from thalweg.forecast.search import Candidate
    from thalweg.forecast.team import Team
    from thalweg.series.events import EventTable
    from thalweg.series.regressors import Regressors
    from thalweg.series.series import Series


def calendar_of(series: Series, options: FitOptions) -> Calendar:
    """Return what a fit knows of dates beforehand: holidays, events, and columns that were read beside the values.

    Raises
    ------
    InputError
        If an event or a column has the name of another column, no event has a day in the series or the dates to
        forecast, or a known column has no value on one of these dates.
    """
    calendar = Calendar(
        str(options.country or ""),
        frequency=series.frequency,
        events=options.events,
        regressors=_regressors(series, options),
    )
    if calendar.events is not None:
        count = len(series) + options.steps_ahead(series.frequency, len(series))
        ahead = step_range(series.frequency, series.dates[0], count)
        if not calendar.group(EVENT, ahead).any():
            raise events_outside([calendar.events], ahead, series.dates[-1])
    return calendar


def events_outside(
    tables: Sequence[EventTable], dates: NDArray[np.datetime64], last_known: np.datetime64
) -> InputError:
    """Return that no event of some tables falls on some dates, which begin with the first value's.

    Parameters
    ----------
    tables : sequence of EventTable
        Of one source.
    dates : ndarray of datetime64
        Those of the values, then those to forecast.
    last_known : numpy.datetime64
        The last one of the values.
    """
    columns = [of_column for table in tables for of_column in table.days.values() if len(of_column)]
    days = [day for of_column in columns for day in (of_column[0], of_column[-1])]
    return InputError(
        "events.outside",
        source=tables[0].source,
        first=written(int(min(days))),
        last=written(int(max(days))),
        first_known=iso(dates[0]),
        last_known=iso(last_known),
        last_ahead=iso(dates[-1]),
    )


def _regressors(series: Series, options: FitOptions) -> Regressors | None:
    """Return the columns that count, standardised by their training values."""
    given, asked = series.regressors, (*options.known, *options.past)
    there = () if given is None else given.names
    if absent := [name for name in asked if name not in there]:
        argument = Argument("known" if absent[0] in options.known else "past", tuple(asked))
        raise InputError("columns.not_read", source=series.source_name, name=absent[0], argument=argument)
    if given is None:
        return None
    horizon = options.steps_ahead(series.frequency, len(series))
    kept = given.only(asked or there) or given
    check_ahead(kept, series, horizon)
    try:
        train = split_by_date(series).train
    except InputError:
        train = len(series)  # too short for a fit, which will say so
    return kept.learned(train, horizon)


def check_ahead(regressors: Regressors, series: Series, horizon: int, *, fitted: bool = False) -> None:
    """Refuse a horizon beyond the last date of which a known column is known; the first date without it is named.

    Parameters
    ----------
    regressors : Regressors
    series : Series
    horizon : int
    fitted : bool
        Whether a model looks at the columns already, so that none can be used as one of the past instead.

    Raises
    ------
    InputError
        If there is such a date.
    """
    start = int(regressors.places(series.dates[:1])[0])
    for one in regressors.known:
        steps = len(one.values) - start - len(series)  # beyond the last value
        if steps < horizon:
            no_way_round = fitted and steps <= 0
            raise InputError(
                "columns.stop_early_of_model" if no_way_round else "columns.stop_early",
                source=series.source_name,
                name=one.name,
                day=iso(series.after(max(steps, 0) + 1)),
                last=iso(series.after(horizon)),
                horizon=horizon,
                argument=Argument("with_", "FILE"),
                **({"fewer": Argument("horizon", steps)} if steps > 0 else {"fewer": Argument("past", one.name)}),
                **words_of(series.frequency),
            )


def column_notes(calendar: Calendar, choice: Candidate, team: Team) -> list[Message]:
    """Return a note where nothing that forecasts looks at the columns given."""
    if calendar.regressors is None or any(member.rung.known for member in (*choice.members, *team.beside)):
        return []
    values = {"names": list(calendar.regressors.names), "rung": rung_message(choice.line.rung)}
    return [Message("verdict.columns_idle", values)]


def event_notes(series: Series, calendar: Calendar, learned: int) -> list[Message]:
    """Return notes about events that cannot be learned, or that the choice could not be made for.

    Parameters
    ----------
    series : Series
    calendar : Calendar
    learned : int
        How many values are for training.
    """
    events = calendar.events
    if events is None:
        return []
    held = calendar.group(EVENT, series.dates) * series.observed[:, None]
    names = [column.name for column in events.days]

    def without(rows: NDArray[np.float64]) -> set[str]:
        return {name for name, column in zip(names, rows.T, strict=True) if not column.any()}

    never = without(held)
    late = without(held[:learned]) - never
    told = [Message("verdict.event_note", {"source": events.source, "note": note}) for note in events.notes]
    if never:
        told.append(Message("verdict.events_never", {"names": sorted(never)}))
    if late:
        told.append(Message("verdict.events_late", {"names": sorted(late), "last": iso(series.dates[learned - 1])}))
    return told
