"""A simulated teaching channel, to try everything without data of one's own."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Argument
from thalweg.series.frequency.dates import a_day, date_range, day_of_year, weekdays, years
from thalweg.series.series import Series

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NAME = "simulated views"
_START = a_day("2019-01-01")
_WEEKDAY_FACTORS = (1.08, 1.10, 1.06, 1.02, 0.82, 0.74, 1.04)  # from Monday on; Fridays and Saturdays are low
_TERMS = ((52.0, 172.0), (252.0, 350.0))  # days of the year: late February to June, September to mid-December
_BREAK_SHARE = 0.6  # views between the terms, as a share of a term's views
_NEW_YEAR_FACTORS = (0.75, 0.5, 0.55, 0.62, 0.7, 0.8, 0.88, 0.95)  # from the day before lunar new year's eve
_EVE = "Chinese New Year's Eve"
_SHARED_DAYS_SHARE = 0.008  # of the days, on which a video is shared widely
_MEMORY = 0.75  # share of a day's noise that the next day inherits
_NOISE_DEVIATION = 0.055  # standard deviation, in the logarithm of the views
_COUNTRY = "TW"  # whose lunar new year the channel follows


def sample(days: int = 2200, seed: int = 0, start: np.datetime64 = _START) -> Series:
    """Simulate the daily views of a teaching channel.

    The views are a product of what such channels show: a week with low Fridays and Saturdays, two terms a year with
    breaks between, growth that slows, a dip at lunar new year, noise of which the next day inherits a part, and a few
    days a year on which a video is shared widely.

    Parameters
    ----------
    days : int
        The number of days, at least 1.
    seed : int
        For the random numbers; the same seed gives the same values.
    start : numpy.datetime64
        The first day.

    Returns
    -------
    Series
        A few hundred to some thousands of views a day, whole numbers; ``simulated`` is True.

    Raises
    ------
    InputError
        If `days` is below 1.
    """
    if days < 1:
        raise InputError("simulated.days", argument=Argument("days", days))
    generator = np.random.default_rng(seed)
    dates = date_range(a_day(start), days)
    noise = _remembered(generator.normal(scale=_NOISE_DEVIATION, size=days))
    level = 900.0 + 2600.0 * (1.0 - np.exp(-np.arange(days) / 1500.0))
    views = level * _of_week(dates) * _of_year(dates) * _of_new_year(dates) * np.exp(noise) * _shared(generator, days)
    return Series(
        start=dates[0],
        values=np.rint(views),
        observed=np.ones(days, dtype=np.bool_),
        name=_NAME,
        source="simulated channel",
        simulated=True,
    )


def sample_csv(series: Series) -> bytes:
    """Return the observed days of a series as a CSV file with the columns ``date`` and the series' name.

    A column whose name begins with "simulated" is read back as simulated.
    """
    lines = [f"date,{series.name}"]
    lines += [
        f"{date},{int(value) if value == int(value) else repr(float(value))}"
        for date, value, observed in zip(series.dates, series.values, series.observed, strict=True)
        if observed
    ]
    return ("\n".join(lines) + "\n").encode()


def _of_week(dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return the factor of each date's weekday."""
    return np.array(_WEEKDAY_FACTORS)[weekdays(dates)]


def _of_year(dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return the factor of the time of year: two terms with breaks between; each begins and ends within a week."""
    day = day_of_year(dates)
    busy = np.full(len(day), _BREAK_SHARE)
    for first, last in _TERMS:
        inside = 1.0 / (1.0 + np.exp((first - day) / 3.0)) / (1.0 + np.exp((day - last) / 3.0))
        busy += (
            (1.0 - _BREAK_SHARE) * inside * (0.85 + 0.3 * (day - first) / (last - first))
        )  # more towards the examinations
    return busy


def _of_new_year(dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return the factor of lunar new year: lowest on its eve, and nearly 1 again within a week."""
    import holidays  # noqa: PLC0415  (loaded late: `import thalweg` stays light)

    first, last = years(dates[[0, -1]])
    known = holidays.country_holidays(_COUNTRY, years=range(first, last + 2), language="en_US")
    factor = np.ones(len(dates))
    for eve in known.get_named(_EVE, lookup="exact"):
        for after, share in enumerate(_NEW_YEAR_FACTORS, start=-1):
            factor[dates == a_day(eve + dt.timedelta(days=after))] = share
    return factor


def _remembered(noise: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return noise of which each day inherits a share from the day before."""
    total = noise.copy()
    for day in range(1, len(total)):
        total[day] += _MEMORY * total[day - 1]
    return total


def _shared(generator: np.random.Generator, days: int) -> NDArray[np.float64]:
    """Return the factor of wide sharing: high on a few days a year, and falling over the five days after."""
    extra = np.zeros(days)
    for day in np.flatnonzero(generator.random(days) < _SHARED_DAYS_SHARE):
        falling = generator.uniform(0.3, 1.2) * 0.45 ** np.arange(6)
        extra[day : day + 6] += falling[: days - day]
    return 1.0 + extra
