"""Weeks, months, quarters and years as dates: how they are written, and the first day of each as SQL."""

from __future__ import annotations

WEEKS, MONTHS, QUARTERS, YEARS, SPANS = "iso_weeks", "months", "quarters", "years", "spans"
"""The kinds of periods; the last word of the note about each."""

_YEAR = "regexp_extract({cell}, '[0-9]{{4}}')"
_QUARTER = "regexp_extract(regexp_replace({cell}, '[0-9]{{4}}', ''), '[1-4]')"
_WEEK = "regexp_extract(regexp_replace({cell}, '[0-9]{{4}}', ''), '[0-9]{{1,2}}')"
_MONDAY = f"try_strptime({_YEAR} || '-W' || {_WEEK} || '-1', '%G-W%V-%u')::DATE"
WEEK = f"CASE WHEN isoyear({_MONDAY}) = {_YEAR}::INT THEN {_MONDAY} END"
"""SQL for the Monday of a week; null for the 53rd of a year of 52."""

QUARTER = f"try_strptime({_YEAR} || '-' || (3 * {_QUARTER}::INT - 2), '%Y-%m')::DATE"
MONTH = "try_strptime(regexp_replace({cell}, '-?[Mm]', '-'), '%Y-%m')::DATE"
SPAN = "try_strptime(left({cell}, 10), '%Y-%m-%d')::DATE"

_WEEK_WORD = "(?i:week|wk|kw|cw)"
PERIODS = (  # how a period is written, its kind, and its `strptime` formats, or SQL for its first day and an example
    (r"\d{4}-\d{1,2}", MONTHS, "%Y-%m", ""),
    (r"\d{4}/\d{1,2}", MONTHS, "%Y/%m", ""),
    (r"(?:0?[1-9]|1[0-2])/\d{4}", MONTHS, "%m/%Y", ""),
    (r"(?:0?[1-9]|1[0-2])-\d{4}", MONTHS, "%m-%Y", ""),
    (r"(?:0[1-9]|1[0-2])\.(?:19|20)\d{2}", MONTHS, "%m.%Y", ""),
    (r"\d{4}年\d{1,2}月", MONTHS, "%Y年%m月", ""),
    (r"\d{4}-?[Mm]\d{1,2}", MONTHS, "2024M01", MONTH),
    (r"\d{4}[- /]?[Qq][1-4]", QUARTERS, "2024Q1", QUARTER),
    (r"[Qq][1-4][- /]?\d{4}", QUARTERS, "Q1 2024", QUARTER),
    (r"\d{4}年第?[1-4]季度?", QUARTERS, "2024年第1季度", QUARTER),
    (r"\d{4}[- ]?[Ww]\d{1,2}", WEEKS, "2024-W05", WEEK),
    (rf"\d{{4}}[ ,-]{{0,3}}{_WEEK_WORD}\.? ?\d{{1,2}}", WEEKS, "2024 week 5", WEEK),
    (rf"(?:[Ww]|{_WEEK_WORD})\.? ?\d{{1,2}}[ ,/-]{{1,3}}\d{{4}}", WEEKS, "week 5 2024", WEEK),
    (r"\d{4}年第?\d{1,2}周", WEEKS, "2024年第5周", WEEK),
    (r"\d{4}年", YEARS, "%Y年", ""),
    (r"\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2}", SPANS, "2024-01-01/2024-01-07", SPAN),
)
