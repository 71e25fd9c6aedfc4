"""Open a file or a frame as a table of cells."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.messages import Argument
from thalweg.series.read.kinds import START_BYTES, database_of, is_workbook

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame, IntoSeries

    from thalweg.series.read.options import ReadOptions
    from thalweg.series.read.table import Table


def open_table(source: str | Path | IntoFrame | IntoSeries, options: ReadOptions | None = None) -> Table:
    """Open a file or a frame as a table of cells; errors as of `read`.

    Parameters
    ----------
    source : str, Path or frame
    options : ReadOptions, optional
        They say what to read of a database, or of a workbook. Without them, as of a second source, a database is
        refused, and so is a workbook of several sheets.
    """
    if not isinstance(source, (str, Path)):
        from thalweg.series.read.typed import open_frame  # noqa: PLC0415  (as above)

        return open_frame(source)
    path = Path(source)
    if not str(path).isprintable() and any("\ud800" <= letter <= "\udfff" for letter in str(path)):
        raise InputError("read.odd_name", path=path)  # bytes that are no letters, which DuckDB is not given
    try:
        _check_file(path)
        with path.open("rb") as file:
            start = file.read(START_BYTES)
        return _opened(path, start, options)
    except PermissionError as error:
        raise InputError("read.no_permission", path=path) from error
    except OSError as error:
        code = errno.errorcode.get(error.errno or 0, "?")
        raise InputError("read.system_error", path=path, code=code) from error


def _opened(path: Path, start: bytes, options: ReadOptions | None) -> Table:
    """Open a file by what it is, which its first bytes tell."""
    query, sheet = (None, None) if options is None else (options.sql, options.sheet)
    if kind := database_of(start):
        from thalweg.series.read.database import open_database  # noqa: PLC0415  (as above)

        if options is None:
            raise InputError("database.beside", path=path, kind=kind)
        return open_database(path, kind, query)
    if query is not None:
        raise InputError("database.no_database", path=path, argument=Argument("sql"))
    if is_workbook(path, start):
        from thalweg.series.read.workbook import open_workbook  # noqa: PLC0415  (as above)

        return open_workbook(path, sheet, main=options is not None)
    if sheet is not None:
        raise InputError("workbook.no_workbook", path=path, argument=Argument("sheet", sheet))
    parquet = start.startswith(b"PAR1") or (start and path.suffix.lower() in (".parquet", ".pq"))
    if parquet:
        from thalweg.series.read.typed import open_parquet  # noqa: PLC0415  (as above)

        return open_parquet(path)
    from thalweg.series.read.delimited import open_delimited  # noqa: PLC0415  (as above)

    return open_delimited(path)


def _check_file(path: Path) -> None:
    """Refuse a path that leads to no regular file."""
    if path.is_dir():
        raise InputError("read.folder", path=path)
    if not path.exists() and set(path.name) & set("*?["):
        found = sorted(each.name for each in path.parent.glob(path.name))[:3]
        raise InputError("read.several_match" if found else "read.no_match", path=path, found=found)
    if not path.exists() and not path.parent.exists():
        raise InputError("read.no_folder", path=path, folder=path.parent)
    if not path.exists():
        raise InputError("read.no_file", path=path)
    if not path.is_file():
        raise InputError("read.not_regular", path=path)
