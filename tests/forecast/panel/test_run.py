"""A panel from its values to forecasts: the same bits whatever runs beside, honest losses, and odd series."""

import json
from dataclasses import fields

import numpy as np
import pytest

from thalweg.errors import InputError
from thalweg.forecast.panel import run as panel_run
from thalweg.forecast.panel.choice import Validation
from thalweg.forecast.panel.global_network import Recipe, recipe_of
from thalweg.forecast.panel.inputs import members_of
from thalweg.forecast.panel.kept import Kept
from thalweg.forecast.panel.options import PanelFitOptions
from thalweg.forecast.panel.run import fit_panel
from thalweg.forecast.panel.served import Served
from thalweg.forecast.panel.summary import sentences
from thalweg.forecast.panel.tables import beating, beats
from thalweg.series.frequency.record import DAILY, monthly
from thalweg.series.panel import joined

from .conftest import odd_series, panel_of_waves, series_of

pytestmark = pytest.mark.usefixtures("small_recipe")


def fitted(panel, kept=None, **options):
    return fit_panel(panel, PanelFitOptions(**{"horizon": 14, "threads": 1, **options}), kept)


def same(first: Served, second: Served) -> bool:
    pairs = ((getattr(first, one.name), getattr(second, one.name)) for one in fields(Served))
    return all(np.array_equal(*pair, equal_nan=True) for pair in pairs)


def test_chunks_and_threads_change_no_bit(monkeypatch):
    panel = panel_of_waves()
    first = fitted(panel).served
    monkeypatch.setattr(panel_run, "SERIES_OF_A_CHUNK", 2)
    assert same(first, fitted(panel, threads=3).served)
    assert np.ptp(first.forecast) > 1
    assert not same(first, fitted(panel, seed=1).served)


def test_nothing_of_the_test_part_is_seen_before_it(monkeypatch):
    real, chosen = Validation.choose, []
    monkeypatch.setattr(Validation, "choose", lambda *given: chosen.append(real(*given)) or chosen[-1])
    panel = panel_of_waves(days=200)
    ends = [180] * len(panel)  # validation and test have 20 days each
    changed = [
        series_of(np.concatenate([one.values[:end], 3 * one.values[end:][::-1] + 11]))
        for one, end in zip(panel.series, ends, strict=True)
    ]
    first, second = fitted(panel).served, fitted(joined(changed, panel.names)).served
    assert len(chosen) == 6  # of each run for the panel's shape, for what is told, and for the forecast
    for one, other in ((0, 3), (1, 4)):
        np.testing.assert_array_equal(chosen[one].own, chosen[other].own)
        np.testing.assert_array_equal(chosen[one].share, chosen[other].share)
    assert not np.array_equal(chosen[2].own, chosen[5].own)
    np.testing.assert_array_equal(second.own, chosen[5].own)
    np.testing.assert_array_equal(first.validation, second.validation)
    assert (np.abs(first.test - second.test) > 1e-3).all()


def test_odd_series_are_all_served():
    odd = odd_series()
    findings = fitted(joined(list(odd.values()), list(odd)))
    assert findings.failed == {}
    served = findings.served
    assert np.isfinite(served.forecast).all()
    assert dict(zip(odd, beating(findings), strict=True)) | {"zeros": "equal", "constant": "equal"} == dict(
        zip(odd, beating(findings), strict=True)
    )
    assert (served.low <= served.forecast[..., None]).all()
    assert (served.high >= served.forecast[..., None]).all()
    place = {name: at for at, name in enumerate(odd)}
    counts = [at for name, at in place.items() if name != "negative"]
    assert served.low[counts].min() >= 0
    np.testing.assert_array_equal(served.forecast[place["zeros"]], np.zeros(14))
    np.testing.assert_array_equal(served.forecast[place["constant"]], np.full(14, 7.0))
    np.testing.assert_array_equal(served.high[place["constant"]], np.full((14, 2), 7.0))
    assert np.isnan(served.test[place["one value"]])
    assert served.scored[place["two values"]] == 0
    for name in ("ordinary", "huge", "small"):
        one, made = odd[name], served.forecast[place[name]]
        away = np.abs(made - one.values[-28:].mean()).max()
        assert away < 6 * np.abs(one.values[-28:] - one.values[-28:].mean()).max(), name
    assert served.forecast[place["negative"]].min() < 0


def test_crumbs_are_not_worse_than_copying():
    assert beats(0.0001, 0.0, 3.0) == "equal"
    assert beats(0.01, 0.0, 3.0) == "no"
    assert beats(0.0, 0.01, 3.0) == "yes"
    assert beats(1e-9, 0.0, 0.0) == "no"
    assert beats(np.nan, 0.0, 3.0) == ""


def test_a_panel_of_constants_alone():
    findings = fitted(joined([series_of(np.full(90, 3.0)), series_of(np.zeros(90))], ["three", "zero"]))
    np.testing.assert_array_equal(findings.served.forecast, [[3.0] * 14, [0.0] * 14])


def test_one_that_fails_stops_nothing(monkeypatch):
    panel = panel_of_waves()
    whole = fitted(panel).served

    def failing(series, plan, prior):
        if any(one.values[0] == panel.series[2].values[0] for one in series):
            raise ArithmeticError("a made-up fault")
        return real(series, plan, prior)

    real = panel_run.serve
    monkeypatch.setattr(panel_run, "serve", failing)
    findings = fitted(panel)
    assert list(findings.failed) == [2]
    assert "a made-up fault" in str(findings.failed[2])
    assert np.isnan(findings.served.forecast[2]).all()
    others = [0, 1, 3, 4, 5]
    np.testing.assert_array_equal(findings.served.forecast[others], whole.forecast[others])


def test_a_run_that_was_ended_goes_on(monkeypatch, tmp_path):
    panel = panel_of_waves()
    whole = fitted(panel).served
    monkeypatch.setattr(panel_run, "SERIES_OF_A_CHUNK", 2)
    real, calls = panel_run.serve, []

    def ended(series, plan, prior):
        calls.append(len(series))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(series, plan, prior)

    monkeypatch.setattr(panel_run, "serve", ended)
    with pytest.raises(KeyboardInterrupt):
        fitted(panel, Kept(tmp_path))
    monkeypatch.setattr(panel_run, "serve", lambda *given: calls.append("again") or real(*given))
    monkeypatch.setattr(panel_run, "train", None)  # both networks are there
    assert same(whole, fitted(panel, Kept(tmp_path)).served)
    assert calls.count("again") in (1, 2)


def test_a_damaged_file_is_made_anew(tmp_path):
    panel = panel_of_waves()
    whole = fitted(panel, Kept(tmp_path)).served
    for path in (tmp_path / "kept").glob("*.chunk"):
        path.write_bytes(path.read_bytes()[:-100])
    (tmp_path / "kept" / "final.network").write_bytes(b"nothing")
    assert same(whole, fitted(panel, Kept(tmp_path)).served)


@pytest.mark.parametrize("options", [{"horizon": 7}, {"seed": 3}, {"level": (50,)}])
def test_a_run_with_other_options_is_refused(tmp_path, options):
    panel = panel_of_waves(2)
    fitted(panel, Kept(tmp_path))
    before = {path: path.read_bytes() for path in (tmp_path / "kept").iterdir()}
    with pytest.raises(InputError, match=next(iter(options))):
        fitted(panel, Kept(tmp_path), **options)
    with pytest.raises(InputError, match="data"):
        fitted(panel_of_waves(3), Kept(tmp_path))
    assert before == {path: path.read_bytes() for path in (tmp_path / "kept").iterdir()}
    assert json.loads((tmp_path / "kept" / "run.json").read_text())["horizon"] == 14


@pytest.mark.parametrize("options", [{"loss": "mse"}, {"time_limit": 5}, {"ladder": "lecture"}, {"horizon": 0}])
def test_options_that_do_not_serve_many_series_are_refused(options):
    with pytest.raises(InputError, match=next(iter(options))):
        PanelFitOptions(**options)


def test_columns_that_say_nothing_are_told():
    panel = panel_of_waves(2)
    findings = fitted(joined(list(panel.series), panel.names, static={"region": np.array(["a", "b"], dtype=object)}))
    assert findings.plan.beside is None
    assert "no two do: region." in " ".join(map(str, sentences(findings)))
    assert "change nothing" not in " ".join(map(str, sentences(fitted(panel))))


def test_a_small_panel_has_more_seeds():
    days, small = recipe_of(DAILY), Recipe(hidden=(8,), seeds=2)
    assert (days.suited(99_999).seeds, days.suited(100_000).seeds) == (5, 3)
    assert small.suited(10) == small
    assert recipe_of(monthly()).suited(10).seeds == 1


def test_what_sees_a_week_serves_alone_where_no_year_is_seen():
    week, weeks = ({one.window for one in members_of(DAILY, days)} for days in (500, 600))
    assert week == {7}
    assert weeks == {7, 56, 112}
    assert fitted(panel_of_waves(2, 150)).plan.final.reach < 112
    assert members_of(monthly(), 30) == members_of(monthly(), 300)


@pytest.mark.slow
def test_a_day_of_the_month_that_is_like_no_other_is_learned(monkeypatch):
    monkeypatch.setattr(
        "thalweg.forecast.panel.run.recipe_of", lambda _: Recipe(hidden=(64,), seeds=2, epochs=12, batch=64)
    )
    dates = np.datetime64("2021-01-01") + np.arange(760)
    wages = np.array([date.day == 25 for date in dates.tolist()])
    dice = np.random.default_rng(2)
    values = [np.where(wages, 300, 100) * np.exp(dice.normal(0, 0.05, 760)) for _ in range(12)]
    panel = joined([series_of(each, start="2021-01-01") for each in values], [f"s{at}" for at in range(12)])
    found = fitted(panel, horizon=28)
    ahead = np.datetime64("2023-01-31") + np.arange(28)
    at = int(np.flatnonzero(ahead == np.datetime64("2023-02-25"))[0])
    relative = found.served.forecast / found.served.forecast.mean(axis=1, keepdims=True)
    assert relative[:, at].mean() > 1.5
    assert np.abs(np.delete(relative, at, axis=1) - 1).mean() < 0.15
