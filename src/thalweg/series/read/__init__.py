"""Read what people have: CSV, Parquet or a frame becomes a checked daily series."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from thalweg.errors import InputError

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame, IntoSeries

    from thalweg.series.read.table import Table
    from thalweg.series.series import Series

Duplicates = Literal["sum", "mean", "last"]

__all__ = ["Duplicates", "read"]


def read(
    source: str | Path | IntoFrame | IntoSeries,
    *,
    date: str | None = None,
    value: str | None = None,
    date_format: str | None = None,
    duplicates: Duplicates | None = None,
    today: dt.date | None = None,
    goes_on: bool = False,
) -> Series:
    """Read daily numbers from a file or a frame.

    What can be served is served, and what was odd is told in the series' notes; the rest is refused.

    Parameters
    ----------
    source : str, Path or frame
        A CSV file (UTF-8, any of the usual delimiters) or a Parquet file; or a frame of pandas, Polars
        or Arrow, or a pandas series with an index of dates.
    date, value : str, optional
        The columns' names; found where the file leaves no doubt.
    date_format : str, optional
        How dates are written, in `strptime` codes ("%d/%m/%Y"); decided from the whole column without it.
    duplicates : {"sum", "mean", "last"}, optional
        What to make of several rows for one day. Without it, identical rows are dropped and
        differing ones refused. It also makes days of hours, and one series of many.
    today : dt.date, optional
        Later days are left out; the present day unless given.
    goes_on : bool
        Whether the days go on from those of a model: then one day alone, or days all alike, are served too.

    Returns
    -------
    Series
        One value per day, gaps filled for looking back and marked as not observed.

    Raises
    ------
    InputError
        If the source cannot be served; the message names file, row and column and says what to do.
    """
    from thalweg.series.read.daily import days_of  # noqa: PLC0415  (duckdb is loaded only when something is read)

    if duplicates not in (None, "sum", "mean", "last"):
        raise InputError(f"duplicates is {duplicates!r}; choose sum, mean or last.")
    table = _open(source)
    try:
        return days_of(
            table,
            date=date,
            value=value,
            date_format=date_format,
            duplicates=duplicates,
            today=today or dt.datetime.now().astimezone().date(),
            goes_on=goes_on,
        )
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
