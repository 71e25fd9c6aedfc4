"""Data of Python itself as columns: a dict of lists, a list of pairs or of dicts, arrays of NumPy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from thalweg.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

PAIR = 2  # a date and a number


def is_plain(data: object) -> bool:
    """Whether it is a dict, a list, a tuple or an array."""
    return isinstance(data, (dict, list, tuple, np.ndarray))


def columns_of(data: Any) -> dict[str, Any]:  # noqa: ANN401 - users have no type checker
    """Return the columns of plain data by name.

    It may hold columns by name, rows by name, pairs of a date and a number, a pair of columns, or numbers by date.

    Raises
    ------
    InputError
        If it is none of these, or the columns are not of one length.
    """
    kind = type(data).__name__
    columns: dict[str, Any]
    if isinstance(data, np.ndarray):
        data = {name: data[name] for name in data.dtype.names} if data.dtype.names else np.atleast_1d(data).tolist()
    if isinstance(data, Mapping):
        by_name: Mapping[Any, Any] = data
        columns = {str(name): column for name, column in by_name.items()}
        if columns and not any(map(_is_column, columns.values())):
            columns = {"date": list(by_name), "value": list(by_name.values())}
    elif data and all(isinstance(row, Mapping) for row in data):
        names = dict.fromkeys(str(name) for row in data for name in row)
        columns = {name: [row.get(name) for row in data] for name in names}
    elif data and all(_is_column(row) and len(row) == PAIR for row in data):
        columns = {"date": [row[0] for row in data], "value": [row[1] for row in data]}
    elif len(data) == PAIR and all(map(_is_column, data)):
        columns = dict(zip(("date", "value"), data, strict=True))
    else:
        raise InputError("read.plain_data", kind=kind)
    lengths = {name: len(column) if _is_column(column) else 1 for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InputError("read.plain_lengths", lengths=[f"{name}: {length}" for name, length in lengths.items()])
    return columns


def array_of(column: Any) -> tuple[NDArray[Any], str]:  # noqa: ANN401 - as above
    """Return a column as an array, and its type in SQL: dates and moments, numbers, or text."""
    cells = column if isinstance(column, np.ndarray) else np.asarray(_listed(column), dtype=object)
    if cells.dtype.kind == "M":
        return cells.astype("datetime64[us]"), "TIMESTAMP"
    if cells.dtype.kind in "iufb":
        return cells.astype(np.float64), "DOUBLE"
    listed = [None if _is_absent(cell) else cell for cell in cells.tolist()]
    known = [cell for cell in listed if cell is not None]
    if known and all(isinstance(cell, (dt.date, np.datetime64)) for cell in known):
        moments = [np.datetime64("NaT") if cell is None else _moment(cell) for cell in listed]
        return np.array(moments, dtype="datetime64[us]"), "TIMESTAMP"
    if known and all(isinstance(cell, (int, float, Decimal, np.number)) for cell in known):
        return np.array([np.nan if cell is None else float(cell) for cell in listed]), "DOUBLE"
    return np.array([None if cell is None else str(cell) for cell in listed], dtype=object), "VARCHAR"


def _moment(cell: Any) -> np.datetime64:  # noqa: ANN401 - as above
    """Return a date or a moment; the day is that of the moment's own time zone."""
    return np.datetime64(cell.replace(tzinfo=None) if isinstance(cell, dt.datetime) else cell, "us")


def _is_absent(cell: object) -> bool:
    return cell is None or cell != cell or type(cell).__name__ in ("NaTType", "NAType")  # noqa: PLR0124 - not a number


def _is_column(column: object) -> TypeGuard[Sequence[Any]]:
    return hasattr(column, "__len__") and hasattr(column, "__iter__") and not isinstance(column, (str, bytes, Mapping))


def _listed(column: Any) -> list[Any]:  # noqa: ANN401 - as above
    """Return the cells of a list, a tuple, or a column of a frame."""
    for name in ("to_pylist", "to_list", "tolist"):
        if hasattr(column, name):
            return list(getattr(column, name)())
    return list(column) if _is_column(column) else [column]
