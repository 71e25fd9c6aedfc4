"""What a file or a frame is read as where one cell, one row or one column decides it, and what an error names then."""
# ruff: noqa: PD011  (`values` is of our own Series and messages, not of pandas)

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pytest

from thalweg import InputError, read

DAYS = [dt.date(2021, 1, 1) + dt.timedelta(days=i) for i in range(40)]


def written(tmp_path, lines):
    path = tmp_path / "views.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def refused(source, **options):
    """Return the key of the error, without ``error.read.``, and its values."""
    with pytest.raises(InputError) as caught:
        read(source, **options)
    return caught.value.message.key.removeprefix("error.read."), caught.value.message.values


def row_of(message):
    assert message.key == "read.row"
    return message.values["row"]


@pytest.mark.parametrize(
    ("step", "pace"),
    [
        *((2, "days"), (6, "days"), (8, "days"), (14, "fortnightly"), (27, "days"), (28, "days"), (31, "days")),
        *((32, "days"), (89, "days"), (92, "days"), (93, "days"), (364, "days"), (367, "days")),
    ],
)
def test_the_pace_of_dates_that_is_not_served(step, pace):
    dates = [dt.date(1980, 1, 1) + dt.timedelta(days=step * i) for i in range(5)]
    key, values = refused(pl.DataFrame({"date": dates, "views": range(5)}))
    assert (key, values["pace"].key, values["days"]) == ("not_served", f"read.pace.{pace}", step)
    assert [str(date) for date in values["dates"]] == [str(date) for date in dates[:3]]


def test_scattered_days_are_refused_with_the_ends_and_the_widest_gap():
    dates = [*DAYS[:20], *(day + dt.timedelta(days=50) for day in DAYS[20:])]
    key, values = refused(pl.DataFrame({"date": dates, "views": range(40)}))
    assert (key, values["count"], values["span"], values["kept"]) == ("scattered_before", 40, 90, 20)
    assert [str(values[end]) for end in ("first", "last")] == ["2021-01-01", "2021-03-31"]
    assert [str(values[side]) for side in ("before", "after")] == ["2021-01-20", "2021-03-12"]
    assert [row_of(values[side]) for side in ("before_row", "after_row")] == [19, 20]


def test_half_of_the_days_are_enough():
    dates = [*DAYS[:20], *(day + dt.timedelta(days=40) for day in DAYS[20:])]
    series = read(pl.DataFrame({"date": dates, "views": range(40)}))
    assert (len(series), int(series.observed.sum())) == (80, 40)


@pytest.mark.parametrize("missing", ["NA", "-", "null"])
def test_cells_without_a_value_do_not_make_a_column_text(tmp_path, missing):
    """Most cells are missing; the others decide what the column holds, and the first of them is its example."""
    lines = [f"{day},{missing if i % 10 < 7 else i},{i * i},x" for i, day in enumerate(DAYS)]
    path = written(tmp_path, ["date,sold,views,remark", *lines])
    key, values = refused(path)
    assert (key, values["count"]) == ("several_numbers", 2)
    sold = values["columns"].values["columns"][1]
    assert (sold.values["content"].key, sold.values["example"]) == ("read.content.numbers", '"7"')
    series = read(path, value="sold")
    assert np.flatnonzero(series.observed).tolist() == [i - 7 for i in range(40) if i % 10 >= 7]


@pytest.mark.parametrize(("columns", "more"), [(11, 0), (12, 1), (499, 488), (500, 489), (1003, 992)])
@pytest.mark.slow
def test_each_of_many_columns_is_looked_at_once(tmp_path, columns, more):
    head = ",".join(["date", *(f"c{i}" for i in range(columns))])
    path = written(tmp_path, [head] + [f"{day}{f',{day.day}' * columns}" for day in DAYS])
    key, values = refused(path)
    assert (key, values["count"], values["argument"].value) == ("several_numbers", columns, "c0")
    listing = values["columns"]
    assert len(listing.values["columns"]) == min(columns + 1, 12)
    assert listing.values.get("count", 0) == more
    assert read(path, value=f"c{columns - 1}").name == f"c{columns - 1}"


def test_marks_in_a_frames_text_are_those_of_thousands():
    """Only among semicolons may a comma be a decimal mark."""
    series = read(pl.DataFrame({"date": DAYS, "views": [f"{i + 1},{i + 100}" for i in range(40)]}))
    assert series.values.tolist() == [1000 * (i + 1) + i + 100 for i in range(40)]
    assert [note.key for note in series.notes] == ["note.thousands"]


@pytest.mark.parametrize(
    ("form", "other", "odd"), [("%m/%d/%Y", "%d/%m/%Y", "25/02/2021"), ("%d/%m/%Y", "%m/%d/%Y", "02/25/2021")]
)
def test_the_order_that_fits_most_dates_is_the_one_of_the_others(tmp_path, form, other, odd):
    lines = [f"{day.strftime(form)},{day.day}" for day in DAYS]
    key, values = refused(written(tmp_path, ["date,views", *lines, f"{odd},4"]))
    assert key == "unlike_the_others_in_both_orders"
    assert (values["format"], values["cell"], row_of(values["row"])) == (form, f'"{odd}"', 42)
    assert (values["other_format"], row_of(values["other_row"])) == (other, 14)  # 13 January fits one order only
    assert values["other_cell"] == f'"{dt.date(2021, 1, 13).strftime(form)}"'


def test_a_column_of_text_names_the_series_before_one_of_numbers(tmp_path):
    lines = [f"{day},{50 + i},shop {i},{i * day.day}" for day in DAYS for i in range(3)]
    key, values = refused(written(tmp_path, ["date,code,shop,sales", *lines]), value="sales")
    assert (key, values["count"], values["name"]) == ("many_series", 3, "shop")


@pytest.mark.parametrize(("kinds", "expected"), [(6, "many_series"), (7, "rows_differ_often")])
def test_series_may_change_their_names_once(tmp_path, kinds, expected):
    """Three rows a day: of six names in all they are still three series, of seven the names are of no series."""
    lines = [f"{day},shop {(3 * i + k) % kinds},{i * k}" for i, day in enumerate(DAYS) for k in range(3)]
    key, values = refused(written(tmp_path, ["date,shop,sales", *lines]))
    assert key == expected
    assert values["count"] == (3 if expected == "many_series" else 40)


def indexed(name=None, **columns):
    return pd.DataFrame(
        {"views": np.arange(40.0), **columns}, index=pd.DatetimeIndex([str(day) for day in DAYS], name=name)
    )


LATER = [day + dt.timedelta(days=3) for day in DAYS]


@pytest.mark.parametrize(
    ("frame", "date", "start", "names"),
    [
        (indexed(), "date", "2021-01-01", ["date", "views"]),
        (indexed("when"), "when", "2021-01-01", ["when", "views"]),
        (indexed(date=LATER), "date (index)", "2021-01-01", ["date (index)", "views", "date"]),
        (indexed(date=LATER), "date", "2021-01-04", ["date (index)", "views", "date"]),
        (indexed("views"), "views (index)", "2021-01-01", ["views (index)", "views"]),
    ],
)
def test_an_index_of_dates_is_a_column_by_its_own_name(frame, date, start, names):
    series = read(frame, date=date, value="views")
    assert (str(series.start), series.name) == (start, "views")
    assert series.values.tolist() == list(range(40))
    key, values = refused(frame, date="unknown")
    assert key == "no_column"
    assert [column.values["name"] for column in values["columns"].values["columns"]] == names


@pytest.mark.parametrize(("days_in_parts", "first"), [(20, "2021-01-01"), (21, "2021-01-02")])
def test_rows_are_parts_of_days_if_most_days_have_several_times(tmp_path, days_in_parts, first):
    """Then a first day with fewer rows than usual is incomplete; where half of the days have one row, it is not."""
    lines = ["when,load"]
    for i, day in enumerate(DAYS):
        lines += [f"{day} {hour:02d}:00,{i + hour}" for hour in ((6, 18) if i >= 40 - days_in_parts else (6,))]
    path = written(tmp_path, lines)
    series = read(path, duplicates="sum")
    assert (str(series.start), series.values[-1]) == (first, 39 + 6 + 39 + 18)
    partial = [note.values for note in series.notes if note.key == "note.partial_day"]
    assert partial == ([] if days_in_parts == 20 else [{"day": "2021-01-01", "rows": 1, "usual": 2}])
    key, _ = refused(path)
    assert key == "rhythm_changes"


@pytest.mark.parametrize("dates", [20, 21])
def test_a_column_is_one_of_dates_if_more_than_half_of_its_cells_are(tmp_path, dates):
    lines = [f"{day},{day if i < dates else 'open'},{i}" for i, day in enumerate(DAYS)]
    path = written(tmp_path, ["date,paid,views", *lines])
    if dates == 20:
        assert read(path).values.tolist() == list(range(40))
    else:
        key, values = refused(path)
        assert (key, values["count"], values["argument"].value) == ("several_dates", 2, "date")


@pytest.mark.parametrize("blank", ["", "NA"])
def test_a_column_that_begins_after_hundreds_of_rows_is_known_by_its_later_cells(tmp_path, blank):
    days = [dt.date(2021, 1, 1) + dt.timedelta(days=i) for i in range(400)]
    lines = [
        f"{day},{'' if i < 320 else blank if i < 330 else i},{'' if i < 320 else 'x'}" for i, day in enumerate(days)
    ]
    series = read(written(tmp_path, ["date,views,remark", *lines]))
    assert (series.name, str(series.start), len(series)) == ("views", str(days[330]), 70)
    assert series.values.tolist() == list(range(330, 400))
