"""Running totals, and tails that are padded: told in a note, whose advice works."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from thalweg import read
from thalweg.messages import LANGUAGES, catalogue
from thalweg.series.frequency.dates import date_range
from thalweg.series.read.doubts import doubts

CASES = Path(__file__).parent / "cases"
TODAY = dt.date(2030, 1, 1)
WEEK = np.resize([900, 950, 990, 940, 910, 300, 250], 84) + 7 * np.arange(84) % 23


def noted(values):
    """Return the notes, by key without ``note.``, about such a series from 2023-01-01 on."""
    days = date_range(np.datetime64("2023-01-01"), len(values))
    notes = doubts(days, np.array(values, dtype=np.float64))
    assert all(catalogue(language)(note) for note in notes for language in LANGUAGES)
    return {note.key.removeprefix("note."): note.values for note in notes}


def test_the_running_total_of_the_case_is_told_and_its_advice_works(tmp_path):
    path = CASES / "07_running_total.csv"
    series = read(path, today=TODAY)
    assert [note.key for note in series.notes] == ["note.running_total"]
    steps = np.diff(series.values)
    rows = [f"{day},{step:.0f}" for day, step in zip(series.dates[1:], steps, strict=True)]
    (tmp_path / "daily.csv").write_text("\n".join(["date,cases", *rows]))
    daily = read(tmp_path / "daily.csv", today=TODAY)
    assert (daily.values.tolist(), daily.notes) == (steps.tolist(), ())


@pytest.mark.parametrize("quiet", [0, 30])
def test_a_running_total_may_rest_on_some_days(quiet):
    steps = WEEK.copy()
    steps[::7] = 0
    steps[:quiet] = np.where(np.arange(quiet) % 2, steps[:quiet], 0)
    assert "running_total" in noted(np.cumsum(steps))


@pytest.mark.parametrize(
    "values",
    [
        np.arange(80.0),
        np.arange(80.0) ** 2,
        1.05 ** np.arange(80),
        np.repeat([100.0, 120, 150, 180], 20),
        np.cumsum(WEEK)[:28],
        np.cumsum(WEEK) - np.where(np.arange(84) == 50, 2000, 0),
        WEEK,
    ],
)
def test_what_grows_otherwise_is_no_running_total(values):
    assert "running_total" not in noted(values)


def test_the_padded_tail_of_the_case_is_told_and_its_advice_works(tmp_path):
    path = CASES / "09_zero_padded_tail.csv"
    (note,) = read(path, today=TODAY).notes
    assert (note.key, note.values["value"]) == ("note.padded_tail", "0")
    lines = path.read_text().splitlines()
    kept = [line for line in lines[1:] if line.split(",")[0] < note.values["day"]]
    assert len(kept) == len(lines) - 1 - note.values["count"]
    (tmp_path / "views.csv").write_text("\n".join([lines[0], *kept]))
    assert read(tmp_path / "views.csv", today=TODAY).notes == ()


@pytest.mark.parametrize(("count", "is_noted"), [(6, False), (7, True), (40, True)])
@pytest.mark.parametrize("value", [0, 512, -1])
def test_a_week_of_one_value_at_the_end_is_told(count, is_noted, value):
    found = noted([*WEEK, *[value] * count])
    told = {"count": count, "day": "2023-03-26", "value": str(value), "longest": 1}
    assert found.get("padded_tail") == (told if is_noted else None)


@pytest.mark.parametrize(
    "values",
    [
        [*WEEK[:27], *[0] * 20],  # too short to know
        [*WEEK[:40], *[0] * 11, *WEEK[:40], *[0] * 20],  # closed for long before
        [*np.where(np.arange(84) % 5, 0, WEEK), *[0] * 20],  # seldom anything
        [7] * 50,
    ],
)
def test_a_tail_like_what_was_before_is_not(values):
    assert "padded_tail" not in noted(values)
