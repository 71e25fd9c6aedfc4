"""Names of holidays and countries in Chinese: the library's own where it has them."""

import pytest

from thalweg.charts.holidays import holiday_name
from thalweg.series.country import country_title
from thalweg.series.holiday_words import translated_holidays


@pytest.mark.parametrize(
    ("country", "called", "told"),
    [
        ("TW", "Tomb-Sweeping Day", "民族扫墓节"),  # as Taiwan calls it; elsewhere 清明节
        ("CN", "Tomb-Sweeping Day", "清明节"),
        ("CN", "National Day", "国庆节"),
        ("TW", "the day off for National Day", "国庆日补假"),
        ("HK", "the eve of Hong Kong S.A.R. Establishment Day", "香港特别行政区成立纪念日前一天"),
        ("TW", "Lunar New Year's Eve", "除夕"),
        ("TW", "Children's Day and Tomb-Sweeping Day", "儿童节、民族扫墓节"),
        ("HK", "the eve of Christmas Day and the eve of Good Friday", "圣诞节前一天、耶稣受难节前一天"),
        ("US", "Thanksgiving Day", "感恩节"),  # our own: the library has no Chinese names of American holidays
        ("US", "Founder's Feast", "Founder's Feast"),
        ("GB", "Feast and Fast Day", "Feast and Fast Day"),
        ("", "Christmas Day", "圣诞节"),
        ("GB", "25 December", "12月25日"),  # a column of every calendar, with a country or without
        ("", "1 January", "1月1日"),
    ],
)
def test_a_holiday_in_chinese(country, called, told):
    assert holiday_name(called, "zh", country) == told
    assert holiday_name(called, "en", country) == called


def test_countries_without_a_translation_have_none():
    assert translated_holidays("US", "zh") == translated_holidays("", "zh") == {}
    assert translated_holidays("XX", "zh") == {}  # known when a model was made, and not any more


@pytest.mark.parametrize(
    ("code", "english", "chinese"),
    [
        ("TW", "Taiwan (TW)", "台湾（TW）"),
        ("GB-ENG", "United Kingdom (GB-ENG)", "英国（GB-ENG）"),
        ("XX", "XX", "XX"),
    ],
)
def test_a_country_is_named_with_its_code(code, english, chinese):
    assert (country_title(code), country_title(code, "zh")) == (english, chinese)
