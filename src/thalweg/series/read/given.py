"""A series where a user gave one, or gave what one can be read from."""

from __future__ import annotations

from typing import Any

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.panel import Panel
from thalweg.series.read import read_with
from thalweg.series.read.options import ColumnOptions
from thalweg.series.series import Series


def series_of(source: Any, **options: Any) -> Series:  # noqa: ANN401 - users have no type checker
    """Return a series as it is, and read anything else with these options.

    Raises
    ------
    InputError
        If it is a panel, or as of `read`. Where the message names an argument of `read`, it says how to give it.
    """
    if isinstance(source, Series):
        return source
    if isinstance(source, Panel):
        raise InputError("panel.one_expected", count=len(source), name=source.names[0])
    try:
        return read_with(source, ColumnOptions(**options))
    except InputError as error:
        if not _names_an_argument(error.message) or error.message.key.startswith("error.columns."):
            raise
        raise InputError("read.read_first", sentence=error.message) from error


def _names_an_argument(value: object) -> bool:
    match value:
        case Argument():
            return True
        case Message():
            return any(map(_names_an_argument, value.values.values()))
        case list() | tuple():
            return any(map(_names_an_argument, value))
        case _:
            return False
