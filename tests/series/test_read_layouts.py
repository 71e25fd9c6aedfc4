"""Files with more than one plain table in them: lines above and below it, sums, JSON, compression."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from thalweg import InputError, read
from thalweg.messages import LANGUAGES, catalogue

CASES = Path(__file__).parent / "cases"
DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=i) for i in range(40)]
VALUES = [1000 + 37 * i % 211 for i in range(40)]
ROWS = [f"{day};{value}" for day, value in zip(DAYS, VALUES, strict=True)]


def read_lines(tmp_path, *lines, name="views.csv", encoding="utf-8", **options):
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return read(path, **options)


def notes_of(series):
    for language in LANGUAGES:
        for note in series.notes:
            assert catalogue(language)(note)  # a missing key or value would raise
    return {note.key.removeprefix("note."): note.values for note in series.notes}


def is_whole(series, name="Visits"):
    return series.name == name and series.start == np.datetime64("2024-01-01") and series.values.tolist() == VALUES


@pytest.mark.parametrize(
    ("case", "days", "name", "note"),
    [
        ("10_sep_line.csv", 84, "Visits", "separator_line"),
        ("11_title_row_of_same_width.csv", 84, "Zählstelle 1", "title_rows"),
        ("15_json_lines.csv", 84, "visits", "json"),
        ("16_total_word.csv", 84, "Visits", "total"),
    ],
)
def test_cases(case, days, name, note):
    series = read(CASES / case)
    assert (len(series), str(series.start), series.name, series.values[0]) == (days, "2024-01-01", name, 1100)
    assert series.observed.all()
    assert note in notes_of(series)


@pytest.mark.parametrize("mark", [";", ",", "\t", "|", "^", ":", " "])
@pytest.mark.parametrize("line", ["sep={}", '"sep={}"', "SEP={}"])
def test_a_first_line_names_the_delimiter(tmp_path, mark, line):
    rows = [row.replace(";", mark) for row in ROWS]
    assert is_whole(read_lines(tmp_path, line.format(mark), f"Date{mark}Visits", *rows))
    assert is_whole(read_lines(tmp_path, line.format(mark), "A title", "", f"Date{mark}Visits", *rows))


ABOVE = {
    "a title of the same width": (["Report;January 2024"], 1),
    "a date of the export": (["Exported;2024-03-01"], 1),
    "a date of the export in the first column": (["2024-03-01;Report"], 1),
    "several lines of all widths": (["Report", "", "by;me;and;you", "Station;North", ";", "x;y"], 6),
    "more lines than twenty": ([f"Remark {i}" for i in range(25)], 25),
    "numbers in the title": (["Station;17"], 1),
}


@pytest.mark.parametrize("above", ABOVE)
def test_lines_above_the_header(tmp_path, above):
    lines, count = ABOVE[above]
    series = read_lines(tmp_path, *lines, "Date;Visits", *ROWS)
    assert is_whole(series)
    assert notes_of(series)["title_rows"] == {"count": count}


@pytest.mark.parametrize("units", ["yyyy-mm-dd;count", ";[1/day]", "(day);(visits)", "YYYY/MM/DD;"])
def test_a_row_of_units_below_the_header(tmp_path, units):
    series = read_lines(tmp_path, "Date;Visits", units, *ROWS)
    assert is_whole(series)
    assert notes_of(series)["rows_below_header"] == {"count": 1}


@pytest.mark.parametrize(
    "below",
    [
        ["", "Source;Visits", "Web;5000", "Mail;300"],
        [";", "Source;Visits", "Web;5000", "Mail;300"],
        ["", "Another table", "Source;Medium;Visits", "Web;none;5000"],
        ["Source: the counting office"],
        ["", "Source: the counting office", "All rights reserved; 2024; no warranty"],
        ["", "Date;Clicks", "2024-01-01;5", "2024-01-02;6"],
    ],
)
def test_rows_below_the_table(tmp_path, below):
    series = read_lines(tmp_path, "Date;Visits", *ROWS, *below)
    assert is_whole(series)
    note = notes_of(series)["rows_below"]
    first = next(i for i, line in enumerate(below) if line.strip(";"))
    assert note["row"] == 42 + first
    assert note["example"].startswith(below[first].split(";")[0])


def test_rows_below_a_table_that_is_long(tmp_path):
    days = [dt.date(1900, 1, 1) + dt.timedelta(days=i) for i in range(40_000)]
    rows = [f"{day};{'x' * 30};{i % 97}" for i, day in enumerate(days)]
    assert sum(map(len, rows)) > 1 << 20
    for below in (["Source: an office"], ["", "Source;a;b", *(f"Web {i};x;5" for i in range(9))]):
        series = read_lines(tmp_path, "Date;Remark;Visits", *rows, *below)
        assert len(series) == 40_000
        assert notes_of(series)["rows_below"]["row"] == 40_002 + (len(below) > 1)


@pytest.mark.parametrize("row", ["soon;5", "2024-13-01;5", "2024-02-09;few", "2024-02-09;5;6", "2024-02-09"])
@pytest.mark.parametrize("blank", [False, True])
def test_a_wrong_row_at_the_end_is_still_refused(tmp_path, row, blank):
    with pytest.raises(InputError, match=r"row 4[12]"):
        read_lines(tmp_path, "Date;Visits", *ROWS[:-1], *([""] if blank else []), row)


@pytest.mark.parametrize("row", ["soon;5", "2024-01-00;5", "2023-12-31;few"])
def test_a_wrong_row_at_the_beginning_is_still_refused(tmp_path, row):
    with pytest.raises(InputError, match="row 2"):
        read_lines(tmp_path, "Date;Visits", row, *ROWS)


@pytest.mark.parametrize("word", ["Totale", "Итого", "Suma", "Celkem", "Σ", "小计", "", "Total general (todos)"])
@pytest.mark.parametrize("place", [0, 40])
def test_a_row_whose_number_is_the_sum_of_all_is_left_out(tmp_path, word, place):
    rows = [*ROWS]
    rows.insert(place, f"{word};{sum(VALUES)}")
    series = read_lines(tmp_path, "Date;Visits", *rows)
    assert is_whole(series)
    assert notes_of(series)["total"]["count"] == 1


def test_a_sum_of_decimals_with_thousands_is_left_out(tmp_path):
    values = [1234.1 + i for i in range(40)]
    rows = [f'{day},"{value:,.1f}"' for day, value in zip(DAYS, values, strict=True)]
    series = read_lines(tmp_path, "Date,Visits", *rows, f'Summe,"{sum(values):,.1f}"')
    np.testing.assert_allclose(series.values, values)


@pytest.mark.parametrize("number", [sum(VALUES) + 1, sum(VALUES) // 2, 0])
def test_a_row_without_a_date_that_is_no_sum_is_refused(tmp_path, number):
    with pytest.raises(InputError, match=r"row 42.*Totale"):
        read_lines(tmp_path, "Date;Visits", *ROWS, f"Totale;{number}")


OBJECTS = [{"Date": str(day), "Visits": value} for day, value in zip(DAYS, VALUES, strict=True)]


@pytest.mark.parametrize(
    "write", [json.dumps, lambda rows: json.dumps(rows, indent=2), lambda rows: "\n" + json.dumps(rows)]
)
def test_a_list_of_objects(tmp_path, write):
    assert is_whole(read_lines(tmp_path, write(OBJECTS), name="views.json"))


def test_objects_in_lines(tmp_path):
    lines = [json.dumps({**row, "tags": ["a", "b"]}) for row in OBJECTS]
    assert is_whole(read_lines(tmp_path, *lines, name="views.jsonl"))
    with pytest.raises(InputError, match=r'row 5.*"few"'):
        read_lines(
            tmp_path, *lines[:4], json.dumps({"Date": "2024-01-05", "Visits": "few"}), *lines[5:], value="Visits"
        )


def test_json_of_another_form_is_refused_and_the_advice_works(tmp_path):
    for other in ({"data": OBJECTS}, {"Date": [str(day) for day in DAYS], "Visits": VALUES}):
        with pytest.raises(InputError, match="no list of plain objects"):
            read_lines(tmp_path, json.dumps(other))
    assert is_whole(read_lines(tmp_path, *map(json.dumps, OBJECTS)))


@pytest.mark.parametrize("name", ["views.csv.gz", "views.csv", "views.gz"])
def test_a_compressed_file(tmp_path, name):
    path = tmp_path / name
    content = gzip.compress("\n".join(["Date;Visits", *ROWS, "Source: an office"]).encode())
    path.write_bytes(content)
    series = read(path)
    assert is_whole(series)
    assert series.source == name
    assert {"gzip", "rows_below"} <= notes_of(series).keys()


@pytest.mark.parametrize("cut", [20, 60, -4])
def test_a_damaged_compressed_file_is_refused_and_the_advice_works(tmp_path, cut):
    plain = "\n".join(["Date;Visits", *ROWS])
    path = tmp_path / "views.csv.gz"
    path.write_bytes(gzip.compress(plain.encode())[:cut])
    with pytest.raises(InputError, match=r"views\.csv\.gz is compressed with gzip and cannot be decompressed"):
        read(path)
    assert is_whole(read_lines(tmp_path, plain))
