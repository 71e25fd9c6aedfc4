"""Newer values behind those of a model: nothing is lost or taken twice, and what does not fit is named."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.errors import InputError
from thalweg.forecast.panel.joining import join, place_of
from thalweg.series.filling import filled
from thalweg.series.frequency.record import sub_daily
from thalweg.series.panel import joined

from .conftest import panel_of_waves, series_of, weekly_wave

DAY = np.timedelta64(1, "D")
WHOLE = panel_of_waves(3, 80)


def part(one, first, end):
    return replace(one, start=one.start + first * DAY, values=one.values[first:end], observed=one.observed[first:end])


def panel(**series):
    return joined(list(series.values()), list(series), keys={"id": tuple(series)})


@given(st.integers(2, 78), st.integers(0, 20), st.integers(1, 40))
def test_parts_of_a_series_become_the_series_again(end, overlap, more):
    one = WHOLE.series[0]
    stop, first = min(end + more, len(one)), max(end - overlap, 0)
    found = join(panel(s=part(one, 0, end)), panel(s=part(one, first, stop)))
    np.testing.assert_array_equal(found.panel["s"].values, one.values[:stop])
    assert found.panel["s"].start == one.start
    assert found.added.tolist() == [stop - end]
    assert found.refused == ()


@given(st.lists(st.integers(1, 59), max_size=20, unique=True), st.lists(st.integers(41, 79), max_size=20, unique=True))
def test_a_value_is_missing_where_both_sources_lack_it(before, after):
    one = series_of(weekly_wave(1, 80))
    seen = np.ones((2, 80), bool)
    seen[0, before], seen[0, 60:] = False, False
    seen[1, after], seen[1, :40] = False, False
    parts = [
        replace(
            part(one, first, end), values=filled(one.values[first:end], mine[first:end], 7), observed=mine[first:end]
        )
        for mine, first, end in zip(seen, (0, 40), (60, 80), strict=True)
        if mine[first]
    ]
    if len(parts) == 2:
        found = join(panel(s=parts[0]), panel(s=parts[1])).panel["s"]
        np.testing.assert_array_equal(found.observed, seen.any(axis=0))
        np.testing.assert_array_equal(found.values[found.observed], one.values[found.observed])


def test_series_keep_their_places_and_new_ones_follow_with_their_keys():
    old = joined([part(one, 0, 60) for one in WHOLE.series], WHOLE.names, keys={"shop": ("a", "b", "c")})
    new = series_of(weekly_wave(7, 12), start="2023-03-01")
    newer = joined([new, part(WHOLE.series[1], 55, 80)], ["other", "s1"], keys={"shop": ("x", "b")})
    found = join(old, newer)
    assert found.panel.names == ("s0", "s1", "s2", "other")
    assert found.panel.keys == {"shop": ("a", "b", "c", "x")}
    assert found.added.tolist() == [0, 20, 0, 12]
    assert [note.key for note in found.notes] == ["panel.note.new_one", "panel.note.still"]
    assert found.notes[1].values["names"] == ["s0", "s2"]
    assert found.served == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        (part(WHOLE.series[0], 65, 80), "error.panel.gap"),
        (replace(part(WHOLE.series[0], 50, 80), values=WHOLE.series[0].values[50:80] * 3), "error.panel.other_values"),
    ],
)
def test_what_does_not_fit_is_named_and_stops_no_other(changed, key):
    old = panel(a=part(WHOLE.series[0], 0, 62), b=part(WHOLE.series[1], 0, 62))
    found = join(old, panel(a=changed, b=part(WHOLE.series[1], 60, 80)))
    assert [(each.name, each.why.key) for each in found.refused] == [("a", key)]
    np.testing.assert_array_equal(found.panel["a"].values, old["a"].values)
    assert found.served == [1]
    assert found.added.tolist() == [0, 18]
    with pytest.raises(InputError) as refused:
        join(old, panel(a=changed))
    assert refused.value.message.key == key
    assert "a " in str(refused.value)


def test_values_of_another_frequency_are_refused():
    hours = series_of(np.arange(48.0), start="2023-03-05T00:00", frequency=sub_daily(60))
    with pytest.raises(InputError, match="new values of a are hourly; those of the model are daily"):
        join(panel(a=WHOLE.series[0]), panel(a=hours))


def test_a_revised_last_value_is_taken():
    old, newer = part(WHOLE.series[0], 0, 60), part(WHOLE.series[0], 59, 70)
    revised = replace(newer, values=newer.values + np.eye(11)[0])
    found = join(panel(s=old), panel(s=revised)).panel["s"]
    assert found.values[59] == old.values[59] + 1
    assert len(found) == 70


def test_a_weekly_model_takes_a_single_date():
    weekly = np.arange(30.0)
    week = series_of(weekly, start="2023-01-02", frequency=replace(WHOLE.frequency, units=7, season=1))
    one = series_of([30.0], start="2023-07-31")
    found = join(panel(s=week), panel(s=one)).panel["s"]
    assert found.frequency == week.frequency
    np.testing.assert_array_equal(found.values, np.arange(31.0))


def test_an_unknown_series_is_answered_with_near_names():
    old = panel(Berlin=WHOLE.series[0], Bern=WHOLE.series[1], Rome=WHOLE.series[2])
    assert place_of(old, "Rome") == 2
    with pytest.raises(InputError, match="Near names: Berlin") as refused:
        place_of(old, "berlin")
    assert "Rome" not in str(refused.value)
    with pytest.raises(InputError, match=r"3 series, and none is called that\. Some of its names: Berlin"):
        place_of(old, "zzzz")
