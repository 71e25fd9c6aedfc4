"""The simulated channel, computed once more from its description, factor by factor."""

import datetime as dt
from math import exp

import numpy as np
import pytest

from thalweg.series.sample import sample, sample_csv
from thalweg.series.series import Series

# The factor of each day about lunar new year of 2021, whose eve was 11 February; the dip begins the day before.
NEW_YEAR_2021 = dict(zip(range(10, 18), (0.75, 0.5, 0.55, 0.62, 0.7, 0.8, 0.88, 0.95), strict=True))
WEEKDAYS = (1.08, 1.10, 1.06, 1.02, 0.82, 0.74, 1.04)  # Monday first


def of_terms(date):
    """The factor of the time of year; terms last from 22 February to 22 June and from 10 September to 17 December."""
    day = (date - dt.date(date.year, 1, 1)).days
    factor = 0.6
    for first, last in ((52, 172), (252, 350)):
        inside = 1 / (1 + exp((first - day) / 3)) / (1 + exp((day - last) / 3))
        factor += 0.4 * inside * (0.85 + 0.3 * (day - first) / (last - first))
    return factor


@pytest.mark.parametrize(
    ("days", "seed", "cut"),
    [(1000, 0, False), (1000, 7, False), (60, 21, True)],  # in the last, a day is shared widely so late that it is cut
)
def test_every_day_is_the_product_of_its_factors(days, seed, cut):
    series = sample(days=days, seed=seed, start=np.datetime64("2019-03-01"))
    generator = np.random.default_rng(seed)
    normal = generator.normal(scale=0.055, size=days)
    shared = np.zeros(days + 6)
    for day in np.flatnonzero(generator.random(days) < 0.008):
        shared[day : day + 6] += generator.uniform(0.3, 1.2) * 0.45 ** np.arange(6)
    assert bool(shared[days:].any()) == cut
    noise = 0.0
    for day in range(days):
        date = dt.date(2019, 3, 1) + dt.timedelta(days=day)
        noise = normal[day] + 0.75 * noise
        if date.month in (1, 2) and date.year != 2021:
            continue  # lunar new year of these years is not written down here
        new_year = NEW_YEAR_2021.get(date.day, 1) if (date.year, date.month) == (2021, 2) else 1
        level = 900 + 2600 * (1 - exp(-day / 1500))
        expected = level * WEEKDAYS[date.weekday()] * of_terms(date) * new_year * exp(noise) * (1 + shared[day])
        assert series.values[day] == pytest.approx(expected, abs=0.5 + 1e-6)


def test_the_channel_of_the_readme_does_not_change():
    series = sample()
    assert (len(series), str(series.start), series.source) == (2200, "2019-01-01", "simulated channel")
    assert series.values[:7].tolist() == [598, 572, 572, 459, 400, 576, 641]
    assert series.values.sum() == 3_870_515


@pytest.mark.parametrize("days", [1, 2, 6])
def test_a_few_days_are_a_channel_too(days):
    series = sample(days=days, seed=3)
    assert len(series) == len(series.observed) == days
    assert series.observed.all()


def test_observed_days_alone_are_written_whole_numbers_without_a_point():
    series = Series(
        start=np.datetime64("2020-02-28"),
        values=np.array([3.0, 1.0, 2.5, -4.0]),
        observed=np.array([True, False, True, True]),
        name="views",
    )
    assert sample_csv(series) == b"date,views\n2020-02-28,3\n2020-03-01,2.5\n2020-03-02,-4\n"
