"""What files may look like, and the notes about them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from thalweg import read
from thalweg.messages import LANGUAGES, Message, catalogue

DAYS = [dt.date(2021, 1, 1) + dt.timedelta(days=i) for i in range(40)]
VALUES = [1000 + 37 * i % 211 for i in range(40)]


def read_text(tmp_path, content, name="views.csv", **options):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(path, **options)


def rows(form="%Y-%m-%d", delimiter=",", values=VALUES, header="date,views"):
    lines = [header.replace(",", delimiter)] if header else []
    return lines + [f"{day.strftime(form)}{delimiter}{value}" for day, value in zip(DAYS, values, strict=True)]


def notes_of(series):
    for language in LANGUAGES:
        for note in series.notes:
            assert catalogue(language)(note)  # a missing key or value would raise
    return {note.key.removeprefix("note."): note.values for note in series.notes}


def is_whole(series):
    return (
        series.start == np.datetime64("2021-01-01")
        and series.values.tolist() == [float(value) for value in VALUES]
        and bool(series.observed.all())
    )


def test_plain_file_needs_no_note(tmp_path):
    series = read_text(tmp_path, "\n".join(rows()))
    assert is_whole(series)
    assert (series.name, series.source, series.simulated, series.notes) == ("views", "views.csv", False, ())
    assert series.dates[-1] == np.datetime64(DAYS[-1])


@pytest.mark.parametrize(
    "form",
    [
        *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d/%m/%y"),
        *("%Y年%m月%d日", "%d %b %Y", "%d-%b-%y", "%d-%B-%Y", "%A %d %B %Y", "%Y-%m-%d 00:00:00", "%Y-%m-%dT00:00:00Z"),
        *("%Y-%m-%d 00:00:00+08:00", "%m/%d/%Y 12:00:00 AM", "%Y-%m-%d 00:00:00.000 UTC"),
    ],
)
def test_dates_as_people_write_them(tmp_path, form):
    series = read_text(tmp_path, "\n".join(rows(form)))
    assert is_whole(series)
    assert "time_of_day" not in notes_of(series)


@pytest.mark.parametrize("form", ["%b %d, %Y", "%B %d, %Y", "%a, %b %d, %Y"])
def test_dates_with_commas_in_quotes_or_among_semicolons(tmp_path, form):
    assert is_whole(read_text(tmp_path, "\n".join(rows(f'"{form}"'))))
    assert is_whole(read_text(tmp_path, "\n".join(rows(form, delimiter=";"))))


@pytest.mark.parametrize(("form", "key"), [("%m/%d/%Y", "month_first_sure"), ("%d/%m/%Y", "day_first_sure")])
def test_order_of_day_and_month_comes_from_the_whole_column(tmp_path, form, key):
    lines = rows(form)
    assert key in notes_of(read_text(tmp_path, "\n".join(lines)))
    # the first twelve days are open, yet only one order makes them follow each other
    series = read_text(tmp_path, "\n".join(lines[:13]))
    assert series.dates.tolist() == DAYS[:12]
    assert key.replace("sure", "regular") in notes_of(series)


def test_date_format_settles_the_order(tmp_path):
    with pytest.raises(ValueError, match="the column does not show which"):
        read_text(tmp_path, "date,views\n01/02/2021,5\n02/03/2021,6\n03/05/2021,7\n")
    series = read_text(tmp_path, "date,views\n01/02/2021,5\n02/02/2021,6\n04/02/2021,7\n", date_format="%d/%m/%Y")
    assert series.dates[[0, -1]].tolist() == [dt.date(2021, 2, 1), dt.date(2021, 2, 4)]


@pytest.mark.parametrize(("delimiter", "name"), [(";", ";"), ("\t", Message("read.tab")), ("|", "|")])
def test_other_delimiters(tmp_path, delimiter, name):
    series = read_text(tmp_path, "\n".join(rows(delimiter=delimiter)))
    assert is_whole(series)
    assert notes_of(series)["delimiter"] == {"delimiter": name}


@pytest.mark.parametrize(
    ("write", "delimiter", "note"),
    [
        (lambda value: f'"{value:,}"', ",", "thousands"),
        (lambda value: f'"{value:,}.00"', ",", "thousands"),
        (lambda value: f"{value:,}".replace(",", " "), ",", "thousands"),
        (lambda value: f"{value:,}".replace(",", "\u202f"), ",", "thousands"),
        (lambda value: f"{value:,}".replace(",", "'"), ";", "thousands"),
        (lambda value: f"{value:,}".replace(",", ".") + ",0", ";", "decimal_comma"),
        (lambda value: f"{value},0", ";", "decimal_comma"),
        (lambda value: f"{value}.0", ";", None),
        (lambda value: f"{value / 1000:.3e}", ",", None),
    ],
)
def test_numbers_as_people_write_them(tmp_path, write, delimiter, note):
    series = read_text(tmp_path, "\n".join(rows(delimiter=delimiter, values=[write(value) for value in VALUES])))
    factor = 1000 if note is None and delimiter == "," else 1
    np.testing.assert_allclose(series.values * factor, VALUES, rtol=1e-12)
    assert {"thousands", "decimal_comma"} & notes_of(series).keys() == ({note} if note else set())


def test_three_decimals_that_begin_with_zero_are_no_thousands(tmp_path):
    values = [f"0,{value % 900 + 100}" for value in VALUES]
    series = read_text(tmp_path, "\n".join(rows(delimiter=";", values=values)))
    assert series.values[0] == float(values[0].replace(",", "."))


def test_byte_order_mark_and_windows_lines(tmp_path):
    series = read_text(tmp_path, b"\xef\xbb\xbf" + "\r\n".join(rows()).encode())
    assert is_whole(series)
    assert series.name == "views"
    assert "byte_order_mark" in notes_of(series)


def test_lines_that_end_in_two_ways(tmp_path):
    lines = rows()
    assert is_whole(read_text(tmp_path, "\r\n".join(lines[:9]) + "\r\n" + "\n".join(lines[9:]) + "\n"))


def test_unsorted_rows(tmp_path):
    head, *body = rows()
    series = read_text(tmp_path, "\n".join([head, *reversed(body)]))
    assert is_whole(series)
    assert "unsorted" in notes_of(series)


def test_missing_days_and_empty_cells_hold_past_values_and_are_not_observed(tmp_path):
    lines = rows()
    del lines[21:24]  # days 20, 21, 22
    lines[3] = f"{DAYS[2]},"
    for place, token in zip((30, 31, 32), ("NA", "null", " - "), strict=True):
        lines[place] = f"{lines[place].split(',')[0]},{token}"
    series = read_text(tmp_path, "\n".join(lines))
    gone = [2, 20, 21, 22, 32, 33, 34]
    assert np.flatnonzero(~series.observed).tolist() == gone
    assert series.values[2] == VALUES[1]  # the day before, in the first week
    assert series.values[20:23].tolist() == VALUES[13:16]  # a week before
    assert series.values[32:35].tolist() == VALUES[25:28]
    notes = notes_of(series)
    assert notes["missing_days"] == {"count": 3, "first": "2021-01-21"}
    assert notes["empty_cells"] == {"count": 4, "first": "2021-01-03"}


def test_a_gap_longer_than_a_week_repeats_the_last_week(tmp_path):
    lines = rows()
    del lines[11:31]
    series = read_text(tmp_path, "\n".join(lines))
    assert series.values[10:30].tolist() == (VALUES[3:10] * 3)[:20]
    assert not series.observed[10:30].any()


def test_empty_ends_are_left_out(tmp_path):
    lines = rows()
    lines[1], lines[2], lines[-1] = f"{DAYS[0]},", f"{DAYS[1]},", f"{DAYS[-1]},"
    series = read_text(tmp_path, "\n".join(lines))
    assert (str(series.start), len(series)) == ("2021-01-03", 37)
    assert notes_of(series) == {"trimmed": {"count": 3}}


def test_identical_rows_are_dropped(tmp_path):
    lines = rows()
    series = read_text(tmp_path, "\n".join([*lines, lines[5], lines[5], lines[7]]))
    assert is_whole(series)
    assert notes_of(series)["duplicates_dropped"] == {"count": 3, "first": "2021-01-05"}


@pytest.mark.parametrize(("way", "value"), [("sum", 3003), ("mean", 1001), ("last", 1002)])
def test_duplicates_settle_differing_rows(tmp_path, way, value):
    lines = [*rows(), "2021-01-04,1000", "2021-01-04,1002"]
    lines[4] = "2021-01-04,1001"
    series = read_text(tmp_path, "\n".join(lines), duplicates=way)
    assert series.values[3] == value
    assert notes_of(series)[f"duplicates_{way}"] == {"count": 1}


def test_negative_values(tmp_path):
    series = read_text(tmp_path, "\n".join(rows(values=[-3, "\u22124", *VALUES[2:]])))
    assert series.values[:2].tolist() == [-3, -4]
    assert not series.counts
    assert notes_of(series) == {"negative": {"count": 2}}


def test_days_after_today_are_left_out(tmp_path):
    series = read_text(tmp_path, "\n".join(rows()), today=DAYS[29])
    assert len(series) == 30
    assert notes_of(series) == {"future": {"count": 10, "first": "2021-01-31"}}


@pytest.mark.parametrize("word", ["Total", "总计"])
@pytest.mark.parametrize("place", [1, 41])
def test_summary_row_is_left_out(tmp_path, word, place):
    lines = rows()
    lines.insert(place, f"{word},{sum(VALUES)}")
    series = read_text(tmp_path, "\n".join(lines))
    assert is_whole(series)
    assert notes_of(series) == {"total": {"count": 1, "word": word}}


def test_file_without_header(tmp_path):
    series = read_text(tmp_path, "\n".join(rows(header="")))
    assert is_whole(series)
    assert series.name == "column1"
    assert "no_header" in notes_of(series)


def test_titles_above_the_table(tmp_path):
    series = read_text(tmp_path, "Category: All categories\n\n" + "\n".join(rows(header="Day,thalweg: (Worldwide)")))
    assert is_whole(series)
    assert series.name == "thalweg: (Worldwide)"
    assert notes_of(series)["title_rows"] == {"count": 2}


def test_blank_lines_and_rows_of_empty_cells(tmp_path):
    lines = rows()
    assert is_whole(read_text(tmp_path, "\n".join([*lines[:9], "", *lines[9:], ",", ",", ""])))


def test_text_columns_an_index_and_late_columns_are_no_candidates(tmp_path):
    lines = [
        f'{i},{day},"{"a long, quoted remark" if i % 7 == 0 else ""}",{value}'
        for i, (day, value) in enumerate(zip(DAYS, VALUES, strict=True))
    ]
    assert is_whole(read_text(tmp_path, "\n".join([",date,remark,views", *lines])))


def test_named_columns_choose(tmp_path):
    lines = ["day,other day,views,visits"]
    lines += [f"{day},{dt.date(2020, 1, 1)},{value},{value + 1}" for day, value in zip(DAYS, VALUES, strict=True)]
    series = read_text(tmp_path, "\n".join(lines), date="day", value="visits")
    assert series.name == "visits"
    assert series.values[0] == VALUES[0] + 1


def test_working_days_only_are_served_without_weekends(tmp_path):
    head, *body = rows()
    kept = [line for line, day in zip(body, DAYS, strict=True) if day.weekday() < 5]
    series = read_text(tmp_path, "\n".join([head, *kept]))
    assert series.observed.sum() == len(kept)
    assert len(series) == len(kept)
    assert "missing_days" not in notes_of(series)
    assert [note.key for note in notes_of(series)["weekdays"]["weekdays"]] == ["note.weekday.5", "note.weekday.6"]


@pytest.mark.parametrize(("way", "expected"), [("sum", 24 * 5.0), ("mean", 5.0)])
def test_hours_become_days_when_asked(tmp_path, way, expected):
    hours = [f"{day} {hour:02d}:00,{5 + i}" for i, day in enumerate(DAYS) for hour in range(24)]
    series = read_text(tmp_path, "\n".join(["when,load", *hours[:-6]]), duplicates=way)
    assert len(series) == 39  # the last day, of 18 hours, would be no day's sum
    assert series.values[0] == expected
    assert notes_of(series)["partial_day"] == {"day": "2021-02-09", "rows": 18, "usual": 24}


def test_old_lines_and_spaces_that_do_not_break(tmp_path):
    assert is_whole(read_text(tmp_path, "\r".join(rows())))
    assert is_whole(read_text(tmp_path, "\n".join(line.replace(",", "\u00a0,\u00a0") for line in rows())))


def test_first_line_of_hundreds_of_kilobytes(tmp_path):
    names = ",".join(f"{'a column with quite a long name ' * 10}{i}" for i in range(1000))
    blanks = "," * 1000
    series = read_text(
        tmp_path, "\n".join([f"date,views,{names}"] + [line + blanks for line in rows()[1:]]), value="views"
    )
    assert is_whole(series)


def test_wildcards_in_a_path_are_themselves(tmp_path):
    (tmp_path / "views1.csv").write_text("nothing")
    assert is_whole(read_text(tmp_path, "\n".join(rows()), name="views[1]*.csv"))


def test_column_called_simulated_is_known_as_simulated(tmp_path):
    assert read_text(tmp_path, "\n".join(rows(header="date,simulated views"))).simulated


def test_a_string_will_do_as_a_path(tmp_path):
    (tmp_path / "views.csv").write_text("\n".join(rows()))
    assert is_whole(read(str(tmp_path / "views.csv")))
