"""Running totals, and tails that are padded: told in a note, whose advice works."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

import thalweg
from thalweg import InputError, read
from thalweg.messages import LANGUAGES, Argument, catalogue
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


def test_the_running_total_of_the_case_is_told_and_its_advice_works():
    path = CASES / "07_running_total.csv"
    series = read(path, today=TODAY)
    assert [note.key for note in series.notes] == ["note.running_total"]
    advice = series.notes[0].values["argument"]
    assert advice.written(command=True) == "--difference"
    daily = read(path, today=TODAY, difference=advice.value)
    assert daily.values.tolist() == np.diff(series.values).tolist()
    assert (str(daily.start), [note.key for note in daily.notes]) == ("2024-01-02", ["note.differenced"])


def increases(tmp_path, days, totals, **options):
    """Return what is read of totals on some days of March 2024."""
    rows = [f"2024-03-{day:02d},{total}" for day, total in zip(days, totals, strict=True)]
    (tmp_path / "totals.csv").write_text("\n".join(["date,total", *rows]))
    return read(tmp_path / "totals.csv", today=TODAY, difference=True, **options)


def test_an_increase_over_several_days_is_no_value(tmp_path):
    series = increases(tmp_path, [1, 2, 3, 6, 7, 8, 9], [100, 110, 125, 200, 230, "", 300])
    assert series.values[series.observed].tolist() == [10, 15, 30]
    assert [str(day) for day in series.dates[series.observed]] == ["2024-03-02", "2024-03-03", "2024-03-07"]
    told = {note.key: note.values for note in series.notes}
    assert told["note.increase_unknown"] == {"count": 2, "first": "2024-03-06"}


def test_a_total_that_begins_anew_has_no_increase_and_one_that_falls_a_little_has(tmp_path):
    series = increases(tmp_path, range(1, 9), [900, 950, 940, 1000, 12, 30, 70, 90])
    assert series.values[series.observed].tolist() == [50, -10, 60, 18, 40, 20]
    told = {note.key: note.values for note in series.notes}
    assert told["note.total_reset"] == {"count": 1, "first": "2024-03-05"}
    assert "note.increase_unknown" not in told


def test_one_total_has_no_increase(tmp_path):
    with pytest.raises(InputError, match="needs two"):
        increases(tmp_path, [1], [100], goes_on=True)


@pytest.mark.parametrize("quiet", [0, 30])
def test_a_running_total_may_rest_on_some_days(quiet):
    steps = WEEK.copy()
    steps[::7] = 0
    steps[:quiet] = np.where(np.arange(quiet) % 2, steps[:quiet], 0)
    assert "running_total" in noted(np.cumsum(steps))


def test_a_running_total_may_fall_now_and_then():
    assert "running_total" in noted(np.cumsum(WEEK) - np.where(np.arange(84) == 50, 2000, 0))
    assert "running_total" in noted([*np.cumsum(WEEK[:42]), *np.cumsum(WEEK[42:])])


@pytest.mark.parametrize(
    "values",
    [
        np.arange(80.0),
        np.arange(80.0) ** 2,
        1.05 ** np.arange(80),
        np.repeat([100.0, 120, 150, 180], 20),
        np.cumsum(WEEK)[:28],
        np.cumsum(WEEK) - np.where(np.arange(84) % 16 == 15, 2000, 0),
        WEEK,
    ],
)
def test_what_grows_otherwise_is_no_running_total(values):
    assert "running_total" not in noted(values)


def test_the_padded_tail_of_the_case_is_told_and_its_advice_works():
    path = CASES / "09_zero_padded_tail.csv"
    (note,) = read(path, today=TODAY).notes
    assert (note.key, note.values["value"]) == ("note.padded_tail", "0")
    until = note.values["argument"]
    series = read(path, today=TODAY, until=until.value)
    assert (until.written(command=True), str(series.dates[-1])) == ("--until 2024-03-10", "2024-03-10")
    assert [(one.key, one.values["count"]) for one in series.notes] == [("note.until", note.values["count"])]
    with pytest.raises(InputError, match=r"no day is left.*2024-01-01 to 2024-03-24"):
        read(path, today=TODAY, until="2023-12-31")
    assert len(read(path, today=TODAY, until="2025-01-01")) == len(read(path, today=TODAY))


@pytest.mark.parametrize(("count", "is_noted"), [(6, False), (7, True), (40, True)])
@pytest.mark.parametrize("value", [0, 512, -1])
def test_a_week_of_one_value_at_the_end_is_told(count, is_noted, value):
    found = noted([*WEEK, *[value] * count])
    told = {"count": count, "day": "2023-03-26", "value": str(value), "longest": 1}
    told["argument"] = Argument("until", "2023-03-25")
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


def test_a_model_of_increases_reads_totals_as_totals_and_nothing_else(tmp_path):
    path = CASES / "07_running_total.csv"
    increases = read(path, today=TODAY, difference=True)
    fitted = thalweg.fit(increases.head(70), ladder="quick", horizon=3, threads=1)
    fitted.save(tmp_path / "model.thalweg")
    model = thalweg.load(tmp_path / "model.thalweg")
    assert model.days.differenced
    forecast = model.predict(path)
    np.testing.assert_array_equal(forecast.mean, model.predict(increases).mean)
    assert "note.differenced" in [note.key for note in forecast.notes]
    assert str(forecast.notes[0]) in str(forecast)
    with pytest.raises(InputError, match="was not read as a running total"):
        model.predict(read(path, today=TODAY))
    totals = thalweg.fit(read(path, today=TODAY).head(70), ladder="quick", horizon=3, threads=1)
    with pytest.raises(InputError, match="was read as a running total"):
        totals.predict(increases)
