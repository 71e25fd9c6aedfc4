"""Dates that are written as one number."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from thalweg import InputError, read
from thalweg.messages import LANGUAGES, catalogue

DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=i) for i in range(80)]
SERIAL = [45_292 + i for i in range(80)]
KINDS = {
    "spreadsheet": SERIAL,
    "seconds": [1_704_067_200 + 86_400 * i for i in range(80)],
    "milliseconds": [1000 * (1_704_067_200 + 86_400 * i) for i in range(80)],
}


def written(tmp_path, numbers, *rows):
    path = tmp_path / "views.csv"
    path.write_text("\n".join(["day,views", *(f"{each},{i * i}" for i, each in enumerate(numbers)), *rows]) + "\n")
    return path


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("days", [80, 3])
def test_numbers_of_days_and_moments(tmp_path, kind, days):
    frame = pl.DataFrame({"day": KINDS[kind], "views": [i * i for i in range(80)]}).head(days)
    for source in (written(tmp_path, KINDS[kind][:days]), frame):
        series = read(source)
        assert series.dates.tolist() == DAYS[:days]
        assert [note.key for note in series.notes] == [f"note.dates_in_{kind}"]
        assert all(str(KINDS[kind][0]) in catalogue(language)(series.notes[0]) for language in LANGUAGES)


def test_working_days_backwards(tmp_path):
    numbers = [number for number, day in zip(SERIAL, DAYS, strict=True) if day.weekday() < 5]
    series = read(written(tmp_path, numbers[::-1]))
    assert series.dates[0] == DAYS[0]
    assert series.observed.sum() == len(numbers)


def test_a_cell_that_is_no_such_number_is_named(tmp_path):
    with pytest.raises(InputError, match=r'row 82: "soon" in column day is not a date like the others.*written 45292'):
        read(written(tmp_path, SERIAL, "soon,5"))


@pytest.mark.parametrize("numbers", [range(80), range(100, 180), [45_000 + 7 * i % 41 * 9 for i in range(80)]])
def test_other_numbers_are_no_dates(tmp_path, numbers):
    with pytest.raises(InputError, match="no column that looks like dates"):
        read(written(tmp_path, numbers))


def test_numbers_beside_dates_are_values(tmp_path):
    path = tmp_path / "views.csv"
    path.write_text("\n".join(["day,views", *(f"{day},{number}" for day, number in zip(DAYS, SERIAL, strict=True))]))
    assert read(path).values.tolist() == SERIAL
