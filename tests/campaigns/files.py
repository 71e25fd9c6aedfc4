"""Damaged files of daily numbers: each is refused in the user's language, or read as the right series.

A file is written from known days in one of the ways in which such files come. What a change may do to it is known:

- a change that keeps the meaning (delimiter, quotes, line ends, row order, compression) must give the same days;
- a change that destroys cells must be refused, or leave those days out and keep the others;
- after bytes are changed at random, every day that is read must be the day as it was, or as it now stands in the
  file by an independent reading of it.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import thalweg
from campaigns.campaign import Campaign, Outcome
from campaigns.refusal import wrong_with
from thalweg.messages import LANGUAGES, catalogue

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

_TODAY = dt.date(2026, 1, 31)
_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%B %d, %Y", "%Y/%m/%d", "%Y%m%d", "%Y-%m-%d 00:00:00")
_GARBAGE = (
    "abc",
    "12x",
    "#REF!",
    "1e999",
    "--",
    "0x1F",
    "1.2.3.4",
    "NaN?",
    "\u202e12",
    "7\x1b[31m",
    "½",
    "٣٤x",
    "=1+1",
)
_LEFT_OUT = (
    "note.rows_below",
    "note.rows_below_header",
    "note.future",
    "note.rare_weekdays",
    "note.trimmed",
    "note.total",
)

Days = dict[dt.date, float]


@dataclass(frozen=True)
class File:
    """A file before it is written.

    Attributes
    ----------
    rows : list of list of str
        The header and a row a day.
    days : dict
        What must be read.
    form : str
        How its dates are written.
    delimiter, line_end : str
    quoting : int
        As the module `csv` has it.
    above, below : str
        Text before the header and after the last row.
    encoding : str
    """

    rows: list[list[str]]
    days: Days
    form: str
    delimiter: str = ","
    line_end: str = "\n"
    quoting: int = csv.QUOTE_MINIMAL
    above: str = ""
    below: str = ""
    encoding: str = "utf-8"

    def text(self) -> str:
        """Return the file's text."""
        written = io.StringIO()
        csv.writer(written, delimiter=self.delimiter, lineterminator=self.line_end, quoting=self.quoting).writerows(
            self.rows
        )
        return self.above + written.getvalue() + self.below

    def content(self) -> bytes:
        """Return the file's bytes."""
        return self.text().encode(self.encoding)


def drawn_file(dice: random.Random) -> File:
    """Return a file of daily views with some other columns."""
    count = dice.randint(40, 130)
    first = dt.date(2024, 1, 1) + dt.timedelta(days=dice.randrange(500))
    level, decimals = dice.choice((40, 700, 900)), dice.choice((0, 0, 2))
    days: Days = {}
    for day in (first + dt.timedelta(days=place) for place in range(count)):
        value = round(level * (1 + 0.3 * (day.weekday() > 4)) * dice.uniform(0.7, 1.3), decimals)
        days[day] = float(value)
    form = dice.choice(_FORMATS)
    rows = [["Date", "Views"], *([day.strftime(form), f"{value:.{decimals}f}"] for day, value in days.items())]
    if dice.random() < 0.3:
        rows = [
            [*row, "Note" if not place else dice.choice(("", "new video", "a, b", 'he said "hi"'))]
            for place, row in enumerate(rows)
        ]
    return File(rows, days, form)


# Changes that keep the meaning. Each takes the file and the dice.


def delimited_otherwise(file: File, dice: random.Random) -> File:
    return replace(file, delimiter=dice.choice("\t;|"))


def quoted(file: File, dice: random.Random) -> File:
    del dice
    return replace(file, quoting=csv.QUOTE_ALL)


def lines_end_otherwise(file: File, dice: random.Random) -> File:
    del dice
    return replace(file, line_end="\r\n")


def in_another_order(file: File, dice: random.Random) -> File:
    head, *rows = file.rows
    if dice.random() < 0.5:
        return replace(file, rows=[head, *reversed(rows)])
    return replace(file, rows=[head, *dice.sample(rows, len(rows))])


def marked_as_utf_8(file: File, dice: random.Random) -> File:
    del dice
    return replace(file, encoding="utf-8-sig")


def blank_lines_below(file: File, dice: random.Random) -> File:
    return replace(file, below=file.line_end * dice.randint(1, 3))


def renamed(file: File, dice: random.Random) -> File:
    name = dice.choice(
        (
            "Aufrufe",
            "播放量",
            "C:\\x",
            "a\nb",
            "v\u2028w",
            "\x1b[31mred",
            "{0}",
            "${x}",
            "`b`",
            "</script>",
            "a\u202eb",
            "😀",
            "v" * 10_000,
            "it's",
            '"q"',
        )
    )
    return replace(file, rows=[[file.rows[0][0], name, *file.rows[0][2:]], *file.rows[1:]])


def padded(file: File, dice: random.Random) -> File:
    pad = " " * dice.randint(1, 3)
    return replace(file, rows=[file.rows[0], *([row[0], row[1] + pad, *row[2:]] for row in file.rows[1:])])


def repeated_rows(file: File, dice: random.Random) -> File:
    again = dice.sample(file.rows[1:], dice.randint(1, 3))
    return replace(file, rows=[*file.rows, *again])


KEEPING = (
    *(delimited_otherwise, quoted, lines_end_otherwise, in_another_order, marked_as_utf_8, blank_lines_below),
    *(renamed, padded, repeated_rows),
)

# Changes that destroy some cells. The days that they destroy are no longer to be read.


def rows_lost(file: File, dice: random.Random) -> File:
    lost = set(dice.sample(range(2, len(file.rows) - 1), dice.randint(1, 6)))
    return _without(file, [row for place, row in enumerate(file.rows) if place not in lost], lost)


def values_emptied(file: File, dice: random.Random) -> File:
    lost = set(dice.sample(range(2, len(file.rows) - 1), dice.randint(1, 6)))
    empty = dice.choice(("", "NA", "null", "-"))
    rows = [[row[0], empty, *row[2:]] if place in lost else row for place, row in enumerate(file.rows)]
    return _without(file, rows, lost)


def values_destroyed(file: File, dice: random.Random) -> File:
    lost = set(dice.sample(range(2, len(file.rows) - 1), dice.randint(1, 4)))
    rows = [[row[0], dice.choice(_GARBAGE), *row[2:]] if place in lost else row for place, row in enumerate(file.rows)]
    return _without(file, rows, lost)


def dates_destroyed(file: File, dice: random.Random) -> File:
    lost = set(dice.sample(range(2, len(file.rows) - 1), dice.randint(1, 4)))
    wrong = ("31/02/2024", "someday", "2024-13-01", "0000-00-00", "", "99", "2024-02-30")
    rows = [[dice.choice(wrong), *row[1:]] if place in lost else row for place, row in enumerate(file.rows)]
    return _without(file, rows, lost)


def cells_lost(file: File, dice: random.Random) -> File:
    lost = set(dice.sample(range(2, len(file.rows) - 1), dice.randint(1, 4)))
    rows = [row[:1] if place in lost else row for place, row in enumerate(file.rows)]
    return _without(file, rows, lost)


DESTROYING = (rows_lost, values_emptied, values_destroyed, dates_destroyed, cells_lost)


def _without(file: File, rows: list[list[str]], lost: set[int]) -> File:
    """Return the file with other rows; the days of the `lost` ones are gone where no other row has them."""
    dates = [row[0] for row in file.rows]
    gone = {dates[place] for place in lost} - {date for place, date in enumerate(dates) if place not in lost}
    days = {day: value for day, value in file.days.items() if day.strftime(file.form) not in gone}
    return replace(file, rows=rows, days=days)


# Changes of bytes, about which nothing is known beforehand.


def bytes_changed(content: bytes, dice: random.Random) -> bytes:
    """Return the content with bytes flipped, put in, taken out, cut off, repeated or moved."""
    changed = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 5, 30))):
        at = dice.randrange(len(changed) + 1)
        length = dice.choice((1, 1, 3, 40))
        match dice.randrange(7):
            case 0 if at < len(changed):
                changed[at] ^= 1 << dice.randrange(8)
            case 1:
                changed[at:at] = bytes(dice.randrange(256) for _ in range(length))
            case 2:
                del changed[at : at + length]
            case 3:
                del changed[at:]
            case 4:
                changed[at:at] = changed[at : at + length]
            case 5:
                changed[at:at] = dice.choice(
                    (b'"', b",", b"\n", b"\r", b"\0", b";", b".", b"\xff", b"\xe2\x80", b"'", b"-", b"e9", b" ")
                )
            case _:
                part = changed[at : at + length]
                del changed[at : at + length]
                to = dice.randrange(len(changed) + 1)
                changed[to:to] = part
    return bytes(changed)


def read_plainly(content: bytes, file: File) -> dict[dt.date, set[float]]:
    """Return every day that stands in a file, with its values, as a reader that knows how it was written sees it."""
    found: dict[dt.date, set[float]] = {}
    text = content.decode("utf-8-sig", errors="replace").replace("\0", "\ufffd")
    for line in text.splitlines():
        for row in csv.reader([line], delimiter=file.delimiter):
            for place, cell in enumerate(row[:-1]):
                try:
                    day = dt.datetime.strptime(cell.strip(), file.form).date()  # noqa: DTZ007
                    found.setdefault(day, set()).add(float(row[place + 1].replace(",", "")))
                except ValueError:
                    continue
    return found


# Trials.


def begin(folder: Path) -> Callable[[random.Random], Outcome]:
    """Return the trial, which writes its file into the folder."""
    return lambda dice: _trial(folder, dice)


def _trial(folder: Path, dice: random.Random) -> Outcome:
    file = drawn_file(dice)
    kept = dice.sample(KEEPING, dice.choice((0, 1, 1, 2)))
    changes = [change.__name__ for change in kept]
    for change in kept:
        file = change(file, dice)
    sort = dice.choice(("kept", "destroyed", "bytes", "bytes"))
    if sort == "destroyed":
        change = dice.choice(DESTROYING)
        file = change(file, dice)
        changes.append(change.__name__)
    content = file.content()
    name = dice.choice(("views.csv", "views.txt", "a b.csv", "播放.csv", "it's.csv", "{0}.csv"))
    if sort == "bytes":
        content = bytes_changed(content, dice)
    elif dice.random() < 0.1:
        content, name = gzip.compress(content), f"{name}.gz"
    path = folder / name
    path.write_bytes(content)
    try:
        series = thalweg.read(path, today=_TODAY)
    except Exception as error:  # noqa: BLE001 - what may come is what is tried
        fault = wrong_with(error, name)
        if sort == "kept" and not fault:
            fault = f"refused after {', '.join(changes)}: {error}"
        return Outcome(f"{sort}: refused", fault)
    told = [catalogue(language)(note) for language in LANGUAGES for note in series.notes]
    seen = {
        day: float(value)
        for day, value, there in zip(series.dates.tolist(), series.values, series.observed, strict=True)
        if there
    }
    if sort == "bytes":
        fault = _byte_fault(seen, content, file, [note.key for note in series.notes])
    else:
        fault = (
            ""
            if seen == file.days
            else f"after {', '.join(changes)}: {_difference(seen, file.days)}; {told[: len(series.notes)]}"
        )
    return Outcome(f"{sort}: read", fault)


def _byte_fault(seen: Days, content: bytes, file: File, notes: list[str]) -> str:
    standing = read_plainly(content, file)
    for day, value in seen.items():
        if value not in standing.get(day, set()) | {file.days.get(day)}:
            return f"{day} is read as {value}; the file had {file.days.get(day)} and has {standing.get(day)}"
    lost = [day for day in file.days if day in standing and day not in seen]
    if lost and not set(notes) & set(_LEFT_OUT):
        return f"{lost[0]} is not read, and no note says so: {notes}"
    return ""


def _difference(seen: Days, wanted: Days) -> str:
    for day in sorted(seen.keys() | wanted.keys()):
        if seen.get(day) != wanted.get(day):
            return f"{day} is read as {seen.get(day)}, not {wanted.get(day)}"
    return ""


CAMPAIGN = Campaign("Damaged files of daily numbers are refused in words, or read as the right series.", 10_000, begin)
