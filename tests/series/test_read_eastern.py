"""Digits and marks of full width, and numbers in 万 and 亿."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from thalweg import InputError, read
from thalweg.series.read.eastern import _PLAIN, _WIDE

DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=i) for i in range(60)]
VALUES = [123_400 + 37 * i % 211 * 100 for i in range(60)]
WIDER = str.maketrans(_PLAIN, _WIDE)


def read_cells(tmp_path, dates, values, mark=","):
    path = tmp_path / "views.csv"
    path.write_text(
        "\n".join([f"日期{mark}播放量", *(f"{date}{mark}{value}" for date, value in zip(dates, values, strict=True))])
    )
    return read(path)


@pytest.mark.parametrize("write", ["{}", "{:,}", "{:.1f}"])
@pytest.mark.parametrize("form", ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"])
def test_full_width(tmp_path, write, form):
    values = [write.format(value).translate(WIDER) for value in VALUES]
    series = read_cells(tmp_path, [day.strftime(form).translate(WIDER) for day in DAYS], values)
    assert (series.dates.tolist(), series.values.tolist()) == (DAYS, VALUES)


@pytest.mark.parametrize("mark", ["，", "；"])
def test_delimiters_of_full_width(tmp_path, mark):
    assert read_cells(tmp_path, DAYS, VALUES, mark).values.tolist() == VALUES


@pytest.mark.parametrize("write", ["{}万", "{} 萬", "{}만"])
def test_ten_thousands(tmp_path, write):
    values = [write.format(f"{value / 10_000:.2f}") if i % 9 else str(value) for i, value in enumerate(VALUES)]
    series = read_cells(tmp_path, DAYS, values)
    np.testing.assert_array_equal(series.values, VALUES)
    assert [note.key for note in series.notes] == ["note.myriads"]


def test_hundred_millions(tmp_path):
    series = read_cells(tmp_path, DAYS, [f"{value}亿" for value in VALUES])
    np.testing.assert_array_equal(series.values, np.array(VALUES) * 1e8)


@pytest.mark.parametrize("cell", ["万", "1.2万次", "1亿2000万"])
def test_other_words_are_refused(tmp_path, cell):
    with pytest.raises(InputError, match=r"row 6.*is not a number"):
        read_cells(tmp_path, DAYS, [*VALUES[:4], cell, *VALUES[5:]])
