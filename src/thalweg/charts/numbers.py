"""Numbers, days and spans of time as people write them."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

import numpy as np

from thalweg.messages import catalogue
from thalweg.series.frequency.dates import python_date

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

ABSENT = "–"
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
MOST_DECIMALS = 8
SMALLEST_WRITTEN_OUT = 1e-4  # a smaller number is written with an exponent
LEAST_POWER_OF_TEN = 1e9  # from this size on, a number is written with a power of ten
MINUTE_SECONDS = 60
RELATIVE_TOLERANCE = 1e-9  # relative; numbers that are nearer count as equal
LITTLE_CHANGE_SHARE = 0.02  # a smaller change of a loss, as a share of it, counts as none
SMALL_VALUES_BELOW = 10  # series whose values stay below this have estimates with a decimal


def decimals(scale: float) -> int:
    """Return the decimals that show three significant figures of a number of this size, 0 for large numbers."""
    if not math.isfinite(scale) or scale == 0:
        return 0
    return min(max(0, 2 - math.floor(math.log10(abs(scale)))), MOST_DECIMALS)


def common_decimals(values: Iterable[float]) -> int:
    """Return the decimals for a column of numbers, so that it lines up: those that the smallest needs, 0 left out."""
    sizes = [abs(value) for value in values if math.isfinite(value) and value != 0]
    return min(decimals(min(sizes)), decimals(max(sizes)) + 2) if sizes else 0


def value_decimals(values: NDArray[np.float64]) -> int:
    """Return the decimals of a series' own values, but no more than its mean daily change needs for three figures.

    Parameters
    ----------
    values : ndarray of float64, shape (days,)
    """
    size = float(np.abs(values).max(initial=0.0))
    change = float(np.abs(np.diff(values)).mean()) if len(values) > 1 else 0.0
    most = decimals(change if change > size * RELATIVE_TOLERANCE else size)
    return next(
        (places for places in range(most) if np.allclose(values, values.round(places), RELATIVE_TOLERANCE, 0)), most
    )


def estimate_decimals(values: NDArray[np.float64]) -> int:
    """Return the decimals of estimates of a series: those of its values, and at least one where values are small."""
    places = value_decimals(values)
    return max(places, 1) if np.abs(values).max(initial=0.0) < SMALL_VALUES_BELOW else places


def missed(target: float, prediction: float, places: int) -> bool:
    """Whether an error is other than zero when it is written with `places` decimals."""
    return abs(target - prediction) >= 0.5 * 10.0**-places


def number(value: float, places: int | None = None) -> str:
    """Write a number with thousands commas and `places` decimals, by default enough for three significant figures.

    What is not finite is written as a dash. From 10⁹ on, four figures and a power of ten are written: ``1.182e12``.
    """
    if not math.isfinite(value):
        return ABSENT
    if abs(value) >= LEAST_POWER_OF_TEN:
        return _with_exponent(value, 3)
    places = decimals(value) if places is None else places
    text = f"{value:,.{places}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else text.lstrip("-")


def short_number(value: float) -> str:
    """Write a number for a drawing: two decimals as the lecture has them, or two figures if it is small."""
    size = abs(value)
    if not math.isfinite(value):
        return ABSENT
    if size < 1e-300:  # noqa: PLR2004 - a smaller number has no logarithm
        return "0"
    if size < 9.5e-5 or size >= 1e6:  # noqa: PLR2004 - written out, it would be too long
        return _with_exponent(value, 1)
    places = 2 if size >= 0.0995 else 3 if size >= 0.00995 else 4 if size >= 9.95e-4 else 5  # noqa: PLR2004 - two figures
    if size >= 1000:  # noqa: PLR2004 - no decimals
        places = 0
    text = f"{value:,.{places}f}"
    if "." in text and abs(float(text.replace(",", "")) - value) < 1e-12 * max(1.0, size):
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")


def exact_number(value: float) -> str:
    """Write a number with five significant figures, so that two numbers can be compared."""
    if value == 0:
        return "0"
    return _with_exponent(value, 4) if abs(value) < SMALLEST_WRITTEN_OUT else f"{value:.5g}".replace("-", "−")


def rounded_number(value: float, figures: int) -> str:
    """Write a number with so many significant figures and thousands commas."""
    if value != 0 and abs(value) < SMALLEST_WRITTEN_OUT:
        return _with_exponent(value, figures - 1)
    return f"{float(f'{value:.{figures}g}'):,.10g}".replace("-", "−")


def large_count(value: float) -> str:
    """Write a count: 12,345, or 8.2×10²⁵ where it would be too long."""
    if value < 1e7:  # noqa: PLR2004 - from here on
        return f"{value:,.0f}"
    mantissa, power = f"{value:.1e}".split("e")
    return f"{mantissa}×{power_of_ten(int(power))}"


def power_of_ten(power: int) -> str:
    """Write a power of ten that is not negative: ``10²⁵``."""
    return f"10{str(power).translate(SUPERSCRIPTS)}"


def _with_exponent(value: float, places: int) -> str:
    """Write a number with an exponent: ``1.182e12``, ``−2.5e−7``."""
    mantissa, power = f"{value:.{places}e}".split("e")
    return f"{mantissa}e{int(power)}".replace("-", "−")


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
    """Return how a loss changes, as the last part of a key: ``falls``, ``rises``, or ``stays`` for a small change."""
    if abs(after - before) <= LITTLE_CHANGE_SHARE * abs(before):
        return "stays"
    return "falls" if after < before else "rises"


def duration(seconds: float, language: str = "en") -> str:
    """Write a duration: ``3.2 s``, ``2 min 07 s``."""
    translate = catalogue(language)
    if round(seconds) < MINUTE_SECONDS:
        return translate("table.seconds", seconds=f"{seconds:.1f}")
    minutes, rest = divmod(round(seconds), MINUTE_SECONDS)
    return translate("table.minutes", minutes=minutes, seconds=rest)


def past(date: np.datetime64) -> bool:
    """Whether a day lies before today, by the user's clock."""
    return bool(date < np.datetime64(dt.datetime.now().astimezone().date()))


def day(date: np.datetime64, language: str = "en", form: str = "report.day") -> str:
    """Write a day: ``Thu 11 Feb 2021``, ``2021年2月11日周四``; in the form that the key `form` gives."""
    translate = catalogue(language)
    moment = python_date(date)
    return translate(
        form,
        weekday=translate("report.weekdays").split()[moment.weekday()],
        day=moment.day,
        month=translate("report.months").split()[moment.month - 1],
        year=moment.year,
    )
