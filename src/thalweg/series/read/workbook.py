"""Workbooks of Excel and of LibreOffice: the values of one sheet, written as text and read as a CSV file is."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.read.delimited import open_text
from thalweg.series.read.kinds import OLD_WORKBOOK_START
from thalweg.series.read.plain import PlainText

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from thalweg.series.read.table import Table

LIBRARY = "python-calamine"  # as pip knows it
_MODULE = "python_calamine"
_LOCKED = "EncryptedPackage".encode("utf-16-le")  # the part of a workbook that a password closes
_PANIC = "PanicException"  # what a library in Rust raises where it fails; it cannot be imported
_LEAST = 2  # columns and rows of a sheet that may hold a series
_DECIMALS = 4  # at least, where there are some: three would leave open whether the point stands before thousands


def open_workbook(path: Path, sheet: str | None, *, main: bool) -> Table:
    """Open one sheet of a workbook as a table.

    Parameters
    ----------
    path : Path
        An existing file.
    sheet : str, optional
        The name of the sheet; without it the only one that holds data.
    main : bool
        Whether the sheet can be named: that of a second source cannot.

    Raises
    ------
    InputError
        If no library that reads workbooks is installed, the workbook is damaged or closed with a password, has no sheet
        of that name, or several with data and none is named; or as of a CSV file.
    """
    sheets = _sheets(path, sheet)
    if sheet is not None:
        if sheet not in sheets:
            raise InputError("workbook.no_sheet", path=path, argument=Argument("sheet", sheet), names=list(sheets))
        name, notes = sheet, []
    else:
        name = _only_sheet(path, sheets, main=main)
        told = {"name": name, "count": len(sheets)}
        notes = [Message("note.only_sheet", told)] if len(sheets) > 1 else []
    if not _holds_data(sheets[name]):
        raise InputError("workbook.empty_sheet", path=path, name=name)
    text = PlainText(path, path, delimiter=",", notes=[Message("note.workbook", {"name": name}), *notes])
    text.file = text.copy()
    text.file.write_text(_as_csv(sheets[name]), encoding="utf-8", newline="")
    return open_text(text)


def _sheets(path: Path, sheet: str | None) -> dict[str, list[list[Any]]]:
    """Return the cells of each sheet that is shown, by its name; of others than the one asked for, none."""
    if find_spec(_MODULE) is None:
        raise InputError("workbook.no_library", path=path, library=LIBRARY, save=Message("read.save_as_csv"))
    import python_calamine as calamine  # noqa: PLC0415 - an extra, loaded where a workbook is read

    content = path.read_bytes()
    if content.startswith(OLD_WORKBOOK_START) and _LOCKED in content:
        raise InputError("workbook.locked", path=path)
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        shown = [
            each.name
            for each in book.sheets_metadata
            if each.visible == calamine.SheetVisibleEnum.Visible and each.typ == calamine.SheetTypeEnum.WorkSheet
        ]
        return {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) if sheet in (None, name) else []
            for name in shown
        }
    except calamine.PasswordError as error:
        raise InputError("workbook.locked", path=path) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise InputError("workbook.bad", path=path, save=Message("read.save_as_csv")) from error
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        raise InputError("workbook.bad", path=path, save=Message("read.save_as_csv")) from error


def _only_sheet(path: Path, sheets: dict[str, list[list[Any]]], *, main: bool) -> str:
    filled = [name for name, rows in sheets.items() if _holds_data(rows)]
    if not filled:
        raise InputError("workbook.empty", path=path)
    if len(filled) > 1:
        key = "workbook.several_sheets" if main else "workbook.several_sheets_beside"
        raise InputError(key, path=path, names=filled, argument=Argument("sheet", filled[0]))
    return filled[0]


def _holds_data(rows: Sequence[Sequence[Any]]) -> bool:
    return sum(sum(cell not in ("", None) for cell in row) >= _LEAST for row in rows) >= _LEAST


def _as_csv(rows: list[list[Any]]) -> str:
    """Return rows as CSV, so that each stands in the row that it has in the workbook; empty columns are left out."""
    texts = [[_text_of(cell) for cell in row] for row in rows]
    wide = max(map(len, texts), default=0)
    kept = [place for place in range(wide) if any(place < len(row) and row[place] for row in texts)]
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    for row in texts:
        writer.writerow([row[place] if place < len(row) else "" for place in kept] if any(row) else [])
    return written.getvalue()


def _text_of(cell: Any) -> str:  # noqa: ANN401 - a cell of any type, one line for each
    """Return a cell as CSV has it."""
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).upper()
        case int() | float():
            return _number(float(cell))
        case dt.datetime():  # a time is a share of a day there, which need not be a whole second
            whole = (cell + dt.timedelta(milliseconds=500)).replace(microsecond=0)
            return whole.date().isoformat() if whole.time() == dt.time() else whole.isoformat(sep=" ")
        case dt.date() | dt.time():
            return cell.isoformat()
        case _:
            return " ".join(str(cell).replace("\0", "").splitlines())


def _number(value: float) -> str:
    if not math.isfinite(value):
        return ""
    whole, _, decimals = np.format_float_positional(value, trim="-").partition(".")
    return f"{whole}.{decimals.ljust(_DECIMALS, '0')}" if decimals else whole
