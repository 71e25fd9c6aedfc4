"""Several files with the same columns, as one table."""
# ruff: noqa: S608  (the SQL is made of our own names; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

import shutil
import tempfile
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.messages import Message
from thalweg.series.read.opened import open_table
from thalweg.series.read.table import Column, Table, connect
from thalweg.sql import literal, no_wildcards

if TYPE_CHECKING:
    from thalweg.series.read.options import PanelOptions

_TYPES = {"number": "DOUBLE", "time": "TIMESTAMP", "text": "VARCHAR"}


@dataclass
class _Parts:
    """The files that were copied so far: the first record of each, and its copy by the types of its columns."""

    paths: list[Path]
    firsts: list[int] = field(default_factory=list[int])
    copies: dict[tuple[str, ...], list[Path]] = field(default_factory=dict[tuple[str, ...], list[Path]])

    def row(self, record: int) -> Message:
        """Return a record's row for a sentence: in which file it stands, and where."""
        part = bisect_right(self.firsts, record - 1) - 1
        table = open_table(self.paths[part])
        try:
            row = table.row(record - self.firsts[part])
        finally:
            table.close()
        return Message("read.row_of_file", {"row": row, "file": self.paths[part].name})


def table_of_parts(called: str, paths: list[Path], options: PanelOptions) -> Table:
    """Copy the rows of files with the same columns, and return them as one table.

    Parameters
    ----------
    called : str
        What a sentence calls the files together.
    paths : list of Path
    options : PanelOptions

    Raises
    ------
    InputError
        If one cannot be read, or has other columns than the first.
    """
    folder = Path(tempfile.mkdtemp(prefix="thalweg-"))
    try:
        return _joined(called, _Parts(paths), options, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _joined(called: str, parts: _Parts, options: PanelOptions, folder: Path) -> Table:
    names: list[str] = []
    of_each: list[list[Column]] = []
    notes: list[Message] = []
    semicolon, count = True, 0
    for number, path in enumerate(parts.paths):
        table = open_table(path, options)
        try:
            mine = {column.name: column for column in table.columns}
            names = names or list(mine)
            if lacking := [name for name in names if name not in mine] or [name for name in mine if name not in names]:
                one, other = (path, parts.paths[0]) if lacking[0] in names else (parts.paths[0], path)
                raise InputError("panel.parts_differ", path=one.name, other=other.name, name=lacking[0])
            columns = [mine[name] for name in names]
            fields = ", ".join(f"{column.field} AS p{at}" for at, column in enumerate(columns))
            copy = folder / f"{number}.parquet"
            table.prepare(
                f"COPY (SELECT record + {count} AS record, {fields} FROM source_rows) TO {literal(str(copy))} "
                "(FORMAT PARQUET)"
            )
            parts.firsts.append(count)
            count += table.query("SELECT count(*) FROM source_rows")[0][0]
            parts.copies.setdefault(tuple(column.kind for column in columns), []).append(copy)
            notes += [note for note in table.notes if note not in notes]
            semicolon &= table.semicolon
            of_each.append(columns)
        finally:
            table.close()
    joined = [_common(at, list(same)) for at, same in enumerate(zip(*of_each, strict=True))]
    made = Table(
        source=called,
        connection=connect(),
        columns=joined,
        semicolon=semicolon,
        notes=notes,
        discard=lambda: shutil.rmtree(folder, ignore_errors=True),
        tell=parts.row,
    )
    fields = ", ".join(f"{column.field}::{_TYPES[column.kind]} AS {column.field}" for column in joined)
    made.prepare(
        "CREATE TEMP VIEW source_rows AS "
        + " UNION ALL ".join(
            f"SELECT record, {fields} FROM read_parquet([{_listed(copies)}])" for copies in parts.copies.values()
        )
    )
    return made


def _common(at: int, same: list[Column]) -> Column:
    """Return a column of all files: text where its cells are of different types."""
    alike = len({column.kind for column in same}) == 1
    return Column(same[0].name, f"p{at}", same[0].kind if alike else "text", utc=all(column.utc for column in same))


def _listed(copies: list[Path]) -> str:
    return ", ".join(literal(no_wildcards(str(copy))) for copy in copies)
