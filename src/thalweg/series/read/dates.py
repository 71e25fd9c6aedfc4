"""From cells to days: which ways of writing a date are understood, as SQL that is tried on a whole column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from thalweg.series.read.numbers import is_number
from thalweg.series.read.periods import MONTHS, PERIODS
from thalweg.series.read.words import Words, words_of
from thalweg.sql import literal

TOTAL_WORDS = ("total", "totals", "grand total", "sum", "gesamt", "summe", "合计", "总计", "總計", "合計")
"""What a summary row holds in place of a date, as in an export of YouTube Studio."""

# Python reads these patterns for the sample, and DuckDB's RE2 for the whole column. RE2 knows no look-around.
_TIME = (
    r"(?:T|\s+)(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[AaPp]\.?[Mm]\.?)?)"
    r"\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?$"
)
_WEEKDAY = r"^(?i:mon|tue|wed|thu|fri|sat|sun)(?i:[a-z]*)\.?,?\s+"
_MONTH = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_MONTH_WORD = rf"({_MONTH})[A-Za-z]*\.?"
_BETWEEN = r"[\s,-]+"
_CELLS_LOOKED_AT = 20
_MAY_HAVE_WORDS = re.compile(r"\d\D+\d")  # a day and a year at least, whatever stands beside them


@dataclass(frozen=True)
class Shape:
    """One way to write a date.

    Attributes
    ----------
    pattern : str
        A regular expression for the date without weekday and time of day.
    formats : tuple of str
        The `strptime` formats that it may stand for; several where day, month or year may come first.
    words : bool
        Whether the month is a word.
    period : str
        What is written instead of a day, one of the kinds of `thalweg.series.read.periods`; "" for a day.
    first_day : str
        SQL for the first day of a period that no `strptime` format can read; ``{cell}`` stands for the text.
    """

    pattern: str
    formats: tuple[str, ...]
    words: bool = False
    period: str = ""
    first_day: str = ""

    def fits(self, cell: str) -> bool:
        """Whether the cell has this shape, with or without a weekday and a time of day."""
        return self._whole.match(cell) is not None

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        return re.compile(rf"(?:{_WEEKDAY})?{self.pattern}(?:{_TIME}|$)")


SHAPES = (
    Shape(r"\d{4}-\d{1,2}-\d{1,2}", ("%Y-%m-%d",)),
    Shape(r"\d{4}/\d{1,2}/\d{1,2}", ("%Y/%m/%d",)),
    Shape(r"\d{4}\.\d{1,2}\.\d{1,2}", ("%Y.%m.%d",)),
    Shape(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", ("%Y%m%d",)),
    Shape(r"\d{1,2}/\d{1,2}/\d{4}", ("%m/%d/%Y", "%d/%m/%Y")),
    Shape(r"\d{1,2}-\d{1,2}-\d{4}", ("%m-%d-%Y", "%d-%m-%Y")),
    Shape(r"\d{1,2}/\d{1,2}/\d{2}", ("%m/%d/%y", "%d/%m/%y", "%y/%m/%d")),
    Shape(r"\d{1,2}-\d{1,2}-\d{2}", ("%m-%d-%y", "%d-%m-%y", "%y-%m-%d")),
    Shape(r"\d{1,2}\.\d{1,2}\.\d{4}", ("%d.%m.%Y",)),
    Shape(r"\d{1,2}\.\d{1,2}\.\d{2}", ("%d.%m.%y", "%y.%m.%d")),
    Shape(r"\d{4} \d{1,2} \d{1,2}", ("%Y %m %d",)),
    Shape(r"\d{4}年\d{1,2}月\d{1,2}日", ("%Y年%m月%d日",)),
    Shape(rf"{_MONTH_WORD}{_BETWEEN}\d{{1,2}}{_BETWEEN}\d{{4}}", ("%b %d %Y",), words=True),
    Shape(rf"\d{{1,2}}{_BETWEEN}{_MONTH_WORD}{_BETWEEN}\d{{4}}", ("%d %b %Y",), words=True),
    Shape(rf"\d{{1,2}}{_BETWEEN}{_MONTH_WORD}{_BETWEEN}\d{{2}}", ("%d %b %y",), words=True),
    Shape(rf"\d{{4}}{_BETWEEN}{_MONTH_WORD}{_BETWEEN}\d{{1,2}}", ("%Y %b %d",), words=True),
    Shape(rf"{_MONTH_WORD}{_BETWEEN}\d{{4}}", ("%b %Y",), words=True, period=MONTHS),
    Shape(rf"\d{{4}}{_BETWEEN}{_MONTH_WORD}", ("%Y %b",), words=True, period=MONTHS),
    *(Shape(pattern, (form,), period=period, first_day=sql) for pattern, period, form, sql in PERIODS),
)


@dataclass(frozen=True)
class DateReading:
    """One way to read a date column.

    Attributes
    ----------
    format : str
        In `strptime` codes; "" for a column whose type is a date or a moment.
    day, time : str
        SQL for the day, null where the cell does not fit, and for the time of day, null where there is none.
    """

    format: str
    day: str
    time: str

    @property
    def first(self) -> str:
        """Which stands first: "day", "month" or "year"."""
        return {"%d": "day", "%m": "month"}.get(self.format[:2], "year")


def shape_of(cells: list[str]) -> Shape | None:
    """Return the shape that more than half of the cells have, or None."""
    dated = [cell.strip() for cell in cells if cell.lower() not in TOTAL_WORDS]
    if not dated:
        return None
    counts = [(sum(shape.fits(cell) for cell in dated), shape) for shape in SHAPES]
    count, shape = max(counts, key=lambda pair: pair[0])
    return shape if 2 * count > len(dated) else None


def words_and_shape(cells: list[str]) -> tuple[Words | None, Shape | None]:
    """Return the shape of dates that may hold words, and what these stand for; no words where the plain shape fits all.

    See Also
    --------
    shape_of : For dates without weekdays, and with English months only.
    """
    shape = shape_of(cells)
    dated = [cell.strip() for cell in cells if cell.lower() not in TOTAL_WORDS]
    if shape is not None and all(shape.fits(cell) for cell in dated):
        return None, shape
    looked_at = dated[:_CELLS_LOOKED_AT]  # most columns hold numbers, and this is quick
    if 2 * sum(_MAY_HAVE_WORDS.search(cell) is not None and not is_number(cell) for cell in looked_at) <= len(
        looked_at
    ):
        return None, shape
    bodies = [without_time(cell) for cell in dated]
    words = words_of([body for body in bodies if any(letter.isdigit() for letter in body)])
    if words is None:
        return None, shape
    plain = [words.plain(body) for body in bodies]
    worded = shape_of(plain)
    if worded is None or (shape is not None and _fitting(worded, plain) <= _fitting(shape, dated)):
        return None, shape
    return words, worded


def _fitting(shape: Shape, cells: list[str]) -> int:
    return sum(shape.fits(cell) for cell in cells)


def has_codes(date_format: str) -> bool:
    """Whether a format has any of `strptime`'s codes."""
    return "%" in date_format


def without_time(cell: str) -> str:
    """Return a date's text without the time of day and the zone that may follow it."""
    return re.sub(_TIME, "", cell)


def body_of(cell: str) -> str:
    """Return SQL for what `without_time` returns; `cell` is SQL for the trimmed text."""
    return f"regexp_replace({cell}, {literal(_TIME)}, '')"


def readings_of_shape(shape: Shape, cell: str, *, thorough: bool, words: Words | None = None) -> list[DateReading]:
    """Return the ways to read text of a shape; `cell` is SQL for the trimmed text.

    Thorough readings also accept a weekday before the date. With `words`, the shape is that of the plain text.
    """
    text = f"regexp_replace({cell}, {literal(_WEEKDAY)}, '')" if thorough and words is None else cell
    if shape.first_day:
        return [DateReading(shape.formats[0], shape.first_day.format(cell=text), "NULL")]
    if words is not None:
        body, time = _body_and_time(text)
        text = f"({words.sql(body)} || {time})"
    text, time = _body_and_time(text)
    if shape.words:
        text = f"regexp_replace({text}, {literal(_MONTH_WORD)}, '\\1')"
        text = f"regexp_replace({text}, {literal(_BETWEEN)}, ' ', 'g')"
    return [
        DateReading(form, f"try_strptime({text}, {literal(form)})::DATE", f"nullif({time}, '')")
        for form in shape.formats
    ]


def _body_and_time(text: str) -> tuple[str, str]:
    """Return SQL for the date and for the time of day, "" where there is none."""
    # The search for a time of day takes the most time, so it is done only where there is a colon.
    time = f"CASE WHEN contains({text}, ':') THEN regexp_extract({text}, {literal(_TIME)}, 0) ELSE '' END"
    return f"left({text}, length({text}) - length({time}))", time


def reading_of_format(form: str, cell: str) -> DateReading:
    """Return the reading of the `strptime` format `form`; `cell` is SQL for the trimmed text."""
    stamp = f"try_strptime({cell}, {literal(form)})"
    clock = any(code in form for code in ("%H", "%I", "%-H", "%-I", "%X", "%c"))
    return DateReading(form, f"{stamp}::DATE", f"strftime({stamp}, '%H:%M:%S')" if clock else "NULL")


def reading_of_time_type(column: str) -> DateReading:
    """Return the reading of a column whose type is a date or a moment; `column` is its name in SQL."""
    return DateReading("", f"{column}::DATE", f"nullif(strftime({column}, '%H:%M:%S.%f'), '00:00:00.000000')")
