"""Digits and marks of full width, and numbers in ten thousands (万) and hundred millions (亿)."""

from __future__ import annotations

import re

from thalweg.sql import literal

_WIDE = "０１２３４５６７８９，．－＋／：％（）　"
_PLAIN = "0123456789,.-+/:%() "
_TABLE = str.maketrans(_WIDE, _PLAIN)
_TEN_THOUSANDS, _HUNDRED_MILLIONS = "万萬만", "亿億억"
_SUFFIX = rf"\s*([{_TEN_THOUSANDS}{_HUNDRED_MILLIONS}])$"
_DECIMALS = 4  # that a number in ten thousands has when it is written out


def plain_width(cell: str) -> str:
    """Return a cell in digits and marks of usual width."""
    return cell if cell.isascii() else cell.translate(_TABLE)


def plain_width_sql(cell: str) -> str:
    """Return SQL for what `plain_width` returns."""
    return f"translate({cell}, {literal(_WIDE)}, {literal(_PLAIN)})"


def without_myriads(cell: str) -> str:
    """Return a number without the sign of ten thousands or hundred millions at its end."""
    return cell if cell.isascii() else re.sub(_SUFFIX, "", cell)


def without_myriads_sql(cell: str) -> str:
    """Return SQL for what `without_myriads` returns."""
    return f"regexp_replace({cell}, {literal(_SUFFIX)}, '')"


def times_myriads_sql(cell: str, value: str) -> str:
    """Return SQL for `value`, the number of the cell without its sign, times what the sign stands for."""
    sign = f"regexp_extract({cell}, {literal(_SUFFIX)}, 1)"
    return (
        f"CASE WHEN {sign} = '' THEN {value} "
        f"WHEN contains({literal(_TEN_THOUSANDS)}, {sign}) THEN round({value} * 1e4, {_DECIMALS}) "
        f"ELSE round({value} * 1e8, {_DECIMALS}) END"
    )


def has_myriads_sql(cell: str) -> str:
    """Return SQL for whether a cell ends with such a sign."""
    return f"regexp_matches({cell}, {literal(_SUFFIX)})"
