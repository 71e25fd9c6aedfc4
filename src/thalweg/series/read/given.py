"""A series where a user gave one, or gave what one can be read from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.panel import Panel
from thalweg.series.read import read_with
from thalweg.series.read.many.files import files_of
from thalweg.series.read.options import ColumnOptions, PanelOptions
from thalweg.series.read.panel import read_panel_with
from thalweg.series.series import Series

MANY = "error.read.many_series"


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


def series_or_panel_of(source: Any) -> Series | Panel:  # noqa: ANN401 - as above
    """Return a series or a panel as it is, and read anything else: as a panel where it is one by itself.

    That is a folder, a pattern of files, or a table in which the columns are called as those of other tools, such as
    ``unique_id, ds, y``, and several series are named.

    Raises
    ------
    InputError
        As of `series_of`, and of `thalweg.read_panel`.
    """
    if isinstance(source, Panel):
        return source
    if isinstance(source, (str, Path)) and files_of(source) is not None:
        return read_panel_with(source, PanelOptions())
    try:
        return series_of(source)
    except InputError as error:
        if not _holds_many(error.message):
            raise
        try:
            return read_panel_with(source, PanelOptions())
        except InputError as second:
            if _holds_many(second.message):
                raise error from None  # its columns are called otherwise: the sentence says how to name them
            raise


def _holds_many(message: Message) -> bool:
    """Whether a source was refused since it holds many series."""
    inner = message.values.get("sentence")
    return message.key == MANY or (isinstance(inner, Message) and inner.key == MANY)


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
