"""Sources whose columns know their types: Parquet files, and frames of pandas, Polars and Arrow."""
# ruff: noqa: S608  (the SQL is made of our own names; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Message
from thalweg.series.read.plain_data import array_of, columns_of, is_plain
from thalweg.series.read.table import Column, Table, connect, unique_names
from thalweg.series.read.zones import UTC, local_moments
from thalweg.sql import identifier, literal, no_wildcards

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    import duckdb
    from numpy.typing import NDArray

    from thalweg.series.read.plain import PlainText

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

    def unreadable(_: Exception) -> InputError:
        return InputError("read.bad_parquet", path=path)

    connection = connect()
    scan = f"read_parquet({literal(no_wildcards(str(path)))}, hive_partitioning=false)"
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
        types = [(str(row[0]), str(row[1])) for row in described]
        zones, in_utc, notes = local_moments(connection, no_wildcards(str(path)), types)
    except (duckdb.Error, ValueError) as error:
        raise unreadable(error) from error
    table = table_over(connection, path.name, scan, types, cells=zones, in_utc=in_utc, explain=unreadable)
    table.notes += notes
    return checked(table, path)


def open_json(text: PlainText) -> Table:
    """Open a file of JSON, an object a row, as a table.

    Raises
    ------
    InputError
        If the file is no list of objects with two plain values or more.
    """
    import duckdb  # noqa: PLC0415  (loaded late: `import thalweg` stays light)

    def unreadable(_: Exception) -> InputError:
        return InputError("read.bad_json", path=text.path)

    connection = connect()
    scan = f"read_json({literal(no_wildcards(str(text.file)))}, sample_size=-1)"
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
    except (duckdb.Error, ValueError) as error:
        raise unreadable(error) from error
    types = [(str(row[0]), str(row[1])) for row in described]
    if sum(not kind.endswith("]") and not kind.startswith(("STRUCT", "MAP")) for _, kind in types) <= 1:
        raise InputError("read.bad_json", path=text.path)
    mixed = {name: f"json_extract_string({identifier(name)}, '$')" for name, kind in types if kind == "JSON"}
    if any(kind.startswith(("DATE", "TIMESTAMP")) for _, kind in types):
        # Dates stay as they are written, with the time zone that they name, as in a CSV file.
        types = [(name, "VARCHAR" if kind.startswith(("DATE", "TIMESTAMP")) else kind) for name, kind in types]
        columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in types)
        scan = f"read_json({literal(no_wildcards(str(text.file)))}, columns={{{columns}}})"
    table = table_over(connection, text.path.name, scan, types, cells=mixed, explain=unreadable)
    table.notes += [*text.notes, Message("note.json")]
    table.discard = text.discard
    return checked(table, text.path)


def open_frame(frame: object) -> Table:
    """Open a user's frame, or data of Python itself, as a table; a pandas index of dates counts as a column.

    Raises
    ------
    InputError
        If `frame` is no frame of a known library, has fewer than two columns, two columns of one name, or no rows.
    """
    import narwhals as nw  # noqa: PLC0415  (loaded late: `import thalweg` stays light)
    from narwhals.exceptions import DuplicateError  # noqa: PLC0415  (likewise)

    if is_plain(frame):
        columns = columns_of(frame)
        return _of_arrays([array_of(column) for column in columns.values()], list(columns))
    try:
        taken = nw.from_native(_with_index(frame))
    except TypeError as error:
        raise InputError("read.not_a_frame", kind=type(frame).__name__) from error
    except DuplicateError as error:
        raise InputError("read.repeated_names") from error
    try:
        eager = taken.collect() if isinstance(taken, nw.LazyFrame) else taken
    except Exception as error:  # each library has exceptions of its own
        raise InputError("read.frame_lazy") from error
    made: list[tuple[NDArray[Any], str]] = []
    in_utc: set[str] = set()
    for place, name in enumerate(eager.columns):
        try:
            made.append(_array_of(column := eager.get_column(name)))
        except Exception as error:  # likewise
            raise InputError("read.frame_column", name=str(name)) from error
        if isinstance(column.dtype, nw.Datetime) and column.dtype.time_zone in UTC:
            in_utc.add(f"a{place}")
    return _of_arrays(made, [str(name) for name in eager.columns], in_utc)


def _of_arrays(made: list[tuple[NDArray[Any], str]], names: list[str], in_utc: Collection[str] = ()) -> Table:
    """Return columns, each an array and its type in SQL, as the table of a frame."""
    arrays = {f"a{place}": array for place, (array, _) in enumerate(made)}
    types = [(f"a{place}", kind) for place, (_, kind) in enumerate(made)]
    connection = connect()
    if made and len(made[0][0]):
        connection.register("frame_arrays", arrays)
    else:
        connection.execute(
            "CREATE TEMP TABLE frame_arrays ("
            + ", ".join(f"{name} {kind}" for name, kind in types or [("a", "INT")])
            + ")"
        )
    table = table_over(connection, "frame", "frame_arrays", types, names, in_utc=in_utc)
    table.is_frame = True
    return checked(table, Message("read.frame"))


def _array_of(column: Any) -> tuple[np.ndarray[Any, Any], str]:  # noqa: ANN401 (a series of narwhals)
    """Return the cells of a frame's column, and their type in SQL."""
    import narwhals as nw  # noqa: PLC0415  (as above)

    dtype = column.dtype
    if isinstance(dtype, nw.Datetime):
        # The day is that of the moment's own time zone.
        return column.dt.replace_time_zone(None).to_numpy().astype("datetime64[us]"), "TIMESTAMP"
    if dtype == nw.Date:
        return np.array(column.to_list(), dtype="datetime64[us]"), "TIMESTAMP"
    if dtype.is_numeric():
        return column.cast(nw.Float64()).to_numpy().astype(np.float64), "DOUBLE"
    cells = zip(column.to_list(), column.is_null().to_list(), strict=True)
    # Half of a pair of surrogates is no letter, and DuckDB does not take it.
    texts = [None if absent else str(cell).encode("utf-8", "replace").decode() for cell, absent in cells]
    return np.array(texts, dtype=object), "VARCHAR"


def _with_index(frame: Any) -> Any:  # noqa: ANN401 (pandas may not be installed)
    """Return a pandas frame or series with its index of dates, or of text, as the first column; else what was given."""
    kind = type(frame)
    if kind.__module__.split(".")[0] != "pandas":
        return frame
    if kind.__name__ == "Series":
        frame = frame.to_frame(name="value" if frame.name is None else frame.name)
    index = getattr(frame, "index", None)
    if type(index).__name__ == "MultiIndex":  # of a series and its dates
        return frame.reset_index(allow_duplicates=True)
    if type(index).__name__ == "PeriodIndex":
        frame = frame.set_axis(index.to_timestamp())  # type: ignore[union-attr]
    if type(frame.index).__name__ == "DatetimeIndex" or frame.index.inferred_type in ("date", "datetime", "string"):
        name = frame.index.name or "date"
        frame = frame.rename_axis(index=f"{name} (index)" if name in frame.columns else name).reset_index()
    return frame


def table_over(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    scan: str,
    types: list[tuple[str, str]],
    names: list[str] | None = None,
    cells: Mapping[str, str] | None = None,
    in_utc: Collection[str] = (),
    explain: Callable[[Exception], InputError] | None = None,
) -> Table:
    """Return a table over what `scan` names: dates and moments as timestamps, numbers as floats, the rest as text."""
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
        columns.append(Column(name, f"c{place}", kind, utc=inner in in_utc))
        cell = (cells or {}).get(inner, identifier(inner))
        parts.append(f"({cell})::{target} AS c{place}")
    table = Table(source=source, connection=connection, columns=columns, explain=explain)
    table.prepare(
        f"CREATE TEMP VIEW source_rows AS SELECT row_number() OVER () AS record, {', '.join(parts) or '1'} FROM {scan}"
    )
    return table


def checked(table: Table, source: Path | Message) -> Table:
    """Return the table; refuse one with fewer than two columns or without rows."""
    names = [column.name for column in table.columns]
    if not names:
        raise InputError("read.no_columns", source=source)
    if len(names) == 1:
        raise InputError("read.one_column", source=source, name=names[0])
    if not table.query("SELECT 1 FROM source_rows LIMIT 1"):
        raise InputError("read.no_rows", source=source, names=names)
    return table
