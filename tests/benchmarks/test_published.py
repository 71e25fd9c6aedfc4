"""The benchmark series: their scores are those that the competitions use, and an interrupted run goes on."""

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.data import benchmark_series

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def published(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import published as module  # noqa: PLC0415 - from the bench's folder

    return module


@pytest.fixture
def scores(published):
    return published.scores


def write(path, series, days_apart=1):
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("unique_id,ds,y\n")
        for name, (first, values) in series.items():
            for at, value in enumerate(values):
                date = np.datetime64(first) + np.timedelta64(days_apart * at, "D")
                file.write(f"{name},{date},{'' if value is None else value}\n")


def small(published, **changes):
    return replace(published.COLLECTIONS[0], count=2, horizon=3, copies={"last value": 1, "copied": 2}, **changes)


def test_the_scores_of_a_set_that_can_be_reckoned_by_hand(published, tmp_path):
    collection = small(published)
    write(
        tmp_path / collection.file,
        {
            "A": ("2020-01-01", [1, 3, 2, 2, 5, None, 0]),  # differences 2, 1, 0: their mean is 1
            "B": ("2021-03-05", [4, None, 8, 10, 10, 14, 6]),  # of neighbours that are both there only 2
        },
    )
    found = published.copies(collection, published.read(tmp_path / collection.file))
    # A: |5 − 2| and |0 − 2|, the empty value is not scored; B: 0, 4 and 4 over 2
    assert found["last value"][0] == pytest.approx((2.5 / 1 + 8 / 3 / 2) / 2)
    # A copies 2, 2, 2; B copies 8, 10, 8: errors 2, 4 and 2
    assert found["copied"][0] == pytest.approx((2.5 / 1 + 8 / 3 / 2) / 2)
    assert found["last value"][1] == pytest.approx(100 * ((2 * 3 / 7 + 2) / 2 + (0 + 8 / 24 + 8 / 16) / 3) / 2)


def test_owa_is_the_mean_of_both_ratios(scores):
    assert scores.owa((2.0, 9.0), (4.0, 12.0)) == pytest.approx((0.5 + 0.75) / 2)
    assert scores.owa((4.0, 12.0), (4.0, 12.0)) == 1


@pytest.mark.parametrize("season", [4, 7])
@pytest.mark.parametrize("extra", [0, 1, 3])
def test_naive2_goes_on_with_a_pattern_and_has_none_where_there_is_none(scores, season, extra):
    pattern = np.linspace(1, 3, season)
    values = 5 * np.resize(pattern, 6 * season + extra + 10)
    made = scores.naive2(values[:-10], season, 10)
    np.testing.assert_allclose(made, values[-10:])
    noise = np.random.default_rng(0).uniform(1, 2, 60)
    np.testing.assert_array_equal(scores.naive2(noise, season, 3), np.full(3, noise[-1]))
    np.testing.assert_array_equal(scores.naive2(values[: 3 * season - 1], season, 2)[:1], values[3 * season - 2])


@pytest.mark.real
@pytest.mark.parametrize(
    ("number", "name", "mase", "smape"),
    [
        (0, "last value", 1.292, None),
        (0, "week copied", 0.705, None),
        (1, "last value", 2.777, 9.161),
        (1, "Naive2", 2.777, 9.161),
        (2, "yesterday's hour", 1.193, 13.912),
        (2, "Naive2", 2.395, 18.383),
    ],
)
def test_over_all_series_the_copies_equal_the_published_figures(published, number, name, mase, smape):
    collection = published.COLLECTIONS[number]
    series = published.read(benchmark_series(collection.file))
    assert len(series) == collection.count
    found = published.copies(collection, series)[name]
    assert round(found[0], 3) == mase
    assert smape is None or round(found[1], 3) == smape
    told = {copy: figure for copy, figure, _ in collection.published}
    assert name == "Naive2" or told[name] == mase


def test_an_interrupted_run_goes_on(published, monkeypatch, tmp_path, capsys):
    collection = replace(small(published), count=4)
    values = np.random.default_rng(1).uniform(5, 9, (4, 12)).round(2).tolist()
    write(tmp_path / collection.file, {f"S{at}": ("2020-01-01", row) for at, row in enumerate(values)})
    monkeypatch.setattr(published, "COLLECTIONS", (collection,))
    made = []

    def copy(numbers, horizon, ladder):
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(ladder)
        return {"seconds": 2.0, "chosen": "copy", "forecast": [float(numbers.values[-horizon - 1])] * horizon}

    monkeypatch.setattr(published, "forecast", copy)
    results = tmp_path / "results"
    with pytest.raises(KeyboardInterrupt):
        published.section(data=tmp_path, every=1, results=results)
    made.clear()
    page = published.section(data=tmp_path, every=1, results=results)
    assert made == ["full", "full"]
    assert str(results) in capsys.readouterr().out
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in page if line.startswith("|")]
    assert rows[2][0] == "**thalweg, full**"
    assert rows[2][1] == rows[3][1]  # what was kept is scored as what is made: both are the last value
    assert "4 of 4 series (all of them), 2.0 s a series" in "\n".join(page)
    made.clear()
    published.section(data=tmp_path, every=2, ladder="quick", results=results)
    assert made == ["quick", "quick"]


def test_without_a_folder_the_section_says_so(published, monkeypatch, tmp_path):
    monkeypatch.delenv("THALWEG_BENCH", raising=False)
    assert "THALWEG_BENCH" in published.section(results=tmp_path / "results")[0]
    page = "\n".join(published.section(data=tmp_path, results=tmp_path / "results"))
    for collection in published.COLLECTIONS:
        assert f"{collection.title}: left out, {collection.file} is not in the folder." in page


@pytest.mark.slow
def test_series_are_fitted_and_what_is_refused_is_told(published, monkeypatch, tmp_path):
    collection = replace(small(published), count=3, horizon=7)
    days = np.arange(200)
    week = 100 + 10 * (days % 7) + np.random.default_rng(2).normal(0, 0.1, 200)
    series = {"long": week.round(3).tolist(), "short": week[:20].round(3).tolist()}
    write(tmp_path / collection.file, {name: ("2020-01-01", row) for name, row in series.items()})
    monkeypatch.setattr(published, "COLLECTIONS", (collection,))
    page = "\n".join(published.section(data=tmp_path, every=1, ladder="quick", results=tmp_path / "results"))
    ours = next(line for line in page.splitlines() if line.startswith("| **thalweg, quick**"))
    assert float(ours.split("|")[2]) < 0.1  # a week that repeats is forecast, the last value is not: 3 of its units
    assert "1 of 3 series" in page
    assert "Not forecast, and in no figure of these series: short: " in page

    gone = published.Numbers([str(np.datetime64("2020-01-01") + day) for day in days.astype("m8[D]")], week.copy())
    gone.values[-9:-7] = np.nan  # the last two values before the test: the forecast ends two days early
    assert published.forecast(gone, 7, "quick")["refused"].startswith("2 of 7 dates of the test have no forecast")
