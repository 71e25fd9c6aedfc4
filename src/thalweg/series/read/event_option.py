"""The option that names a file or frame of events; this module loads quickly, so that the command's help does too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thalweg.options import Kind

if TYPE_CHECKING:
    from collections.abc import Collection

    from thalweg.series.events import EventTable


@dataclass(frozen=True, eq=False)
class EventSource:
    """What a Python user gave as the events of many series. It is read when the columns that name them are known.

    Attributes
    ----------
    given : path or frame
    """

    given: Any


def events_named(given: Any, by: Collection[str]) -> Any:  # noqa: ANN401 - what an option holds
    """Return events, read if they are a source yet; see `thalweg.read_events`.

    Parameters
    ----------
    given : EventSource, EventTable or None
        As an option of `EventsOfMany` holds it.
    by : collection of str
        The columns that name the series.
    """
    if not isinstance(given, EventSource):
        return given
    from thalweg.series.read.events import read_events  # noqa: PLC0415 - the help does not need it

    return read_events(given.given, by=by)


@dataclass(frozen=True)
class EventFile:
    """What a user typed for a file of events. It is read once it is known how dates are written.

    Attributes
    ----------
    given : str
        A path, an address, or ``-`` for standard input.
    """

    given: str


@dataclass(frozen=True)
class Events(Kind):
    """Events, as an option takes them: a file or a frame in Python, a file in the command."""

    @property
    def metavar(self) -> str:
        """A file."""
        return "FILE"

    def checked(self, name: str, value: Any) -> EventTable | EventFile | EventSource:  # noqa: ANN401 - users have none
        """Return the events that a file or a frame holds."""
        del name
        from thalweg.series.events import EventTable  # noqa: PLC0415 - the help does not need it
        from thalweg.series.read.events import read_events  # noqa: PLC0415 - likewise

        return value if isinstance(value, (EventTable, EventFile)) else read_events(value)

    def parsed(self, name: str, text: str) -> EventFile:
        """Return the file, not read yet."""
        del name
        return EventFile(text)

    def written(self, value: Any) -> str:  # noqa: ANN401 - as above
        """Return the file's name as it was typed, or what was read."""
        return value.given if isinstance(value, EventFile) else repr(value)


class EventsOfMany(Events):
    """Events of many series, each of one of them or of all."""

    def checked(self, name: str, value: Any) -> EventTable | EventFile | EventSource:  # noqa: ANN401 - as above
        """Return what was given, not read yet."""
        del name
        from thalweg.series.events import EventTable  # noqa: PLC0415 - as above

        return value if isinstance(value, (EventTable, EventFile, EventSource)) else EventSource(value)
