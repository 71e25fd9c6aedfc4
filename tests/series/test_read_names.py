"""Dates with names of months and weekdays in many languages, and with years of two digits that stand first."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from babel.dates import format_date

from thalweg import InputError, read
from thalweg.series.read.words import words_named, words_of

CASES = Path(__file__).parent / "cases"
YEAR = [dt.date(2023, 3, 20) + dt.timedelta(days=i) for i in range(366)]
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "ru", "pl", "cs", "uk", "sv", "da", "nb", "fi", "tr", "el", "hu")


def read_dates(tmp_path, dates, **options):
    path = tmp_path / "views.csv"
    path.write_text("\n".join(["day;views", *(f"{date};{i}" for i, date in enumerate(dates, start=7))]))
    return read(path, **options)


@pytest.mark.parametrize("case", ["12_year_first_two_digits.csv", "13_german_months.csv", "21_weekday_beside_date.csv"])
def test_cases(case):
    series = read(CASES / case)
    assert (str(series.start), len(series)) == ("2024-01-01", 120 if case.startswith("21") else 84)
    assert series.observed.all()


@pytest.mark.parametrize(
    "form",
    [
        "d. MMMM yyyy",
        "d MMM yyyy",
        "dd-MMM-yy",
        "EEEE, d MMMM yyyy",
        "EEE d MMM yyyy",
        "yyyy-MM-dd EEE",
        "EEE dd.MM.yyyy",
        "yyyy/MM/dd (EEEE)",
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_names_in_many_languages(tmp_path, language, form):
    series = read_dates(tmp_path, [format_date(day, form, locale=language) for day in YEAR])
    assert series.dates.tolist() == YEAR
    assert series.values.tolist() == list(range(7, 373))


@pytest.mark.parametrize("language", [*LANGUAGES, "ja", "ko", "zh", "zh_Hant"])
def test_the_long_forms_of_many_languages(tmp_path, language):
    for form in ("long", "full"):
        dates = [format_date(day, form, locale=language) for day in YEAR]
        assert read_dates(tmp_path, dates).dates.tolist() == YEAR


@pytest.mark.parametrize(
    "write",
    [
        "{} {:%Y-%m-%d}",
        "{:%Y-%m-%d} {}",
        "{:%Y-%m-%d} ({})",
        "{:%Y-%m-%d},{}",
        "{}. {:%d/%m/%Y}",
        "{:%Y年%m月%d日}（{}）",
    ],
)
@pytest.mark.parametrize(
    "names",
    [
        "Mon Tue Wed Thu Fri Sat Sun",
        "Mo Di Mi Do Fr Sa So",
        "月 火 水 木 金 土 日",
        "周一 周二 周三 周四 周五 周六 周日",
        "пн вт ср чт пт сб вс",
    ],
)
def test_a_weekday_beside_the_date(tmp_path, write, names):
    days = names.split()
    first_is_day = write.startswith("{:")
    dates = [
        write.format(*((day, days[day.weekday()]) if first_is_day else (days[day.weekday()], day))) for day in YEAR
    ]
    assert read_dates(tmp_path, dates).dates.tolist() == YEAR


@pytest.mark.parametrize(
    "word", ["Mrz", "März", "mars", "Mär.", "MÄRZ", "Maerz", "marzo", "mrt", "março", "марта", "март"]
)
def test_names_as_people_write_them(word):
    words = words_of([f"1 {word} 2024"])
    assert words is not None
    assert words.plain(f"1 {word} 2024") == "1 Mar 2024"


def test_words_of_no_language_are_no_dates():
    assert words_named({"shop"}) is None
    assert words_named({"Januar", "février"}) is None  # of two languages
    assert words_named({"listopad"}) is None  # October in Croatian, November in Polish


@pytest.mark.parametrize("form", ["%y/%m/%d", "%y-%m-%d", "%y.%m.%d", "%y%m%d", "%y年%m月%d日"])
@pytest.mark.parametrize(
    "start", [dt.date(2024, 1, 1), dt.date(2001, 2, 3), dt.date(2031, 12, 5), dt.date(1999, 11, 12)]
)
def test_a_year_of_two_digits_first(tmp_path, form, start):
    days = [start + dt.timedelta(days=i) for i in range(90)]
    series = read_dates(tmp_path, [day.strftime(form) for day in days], today=dt.date(2040, 1, 1))
    assert series.dates.tolist() == days
    assert any(note.key.startswith("note.year_first") for note in series.notes) or form not in {"%y/%m/%d", "%y-%m-%d"}


@pytest.mark.parametrize("form", ["%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y", "%d.%m.%y"])
@pytest.mark.parametrize("start", [dt.date(2024, 1, 1), dt.date(2001, 2, 3), dt.date(2012, 12, 5)])
def test_a_year_of_two_digits_last(tmp_path, form, start):
    days = [start + dt.timedelta(days=i) for i in range(90)]
    assert read_dates(tmp_path, [day.strftime(form) for day in days]).dates.tolist() == days


def test_an_order_in_doubt_is_refused_and_the_advice_works(tmp_path):
    dates = ["01/02/03", "02/03/04", "03/05/07"]
    with pytest.raises(InputError, match="several orders") as caught:
        read_dates(tmp_path, dates)
    for way in caught.value.message.values["ways"]:
        assert way.written(command=False) in str(caught.value)
    close = ["01/02/03", "01/02/04", "01/02/06"]
    for form, first in (("%d/%m/%y", "2003-02-01"), ("%m/%d/%y", "2003-01-02"), ("%y/%m/%d", "2001-02-03")):
        if form == "%y/%m/%d":
            assert str(read_dates(tmp_path, close, date_format=form).start) == first
