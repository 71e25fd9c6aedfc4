"""The other forecasters see what thalweg sees, are scored where it is scored, and each result is kept."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import thalweg
from thalweg.series.split import split_by_date

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
DATES = np.datetime64("2019-06-01") + np.arange(1200).astype("m8[D]")


@pytest.fixture
def recipes(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import recipes as module  # noqa: PLC0415 - from the bench's folder

    return module


@pytest.fixture
def peers(recipes):
    import peers as module  # noqa: PLC0415 - from the bench's folder

    assert module.recipes is recipes
    return module


def test_a_forecast_stands_where_its_day_stands_and_sees_nothing_after_its_cutoff(recipes):
    values = np.arange(1000.0, 1200.0)
    fits, known = [], []

    class Spy:
        def forecast(self, logs, dates):
            assert len(logs) == len(dates)
            assert dates[-1] == DATES[len(logs) - 1]
            np.testing.assert_array_equal(logs, np.log1p(values[: len(logs)]))
            known.append(len(logs))
            return np.log1p(len(logs) * 100.0 + np.arange(1, 6))

    def fit(logs, dates, steps):
        assert steps == 5
        np.testing.assert_array_equal(logs, np.log1p(values[: len(logs)]))
        fits.append((len(logs), len(known)))
        assert len(dates) == len(logs)
        return Spy()

    spy = recipes.Recipe("spy", "", fit, "")
    made = recipes.backtest(spy, values, DATES[:200], first=60, sealed=130, steps=5)
    assert known == list(range(126, 200))
    assert [cutoff for cutoff, _ in fits] == [120, 150, 180]
    assert [known[called] for _, called in fits] == [126, 150, 180]  # each refit serves the days from its cutoff on
    for step in range(1, 6):
        newest = np.arange(130, 200) - (step - 1)  # so many days are known when the day is forecast
        np.testing.assert_allclose(made[step - 1], newest * 100 + step)


@pytest.mark.slow
def test_copies_are_scored_as_thalweg_scores_them(recipes, peers):
    series = thalweg.sample()
    split = split_by_date(series)
    found = thalweg.fit(series, ladder="quick", threads=2, keep_last=True).findings
    assert len(found.split.notes) == len(split.notes)
    sealed = split.train + split.validation
    for recipe in recipes.RECIPES[:2]:
        made = recipes.backtest(recipe, series.values, series.dates, first=split.train, sealed=sealed, steps=28)
        np.testing.assert_allclose(peers.absolute_errors(made, series, sealed), found.copied[recipe.name], rtol=1e-9)


def test_the_features_of_trees_end_at_the_last_known_day_and_know_the_target_s_calendar(recipes):
    logs = np.random.default_rng(0).normal(size=1200)
    for step in (1, 5, 7, 28):
        newest = np.array([500, 801])
        seen = recipes.seen(logs, DATES, newest, step)
        changed = logs.copy()
        changed[802:] = 9
        np.testing.assert_array_equal(recipes.seen(changed, DATES, newest, step)[1], seen[1])
        changed[801] = 9
        assert (recipes.seen(changed, DATES, newest, step)[1] != seen[1]).any()
        for row, target in zip(seen, newest + step, strict=True):
            day = DATES[target].item()
            assert list(row[-4:]) == [day.weekday(), day.day - 1, day.month - 1, day.timetuple().tm_yday - 1]
            level = logs[target - step - 6 : target - step + 1].mean()
            weekday = [logs[target - 7 * back] - level for back in range(-(-step // 7), -(-step // 7) + 4)]
            assert row[len(recipes.LAGS) : len(recipes.LAGS) + 4] == pytest.approx(weekday)
            assert row[len(recipes.LAGS) + 4] == pytest.approx(logs[target - 364] - level)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # within Prophet
@pytest.mark.parametrize("name", ["Theta", "AutoETS", "MSTL", "LightGBM", "Prophet"])
def test_each_forecaster_goes_on_with_a_week(recipes, name):
    recipe = next(one for one in recipes.RECIPES if one.name == name)
    if recipe.version is None:
        pytest.skip(f"{recipe.package} is not installed; ./dev bench --only peers installs it")
    week = np.log(100 + 10 * np.arange(210) % 70)
    fitted = recipe.fit(week[:196], DATES[:196], 7)
    np.testing.assert_allclose(fitted.forecast(week[:203], DATES[:203]), week[203:], atol=0.05)


def test_what_is_not_installed_or_slow_is_a_line(recipes, peers, monkeypatch):
    absent = replace(recipes.RECIPES[-1], package="no-such-package")
    slow = replace(recipes.RECIPES[0], name="slow copy", slow=True)
    monkeypatch.setattr(recipes, "RECIPES", (*recipes.RECIPES[:2], absent, slow))
    taking, lines = peers.taking_part(slow=False, quick=False)
    assert [recipe.name for recipe in taking] == ["copy yesterday", "copy last week"]
    assert "LightGBM: left out, no-such-package is not installed." in lines[0]
    assert "slow copy: left out" in lines[1]
    assert [recipe.name for recipe in peers.taking_part(slow=True, quick=False)[0]][-1] == "slow copy"


def test_without_a_folder_the_section_says_so(peers, monkeypatch, tmp_path):
    monkeypatch.delenv("THALWEG_DATA", raising=False)
    assert "THALWEG_DATA" in peers.section(results=tmp_path)[0]


@pytest.mark.slow
def test_the_section_measures_beside_copies_and_is_drawn(recipes, peers, monkeypatch, tmp_path):
    file = replace(peers.FILES[3], name="views.csv", title="views", value="views")
    series = thalweg.sample().head(400)
    rows = [f"{date},{value}\n" for date, value in zip(series.dates, series.values, strict=True)]
    (tmp_path / "views.csv").write_text("date,views\n" + "".join(rows), encoding="utf-8")
    monkeypatch.setattr(peers, "FILES", (*peers.FILES[:3], file))
    monkeypatch.setattr(recipes, "RECIPES", recipes.RECIPES[:2])
    results = tmp_path / "results"
    page = peers.section(quick=True, data=tmp_path, results=results)
    text = "\n".join(page) + "\n"
    assert "28 days ahead thalweg, quick has " in text
    assert len(list(results.glob("*.json"))) == 2  # a copy of yesterday is no floor, so that a quick run leaves it out
    held = {path: path.stat().st_mtime_ns for path in results.iterdir()}
    assert peers.section(quick=True, data=tmp_path, results=results) == page
    assert {path: path.stat().st_mtime_ns for path in results.iterdir()} == held

    import pictures  # noqa: PLC0415 - from the bench's folder

    pictures.draw({"peers": text}, tmp_path)
    svg = (tmp_path / "peers.svg").read_text(encoding="utf-8")
    assert "views, 28 days ahead" in svg
    assert "copy last week" in svg


def test_a_result_is_made_once_for_all_that_it_depends_on(recipes, tmp_path):
    import kept  # noqa: PLC0415 - from the bench's folder

    assert recipes  # its fixture lets the bench's folder be imported
    store = kept.Kept(tmp_path / "results")
    made = []

    def make():
        made.append(1)
        return {"count": len(made)}

    assert store.result({"series": "A", "ladder": "full"}, make) == {"count": 1}
    assert store.result({"ladder": "full", "series": "A"}, make) == {"count": 1}
    assert store.result({"series": "A", "ladder": "quick"}, make) == {"count": 2}
    assert len(list((tmp_path / "results").iterdir())) == 2
    assert all("key" in json.loads(path.read_text()) for path in (tmp_path / "results").iterdir())

    def fail():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.result({"series": "B"}, fail)
    assert store.result({"series": "B"}, make) == {"count": 3}
