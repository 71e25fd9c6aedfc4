"""Numbers, days and spans of time as people write them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from thalweg.messages import catalogue
from thalweg.series.frequency.dates import clock, is_moment, python_date
from thalweg.series.frequency.record import MONTHS_OF_A_QUARTER, MONTHS_OF_A_YEAR
from thalweg.series.variation import MOST_FIGURES, ROUNDING, figures, magnitude, spread, variation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from thalweg.series.frequency.record import Frequency

ABSENT = "–"
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
MOST_DECIMALS = 8  # a small number that needs more is written with an exponent
SMALLEST_WRITTEN_OUT = 1e-4  # a smaller number may be written with an exponent
LEAST_POWER_OF_TEN = 1e9  # from this size on, a number is written with a power of ten
MOST_DECIMALS_OF_POWER = 5  # before the power of ten; with more, all figures are written
LEAST_INEXACT = 1e15  # from this size on, a double number may have lost its decimals
MINUTE_SECONDS = 60
RELATIVE_TOLERANCE = 1e-9  # of the variation; numbers that are nearer count as equal
LITTLE_CHANGE_SHARE = 0.02  # a smaller change of a loss, as a share of it, counts as none
SMALL_VALUES_BELOW = 10  # series whose values stay below this have estimates with a decimal
MOST_DECIMALS_OF_RATES = 6


def decimals(scale: float) -> int:
    """Return the decimals that show three significant figures of a number of this size.

    They are 0 for large numbers. From 10⁹ on they are negative: that many figures before the point need not be shown.
    """
    if not math.isfinite(scale) or scale == 0:
        return 0
    places = 2 - magnitude(scale)
    return places if abs(scale) >= LEAST_POWER_OF_TEN else max(places, 0)


def common_decimals(values: Iterable[float]) -> int:
    """Return the decimals for a column of numbers, so that it lines up: those that the smallest needs, 0 left out.

    Where these would hide how far the numbers lie apart, it is those that show three figures of that.
    """
    column = np.fromiter(values, np.float64)
    sizes = np.abs(column[np.isfinite(column) & (column != 0)])
    if not len(sizes):
        return 0
    places = min(decimals(float(sizes.min())), decimals(float(sizes.max())) + 2)
    return _showing(places, spread(column))


def _showing(places: int, change: float) -> int:
    """Return `places`, or as many decimals as show three figures of a change that would not be seen with these."""
    return decimals(change) if change and decimals(change) - 2 > places else places


def value_decimals(values: NDArray[np.float64]) -> int:
    """Return the decimals of a series' own values, but no more than its variation needs for three figures.

    Parameters
    ----------
    values : ndarray of float64, shape (days,)
    """
    size = float(np.abs(values).max(initial=0.0))
    scale = variation(values) or size
    most = decimals(scale)
    noise = max(RELATIVE_TOLERANCE * scale, ROUNDING * size)
    return next(
        (places for places in range(most) if bool((np.abs(values - values.round(places)) <= noise).all())), most
    )


def estimate_decimals(values: NDArray[np.float64]) -> int:
    """Return the decimals of estimates of a series: those of its values, and at least one where values are small.

    Where most values are 0 and their mean is small, estimates are small rates: they have two figures.
    """
    places, sizes = value_decimals(values), np.abs(values)
    mean = float(sizes.mean()) if len(sizes) else 0.0
    if 0 < mean < SMALL_VALUES_BELOW and np.count_nonzero(sizes) < len(sizes) / 2:
        return max(places, min(1 - magnitude(mean), MOST_DECIMALS_OF_RATES), 1)
    return max(places, 1) if sizes.max(initial=0.0) < SMALL_VALUES_BELOW else places


def value_format(*values: NDArray[np.float64]) -> str:
    """Return the format in which a chart shows values of a series: six figures, or all that its variation needs.

    Parameters
    ----------
    *values : ndarray of float64, shape (days,)
        One or more columns that are shown beside each other.
    """
    size = max((float(np.abs(each[np.isfinite(each)]).max(initial=0.0)) for each in values), default=0.0)
    changes = [change for each in values if (change := variation(each))]
    shown = figures(size, min(changes, default=0.0), 6, 3)
    return f",.{shown}~{'g' if 0 < size < SMALLEST_WRITTEN_OUT else 'r'}"


def missed(target: float, prediction: float, places: int) -> bool:
    """Whether an error is other than zero when it is written with `places` decimals."""
    return abs(target - prediction) >= 0.5 * 10.0**-places


def number(value: float, places: int | None = None) -> str:
    """Write a number with thousands commas and `places` decimals, by default enough for three significant figures.

    What is not finite is written as a dash. From 10⁹ on a power of ten is written, with four figures or more:
    ``1.182e12``. All figures are written where `places` asks for many of them, as for a counter that has grown large:
    ``1,000,000,000,123``. So is a power of ten for what would need many zeros behind the point: ``8.30e−11``.
    """
    if not math.isfinite(value):
        return ABSENT
    size = abs(value)
    places = decimals(value) if places is None else places
    if size >= LEAST_POWER_OF_TEN:
        after_first = magnitude(size) + places
        if after_first > MOST_DECIMALS_OF_POWER and size < LEAST_INEXACT:
            return f"{value:,.{max(places, 0)}f}".replace("-", "−")
        return _with_exponent(value, min(max(after_first, 3), MOST_FIGURES - 1))
    if 0 < size < SMALLEST_WRITTEN_OUT and places > MOST_DECIMALS:
        after_first = magnitude(size) + places
        return "0" if after_first < 0 else _with_exponent(value, min(after_first, MOST_FIGURES - 1))
    text = f"{value:,.{max(places, 0)}f}" if size else "0"
    return text.replace("-", "−") if float(text.replace(",", "")) else text.lstrip("-")


def cell_number(value: float, places: int) -> str:
    """Write a number for a column of `places` decimals; what would be written as 0 there has figures of its own."""
    return number(value) if value and abs(value) < 0.5 * 10.0**-places else number(value, places)


def signed(value: float, places: int) -> str:
    """Return a number with its sign; 0 has none."""
    rounded = round(value, places) + 0.0  # there is no -0
    return f"+{number(rounded, places)}" if rounded > 0 else number(rounded, places)


def number_among(value: float, values: NDArray[np.float64]) -> str:
    """Write a number that belongs to a series: with three significant figures, or those that its variation needs."""
    return number(value, _showing(decimals(value), variation(values)))


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


def day(date: np.datetime64, language: str = "en", form: str = "report.day") -> str:
    """Write a day: ``Thu 11 Feb 2021``, ``2021年2月11日周四``; in the form that the key `form` gives.

    A moment has its time behind it: ``Thu 11 Feb 2021, 14:00``.
    """
    translate = catalogue(language)
    moment = python_date(date)
    told = translate(
        form,
        weekday=translate("report.weekdays").split()[moment.weekday()],
        day=moment.day,
        month=translate("report.months").split()[moment.month - 1],
        year=moment.year,
    )
    return translate("report.moment", day=told, time=clock(date)) if is_moment(date) else told


def when(date: np.datetime64, frequency: Frequency, language: str = "en", form: str = "report.day") -> str:
    """Write the date of a step as `day` does; a step of months by the period it stands for.

    A month is ``Feb 2021``, ``2021年2月``. A quarter of the calendar is ``2021 Q1`` and a year of it ``2021``, dated by
    their first month or by their last. Quarters and years that begin in another month are written as months, since
    their number would not tell which they are.
    """
    if not frequency.by_month:
        return day(date, language, form)
    month = python_date(date).month
    if (month - 1) % frequency.units not in {0, frequency.units - 1}:
        return day(date, language, "report.month")
    if frequency.units == MONTHS_OF_A_YEAR:
        return day(date, language, "report.year")
    if frequency.units == MONTHS_OF_A_QUARTER:
        return catalogue(language)("report.quarter", year=python_date(date).year, quarter=(month + 2) // 3)
    return day(date, language, "report.month")
