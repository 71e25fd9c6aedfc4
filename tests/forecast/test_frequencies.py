"""A weekly and a Monday-to-Friday series, made by hand, go through fit, file and forecast like a daily one."""

import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors import safe_open

from support.frequencies import WEEKDAYS_ONLY, WEEKLY, seasonal
from support.small_searches import part
from thalweg.charts.numbers import day
from thalweg.checksummed import seal
from thalweg.errors import InputError
from thalweg.forecast.contributions import why_of
from thalweg.forecast.forecaster import fit_series
from thalweg.forecast.ladder import Ladder, copies, named_ladder
from thalweg.forecast.model import load
from thalweg.forecast.options import FitOptions
from thalweg.forecast.predictors.network import Rung
from thalweg.forecast.store.file import MODEL
from thalweg.learn.optimizer import Optimizer
from thalweg.report.charts.series import series_chart
from thalweg.report.page import page
from thalweg.report.tables import split_table
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
        *(
            Rung(frequency.lags[1], hidden=(8,), known=word, seeds=1, epochs=40, optimizer=QUICK)
            for word in frequency.known
        ),
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
    learned = [rung for rung in ladder.rungs if rung.kind not in ("copy", "trend")]
    assert {rung.days_back for rung in learned} <= set(frequency.lags)


def test_a_file_of_another_version_keeps_its_own_constants(fitted_series, tmp_path):
    """What that version did not know has its daily value; what this one does not know is passed over."""
    series, findings, model = fitted_series
    model.save(tmp_path / "model.thalweg")
    with safe_open(tmp_path / "model.thalweg", framework="numpy") as file:
        description = json.loads(file.metadata()[MODEL.key])
        tensors = {name: file.get_tensor(name) for name in file.keys() if name != "sha256"}  # noqa: SIM118
    description.pop("version")
    description["frequency"].pop("longest_horizon")
    description["frequency"]["moons"] = 3
    (tmp_path / "other.thalweg").write_bytes(seal(MODEL, description, tensors))
    again = load(tmp_path / "other.thalweg")
    assert again.days.frequency == replace(series.frequency, longest_horizon=DAILY.longest_horizon)
    np.testing.assert_array_equal(again.predict().mean, findings.forecast.mean)
    newer = part(seasonal(series.frequency, len(series) + 9, series.start), len(series) - 3)
    np.testing.assert_array_equal(again.predict(newer).mean, model.predict(newer).mean)


def test_the_values_that_a_model_stores_are_enough(fitted_series):
    """From its own values it forecasts as from the whole series, for every rung and every step."""
    series, _, _ = fitted_series
    for rung in ladder_of(series.frequency).rungs:
        _, model = fit_series(series, FitOptions(ladder=Ladder("one", (rung,)), horizon=6))
        np.testing.assert_allclose(model.predict().mean, model.predict(series).mean, rtol=2e-5)


def test_a_horizon_beyond_the_longest_is_refused(fitted_series):
    series, _, _ = fitted_series
    longest = min(series.frequency.longest_horizon, len(series) // 3)
    with pytest.raises(InputError, match=f"Ask for {longest} {series.frequency.steps} or fewer"):
        fit_series(series, FitOptions(ladder=Ladder("none", ()), horizon=longest + 1))


def test_weeks_of_other_weekdays_are_refused():
    series = SERIES["weekly"]
    _, model = fit_series(series, FitOptions(ladder=Ladder("none", ()), horizon=3))
    wednesdays = seasonal(WEEKLY, 310, "2018-01-03")
    with pytest.raises(InputError, match=f"is not among the dates of this model; its next one is {series.after(1)}"):
        model.predict(wednesdays)


def test_a_weekend_of_a_monday_to_friday_model_is_not_explained():
    series = SERIES["weekdays only"]
    _, model = fit_series(series, FitOptions(ladder=Ladder("none", ()), horizon=3))
    saturday = series.dates[-5] + np.timedelta64((5 - weekdays(series.dates[-5:-4])[0]) % 7, "D")
    with pytest.raises(InputError, match=f"day='{saturday}'"):
        why_of(model.predictors.one_step, model.calendar, model.days, saturday)


@pytest.mark.slow
def test_the_report_shows_the_dates_of_the_parts(fitted_series):
    series, findings, model = fitted_series
    split = findings.split
    table = split_table(findings)
    begins = [series.dates[0], series.dates[split.train], series.dates[split.train + split.validation]]
    assert [row[1] for row in table.rows] == [day(date) for date in begins]
    values = series_chart(findings).to_dict()
    assert str(series.dates[split.train]) in json.dumps(values)
    assert findings.series.name in page(findings, "en", model)
