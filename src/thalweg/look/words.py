"""Numbers, days and spans of time as people write them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from thalweg.messages import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

ABSENT = "–"
MOST_DECIMALS = 8
HUGE = 1e15
MINUTE = 60


def decimals(scale: float) -> int:
    """Return how many decimals show three figures of a number of this size, and never fewer than the whole number."""
    if not math.isfinite(scale) or scale == 0:
        return 0
    return min(max(0, 2 - math.floor(math.log10(abs(scale)))), MOST_DECIMALS)


def common_decimals(values: Iterable[float]) -> int:
    """Return the decimals under which a column of numbers lines up: those of the least that is not zero."""
    sizes = [abs(value) for value in values if math.isfinite(value) and value != 0]
    return min(decimals(min(sizes)), decimals(max(sizes)) + 2) if sizes else 0


def number(value: float, places: int | None = None) -> str:
    """Write a number with thousands commas and `places` decimals, or enough for three figures; a dash for NaN."""
    if not math.isfinite(value):
        return ABSENT
    if abs(value) >= HUGE:
        return f"{value:.3g}"
    places = decimals(value) if places is None else places
    text = f"{value:,.{places}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else text.lstrip("-")


def duration(seconds: float, language: str = "en") -> str:
    """Write a span of time: ``3.2 s``, ``2 min 07 s``."""
    tell = catalogue(language)
    if round(seconds) < MINUTE:
        return tell("table.seconds", seconds=f"{seconds:.1f}")
    minutes, rest = divmod(round(seconds), MINUTE)
    return tell("table.minutes", minutes=minutes, seconds=rest)


def day(date: np.datetime64, language: str = "en", form: str = "report.day") -> str:
    """Write a day: ``Thu 11 Feb 2021``, ``2021年2月11日周四``; by the key of its `form`."""
    tell = catalogue(language)
    moment = date.astype("datetime64[D]").item()
    return tell(
        form,
        weekday=tell("report.weekdays").split()[moment.weekday()],
        day=moment.day,
        month=tell("report.months").split()[moment.month - 1],
        year=moment.year,
    )
