"""Which series are looked at first, and the sum of all series."""

from dataclasses import replace

import numpy as np
import pytest

from support.panels import HORIZON, fitted, odd_findings, odd_panel, series_of, wave
from thalweg.forecast.panel.look_first import look_first, told_error
from thalweg.forecast.panel.sum_of_all import sum_of_all
from thalweg.messages import Message
from thalweg.series.panel import joined


@pytest.fixture(scope="module")
def findings():
    return odd_findings()


def keys_of(concerns):
    return {each.name: [reason.key for reason in each.reasons] for each in concerns}


def served_as(findings, name, **numbers):
    """Return findings in which a series was served otherwise; coverage is of both levels."""
    changed = {key: getattr(findings.served, key).copy() for key in numbers}
    for key, number in numbers.items():
        changed[key][findings.panel.places[name]] = number
    return replace(findings, served=replace(findings.served, **changed))


def quiet(findings):
    """Return findings in which all series are as good as one could wish."""
    served = findings.served
    return replace(
        findings,
        served=replace(served, test=0.5 * served.copied, coverage=np.where(np.isnan(served.coverage), np.nan, 0.9)),
    )


def test_ended_short_constant_and_unread_series_are_named_with_their_reason(findings):
    found = keys_of(look_first(quiet(findings)))
    refused = findings.panel.refused[0].name
    assert found == {
        refused: ["panel.failed"],
        "ended": ["panel.note.ended"],
        "late": ["panel.note.ended"],
        "short": ["panel.note.tiny"],
        "constant": ["panel.note.constant"],
    }
    order = list(found)
    assert order.index("ended") < order.index("late"), "it ended longer ago"


def test_what_is_worse_than_copying_is_told_with_both_errors(findings):
    changed = served_as(quiet(findings), "series 3", test=172.0, copied=100.0)
    (one,) = (each for each in look_first(changed) if each.name == "series 3")
    assert [str(reason) for reason in one.reasons] == [
        "Its error is 172% of that of copying the last season: 172 against 100."
    ]
    barely = served_as(quiet(findings), "series 3", test=104.0, copied=100.0)
    assert "series 3" not in keys_of(look_first(barely))


def test_an_error_where_copying_has_none_is_told_unless_it_is_small(findings):
    for error, told in ((50.0, True), (0.01, False)):
        changed = served_as(quiet(findings), "series 3", test=error, copied=0.0)
        assert ("series 3" in keys_of(look_first(changed))) is told


def test_coverage_far_below_its_level_is_told_for_the_level_that_misses_most(findings):
    changed = served_as(quiet(findings), "series 3", coverage=[0.7, 0.6])
    (one,) = (each for each in look_first(changed) if each.name == "series 3")
    assert [str(reason) for reason in one.reasons] == ["60% of its unseen values lay inside the 95% interval."]
    near = served_as(quiet(findings), "series 3", coverage=[0.7, 0.9])
    assert "series 3" not in keys_of(look_first(near))
    few = served_as(changed, "series 3", scored=19)
    assert "series 3" not in keys_of(look_first(few))


def test_a_large_series_comes_before_a_small_one_that_is_as_bad(findings):
    changed = served_as(quiet(findings), "series 0", test=200.0, copied=100.0)
    changed = served_as(changed, "series 3", test=200.0, copied=100.0)
    order = [each.name for each in look_first(changed)]
    assert order.index("series 3") < order.index("series 0")


def test_many_that_failed_do_not_hide_the_rest(findings):
    why = Message("panel.failed", {"reason": "no memory"})
    places = findings.panel.places
    one = replace(quiet(findings), failed={places["series 3"]: why})
    first = look_first(one)[0]
    assert (first.name, first.place, list(map(str, first.reasons))) == (
        "series 3",
        places["series 3"],
        ["Not forecast: no memory"],
    )
    several = replace(one, failed={places[f"series {at}"]: why for at in range(4)})
    order = [each.name for each in look_first(served_as(several, "broken", test=200.0, copied=100.0))]
    assert order.index("broken") < order.index("series 3")


def test_errors_are_told_with_three_figures():
    assert [told_error(each) for each in (0.012345, 1.2345, 123.45, 1234.5)] == ["0.0123", "1.23", "123", "1,234"]


def test_the_sum_of_all_adds_values_and_forecasts_of_the_same_series(findings):
    panel, made = findings.panel, findings.served.forecast
    summed = sum_of_all(findings, 30)
    ended = panel.places["ended"]
    inside = [place for place in range(len(panel)) if place != ended]
    assert (summed.count, summed.left_out) == (len(inside), 2)
    # "late" ends two days before the others, so that its forecast begins there.
    assert summed.dates[-1] == panel["late"].after(0)
    assert summed.ahead[0] == panel["late"].after(1)
    assert len(summed.dates) == 30
    assert len(summed.forecast) == HORIZON
    at = dict.fromkeys([*summed.dates, *summed.ahead], 0.0)
    for place in inside:
        one = panel.series[place]
        for date, value in [*zip(one.dates, one.values, strict=True)]:
            if date in at:
                at[date] += value
        for step, value in enumerate(made[place], 1):
            if one.after(step) in at:
                at[one.after(step)] += value
    np.testing.assert_allclose(summed.known, [at[date] for date in summed.dates], rtol=1e-12)
    np.testing.assert_allclose(summed.forecast, [at[date] for date in summed.ahead], rtol=1e-12)
    assert summed.total == pytest.approx(summed.forecast.sum(), rel=1e-12)
    assert summed.known.min() > 0


def test_the_sum_of_one_series_is_the_series():
    findings = fitted(joined([series_of(wave(1))], ["only"]))
    summed = sum_of_all(findings, 500)
    np.testing.assert_array_equal(summed.known, wave(1))
    np.testing.assert_array_equal(summed.forecast, findings.served.forecast[0])
    assert (summed.count, summed.left_out) == (1, 0)


def test_there_is_no_sum_where_nothing_was_forecast(findings):
    nothing = replace(findings.served, forecast=np.full_like(findings.served.forecast, np.nan))
    assert sum_of_all(replace(findings, served=nothing), 30) is None


def test_the_last_date_of_many_series_is_found_once():
    panel = odd_panel()
    assert panel.last_date == max(one.after(0) for one in panel.series)
    assert "last_date" in vars(panel)
