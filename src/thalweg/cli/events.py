"""The events that a command is given: a file, an address or standard input, read before long work begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.cli.given import file_of
from thalweg.series.read.event_option import EventFile

if TYPE_CHECKING:
    from thalweg.messages import Catalogue
    from thalweg.series.events import EventTable


def events_of(given: EventTable | EventFile | None, date_format: str | None, translate: Catalogue) -> EventTable | None:
    """Return the events of the file that a user named; None where none was.

    Parameters
    ----------
    given : EventTable or EventFile, optional
        As an option holds it.
    date_format : str, optional
        How dates are written, where those of the events are written so.
    translate : Catalogue
    """
    if not isinstance(given, EventFile):
        return given
    from thalweg.series.read.events import read_events  # noqa: PLC0415 - what is read loads slowly

    with file_of(given.given, translate) as path:
        return read_events(path, date_format)
