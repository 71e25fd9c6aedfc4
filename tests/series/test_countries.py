"""The holidays of several countries at once: united, told apart where a name means other days, counted once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.charts.holidays import holiday_name
from thalweg.errors import InputError
from thalweg.forecast.options import FitOptions
from thalweg.series.calendar import Calendar
from thalweg.series.country import country_code, country_title
from thalweg.series.frequency.dates import date_range
from thalweg.series.holidays import holiday_names, nearest_holiday

DATES = date_range(np.datetime64("2010-01-01"), 16 * 366)
COUNTRIES = ("US", "GB", "DE", "CN", "SG", "TW", "JP", "GB-ENG")


@pytest.mark.parametrize("text", ["US,GB", "gb, us", "UK,America,US", "United States,,GB"])
def test_the_codes_are_sorted_and_each_stands_there_once(text):
    assert country_code(text) == "GB,US"
    assert FitOptions(country=text).country == FitOptions(country=text.split(",")).country == "GB,US"


def test_each_country_is_checked():
    with pytest.raises(InputError, match="'Atlantis' is no country"):
        country_code("US,Atlantis")
    with pytest.raises(InputError, match="has no part 'ZZ'"):
        country_code("US,DE-ZZ")


def test_their_names_are_told():
    assert country_title("GB,US") == "United Kingdom (GB), United States (US)"
    assert "美国" in country_title("GB,US", "zh")


@given(st.lists(st.sampled_from(COUNTRIES), min_size=2, max_size=3, unique=True))
def test_a_day_is_a_holiday_of_several_countries_where_it_is_one_of_any(countries):
    together = Calendar(",".join(countries))
    holidays = [
        Calendar(code).columns(DATES)[:, Calendar(code).names.index("any public holiday")] for code in countries
    ]
    columns = together.columns(DATES)
    np.testing.assert_array_equal(columns[:, together.names.index("any public holiday")], np.max(holidays, axis=0))
    assert len(set(together.names)) == len(together.names)
    assert set(np.unique(columns[:, 13:])) <= {0.0, 1.0}, "nothing is counted twice"
    assert Calendar(",".join(countries[::-1])).names == together.names


@given(st.lists(st.sampled_from(COUNTRIES), min_size=2, max_size=3, unique=True))
def test_each_holiday_of_a_country_is_in_a_column_of_its_name(countries):
    together = Calendar(",".join(countries))
    columns = together.columns(DATES)
    general = {"eve of a holiday", "day after a holiday", "working weekend day", "Ramadan"}
    for code in countries:
        alone = Calendar(code)
        for name, of_name in zip(alone.names, alone.columns(DATES).T, strict=True):
            if name in general or "Lunar New Year" in name or name not in holiday_names(code):
                continue
            known = [other for other in (name, f"{name} ({code})") if other in together.names]
            assert len(known) == 1, (name, code)
            assert (columns[:, together.names.index(known[0])] >= of_name).all(), name


def test_a_name_that_means_other_days_has_its_country_behind_it():
    names = Calendar("CN,SG").names
    assert {"National Day (CN)", "National Day (SG)", "Labor Day", "New Year's Day"} <= set(names)
    assert "National Day" not in names
    assert nearest_holiday(np.datetime64("2024-08-09"), "CN,SG") == "National Day (SG)"
    assert nearest_holiday(np.datetime64("2024-12-25"), "US,GB") == "Christmas Day"
    assert nearest_holiday(np.datetime64("2024-12-26"), "US,GB") == "Boxing Day"
    assert holiday_name("National Day (CN)", "zh", "CN,SG").endswith("（CN）") or "国庆" in holiday_name(
        "National Day (CN)", "zh", "CN,SG"
    )
    assert "圣诞" in holiday_name("Christmas Day", "zh", "GB,US")
