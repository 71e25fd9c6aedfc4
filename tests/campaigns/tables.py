"""Files of daily numbers whose content is known, and changes of them: of their form, of their cells, of their bytes."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

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
                letters = dice.choice((b"0123456789.,-: \n", b"0123456789", bytes(range(32, 127)), bytes(range(256))))
                changed[at:at] = bytes(dice.choice(letters) for _ in range(length))
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
