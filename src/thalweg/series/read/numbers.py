"""From cells to numbers: which ways of writing a number are understood, as SQL that is tried on a whole column."""

from __future__ import annotations

import re
from dataclasses import dataclass

from thalweg.series.read.eastern import plain_width, times_myriads_sql, without_myriads, without_myriads_sql
from thalweg.sql import literal

MISSING = ("", "na", "n/a", "#n/a", "nan", "nat", "null", "none", "<na>", "-", "–", "—", ".", "?")
"""Cells that stand for a missing value, in lower case."""

INFINITE = ("inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "∞", "-∞")
"""Cells that stand for an infinite value, in lower case."""

# Grouped thousands never begin with a zero: in 0,123 and 0.123 the mark stands before decimals.
_POINT = r"[+-]?(?:(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_COMMA = r"[+-]?(?:(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)(?:,\d*)?|,\d+)(?:[eE][+-]?\d+)?"
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
    """Whether the cell is a number, with a point or a comma before its decimals."""
    cell = tidy(cell)
    return cell.lower() in INFINITE or any(re.fullmatch(pattern, cell) for pattern in (_POINT, _COMMA))


def is_missing(cell: str) -> bool:
    """Whether the cell stands for a missing value."""
    return cell.strip().lower() in MISSING


def readings_of_text(cell: str, *, thorough: bool) -> list[NumberReading]:
    """Return the ways to read numbers written as text; `cell` is SQL for the trimmed text.

    Thorough readings also accept the minus sign U+2212 and spaces or apostrophes between thousands; they take three
    times as long.
    """
    text = cell
    if thorough:
        text = without_myriads_sql(f"replace({cell}, '\u2212', '-')")
        gapped = f"regexp_full_match({text}, {literal(_GAPPED)})"
        text = f"CASE WHEN {gapped} THEN regexp_replace({text}, {literal(_GAPS)}, '', 'g') ELSE {text} END"
    point = f"replace({text}, ',', '')"
    comma = f"replace(replace({text}, '.', ''), ',', '.')"
    by_point, by_comma = (
        f"CASE WHEN regexp_full_match({text}, {literal(pattern)}) THEN try_cast({number} AS DOUBLE) END"
        for pattern, number in ((_POINT, point), (_COMMA, comma))
    )
    if thorough:
        by_point, by_comma = times_myriads_sql(cell, by_point), times_myriads_sql(cell, by_comma)
    return [NumberReading(by_point), NumberReading(by_comma, decimal_comma=True)]


def reading_of_number_type(column: str) -> NumberReading:
    """Return the reading of a column whose type is a number; `column` is its name in SQL."""
    return NumberReading(f"CASE WHEN isnan({column}) THEN NULL ELSE {column} END")
