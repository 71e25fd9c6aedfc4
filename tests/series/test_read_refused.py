"""What cannot be read is refused with a sentence that says where, what was found and what to do."""

from __future__ import annotations

import datetime as dt

import pytest

from thalweg import InputError, read

DAYS = [dt.date(2021, 1, 1) + dt.timedelta(days=i) for i in range(40)]
LINES = ["date,views"] + [f"{day},{1000 + 37 * i % 211}" for i, day in enumerate(DAYS)]


@pytest.fixture
def refused(tmp_path):
    def refuse(content, *words, name="views.csv", **options):
        path = tmp_path / name
        if isinstance(content, list):
            content = "\n".join(content) + "\n"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(InputError) as caught:
            read(path, **options)
        sentence = str(caught.value)
        for word in (name, *words):
            assert word in sentence
        assert sentence.endswith(".")
        assert "\n" not in sentence

    return refuse


def changed(row, line):
    """Return the lines of the good file with another line at `row`, as a spreadsheet counts rows."""
    lines = list(LINES)
    lines[row - 1] = line
    return lines


def test_no_file(tmp_path):
    with pytest.raises(InputError, match=r"no file .*views\.csv"):
        read(tmp_path / "views.csv")
    with pytest.raises(InputError, match=r"folder .*nowhere does not exist"):
        read(tmp_path / "nowhere" / "views.csv")


def test_folder(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        read(tmp_path)


def test_device():
    with pytest.raises(InputError, match="no regular file"):
        read("/dev/null")


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf\n"])
def test_empty_file(refused, content):
    refused(content, "is empty", "header and a row a day")


@pytest.mark.parametrize("content", ["date,views", "date,views\n", "date;views\r\n\r\n"])
def test_header_only(refused, content):
    refused(content, "header (date, views)", "no rows")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x00\x01\x02\x03date,views", "binary"),
        ("\n".join(LINES).encode() + b"\n2021-03-01,\x00\n", "binary"),
        (b"PK\x03\x04" + bytes(range(1, 99)), "zip archive"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_binary_file(refused, content, what):
    refused(content, what, "CSV or Parquet file is expected")


def test_utf_16_that_is_cut_short(refused):
    refused("\n".join(LINES).encode("utf-16")[:-1], "UTF-16", "damaged or cut short", "CSV UTF-8")


def test_an_unknown_encoding_names_the_line(refused):
    odd = "\n".join(changed(17, "2021-01-16,??")).encode().replace(b"??", b"\x81\x8d\xff")
    refused(odd, "not in UTF-8", "line 17", "0x81", "older encoding")


def test_an_unknown_encoding_far_into_the_file(refused):
    filler = "\n".join(LINES) + "\n# " + "x" * (1 << 21) + "\n"
    refused(filler.encode() + b"sp\x81\x8d\xff", f"line {len(LINES) + 2}")


def test_a_word_in_latin_1_is_read_and_named(refused):
    refused("\n".join(changed(17, "2021-01-16,für")).encode("latin-1"), "row 17", '"für"', "not a number")


def test_one_column(refused):
    refused([line.split(",")[1] for line in LINES], "one column", "'views'", "dates")


def test_no_dates(refused):
    refused(["views,likes"] + [f"{i},{i * i}" for i in range(30)], "no column that looks like dates", "date='NAME'")
    refused(["who,views"] + [f"person,{i * i}" for i in range(30)], 'who (text, "person")', 'views (numbers, "0")')


def test_days_in_columns(refused):
    refused(["Country,1/22/20,1/23/20,1/24/20", "A,1,2,3", "B,1,5,3"], "Its first row holds dates")


def test_no_numbers(refused):
    refused(["date,mood"] + [f"{day},good" for day in DAYS], "no column of numbers", "mood (text")


@pytest.mark.parametrize("cell", ["12 km", "21 °C", "12 views"])
def test_only_numbers_with_units(refused, cell):
    refused(["date;rate"] + [f"{day};{cell}" for day in DAYS], f'rate holds "{cell}"', "signs of percent or currency")


def test_numbers_named_as_dates(refused):
    refused(LINES, "column views does not look like dates", '"1000"', "name another column", date="views")


def test_two_date_columns(refused):
    lines = ["day,billed on,views"] + [f"{day},{day + dt.timedelta(days=3)},{day.day}" for day in DAYS]
    refused(lines, "2 columns of dates", "date='day'", 'billed on (dates, "2021-01-04")')


def test_two_number_columns(refused):
    lines = ["date,likes in %,views"] + [f"{day},{3 * day.day},{day.day**2}" for day in DAYS]
    refused(lines, "2 columns of numbers", "value='likes in %'", "views (numbers")


def test_unknown_column_names_the_nearest(refused):
    refused(LINES, "no column 'Views'", "Did you mean value='views'", value="Views")
    refused(LINES, "no column 'dates'", "Did you mean date='date'", date="dates")
    refused(LINES, "no column 'profit'", "date (dates", value="profit")


def test_one_column_named_twice(refused):
    refused(LINES, "named both as date and as value", date="views", value="views")


def test_named_date_column_without_dates(refused):
    lines = ["date,who,views"] + [f"{day},me,{day.day}" for day in DAYS]
    refused(lines, "column who does not look like dates", '"me"', "date_format=", date="who")


@pytest.mark.parametrize("form", ["%Q", "%"])
def test_date_format_that_is_none(refused, form):
    refused(LINES, repr(form), "no date format", "%d/%m/%Y", date_format=form)


def test_date_format_that_does_not_fit(refused):
    refused(LINES, "written like %d/%m/%Y", 'date begins with "2021-01-01"', date_format="%d/%m/%Y")
    codes = "A format says with %d, %m and %Y where day, month and year are."
    refused(LINES, "written like dd/mm/yyyy", codes, date_format="dd/mm/yyyy")
    refused(LINES, "row 2", '"2021-01-01"', codes, date="date", date_format="dd/mm/yyyy")
    refused(LINES, "row 2", '"2021-01-01"', "does not fit date_format='%d/%m/%Y'", date="date", date_format="%d/%m/%Y")


def test_all_missing(refused):
    refused(["date,views"] + [f"{day}," for day in DAYS], "all values of views are missing")
    refused(["date,views"] + [f"{day},NA" for day in DAYS], "all values of views are missing", value="views")


def test_all_equal(refused):
    refused(["date,views"] + [f"{day},7" for day in DAYS], "all 40 values of views are equal (7)")


@pytest.mark.parametrize("cell", ["many", "12%", "$12", "1.2.3", "12 views", "(12", "1,23,4"])
def test_text_among_numbers(refused, cell):
    refused(changed(9, f'2021-01-08,"{cell}"'), "row 9", f'"{cell}"', "column views", "not a number")


def test_row_counts_blank_lines_titles_and_quoted_lines(refused):
    lines = ["A title", *LINES[:5], "", *LINES[5:8], "", "2021-01-08,several"]
    refused(lines, "row 12", '"several"')
    refused(['date,views,"of\nwhat"', *(line + ',"x\ny"' for line in LINES[1:8]), "2021-01-08,few,z"], "row 9", '"few"')


def test_row_without_header_counts_from_the_first(refused):
    refused([*LINES[1:8], "2021-01-08,several"], "row 8", "column1")


@pytest.mark.parametrize("cell", ["inf", "-Infinity", "∞"])
def test_infinite(refused, cell):
    refused(changed(9, f"2021-01-08,{cell}"), "row 9", cell, "infinite")


@pytest.mark.parametrize("cell", ["1e300", "-2e15", "1e999"])
def test_absurd(refused, cell):
    refused(changed(9, f"2021-01-08,{cell}"), "row 9", cell, "column views")


def test_differing_rows_for_one_day_name_both(refused):
    refused(
        [*LINES, "2021-01-08,5", "2021-01-09,5"],
        *("row 9 and row 42", "2021-01-08", "views is 1048 and 5", "dates like it: 2", "duplicates='sum'"),
    )


def test_same_value_but_another_column_differs(refused):
    lines = [line + ",a" for line in LINES]
    refused([*lines, lines[8][:-1] + "b"], "row 9 and row 42", "in both, but they differ in a", value="views")


def test_unknown_way_with_duplicates():
    with pytest.raises(InputError, match="duplicates='median': choose one of sum, mean, last"):
        read("views.csv", duplicates="median")


def test_order_of_day_and_month_undecided(refused):
    lines = ["date,views", "01/02/2021,5", "02/03/2021,6", "03/05/2021,8", "04/07/2021,9"]
    refused(lines, "month/day/year or day/month/year", "date_format='%m/%d/%Y' or date_format='%d/%m/%Y'")


def test_order_of_day_and_month_contradicted(refused):
    lines = ["date,views"] + [f"{day:%m/%d/%Y},{day.day}" for day in DAYS] + ["25/02/2021,4"]
    refused(lines, "row 42", '"25/02/2021"', "not a date like the others", "row 14")


def test_one_bad_date(refused):
    refused(changed(9, "soon,5"), "row 9", '"soon"', "column date", "not a date like the others", "%Y-%m-%d")
    refused(changed(9, "2021-02-30,5"), "row 9", '"2021-02-30"')
    refused(changed(9, ",5"), "row 9", "no date")


@pytest.mark.parametrize(("line", "cells"), [("2021-01-08,5,6", 3), ("2021-01-08", 1)])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_ragged_row(refused, line, cells, ending):
    refused(
        ending.join(changed(9, line)) + ending,
        "row 9",
        f"{cells} cell{'s' if cells > 1 else ''} where the others have 2",
    )


def test_ragged_row_where_lines_end_in_two_ways(refused):
    lines = changed(9, "2021-01-08,5,6")
    refused("\r\n".join(lines[:5]) + "\r\n" + "\n".join(lines[5:]), "row 9", "3 cells")


def test_header_with_another_number_of_cells(refused):
    refused(
        ["date,views"] + [f"{day},{day.day},5" for day in DAYS], "row 1 has 2 cells", "others have 3", "decimal comma"
    )


def test_one_day(refused):
    refused(LINES[:2], "one day only, 2021-01-01")


@pytest.mark.parametrize("row", [2, 9, 41])
@pytest.mark.parametrize("line", ['2021-01-08,"5', '"2021-01-08,5'])
def test_quote_that_never_closes(refused, row, line):
    refused(changed(row, line), f"a quote opened in row {row} is never closed")


def test_thousands_or_decimals_undecided(refused):
    lines = ["date;views"] + [f"{day};{i + 1},{i + 100}" for i, day in enumerate(DAYS)]
    refused(lines, '"1,100"', "may separate thousands or decimals", "row 2")


def test_all_days_after_today(refused):
    refused(LINES, "after today, 2020-12-31", "2021-01-01 to 2021-02-09", today=dt.date(2020, 12, 31))


@pytest.mark.parametrize(("step", "name"), [(14, "fortnightly"), (2, "every 2 days"), (367, "every 367 days")])
def test_days_too_far_apart(refused, step, name):
    days = [dt.date(1980, 1, 1) + dt.timedelta(days=step * i) for i in range(40)]
    lines = ["date,views"] + [f"{day},{i}" for i, day in enumerate(days)]
    refused(lines, name, f"{step} days", "day, week, month, quarter or year are served")


def test_date_that_slipped_by_centuries(refused):
    refused(changed(2, "1021-01-01,5"), "widest gap", "1021-01-01 (row 2)", "2021-01-02 (row 3)", "only 40 of the")


def test_hours_in_several_columns_are_asked_about(refused):
    stamps = [f"{day:%d.%m.%Y} {hour:02d}:00" for day in DAYS for hour in range(24)]
    lines = ["when,load,heat"] + [f"{stamp},{i * 7 % 13},{i % 7}" for i, stamp in enumerate(stamps)]
    refused(lines, "2 columns of numbers", "value='load'")


def test_hours_in_a_column_of_their_own(refused):
    lines = ["date,hour,load"] + [f"{day},{hour},{hour * day.day}" for day in DAYS for hour in range(24)]
    refused(lines, "hourly", "column hour holds the hours", "24 rows a day", value="load")


def test_many_series(refused):
    lines = ["date,shop,sales"] + [f"{day},shop {i},{i * day.day}" for i in range(7) for day in DAYS]
    refused(lines, "many series", "7 values of shop a date", "duplicates='sum'")
