"""A backtest that was interrupted goes on; other options, values or models never meet what was kept."""

# ruff: noqa: ARG002, ARG005 -- models take what they are given

import os

import numpy as np
import pytest

import thalweg
from support.backtests import last_season, level, weekly
from thalweg.errors import InputError

SERIES = weekly()
OPTIONS = {"windows": 4, "step": 5, "horizon": 7}


def counted(history, horizon):
    """Count the calls, and be interrupted at one of them; the count is no part of what is called."""
    calls = int(os.environ["CALLS"]) + 1
    os.environ["CALLS"] = str(calls)
    if calls == int(os.environ["STOP"]):
        raise KeyboardInterrupt
    return last_season(history, horizon)


@pytest.fixture(autouse=True)
def _calls(monkeypatch):
    monkeypatch.setenv("CALLS", "0")
    monkeypatch.setenv("STOP", "0")


def calls_of(models=None, stop=0, **options):
    """Return how often `counted` is called by a backtest, and the result."""
    os.environ.update(CALLS="0", STOP=str(stop))
    result = thalweg.backtest(SERIES, models={"counted": counted} if models is None else models, **options)
    return int(os.environ["CALLS"]), result


@pytest.mark.slow
def test_it_goes_on_where_it_was_interrupted_and_ends_with_the_same_bits(tmp_path):
    folder, models = tmp_path / "tried", {"linear": "linear 7", "counted": counted}
    with pytest.raises(KeyboardInterrupt):
        calls_of(models, stop=3, folder=folder, **OPTIONS)
    files = [each for each in folder.rglob("*") if each.is_file()]
    assert len(files) == 3 + 2
    assert all(each.suffix == ".json" for each in files), "nothing is half-written"
    again, result = calls_of(models, folder=folder, **OPTIONS)
    none, kept = calls_of(models, folder=folder, **OPTIONS)
    every, fresh = calls_of(models, **OPTIONS)
    assert (again, none, every) == (2, 0, 4)
    for other in (kept, fresh):
        assert result.to_frame("pandas").equals(other.to_frame("pandas"))


@pytest.mark.parametrize(
    "changed",
    [{"horizon": 8}, {"gap": 1}, {"level": [50]}, {"seed": 1}, {"country": "DE"}, {"input_size": 60}, {"refit": 4}],
)
def test_other_options_are_kept_apart(tmp_path, changed):
    assert calls_of(folder=tmp_path, **OPTIONS)[0] == 4
    assert calls_of(folder=tmp_path, **{**OPTIONS, **changed})[0] == 4
    assert calls_of(folder=tmp_path, **OPTIONS)[0] == 0


def test_other_values_and_other_models_are_kept_apart(tmp_path):
    thalweg.backtest(SERIES, models={"mine": last_season}, folder=tmp_path, **OPTIONS)
    other = thalweg.backtest(SERIES, models={"mine": level}, folder=tmp_path, **OPTIONS).to_frame("pandas")
    assert "mine-lo-80" in other
    values = thalweg.backtest(weekly(seed=6), models={"mine": last_season}, folder=tmp_path, **OPTIONS)
    fresh = thalweg.backtest(weekly(seed=6), models={"mine": last_season}, **OPTIONS)
    assert values.to_frame("pandas").equals(fresh.to_frame("pandas"))
    for number in (1.0, 2.0):
        made = thalweg.backtest(SERIES, models={"caught": lambda h, n, c=number: [c] * n}, folder=tmp_path, **OPTIONS)
        assert (made.to_frame("pandas")["caught"] == number).all()

    def of(number):
        return lambda history, horizon: [number] * horizon

    for number in (1.0, 2.0):
        made = thalweg.backtest(SERIES, models={"closed": of(number)}, folder=tmp_path, **OPTIONS)
        assert (made.to_frame("pandas")["closed"] == number).all()


def test_an_object_that_is_called_is_known_by_what_it_holds(tmp_path):
    class Constant:
        def __init__(self, number):
            self.number, self.calls = number, 0

        def __call__(self, history, horizon):
            self.calls += 1
            return [self.number] * horizon

    for number, calls in ((1.0, 4), (2.0, 4), (1.0, 0)):
        constant = Constant(number)
        made = thalweg.backtest(SERIES, models={"constant": constant}, folder=tmp_path, **OPTIONS)
        assert (made.to_frame("pandas")["constant"] == number).all()
        assert constant.calls == calls


def test_a_damaged_file_is_made_anew(tmp_path):
    calls_of(folder=tmp_path, **OPTIONS)
    damaged = min((tmp_path / "kept").iterdir())
    text = damaged.read_text(encoding="utf-8")
    damaged.write_text(text.replace("1", "2"), encoding="utf-8")
    calls, result = calls_of(folder=tmp_path, **OPTIONS)
    assert calls == 1
    assert damaged.read_text(encoding="utf-8") == text
    assert np.isfinite(result.to_frame("pandas")["counted"]).all()


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="is a file, and the results need a folder"):
        thalweg.backtest(SERIES, models=[last_season], folder=tmp_path / "taken", **OPTIONS)
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "mine"


def test_save_writes_every_table_or_none(tmp_path):
    result = thalweg.backtest(SERIES, models=[last_season, level], **OPTIONS)
    result.save(tmp_path / "saved")
    files = {each.name: each.read_text(encoding="utf-8").splitlines() for each in (tmp_path / "saved").iterdir()}
    assert sorted(files) == ["backtest.csv", "by_cutoff.csv", "by_step.csv", "scores.csv"]
    assert files["backtest.csv"][0].startswith("unique_id,ds,cutoff,y,last_season,level,level-lo-80")
    assert len(files["backtest.csv"]) == 1 + 4 * 7
    assert files["scores.csv"][0] == "metric,last_season,level"
    assert len(files["by_step.csv"]) == 1 + 7 * 14
    assert len(files["by_cutoff.csv"]) == 1 + 4 * 14


def test_a_model_that_fails_at_the_first_cutoff_leaves_nothing(tmp_path):
    models = {"good": last_season, "bad": lambda history, horizon: [0.0]}
    with pytest.raises(InputError, match="a forecast of length 1 "):
        thalweg.backtest(SERIES, models=models, folder=tmp_path / "new", **OPTIONS)
    assert list(tmp_path.iterdir()) == []
