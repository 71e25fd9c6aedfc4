"""Read what people have: CSV, Parquet or a frame becomes a checked daily series."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.options import with_options
from thalweg.series.read.options import ReadOptions

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame, IntoSeries

    from thalweg.series.read.table import Table
    from thalweg.series.series import Series

__all__ = ["read", "read_with"]


@with_options(ReadOptions)
def read(source: str | Path | IntoFrame | IntoSeries, options: ReadOptions) -> Series:
    """Read daily numbers from a file or a frame.

    What can be served is served, and what was odd is told in the series' notes; the rest is refused.

    Parameters
    ----------
    source : str, Path or frame
        A CSV file (UTF-8, any of the usual delimiters) or a Parquet file; or a frame of pandas, Polars
        or Arrow, or a pandas series with an index of dates.
    **options
        Those of `thalweg.series.read.options.ReadOptions`: ``date`` and ``value``, the columns' names; ``date_format``;
        ``duplicates``, what to make of several rows for one day; ``today``; ``goes_on``.

    Returns
    -------
    Series
        One value per day, gaps filled for looking back and marked as not observed.

    Raises
    ------
    InputError
        If the source cannot be served; the message names file, row and column and says what to do.
    """
    return read_with(source, options)


def read_with(source: str | Path | IntoFrame | IntoSeries, options: ReadOptions) -> Series:
    """Read as `read` does, with a record of options."""
    from thalweg.series.read.daily import days_of  # noqa: PLC0415  (duckdb is loaded only when something is read)

    table = _open(source)
    try:
        return days_of(table, options)
    finally:
        table.connection.close()


def _open(source: str | Path | IntoFrame | IntoSeries) -> Table:
    if not isinstance(source, (str, Path)):
        from thalweg.series.read.typed import open_frame  # noqa: PLC0415  (as above)

        return open_frame(source)
    path = Path(source)
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder. The path of a CSV or Parquet file is expected.")
        if not path.exists():
            near = f" The folder {path.parent} does not exist." if not path.parent.exists() else ""
            raise InputError(f"There is no file {path}.{near} Check the path.")
        if not path.is_file():
            raise InputError(f"{path} is no regular file. The path of a CSV or Parquet file is expected.")
        with path.open("rb") as file:
            start = file.read(4)
        parquet = start == b"PAR1" or (start and path.suffix.lower() in (".parquet", ".pq"))
        if parquet:
            from thalweg.series.read.typed import open_parquet  # noqa: PLC0415  (as above)

            return open_parquet(path)
        from thalweg.series.read.delimited import open_delimited  # noqa: PLC0415  (as above)

        return open_delimited(path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
