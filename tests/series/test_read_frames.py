"""Frames of pandas, Polars and Arrow, and Parquet files, become the same series as the CSV of the same days."""
# ruff: noqa: PD011  (`values` is an attribute of our own Series, not of pandas)

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from thalweg import InputError, read
from thalweg.messages import catalogue

DAYS = [dt.date(2021, 1, 1) + dt.timedelta(days=i) for i in range(40)]
VALUES = [1000.5 + 37 * i % 211 for i in range(40)]


def is_whole(series, source="frame"):
    return (
        series.start == np.datetime64("2021-01-01")
        and [*series.values] == VALUES
        and bool(series.observed.all())
        and series.source == source
        and series.notes == ()
    )


def as_text(days):
    return [day.isoformat() for day in days]


FRAMES = {
    "pandas, timestamps": lambda: pd.DataFrame({"date": pd.to_datetime(as_text(DAYS)), "views": VALUES}),
    "pandas, nanoseconds": lambda: pd.DataFrame(
        {"date": np.array(DAYS, dtype="datetime64[ns]"), "views": VALUES, "remark": ["x"] * 40}
    ),
    "pandas, own zone": lambda: pd.DataFrame(
        {"date": pd.to_datetime(as_text(DAYS)).tz_localize("Asia/Taipei"), "views": VALUES}
    ),
    "pandas, date objects": lambda: pd.DataFrame({"date": DAYS, "views": VALUES}),
    "pandas, text": lambda: pd.DataFrame({"date": as_text(DAYS), "views": [str(value) for value in VALUES]}),
    "pandas, index": lambda: pd.DataFrame({"views": VALUES}, index=pd.DatetimeIndex(as_text(DAYS))),
    "pandas, named index": lambda: pd.DataFrame({"views": VALUES}, index=pd.DatetimeIndex(as_text(DAYS), name="when")),
    "pandas, periods": lambda: pd.DataFrame({"views": VALUES}, index=pd.period_range("2021-01-01", periods=40)),
    "pandas, series": lambda: pd.Series(VALUES, index=pd.DatetimeIndex(as_text(DAYS)), name="views"),
    "polars, dates": lambda: pl.DataFrame({"date": DAYS, "views": VALUES}),
    "polars, lazy": lambda: pl.LazyFrame({"date": DAYS, "views": VALUES}),
    "polars, text": lambda: pl.DataFrame({"date": as_text(DAYS), "views": VALUES}),
    "polars, zone": lambda: pl.DataFrame({"date": DAYS, "views": VALUES}).with_columns(
        pl.col("date").cast(pl.Datetime("ms")).dt.replace_time_zone("Europe/Berlin")
    ),
    "polars, decimals": lambda: pl.DataFrame({"date": DAYS, "views": VALUES}).with_columns(
        pl.col("views").cast(pl.Decimal(10, 1))
    ),
    "arrow": lambda: pa.table({"date": pa.array(DAYS), "views": pa.array(VALUES)}),
    "arrow, dictionary": lambda: pa.table(
        {"date": pa.array(as_text(DAYS)).dictionary_encode(), "views": pa.array(VALUES, pa.float32())}
    ),
}


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES.keys())
def test_frames(make):
    series = read(make())
    assert is_whole(series)
    assert series.name == "views"


def test_series_without_a_name():
    assert read(pd.Series(VALUES, index=pd.DatetimeIndex(as_text(DAYS)))).name == "value"


def test_compact_dates_as_numbers():
    frame = pl.DataFrame({"date": [int(f"{day:%Y%m%d}") for day in DAYS], "views": VALUES})
    assert is_whole(read(frame))


@pytest.mark.parametrize("hole", [None, float("nan")])
def test_holes_are_missing_days(hole):
    values = [*VALUES[:20], hole, *VALUES[21:]]
    for frame in (pl.DataFrame({"date": DAYS, "views": values}), pd.DataFrame({"date": DAYS, "views": values})):
        series = read(frame)
        assert np.flatnonzero(~series.observed).tolist() == [20]
        assert series.values[20] == VALUES[13]
        (note,) = series.notes
        assert catalogue()(note).startswith("Empty cells: 1, the first on 2021-01-21.")


@pytest.mark.parametrize("dtype", ["string", "object", "Int64"])
def test_pandas_own_absence_is_missing(dtype):
    views = pd.array([*map(int, VALUES[:20]), pd.NA, *map(int, VALUES[21:])], dtype="Int64")
    frame = pd.DataFrame({"date": DAYS, "views": pd.Series(views).astype(dtype)})
    assert np.flatnonzero(~read(frame).observed).tolist() == [20]


def test_a_column_of_arrays_is_no_hindrance():
    frame = pd.DataFrame({"date": DAYS, "views": VALUES, "more": [np.arange(3)] * len(DAYS)})
    assert len(read(frame)) == len(DAYS)


def test_columns_are_chosen_by_arguments():
    frame = pl.DataFrame({"date": DAYS, "views": VALUES, "likes": VALUES})
    with pytest.raises(InputError, match=r"frame has 2 columns of numbers.*value='views'"):
        read(frame)
    assert read(frame, value="likes").name == "likes"


def test_rows_count_from_zero():
    frame = pl.DataFrame({"date": DAYS, "views": [*VALUES[:7], float("inf"), *VALUES[8:]]})
    with pytest.raises(InputError, match=r"frame, row 7: .*inf.* infinite"):
        read(frame)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (pl.DataFrame({"date": DAYS}), "one column only: date"),
        (pl.DataFrame(), "no columns"),
        (pl.DataFrame({"date": [], "views": []}), "no rows"),
        (pd.Series(VALUES), "one column only"),
        (pd.DataFrame([[1, 2]], columns=["views", "views"]), "several columns of one name"),
        ({"date": DAYS}, "one column only: date"),
        (42, "type int cannot be read"),
        (np.zeros((3, 2)), "no column that looks like dates"),
    ],
)
def test_frames_refused(source, words):
    with pytest.raises(InputError, match=words):
        read(source)


PARQUET = {
    "date": pl.Series(DAYS),
    "timestamp": pl.Series(DAYS).cast(pl.Datetime("us")),
    "nanoseconds": pl.Series(DAYS).cast(pl.Datetime("ns")),
    "utc": pl.Series(DAYS).cast(pl.Datetime("us")).dt.replace_time_zone("UTC"),
    "text": pl.Series([f"{day:%d/%m/%Y}" for day in DAYS]),
}


@pytest.mark.parametrize("kind", PARQUET)
@pytest.mark.parametrize("name", ["views.parquet", "views [1]*"])
def test_parquet(tmp_path, kind, name):
    path = tmp_path / name
    pl.DataFrame({"When": PARQUET[kind], 'the "views"': VALUES, "ok": [True] * 40}).write_parquet(path)
    series = read(path)
    assert [*series.values] == VALUES
    assert (str(series.start), series.name, series.source) == ("2021-01-01", 'the "views"', name)
    assert [note.key for note in series.notes] == (["note.day_first_sure"] if kind == "text" else [])


def zoned(zone):
    return pd.DataFrame({"date": pd.to_datetime(as_text(DAYS)).tz_localize(zone), "views": VALUES})


WRITERS = {
    "pandas": lambda frame, path: frame.to_parquet(path),
    "pandas, nanoseconds": lambda frame, path: frame.assign(date=frame["date"].dt.as_unit("ns")).to_parquet(path),
    "pandas, index": lambda frame, path: frame.set_index("date").to_parquet(path),
    "polars": lambda frame, path: pl.from_pandas(frame).write_parquet(path),
}


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("zone", ["Asia/Taipei", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "UTC"])
def test_parquet_days_are_those_of_the_zone_it_names(tmp_path, writer, zone):
    frame, path = zoned(zone), tmp_path / "views.parquet"
    WRITERS[writer](frame, path)
    series = read(path)
    assert [str(series.start), *series.values] == [str(read(frame).start), *VALUES]
    notes = [catalogue()(note) for note in series.notes]
    assert notes == ([] if zone == "UTC" else [f"Days are those of {zone}, the time zone that the file names."])


def test_parquet_zone_of_an_offset(tmp_path):
    zoned("+08:00").to_parquet(tmp_path / "views.parquet")
    series = read(tmp_path / "views.parquet")
    assert [str(series.start), *series.values] == ["2021-01-01", *VALUES]


@pytest.mark.parametrize(
    ("zone", "first", "offset"),
    [
        (
            "Asia/Taipei",
            "2021-01-01",
            "+08:00",
        ),
        (
            "Asia/Kolkata",
            "2021-01-01",
            "+05:30",
        ),
        (
            "America/Bogota",
            "2021-01-01",
            "-05:00",
        ),
        ("UTC", "2021-01-01", None),
    ],
)
def test_parquet_moments_of_no_zone_are_local_midnights(tmp_path, zone, first, offset):
    path = tmp_path / "views.parquet"
    table = pa.Table.from_pandas(zoned(zone)).replace_schema_metadata(None)
    parquet.write_table(table, path, store_schema=False)
    series = read(path)
    assert str(series.start) == first
    assert [(one.key, one.values["offsets"]) for one in series.notes] == (
        [("note.moments", [offset])] if offset else []
    )


def test_parquet_moments_of_several_times_stay_in_utc(tmp_path):
    path = tmp_path / "views.parquet"
    frame = zoned("UTC")
    frame["date"] += pd.to_timedelta([16 + i % 3 for i in range(40)], unit="h")
    parquet.write_table(pa.Table.from_pandas(frame).replace_schema_metadata(None), path, store_schema=False)
    series = read(path)
    assert str(series.start) == "2021-01-01"
    assert [note.key for note in series.notes] == ["note.time_of_day"]


def test_parquet_by_the_hour(tmp_path):
    hours = [dt.datetime.fromisoformat("2021-01-01") + dt.timedelta(hours=i) for i in range(240)]
    pl.DataFrame({"when": hours, "load": range(240)}).write_parquet(tmp_path / "load.parquet")
    series = read(tmp_path / "load.parquet")
    assert (series.frequency.name, series.values.tolist()) == ("hourly", list(range(240)))


@pytest.mark.parametrize("damage", ["cut", "length", "page", "text", "mark only"])
def test_damaged_parquet(tmp_path, damage):
    path = tmp_path / "views.parquet"
    pl.DataFrame({"date": DAYS, "views": VALUES}).write_parquet(path)
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "length":
        content[-7] ^= 0xFF
    elif damage == "page":
        content[4:40] = bytes(36)
    elif damage == "text":
        content = bytearray(b"date,views\n2021-01-01,5\n")
    else:
        content = bytearray(b"PAR1")
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"views\.parquet cannot be read as Parquet"):
        read(path)


def test_parquet_without_rows(tmp_path):
    path = tmp_path / "views.parquet"
    pl.DataFrame({"date": DAYS, "views": VALUES}).head(0).write_parquet(path)
    with pytest.raises(InputError, match=r"columns \(date, views\) and no rows"):
        read(path)
