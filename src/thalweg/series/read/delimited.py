"""Text files with a row a line: CSV with any of the usual delimiters."""
# ruff: noqa: S608  (the SQL is made of our own names; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.messages import Message
from thalweg.series.read.dates import shape_of
from thalweg.series.read.table import Column, Table, connect, unique_names
from thalweg.sql import literal, no_wildcards

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DELIMITERS = "\t;|,"  # a comma comes last: it also stands inside numbers and dates
_SAMPLE_BYTES = 1 << 18
_SAMPLE_LEAST_LINES = 5
_SAMPLE_MOST_BYTES = 1 << 23
_SAMPLE_RECORDS = 200
_BLOCK_BYTES = 1 << 20
_MOST_TITLE_ROWS = 20
_UTF_16_STARTS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BINARY_STARTS = {  # to the kind of the file, a key in the catalogues
    b"PK\x03\x04": "zip",
    b"\xd0\xcf\x11\xe0": "old_workbook",
    b"\x1f\x8b": "gzip",
    b"SQLite format 3": "sqlite",
    b"%PDF": "pdf",
}


@dataclass(frozen=True)
class _Layout:
    """How a file is written.

    Attributes
    ----------
    delimiter : str
        What separates the cells.
    width : int
        How many cells a row has.
    names : list of str, optional
        The columns' names, where there is a header.
    header : int
        How many records there are up to and with the header.
    mixed_lines : bool
        Whether some lines end in CR LF and others in LF.
    has_mark : bool
        Whether the file begins with a byte-order mark.
    """

    delimiter: str
    width: int
    names: list[str] | None
    header: int
    mixed_lines: bool
    has_mark: bool


def open_delimited(path: Path) -> Table:
    """Open a text file as a table whose cells are text.

    Parameters
    ----------
    path : Path
        An existing file.

    Raises
    ------
    InputError
        If the file is empty, is binary, is not in UTF-8, has one column only, or has no rows below its header.
    """
    mixed_lines, has_mark = _check_bytes(path)
    layout = _layout(path, mixed_lines=mixed_lines, has_mark=has_mark)
    names = unique_names(layout.names or [""] * layout.width)
    columns = [Column(name, f"c{place}", "text") for place, name in enumerate(names)]
    connection = connect()
    # DuckDB's strict reader refuses a file whose lines end in two ways. Its lenient reader cuts long rows short without
    # an error, so it is used only after the cells of every row have been counted here.
    if layout.mixed_lines and (ragged := _ragged(path, layout)) is not None:
        raise ragged
    fields = ", ".join(f"'{column.field}': 'VARCHAR'" for column in columns)
    connection.execute(
        "CREATE TEMP VIEW source_rows AS SELECT row_number() OVER () AS record, * FROM read_csv("
        f"{literal(no_wildcards(str(path)))}, auto_detect=false, header=false, delim={literal(layout.delimiter)}, "
        f"quote='\"', escape='\"', skip={layout.header}, columns={{{fields}}}, compression='none', "
        f"strict_mode={'false' if layout.mixed_lines else 'true'}, buffer_size=8000000)"
    )
    table = Table(
        source=path.name,
        connection=connection,
        columns=columns,
        place=lambda record: _place(path, layout, record),
        explain=lambda _: _wrong_quotes(path, layout) or _ragged(path, layout) or InputError("read.bad_csv", path=path),
        semicolon=layout.delimiter == ";",
        notes=_notes(layout),
    )
    if not table.query("SELECT 1 FROM source_rows LIMIT 1"):
        raise InputError("read.header_only", path=path, names=names)
    return table


def _check_bytes(path: Path) -> tuple[bool, bool]:
    """Refuse what is no text in UTF-8; return `_Layout.mixed_lines` and `_Layout.has_mark`."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    pairs = feeds = lines = 0
    with path.open("rb") as file:
        start = file.read(16)
        file.seek(0)
        if not start.removeprefix(codecs.BOM_UTF8).strip():
            raise InputError("read.empty_file", path=path)
        if start.startswith(_UTF_16_STARTS):
            raise InputError("read.utf_16", path=path, save=Message("read.save_as_csv"))
        for mark, kind in _BINARY_STARTS.items():
            if start.startswith(mark):
                raise _binary(path, kind)
        while block := file.read(_BLOCK_BYTES):
            if 0 in block:
                raise _binary(path, "binary")
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                row = 1 + lines + error.object[: error.start].count(b"\n")
                byte = error.object[error.start]
                raise InputError(
                    "read.not_utf_8", path=path, row=row, byte=byte, save=Message("read.save_as_csv")
                ) from error
            lines = feeds = feeds + block.count(b"\n")
            pairs += block.count(b"\r\n")
    return 0 < pairs < feeds, start.startswith(codecs.BOM_UTF8)


def _binary(path: Path, kind: str) -> InputError:
    return InputError(
        "read.binary", path=path, kind=Message(f"read.file_kind.{kind}"), save=Message("read.save_as_csv")
    )


def _layout(path: Path, *, mixed_lines: bool, has_mark: bool) -> _Layout:
    """Find from its first lines how a file is written."""
    with path.open("rb") as file:
        raw = file.read(_SAMPLE_BYTES)
        while (
            raw.count(b"\n") < _SAMPLE_LEAST_LINES
            and len(raw) < _SAMPLE_MOST_BYTES
            and (more := file.read(_SAMPLE_BYTES))
        ):
            raw += more  # the lines are long
        whole = not file.read(1)
    text = codecs.getincrementaldecoder("utf-8-sig")().decode(raw)
    if not whole:
        text = text[: text.rfind("\n") + 1] or text
    readings = {delimiter: _sample(text, delimiter) for delimiter in _DELIMITERS}
    shares = {delimiter: _share(records) for delimiter, records in readings.items()}
    delimiter = max(_DELIMITERS, key=lambda mark: shares[mark])
    records = readings[delimiter]
    if not any(readings.values()):
        raise InputError("read.cell_too_long", path=path, most=csv.field_size_limit())
    if shares[delimiter] == 0:
        raise InputError("read.one_column_of_text", path=path, start=text.split("\n", 1)[0].strip()[:60])
    width = _width(records)
    titles = next(place for place, record in enumerate(records) if len(record) == width)
    if titles > _MOST_TITLE_ROWS or any(len(record) > 1 for record in records[:titles]):
        titles = 0
    first = records[titles]
    if len(first) != width:
        raise InputError("read.short_header", path=path, cells=_cells(len(first)), width=width)
    below = next((record for record in records[titles + 1 :] if len(record) == width), None)
    headless = below is not None and any(
        shape_of([cell]) is not None and shape_of([cell]) is shape_of([under])
        for cell, under in zip(first, below, strict=False)
    )
    header = titles if headless else titles + 1
    return _Layout(
        delimiter=delimiter,
        width=width,
        names=None if headless else first,
        header=header,
        mixed_lines=mixed_lines,
        has_mark=has_mark,
    )


def _sample(text: str, delimiter: str) -> list[list[str]]:
    """Return the first records by one delimiter; none where a cell would be longer than `csv` reads."""
    try:
        return list(itertools.islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _SAMPLE_RECORDS))
    except csv.Error:
        return []


def _width(records: list[list[str]]) -> int:
    return Counter(len(record) for record in records if record).most_common(1)[0][0]


def _share(records: list[list[str]]) -> float:
    """Return the share of the records that have the usual number of cells; 0 where the usual number is 1."""
    filled = [record for record in records if record]
    width = _width(filled) if filled else 0
    return sum(len(record) == width for record in filled) / len(filled) if width > 1 else 0.0


def _records(path: Path, layout: _Layout) -> Iterator[tuple[int, list[str]]]:
    """Yield each record of the file below the header that is not blank, with its row as a spreadsheet counts rows."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row, record in enumerate(csv.reader(file, delimiter=layout.delimiter), start=1):
            if row > layout.header and record:
                yield row, record


def _place(path: Path, layout: _Layout, record: int) -> int:
    """Return the row of a record, as a spreadsheet counts rows."""
    for count, (row, _) in enumerate(_records(path, layout), start=1):
        if count == record:
            return row
    return record + layout.header


def _ragged(path: Path, layout: _Layout) -> InputError | None:
    """Return the error about a row with more or fewer cells than the others, or None."""
    try:
        for row, record in _records(path, layout):
            if len(record) != layout.width:
                return InputError("read.ragged", path=path, row=row, cells=_cells(len(record)), width=layout.width)
    except csv.Error:
        return None
    return None


def _wrong_quotes(path: Path, layout: _Layout) -> InputError | None:
    """Return the error about the first double quote that never closes or closes before the end of a cell, or None."""
    row = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            for row, _ in enumerate(csv.reader(file, delimiter=layout.delimiter, strict=True), start=1):  # noqa: B007 (the last row read is wanted)
                pass
        except csv.Error as error:
            unclosed = "unexpected end" in str(error) or "field larger" in str(error)
            key = "read.quote_unclosed" if unclosed else "read.quote_inside"
            return InputError(key, path=path, row=row + 1)
    return None


def _cells(count: int) -> Message:
    return Message("read.one_cell" if count == 1 else "read.cells", {"count": count})


def _notes(layout: _Layout) -> list[Message]:
    notes: list[Message] = []
    if layout.has_mark:
        notes.append(Message("note.byte_order_mark"))
    if layout.delimiter != ",":
        delimiter = Message("read.tab") if layout.delimiter == "\t" else layout.delimiter
        notes.append(Message("note.delimiter", {"delimiter": delimiter}))
    titles = layout.header if layout.names is None else layout.header - 1
    if titles:
        notes.append(Message("note.title_rows", {"count": titles}))
    if layout.names is None:
        notes.append(Message("note.no_header"))
    return notes
