"""`thalweg backtest` as a user types it."""

import csv
import json
import signal
import subprocess
import sys
import time

import pytest

from support.backtests import weekly
from support.command import thalweg

COMMAND = [sys.executable, "-c", "from thalweg.cli import main; main()"]
LADDER = "[[rung]]\ndays_back = 7\nepochs = 8\nseeds = 1\n"
USUAL = ("--windows", "6", "--step", "7", "--horizon", "7")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("orders")
    series = weekly()
    rows = [f"{date},{value:.3f}" for date, value in zip(series.dates, series.values, strict=True)]
    path = folder / "orders.csv"
    path.write_text("\n".join(["date,orders", *rows]) + "\n", encoding="utf-8")
    (folder / "small.toml").write_text(LADDER, encoding="utf-8")
    return path


@pytest.mark.slow
def test_the_real_command_tells_tables_words_and_files(file, tmp_path):
    words = [
        "backtest", str(file), *USUAL, "--ladder", str(file.parent / "small.toml"), "--rungs", "mean of 3 × 7 back",
        "--out", "tried", "--csv", "frame.csv", "--picture", "tried.svg",
    ]  # fmt: skip
    made = subprocess.run([*COMMAND, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    told = " ".join(made.stdout.split())
    for part in (
        "6 cutoffs from 2023-06-08 to 2023-07-13; the forecasts at each reach 7 days ahead",
        "values 7 days apart, up to the cutoff",
        "▸ mean of 3 × 7 back",
        "coverage 80%",
        "MASE by days ahead, counted from the cutoff:",
        "MASE by cutoff, of the best models:",
        "By MASE, mean of 3 × 7 back is best",
        "of 100 such backtests (Diebold and Mariano",
        "Written into tried: backtest.csv, scores.csv, by_step.csv, by_cutoff.csv",
    ):
        assert part in told, made.stdout
    frame = (tmp_path / "frame.csv").read_text(encoding="utf-8")
    assert frame == (tmp_path / "tried" / "backtest.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(frame.splitlines()))
    assert len(rows) == 6 * 7
    assert list(rows[0])[:6] == ["unique_id", "ds", "cutoff", "y", "copy yesterday", "copy yesterday-lo-80"]
    assert {row["unique_id"] for row in rows} == {"orders"}
    assert (tmp_path / "tried.svg").read_text(encoding="utf-8").startswith("<svg")
    assert len(list((tmp_path / "tried" / "kept").iterdir())) == 6 * 4
    again = thalweg(*words[:-6], "--out", tmp_path / "tried", "--json")
    assert again.exit_code == 0, again.output
    found = json.loads(again.stdout)
    assert found["ranking"][0] == "mean of 3 × 7 back"
    assert (found["season"], found["horizon"], found["metric"]) == (7, 7, "mase")
    assert len(found["cutoffs"]) == 6
    assert len(found["forecasts"]) == 6 * 7
    assert {row["metric"] for row in found["scores"]} == {
        "mae", "rmse", "mase", "smape", "wape", "bias", "pinball", "crps", "coverage-80", "coverage-95",
        "pinball-0.025", "pinball-0.1", "pinball-0.9", "pinball-0.975",
    }  # fmt: skip
    assert 0 < found["compared"]["probability"] < 1
    assert found["forecasts"][0]["copy yesterday"] == pytest.approx(float(rows[0]["copy yesterday"]), rel=1e-6)


@pytest.mark.slow
def test_it_speaks_chinese(file):
    made = thalweg("backtest", file, *USUAL, "--rungs", "copy 14", "--lang", "zh", "--metrics", "mae,coverage")
    assert made.exit_code == 0, made.output
    told = "".join(made.stdout.split())
    for part in ("6个截止日期", "照抄上周", "80%覆盖率", "最好的几个模型", "次这样的回测中", "从截止日期算起"):
        assert part in told, made.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--cutoffs", "2020-01-01"], "--cutoffs 2020-01-01 lies outside orders.csv, which goes from 2023-01-02"),
        (["--cutoffs", "2023-05-01,2023-04-01"], "--cutoffs 2023-04-01 stands behind 2023-05-01, which is later"),
        (["--cutoffs", "2023-05-01", "--windows", "3"], "--cutoffs and --windows 3 exclude each other"),
        (["--windows", "99"], "At most 4 fit"),
        (["--horizon", "190", "--gap", "10"], "Give smaller numbers for --horizon, --gap"),
        (["--rungs", "liner 7"], "--rungs: there is no rung 'liner 7'. Did you mean 'linear 7'?"),
        (["--metrics", "mae,mose"], "there is no metric 'mose'"),
        (["--metric", "bias"], "choose one of mae, rmse"),
        (
            ["--cutoffs", "2023-02-01", "--rungs", "linear 7", "--horizon", "7"],
            "--cutoffs 2023-02-01: only 31 days are seen up to there",
        ),
        (["--csv", "tables.txt"], ".csv"),
        (["--picture", "tried.gif"], ".gif"),
        (["--out", " "], "names no folder"),
        (["--gap", "few"], "--gap few: give a whole number"),
    ],
)
def test_bad_input_is_one_sentence_and_writes_nothing(file, tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    out = [] if "--out" in words else ["--out", "tried"]
    made = thalweg("backtest", file, *out, *words)
    assert made.exit_code == 2, made.output
    assert "Traceback" not in made.output
    assert told in made.stderr, made.stderr
    assert made.stderr.startswith("Error: ")
    assert made.stdout == "", "it is refused before anything is printed"
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


@pytest.mark.slow
def test_ctrl_c_leaves_whole_files_and_the_next_run_goes_on(command, file, tmp_path):
    often = ("--windows", "12", "--step", "5", "--horizon", "7")
    words = ["backtest", str(file), *often, "--ladder", str(file.parent / "small.toml"), "--out", "tried"]
    kept = tmp_path / "tried" / "kept"
    running = subprocess.Popen(
        [*command, *words], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    while not list(kept.glob("*.json")) and running.poll() is None:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert "Interrupted" in told
    before = sorted(each.name for each in kept.iterdir())
    assert before
    assert [each for each in (tmp_path / "tried").rglob("*") if each.suffix not in ("", ".json")] == []
    times = {name: (kept / name).stat().st_mtime_ns for name in before}
    done = thalweg(*words[:-1], tmp_path / "tried")
    assert done.exit_code == 0, done.output
    assert len(list(kept.iterdir())) == 12 * 3 > len(before)
    assert {name: (kept / name).stat().st_mtime_ns for name in before} == times


def test_the_file_itself_is_never_replaced(tmp_path, file):
    own = tmp_path / "backtest.csv"
    own.write_bytes(file.read_bytes())
    before = own.read_bytes()
    made = thalweg("backtest", own, "--out", tmp_path, *USUAL)
    assert made.exit_code == 2
    assert "backtest.csv" in made.stderr
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "scores.csv").write_text("mine", encoding="utf-8")
    made = thalweg("backtest", own, "--out", tmp_path / "others", *USUAL)
    assert made.exit_code == 2
    assert "scores.csv, which is not from an earlier backtest" in made.stderr
    made = thalweg("backtest", own, "--csv", own, *USUAL)
    assert made.exit_code == 2
    assert own.read_bytes() == before
