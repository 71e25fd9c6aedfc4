"""Options that several studies share are read in one way, and what cannot be read is refused with what to give."""

import numpy as np
import pytest

from support.findings_builder import simulated_series
from thalweg.errors import InputError
from thalweg.pictures.shared.source import country_of, day_named, sees_of, whole_numbers


def test_a_day_is_written_in_full():
    assert day_named("2021-02-11") == np.datetime64("2021-02-11")
    for text in ("2021", "2021-02", "2021-02-30", "today", "NaT", "2021-02-11T10", "11 February"):
        with pytest.raises(InputError, match=f"--day '{text}' is no day; write it as"):
            day_named(text)


def test_whole_numbers_come_in_order_and_once():
    assert whole_numbers("compare", "56, 1,7,7,", 1, 60, count=4, such_as="1,7") == [1, 7, 56]
    for text, found in (
        ("", "--compare '': give from 1 to 2 whole numbers with commas between, such as 1,7"),
        ("1,2,3", "--compare '1,2,3': give from 1 to 2"),
        ("1;7", "--compare '1;7': give from 1 to 2"),
        ("-1", "--compare '-1': give from 1 to 2"),
        ("61", "--compare 61: give a whole number from 1 to 60"),
    ):
        with pytest.raises(InputError, match=found):
            whole_numbers("compare", text, 1, 60, count=2, such_as="1,7")


def test_what_a_rung_sees_and_whose_holidays_count():
    assert [sees_of(known) for known in ("none", "week", "year")] == ["", "week", "year"]
    with pytest.raises(InputError, match="--known '': choose one of none, week, year"):
        sees_of("")
    assert country_of(None, "") == "TW"
    assert country_of(None, "usa") == "US"
    assert country_of(simulated_series(100), "") == ""
    with pytest.raises(InputError, match="--country 'Atlantis'"):
        country_of(None, "Atlantis")
