"""The years and the names at the edges of what a calendar knows, and the countries named in an error."""

import numpy as np
import pytest

from thalweg.errors import InputError
from thalweg.series.calendar import Calendar
from thalweg.series.country import country_code
from thalweg.series.frequency.dates import date_range, days_after, days_between
from thalweg.series.holidays import nearest_holiday


def test_a_holiday_has_a_column_from_five_of_the_reference_years_on():
    """South Africa kept these holidays until its laws of 1994: five or four of the years from 1990 on."""
    names = Calendar("ZA").names
    assert {"Founder's Day", "Day of the Vow"} <= set(names)  # 1990 to 1994
    assert not {"Ascension Day", "Republic Day", "Kruger Day"} & set(names)  # 1990 to 1993


def test_a_holiday_from_before_the_reference_years_has_no_column():
    assert "Armistice Day" not in Calendar("US").names  # 1938 to 1953


def test_the_names_of_britains_columns():
    """Every name, so that no holiday gains or loses its column unseen."""
    assert Calendar("GB").names[19:] == (
        *("any public holiday", "eve of a holiday", "day after a holiday"),
        *("Boxing Day", "Christmas Day", "Good Friday", "May Day", "New Year's Day", "Spring Bank Holiday"),
    )


def test_the_holidays_of_the_next_year_are_known_on_the_last_day():
    """The eve of 1 January is known although only days of December are asked for, and the day after likewise."""
    names = Calendar("GB").names
    eve, after = names.index("eve of a holiday"), names.index("day after a holiday")
    december = Calendar("GB").columns(np.array(["2020-12-31"], dtype="datetime64[D]"))
    assert (december[0, eve], december[0, after]) == (1, 0)
    january = Calendar("US").columns(np.array(["2021-01-01", "2021-01-02"], dtype="datetime64[D]"))
    names = Calendar("US").names
    assert january[:, names.index("day after a holiday")].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("offset", "name"),
    [
        (-3, ""),
        (-2, "2 days before Thanksgiving Day"),
        (-1, "the eve of Thanksgiving Day"),
        (0, "Thanksgiving Day"),
        (1, "the day after Thanksgiving Day"),
        (2, "2 days after Thanksgiving Day"),
        (3, ""),
    ],
)
def test_two_days_before_and_after_are_near(offset, name):
    assert nearest_holiday(days_after(np.datetime64("2019-11-28"), offset), "US") == name


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("Germny", ["DE (Germany)", "GG (Guernsey)", "NE (Niger)"]),  # three, though more names look alike
        ("Tiawan", ["TW (Taiwan)", "IR (Iran)", "TH (Thailand)"]),
    ],
)
def test_the_three_nearest_countries_are_named(text, nearest):
    with pytest.raises(InputError) as error:
        country_code(text)
    assert error.value.message.key == "error.country.unknown_but_near"
    assert error.value.message.values["nearest"] == nearest


@pytest.mark.parametrize("text", ["qqqqqq", "", "§"])
def test_where_no_country_is_near_none_is_named(text):
    with pytest.raises(InputError) as error:
        country_code(text)
    assert error.value.message.key == "error.country.unknown"


@pytest.mark.parametrize("text", ["Nowhere-XX", "Atlantis-1"])
def test_a_part_of_no_known_country_is_refused_as_an_unknown_country(text):
    with pytest.raises(InputError) as error:
        country_code(text)
    assert error.value.message.key in {"error.country.unknown", "error.country.unknown_but_near"}


@pytest.mark.parametrize(("text", "code"), [("gb - eng", "GB-ENG"), ("United Kingdom", "GB"), ("Germany-by", "DE-BY")])
def test_a_part_is_named_after_the_code_or_the_name(text, code):
    assert country_code(text) == code


def test_sums_of_dates():
    first = np.datetime64("2020-02-27")
    assert [str(day) for day in date_range(first, 4)] == ["2020-02-27", "2020-02-28", "2020-02-29", "2020-03-01"]
    assert date_range(first, 0).tolist() == []
    assert str(days_after(first, -27)) == "2020-01-31"
    assert [str(day) for day in days_after(first, np.array([3, 0]))] == ["2020-03-01", "2020-02-27"]
    assert days_between(first, np.datetime64("2021-02-27")) == 366
    assert days_between(np.datetime64("2020-03-01"), first) == -3
