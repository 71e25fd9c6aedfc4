"""Many series: the simulated ones are what they claim, and everybody is scored alike, on days that nobody saw."""

import json
import sys
from pathlib import Path

import duckdb
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = (sys.executable, str(ROOT / "tests" / "support" / "panel_command.py"))


@pytest.fixture
def panel(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import panel as module  # noqa: PLC0415, ICN001 - from the bench's folder

    return module


@pytest.fixture
def many_series(panel):
    return panel.many_series


@pytest.fixture
def panel_scores(panel):
    return panel.panel_scores


def rows_of(path):
    return duckdb.execute("SELECT * FROM read_parquet($1)", [str(path)]).fetchall()


def write(path, series):
    """Write series in long format, from their first dates and their values."""
    rows = [
        f"('{name}', DATE '{first}' + {at}, {value}::DOUBLE)"
        for name, (first, values) in series.items()
        for at, value in enumerate(values)
        if value is not None
    ]
    made = f"SELECT * FROM (VALUES {', '.join(rows)}) AS made(unique_id, ds, y)"  # noqa: S608 - a test's values
    duckdb.execute(f"COPY ({made}) TO '{path}' (FORMAT parquet)")
    return path


def test_a_series_is_the_same_among_few_and_among_many(many_series, monkeypatch, tmp_path):
    few, many, parts, other = (tmp_path / f"{name}.parquet" for name in ("few", "many", "parts", "other"))
    many_series.write(few, 7)
    many_series.write(many, 60)
    monkeypatch.setattr(many_series, "CHUNK", 9)
    many_series.write(parts, 60)
    many_series.write(other, 7, seed=1)
    assert rows_of(parts) == rows_of(many)
    assert rows_of(few) == rows_of(many)[: len(rows_of(few))]
    assert rows_of(other) != rows_of(few)
    assert len({name for name, _, _ in rows_of(many)}) == 60


def test_the_last_days_of_each_series_go_into_a_file_of_their_own(many_series, tmp_path):
    whole, train, held_out = (tmp_path / f"{name}.parquet" for name in ("whole", "train", "held-out"))
    many_series.write(whole, 40)
    many_series.write(train, 40, held_out=held_out, horizon=28)
    assert sorted(rows_of(train) + rows_of(held_out)) == rows_of(whole)
    ends = "SELECT unique_id, min(ds), max(ds), count(*) FROM '{}' GROUP BY 1 ORDER BY 1"
    for before, after in zip(rows(ends, train), rows(ends, held_out), strict=True):
        assert before[0] == after[0]
        assert after[3] == 28
        assert (after[1] - before[2]).days == 1
        assert before[3] == (before[2] - before[1]).days + 1  # every day


def rows(query, path):
    return duckdb.sql(query.format(path)).fetchall()


def test_the_series_are_as_various_as_those_of_shops_and_sites(many_series):
    values, there = many_series.series(0, range(600))
    assert values.shape == there.shape == (600, 1461)
    assert (values == np.rint(values)).all()
    assert values.min() == 0
    assert str(many_series.DATES[-1]) == "2024-05-14"
    late, early = (~there[:, 0]).mean(), (~there[:, -1]).mean()
    assert 0.1 < late < 0.2
    assert 0.04 < early < 0.12
    assert there.sum(axis=1).min() >= many_series.SHORTEST
    assert (np.diff(there.astype(int), axis=1) != 0).sum(axis=1).max() <= 2  # no gaps
    zeros = (values == 0).mean(axis=1)
    assert 0 < (zeros == 1).sum() < 20
    assert 0 < ((values.std(axis=1) == 0) & (zeros == 0)).sum() < 20
    sunday = many_series.WEEKDAY == 6
    sundays = ~values[:, sunday].any(axis=1) & (zeros < 0.5)
    assert 0.15 < sundays.mean() < 0.3
    open_days = values[(zeros < 0.05) & (values.mean(axis=1) > 50) & (values.std(axis=1) > 0)]
    assert len(open_days) > 150
    logs = np.log1p(open_days)
    effect = logs - (np.roll(logs, 7, axis=1) + np.roll(logs, -7, axis=1)) / 2
    number = many_series.HOLIDAYS.index("12-25")
    christmas = effect[:, np.flatnonzero(number == many_series.HOLIDAY)]
    assert christmas.shape[1] == 4
    assert np.corrcoef(christmas[:, :2].mean(axis=1), christmas[:, 2:].mean(axis=1))[0, 1] > 0.5  # it recurs
    assert np.abs(christmas).mean() > 3 * np.abs(effect[:, 700:720]).mean() / 2
    for ago in (1, 7, 364):  # the day before, the week and the year return
        assert np.median([np.corrcoef(row[:-ago], row[ago:])[0, 1] for row in logs]) > 0.2


def test_scores_that_can_be_reckoned_by_hand(panel_scores, tmp_path):
    before = {
        "A": ("2024-01-01", [1, 2, 3, 4, 5, 6, 7, 3, 4, 5, 6, 7, 8, 9]),  # all differences of a week are 2
        "B": ("2023-05-05", [5] * 9),
        "C": ("2024-01-01", [0, 4, 0, 0, 0, 0, 0, 0, 0, 0, None, 0, 0, 0]),
    }
    after = {"A": ("2024-01-15", [4, 4, 9]), "B": ("2023-05-14", [5, 5, 5]), "C": ("2024-01-15", [0, 0, 0, 2])}
    asked = panel_scores.tasks(write(tmp_path / "before", before), write(tmp_path / "after", after))
    assert asked["A"].scale == 2
    assert asked["B"].scale == 0
    assert asked["C"].scale == pytest.approx(4 / 6)
    np.testing.assert_array_equal(asked["A"].copied, [3, 4, 5])
    np.testing.assert_array_equal(asked["C"].copied, [0, 0, 0, np.nan])
    dates = {name: task.dates for name, task in asked.items()}
    made = {
        "A": dict(zip(dates["A"], [6.0, 4.0, 8.0], strict=True)),  # error 1; copying 5/3
        "B": dict(zip(dates["B"], [5.0, 5.0, 8.0], strict=True)),  # error 1; copying 0
        "C": dict(zip(dates["C"], [0.0, 0.0, 0.0, 1.0], strict=True)),  # error 1/4; copying 0 on the days that it has
    }
    found = panel_scores.score(asked, made)
    assert found.mae == pytest.approx((1 + 1 + 0.25) / 3)
    assert found.mase == pytest.approx((1 / 2 + 0.25 / (4 / 6)) / 2)
    assert found.relative == pytest.approx(1 / (5 / 3))
    assert (found.series, found.no_scale, found.no_relative, found.missing) == (3, 1, 2, 0)
    del made["A"][dates["A"][1]]
    made["B"][dates["B"][0]] = np.nan
    found = panel_scores.score(asked, made)
    assert (found.series, found.missing, found.mae) == (1, 2, 0.25)
    copied = panel_scores.score({"A": asked["A"]}, panel_scores.copies(asked))
    assert (copied.relative, copied.missing) == (1, 0)
    assert list(panel_scores.tasks(tmp_path / "before", tmp_path / "after", ["B"])) == ["B"]
    assert panel_scores.columns(tmp_path / "after", "y", ["B"]).keys() == {"B"}


def test_a_copy_reaches_over_more_than_a_week(panel_scores, tmp_path):
    values = list(range(30, 70))
    before = write(tmp_path / "before", {"A": ("2024-01-01", values)})
    after = write(tmp_path / "after", {"A": ("2024-02-10", [1.0] * 28)})
    np.testing.assert_array_equal(panel_scores.tasks(before, after)["A"].copied, np.resize(values[-7:], 28))


FAKE_PEER = """
import json, sys
import duckdb
if sys.argv[1:] == ["versions"]:
    print(json.dumps({"statsforecast": "9.9"}))
else:
    name, file, days, threads, out = sys.argv[1:]
    if name == "AutoTheta":
        raise SystemExit("it cannot be fitted")
    away = {"AutoETS": 0, "LightGBM": 10**6}[name]
    made = f"SELECT unique_id, ds + 28 AS ds, y + {away} AS mean FROM '{file}'"
    duckdb.execute(f"COPY ({made}) TO '{out}' (FORMAT parquet)")
    print(json.dumps({"seconds": 2.0, "work": 3.0}))
"""


@pytest.fixture
def beside(panel, monkeypatch, tmp_path):
    """Have a stand-in be the command, and another one be the other forecasters."""
    monkeypatch.setattr(panel, "thalweg", lambda *arguments: [*STAND_IN, *arguments])
    fake = tmp_path / "fake_peer.py"
    fake.write_text(FAKE_PEER, encoding="utf-8")
    monkeypatch.setattr(panel.panel_peers, "__file__", str(fake))
    monkeypatch.delenv("THALWEG_FORECASTERS", raising=False)
    monkeypatch.delenv("THALWEG_DATA", raising=False)
    return panel


def cells(page, title):
    """Return the table whose first column has a title that begins so: row to cells."""
    block = next(block for block in "\n".join(page).split("\n\n") if block.startswith(f"| {title}"))
    head, _, *found = ([cell.strip() for cell in line.strip()[1:-1].split("|")] for line in block.splitlines())
    return {row[0]: dict(zip(head, row, strict=True)) for row in found}


@pytest.mark.slow
def test_the_section_measures_at_each_size_and_keeps_what_it_found(beside, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(beside, "SAMPLE", 5)
    monkeypatch.setattr(beside, "COUNTS", (5, 10, 20))
    data, results = tmp_path / "data", tmp_path / "results"
    data.mkdir()
    days = [str(day) for day in np.datetime64("2021-01-01") + np.arange(100)]
    views = {"AA": np.arange(100) % 7, "NA": 3 + np.arange(100) % 5, "ZZ": np.zeros(100, int)}
    lines = [
        f"{day},{name},{value}\n" for name, column in views.items() for day, value in zip(days, column, strict=True)
    ]
    (data / beside.COUNTRIES).write_text("Date,Geography,Views\n" + "".join(lines), encoding="utf-8")

    page = beside.section(data=data, counts=(5, 10, 20), results=results)
    text = "\n".join(page)
    sizes = cells(page, "series")
    assert [sizes[size]["scored"] for size in ("5", "10", "20")] == ["5", "5", "5"]
    assert float(sizes["20"]["peak, MB"]) > 20
    assert float(sizes["20"]["relative"]) == 1  # the stand-in copies the week
    assert "The slope of seconds on series" in text
    assert "20 series: 0.0 minutes and 0." in text
    assert "GB (15 minutes and 2 GB at most asked for, reached)" in text

    table = cells(page, "20 simulated, 5 scored")
    assert table["AutoETS"]["series a second"] == "2.50"  # five in two seconds
    assert table["AutoETS"]["of processors, s a series"] == "0.600"
    assert table["AutoTheta"]["series a second"] == "failed"
    assert "AutoTheta failed" in text
    assert "it cannot be fitted" in text
    assert table["copying the week"]["MAE"] == table["**thalweg, quick**"]["MAE"]
    assert "By AutoETS's: series a second" in text
    assert "at a lower MAE and MASE asked for" in text

    countries = cells(page, "countries, 2 scored")  # one has no views
    assert "3 series of a year, of which 2 have" in text
    assert countries["**thalweg, quick**"]["not forecast"] == "0"
    assert "In 1 series copying the week has no error" in text
    assert "1.000 of AutoETS, the best of the others" not in text  # four weeks do not return to a week of five days

    held = {path: path.stat().st_mtime_ns for path in results.iterdir()}
    assert len(held) == 3 + 2 + 1 + 2
    assert all("key" in json.loads(path.read_text("utf-8")) for path in held)
    assert beside.section(data=data, counts=(5, 10, 20), results=results) == page
    assert {path: path.stat().st_mtime_ns for path in results.iterdir()} == held
    assert str(results) in capsys.readouterr().out


def test_what_is_not_there_is_left_out_and_told(beside, monkeypatch, tmp_path):
    monkeypatch.setattr(beside, "thalweg", lambda *_: [sys.executable, "-c", "raise SystemExit('no such option')"])
    Path(beside.panel_peers.__file__).write_text("print('{}')", encoding="utf-8")
    text = "\n".join(beside.section(quick=True, counts=(4,), results=tmp_path / "results"))
    assert "| 4 | 5,732 | failed |" in text  # four years of four series, less 28 days each
    assert "no such option" in text
    assert "AutoETS, AutoTheta, LightGBM: left out, their packages are not installed." in text
    assert f"Views by country: left out, {beside.COUNTRIES} is not in the folder" in text
    assert not list((tmp_path / "results").glob("*.json"))  # what failed is tried again


def test_the_other_forecasters_go_on_with_a_week(panel, tmp_path):
    if not {"statsforecast", "mlforecast"} <= panel.panel_peers.versions().keys():
        pytest.skip("statsforecast and mlforecast are not installed; ./dev bench --only panel installs them")
    file, out = tmp_path / "week.parquet", tmp_path / "out.parquet"
    write(file, {"A": ("2023-01-01", np.resize([10, 20, 30, 40, 50, 60, 70], 400)), "Z": ("2023-03-05", [0] * 60)})
    for name in panel.panel_peers.FORECASTERS:
        panel.panel_peers.main(name, str(file), "14", "1", str(out))
        made = panel.panel_scores.columns(out, "mean")
        wanted = np.resize([20, 30, 40, 50, 60, 70, 10], 14)
        np.testing.assert_allclose(list(made["A"].values()), wanted, rtol=0.1, err_msg=name)
        np.testing.assert_allclose(list(made["Z"].values()), np.zeros(14), atol=0.5, err_msg=name)


@pytest.mark.slow
def test_the_memory_of_a_command_is_that_of_all_that_it_starts(panel):
    held = "held = b'1' * 60_000_000; time.sleep(1)"
    child = [sys.executable, "-S", "-c", f"import time; {held}"]
    both = f"import subprocess, time; child = subprocess.Popen({child!r}); {held}; child.wait()"
    command = [sys.executable, "-S", "-c", both]
    assert 60 < panel.run(command).peak_megabytes < 110
    if Path("/proc/self/smaps_rollup").exists():
        assert 120 < panel.run(command, family=True).peak_megabytes < 180
