"""Numbers have the digits that their variation needs, wherever they are shown."""

import csv
import io

import numpy as np
import pytest

from thalweg.charts.illustration import Illustration, Numbers, words_of
from thalweg.charts.numbers import (
    cell_number,
    common_decimals,
    estimate_decimals,
    number,
    number_among,
    value_decimals,
    value_format,
    when,
)
from thalweg.charts.style import columns, parted
from thalweg.forecast.export import csv_of, forecast_csv
from thalweg.forecast.levels import Intervals
from thalweg.forecast.result import Forecast
from thalweg.series.frequency.record import DAILY, monthly, quarterly, sub_daily, yearly


@pytest.fixture
def movement():
    """Return a week's rhythm with noise, of a size near 1."""
    noise = np.random.default_rng(1).normal(0, 0.3, 60)
    return np.sin(2 * np.pi * np.arange(60) / 7) + noise


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (8.3e-11, None, "8.30e−11"),
        (-8.3e-11, 13, "−8.30e−11"),
        (3e-20, 13, "0"),
        (0.00005, 6, "0.000050"),
        (1e12 + 123, 0, "1,000,000,000,123"),
        (-1e12 - 123.456, 2, "−1,000,000,000,123.46"),
        (1.1824e12, -9, "1.182e12"),
        (1.18243e12, -7, "1.18243e12"),
        (123_456.0, -9, "123,456"),
        (1.0000000000123e300, -288, "1.000000000012e300"),
    ],
)
def test_a_number_is_as_long_as_its_places_ask(value, places, text):
    assert number(value, places) == text


@pytest.mark.parametrize(
    ("level", "size"),
    [(0.0, 1e-12), (0.0, 1.0), (0.0, 1e6), (1.0, 1e-12), (1.0, 1e-3), (1.0, 1e3), (1e6, 1e-6), (1e6, 1.0), (1e6, 1e6),
     (1e9, 1e-3), (1e9, 1e3), (1e12, 1.0), (1e12, 1e6)],
)  # fmt: skip
def test_days_that_differ_look_different_whatever_their_level(movement, level, size):
    values = level + size * movement
    places = estimate_decimals(values)
    usual = np.median(np.abs(np.diff(values)))
    texts = [number(float(value), places) for value in values]
    read = [float(text.replace(",", "").replace("−", "-")) for text in texts]
    rounding = 8 * np.finfo(float).eps * np.abs(values).max()
    assert np.abs(np.array(read) - values).max() <= max(0.02 * usual, rounding)
    assert max(map(len, texts)) <= 24
    among = [float(number_among(float(value), values).replace(",", "").replace("−", "-")) for value in values]
    assert np.abs(np.array(among) - values).max() <= max(0.1 * usual, 0.005 * np.abs(values).max() * (level <= size))


@pytest.mark.parametrize("level", [0.0, 1.0, 1e3, 1e6, 1e9, 1e12])
@pytest.mark.parametrize("size", [1e-11, 1e-3, 1.0, 1e6])
def test_differences_in_a_csv_have_six_figures_of_the_variation(movement, level, size):
    values = level + size * movement
    dates = np.arange("2024-01-01", "2024-03-01", dtype="datetime64[D]")
    ends = np.stack([size * np.ones(60), 2 * size * np.ones(60)])
    forecast = Forecast(dates, values, Intervals((80, 95), values - ends, values + ends))
    rows = list(csv.DictReader(io.StringIO(forecast_csv(forecast, values, "sha256:0").decode())))
    mean, high = (np.array([float(row[name]) for row in rows]) for name in ("mean", "high80"))
    usual = np.median(np.abs(np.diff(values)))
    allowed = max(1e-6 * usual, 16 * np.finfo(float).eps * (level + size))
    assert np.abs(np.diff(mean) - np.diff(values)).max() <= allowed
    assert np.abs(high - mean - (forecast.high80 - values)).max() <= allowed


def test_an_ordinary_csv_keeps_ten_figures():
    rows = [{"mean": 1234.0123456789}, {"mean": 1034.9876543210987}]
    assert csv_of(("mean",), rows) == b"mean\n1234.012346\n1034.987654\n"


def test_a_chart_is_given_what_its_numbers_differ_by():
    values = 1e12 + np.array([1.0, 130.0, 4.0])
    assert columns({"y": values}).values.split() == ["y", "1000000000001", "1000000000130", "1000000000004"]
    assert value_format(values) == ",.13~r"
    assert value_format(np.array([1200.0, 1300.0])) == ",.6~r"
    assert value_format(np.array([8.3e-11, 9.1e-11])) == ",.6~g"
    assert value_format(np.array([])) == ",.6~r"


def test_a_table_shows_what_its_numbers_differ_by():
    table = Numbers({"level": np.array([1e6 + 0.25, 1e6 + 0.75]), "loss": np.array([9.19e-6, 19.296])})
    _, rows, _ = words_of(Illustration("error", "en", None, {"t": table}, ()), "t")
    assert rows == [["1,000,000.250", "0.00000919"], ["1,000,000.750", "19.296"]]


def test_a_column_has_the_decimals_of_its_smallest_unless_they_hide_how_it_differs():
    assert common_decimals([469.2, 74.0]) == 1
    assert common_decimals([24.15, 24.12, 31.0]) == 1
    assert common_decimals([24.150, 24.151]) == 5
    assert common_decimals([3e5, 1.2346e12]) == -8
    assert cell_number(0.0004, 2) == "0.000400"
    assert cell_number(0.0, 2) == "0"


def test_large_values_that_differ_by_much_have_a_power_of_ten():
    values = np.array([1.1e12, 1.3e12, 1.25e12])
    assert number(1.2345678e12, value_decimals(values)) == "1.235e12"


@pytest.mark.parametrize(
    ("date", "frequency", "english", "chinese"),
    [
        ("2021-02-28", monthly(31), "Feb 2021", "2021年2月"),
        ("2021-07-01", quarterly(), "2021 Q3", "2021年第3季度"),
        ("2021-09-30", quarterly(31), "2021 Q3", "2021年第3季度"),
        (
            "2021-08-31",
            quarterly(31),
            "Aug 2021",
            "2021年8月",
        ),  # quarters of another beginning: no number of the calendar's
        ("2021-01-01", yearly(), "2021", "2021年"),
        ("2021-12-31", yearly(31), "2021", "2021年"),
        ("2021-06-30", yearly(31), "Jun 2021", "2021年6月"),  # a year that ends in June
    ],
)
def test_a_date_is_written_as_the_period_that_it_stands_for(date, frequency, english, chinese):
    assert when(np.datetime64(date), frequency) == english
    assert when(np.datetime64(date), frequency, "zh") == chinese


def test_dates_in_a_table_are_written_as_periods():
    table = Numbers({"from": np.array(["2021-01-01"], "datetime64[D]")})
    picture = Illustration("pieces", "en", None, {"pieces": table}, (), frequency=yearly())
    assert words_of(picture, "pieces")[1] == [["2021"]]


def test_no_line_crosses_a_night_without_values():
    shop = sub_daily(60, slots=(540, 600, 660))
    dates = np.array(["2025-01-06T10:00", "2025-01-06T11:00", "2025-01-07T09:00"], "datetime64[m]")
    parts, table = parted(shop, dates, {"mean": np.array([1.0, 2.0, 3.0])})
    assert parts.tolist() == [*dates[:2].tolist(), np.datetime64("2025-01-06T22:00", "m").item(), dates[2].item()]
    np.testing.assert_array_equal(table["mean"], [1.0, 2.0, np.nan, 3.0])


def test_a_weekend_does_not_part_a_line_of_days():
    dates, values = np.array(["2025-01-03", "2025-01-06"], "datetime64[D]"), np.array([1.0, 2.0])
    parts, table = parted(DAILY, dates, {"mean": values})
    assert parts is dates
    assert table["mean"] is values
