"""Numbers, days and spans of time as people write them."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

import numpy as np

from thalweg.messages import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

ABSENT = "–"
MOST_DECIMALS = 8
HUGE = 1e9  # from here on a number is written with a power of ten
MINUTE = 60
EXACT = 1e-9  # relative: what is nearer is the same number
LITTLE = 0.02  # a change of a loss by no more than this share of it is none to speak of
SMALL = 10  # whole numbers below this are too few for estimates without decimals


def decimals(scale: float) -> int:
    """Return how many decimals show three figures of a number of this size, and never fewer than the whole number."""
    if not math.isfinite(scale) or scale == 0:
        return 0
    return min(max(0, 2 - math.floor(math.log10(abs(scale)))), MOST_DECIMALS)


def common_decimals(values: Iterable[float]) -> int:
    """Return the decimals under which a column of numbers lines up: those of the least that is not zero."""
    sizes = [abs(value) for value in values if math.isfinite(value) and value != 0]
    return min(decimals(min(sizes)), decimals(max(sizes)) + 2) if sizes else 0


def value_decimals(values: NDArray[np.float64]) -> int:
    """Return the decimals of a series' own values; no more than show three figures of how they change from day to day.

    Parameters
    ----------
    values : ndarray of float64, shape (days,)
    """
    size = float(np.abs(values).max(initial=0.0))
    change = float(np.abs(np.diff(values)).mean()) if len(values) > 1 else 0.0
    most = decimals(change if change > size * EXACT else size)
    return next((places for places in range(most) if np.allclose(values, values.round(places), EXACT, 0)), most)


def estimate_decimals(values: NDArray[np.float64]) -> int:
    """Return the decimals of estimates of a series: those of its values, but of small whole numbers one more."""
    places = value_decimals(values)
    return max(places, 1) if np.abs(values).max(initial=0.0) < SMALL else places


def missed(target: float, prediction: float, places: int) -> bool:
    """Whether a miss is not zero as it is written."""
    return abs(target - prediction) >= 0.5 * 10.0**-places


def number(value: float, places: int | None = None) -> str:
    """Write a number with thousands commas and `places` decimals, or enough for three figures; a dash for NaN.

    From a thousand million on four figures and a power of ten stand: ``1.182e12``.
    """
    if not math.isfinite(value):
        return ABSENT
    if abs(value) >= HUGE:
        return f"{value:.3e}".replace("e+0", "e").replace("e+", "e").replace("-", "−")
    places = decimals(value) if places is None else places
    text = f"{value:,.{places}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else text.lstrip("-")


def thousands(value: int) -> str:
    """Write a whole number with thousands commas: ``1,234``."""
    return f"{value:,}"


def significant(value: float, figures: int = 6) -> str:
    """Write a number with so many significant figures at most, without zeros at its end: ``0.02``, ``1e-05``."""
    return f"{value:.{figures}g}"


def percent(share: float, places: int = 0) -> str:
    """Write a share as percent, without the sign: 0.123 is ``12``."""
    return f"{100 * share:.{places}f}"


def turn(before: float, after: float) -> str:
    """Say which way a loss goes, as the last part of a key: ``falls``, ``rises``, or ``stays`` where that is little."""
    if abs(after - before) <= LITTLE * abs(before):
        return "stays"
    return "falls" if after < before else "rises"


def duration(seconds: float, language: str = "en") -> str:
    """Write a span of time: ``3.2 s``, ``2 min 07 s``."""
    translate = catalogue(language)
    if round(seconds) < MINUTE:
        return translate("table.seconds", seconds=f"{seconds:.1f}")
    minutes, rest = divmod(round(seconds), MINUTE)
    return translate("table.minutes", minutes=minutes, seconds=rest)


def past(date: np.datetime64) -> bool:
    """Whether a day is over where the user is."""
    return bool(date < np.datetime64(dt.datetime.now().astimezone().date()))


def day(date: np.datetime64, language: str = "en", form: str = "report.day") -> str:
    """Write a day: ``Thu 11 Feb 2021``, ``2021年2月11日周四``; by the key of its `form`."""
    translate = catalogue(language)
    moment = date.astype("datetime64[D]").item()
    return translate(
        form,
        weekday=translate("report.weekdays").split()[moment.weekday()],
        day=moment.day,
        month=translate("report.months").split()[moment.month - 1],
        year=moment.year,
    )
