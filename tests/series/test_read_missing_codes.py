"""Codes for missing values: told where they repeat and lie far from all else, and left out where asked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from thalweg import InputError, read
from thalweg.messages import LANGUAGES, catalogue
from thalweg.series.frequency.dates import date_range
from thalweg.series.read.doubts import doubts
from thalweg.series.read.options import ReadOptions

CASE = Path(__file__).parent / "cases" / "05_missing_code_999.csv"
TODAY = dt.date(2030, 1, 1)


def noted(values):
    """Return the values of the notes about codes for missing values."""
    days = date_range(np.datetime64("2023-01-01"), len(values))
    notes = doubts(days, np.array(values, dtype=np.float64))
    assert all(catalogue(language)(note) for note in notes for language in LANGUAGES)
    return [note.values for note in notes if note.key == "note.missing_code"]


def test_the_case_is_told_and_its_advice_works():
    (note,) = [note for note in read(CASE, today=TODAY).notes if note.key == "note.missing_code"]
    assert catalogue()(note).endswith("say so with missing='-999'.")
    assert catalogue(command=True)(note).endswith("say so with --missing -999.")
    argument = note.values["argument"]
    series = read(CASE, today=TODAY, **{argument.name: argument.value})
    assert [each.key for each in series.notes] == ["note.empty_cells"]
    assert series.values.min() == 10
    assert int((~series.observed).sum()) == note.values["count"] == 4


@pytest.mark.parametrize(
    ("usual", "code"),
    [
        *(
            (np.arange(10, 19), -999),
            (np.arange(-12, 31), -9999),
            (np.arange(-12, 31), -99.9),
            (np.arange(10, 19), 999),
        ),
        *((np.arange(600, 1200, 7), -1), (np.arange(1000, 2000, 7), 99999), (np.arange(0, 50_000, 777), -999)),
        *((np.arange(10, 60, 3), 32767), (np.arange(10, 60, 3), -(2.0**31))),
    ],
)
def test_a_far_value_that_repeats_is_told(usual, code):
    values = np.resize(usual, 60).astype(float)
    values[[5, 20, 41]] = code
    (note,) = noted(values)
    assert (note["count"], note["day"], note["argument"].value) == (3, "2023-01-06", f"{code:.15g}")
    values[[20, 41]] = usual[0]
    assert noted(values) == []  # it does not repeat


def test_two_codes_are_told_together():
    values = np.resize(np.arange(10, 19), 60).astype(float)
    values[[5, 20]], values[[7, 9]] = -999, -9999
    (note,) = noted(values)
    assert (note["count"], note["argument"].value) == (4, "-9999,-999")


@pytest.mark.parametrize(
    ("usual", "code"),
    [
        *((np.arange(600, 1200, 7), 0), (np.arange(0, 60, 7), -1), (np.arange(-12, 31), -15), (np.arange(0, 7), 9)),
        *((np.arange(1000, 20_000, 777), 9999), (np.arange(10, 60, 3), 200), (np.arange(1, 2), 5)),
    ],
)
def test_values_that_may_be_themselves_are_not(usual, code):
    values = np.resize(usual, 60).astype(float)
    values[[5, 20, 41]] = code
    assert noted(values) == []


@pytest.mark.parametrize(
    ("cells", "missing"),
    [
        (["5", "-999", "7", "-9999", "9"], "-999,-9999"),
        (["5", "-999", "7", "-9999", "9"], ["-999", -9999]),
        (["5", "-999.0", "7", "\u2212999", "9"], -999),
        (["5", "k.A.", "7", "K.a.", "9"], "k.A."),
        (["5", "99.9", "7", "99.90", "9"], 99.9),
        (["$5", "$7", "$9", "-1", "-1"], "-1"),
    ],
)
def test_cells_that_are_named_are_missing(tmp_path, cells, missing):
    path = tmp_path / "views.csv"
    days = [dt.date(2023, 1, 1) + dt.timedelta(days=i) for i in range(5)]
    path.write_text(
        "\n".join(["date,views", *(f"{day},{cell}" for day, cell in zip(days, cells, strict=True))]), "utf-8"
    )
    series = read(path, missing=missing, today=TODAY)
    assert series.values[series.observed].tolist() == [5, 7, 9]


def test_a_frame_of_numbers_is_no_exception():
    days = [dt.date(2023, 1, 1) + dt.timedelta(days=i) for i in range(5)]
    series = read(pl.DataFrame({"date": days, "views": [5.0, -99.5, 7.0, -99.5, 9.0]}), missing=-99.5, today=TODAY)
    assert series.observed.tolist() == [True, False, True, False, True]


def test_what_the_option_takes():
    assert ReadOptions(missing=(-999, "n.v.", -999.0, "")).missing == ("-999", "n.v.")
    assert ReadOptions().missing == ()
    assert ReadOptions.of_texts({"missing": "-999, -1"}).missing == ("-999", "-1")
    for wrong in (True, [None], object()):
        with pytest.raises(InputError):
            ReadOptions(missing=wrong)
