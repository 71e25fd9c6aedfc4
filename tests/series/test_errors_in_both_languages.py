"""Every error about a source, its days or its country is a whole sentence in English and in Chinese."""

from __future__ import annotations

import datetime as dt
import errno
import gzip
import re
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from thalweg import InputError, read, sample
from thalweg.messages import LANGUAGES, Argument, Message, catalogue
from thalweg.series.country import country_code
from thalweg.series.read import delimited
from thalweg.series.read.table import Table
from thalweg.series.series import Series
from thalweg.series.split import split_by_date

DAYS = [dt.date(2021, 1, 1) + dt.timedelta(days=i) for i in range(40)]
ROOMS = ("read", "split", "country", "simulated")
ENGLISH = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){3,}")  # four words of English, or more
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def rows(*changed, header="date,views", form="%Y-%m-%d", value="{i}"):
    """Return a file of daily values, then the rows `changed`."""
    lines = [f"{day.strftime(form)},{value.format(i=i)}" for i, day in enumerate(DAYS)]
    return "\n".join([header, *lines, *changed]) + "\n"


def many(rows_a_day):
    """Return a file with so many rows a day, at different times."""
    minutes = 24 * 60 // rows_a_day
    times = [dt.time(i * minutes // 60, i * minutes % 60) for i in range(rows_a_day)]
    return "\n".join(["when,load", *(f"{day} {time},{i}" for day in DAYS for i, time in enumerate(times))])


# By the key: what the file holds, and the options with which it is read.
FILES = {
    "read.empty_file": (b"", {}),
    "read.utf_16": (rows().encode("utf-16"), {}),
    "read.binary": (b"PK\x03\x04", {}),
    "read.bad_gzip": (gzip.compress(rows().encode())[:-9], {}),
    "read.bad_json": ('{"data": [{"date": "2021-01-01", "views": 1}]}', {}),
    "read.not_utf_8": (rows().encode() + b"2021-03-01,\x81\x8d\xff", {}),
    "read.encoding_in_doubt": (rows(header="den,Prodej kusů").encode("cp1250"), {}),
    "read.cell_too_long": ('"' + "x" * 200_000, {}),
    "read.one_column_of_text": ("views\n1\n2\n", {}),
    "read.short_header": (rows(value="{i},1"), {}),
    "read.header_only": ("date,views\n", {}),
    "read.ragged": (rows("2021-03-01,1,2"), {}),
    "read.quote_unclosed": (rows('2021-03-01,"1'), {}),
    "read.quote_inside": (rows('2021-03-01,"1"2'), {}),
    "read.bad_format": (rows(), {"date_format": "%Q"}),
    "read.same_column": (rows(), {"date": "date", "value": "date"}),
    "read.no_column": (rows(), {"value": "profit"}),
    "read.no_column_but_near": (rows(), {"value": "Views"}),
    "read.no_dates": ("who,views\n" + "me,1\n" * 9, {}),
    "read.no_dates_of_format": (rows(), {"date_format": "%d/%m/%Y"}),
    "read.no_dates_of_format_without_codes": (rows(), {"date_format": "dd/mm/yyyy"}),
    "read.several_dates": (rows(header="day,date,views", value="2021-01-01,{i}"), {}),
    "read.not_dates": (rows(), {"date": "views"}),
    "read.no_numbers": (rows(value="good"), {}),
    "read.numbers_with_units": (rows(value="{i} km"), {}),
    "read.several_numbers": (rows(header="date,views,likes", value="{i},1"), {}),
    "read.no_dated_values": ("date,views\nTotal,5\n", {"date": "date", "date_format": "%d/%m/%Y"}),
    "read.no_date": (rows(",5"), {}),
    "read.fits_no_cell": (rows(), {"date": "date", "date_format": "%d/%m/%Y"}),
    "read.fits_no_cell_without_codes": (rows(), {"date": "date", "date_format": "dd/mm/yyyy"}),
    "read.unlike_the_others": (rows("soon,5"), {}),
    "read.unlike_the_others_in_both_orders": (rows("25/02/2021,4", form="%m/%d/%Y"), {}),
    "read.order_undecided": ("date,views\n01/02/2021,5\n02/03/2021,6\n03/05/2021,8\n", {}),
    "read.order_undecided_of_three": ("date,views\n01/02/03,5\n02/03/04,6\n03/05/07,8\n", {}),
    "read.day_and_month_exchanged": (rows(form="%d/%m/%Y").replace("06/01/2021", "01/06/2021"), {}),
    "read.infinite": (rows("2021-03-01,inf"), {}),
    "read.not_a_number": (rows("2021-03-01,few"), {}),
    "read.not_numbers": (rows("2021-03-01,few", "2021-03-02,many"), {}),
    "read.too_large": (rows("2021-03-01,1e300"), {}),
    "read.mark_undecided": ("\n".join(["date;views", *(f"{day};1,{i + 100}" for i, day in enumerate(DAYS))]), {}),
    "read.same_mark": (rows(), {"decimal": ".", "thousands": "."}),
    "read.other_mark": (rows(value="{i}.25"), {"decimal": ","}),
    "read.sign_differs": (rows("2021-03-01,5", value="${i}"), {}),
    "read.all_after_today": (rows(), {"today": dt.date(2020, 12, 31)}),
    "read.not_daily": ("date,views\n2021-01-01,5\n2021-01-08,6\n2021-01-15,7\n", {}),
    "read.scattered": (rows("1021-03-01,5"), {}),
    "read.several_rows_a_day": (many(24), {}),
    "read.many_series": ("\n".join(["date,shop,sales", *(f"{day},{shop},1" for day in DAYS for shop in "abc")]), {}),
    "read.rows_differ": (rows("2021-01-01,5"), {}),
    "read.rows_differ_often": (rows("2021-01-01,5", "2021-01-02,6"), {}),
    "read.all_missing": (rows(value=""), {}),
    "read.one_day": ("date,views\n2021-01-01,5\n", {}),
    "read.all_equal": (rows(value="7"), {}),
}
SOURCES = {
    "read.not_a_frame": lambda: 42,
    "read.repeated_names": lambda: pd.DataFrame([[1, 2]], columns=["views", "views"]),
    "read.no_columns": pl.DataFrame,
    "read.one_column": lambda: pl.DataFrame({"date": DAYS}),
    "read.no_rows": lambda: pl.DataFrame({"date": [], "views": []}),
    "read.folder": lambda: Path(__file__).parent,
    "read.no_file": lambda: Path(__file__).parent / "none.csv",
    "read.no_folder": lambda: Path(__file__).parent / "nowhere" / "none.csv",
    "read.not_regular": lambda: "/dev/null",
}
COUNTRIES = {
    "country.unknown": "",
    "country.unknown_but_near": "Tiawan",
    "country.no_part": "GB-XX",
    "country.no_parts": "SG-01",
}


def series_of(days):
    return Series(np.datetime64("2021-01-01"), np.arange(float(days)), np.arange(days) == 0, "views", "frame")


def raising(failure):
    """Return a function that takes anything and raises an error."""

    def fail(*_, **__):
        raise failure

    return fail


class WithoutMemory:
    """A connection that has no memory left."""

    def execute(self, _):
        raise duckdb.OutOfMemoryException("some words of a library")


def bad_parquet(path, _):
    path.write_bytes(b"PAR1")
    read(path)


def bad_csv(path, monkeypatch):
    """DuckDB refuses the file, and our own search finds no reason."""
    for search in ("_wrong_quotes", "_ragged"):
        monkeypatch.setattr(delimited, search, lambda *_: None)
    path.write_text(FILES["read.quote_inside"][0])
    read(path)


def unreadable(code):
    """Return a function that reads a file which the system does not open."""

    def unread(path, monkeypatch):
        path.write_text(rows())
        monkeypatch.setattr(Path, "open", raising(OSError(code, "some words of the system")))
        read(path)

    return unread


OTHERS = {
    "read.bad_parquet": bad_parquet,
    "read.bad_csv": bad_csv,
    "read.memory": lambda *_: Table("views.csv", WithoutMemory(), []).query("SELECT 1"),
    "read.no_permission": unreadable(errno.EACCES),
    "read.system_error": unreadable(errno.EIO),
    "split.too_short": lambda *_: split_by_date(series_of(20)),
    "split.unobserved": lambda *_: split_by_date(series_of(200)),
    "simulated.days": lambda *_: sample(days=0),
}


def provoke(key, tmp_path, monkeypatch):
    """Do what the error is about."""
    path = tmp_path / "views.csv"
    if key in FILES:
        content, options = FILES[key]
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        read(path, **options)
    elif key in SOURCES:
        read(SOURCES[key]())
    elif key in COUNTRIES:
        country_code(COUNTRIES[key])
    else:
        OTHERS[key](path, monkeypatch)


KEYS = sorted(
    key.removeprefix("error.")
    for key in catalogue().templates
    if key.startswith(tuple(f"error.{room}." for room in ROOMS))
)


@pytest.mark.parametrize("key", KEYS)
def test_every_error_in_both_languages(key, tmp_path, monkeypatch):
    with pytest.raises(InputError) as caught:
        provoke(key, tmp_path, monkeypatch)
    error = caught.value
    assert error.message.key == f"error.{key}"
    for language in LANGUAGES:
        for command in (False, True):
            sentence = error.sentence(language, command=command)
            assert sentence.endswith("." if language == "en" else "。")
            assert "\n" not in sentence
            assert "Message(" not in sentence
            assert "words of" not in sentence  # of a library or of the system
            for argument in arguments_of(error.message):
                assert argument.written(command=command) in sentence
    english, chinese = (error.sentence(language, command=True) for language in LANGUAGES)
    assert len(re.findall(r"[.?](?: |$)", english)) >= 2  # what was found, and what to do
    assert not ENGLISH.search(QUOTED.sub("", chinese)), chinese


def arguments_of(value):
    """Return the arguments that stand in a message, in the messages in it, and in lists."""
    match value:
        case Argument():
            return [value]
        case Message():
            return [argument for each in dict(value.values).values() for argument in arguments_of(each)]
        case list() | tuple():
            return [argument for each in value for argument in arguments_of(each)]
        case _:
            return []


@pytest.mark.parametrize("rows_a_day", [3, 24, 48, 96, 1440])
def test_rows_a_day_have_a_word_in_both_languages(rows_a_day, tmp_path):
    path = tmp_path / "load.csv"
    path.write_text(many(rows_a_day))
    with pytest.raises(InputError) as caught:
        read(path)
    assert f"{rows_a_day} rows a day" in str(caught.value)
    assert f"每天 {rows_a_day} 行" in caught.value.sentence("zh")


@pytest.mark.parametrize("days", [2, 7, 14, 30, 91, 365])
def test_days_between_dates_have_a_word_in_both_languages(days, tmp_path):
    path = tmp_path / "load.csv"
    dates = [dt.date(2001, 1, 1) + dt.timedelta(days=days * i) for i in range(9)]
    path.write_text("\n".join(["date,load", *(f"{date},{i}" for i, date in enumerate(dates))]))
    with pytest.raises(InputError) as caught:
        read(path)
    assert f"usually {days} days" in str(caught.value)
    assert f"通常相隔 {days} 天" in caught.value.sentence("zh")


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"SQLite format 3", b"%PDF", b"\x00"])
def test_kinds_of_files_have_a_name_in_both_languages(start, tmp_path):
    path = tmp_path / "views.csv"
    path.write_bytes(start)
    with pytest.raises(InputError) as caught:
        read(path)
    assert "not text" in str(caught.value)
    assert "不是文本" in caught.value.sentence("zh")


def test_what_columns_hold_has_a_word_in_both_languages(tmp_path):
    path = tmp_path / "views.csv"
    lines = [f"{i},{day},me,,{i * i},{i % 7}" for i, day in enumerate(DAYS)]
    path.write_text("\n".join(["Unnamed: 0,date,who,none,views,likes", *lines]))
    with pytest.raises(InputError) as caught:
        read(path)
    english, chinese = (caught.value.sentence(language) for language in LANGUAGES)
    for part in ('Unnamed: 0 (row numbers, "0")', 'date (dates, "2021-01-01")', 'who (text, "me")', "none (empty)"):
        assert part in english
    for part in ("Unnamed: 0（行号，", "date（日期，", "who（文本，", "none（空）", "views（数字，"):
        assert part in chinese
