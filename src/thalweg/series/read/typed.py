"""Sources whose columns know their types: Parquet files, and frames of pandas, Polars and Arrow."""
# ruff: noqa: S608  (SQL is put together from names of our own; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from thalweg.errors import InputError
from thalweg.series.read.table import Column, Table, connect, unique_names
from thalweg.series.read.zones import local_moments
from thalweg.sql import identifier, literal, no_wildcards

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb

_NUMBERS = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
)


def open_parquet(path: Path) -> Table:
    """Open a Parquet file as a table.

    Raises
    ------
    InputError
        If the file is damaged, has fewer than two columns, or no rows.
    """
    import duckdb  # noqa: PLC0415  (loaded late: `import thalweg` stays light)

    def unreadable(error: Exception) -> InputError:
        reason = " ".join(str(error).splitlines()[0].split())
        return InputError(f"{path} cannot be read as Parquet, it may be cut short: {reason}. Write or copy it again.")

    connection = connect()
    scan = f"read_parquet({literal(no_wildcards(str(path)))}, hive_partitioning=false)"
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
        types = [(str(row[0]), str(row[1])) for row in described]
        zones, notes = local_moments(connection, no_wildcards(str(path)), scan, types)
    except duckdb.Error as error:
        raise unreadable(error) from error
    table = _table(connection, path.name, scan, types, zones=zones)
    table.explain = unreadable
    table.notes += notes
    return _checked(table, str(path))


def open_frame(frame: object) -> Table:
    """Take a user's frame as a table; a pandas index of dates counts as a column.

    Raises
    ------
    InputError
        If `frame` is none that is understood, has fewer than two columns, two of one name, or no rows.
    """
    import narwhals as nw  # noqa: PLC0415  (loaded late: `import thalweg` stays light)
    from narwhals.exceptions import DuplicateError  # noqa: PLC0415  (likewise)

    try:
        taken = nw.from_native(_with_index(frame))
    except TypeError as error:
        raise InputError(
            f"A {type(frame).__name__} cannot be read. The path of a CSV or Parquet file is expected, or a frame of "
            "pandas, Polars or Arrow."
        ) from error
    except DuplicateError as error:
        raise InputError("The frame has several columns of one name. Give each a name of its own.") from error
    eager = taken.collect() if isinstance(taken, nw.LazyFrame) else taken
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    types: list[tuple[str, str]] = []
    for place, name in enumerate(eager.columns):
        column = eager.get_column(name)
        dtype = column.dtype
        if isinstance(dtype, nw.Datetime):
            # The day is the one on the user's own clock, whatever its zone.
            array = column.dt.replace_time_zone(None).to_numpy().astype("datetime64[us]")
            kind = "TIMESTAMP"
        elif dtype == nw.Date:
            array, kind = np.array(column.to_list(), dtype="datetime64[us]"), "TIMESTAMP"
        elif dtype.is_numeric():
            array, kind = column.cast(nw.Float64()).to_numpy().astype(np.float64), "DOUBLE"
        else:
            cells = zip(column.to_list(), column.is_null().to_list(), strict=True)
            array, kind = np.array([None if absent else str(cell) for cell, absent in cells], dtype=object), "VARCHAR"
        arrays[f"a{place}"] = array
        types.append((f"a{place}", kind))
    connection = connect()
    if len(eager):
        connection.register("frame_arrays", arrays)
    else:
        connection.execute(
            "CREATE TEMP TABLE frame_arrays ("
            + ", ".join(f"{name} {kind}" for name, kind in types or [("a", "INT")])
            + ")"
        )
    table = _table(connection, "frame", "frame_arrays", types, [str(name) for name in eager.columns])
    table.options = False
    table.first = 0
    return _checked(table, "The frame")


def _with_index(frame: Any) -> Any:  # noqa: ANN401 (pandas is not there to be named)
    """Return a pandas frame or series with its index of dates as a first column, anything else as it is."""
    kind = type(frame)
    if kind.__module__.split(".")[0] != "pandas":
        return frame
    if kind.__name__ == "Series":
        frame = frame.to_frame(name="value" if frame.name is None else frame.name)
    index = getattr(frame, "index", None)
    if type(index).__name__ == "PeriodIndex":
        frame = frame.set_axis(index.to_timestamp())  # type: ignore[union-attr]
    if type(frame.index).__name__ == "DatetimeIndex":
        name = frame.index.name or "date"
        frame = frame.rename_axis(index=f"{name} (index)" if name in frame.columns else name).reset_index()
    return frame


def _table(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    scan: str,
    types: list[tuple[str, str]],
    names: list[str] | None = None,
    zones: Mapping[str, str] | None = None,
) -> Table:
    columns: list[Column] = []
    parts: list[str] = []
    for place, ((inner, sql_type), name) in enumerate(
        zip(types, unique_names(names or [name for name, _ in types]), strict=True)
    ):
        kind: Literal["text", "number", "time"] = "text"
        target = "VARCHAR"
        if sql_type.startswith(("DATE", "TIMESTAMP")):
            kind, target = "time", "TIMESTAMP"
        elif sql_type.split("(")[0] in _NUMBERS:
            kind, target = "number", "DOUBLE"
        columns.append(Column(name, f"c{place}", kind))
        cell = (zones or {}).get(inner, identifier(inner))
        parts.append(f"({cell})::{target} AS c{place}")
    connection.execute(
        f"CREATE TEMP VIEW source_rows AS SELECT row_number() OVER () AS record, {', '.join(parts) or '1'} FROM {scan}"
    )
    return Table(source=source, connection=connection, columns=columns)


def _checked(table: Table, called: str) -> Table:
    least = 2
    if len(table.columns) < least:
        raise InputError(
            f"{called} has {'no columns' if not table.columns else 'one column only: ' + table.columns[0].name}. A "
            "column of dates and a column of numbers are expected."
        )
    if not table.query("SELECT 1 FROM source_rows LIMIT 1"):
        names = ", ".join(column.name for column in table.columns)
        raise InputError(f"{called} has columns ({names}) and no rows. A row a day is expected.")
    return table
