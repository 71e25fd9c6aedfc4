"""Whether a point or a comma separates thousands or decimals, where both readings fit every cell."""
# ruff: noqa: S608  (the SQL is made of our own names; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from thalweg.series.read.numbers import UNDECIDED
from thalweg.sql import literal

if TYPE_CHECKING:
    from thalweg.series.read.table import Table

_FIRST_GROUPED = 1000  # from here on, a column that groups its thousands writes a separator


class Settled(Enum):
    """What a whole column says about the only mark of its numbers."""

    BY_ITS_CELLS = auto()  # some cell fits one reading only
    DECIMAL = auto()
    THOUSANDS = auto()
    USUALLY = auto()  # decimal as far as is known, since points usually are
    NOT = auto()


def settle_mark(table: Table, cells: str, *, semicolon: bool) -> Settled:
    """Decide what the mark in numbers such as 1.100 and 1,100 means, from all values of the column.

    Numbers from 1000 on that stand without a mark show that none separates thousands. Whole numbers below 1000 beside
    such numbers leave it open: 697 beside 1.100 may be of thousands written with points. The comma outside files
    separated by semicolons is the one exception: there it separates thousands, as in English.

    Parameters
    ----------
    table : Table
    cells : str
        A query that gives ``used``, ``missing`` and ``value_text``; some cell has a mark.
    semicolon : bool
        Whether cells are separated by semicolons.
    """
    counted = f"SELECT * FROM ({cells}) WHERE used AND NOT missing"
    has_mark = "regexp_matches(value_text, '[.,]')"
    fits_one = f"{has_mark} AND NOT regexp_full_match(value_text, {literal(UNDECIDED)})"
    if table.query(f"SELECT 1 FROM ({counted}) WHERE {fits_one} LIMIT 1"):
        return Settled.BY_ITS_CELLS
    whole = f"NOT {has_mark} AND abs(try_cast(value_text AS DOUBLE))"
    commas, points, small, large = table.query(
        f"SELECT count(*) FILTER (WHERE contains(value_text, ',')), count(*) FILTER (WHERE contains(value_text, '.')), "
        f"count(*) FILTER (WHERE {whole} < {_FIRST_GROUPED}), count(*) FILTER (WHERE {whole} >= {_FIRST_GROUPED}) "
        f"FROM ({counted})"
    )[0]
    if commas and points:
        return Settled.NOT
    if commas and not semicolon:
        return Settled.NOT if large else Settled.THOUSANDS
    if large:
        return Settled.DECIMAL
    return Settled.NOT if small or semicolon else Settled.USUALLY
