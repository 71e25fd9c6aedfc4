"""Which columns of numbers are offered as the one to forecast."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from thalweg import InputError, read

CASES = Path(__file__).parent / "cases"
DAYS = [dt.date(2023, 12, 4) + dt.timedelta(days=i) for i in range(80)]
VALUES = [1000 + 37 * i % 211 for i in range(80)]
TODAY = dt.date(2030, 1, 1)
BESIDE = {
    "counts": range(1, 81),
    "counts from zero": range(80),
    "counts down": range(80, 0, -1),
    "id": range(58_201, 58_281),
    "constant": [7] * 80,
    "constant sign": ["19%"] * 80,
    "weekday from Monday 1": [day.isoweekday() for day in DAYS],
    "weekday from Monday 0": [day.weekday() for day in DAYS],
    "weekday from Sunday 1": [day.isoweekday() % 7 + 1 for day in DAYS],
    "weekday from Sunday 0": [day.isoweekday() % 7 for day in DAYS],
    "weekday from Saturday 1": [(day.isoweekday() + 1) % 7 + 1 for day in DAYS],
    "day": [day.day for day in DAYS],
    "day of two digits": [f"{day.day:02d}" for day in DAYS],
    "month": [day.month for day in DAYS],
    "quarter": [(day.month + 2) // 3 for day in DAYS],
    "year": [day.year for day in DAYS],
    "year of two digits": [day.year % 100 for day in DAYS],
    "year and month": [f"{day:%Y%m}" for day in DAYS],
    "day of year": [f"{day:%j}" for day in DAYS],
    "ISO week": [day.isocalendar().week for day in DAYS],
    "ISO year": [day.isocalendar().year for day in DAYS],
    "week from Sunday": [f"{day:%U}" for day in DAYS],
    "week from Monday": [f"{day:%W}" for day in DAYS],
}


def file_of(tmp_path, columns, form="%Y-%m-%d"):
    path = tmp_path / "views.csv"
    names, cells = list(columns), zip(*columns.values(), strict=True)
    rows = [f"{day.strftime(form)},{','.join(map(str, row))}" for day, row in zip(DAYS, cells, strict=True)]
    path.write_text("\n".join([",".join(["date", *names]), *rows]) + "\n")
    return path


@pytest.mark.parametrize("name", BESIDE)
@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d/%m/%Y", "%a %d %b %Y"])
def test_a_column_that_follows_from_row_or_date_is_no_candidate(tmp_path, name, form):
    series = read(file_of(tmp_path, {name: BESIDE[name], "views": VALUES}, form), today=TODAY)
    assert (series.name, series.values.tolist()) == ("views", [float(value) for value in VALUES])


def test_all_of_them_at_once_and_in_a_frame():
    frame = pl.DataFrame({"date": DAYS, **{name: list(cells) for name, cells in BESIDE.items()}, "views": VALUES})
    assert read(frame, today=TODAY).name == "views"


def test_rows_may_stand_in_any_order_with_a_total(tmp_path):
    path = file_of(tmp_path, {"id": range(5, 85), "day": BESIDE["day"], "views": VALUES})
    head, *rows = path.read_text().splitlines()
    path.write_text("\n".join([head, *rows[::-1], "Total,,,83022"]))
    assert read(path, today=TODAY).name == "views"
    path.write_text("\n".join([head, *rows[40:], *rows[:40]]))
    assert read(path, today=TODAY).name == "views"


@pytest.mark.parametrize("name", BESIDE)
def test_such_a_column_is_read_where_it_is_named(tmp_path, name):
    path = file_of(tmp_path, {name: BESIDE[name], "views": VALUES})
    if "constant" in name:
        with pytest.raises(InputError, match=r"are equal"):
            read(path, value=name, today=TODAY)
    else:
        assert read(path, value=name, today=TODAY).values.tolist() == [float(cell) for cell in BESIDE[name]]


@pytest.mark.parametrize("place", [0, 40, 79])
@pytest.mark.parametrize("name", ["counts", "constant", "weekday from Monday 1", "day of year"])
def test_one_cell_that_differs_makes_it_a_candidate(tmp_path, name, place):
    cells = list(BESIDE[name])
    cells[place] = 3000
    with pytest.raises(InputError, match=r"has 2 columns of numbers"):
        read(file_of(tmp_path, {name: cells, "views": VALUES}), today=TODAY)


def test_where_nothing_else_is_left_they_are_offered(tmp_path):
    with pytest.raises(InputError, match=r"has 2 columns of numbers.*value='id'"):
        read(file_of(tmp_path, {"id": range(80), "weekday": BESIDE["weekday from Monday 1"]}), today=TODAY)
    assert read(file_of(tmp_path, {"views": range(80)}), today=TODAY).name == "views"


def test_a_column_with_units_is_not_passed_over_for_a_weekday(tmp_path):
    columns = {"way": [f"{value} km" for value in VALUES], "weekday": BESIDE["weekday from Monday 1"]}
    with pytest.raises(InputError, match=r'way holds "1000 km"'):
        read(file_of(tmp_path, columns), today=TODAY)
    columns["way"] = [cell.removesuffix(" km") for cell in columns["way"]]  # as the sentence says
    assert read(file_of(tmp_path, columns), today=TODAY).name == "way"


@pytest.mark.parametrize("form", ["{:.2f}K", '"${:,.2f}"', "{:.1f}%", "{:.0f} €"])
def test_numbers_with_signs_are_candidates(tmp_path, form):
    signed = [form.format(value) for value in VALUES]
    path = file_of(tmp_path, {"main": signed, "weekday": BESIDE["weekday from Monday 1"]})
    assert read(path, today=TODAY).name == "main"
    path = file_of(tmp_path, {"main": signed, "views": VALUES})
    if form.endswith("%"):  # a rate stands beside what it is of
        assert read(path, today=TODAY).name == "views"
    else:
        with pytest.raises(InputError, match=r"has 2 columns of numbers.*value='main'"):
            read(path, today=TODAY)
    assert read(path, value="main", today=TODAY).name == "main"


def test_the_main_column_of_the_case_is_found():
    series = read(CASES / "03_main_column_marked.csv", today=TODAY)
    assert series.name == "Views"
    assert series.values[:6].tolist() == [1100, 1190, 1190, 1100, 1050, 610]
    assert [note.key for note in series.notes] == ["note.signs"]


def test_the_id_of_the_case_is_not_offered():
    series = read(CASES / "19_id_first.csv", today=TODAY)
    assert (series.name, series.values[0], series.notes) == ("Visits", 1100, ())


@pytest.mark.parametrize("rate", ["5.1%", "5,1 %", "５％"])
def test_a_rate_in_percent_beside_a_count_asks_nothing(tmp_path, rate):
    """Exports hold both; the count is what people forecast, as it always was."""
    path = tmp_path / "export.csv"
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=day) for day in range(60)]
    rows = [f"{day}\t{100 + 7 * at % 31}\t{rate}" for at, day in enumerate(days)]
    path.write_text("\n".join(["date\tviews\trate", *rows]), encoding="utf-8")
    assert read(path, today=dt.date(2025, 1, 1)).name == "views"
    assert read(path, value="views", today=dt.date(2025, 1, 1)).values[1] == 107


@pytest.mark.parametrize(
    "dates",
    [
        [f"{45292 + day}" for day in range(60)],
        [f"{1704067200 + 86400 * day}" for day in range(60)],
        [f"{(dt.date(2024, 1, 1) + dt.timedelta(days=day)):%d}. Januar 2024" for day in range(31)],
    ],
    ids=["serials", "seconds", "German months"],
)
def test_parts_of_dates_that_are_numbers_or_words_are_no_candidates(tmp_path, dates):
    path = tmp_path / "dates.csv"
    rows = [f"{day};{at % 7 + 1};{50 + 13 * at % 37}" for at, day in enumerate(dates)]
    path.write_text("\n".join(["date;weekday;sales", *rows]), encoding="utf-8")
    assert read(path, today=dt.date(2025, 1, 1)).name == "sales"
