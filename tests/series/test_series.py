"""A series is checked when it is made; a panel is several of them in one array."""

from dataclasses import replace

import numpy as np
import pytest

from support.frequencies import WEEKDAYS_ONLY, WEEKLY, seasonal
from thalweg.errors import InputError
from thalweg.series.frequency.record import DAILY
from thalweg.series.panel import Panel, panel_of
from thalweg.series.series import Series

GOOD = {
    "start": np.datetime64("2024-01-01"),
    "values": np.arange(10.0),
    "observed": np.ones(10, dtype=bool),
    "name": "x",
}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"start": np.datetime64("2010-01", "M")}, "unit D"),
        ({"start": np.datetime64("2010-01-01T00", "h")}, "unit D"),
        ({"start": np.datetime64("NaT", "D")}, "unit D"),
        ({"start": "2010-01-01"}, "unit D"),
        ({"start": np.datetime64("2024-06-01"), "frequency": WEEKDAYS_ONLY}, "Mon, Tue, Wed, Thu, Fri"),
        ({"observed": np.ones(5, dtype=bool)}, "10 values and 5 flags"),
        ({"observed": np.zeros(10, dtype=bool)}, "Of the 10 values of a series none is marked"),
        ({"values": np.zeros(0), "observed": np.zeros(0, dtype=bool)}, "Of the 0 values"),
        ({"values": np.array([1.0, np.nan, *range(8)])}, "index 1, of 2024-01-02, is nan"),
        ({"values": np.array([*range(9), np.inf])}, "index 9, of 2024-01-10, is inf"),
        ({"values": np.ones((10, 1))}, "values of a series must be numbers"),
        ({"values": ["a"] * 10}, "values of a series must be numbers"),
        ({"observed": [1] * 10}, "observed of a series must be True or False, .* int64"),
        ({"values": 5.0}, "values of a series must be numbers"),
        ({"observed": np.ones(10)}, "observed of a series must be True or False, .* float64"),
    ],
)
def test_what_is_no_series_is_refused(changes, said):
    with pytest.raises(InputError, match=said):
        Series(**(GOOD | changes))


def test_a_series_is_not_copied_when_it_is_made():
    series = Series(**GOOD)
    assert series.values is GOOD["values"]
    assert series.observed is GOOD["observed"]
    assert Series(**(GOOD | {"values": list(range(10))})).values.dtype == np.float64
    assert (series.place(series.dates[7]), str(series.after(1))) == (7, "2024-01-11")
    assert repr(series) == "<Series 'x' of frame: 10 days, 2024-01-01 to 2024-01-10>"


def test_a_series_is_a_panel_of_one():
    series = Series(**GOOD)
    panel = panel_of(series)
    assert panel.series == (series,)
    assert panel.values is series.values
    assert panel.offsets.tolist() == [0, 10]
    assert panel_of(panel) is panel
    assert panel.frequency == DAILY


def test_a_panel_holds_each_value_once():
    one, two = Series(**GOOD), Series(**(GOOD | {"values": np.arange(10.0) * 5, "start": np.datetime64("2020-02-27")}))
    panel = panel_of(one, panel_of(two, one))
    assert (len(panel), panel.offsets.tolist()) == (3, [0, 10, 20, 30])
    for place, given in enumerate((one, two, one)):
        view = panel.series[place]
        np.testing.assert_array_equal(view.values, given.values)
        np.testing.assert_array_equal(view.dates, given.dates)
        assert np.shares_memory(view.values, panel.values)
        np.testing.assert_array_equal(panel.part(panel.values, place), given.values)
    assert str(panel.dates[12]) == "2020-02-29"
    assert isinstance(panel, Panel)
    assert repr(panel) == "<Panel of 3 series: 30 days, 2020-02-27 to 2024-01-10>"


def test_a_panel_has_one_frequency():
    with pytest.raises(InputError, match="One series is daily, another weekly"):
        panel_of(Series(**GOOD), seasonal(WEEKLY, 60, "2024-01-01"))
    with pytest.raises(InputError, match="at least one series"):
        panel_of()
    assert len(panel_of(seasonal(WEEKLY, 60, "2024-01-01"), replace(seasonal(WEEKLY, 70, "2020-01-06"), name="b"))) == 2
