"""Every error about a source, its days or its country is a whole sentence in English and in Chinese."""

from __future__ import annotations

import datetime as dt
import errno
import re
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from support.refusals import DAYS, FILES, rows
from thalweg import InputError, read, sample
from thalweg.messages import LANGUAGES, Argument, Message, catalogue
from thalweg.series.country import country_code
from thalweg.series.read import delimited, typed
from thalweg.series.read.given import series_of as series_read
from thalweg.series.read.table import Table
from thalweg.series.series import Series
from thalweg.series.split import split_by_date

ROOMS = ("read", "split", "country", "simulated")
ENGLISH = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){3,}")  # four words of English, or more
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


SOURCES = {
    "read.plain_data": lambda: [1, 2, 3],
    "read.plain_lengths": lambda: {"date": DAYS, "views": [1, 2]},
    "read.frame_lazy": lambda: pl.LazyFrame({"date": DAYS}).with_columns(pl.col("date").str.to_lowercase()),
    "read.no_match": lambda: Path(__file__).parent / "none*.csv",
    "read.several_match": lambda: Path(__file__).parent / "test_read_*.py",
    "read.odd_name": lambda: Path(__file__).parent / "\udcff.csv",
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


def unreadable_table(*_):
    """DuckDB fails over a table that cannot say why."""
    connection = duckdb.connect()
    Table("views.csv", connection, []).query("SELECT nothing")


def odd_column(_, monkeypatch):
    """The frame's library cannot turn a column into an array."""
    monkeypatch.setattr(typed, "_array_of", raising(ValueError("some words of a library")))
    read(pl.DataFrame({"date": DAYS, "views": range(40)}))


OTHERS = {
    "read.frame_column": odd_column,
    "read.read_first": lambda *_: series_read(pl.DataFrame({"date": DAYS, "views": range(40), "likes": range(40)})),
    "read.unreadable": unreadable_table,
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


@pytest.mark.parametrize("days", [2, 14, 30, 91, 367])
def test_days_between_dates_have_a_word_in_both_languages(days, tmp_path):
    path = tmp_path / "load.csv"
    dates = [dt.date(2001, 1, 1) + dt.timedelta(days=days * i) for i in range(9)]
    path.write_text("\n".join(["date,load", *(f"{date},{i}" for i, date in enumerate(dates))]))
    with pytest.raises(InputError) as caught:
        read(path)
    assert f"usually {days} days" in str(caught.value)
    assert f"通常相隔 {days} 天" in caught.value.sentence("zh")


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"%PDF", b"\x00"])
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
