"""`thalweg backtest --by` as a user types it."""

import csv
import json
import re
import signal
import subprocess
import time

import numpy as np
import pytest

from support.panel_backtests import members, small
from thalweg.files import write_whole

FILES = ["backtest.csv", "by_cutoff.csv", "by_step.csv", "scores.csv", "series.csv"]
USUAL = ("--by", "shop", "--horizon", "7", "--windows", "3", "--step", "6", "--threads", "1")


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    small(monkeypatch)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A long table of a few shops."""
    path = tmp_path_factory.mktemp("shops") / "shops.csv"
    rows = [
        f"{name},{date},{value}"
        for name, one in members().items()
        for date, value, observed in zip(one.dates, one.values, one.observed, strict=True)
        if observed
    ]
    write_whole(path, "\n".join(["shop,day,sold", *rows, ""]).encode())
    return path


@pytest.fixture(scope="module")
def run(file, thalweg, tmp_path_factory):
    """What the command told and wrote."""
    folder = tmp_path_factory.mktemp("told")
    with pytest.MonkeyPatch.context() as patch:
        small(patch)
        told = thalweg(
            "backtest",
            file,
            *USUAL,
            "--out",
            folder / "out",
            "--csv",
            folder / "frame.csv",
            "--picture",
            folder / "a.html",
        )
    assert told.exit_code == 0, told.output
    return folder, told.stdout


def test_the_tables_the_sentences_and_the_files(run):
    folder, told = run
    assert told.isprintable() or "\x1b" not in told
    words = " ".join(told.split())
    parts = [
        "7 series, ",
        "3 cutoffs from 2023-05-22 to 2023-06-03; the forecasts at each reach 7 days ahead",
        "Each metric is computed for each series over its forecasts; told is the mean over 6 series, each of",
        "MAE against copying",
        "coverage 80%",
        "MASE by days ahead, counted from the cutoff:",
        "MASE by cutoff, of the best models:",
        "By MASE, ",
        "Of 6 series, thalweg forecasts ",
        "One series has no value to compare with after a cutoff, and is left out there: ended.",
        "series.csv",
    ]
    places = [words.index(part) for part in parts]
    assert places == sorted(places)
    assert sorted(each.name for each in (folder / "out").iterdir()) == FILES
    frame = (folder / "frame.csv").read_text("utf-8")
    assert frame == (folder / "out" / "backtest.csv").read_text("utf-8")
    rows = list(csv.DictReader(frame.splitlines()))
    assert len(rows) == 6 * 3 * 7 - 1
    assert list(rows[0])[:5] == ["unique_id", "ds", "cutoff", "y", "copy last week"]
    series = list(csv.DictReader((folder / "out" / "series.csv").read_text("utf-8").splitlines()))
    assert [row["unique_id"] for row in series] == sorted(members())
    for row in series:
        mine = [each for each in rows if each["unique_id"] == row["unique_id"]]
        assert (int(row["values"]), int(row["cutoffs"])) == (len(mine), 3 if mine else 0)
        if mine:
            errors = [abs(float(each["thalweg"]) - float(each["y"])) for each in mine]
            assert float(row["thalweg-mae"]) == pytest.approx(np.mean(errors), rel=1e-6)
            better = float(row["thalweg-mae"]) < float(row["copy last week-mae"])
            assert row["beats_copying"] == ("yes" if better else "no")
    page = (folder / "a.html").read_text("utf-8")
    assert "Mean over 6 series" in page
    assert "Of 6 series, thalweg forecasts" in page


def test_json_has_what_one_series_has_and_the_series(run, file, thalweg):
    made = thalweg("backtest", file, *USUAL, "--json", "--lang", "zh", "--metrics", "mae,mase")
    assert made.exit_code == 0, made.output
    found = json.loads(made.stdout)
    assert (found["value"], found["count"], found["horizon"], found["metric"]) == ("sold", 7, 7, "mase")
    assert found["cutoffs"] == ["2023-05-22", "2023-05-28", "2023-06-03"]
    assert {row["metric"] for row in found["scores"]} == {"mae", "mase", "relative_mae"}
    assert {row["metric"] for row in found["by_step"]} == {"mae", "mase"}
    assert len(found["forecasts"]) == 6 * 3 * 7 - 1
    assert [row["unique_id"] for row in found["series"]] == sorted(members())
    assert (found["refused"], found["failed"]) == ([], [])
    assert "个序列" in "".join(found["verdict"])
    table = list(csv.DictReader((run[0] / "out" / "scores.csv").read_text("utf-8").splitlines()))
    (mase,) = (row for row in table if row["metric"] == "mase")
    (same,) = (row for row in found["scores"] if row["metric"] == "mase")
    assert float(mase["thalweg"]) == pytest.approx(same["thalweg"], rel=1e-6)


def test_a_series_that_cannot_be_read_ends_with_a_code_of_its_own(file, thalweg, tmp_path):
    odd = tmp_path / "odd.csv"
    odd.write_text(file.read_text("utf-8") + "twice,2023-05-01,3\ntwice,2023-05-01,4\n", "utf-8")
    made = thalweg("backtest", odd, *USUAL, "--rungs", "copy last week", "--out", tmp_path / "out")
    assert made.exit_code == 4, made.output
    assert "One series could not be read: twice. The table of the series says why." in " ".join(made.stdout.split())
    rows = list(csv.DictReader((tmp_path / "out" / "series.csv").read_text("utf-8").splitlines()))
    assert rows[-1]["unique_id"] == "twice"
    assert "2023-05-01" in rows[-1]["notes"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--cutoffs", "2020-01-01"], "--cutoffs 2020-01-01 lies outside shops.csv, which goes from 2023-01-02"),
        (["--windows", "99"], "At most 26 fit"),
        (["--ladder", "lecture"], "--ladder"),
        (["--rungs", "liner 7"], "Did you mean 'linear 7'?"),
        (["--by", "shp"], "shp"),
        (["--picture", "tried.gif"], ".gif"),
    ],
)
def test_bad_input_is_one_sentence_and_writes_nothing(file, thalweg, tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    usual = USUAL if words[0] != "--cutoffs" else ("--by", "shop")
    made = thalweg("backtest", file, *usual, "--out", "tried", *words)
    assert made.exit_code == 2, made.output
    assert "Traceback" not in made.output
    assert told in made.stderr, made.stderr
    assert made.stdout == "", "it is refused before anything is printed"
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


def test_a_wide_table_and_a_folder_are_read_as_forecast_reads_them(thalweg, tmp_path):
    found = {name: one for name, one in members().items() if name.startswith("whole")}
    (tmp_path / "shops").mkdir()
    dates = next(iter(found.values())).dates
    table = ["day," + ",".join(found)]
    table += [f"{date}," + ",".join(str(one.values[at]) for one in found.values()) for at, date in enumerate(dates)]
    (tmp_path / "wide.csv").write_text("\n".join(table) + "\n", "utf-8")
    for name, one in found.items():
        rows = [f"{date},{value}" for date, value in zip(one.dates, one.values, strict=True)]
        (tmp_path / "shops" / f"{name}.csv").write_text("\n".join(["day,sold", *rows]) + "\n", "utf-8")
    usual = (*USUAL[2:], "--rungs", "copy last week", "--json")
    scores = []
    for source, words in (
        (tmp_path / "wide.csv", ("--wide",)),
        (tmp_path / "shops", ()),
        (tmp_path / "shops" / "*.csv", ()),
    ):
        made = thalweg("backtest", source, *words, *usual)
        assert made.exit_code == 0, made.output
        scores.append(json.loads(made.stdout)["scores"])
    assert scores[0] == scores[1] == scores[2]
    assert scores[0][0]["copy last week"] > 0


@pytest.mark.slow
def test_ctrl_c_leaves_whole_files_and_the_next_run_goes_on(command, file, tmp_path):
    words = ["backtest", str(file), *USUAL[:4], "--windows", "6", "--step", "4", "--out", "tried"]
    kept = tmp_path / "tried" / "kept"
    running = subprocess.Popen(
        [*command, *words], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    while not list(kept.glob("*.forecasts")) and running.poll() is None:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert "Interrupted" in told
    before = {each.name: each.stat().st_mtime_ns for each in kept.glob("*.forecasts")}
    assert 0 < len(before) < 6
    other = subprocess.run([*command, *words, "--seed", "1"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert other.returncode == 2
    assert re.search(
        r"holds an unfinished run with other values or options: seed differ", " ".join(other.stderr.split())
    )
    done = subprocess.run([*command, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert sorted(each.name for each in (tmp_path / "tried").iterdir()) == FILES
    fresh = subprocess.run([*command, *words[:-1], "fresh"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert fresh.returncode == 0, fresh.stderr
    for name in FILES:
        assert (tmp_path / "tried" / name).read_bytes() == (tmp_path / "fresh" / name).read_bytes()
