"""Points and commas in numbers, and the signs beside them: decided from the whole column, or asked for."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg import InputError, read
from thalweg.messages import LANGUAGES, Argument, catalogue
from thalweg.series.read.marked import take_apart
from thalweg.series.read.options import ReadOptions

CASES = Path(__file__).parent / "cases"
TODAY = dt.date(2030, 1, 1)
DELIMITERS = [",", ";", "\t", "|"]


def write(tmp_path, cells, delimiter=","):
    path = tmp_path / "views.csv"
    days = [dt.date(2023, 1, 1) + dt.timedelta(days=i) for i in range(len(cells))]
    rows = [f'{day}{delimiter}"{cell}"' for day, cell in zip(days, cells, strict=True)]
    path.write_text("\n".join([f"date{delimiter}views", *rows]) + "\n", "utf-8")
    return path


def refused(path, **options):
    with pytest.raises(InputError) as caught:
        read(path, today=TODAY, **options)
    for language in LANGUAGES:
        assert caught.value.sentence(language)
    return caught.value.message.key.removeprefix("error.read."), caught.value.message.values


def keys(series):
    for language in LANGUAGES:
        for note in series.notes:
            assert catalogue(language)(note)
    return [note.key.removeprefix("note.") for note in series.notes if note.key != "note.delimiter"]


def values(path, **options):
    return read(path, today=TODAY, **options).values.tolist()


THOUSANDS = ["1.100", "697", "1.205", "988", "12.034", "5"]
DECIMALS = [1.1, 697, 1.205, 988, 12.034, 5]


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_a_point_beside_whole_numbers_below_1000_is_asked_for(tmp_path, delimiter):
    path = write(tmp_path, THOUSANDS, delimiter)
    key, told = refused(path)
    assert (key, told["cell"], told["name"]) == ("mark_undecided", '"1.100"', "views")
    assert (told["thousands"], told["decimal"]) == (Argument("thousands", "."), Argument("decimal", "."))
    # each answer that the sentence offers settles it, and so does its counterpart
    for options in ({"thousands": "."}, {"decimal": ","}, {"thousands": ".", "decimal": ","}):
        assert values(path, **options) == [1100, 697, 1205, 988, 12034, 5]
    for options in ({"decimal": "."}, {"thousands": ","}):
        assert values(path, **options) == DECIMALS


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1.25", DECIMALS),  # another number of digits behind the point
        ("0.125", DECIMALS),  # no group of thousands begins with a zero
        ("1234.125", DECIMALS),
        ("1187", DECIMALS),  # thousands without a mark
        ("-2500", DECIMALS),
        ("1.5e2", DECIMALS),
        ("1.234.567", [1100, 697, 1205, 988, 12034, 5]),  # two marks
        ("1.234,5", [1100, 697, 1205, 988, 12034, 5]),
        ("7,5", [1100, 697, 1205, 988, 12034, 5]),
    ],
)
@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_one_value_settles_the_column(tmp_path, delimiter, cell, expected):
    assert values(write(tmp_path, [*THOUSANDS, cell], delimiter))[:-1] == expected


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_three_digits_behind_every_point(tmp_path, delimiter):
    """Among semicolons it is asked for, as it was; elsewhere points are decimal, and a note says how to change it."""
    path = write(tmp_path, ["1.100", "2.205", "-3.034"], delimiter)
    if delimiter == ";":
        assert refused(path)[0] == "mark_undecided"
    else:
        series = read(path, today=TODAY)
        assert series.values.tolist() == [1.1, 2.205, -3.034]
        assert keys(series) == ["decimal_point", "negative"]
    assert values(path, thousands=".") == [1100, 2205, -3034]


@pytest.mark.parametrize("delimiter", [",", "\t", "|"])
def test_commas_outside_semicolons_are_those_of_thousands(tmp_path, delimiter):
    path = write(tmp_path, [cell.replace(".", ",") for cell in THOUSANDS], delimiter)
    series = read(path, today=TODAY)
    assert series.values.tolist() == [1100, 697, 1205, 988, 12034, 5]
    assert keys(series) == ["thousands"]
    assert values(path, decimal=",") == DECIMALS
    path = write(tmp_path, ["1,100", "697", "1187"], delimiter)  # here nothing fits well
    key, told = refused(path)
    assert (key, told["thousands"], told["decimal"]) == (
        "mark_undecided",
        Argument("thousands", ","),
        Argument("decimal", ","),
    )
    assert values(path, thousands=",") == [1100, 697, 1187]
    assert values(path, decimal=",") == [1.1, 697, 1187]


def test_commas_among_semicolons(tmp_path):
    path = write(tmp_path, ["1,100", "697", "2,034"], ";")
    assert refused(path)[0] == "mark_undecided"
    assert values(path, decimal=",") == [1.1, 697, 2.034]
    assert values(path, thousands=",") == [1100, 697, 2034]
    assert values(write(tmp_path, ["1,100", "697", "1187"], ";")) == [1.1, 697, 1187]


def test_both_marks_with_three_digits_are_asked_for(tmp_path):
    path = write(tmp_path, ["1,100", "1.100", "2,034"])
    assert refused(path)[0] == "mark_undecided"
    assert values(path, thousands=",") == [1100, 1.1, 2034]
    assert values(path, decimal=",") == [1.1, 1100, 2.034]


def test_text_in_a_frame_is_no_exception():
    days = [dt.date(2023, 1, 1) + dt.timedelta(days=i) for i in range(6)]
    frame = pl.DataFrame({"date": days, "views": THOUSANDS})
    assert refused(frame)[0] == "mark_undecided"
    assert values(frame, thousands=".") == [1100, 697, 1205, 988, 12034, 5]


def test_an_option_that_does_not_fit_names_the_one_that_does(tmp_path):
    for cells, asked, other, expected in (
        (["1.25", "3"], {"decimal": ","}, {"decimal": "."}, [1.25, 3]),
        (["1.25", "3"], {"thousands": "."}, {"thousands": ","}, [1.25, 3]),
        (["1.234.567", "3"], {"decimal": "."}, {"decimal": ","}, [1_234_567, 3]),
        (["1,25", "3"], {"thousands": ","}, {"thousands": "."}, [1.25, 3]),
    ):
        path = write(tmp_path, cells)
        key, told = refused(path, **asked)
        ((argument, mark),) = other.items()
        assert (key, told["other"]) == ("other_mark", Argument(argument, mark))
        assert values(path, **other) == expected


def test_options_that_contradict_each_other():
    with pytest.raises(InputError, match=r"decimal=',' and thousands=',' name the same mark"):
        ReadOptions(decimal=",", thousands=",")
    with pytest.raises(InputError, match=r"choose one of"):
        ReadOptions(decimal="-")


def test_the_case_of_the_points():
    path = CASES / "02_point_thousands.csv"
    assert refused(path)[0] == "mark_undecided"
    series = read(path, thousands=".", today=TODAY)
    assert series.values[:7].tolist() == [1100, 1187, 1194, 1101, 1048, 615, 602]
    assert keys(series) == ["thousands"]


@settings(max_examples=20)
@given(st.lists(st.integers(0, 99_999), min_size=3, max_size=30, unique=True), st.sampled_from(DELIMITERS))
@pytest.mark.slow
def test_no_thousands_with_points_are_read_as_decimals_without_a_word(numbers, delimiter):
    cells = [f"{number:,}".replace(",", ".") for number in numbers]
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), cells, delimiter)
        try:
            series = read(path, today=TODAY)
        except InputError as error:
            assert error.message.key == "error.read.mark_undecided"  # noqa: PT017 - both outcomes are right
        else:
            told = "decimal_point" in keys(series)
            assert told or series.values.tolist() == numbers
        assert values(path, thousands=".") == numbers


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["$3,410.00", "$867.50", "-$12.00", "$(41.00)"], [3410, 867.5, -12, -41]),
        (["3.410,00 €", "867,50 €", "-12,00 €"], [3410, 867.5, -12]),
        (["£3,410", "£1,234,567"], [3410, 1_234_567]),
        (["NT$ 1,200", "NT$ 950"], [1200, 950]),
        (["USD 1,200.5", "USD 3"], [1200.5, 3]),
        (["1 200,5 CHF", "3 CHF"], [1200.5, 3]),
        (["49.1%", "50%", "-3.25 %"], [49.1, 50, -3.25]),
        (["1.10K", "615", "3M", "1.005K", "2.5k"], [1100, 615, 3e6, 1005, 2500]),
        (["1,1 Mio.", "615 Tsd.", "12"], [1.1e6, 615e3, 12]),
        (["1.2万", "9800", "3亿"], [12_000, 9800, 3e8]),
        (["$1.2K", "$900"], [1200, 900]),
        (["1,23,456", "12,34,567.5", "99,999", "867"], [123_456, 1_234_567.5, 99_999, 867]),
        (["₹1,23,456", "₹867"], [123_456, 867]),
        (["1,100", "(867)", "12", "(1,234)"], [1100, -867, 12, -1234]),
        (["1100", "41-", "12"], [1100, -41, 12]),
        (["\u221212%", "3%"], [-12, 3]),
    ],
)
def test_signs_beside_numbers_are_read_where_the_column_agrees(tmp_path, cells, expected):
    series = read(write(tmp_path, cells, "\t"), today=TODAY)
    assert series.values.tolist() == expected
    if "1,23,456" not in cells:  # grouping is told as separators of thousands
        assert {"signs", "myriads"} & set(keys(series))


@pytest.mark.parametrize(
    ("cells", "row"),
    [(["$3", "$4", "5"], 4), (["$3", "€4", "$5"], 3), (["3%", "4%", "$5"], 4), (["1,23,456", "1,234,567", "4"], None)],
)
def test_a_column_that_does_not_agree_is_refused(tmp_path, cells, row):
    path = write(tmp_path, cells)
    key, told = refused(path)
    assert key == ("sign_differs" if row else "not_a_number")
    if row:
        assert told["row"].values["row"] == row
        alike = [cell if cell[0] == cells[0][0] or cell[-1] == cells[0][-1] else None for cell in cells]
        sign = told["sign"]
        mended = [cell or (f"{9}{sign}" if sign == "%" else f"{sign}9") for cell in alike]
        assert len(values(write(tmp_path, mended))) == 3  # the same sign everywhere
        bare = [cell.strip("$€%") for cell in cells]
        assert values(write(tmp_path, bare)) == [float(cell) for cell in bare]  # or none at all


@pytest.mark.parametrize("cell", ["(5", "5)", "--5", "-5-", "$5%", "5 m", "5 km", "1.10 K", "$", "1,23,4", "5m", ""])
def test_what_is_no_number_stays_none(cell):
    found = take_apart(cell)
    assert found is None or found.text == "1,23,4"


@settings(max_examples=20)
@given(
    st.lists(st.integers(-9_999_999, 9_999_999), min_size=2, max_size=20, unique=True),
    st.sampled_from(["${}", "{} €", "{}%", "EUR {}", "{}"]),
    st.sampled_from(["-{}", "({})", "{}-"]),
)
def test_any_amounts_read_back(cents, sign, minus):
    cells = [sign.format(f"{abs(each) / 100:,.2f}") for each in cents]
    cells = [minus.format(cell) if each < 0 else cell for each, cell in zip(cents, cells, strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        read_back = values(write(Path(folder), cells))
    np.testing.assert_allclose(read_back, np.array(cents) / 100, rtol=1e-12)
