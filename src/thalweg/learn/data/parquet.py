"""Read Parquet files as a stream of batches of arrays, piece by piece, through DuckDB."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.errors import InputError
from thalweg.learn.data.arrow import Column, record_batches
from thalweg.sql import identifier, interruptible, literal, no_wildcards

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    import duckdb
    from numpy.typing import NDArray

    Batch = tuple[NDArray[Any], ...]

BATCH_ROWS = 4096  # so many rows of 64 float32 features fit into a core's cache
# Types of DuckDB: those that float32 holds without rounding, those that int64 holds, and those that need float64.
FLOAT32_KINDS = ("FLOAT", "BOOLEAN", "TINYINT", "UTINYINT", "SMALLINT", "USMALLINT")
INT64_KINDS = ("BOOLEAN", "TINYINT", "UTINYINT", "SMALLINT", "USMALLINT", "INTEGER", "UINTEGER", "BIGINT")
FLOAT64_KINDS = ("DOUBLE", "INTEGER", "UINTEGER", "BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT", "DECIMAL")
TEXT_KINDS = ("VARCHAR", "ENUM")
MOST_LABELS = 10_000


class ParquetBatches:
    """A stream of the rows of Parquet files, in their order; made by `parquet_batches`.

    Each iteration opens the files anew and yields ``(features, target)``, or ``(features, target, weight)`` where there
    is a column of weights. The arrays have shape (batch, columns). They are float32 where that holds every column
    without rounding, and float64 otherwise. Targets of whole numbers are int64; so are those of text, which become the
    place of each among `labels`. Only about one row group of a file is in memory at a time.

    Attributes
    ----------
    apart : bool
        Always True: iterations are independent, so the next one may begin while another is running.
    paths : tuple of Path
    features, target : tuple of str
    weight : str or None
    rows : int
        The number of rows of all files together.
    batch_rows : int
    labels : tuple of str, or None
        The different texts of a target of text, sorted; None where the targets are numbers.
    """

    apart = True

    def __init__(
        self, paths: Sequence[Path], features: tuple[str, ...], target: tuple[str, ...], weight: str | None, rows: int,
        batch_rows: int, labels: tuple[str, ...] | None = None,
    ) -> None:  # fmt: skip
        self.paths, self.features, self.target, self.weight = tuple(paths), features, target, weight
        self.rows, self.batch_rows, self.labels = rows, batch_rows, labels

    def __repr__(self) -> str:
        return f"<ParquetBatches: {self.rows} rows, {len(self.features)} features, {len(self.paths)} file(s)>"

    def __iter__(self) -> Iterator[Batch]:
        names = [*self.features, *self.target, *([self.weight] if self.weight else [])]
        for path in self.paths:
            with _opened(path) as connection:
                kinds = _kinds(connection, path)
                _checked(path, kinds, names, self.target if self.labels else ())
                cells = ", ".join(self._cell(name, kinds[name]) for name in names)
                rows = connection.sql(f"SELECT {cells} FROM {_scan(path)}")  # noqa: S608 - names and path are quoted
                yield from self._batches(path, names, rows)

    def _cell(self, name: str, kind: str) -> str:
        """Return a column as an SQL expression of float32, of float64, or of int64 for targets of whole numbers."""
        cell = identifier(name)
        if name in self.target and self.labels is not None:
            return f"enum_code({cell}::VARCHAR::ENUM({', '.join(map(literal, self.labels))}))::BIGINT"
        if name in self.target and kind in INT64_KINDS:
            return f"{cell}::BIGINT"
        return f"{cell}::{'FLOAT' if kind in FLOAT32_KINDS else 'DOUBLE'}"

    def _batches(self, path: Path, names: list[str], rows: duckdb.DuckDBPyRelation) -> Iterator[Batch]:
        blocks = [self.features, self.target, (self.weight,)] if self.weight else [self.features, self.target]
        edges = np.cumsum([0, *map(len, blocks)]).tolist()
        done = 0
        for columns in record_batches(rows):
            arrays = [
                _filled(path, name, column, done, may_miss=name in self.target)
                for name, column in zip(names, columns, strict=True)
            ]
            count = len(arrays[0])
            for first in range(0, count, self.batch_rows):
                part = slice(first, min(first + self.batch_rows, count))
                cut = [array[part] for array in arrays]
                # The arrays stay in column order here. They are turned into rows once, where they are stored.
                yield tuple(np.stack(cut[a:b]).T for a, b in pairwise(edges))
            done += count


def parquet_batches(
    path: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    target: str | Sequence[str],
    *,
    features: str | Iterable[str] | None = None,
    weight: str | None = None,
    batch_rows: int = BATCH_ROWS,
) -> ParquetBatches:
    """Return a stream of the rows of Parquet files, for `descend_stream`; it knows how many rows there are.

    Parameters
    ----------
    path : path, or iterable of paths
        Several files are read one after another, in the order given.
    target : str or sequence of str
        The columns to predict: numbers, booleans, or classes as numbers from 0; or one column of text, whose labels
        become such numbers. A missing target needs a weight of 0.
    features : str or iterable of str, optional
        The columns to predict from: numbers or booleans without missing values. All other columns where they are not
        given.
    weight : str, optional
        A column of weights, one for each example and 0 or more.
    batch_rows : int
        The most rows of a batch. The result of learning does not depend on it.

    Raises
    ------
    InputError
        If a file does not exist or cannot be read, or if a column is not in every file, is named twice or does not hold
        numbers. While the stream is read: if a feature or a weight is missing.
    ValueError
        If batch_rows is less than 1.
    """
    if batch_rows < 1:
        raise ValueError(f"batch_rows is {batch_rows}; it must be 1 or more.")
    paths = [Path(path)] if isinstance(path, (str, os.PathLike)) else [Path(one) for one in path]
    if not paths:
        raise InputError("parquet.no_files")
    targets = (target,) if isinstance(target, str) else tuple(target)
    features = [features] if isinstance(features, str) else features
    known, total = _described(paths[0])
    chosen = [name for name in known if name not in {*targets, weight}] if features is None else list(features)
    names = [*chosen, *targets, *([weight] if weight else [])]
    if not chosen or not targets:
        raise InputError("parquet.too_few_columns", features=len(chosen), targets=len(targets))
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise InputError("parquet.named_twice", column=twice[0])
    labelled = targets if len(targets) == 1 and _kind(known.get(targets[0], "")) in TEXT_KINDS else ()
    _checked(paths[0], known, names, labelled)
    for one in paths[1:]:
        theirs, count = _described(one)
        _checked(one, theirs, names, labelled)
        total += count
    labels = _labels(paths, *labelled) if labelled else None
    return ParquetBatches(paths, tuple(chosen), targets, weight, total, batch_rows, labels)


def _scan(path: Path) -> str:
    return f"read_parquet({literal(no_wildcards(str(path)))}, hive_partitioning=false)"


@contextlib.contextmanager
def _opened(path: Path) -> Generator[duckdb.DuckDBPyConnection]:
    """Give a connection to read a file with; what DuckDB cannot read becomes an `InputError`."""
    import duckdb  # noqa: PLC0415 - only where a file is read

    if not path.is_file():
        raise InputError("parquet.no_file", path=path)
    # One thread reads, because the others learn. It also keeps the rows in their order.
    with duckdb.connect(":memory:", config={"threads": 1, "autoinstall_known_extensions": False}) as connection:
        connection.execute("SET enable_progress_bar = false")
        # Without this DuckDB reads a whole row group ahead, which doubles the time and the memory of reading.
        connection.execute("SET disable_parquet_prefetching = true")
        try:
            yield connection
        except (OSError, UnicodeError, duckdb.Error) as error:
            raise InputError("parquet.unreadable", path=path) from error


def _described(path: Path) -> tuple[dict[str, str], int]:
    """Return a file's columns, name to type, and its number of rows."""
    with interruptible(), _opened(path) as connection:
        kinds = _kinds(connection, path)
        count = connection.execute(f"SELECT count(*) FROM {_scan(path)}").fetchall()[0][0]  # noqa: S608 - likewise
        return kinds, int(count)


def _kinds(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    """Return a file's columns, name to type."""
    rows = connection.execute(f"DESCRIBE SELECT * FROM {_scan(path)}").fetchall()  # noqa: S608 - likewise
    return {str(row[0]): str(row[1]) for row in rows}


def _kind(full_type: str) -> str:
    """Return a type without its parameters, such as DECIMAL for DECIMAL(9,2); lists are left as they are."""
    return full_type if full_type.endswith("]") else full_type.partition("(")[0]


def _checked(path: Path, known: dict[str, str], names: list[str], labelled: tuple[str, ...]) -> None:
    """Refuse columns that are missing, or do not hold numbers, or do not hold text where they are `labelled`."""
    for name in names:
        if name not in known:
            raise InputError("parquet.no_column", path=path, column=name, columns=[repr(each) for each in known])
        if name in labelled:
            if _kind(known[name]) not in TEXT_KINDS:
                raise InputError("parquet.text_expected", path=path, column=name, kind=known[name])
        elif _kind(known[name]) not in (*FLOAT32_KINDS, *FLOAT64_KINDS):
            raise InputError("parquet.numbers_expected", path=path, column=name, kind=known[name])


def _labels(paths: list[Path], name: str) -> tuple[str, ...]:
    """Return the different texts of a column, sorted."""
    found: set[str] = set()
    for path in paths:
        with _opened(path) as connection:
            cell = identifier(name)
            asked = (
                f"SELECT DISTINCT {cell}::VARCHAR FROM {_scan(path)} WHERE {cell} IS NOT NULL LIMIT {MOST_LABELS + 1}"  # noqa: S608 - likewise
            )
            found.update(str(row[0]) for row in connection.execute(asked).fetchall())
        if len(found) > MOST_LABELS:
            raise InputError("parquet.too_many_labels", path=path, column=name, most=MOST_LABELS)
    if not found:
        raise InputError("parquet.no_labels", path=paths[0], column=name)
    return tuple(sorted(found))


def _filled(path: Path, name: str, column: Column, before: int, *, may_miss: bool) -> NDArray[Any]:
    """Return a column's values, NaN where a target is missing. No other value may be missing."""
    if column.missing is None:
        return column.numbers
    if not may_miss:
        row = before + int(np.argmax(column.missing))
        raise InputError("parquet.no_value", path=path, column=name, row=row)
    kind = column.numbers.dtype if column.numbers.dtype.kind == "f" else np.float64
    return np.where(column.missing, np.nan, column.numbers).astype(kind, copy=False)
