"""The first day that counts: earlier ones are left out, are told, and are no part of the series or of other columns."""

import numpy as np
import pandas as pd
import pytest

from thalweg.errors import InputError
from thalweg.series.read import read

FRAME = pd.DataFrame(
    {
        "day": pd.date_range("2024-01-01", periods=90),
        "orders": np.arange(90) % 7 + 1.5,
        "price": np.arange(90) % 5 + 2.0,
    }
)


def test_earlier_days_are_left_out_and_told():
    series = read(FRAME[["day", "orders"]], since="2024-01-20", until="2024-03-20")
    assert [str(series.dates[at]) for at in (0, -1)] == ["2024-01-20", "2024-03-20"]
    np.testing.assert_array_equal(series.values, FRAME["orders"][19:80])
    note = next(note for note in series.notes if note.key == "note.since")
    assert "Days before 2024-01-20 were left out, as asked: 19." in str(note)


def test_a_first_day_before_all_changes_nothing():
    plain, since = (read(FRAME[["day", "orders"]], **options) for options in ({}, {"since": "2020-01-01"}))
    np.testing.assert_array_equal(plain.values, since.values)
    assert [note.key for note in plain.notes] == [note.key for note in since.notes]


def test_other_columns_begin_with_the_series():
    series = read(FRAME, value="orders", past="price", since="2024-01-20")
    assert str(series.dates[0]) == "2024-01-20"
    (price,) = (column.values for column in series.regressors.each)  # noqa: PD011 - no frame
    np.testing.assert_array_equal(price[: len(series)], FRAME["price"][19:])


def test_hours_begin_with_the_day():
    hours = pd.date_range("2024-01-01", periods=24 * 10, freq="h")
    series = read(pd.DataFrame({"at": hours, "load": np.arange(240) % 24}), since="2024-01-03")
    assert str(series.dates[0]).startswith("2024-01-03T00")


def test_a_day_after_all_is_refused():
    with pytest.raises(InputError, match=r"since='2025-01-01' leaves out all of them, 2024-01-01 to 2024-03-30"):
        read(FRAME[["day", "orders"]], since="2025-01-01")
