"""In a backtest of many series nobody sees what comes after a cutoff: a signal that is planted there profits nobody."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

import thalweg
from support.backtests import last_season
from support.panel_backtests import DAYS, members, panel_of, small, tried
from support.panels import series_of, wave
from thalweg.forecast.evaluation.many.fits import known_at
from thalweg.forecast.evaluation.many.forecasts import begins_of

CUTOFFS, GAP, HORIZON = (120, 131, 145), 3, 7
FIRST = np.datetime64("2023-01-02")


def greedy(history, horizon):
    """Look wherever a history could lead further than it should, and forecast that."""
    found = [float(history.values.max())]
    for array in (history.values, history.observed, history.dates):
        base = array
        while base is not None:
            assert not isinstance(base, np.ndarray) or len(base) <= len(history)
            base = getattr(base, "base", None)
    return np.full(horizon, max(found))


MODELS = {"quick": "quick", "ridge": Ridge(), "again": last_season, "greedy": greedy}


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    small(monkeypatch)


def made(future, **options):
    panel = panel_of(members(future=future))
    dates = [str(FIRST + np.timedelta64(seen - 1, "D")) for seen in CUTOFFS]
    models = options.pop("models", MODELS)
    result = tried(panel, models=models, cutoffs=dates, gap=GAP, horizon=HORIZON, keep_last=True, **options)
    assert result.forecasts.cutoffs.seen == CUTOFFS
    return result


def arrays_of(result):
    """Return all forecasts with their ends, by the names of their columns."""
    found = {}
    for name, one in result.forecasts.made.items():
        found[name] = one.mean
        found |= {f"{name} {level} {end}": ends[end] for level, ends in one.ends.items() for end in range(2)}
    return found


@pytest.mark.parametrize("refit", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_what_lies_after_the_last_cutoff_changes_no_forecast(refit):
    plain, planted = made(None, refit=refit), made(CUTOFFS[-1], refit=refit)
    first, second = arrays_of(plain), arrays_of(planted)
    assert len(first) == 5 + 2 * 4
    for name, values in first.items():
        assert np.isfinite(values).sum() > 100
        np.testing.assert_array_equal(values, second[name], err_msg=name)
    changed = plain.forecasts.actual != planted.forecasts.actual
    assert changed[:2][np.isfinite(plain.forecasts.actual[:2])].sum() == 0
    assert (changed & np.isfinite(plain.forecasts.actual))[2].sum() == 6 * HORIZON
    assert min(planted.metrics.by_cutoff[-1]["mae"].values()) > 60_000


def test_what_lies_between_two_cutoffs_changes_no_forecast_of_the_first():
    first, second = arrays_of(made(None)), arrays_of(made(CUTOFFS[0]))
    for name, values in first.items():
        np.testing.assert_array_equal(values[0], second[name][0], err_msg=name)
        known = np.isfinite(values[1])
        known[-2] = False  # the series that has ended
        assert known.sum() >= 5 * HORIZON
        assert (values[1] != second[name][1])[known].all(), name


def test_without_a_refit_newer_values_are_seen_and_no_later_ones():
    first, second = arrays_of(made(None, refit=3)), arrays_of(made(CUTOFFS[1], refit=3))
    for name, values in first.items():
        np.testing.assert_array_equal(values[:2], second[name][:2], err_msg=name)
        known = np.isfinite(values[2])
        assert (values[2] != second[name][2])[known].any(), name


def test_what_is_known_at_a_cutoff_is_made_of_copies():
    panel = panel_of(members())
    known = known_at(panel, begins_of(panel, FIRST), 120, 30)
    names = [panel.names[place] for place in known.places]
    assert names == [name for name in panel.names if name != "late"]
    whole = known.of_panel(panel)
    assert whole.keys["shop"] == tuple(names)
    assert [each.name for each in whole.refused] == ["late"]
    assert all(len(one) == 30 for one in whole.series)
    for name, one in whole:
        end = min(120, len(panel[name]))
        np.testing.assert_array_equal(one.values, panel[name].values[end - 30 : end])
        one.values[:] = -1
    for name, one in members().items():
        np.testing.assert_array_equal(panel[name].values, one.values)


def test_events_that_come_later_are_no_mistake_at_an_early_cutoff():
    days = np.arange(DAYS)
    found = {}
    for number in range(5):
        values = wave(number, DAYS)
        values[days % 30 == 20] *= 3
        found[f"shop {number}"] = series_of(values if number < 4 else values[110:], first=0 if number < 4 else 110)
    panel = panel_of(found)
    fairs = [str(FIRST + np.timedelta64(int(day), "D")) for day in days[days % 30 == 20] if day >= 110]
    rows = {
        "holiday": ["fair"] * len(fairs) + ["visit"],
        "ds": [*fairs, "2023-05-25"],
        "shop": [""] * len(fairs) + ["shop 4"],
    }
    events = thalweg.read_events(rows, by=["shop"])
    dates = [str(FIRST + np.timedelta64(seen - 1, "D")) for seen in (90, 150)]
    plain = tried(panel, cutoffs=dates, horizon=7)
    told = tried(panel, cutoffs=dates, horizon=7, events=events)
    mean, other = (each.forecasts.made["thalweg"].mean for each in (plain, told))
    np.testing.assert_array_equal(mean[0], other[0])  # no fair is near
    assert np.isfinite(other[1]).all()
    frame = tried(panel, cutoffs=dates[1:], horizon=7, events=rows)
    np.testing.assert_array_equal(frame.forecasts.made["thalweg"].mean[0], other[1])
