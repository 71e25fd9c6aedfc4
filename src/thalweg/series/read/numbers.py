"""From cells to numbers: which ways of writing a number are understood, as SQL that is tried on a whole column."""

from __future__ import annotations

import re
from dataclasses import dataclass

from thalweg.series.read.eastern import plain_width, without_myriads, without_myriads_sql
from thalweg.series.read.marked import parts_sql, take_apart
from thalweg.sql import literal

MISSING = ("", "na", "n/a", "#n/a", "nan", "nat", "null", "none", "<na>", "-", "–", "—", ".", "?")
"""Cells that stand for a missing value, in lower case."""

INFINITE = ("inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "∞", "-∞")
"""Cells that stand for an infinite value, in lower case."""

# Grouped thousands never begin with a zero, and have no exponent: in 0,123 and 1.234e5 the mark stands before decimals.
_POINT = r"[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?)"
_COMMA = r"[+-]?(?:(?:\d+(?:,\d*)?|,\d+)(?:[eE][+-]?\d+)?|[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?)"
_INDIAN = r"[+-]?(?:\d+|[1-9]\d?(?:,\d{2})*,\d{3})(?:\.\d*)?"
UNDECIDED = r"[+-]?[1-9]\d{0,2}[.,]\d{3}"
"""A number whose only mark may separate thousands or decimals."""
_GAPS = "[ \u00a0\u202f\u2009'’]"
_GAPPED = rf"[+-]?\d{{1,3}}(?:{_GAPS}\d{{3}})+(?:[.,]\d*)?"


@dataclass(frozen=True)
class NumberReading:
    """One way to read a value column.

    Attributes
    ----------
    value : str
        SQL for the number, null where the cell does not fit.
    decimal_comma : bool
        Whether a comma stands before the decimals.
    """

    value: str
    decimal_comma: bool = False


def tidy(cell: str) -> str:
    """Return the cell as the patterns expect it: an ASCII minus sign, thousands without gaps."""
    cell = without_myriads(plain_width(cell).strip().replace("\u2212", "-"))
    return re.sub(_GAPS, "", cell) if re.fullmatch(_GAPPED, cell) else cell


def is_number(cell: str) -> bool:
    """Whether the cell is a number, with a point or a comma before its decimals; a currency's sign may stand by it."""
    cell = tidy(cell)
    if cell.lower() in INFINITE or any(re.fullmatch(pattern, cell) for pattern in (_POINT, _COMMA)):
        return True
    marked = take_apart(cell)
    return marked is not None and any(re.fullmatch(pattern, tidy(marked.text)) for pattern in (_POINT, _COMMA, _INDIAN))


def is_missing(cell: str) -> bool:
    """Whether the cell stands for a missing value."""
    return cell.strip().lower() in MISSING


def readings_of_text(text: str, *, thorough: bool) -> list[NumberReading]:
    """Return the ways to read numbers written as text; `text` is SQL for the text of `number_text`.

    The last of the thorough ways is Indian grouping, as in 1,23,456.
    """
    point = f"replace({text}, ',', '')"
    comma = f"replace(replace({text}, '.', ''), ',', '.')"
    ways = [
        NumberReading(f"CASE WHEN regexp_full_match({text}, {literal(_POINT)}) THEN try_cast({point} AS DOUBLE) END"),
        NumberReading(
            f"CASE WHEN regexp_full_match({text}, {literal(_COMMA)}) THEN try_cast({comma} AS DOUBLE) END",
            decimal_comma=True,
        ),
        NumberReading(f"CASE WHEN regexp_full_match({text}, {literal(_INDIAN)}) THEN try_cast({point} AS DOUBLE) END"),
    ]
    return ways if thorough else ways[:2]


def number_text(cell: str, *, thorough: bool, marked: bool) -> tuple[str, str, str]:
    """Return SQL for the number in a cell as text, for the mark beside it, and for what it counts.

    Parameters
    ----------
    cell : str
        SQL for the trimmed text.
    thorough : bool
        Whether the minus sign U+2212 and spaces or apostrophes between thousands are understood; it takes three times
        as long.
    marked : bool
        Whether signs beside the number are understood, as `thalweg.series.read.marked` does.
    """
    text, mark, factor = parts_sql(cell) if marked else (cell, "''", "1")
    if thorough:
        text = f"replace({text}, '\u2212', '-')"
        text = text if marked else without_myriads_sql(text)
        gapped = f"regexp_full_match({text}, {literal(_GAPPED)})"
        text = f"CASE WHEN {gapped} THEN regexp_replace({text}, {literal(_GAPS)}, '', 'g') ELSE {text} END"
    return text, mark, factor


def reading_of_number_type(column: str) -> NumberReading:
    """Return the reading of a column whose type is a number; `column` is its name in SQL."""
    return NumberReading(f"CASE WHEN isnan({column}) THEN NULL ELSE {column} END")
