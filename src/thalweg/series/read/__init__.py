"""Read a CSV file, a Parquet file or a frame as a checked series."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.messages import Argument
from thalweg.options import with_options
from thalweg.series.frames import backend_of
from thalweg.series.read.opened import open_table
from thalweg.series.read.options import ColumnOptions, ReadOptions
from thalweg.sql import interruptible

if TYPE_CHECKING:
    from pathlib import Path

    from narwhals.typing import IntoFrame, IntoSeries

    from thalweg.series.series import Series

__all__ = ["open_table", "read", "read_with"]


@with_options(ColumnOptions)
def read(source: str | Path | IntoFrame | IntoSeries, options: ColumnOptions) -> Series:
    """Read numbers over time from a file or a frame.

    Notes of the series say what was odd in the source and how it was read. A source that leaves doubt is refused.

    Parameters
    ----------
    source : str, Path or frame
        A CSV file (any of the usual delimiters and encodings, also compressed with gzip), a file of JSON objects, a
        Parquet file, a workbook, or a database of DuckDB or SQLite; or a frame of pandas, Polars or Arrow, or a pandas
        series with an index of dates; or a dict of columns, a list of rows or of pairs, or an array of these.
    **options
        Those of `thalweg.series.read.options.ColumnOptions`: ``date`` and ``value``, the columns' names;
        ``date_format``; ``freq``, how far apart the values are; ``duplicates``, what to do with several rows for one
        date; ``decimal`` and ``thousands``, the marks in numbers; ``missing``, codes for missing values; ``since``
        and ``until``, the first and the last day that count; ``sql``, what to read of a database; ``sheet``, which
        sheet of a workbook; ``difference``, for running totals; ``known`` and ``past``, other columns to learn from;
        ``with_``, a second source of the known ones; ``today``; ``goes_on``.

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

    if options.with_ is not None and not options.known:
        raise InputError("columns.with_alone", argument=Argument("with_"), known=Argument("known", "price"))
    with interruptible():
        table = open_table(source, options)
        try:
            return replace(series_of_rows(table, options), backend=backend_of(source))
        finally:
            table.close()
