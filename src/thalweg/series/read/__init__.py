"""Read a CSV file, a Parquet file or a frame as a checked series."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.options import with_options
from thalweg.series.frames import backend_of
from thalweg.series.read.options import ReadOptions
from thalweg.sql import interruptible

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame, IntoSeries

    from thalweg.series.read.table import Table
    from thalweg.series.series import Series

__all__ = ["open_table", "read", "read_with"]


@with_options(ReadOptions)
def read(source: str | Path | IntoFrame | IntoSeries, options: ReadOptions) -> Series:
    """Read numbers over time from a file or a frame.

    Notes of the series say what was odd in the source and how it was read. A source that leaves doubt is refused.

    Parameters
    ----------
    source : str, Path or frame
        A CSV file (any of the usual delimiters and encodings, also compressed with gzip), a file of JSON objects or a
        Parquet file; or a frame of pandas, Polars or Arrow, or a pandas series with an index of dates; or a dict of
        columns, a list of rows or of pairs, or an array of these.
    **options
        Those of `thalweg.series.read.options.ReadOptions`: ``date`` and ``value``, the columns' names; ``date_format``;
        ``freq``, how far apart the values are; ``duplicates``, what to do with several rows for one date; ``decimal``
        and ``thousands``, the marks in numbers; ``missing``, codes for missing values; ``until``, the last day that
        counts; ``difference``, for running totals; ``today``; ``goes_on``.

    Returns
    -------
    Series
        One value a step: a day, or what the dates show. Missing ones are filled with past values and marked as not
        observed.

    Raises
    ------
    InputError
        If the source cannot be read as numbers at equal steps. The message names file, row and column and says
        what to do.
    """
    return read_with(source, options)


def read_with(source: str | Path | IntoFrame | IntoSeries, options: ReadOptions) -> Series:
    """Read as `read` does, with a record of options; errors as there."""
    from thalweg.series.read.steps import series_of_rows  # noqa: PLC0415  (duckdb is loaded only when a source is read)

    with interruptible():
        table = open_table(source)
        try:
            return replace(series_of_rows(table, options), backend=backend_of(source))
        finally:
            table.close()


def open_table(source: str | Path | IntoFrame | IntoSeries) -> Table:
    """Open a file or a frame as a table of cells; errors as of `read`."""
    if not isinstance(source, (str, Path)):
        from thalweg.series.read.typed import open_frame  # noqa: PLC0415  (as above)

        return open_frame(source)
    path = Path(source)
    if not str(path).isprintable() and any("\ud800" <= letter <= "\udfff" for letter in str(path)):
        raise InputError("read.odd_name", path=path)  # bytes that are no letters, which DuckDB is not given
    try:
        _check_file(path)
        with path.open("rb") as file:
            start = file.read(4)
        parquet = start == b"PAR1" or (start and path.suffix.lower() in (".parquet", ".pq"))
        if parquet:
            from thalweg.series.read.typed import open_parquet  # noqa: PLC0415  (as above)

            return open_parquet(path)
        from thalweg.series.read.delimited import open_delimited  # noqa: PLC0415  (as above)

        return open_delimited(path)
    except PermissionError as error:
        raise InputError("read.no_permission", path=path) from error
    except OSError as error:
        code = errno.errorcode.get(error.errno or 0, "?")
        raise InputError("read.system_error", path=path, code=code) from error


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
