"""`thalweg anomalies` as a user types it."""

import csv
import json
import subprocess
import sys

import numpy as np
import pytest

from support.command import thalweg

COMMAND = [sys.executable, "-c", "from thalweg.cli import main; main()"]
LADDER = '[[rung]]\ndays_back = 14\nknown = "week"\nepochs = 60\nseeds = 1\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("anomalies")
    rng = np.random.default_rng(3)
    values = 200 + 40 * np.sin(np.arange(300) * 2 * np.pi / 7) + rng.normal(0, 8, 300)
    values[[250, 280]] += (150, -120)
    dates = np.datetime64("2023-01-01") + np.arange(300)
    rows = [f"{date},{value:.1f}" for date, value in zip(dates, values, strict=True)]
    (folder / "orders.csv").write_text("\n".join(["date,orders", *rows]) + "\n", encoding="utf-8")
    (folder / "small.toml").write_text(LADDER, encoding="utf-8")
    times = np.datetime64("2014-02-14T14:30:00") + np.arange(700) * np.timedelta64(1, "h")
    level = 50 + 15 * np.sin(np.arange(700) / 24 * 2 * np.pi) + rng.normal(0, 2, 700)
    level[500:505] += 60
    rows = [f"{str(time).replace('T', ' ')},{value:.3f}" for time, value in zip(times, level, strict=True)]
    (folder / "machine.csv").write_text("\n".join(["timestamp,value", *rows]) + "\n", encoding="utf-8")
    window = [f"{str(times[at]).replace('T', ' ')}.000000" for at in (490, 520)]
    labels = {"realKnownCause/machine.csv": [window], "realKnownCause/taxi.csv": []}
    (folder / "combined_windows.json").write_text(json.dumps(labels), encoding="utf-8")
    return folder


@pytest.mark.slow
def test_the_real_command_tells_ranks_and_writes_files(folder, tmp_path):
    words = [
        "anomalies", str(folder / "orders.csv"), "--ladder", str(folder / "small.toml"), "--days", "100",
        "--country", "US", "--out", "unusual", "--csv", "ranked.csv", "--picture", "unusual.svg",
    ]  # fmt: skip
    made = subprocess.run([*COMMAND, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    told = " ".join(made.stdout.split())
    for part in (
        "100 days were judged, Thu 20 Jul 2023 to Fri 27 Oct 2023",
        "each by the 99% interval that was told one day before, from earlier values alone",
        "By chance alone about 1.0 would.",
        "Written into unusual: anomalies.csv, judged.csv, anomalies.html",
    ):
        assert part in told, made.stdout
    rows = list(csv.DictReader((tmp_path / "ranked.csv").read_text(encoding="utf-8").splitlines()))
    assert (tmp_path / "ranked.csv").read_bytes() == (tmp_path / "unusual" / "anomalies.csv").read_bytes()
    assert "2023-09-08" in {row["date"] for row in rows[:2]}
    assert {row["date"]: row["near"] for row in rows}["2023-10-08"] == "the eve of Columbus Day"
    assert all(float(row["score"]) > 1 for row in rows)
    judged = list(csv.DictReader((tmp_path / "unusual" / "judged.csv").read_text(encoding="utf-8").splitlines()))
    assert len(judged) == 100
    assert sum(float(row["outside"]) != 0 for row in judged) == len(rows)
    assert (tmp_path / "unusual.svg").read_text(encoding="utf-8").startswith("<svg")
    page = (tmp_path / "unusual" / "anomalies.html").read_text(encoding="utf-8")
    assert "lie outside the interval of the day before" in page
    assert "Columbus Day" in page


def test_json_and_the_benchmark_of_a_labelled_file(folder):
    words = ("--labels", folder / "combined_windows.json", "--ladder", "quick", "--json")
    made = thalweg("anomalies", folder / "machine.csv", *words)
    assert made.exit_code == 0, made.output
    found = json.loads(made.stdout)
    nab = found["nab"]
    assert (nab["rows"], nab["probation"], found["judged"]) == (700, 105, 595)
    assert (nab["score"]["windows"], nab["score"]["found"]) == (1, 1)
    assert nab["best"]["score"] >= nab["score"]["score"]
    assert nab["best"]["score"] > 90
    assert found["anomalies"][0]["date"].startswith("2014-03-07")
    strict = thalweg("anomalies", folder / "machine.csv", *words, "--threshold", "1000")
    assert json.loads(strict.stdout)["nab"]["score"]["score"] == 0


def test_chinese(folder):
    words = ("--ladder", folder / "small.toml", "--days", 60, "--lang", "zh")
    made = thalweg("anomalies", folder / "orders.csv", *words)
    assert made.exit_code == 0, made.output
    assert "判断了 60 天的数值" in made.stdout
    assert "只凭偶然大约会有 0.6 个" in made.stdout


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("--level", "100"), ("--level 100",)),
        (("--level", "high"), ("--level high",)),
        (("--days", "290"), ("--days 290", "Give at most 260")),
        (("--first", "2031-01-01"), ("--first 2031-01-01", "2023-10-27")),
        (("--labels", "none.json"), ("none.json", "cannot be read")),
        (("--labels", "combined_windows.json"), ("no windows for", "orders.csv")),
        (("--labels", "small.toml"), ("small.toml is no JSON",)),
        (("--days", "5", "--first", "2023-05-01"), ("Give one of them",)),
        (("--threshold", "2"), ("--threshold belongs", "--labels")),
        (("--profile", "standard"), ("--profile belongs", "--labels")),
        (("--out", "orders.csv"), ("orders.csv",)),
    ],
)
def test_bad_input_is_one_sentence_and_writes_nothing(folder, monkeypatch, words, parts):
    monkeypatch.chdir(folder)
    before = sorted(folder.iterdir())
    made = thalweg("anomalies", "orders.csv", *words)
    assert made.exit_code == 2, made.output
    said = " ".join(made.stderr.split())
    for part in parts:
        assert part in said, said
    assert "Traceback" not in said
    assert sorted(folder.iterdir()) == before


def test_standard_input_has_no_name_that_labels_could_hold(folder):
    words = [*COMMAND, "anomalies", "-", "--labels", "combined_windows.json"]
    given = (folder / "machine.csv").read_text(encoding="utf-8")
    made = subprocess.run(words, cwd=folder, input=given, capture_output=True, text=True, check=False)
    assert made.returncode == 2, made.stderr
    said = " ".join(made.stderr.split())
    assert "Standard input has no file name" in said
    assert "realKnownCause/machine.csv" in said


def test_labels_of_a_short_file_say_how_many_rows_would_do(folder, tmp_path):
    rows = (folder / "machine.csv").read_text(encoding="utf-8").splitlines()
    for count, code in ((266, 2), (267, 0)):
        (tmp_path / "machine.csv").write_text("\n".join(rows[: count + 1]), encoding="utf-8")
        (tmp_path / "labels.json").write_text(json.dumps({"machine.csv": [[rows[250][:19], rows[255][:19]]]}))
        made = thalweg(
            "anomalies",
            tmp_path / "machine.csv",
            "--labels",
            tmp_path / "labels.json",
            "--ladder",
            folder / "small.toml",
        )
        assert made.exit_code == code, made.output
        if code:
            assert "at least 267 rows" in " ".join(made.stderr.split())
        else:
            assert "refitted about every 30 days" in " ".join(made.stdout.split())
