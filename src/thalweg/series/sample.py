"""A simulated teaching channel, for trying everything where no data is at hand."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.dates import date_range
from thalweg.series.series import Series

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NAME = "simulated views"
_START = np.datetime64("2019-01-01", "D")
_WEEK = (1.08, 1.10, 1.06, 1.02, 0.82, 0.74, 1.04)  # Monday first: Fridays and Saturdays are low
_TERMS = ((52.0, 172.0), (252.0, 350.0))  # days of the year: late February to June, September to mid-December
_HOLIDAYS = 0.6  # of a term's views
_DIP = (0.75, 0.5, 0.55, 0.62, 0.7, 0.8, 0.88, 0.95)  # from the day before lunar new year's eve
_EVE = "Chinese New Year's Eve"
_SPREADS_A_DAY = 0.008
_MEMORY = 0.75  # share of a day's surprise that the next day inherits
_SURPRISE = 0.055
_COUNTRY = "TW"  # whose lunar new year the channel keeps; `--country TW` names it


def sample(days: int = 2200, seed: int = 0, start: np.datetime64 = _START) -> Series:
    """Simulate the daily views of a teaching channel.

    A product of what such channels show: a week with low Fridays and Saturdays, two terms a year with
    holidays between, growth that slows, a dip at lunar new year, surprises that the next days remember,
    and now and then a day that spreads far.

    Parameters
    ----------
    days : int
        How many days, at least 1.
    seed : int
        Of the surprises; the same seed gives the same values.
    start : numpy.datetime64
        The first day.

    Returns
    -------
    Series
        Whole numbers, none negative, a few hundred to some thousands a day; ``simulated`` is True.

    Raises
    ------
    ValueError
        If `days` is below 1.
    """
    if days < 1:
        raise ValueError(f"days is {days}; at least 1 is expected.")
    generator = np.random.default_rng(seed)
    dates = date_range(start.astype("datetime64[D]"), days)
    surprise = _remembered(generator.normal(scale=_SURPRISE, size=days))
    level = 900.0 + 2600.0 * (1.0 - np.exp(-np.arange(days) / 1500.0))
    views = level * _week(dates) * _year(dates) * _new_year(dates) * np.exp(surprise) * _spread(generator, days)
    return Series(
        start=dates[0],
        values=np.rint(views),
        observed=np.ones(days, dtype=np.bool_),
        name=_NAME,
        source="simulated channel",
        simulated=True,
    )


def sample_csv(series: Series) -> bytes:
    """Return a series as a CSV file: columns ``date`` and the series' name, observed days only.

    A series read back from a column whose name begins with "simulated" knows that it is simulated.
    """
    lines = [f"date,{series.name}"]
    lines += [
        f"{date},{int(value) if value == int(value) else repr(float(value))}"
        for date, value, observed in zip(series.dates, series.values, series.observed, strict=True)
        if observed
    ]
    return ("\n".join(lines) + "\n").encode()


def _week(dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
    monday = np.datetime64("1970-01-05", "D")
    return np.array(_WEEK)[(dates - monday).astype(np.int64) % 7]


def _year(dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Two terms a year with quiet holidays between; each begins and ends within about a week."""
    day = (dates - dates.astype("datetime64[Y]")).astype(np.float64)
    busy = np.full(len(day), _HOLIDAYS)
    for first, last in _TERMS:
        inside = 1.0 / (1.0 + np.exp((first - day) / 3.0)) / (1.0 + np.exp((day - last) / 3.0))
        busy += (1.0 - _HOLIDAYS) * inside * (0.85 + 0.3 * (day - first) / (last - first))  # examinations draw near
    return busy


def _new_year(dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Dip deepest on the eve of lunar new year, and come back within a week."""
    import holidays  # noqa: PLC0415  (loaded late: `import thalweg` stays light)

    years = range(dates[0].astype(object).year, dates[-1].astype(object).year + 2)
    feasts = holidays.country_holidays(_COUNTRY, years=years, language="en_US")
    factor = np.ones(len(dates))
    for eve in feasts.get_named(_EVE, lookup="exact"):
        for after, share in enumerate(_DIP, start=-1):
            factor[dates == np.datetime64(eve + dt.timedelta(days=after), "D")] = share
    return factor


def _remembered(surprise: NDArray[np.float64]) -> NDArray[np.float64]:
    """Let each day inherit a share of the surprise of the day before."""
    total = surprise.copy()
    for day in range(1, len(total)):
        total[day] += _MEMORY * total[day - 1]
    return total


def _spread(generator: np.random.Generator, days: int) -> NDArray[np.float64]:
    """Raise a few days a year that are shared widely, and let it wane over the days after."""
    extra = np.zeros(days)
    for day in np.flatnonzero(generator.random(days) < _SPREADS_A_DAY):
        wane = generator.uniform(0.3, 1.2) * 0.45 ** np.arange(6)
        extra[day : day + 6] += wane[: days - day]
    return 1.0 + extra
