"""Dates of which some have day and month exchanged."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from thalweg import InputError, read

CASE = Path(__file__).parent / "cases" / "04_days_and_months_swapped.csv"
DAYS = [dt.date(2023, 3, 6) + dt.timedelta(days=i) for i in range(300)]
FORMS = [
    ("%d/%m/%Y", "%m/%d/%Y"),
    ("%m/%d/%Y", "%d/%m/%Y"),
    ("%d.%m.%Y", "%m.%d.%Y"),
    ("%Y-%m-%d", "%Y-%d-%m"),
    ("%d-%m-%Y", "%m-%d-%Y"),
]


def read_dates(tmp_path, dates, **options):
    path = tmp_path / "views.csv"
    path.write_text("\n".join(["day,views", *(f"{date},{i}" for i, date in enumerate(dates, start=7))]) + "\n")
    return read(path, **options)


def refused(tmp_path, dates, **options):
    with pytest.raises(InputError) as caught:
        read_dates(tmp_path, dates, **options)
    assert caught.value.message.key == "error.read.day_and_month_exchanged"
    return caught.value


def test_the_case_is_refused_and_the_advice_works(tmp_path):
    with pytest.raises(InputError) as caught:
        read(CASE)
    for word in ("row 8", '"03/12/2023"', "is 2023-12-03", "where 2023-03-12 belongs"):
        assert word in str(caught.value)
    days = [dt.date(2023, 3, 6) + dt.timedelta(days=i) for i in range(500)]
    series = read_dates(tmp_path, days)
    assert (len(series), series.dates.tolist()) == (500, days)
    head, *rows = CASE.read_text().split()
    path = tmp_path / "sorted.csv"
    path.write_text("\n".join([head, *sorted(rows, key=lambda row: (row[6:10], row[3:5], row[:2]))]))
    assert read(path).observed.sum() == 500


@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize(("form", "other"), FORMS)
def test_days_up_to_the_twelfth(tmp_path, form, other, way):
    """A spreadsheet of another country took for dates what it could, and left the rest as text."""
    dates = [day.strftime(other if day.day <= 12 else form) for day in DAYS][::way]
    error = refused(tmp_path, dates)
    assert str(error.message.values["exchanged"]) in {str(day) for day in DAYS}


@pytest.mark.parametrize(("form", "other"), FORMS)
@pytest.mark.parametrize("place", [30, 61, 280])
def test_a_single_date(tmp_path, form, other, place):
    dates = [day.strftime(form) for day in DAYS]
    assert DAYS[place].day <= 12
    assert DAYS[place].day != DAYS[place].month
    dates[place] = DAYS[place].strftime(other)
    error = refused(tmp_path, dates)
    assert error.message.values["row"].values["row"] == place + 2
    assert str(error.message.values["exchanged"]) == str(DAYS[place])
    dates[place] = DAYS[place].strftime(form)
    assert read_dates(tmp_path, dates).dates.tolist() == DAYS


def test_working_days(tmp_path):
    days = [day for day in DAYS if day.weekday() < 5]
    refused(tmp_path, [day.strftime("%m/%d/%Y" if day.day <= 12 else "%d/%m/%Y") for day in days])


@pytest.mark.parametrize("form", [form for form, _ in FORMS])
@pytest.mark.parametrize("seed", range(4))
def test_rows_in_another_order_are_no_exchanged_dates(tmp_path, form, seed):
    """Neither where all are mixed, nor where two halves of the file changed places, nor where days are missing."""
    mixed = [DAYS[i] for i in np.random.default_rng(seed).permutation(len(DAYS))]
    gaps = sorted(mixed[:200])
    for days in (mixed, DAYS[150:] + DAYS[:150], gaps, DAYS[::-1], gaps[::-1]):
        series = read_dates(tmp_path, [day.strftime(form) for day in days])
        assert series.dates[series.observed].tolist() == sorted(days)


@pytest.mark.parametrize("place", [0, -1])
def test_a_row_that_is_written_again_is_no_exchanged_date(tmp_path, place):
    """The first day again behind the last one, where day and month of the first, exchanged, would follow."""
    days = [dt.date(2004, 4, 8) + dt.timedelta(days=i) for i in range(118)]
    rows = [f"{day},{100 + i * i % 37}" for i, day in enumerate(days)]
    again = [*rows, rows[0]] if place else [rows[-1], *rows]
    path = tmp_path / "views.csv"
    path.write_text("\n".join(["date,views", *again]) + "\n")
    series = read(path)
    assert (str(series.dates[0]), len(series), series.observed.all()) == ("2004-04-08", 118, True)
