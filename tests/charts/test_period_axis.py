"""A tick of months, quarters or years stands where the value of its period stands, and has the period's name."""

import re
from types import SimpleNamespace

import altair as alt
import numpy as np
import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from thalweg.charts.numbers import when
from thalweg.charts.style import columns, day_axis, days, layered
from thalweg.forecast.components import Component, Components
from thalweg.forecast.what_if import WhatIf
from thalweg.pictures.components.chart import components_chart
from thalweg.pictures.components.study import ComponentsStudy
from thalweg.report.charts.what_if import what_if_chart
from thalweg.series.frequency.dates import step_range
from thalweg.series.frequency.record import monthly, quarterly, yearly
from thalweg.series.series import Series

RISES = "translate\\(([\\d.]+),"  # where a mark stands, from the left


def drawn(frequency, dates, language="en"):
    """Return where the values stand, in pixels from the left, and the position and the name of each tick."""
    x = day_axis(language, frequency=frequency, dates=dates)
    base = alt.Chart(columns({"day": days(dates), "value": np.arange(len(dates), dtype=float)})).encode(x=x)
    svg = vl_convert.vegalite_to_svg(layered(base.mark_point().encode(y="value:Q"), height=100).to_dict())
    # Vega groups what it draws by role; the horizontal axis is the one whose ticks move to the right.
    values = [float(at) for at in re.findall(rf'aria-roledescription="point" transform="{RISES}', svg)]
    axis = next(part for part in svg.split('aria-roledescription="axis"') if part.startswith(' aria-label="X-axis'))
    ticks = axis.partition("mark-rule role-axis-tick")[2].partition("</g>")[0]
    labels = axis.partition("mark-text role-axis-label")[2].partition("</g>")[0]
    places = [float(at) for at in re.findall(RISES, ticks)]
    names = re.findall(r"<text[^>]*>([^<]*)</text>", labels)
    return values, list(zip(places, names, strict=True))


FREQUENCIES = {
    "the end of a month": (monthly(31), "2020-01-31"),
    "the first of a month": (monthly(1), "2020-01-01"),
    "the middle of a month": (monthly(15), "2019-11-15"),
    "the end of a quarter": (quarterly(31), "2012-03-31"),
    "quarters that end in January": (quarterly(31), "2012-01-31"),
    "quarters from their first day": (quarterly(1), "2012-04-01"),
    "the end of a year": (yearly(31), "1992-12-31"),
    "years that end in June": (yearly(31), "1992-06-30"),
    "years from July on": (yearly(1), "1992-07-01"),
}


@pytest.mark.parametrize(("frequency", "first"), FREQUENCIES.values(), ids=FREQUENCIES)
@pytest.mark.parametrize("count", [5, 41])
def test_a_tick_stands_at_the_value_of_its_period(frequency, first, count):
    dates = step_range(frequency, np.datetime64(first), count)
    values, ticks = drawn(frequency, dates)
    assert len(values) == count
    assert 2 <= len(ticks) <= 10
    for place, name in ticks:
        (value,) = [at for at, x in enumerate(values) if abs(x - place) <= 0.51]  # Vega draws ticks on whole pixels
        assert name == when(dates[value], frequency)


def test_the_names_are_chinese_in_chinese():
    dates = step_range(monthly(31), np.datetime64("2020-01-31"), 5)
    assert drawn(monthly(31), dates, "zh")[1][0][1] == when(dates[0], monthly(31), "zh") == "2020年1月"


@given(
    st.sampled_from([monthly, quarterly, yearly]),
    st.sampled_from([1, 15, 31]),
    st.integers(0, 400),
    st.integers(1, 1500),
    st.integers(3, 12),
)
def test_ticks_are_values_equally_many_periods_apart(kind, anchor, first, count, ticks):
    frequency = kind(anchor)
    start = step_range(monthly(anchor), np.datetime64("1900-01-01"), first + 1)[-1]
    dates = step_range(frequency, start, count)
    shown = day_axis("en", frequency=frequency, dates=dates, ticks=ticks).to_dict()["axis"]["values"]
    at = [f"{each['year']:04}-{each['month']:02}-{each['date']:02}" for each in shown]
    place = np.searchsorted(dates, np.array(at, dtype="datetime64[D]"))
    assert (dates[place] == np.array(at, dtype="datetime64[D]")).all()
    assert 1 <= len(at) <= 1.25 * ticks
    assert len(set(np.diff(place))) <= 1


@pytest.mark.parametrize("kind", [monthly, quarterly, yearly])
def test_pictures_of_a_forecast_have_such_ticks(kind):
    """Those of its components, and of a what-if."""
    frequency = kind(31)
    dates = step_range(frequency, np.datetime64("1990-12-31"), 44)
    known = Series(dates[0], np.arange(40.0), np.ones(40, dtype=bool), "sales", frequency=frequency)
    ahead, flat = dates[40:], np.zeros(4)
    made = Components(ahead, flat, flat, (Component("level"), Component("remainder")), np.stack([flat, flat]), flat)
    same = SimpleNamespace(dates=ahead, mean=flat, low80=flat, high80=flat)
    apart, beside = components_chart(ComponentsStudy(made, "", known)), what_if_chart(WhatIf(same, same, ()), known)
    for chart in (apart, beside):
        for panel in chart.to_dict(validate=False)["vconcat"]:
            across = [layer["encoding"]["x"]["axis"] for layer in panel["layer"] if "x" in layer.get("encoding", {})]
            assert across
            for axis in across:
                shown = {f"{each['year']:04}-{each['month']:02}-{each['date']:02}" for each in axis["values"]}
                assert shown
                assert shown <= set(map(str, dates))
