"""The events of each series of a panel."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.messages import Message

if TYPE_CHECKING:
    from thalweg.series.events import EventTable
    from thalweg.series.panel import Panel


def keys_of_events(panel: Panel) -> tuple[str, ...]:
    """Return the columns by which the events of a panel's series name them; see `thalweg.read_events`."""
    return tuple(panel.keys) or ("unique_id",)


def events_of_panel(events: EventTable, panel: Panel, *, whole: bool = False) -> dict[str, EventTable]:
    """Return the events of each series by its name; series with the same events have one table together.

    Parameters
    ----------
    events : EventTable
        As `thalweg.read_events` reads them with the columns that name the series.
    panel : Panel
    whole : bool
        As of `EventTable.of_series`.

    Raises
    ------
    InputError
        If an event is of a series that there is not.
    """
    named = {pair for event in events.events for pair in event.series}
    of_columns = {"unique_id": panel.names, **panel.keys}
    for column, value in sorted(named):
        by_name = column == "unique_id"
        here = {*of_columns.get(column, ()), *(one.name for one in panel.refused if by_name)}
        if value not in here and (by_name or not panel.refused):
            near = difflib.get_close_matches(value, sorted(here), n=1)
            meant = Message("panel.meant", {"name": near[0]}) if near else ""
            event = next(event for event in events.events if (column, value) in event.series)
            told = {"column": column, "series": value, "name": event.name, "meant": meant}
            raise InputError("events.no_series", source=events.source, **told)
    tables: dict[tuple[int, ...], EventTable] = {}
    found: dict[str, EventTable] = {}
    for name in panel.names:
        key = panel.key(name)
        own = tuple(at for at, event in enumerate(events.events) if event.is_of(key))
        if own not in tables:
            tables[own] = events.of_series(key, whole=whole)
        found[name] = tables[own]
    return found
