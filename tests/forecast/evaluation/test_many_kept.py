"""A backtest of many series that was interrupted goes on to the same bits; one with other options is refused."""

# ruff: noqa: ARG001 -- models take what they are given

import os
from pathlib import Path

import numpy as np
import pytest

from support.backtests import last_season
from support.panel_backtests import members, panel_of, small, tried
from thalweg.errors import InputError
from thalweg.forecast.evaluation.many import run

OPTIONS = {"windows": 3, "step": 6}


def counted(history, horizon):
    """Count the calls, and be interrupted at one of them; the count is no part of what is called."""
    calls = int(os.environ["CALLS"]) + 1
    os.environ["CALLS"] = str(calls)
    if calls == int(os.environ["STOP"]):
        raise KeyboardInterrupt
    return last_season(history, horizon)


MODELS = {"quick": "quick", "counted": counted}


@pytest.fixture(autouse=True)
def fits(monkeypatch):
    """Small networks, whose fits are counted."""
    small(monkeypatch)
    found = []
    fit = run.fitted_and_served
    monkeypatch.setattr(run, "fitted_and_served", lambda *given: found.append(1) or fit(*given))
    monkeypatch.setenv("CALLS", "0")
    monkeypatch.setenv("STOP", "0")
    return found


def files_of(folder):
    return sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file())


def test_it_goes_on_where_it_was_interrupted_and_ends_with_the_same_bits(tmp_path, fits):
    panel, folder = panel_of(members()), tmp_path / "tried"
    os.environ["STOP"] = "9"  # of six series at each cutoff
    with pytest.raises(KeyboardInterrupt):
        tried(panel, models=MODELS, folder=folder, **OPTIONS)
    assert len(fits) == 1
    kept = files_of(folder)
    assert kept[-1] == "kept/run.json"
    assert len([name for name in kept if name.endswith(".forecasts")]) == 2
    assert not [name for name in kept if "network" in name]  # in place of the fit stand its forecasts
    os.environ.update(CALLS="0", STOP="0")
    result = tried(panel, models=MODELS, folder=folder, **OPTIONS)
    assert (len(fits), os.environ["CALLS"]) == (3, "12")
    assert files_of(folder) == ["backtest.csv", "by_cutoff.csv", "by_step.csv", "scores.csv", "series.csv"]
    fresh = tried(panel, models=MODELS, **OPTIONS)
    assert result.to_frame("pandas").equals(fresh.to_frame("pandas"))
    np.testing.assert_array_equal(
        result.forecasts.made["quick"].ends["95"][1], fresh.forecasts.made["quick"].ends["95"][1]
    )


def test_a_fit_that_was_interrupted_goes_on(tmp_path, fits, monkeypatch):
    from thalweg.forecast.panel import run as of_panel  # noqa: PLC0415 -- patched here alone

    panel, serve, served = panel_of(members()), of_panel.serve, []

    def interrupted(series, plan, prior):
        served.append(len(series))
        if len(served) == 2:
            raise KeyboardInterrupt
        return serve(series, plan, prior)

    monkeypatch.setattr(of_panel, "serve", interrupted)
    with pytest.raises(KeyboardInterrupt):
        tried(panel, folder=tmp_path, **OPTIONS)
    assert len(fits) == 2
    assert len([name for name in files_of(tmp_path) if name.endswith(".network")]) == 2
    trained, train = [], of_panel.train
    monkeypatch.setattr(of_panel, "train", lambda *given, **more: trained.append(1) or train(*given, **more))
    result = tried(panel, folder=tmp_path, **OPTIONS)
    assert len(trained) == 2  # those of the last cutoff alone
    assert result.to_frame("pandas").equals(tried(panel, **OPTIONS).to_frame("pandas"))


@pytest.mark.parametrize(
    ("changed", "differs"),
    [
        ({"horizon": 8}, "cutoffs, horizon"),
        ({"windows": 2}, "cutoffs"),
        ({"gap": 1}, "cutoffs, gap"),
        ({"level": [50]}, "level"),
        ({"seed": 1}, "seed"),
        ({"refit": 2}, "refit"),
        ({"input_size": 60}, "input_size"),
        ({"models": {"quick": "quick", "other": last_season}}, "models"),
    ],
)
def test_other_options_are_refused_until_it_has_ended(tmp_path, changed, differs):
    panel = panel_of(members())
    os.environ["STOP"] = "9"
    with pytest.raises(KeyboardInterrupt):
        tried(panel, models=MODELS, folder=tmp_path, **OPTIONS)
    before = files_of(tmp_path)
    with pytest.raises(InputError, match=f"values or options: {differs} differ"):
        tried(panel, folder=tmp_path, **{"models": MODELS, **OPTIONS, **changed})
    assert files_of(tmp_path) == before
    other = members()
    other["whole 0"].values[3] += 1
    with pytest.raises(InputError, match="values or options: data differ"):
        tried(panel_of(other), models=MODELS, folder=tmp_path, **OPTIONS)


def test_a_model_that_cannot_be_told_apart_is_made_anew(tmp_path):
    with Path(os.devnull).open() as lock:  # no checksum can be made of it

        def reaching(history, horizon):
            assert lock.name
            return counted(history, horizon)

        panel = panel_of(members())
        os.environ["STOP"] = "9"
        with pytest.raises(KeyboardInterrupt):
            tried(panel, models={"reaching": reaching}, folder=tmp_path, **OPTIONS)
        os.environ.update(CALLS="0", STOP="0")
        result = tried(panel, models={"reaching": reaching}, folder=tmp_path, **OPTIONS)
    assert os.environ["CALLS"] == "18"
    assert result.forecasts.unkept == ("reaching",)
    assert "Not kept in the folder are the forecasts of reaching" in str(result)


def test_what_cannot_be_served_leaves_nothing(tmp_path):
    def fails(history, horizon):
        raise ValueError

    with pytest.raises(InputError, match="'fails' failed"):
        tried(panel_of(members()), models=[fails], folder=tmp_path / "tried", **OPTIONS)
    assert files_of(tmp_path) == []
