"""Moments in UTC that are midnights elsewhere count as the local day; what may be a time of measuring does not move."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from thalweg import read
from thalweg.messages import LANGUAGES, catalogue

CASES = Path(__file__).parent / "cases"
UTC = dt.UTC
ZONES = {
    "Europe/Berlin": ["+01:00", "+02:00"],
    "Europe/London": ["+00:00", "+01:00"],
    "America/New_York": ["-05:00", "-04:00"],
    "Asia/Kolkata": ["+05:30"],
    "Asia/Tokyo": ["+09:00"],
    "Pacific/Auckland": ["+12:00", "+13:00"],
    "Australia/Lord_Howe": ["+10:30", "+11:00"],
    "Pacific/Honolulu": ["-10:00"],
}
WRITERS = {
    "Z": lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "milliseconds": lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    "offset": lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S+00:00"),
    "word": lambda moment: moment.strftime("%d.%m.%Y %H:%M UTC"),
    "half days": lambda moment: moment.strftime("%m/%d/%Y %I:%M %p GMT"),
    "epoch": lambda moment: str(int(moment.timestamp())),
    "epoch in milliseconds": lambda moment: str(int(1000 * moment.timestamp())),
}


def midnights(zone, days=300, hour=0):
    first = dt.datetime(2023, 1, 1, hour, tzinfo=ZoneInfo(zone))
    return [(first + dt.timedelta(days=i)).astimezone(UTC) for i in range(days)]


def written(tmp_path, cells):
    path = tmp_path / "visits.csv"
    path.write_text("\n".join(["time,visits", *(f"{cell},{100 + i % 7}" for i, cell in enumerate(cells))]) + "\n")
    return path


def offsets(series):
    return [sorted(note.values["offsets"]) for note in series.notes if note.key.startswith("note.moments")]


def test_the_case_is_read_in_local_days_and_told():
    series = read(CASES / "08_utc_of_berlin_midnights.csv")
    assert (str(series.dates[0]), str(series.dates[-1]), series.values[0]) == ("2024-01-01", "2024-03-24", 1100)
    (note,) = series.notes
    assert (note.key, note.values["times"], note.values["offsets"]) == ("note.moments_written", ["23:00"], ["+01:00"])
    assert all("23:00" in catalogue(language)(note) for language in LANGUAGES)


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_every_way_to_write_moments(tmp_path, writer, zone):
    series = read(written(tmp_path, map(WRITERS[writer], midnights(zone))))
    assert (str(series.dates[0]), len(series)) == ("2023-01-01", 300)
    assert series.observed.all()
    assert offsets(series) == [sorted(ZONES[zone])]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("source", ["csv", "json", "frame", "parquet"])
def test_every_zone_and_source(tmp_path, zone, source):
    moments = midnights(zone)
    cells = [WRITERS["Z"](moment) for moment in moments]
    frame = pl.DataFrame({"time": moments, "visits": [100 + i % 7 for i in range(300)]})
    if source == "csv":
        given = written(tmp_path, cells)
    elif source == "json":
        given = tmp_path / "visits.json"
        given.write_text("\n".join(json.dumps({"time": cell, "visits": 100 + i % 7}) for i, cell in enumerate(cells)))
    elif source == "frame":
        given = frame
    else:
        given = tmp_path / "visits.parquet"
        frame.write_parquet(given)
    series = read(given)
    assert (str(series.dates[0]), len(series)) == ("2023-01-01", 300)
    assert offsets(series) == [sorted(ZONES[zone])]


def test_text_without_a_zone_is_moved_only_where_it_shows_summer_time(tmp_path):
    plain = "%Y-%m-%d %H:%M:%S"
    summer = read(written(tmp_path, [moment.strftime(plain) for moment in midnights("Europe/Berlin")]))
    assert (str(summer.dates[0]), offsets(summer)) == ("2023-01-01", [["+01:00", "+02:00"]])
    winter = read(written(tmp_path, [moment.strftime(plain) for moment in midnights("Europe/Berlin", 60)]))
    assert (str(winter.dates[0]), [note.key for note in winter.notes]) == ("2022-12-31", ["note.time_of_day"])


@pytest.mark.parametrize(
    ("zone", "hour", "keys"),
    [
        ("UTC", 0, []),  # midnights of UTC
        ("UTC", 12, ["note.time_of_day"]),  # days that are written as noon
        ("Europe/Berlin", 17, ["note.time_of_day"]),  # measured in the afternoon
    ],
)
def test_other_times_of_day_stay_on_their_day(tmp_path, zone, hour, keys):
    cells = [WRITERS["Z"](moment) for moment in midnights(zone, hour=hour)]
    if hour == 17:
        cells[::3] = [cell.replace(":00:00Z", ":05:00Z") for cell in cells[::3]]
    series = read(written(tmp_path, cells))
    assert (str(series.dates[0]), [note.key for note in series.notes]) == ("2023-01-01", keys)


def test_a_zone_that_is_written_keeps_the_written_day(tmp_path):
    cells = [f"2024-01-{day:02d}T23:00:00-05:00" for day in range(1, 31)]
    series = read(written(tmp_path, cells))
    assert (str(series.dates[0]), [note.key for note in series.notes]) == ("2024-01-01", ["note.time_of_day"])


def test_a_format_keeps_the_days_of_utc(tmp_path):
    path = written(tmp_path, map(WRITERS["Z"], midnights("Europe/Berlin")))
    assert str(read(path, date_format="%Y-%m-%dT%H:%M:%SZ").dates[0]) == "2022-12-31"


def test_hours_stay_hours(tmp_path):
    cells = [f"2024-01-{day:02d}T{hour}:00:00Z" for day in range(1, 31) for hour in (22, 23)]
    series = read(written(tmp_path, cells))
    assert (series.frequency.name, series.frequency.slots) == ("hourly", (22 * 60, 23 * 60))
    assert (len(series), str(series.dates[0])) == (60, "2024-01-01T22:00")
