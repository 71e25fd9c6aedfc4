"""Text files with one row a line: CSV and its kin, whatever the delimiter."""
# ruff: noqa: S608  (SQL is put together from names of our own; a user's text goes through `literal` or `identifier`)

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
_SAMPLE_LINES = 5
_SAMPLE_MOST = 1 << 23
_SAMPLE_RECORDS = 200
_BLOCK = 1 << 20
_TITLE_ROWS = 20
_CONVERT = "Save it as CSV in UTF-8 (in a spreadsheet: Save as, CSV UTF-8)."
_BINARY_STARTS = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "compressed with gzip",
    b"SQLite format 3": "an SQLite database",
    b"%PDF": "a PDF",
}


@dataclass(frozen=True)
class _Layout:
    """How a file is written: what parts its cells, where its header is, and whether lines end in two ways."""

    delimiter: str
    width: int
    names: list[str] | None
    header: int  # records up to and with the header
    mixed_lines: bool
    marked: bool  # begins with a byte-order mark


def open_delimited(path: Path) -> Table:
    """Open a text file as a table of text.

    Parameters
    ----------
    path : Path
        An existing file.

    Raises
    ------
    InputError
        If the file is empty, binary, not UTF-8, of one column, or holds nothing below its header.
    """
    mixed, marked = _check_bytes(path)
    layout = _layout(path, mixed_lines=mixed, marked=marked)
    names = unique_names(layout.names or [""] * layout.width)
    columns = [Column(name, f"c{place}", "text") for place, name in enumerate(names)]
    connection = connect()
    # DuckDB's strict reader refuses a file whose lines end in two ways; the lenient one cuts long rows short in
    # silence, so it is let in only after every row has been counted here.
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
        explain=lambda error: _unclosed(path, layout) or _ragged(path, layout) or InputError(_unreadable(path, error)),
        semicolon=layout.delimiter == ";",
        notes=_notes(layout),
    )
    if not table.query("SELECT 1 FROM source_rows LIMIT 1"):
        raise InputError(f"{path} holds a header ({', '.join(names)}) and no rows. A row a day is expected below it.")
    return table


def _check_bytes(path: Path) -> tuple[bool, bool]:
    """Refuse what is no UTF-8 text; tell whether lines end in two ways, and whether a byte-order mark begins."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    pairs = feeds = lines = 0
    with path.open("rb") as file:
        start = file.read(16)
        file.seek(0)
        if not start.removeprefix(codecs.BOM_UTF8).strip():
            raise InputError(f"{path} is empty. A CSV file with a header and a row a day is expected.")
        for mark, name in ((codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16")):
            if start.startswith(mark):
                raise InputError(f"{path} is written in {name}, where UTF-8 is expected. {_CONVERT}")
        for mark, name in _BINARY_STARTS.items():
            if start.startswith(mark):
                raise InputError(f"{path} is {name}, not text. A CSV or Parquet file is expected. {_CONVERT}")
        while block := file.read(_BLOCK):
            if 0 in block:
                raise InputError(f"{path} is a binary file, not text. A CSV or Parquet file is expected. {_CONVERT}")
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                row = 1 + lines + error.object[: error.start].count(b"\n")
                byte = error.object[error.start]
                raise InputError(
                    f"{path} is not in UTF-8: line {row} holds the byte 0x{byte:02X}, as files in Latin-1 or another "
                    f"older encoding do. {_CONVERT}"
                ) from error
            lines = feeds = feeds + block.count(b"\n")
            pairs += block.count(b"\r\n")
    return 0 < pairs < feeds, start.startswith(codecs.BOM_UTF8)


def _layout(path: Path, *, mixed_lines: bool, marked: bool) -> _Layout:
    with path.open("rb") as file:
        raw = file.read(_SAMPLE_BYTES)
        while raw.count(b"\n") < _SAMPLE_LINES and len(raw) < _SAMPLE_MOST and (more := file.read(_SAMPLE_BYTES)):
            raw += more  # long lines
        whole = not file.read(1)
    text = codecs.getincrementaldecoder("utf-8-sig")().decode(raw)
    if not whole:
        text = text[: text.rfind("\n") + 1] or text
    readings = {delimiter: _sample(text, delimiter) for delimiter in _DELIMITERS}
    shares = {delimiter: _share(records) for delimiter, records in readings.items()}
    delimiter = max(_DELIMITERS, key=lambda mark: shares[mark])
    records = readings[delimiter]
    if not any(readings.values()):
        raise InputError(f"{path} cannot be read as CSV: a cell in its first rows is longer than 131,072 letters.")
    if shares[delimiter] == 0:
        raise InputError(
            f"{path} has one column only (it begins {text.split(chr(10), 1)[0].strip()[:60]!r}). A column of dates and "
            "a column of numbers are expected, separated by commas, semicolons, tabs or bars."
        )
    width = _width(records)
    titles = next(place for place, record in enumerate(records) if len(record) == width)
    if titles > _TITLE_ROWS or any(len(record) > 1 for record in records[:titles]):
        titles = 0
    first = records[titles]
    if len(first) != width:
        raise InputError(
            f"{path}: row 1 has {_cells(len(first))} where the others have {width}. Name every column in the header; a "
            "cell that holds the delimiter itself, as a decimal comma may, must stand in double quotes."
        )
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
        marked=marked,
    )


def _sample(text: str, delimiter: str) -> list[list[str]]:
    """Return the first records by one delimiter; none where a cell by it would be larger than `csv` takes."""
    try:
        return list(itertools.islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _SAMPLE_RECORDS))
    except csv.Error:
        return []


def _width(records: list[list[str]]) -> int:
    return Counter(len(record) for record in records if record).most_common(1)[0][0]


def _share(records: list[list[str]]) -> float:
    """Return how large a part of the records has the usual number of cells; 0 where that is one."""
    filled = [record for record in records if record]
    width = _width(filled) if filled else 0
    return sum(len(record) == width for record in filled) / len(filled) if width > 1 else 0.0


def _records(path: Path, layout: _Layout) -> Iterator[tuple[int, list[str]]]:
    """Walk the whole file: each record below the header that is not blank, with its row as a spreadsheet counts."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row, record in enumerate(csv.reader(file, delimiter=layout.delimiter), start=1):
            if row > layout.header and record:
                yield row, record


def _place(path: Path, layout: _Layout, record: int) -> int:
    for count, (row, _) in enumerate(_records(path, layout), start=1):
        if count == record:
            return row
    return record + layout.header


def _ragged(path: Path, layout: _Layout) -> InputError | None:
    try:
        for row, record in _records(path, layout):
            if len(record) != layout.width:
                return InputError(
                    f"{path}: row {row} has {_cells(len(record))} where the others have {layout.width}. Mend the row; "
                    "a cell that holds the delimiter itself must stand in double quotes."
                )
    except csv.Error:
        return None
    return None


def _unclosed(path: Path, layout: _Layout) -> InputError | None:
    """Return the refusal of a quote that runs to the file's end, or None."""
    row = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            for row, _ in enumerate(csv.reader(file, delimiter=layout.delimiter, strict=True), start=1):  # noqa: B007 (the last row read is wanted)
                pass
        except csv.Error as error:
            if "unexpected end" in str(error) or "field larger" in str(error):
                return InputError(f"{path}: a quote opened in row {row + 1} is never closed. Close it, or take it out.")
    return None


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"


def _unreadable(path: Path, error: Exception) -> str:
    reason = str(error).removeprefix("Invalid Input Error: ").split("\nPossible", 1)[0]
    return f"{path} cannot be read as CSV: {' '.join(reason.split())}. Check the double quotes near that line."


def _notes(layout: _Layout) -> list[Message]:
    notes: list[Message] = []
    if layout.marked:
        notes.append(Message("note.byte_order_mark"))
    if layout.delimiter != ",":
        notes.append(Message("note.delimiter", {"delimiter": {"\t": "Tab"}.get(layout.delimiter, layout.delimiter)}))
    titles = layout.header if layout.names is None else layout.header - 1
    if titles:
        notes.append(Message("note.title_rows", {"count": titles}))
    if layout.names is None:
        notes.append(Message("note.no_header"))
    return notes
