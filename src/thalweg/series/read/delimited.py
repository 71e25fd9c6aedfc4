"""Text files with a row a line: CSV with any of the usual delimiters."""
# ruff: noqa: S608  (the SQL is made of our own names; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import itertools
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.messages import Message
from thalweg.series.read.dates import shape_of
from thalweg.series.read.outline import Dated, End, dated_column, end_of_table, outline
from thalweg.series.read.plain import PlainText, plain_text
from thalweg.series.read.table import Column, Table, connect, unique_names
from thalweg.series.read.typed import open_json
from thalweg.sql import literal, no_wildcards

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DELIMITERS = "\t;|,；，"  # commas come last: they also stand inside numbers and dates
_SAMPLE_BYTES = 1 << 18
_SAMPLE_LEAST_LINES = 5
_SAMPLE_MOST_BYTES = 1 << 23
_SAMPLE_RECORDS = 200
_MOST_TITLE_ROWS = 20
_SEPARATOR_LINE = re.compile(r'"?sep=([^"])"?\s*', re.IGNORECASE)  # spreadsheets read it, and leave it out


@dataclass(frozen=True)
class _Layout:
    """How a file is written.

    Attributes
    ----------
    delimiter : str
        What separates the cells.
    separator_line : bool
        Whether the first line names the delimiter.
    width : int
        How many cells a row has.
    names : list of str, optional
        The columns' names, where there is a header.
    titles : int
        How many records stand above the header, or above the data where there is none.
    header : int
        How many records there are above the data.
    skipped : int
        How many records between the header and the data are not blank.
    dated : Dated, optional
        The column of dates, where the first rows show one.
    """

    delimiter: str
    width: int
    separator_line: bool
    names: list[str] | None
    titles: int
    header: int
    skipped: int
    dated: Dated | None


def open_delimited(path: Path) -> Table:
    """Open a text file as a table whose cells are text.

    Parameters
    ----------
    path : Path
        An existing file.

    Raises
    ------
    InputError
        If the file is empty, is binary, is in an unknown encoding, has one column only, or has no rows below its
        header.
    """
    return open_text(plain_text(path))


def open_text(text: PlainText) -> Table:
    """Open a text as a table; the text is discarded with it. Errors are those of `open_delimited`."""
    try:
        return open_json(text) if text.is_json() else _open(text)
    except BaseException:
        text.discard()
        raise


def _open(text: PlainText) -> Table:
    path = text.path
    layout = _layout(text)
    end = _end(text, layout)
    names = unique_names(layout.names or [""] * layout.width)
    columns = [Column(name, f"c{place}", "text") for place, name in enumerate(names)]
    # DuckDB's strict reader refuses a file whose lines end in two ways. Its lenient reader cuts long rows short without
    # an error, so it is used only after the cells of every row have been counted here.
    if text.mixed_lines and (ragged := _ragged(text, layout)) is not None:
        raise ragged
    fields = ", ".join(f"'{column.field}': 'VARCHAR'" for column in columns)
    view = (
        "CREATE TEMP VIEW source_rows AS SELECT row_number() OVER () AS record, * FROM read_csv("
        f"{literal(no_wildcards(str(text.file)))}, auto_detect=false, header=false, delim={literal(layout.delimiter)}, "
        f"quote='\"', escape='\"', skip={layout.header}, columns={{{fields}}}, compression='none', "
        f"strict_mode={'false' if text.mixed_lines else 'true'}, buffer_size=8000000)"
    )
    table = Table(
        source=path.name,
        connection=connect(),
        columns=columns,
        place=lambda record: _place(text, layout, record),
        explain=lambda _: _wrong_quotes(text, layout) or _ragged(text, layout) or InputError("read.bad_csv", path=path),
        semicolon=layout.delimiter == ";",
        notes=[*text.notes, *_notes(layout, end)],
        discard=text.discard,
    )
    table.prepare(view)
    if not table.query("SELECT 1 FROM source_rows LIMIT 1"):
        raise InputError("read.header_only", path=path, names=names)
    return table


def _layout(source: PlainText) -> _Layout:
    """Find from its first lines how a file is written."""
    path = source.path
    with source.file.open("rb") as file:
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
    line = None if source.delimiter else _SEPARATOR_LINE.fullmatch(text.split("\n", 1)[0])
    delimiters = source.delimiter or (line[1] if line else _DELIMITERS)
    readings = {delimiter: _sample(text, delimiter) for delimiter in delimiters}
    shares = {delimiter: _share(records) for delimiter, records in readings.items()}
    delimiter = max(delimiters, key=lambda mark: shares[mark])
    records = readings[delimiter]
    if not any(readings.values()):
        raise InputError("read.cell_too_long", path=path, row=_too_long(source), most=csv.field_size_limit())
    if shares[delimiter] == 0:
        raise InputError("read.one_column_of_text", path=path, start=text.split("\n", 1)[0].strip()[:60])
    if line:
        records[0] = []
    width = _width(records)
    dated = dated_column(records, width)
    found = outline(records, width, dated) if dated else None
    if found:
        names = None if found.header is None else records[found.header]
        titles = found.data if found.header is None else found.header
        header = found.data
    else:
        names, titles, header = _by_width(path, records, width)
    return _Layout(
        delimiter=delimiter,
        width=width,
        separator_line=line is not None,
        names=names,
        titles=titles,
        header=header,
        skipped=sum(any(cell.strip() for cell in record) for record in records[titles + (names is not None) : header]),
        dated=dated,
    )


def _by_width(path: Path, records: list[list[str]], width: int) -> tuple[list[str] | None, int, int]:
    """Return the header's cells, if any, and how many records stand above it and above the data.

    Without a column of dates, the header is the first row as wide as the others.
    """
    titles = next(place for place, record in enumerate(records) if len(record) == width)
    if titles > _MOST_TITLE_ROWS or any(len(record) > 1 for record in records[:titles]):
        titles = 0
    first = records[titles]
    if len(first) != width:
        row = 1 + next(place for place, record in enumerate(records) if len(record) > 1)
        raise InputError("read.short_header", path=path, row=row, cells=_cells(len(records[row - 1])), width=width)
    below = next((record for record in records[titles + 1 :] if len(record) == width), None)
    headless = below is not None and any(
        shape_of([cell]) is not None and shape_of([cell]) is shape_of([under])
        for cell, under in zip(first, below, strict=False)
    )
    return (None, titles, titles) if headless else (first, titles, titles + 1)


def _sample(text: str, delimiter: str) -> list[list[str]]:
    """Return the first records by one delimiter; none where a cell would be longer than `csv` reads."""
    try:
        return list(itertools.islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _SAMPLE_RECORDS))
    except csv.Error:
        return []


def _too_long(text: PlainText) -> int:
    """Return the row of a file that has a cell longer than `csv` reads, as a spreadsheet counts rows."""
    row = 0
    with text.file.open(encoding="utf-8-sig", newline="") as file, contextlib.suppress(csv.Error):
        for row, _ in enumerate(csv.reader(file), start=1):  # noqa: B007 (the last row read is wanted)
            pass
    return row + 1


def _width(records: list[list[str]]) -> int:
    return Counter(len(record) for record in records if record).most_common(1)[0][0]


def _share(records: list[list[str]]) -> float:
    """Return the share of the records that have the usual number of cells; 0 where the usual number is 1."""
    filled = [record for record in records if record]
    width = _width(filled) if filled else 0
    return sum(len(record) == width for record in filled) / len(filled) if width > 1 else 0.0


def _end(text: PlainText, layout: _Layout) -> End | None:
    """Return where the table ends if other rows follow it; the file to be read is then cut there."""
    if layout.dated is None or not (text.has_blank_lines or _has_remarks(text, layout, layout.dated)):
        return None
    try:
        end = end_of_table(_records(text, layout, strict=True), layout.width, layout.dated)
        if end is not None:
            with text.file.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.reader(file, delimiter=layout.delimiter)
                for _ in itertools.islice(reader, end.row - 1):
                    pass
                lines = reader.line_num
            text.cut(lines)
    except csv.Error:
        return None  # told with its row when the rows are read
    return end


def _has_remarks(text: PlainText, layout: _Layout, dated: Dated) -> bool:
    """Whether the last row of the file is none of the table."""
    lines = [line for line in text.last_lines() if line.strip(f' "{layout.delimiter}')]
    last = _sample(lines[-1], layout.delimiter) if lines else []
    return not last or not dated.fits(last[-1])


def _records(text: PlainText, layout: _Layout, *, strict: bool = False) -> Iterator[tuple[int, list[str]]]:
    """Yield each record of the file below the header that is not blank, with its row as a spreadsheet counts rows."""
    with text.file.open(encoding="utf-8-sig", newline="") as file:
        for row, record in enumerate(csv.reader(file, delimiter=layout.delimiter, strict=strict), start=1):
            if row > layout.header and record:
                yield row, record


def _place(text: PlainText, layout: _Layout, record: int) -> int:
    """Return the row of a record, as a spreadsheet counts rows."""
    with contextlib.suppress(csv.Error):  # a cell that `csv` finds too long
        for count, (row, _) in enumerate(_records(text, layout), start=1):
            if count == record:
                return row
    return record + layout.header


def _ragged(text: PlainText, layout: _Layout) -> InputError | None:
    """Return the error about a row with more or fewer cells than the others, or None."""
    try:
        for row, record in _records(text, layout):
            if len(record) != layout.width:
                return InputError("read.ragged", path=text.path, row=row, cells=_cells(len(record)), width=layout.width)
    except csv.Error:
        return None
    return None


def _wrong_quotes(text: PlainText, layout: _Layout) -> InputError | None:
    """Return the error about the first double quote that never closes or closes before the end of a cell, or None."""
    row = 0
    with text.file.open(encoding="utf-8-sig", newline="") as file:
        try:
            for row, _ in enumerate(csv.reader(file, delimiter=layout.delimiter, strict=True), start=1):  # noqa: B007 (the last row read is wanted)
                pass
        except csv.Error as error:
            if "field larger" in str(error):
                return InputError("read.cell_too_long", path=text.path, row=row + 1, most=csv.field_size_limit())
            key = "read.quote_unclosed" if "unexpected end" in str(error) else "read.quote_inside"
            return InputError(key, path=text.path, row=row + 1)
    return None


def _cells(count: int) -> Message:
    return Message("read.one_cell" if count == 1 else "read.cells", {"count": count})


def _notes(layout: _Layout, end: End | None) -> list[Message]:
    notes: list[Message] = []
    if layout.delimiter != ",":
        delimiter = Message("read.tab") if layout.delimiter == "\t" else layout.delimiter
        notes.append(Message("note.delimiter", {"delimiter": delimiter}))
    titles = layout.titles - layout.separator_line
    if layout.separator_line:
        notes.append(Message("note.separator_line"))
    if titles:
        notes.append(Message("note.title_rows", {"count": titles}))
    if layout.skipped:
        notes.append(Message("note.rows_below_header", {"count": layout.skipped}))
    if layout.names is None:
        notes.append(Message("note.no_header"))
    if end is not None:
        notes.append(Message("note.rows_below", {"row": end.row, "example": end.text}))
    return notes
