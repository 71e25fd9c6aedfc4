"""The events that a command is given: a file, an address or standard input, read before long work begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.cli.given import STDIN, file_of
from thalweg.errors import InputError
from thalweg.messages import Argument
from thalweg.series.read.event_option import EventFile

if TYPE_CHECKING:
    from collections.abc import Collection

    from thalweg.messages import Catalogue
    from thalweg.series.events import EventTable


def events_of(
    given: EventTable | EventFile | None,
    date_format: str | None,
    translate: Catalogue,
    beside: str | None,
    by: Collection[str] = (),
) -> EventTable | None:
    """Return the events of the file that a user named; None where none was.

    Parameters
    ----------
    given : EventTable or EventFile, optional
        As an option holds it.
    date_format : str, optional
        How dates are written, where those of the events are written so.
    translate : Catalogue
    beside : str, optional
        The file of the values, as the user named it; standard input serves one of both.
    by : collection of str
        The columns that name the series, where there are many; see `thalweg.read_events`.

    Raises
    ------
    InputError
        If both are standard input, or the events cannot be read.
    """
    if not isinstance(given, EventFile):
        return given
    if given.given == STDIN == beside:
        raise InputError("given.input_twice", argument=Argument("events"))
    from thalweg.series.read.events import read_events  # noqa: PLC0415 - what is read loads slowly

    with file_of(given.given, translate) as path:
        return read_events(path, date_format, by)
