"""Real files, where the environment says that they are."""

from __future__ import annotations

import csv
import datetime as dt

import numpy as np
import pytest

from support.data import real
from thalweg import InputError, read

pytestmark = pytest.mark.real

SERVED = [
    ("website_visitors_statforecasting_2014_2020.csv", "Unique.Visits", 2167, 0, {"month_first_sure", "thousands"}),
    ("wiki_log_peyton_manning.csv", "y", 2964, 59, {"missing_days"}),
    ("uk_daily_flights_2019_2022.csv", "Number of flights", 1118, 0, {"byte_order_mark", "day_first_sure"}),
    ("youtube_codingtrain_daily_views_2021.csv", "Views", 365, 0, set()),
    (
        *("cta_ridership_daily_2001_2021.csv", "total_rides", 7639, 0),
        {"month_first_sure", "duplicates_dropped", "unsorted"},
    ),
    ("lecture_views_2021_digitised.csv", "views", 46, 0, set()),
]
FORMATS = {"website": "%m/%d/%Y", "uk_daily": "%d/%m/%Y", "cta_ride": "%m/%d/%Y"}
FOUND_UNNAMED = {
    "wiki_log_peyton_manning.csv",
    "uk_daily_flights_2019_2022.csv",
    "youtube_codingtrain_daily_views_2021.csv",
}


@pytest.mark.parametrize(("file", "value", "days", "missing", "notes"), SERVED)
def test_read(file, value, days, missing, notes):
    series = read(real(file), value=None if file in FOUND_UNNAMED else value)
    assert (series.name, len(series), int((~series.observed).sum())) == (value, days, missing)
    assert {note.key.removeprefix("note.") for note in series.notes} == notes
    # the same days, read in another way
    form = next((form for start, form in FORMATS.items() if file.startswith(start)), "%Y-%m-%d")
    with real(file).open(encoding="utf-8-sig", newline="") as lines:
        known = {
            dt.datetime.strptime(next(iter(row.values())), form).date(): float(row[value].replace(",", ""))  # noqa: DTZ007 (days)
            for row in csv.DictReader(lines)
        }
    ours = dict(zip(series.dates[series.observed].tolist(), series.values[series.observed].tolist(), strict=True))
    assert ours == known


def test_duplicates_of_the_ridership_are_identical_rows():
    series = read(real("cta_ridership_daily_2001_2021.csv"), value="bus")
    (note,) = (note for note in series.notes if "dropped" in note.key)
    assert note.values == {"count": 62, "first": "2011-10-01"}


def test_countries_add_up():
    countries = read(real("youtube_codingtrain_daily_views_by_country_2021.csv"), duplicates="sum")
    channel = read(real("youtube_codingtrain_daily_views_2021.csv"))
    assert countries.start == channel.start
    with real("youtube_codingtrain_daily_views_by_country_2021.csv").open(newline="") as lines:
        total = sum(int(row["Views"]) for row in csv.DictReader(lines))
    assert countries.values.sum() == total
    assert np.corrcoef(countries.values, channel.values)[0, 1] > 0.95


@pytest.mark.parametrize(
    ("file", "value", "words"),
    [
        (
            "website_visitors_statforecasting_2014_2020.csv",
            None,
            "4 columns of numbers.*value='Page.Loads'.*Unique.Visits",
        ),
        ("cta_ridership_daily_2001_2021.csv", None, "3 columns of numbers.*day_type \\(text"),
        ("youtube_codingtrain_daily_views_by_country_2021.csv", None, "many series: 201 values of Geography a date"),
        ("ETTh1.csv", None, "7 columns of numbers.*value='HUFL'"),
    ],
)
def test_refused(file, value, words):
    with pytest.raises(InputError, match=words):
        read(real(file), value=value)
