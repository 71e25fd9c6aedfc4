"""A weekly and a Monday-to-Friday series, made by hand, go through fit, file and forecast like a daily one."""

import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors import safe_open

from support.frequencies import WEEKDAYS_ONLY, WEEKLY, seasonal
from support.small_searches import part
from thalweg.errors import InputError
from thalweg.forecast import store
from thalweg.forecast.forecaster import fit_series
from thalweg.forecast.ladder import Ladder, copies, named_ladder
from thalweg.forecast.model import load
from thalweg.forecast.options import FitOptions
from thalweg.forecast.predictors.network import Rung
from thalweg.learn.optimizer import Optimizer
from thalweg.series.frequency.dates import occurs, step_range, weekdays
from thalweg.series.frequency.record import DAILY

QUICK = Optimizer("adamw", 0.01, "cosine", decay=0.01)
SERIES = {
    "weekly": seasonal(WEEKLY, 300, "2018-01-01"),
    "weekdays only": seasonal(WEEKDAYS_ONLY, 420, "2022-01-03"),
}


def ladder_of(frequency):
    rungs = (
        Rung(frequency.lags[1], seeds=1, epochs=40, optimizer=QUICK),
        Rung(frequency.lags[1], hidden=(8,), known="week", seeds=1, epochs=40, optimizer=QUICK),
        Rung(frequency.lags[1], hidden=(8,), known="year", seeds=1, epochs=20, optimizer=QUICK),
    )
    return Ladder("small", rungs, mean=True)


@pytest.fixture(scope="module", params=SERIES)
def fitted_series(request):
    series = SERIES[request.param]
    options = FitOptions(ladder=ladder_of(series.frequency), horizon=8, country="US", threads=2)
    return series, *fit_series(series, options)


def test_it_is_forecast_better_than_by_copying(fitted_series):
    series, findings, _ = fitted_series
    frequency = series.frequency
    assert list(findings.baselines) == [name for name, _ in frequency.copies]
    for (name, ago), line in zip(frequency.copies, findings.ladder, strict=False):
        test = slice(len(series) - findings.split.test, None)
        missed = np.abs(series.values[test] - np.roll(series.values, ago)[test])
        assert findings.baselines[name] == line.test == pytest.approx(missed.mean(), rel=1e-12)
    assert findings.as_used.test < 0.9 * min(findings.baselines.values())
    assert findings.settings["refit_days"] == frequency.between_refits
    assert findings.as_used.coverage[95] > 0.8


def test_its_dates_are_those_that_occur(fitted_series):
    series, findings, model = fitted_series
    frequency = series.frequency
    dates = model.predict().dates
    np.testing.assert_array_equal(dates, step_range(frequency, series.after(1), 8))
    assert all(occurs(frequency, date) for date in dates)
    if frequency is WEEKDAYS_ONLY:
        assert weekdays(dates).max() == 4
        assert {str(miss.date)[:4] for miss in findings.misses} <= {"2022", "2023"}
    else:
        assert set(np.diff(dates).astype(int)) == {7}
    assert frequency.steps in repr(model)
    assert frequency.steps in repr(series)


def test_its_model_comes_back_from_its_file(fitted_series, tmp_path):
    series, findings, model = fitted_series
    model.save(tmp_path / "model.thalweg")
    again = load(tmp_path / "model.thalweg")
    assert again.days.frequency == series.frequency
    np.testing.assert_array_equal(again.predict().mean, findings.forecast.mean)
    np.testing.assert_array_equal(again.predict().dates, findings.forecast.dates)


def test_it_goes_on_with_newer_values(fitted_series):
    series, _, model = fitted_series
    longer = seasonal(series.frequency, len(series) + 9, series.start)
    newer = part(longer, len(series) - 3)
    made = model.predict(newer)
    assert made.dates[0] == longer.after(1)
    known = seasonal(series.frequency, len(series) + 17, series.start, noise=0.0).values[-8:]
    assert np.abs(made.mean - known).max() < 25
    assert model.recent(newer).days == 9


def test_another_frequency_is_refused(fitted_series):
    series, _, model = fitted_series
    daily = seasonal(replace(series.frequency, name="daily", units=1, weekmask="1111111"), 30, series.dates[-1])
    with pytest.raises(InputError, match=f"is daily; this model forecasts numbers that are {series.frequency.name}"):
        model.predict(daily)


@pytest.mark.parametrize("name", ["lecture", "full", "quick"])
@pytest.mark.parametrize("frequency", [WEEKLY, WEEKDAYS_ONLY])
def test_a_named_ladder_follows_the_frequency(name, frequency):
    ladder = named_ladder(name, frequency)
    assert ladder.rungs[:2] == copies(frequency)
    assert {rung.days_back for rung in ladder.rungs[2:]} <= set(frequency.lags)


def test_a_file_of_another_version_keeps_its_own_constants(fitted_series, tmp_path):
    """What that version did not know has its daily value; what this one does not know is passed over."""
    series, findings, model = fitted_series
    model.save(tmp_path / "model.thalweg")
    with safe_open(tmp_path / "model.thalweg", framework="numpy") as file:
        description = json.loads(file.metadata()[store.MODEL.key])
        tensors = {name: file.get_tensor(name) for name in file.keys() if name != "sha256"}  # noqa: SIM118
    description.pop("version")
    description["frequency"].pop("longest_horizon")
    description["frequency"]["moons"] = 3
    (tmp_path / "other.thalweg").write_bytes(store.seal(store.MODEL, description, tensors))
    again = load(tmp_path / "other.thalweg")
    assert again.days.frequency == replace(series.frequency, longest_horizon=DAILY.longest_horizon)
    np.testing.assert_array_equal(again.predict().mean, findings.forecast.mean)
    newer = part(seasonal(series.frequency, len(series) + 9, series.start), len(series) - 3)
    np.testing.assert_array_equal(again.predict(newer).mean, model.predict(newer).mean)
