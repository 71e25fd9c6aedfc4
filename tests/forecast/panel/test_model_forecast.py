"""Forecasts of a panel's model: from its own values or newer ones, of series that it knows or has never seen."""

import numpy as np
import pytest

from thalweg.errors import InputError
from thalweg.forecast.panel.flat import flat_of
from thalweg.forecast.panel.model import PanelModel
from thalweg.forecast.panel.options import PanelFitOptions
from thalweg.forecast.panel.rows import Rows
from thalweg.forecast.panel.run import fit_panel
from thalweg.series.panel import joined

from .conftest import odd_series, series_of, weekly_wave

STEPS = 10
pytestmark = pytest.mark.usefixtures("small_recipe")


def fitted(panel):
    options = PanelFitOptions(horizon=STEPS, threads=1, level=(80, 95), quantiles=(0.3,))
    findings = fit_panel(panel, options)
    return PanelModel.of(findings, options.asked), findings


@pytest.fixture
def model():
    return fitted(newer(0, 120))[0]


def newer(first, days, count=4):
    start = np.datetime64("2023-01-02") + np.timedelta64(first, "D")
    series = [series_of(weekly_wave(number, 200)[first:days], start=str(start)) for number in range(count)]
    return joined(series, [f"s{number}" for number in range(count)])


def test_odd_series_are_forecast_as_the_fit_did():
    odd = odd_series()
    model, findings = fitted(joined(list(odd.values()), list(odd)))
    made = model.forecast()
    np.testing.assert_array_equal(made.mean, findings.served.forecast)
    np.testing.assert_array_equal(made.high, findings.served.high)
    assert made.names == tuple(odd)
    for place, (name, one) in enumerate(odd.items()):
        alone = model.forecast(series=name)
        np.testing.assert_allclose(alone.mean[0], made.mean[place], rtol=1e-6)
        assert made.dates[place, 0] == one.after(1)


def test_new_values_alone_are_enough(model):
    few, whole = model.forecast(newer(120, 130)), model.forecast(newer(0, 130))
    np.testing.assert_array_equal(few.mean, whole.mean)
    np.testing.assert_array_equal(few.low, whole.low)
    before = model.forecast()
    assert (np.abs(few.mean - before.mean) > 1e-6).any(axis=1).all()
    assert (few.dates[:, 0] - before.dates[:, 0] == np.timedelta64(10, "D")).all()


def test_what_the_model_has_never_seen_is_served_by_the_network(model):
    other = series_of(1000 * weekly_wave(8, 90))
    made = model.forecast(joined([other], ["other"]))
    assert made.names == ("s0", "s1", "s2", "s3", "other")
    assert made.new == ("other",)
    flat = flat_of([other], 100)
    expected = model.plan.final.predict(flat, Rows(np.zeros(1, np.int64), np.array([89])))
    np.testing.assert_allclose(made.mean[4:], expected, rtol=1e-6)
    assert (made.low[4] < made.mean[4, :, None]).all()
    np.testing.assert_array_equal(made.mean[:4], model.forecast().mean)


def test_a_series_that_fails_stops_no_other(model, monkeypatch):
    from thalweg.forecast.panel import model as module  # noqa: PLC0415

    real = module.forecast_from

    def failing(series, *others):
        if any(one is model.panel["s2"] for one in series):
            raise FloatingPointError
        return real(series, *others)

    expected = model.forecast().mean
    monkeypatch.setattr(module, "forecast_from", failing)
    made = model.forecast()
    assert made.names == ("s0", "s1", "s3")
    assert [each.name for each in made.refused] == ["s2"]
    np.testing.assert_allclose(made.mean, np.delete(expected, 2, axis=0), rtol=1e-6)
    with pytest.raises(InputError, match="s2 could not be forecast"):
        model.forecast(series="s2")


def test_a_horizon_and_a_series_are_checked(model):
    np.testing.assert_array_equal(model.forecast(horizon=3).mean, model.forecast().mean[:, :3])
    for horizon in (0, STEPS + 1):
        with pytest.raises(InputError, match=f"1 to {STEPS} days ahead"):
            model.forecast(horizon=horizon)
    with pytest.raises(InputError, match="4 series, and none is called that"):
        model.forecast(series="s9")


@pytest.mark.parametrize("backend", ["pandas", "polars"])
def test_a_frame_has_the_columns_of_nixtla(model, backend):
    pytest.importorskip(backend)
    made = model.forecast(horizon=2)
    frame = made.to_frame(backend)
    ends = ["thalweg-lo-80", "thalweg-hi-80", "thalweg-lo-95", "thalweg-hi-95", "thalweg-q-30"]
    names = ["unique_id", "ds", "thalweg", *ends]
    assert list(frame.columns) == names
    assert list(frame["unique_id"]) == [name for name in made.names for _ in range(2)]
    np.testing.assert_array_equal(np.asarray(frame["thalweg"]), made.mean.ravel())
