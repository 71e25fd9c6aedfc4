"""`thalweg forecast`: what it prints, what it writes, how it ends."""

import csv
import html
import json
import math
import os
import re
import resource
import shlex
import signal
import subprocess
import time

import pytest

import thalweg as library
from thalweg.api.fit import FitResult
from thalweg.errors import InputError
from thalweg.forecast import forecaster

FILES = {"forecast.csv", "ladder.csv", "model.thalweg", "report.html"}


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_it_writes_four_files_and_nothing_else(run):
    assert names(run.folder) == FILES
    assert names(run.folder.parent) == {"told", "machine"}


def test_the_table_names_every_rung_and_marks_the_choice(run):
    for line in run.json["ladder"]:
        assert f" {line['rung']} " in run.text
    marked = [line for line in run.text.splitlines() if line.startswith("▸")]
    assert len(marked) == 1
    assert marked[0].split()[1:] >= run.json["chosen"].split()
    table = run.text.rpartition("\n  Rung ")[2].partition("L:")[0]
    assert run.json["chosen"] in table
    assert "sealed " not in table, "the seal is open in the final table"


def test_nothing_is_wider_than_the_terminal_and_nothing_goes_to_stderr(run):
    *lines, command = run.text.splitlines()
    assert max(map(len, lines)) <= 80
    assert "thalweg" in command  # to be pasted, so that no line break may stand in it
    assert run.errors == ""


def test_tomorrow_follows_the_last_day_and_is_the_first_row_of_the_file(run):
    with (run.folder / "forecast.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 7
    assert rows[0]["date"] == "2019-10-28"  # 300 days from 2019-01-01
    answer = " ".join(run.text.split())
    told = re.search(
        r"The day after the last, Mon 28 Oct 2019: ([\d,.]+) simulated views \(80% interval: ([\d,.]+) to ([\d,.]+)\)",
        answer,
    )
    for number, column in zip(told.groups(), ("mean", "low80", "high80"), strict=True):
        places = len(number.partition(".")[2])
        assert number == f"{float(rows[0][column]):,.{places}f}"
    for row in rows:
        values = [float(row[name]) for name in ("low95", "low80", "mean", "high80", "high95")]
        assert values == sorted(values)
        assert values[0] >= 0


def test_the_answer_comes_first_and_the_hyperparameters_last(run):
    parts = (
        "The day after the last",
        "Sun 3 Nov 2019",
        "How sure is it?",
        "Of the sealed days",
        "Country of the holidays",
    )
    parts += ("How was it found?", "Training: ", "▸", "The choice is", "Written into", "To do it again:")
    places = [run.text.index(part) for part in parts]
    assert places == sorted(places)


def test_the_forecast_is_printed_before_the_pictures_are_drawn(thalweg, channel, tmp_path, monkeypatch):
    def no_pictures(*_arguments, **_options):
        raise InputError("forecast.folder_is_a_file", folder="pictures", option="")

    monkeypatch.setattr(FitResult, "report", no_pictures)
    told = thalweg("forecast", channel, "--ladder", "quick", "--horizon", 1, "--out", tmp_path / "out")
    assert told.exit_code == 2
    assert "The day after the last, Mon 28 Oct 2019: " in told.stdout
    assert "Written into" not in told.stdout
    assert not (tmp_path / "out").exists()


def test_the_command_to_do_it_again_is_the_one_that_was_typed(run, channel):
    folder, options = run.folder, "--ladder quick --horizon 7 --threads 1 --country TW"
    again = shlex.split(run.text.splitlines()[-1])
    assert again[:3] == ["thalweg", "forecast", str(channel)]
    typed = [*zip(*[iter([*options.split(), "--out", str(folder)])] * 2, strict=True)]
    assert sorted(zip(*[iter(again[3:])] * 2, strict=True)) == sorted(typed)
    for of_run in (run.folder, run.json_folder):  # what changes nothing, as --json, is left out
        page = html.unescape((of_run / "report.html").read_text(encoding="utf-8"))
        assert f"--out {of_run}</code>" in page
        assert "--json</code>" not in page


def test_json_is_one_object_with_all_that_was_promised(run):
    found = run.json
    assert {
        "data", "split", "ladder", "chosen", "baselines", "as_used", "coverage", "steps", "forecast", "misses"
    } <= set(found)  # fmt: skip
    assert found["data"]["days"] == 300
    assert found["data"]["simulated"] is True
    split = found["split"]
    assert split["train"] + split["validation"] + split["test"] == 300
    assert {"rung", "parameters", "train", "validation", "test"} <= set(found["ladder"][0])
    assert found["chosen"] in [line["rung"] for line in found["ladder"]]
    assert all(math.isfinite(line[part]) for line in found["ladder"] for part in ("train", "validation", "test"))
    best = min(found["ladder"], key=lambda line: line["validation"])
    assert found["chosen"] == best["rung"]
    copies = {line["rung"]: line["test"] for line in found["ladder"] if line["kind"] == "copy"}
    assert found["baselines"] == copies
    assert {"refit_days", "test"} <= set(found["as_used"])
    assert set(found["coverage"]) == {"80", "95"}
    assert len(found["steps"]) == len(found["forecast"]) == 7
    assert set(found["forecast"][0]) == {"date", "mean", "low80", "high80", "low95", "high95"}
    assert found["forecast"][0]["date"] == "2019-10-28"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", found["misses"][0]["date"])


def test_the_ladder_file_says_what_the_json_says(run):
    with (run.json_folder / "ladder.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["rung"] for row in rows] == [line["rung"] for line in run.json["ladder"]]
    for row, line in zip(rows, run.json["ladder"], strict=True):
        assert float(row["validation"]) == pytest.approx(line["validation"], rel=1e-9)
    assert [row["rung"] for row in rows if row["chosen"] == "true"] == [run.json["chosen"]]


def test_the_same_seed_writes_the_same_forecast(run):
    assert (run.folder / "forecast.csv").read_bytes() == (run.json_folder / "forecast.csv").read_bytes()


def test_the_model_it_wrote_forecasts_the_same(run):
    days = library.load(run.json_folder / "model.thalweg").predict()
    assert days.mean.tolist() == pytest.approx([row["mean"] for row in run.json["forecast"]], rel=1e-6)


@pytest.mark.slow
def test_an_unfinished_last_day_is_told_first_and_forecast_first(thalweg, channel, tmp_path):
    head, *rows = channel.read_text("utf-8").splitlines()
    date, last = rows[-1].split(",")
    file = tmp_path / "partial.csv"
    file.write_text("\n".join([head, *rows[:-1], f"{date},{float(last) / 4:.0f}"]) + "\n", "utf-8")
    options = ("--ladder", "quick", "--horizon", 2, "--threads", 1)
    found = json.loads(thalweg("forecast", file, *options, "--out", tmp_path / "out", "--json").stdout)
    assert "looks unfinished" in found["data"]["notes"][0]
    assert (found["forecast"][0]["date"], found["settings"]["keep_last"]) == (date, False)
    until = ("--until", rows[-2].split(",")[0], "--keep-last")
    cut = thalweg("forecast", file, *options, *until, "--out", tmp_path / "cut")
    assert "looks unfinished" not in cut.stdout
    assert (tmp_path / "cut" / "forecast.csv").read_text() == (tmp_path / "out" / "forecast.csv").read_text()
    told = " ".join(thalweg("predict", tmp_path / "cut" / "model.thalweg", file).stdout.split())
    assert f"on {date}, looks unfinished" in told
    assert "no days after" in told or "its loss" not in told
    kept = json.loads(thalweg("predict", tmp_path / "cut" / "model.thalweg", file, "--keep-last", "--json").stdout)
    assert (kept["forecast"][0]["date"] > date, kept["notes"]) == (True, [])


@pytest.mark.slow
def test_chinese_from_the_catalogue(thalweg, channel, tmp_path):
    told = thalweg("forecast", channel, "--ladder", "quick", "--horizon", 1, "--out", tmp_path / "out", "--lang", "zh")
    assert told.exit_code == 0
    assert "数据之后的第一天，2019年10月28日周一：" in told.stdout
    assert "Training" not in told.stdout
    assert "照抄昨天" in told.stdout
    assert "copy" not in told.stdout
    assert 'lang="zh' in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_by_default_the_folder_is_named_after_the_file_and_an_earlier_run_is_replaced(
    thalweg, channel, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert thalweg("forecast", channel, "--ladder", "quick", "--horizon", 2).exit_code == 0
    (tmp_path / "channel" / "notes.txt").write_text("mine")
    before = (tmp_path / "channel" / "forecast.csv").read_bytes()
    assert thalweg("forecast", channel, "--ladder", "quick", "--horizon", 3).exit_code == 0
    assert names(tmp_path / "channel") == FILES | {"notes.txt"}
    assert (tmp_path / "channel" / "notes.txt").read_text() == "mine"
    assert (tmp_path / "channel" / "forecast.csv").read_bytes() != before


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--ladder", "tall"], "tall"),
        (["--country", "Atlantis"], "Atlantis"),
        (["--horizon", "100000"], "100000"),
        (["--loss", "guess"], "guess"),
        (["--seed", "-1"], "--seed"),
        (["--time-limit", "0"], "--time-limit 0"),
        (["--time-limit", "nan"], "--time-limit nan"),
        (["--ladder", "none.toml"], "none.toml"),
        (["--out", ""], '--out ""'),
        (["--value", "nothing"], "nothing"),
        (["--frobnicate"], "frobnicate"),
    ],
)
def test_an_option_that_cannot_be_served_is_named(thalweg, channel, tmp_path, monkeypatch, options, says):
    monkeypatch.chdir(tmp_path)
    result = thalweg("forecast", channel, *options)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.output
    assert names(tmp_path) == set()


@pytest.mark.parametrize(
    "options", [["--ladder", "tall"], ["--country", "Atlantis"], ["--horizon", "0"], ["--time-limit", "-1"]]
)
def test_options_are_looked_at_before_the_file(thalweg, tmp_path, options):
    result = thalweg("forecast", tmp_path / "none.csv", *options)
    assert result.exit_code == 2
    assert options[0] in result.stderr
    assert "none.csv" not in result.stderr


def test_a_file_that_is_not_there(command, tmp_path):
    done = subprocess.run([*command, "forecast", "none.csv"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert "none.csv" in done.stderr
    assert "Traceback" not in done.stderr
    assert names(tmp_path) == set()


def never_trained(*_arguments, **_options):
    pytest.fail("training began before the folder was found wanting")


def test_an_output_folder_that_is_a_file(thalweg, channel, tmp_path, monkeypatch):
    monkeypatch.setattr(forecaster, "fit_series", never_trained)
    (tmp_path / "out").write_text("mine")
    result = thalweg("forecast", channel, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "is a file" in result.stderr
    assert (tmp_path / "out").read_text() == "mine"


def test_an_output_folder_that_cannot_be_written(thalweg, channel, tmp_path, monkeypatch):
    monkeypatch.setattr(forecaster, "fit_series", never_trained)
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file" / "out", "/proc/thalweg/out", tmp_path / ("a" * 300)):  # not even by root
        result = thalweg("forecast", channel, "--out", folder)
        assert result.exit_code == 2
        assert str(folder) in result.stderr
    assert names(tmp_path) == {"file"}


def test_the_users_own_files_are_never_replaced(thalweg, channel, tmp_path, monkeypatch):
    monkeypatch.setattr(forecaster, "fit_series", never_trained)
    (tmp_path / "forecast.csv").write_bytes(channel.read_bytes())
    result = thalweg("forecast", tmp_path / "forecast.csv", "--out", tmp_path)
    assert result.exit_code == 2
    assert "would be replaced" in result.stderr
    result = thalweg("forecast", channel, "--out", tmp_path)
    assert result.exit_code == 2
    assert "not from an earlier run" in result.stderr
    assert (tmp_path / "forecast.csv").read_bytes() == channel.read_bytes()


def test_a_disk_that_fills_up_leaves_the_earlier_run_whole(thalweg, channel, run, tmp_path, monkeypatch):
    folder = tmp_path / "out"
    folder.mkdir()
    for name in FILES:
        (folder / name).write_bytes((run.folder / name).read_bytes())
    before = {name: (folder / name).read_bytes() for name in FILES}
    really = forecaster.fit_complete
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fit_then_no_room(*arguments, **options):
        found = really(*arguments, **options)
        # The kernel refuses to let any file grow beyond this: the CSV files fit, the model does not.
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        return found

    monkeypatch.setattr(forecaster, "fit_complete", fit_then_no_room)
    try:
        result = thalweg("forecast", channel, "--ladder", "quick", "--out", folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    assert str(folder) in result.stderr
    assert ".part" not in result.stderr
    assert {name: (folder / name).read_bytes() for name in names(folder)} == before


@pytest.mark.slow
def test_ctrl_c_while_it_trains_leaves_nothing(command, thalweg, tmp_path_factory, tmp_path):
    long = tmp_path_factory.mktemp("long") / "channel.csv"
    assert thalweg("sample", long).exit_code == 0
    with subprocess.Popen(
        [*command, "forecast", str(long), "--ladder", "full"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert "2,200 simulated days" in process.stdout.readline()  # read; training begins
            time.sleep(1.0)
            assert process.poll() is None
            process.send_signal(signal.SIGINT)
            _out, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 130
    assert err == "Interrupted; no file was left half-written.\n"
    assert names(tmp_path) == set()


def test_a_pipe_that_closes_early_is_no_news(command, channel, tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*command, "forecast", str(channel), "--ladder", "quick", "--horizon", "1"],
            cwd=tmp_path,
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(writing)
    assert done.stderr == ""


def test_json_has_null_where_there_is_no_number():
    from support.findings_builder import build_findings  # noqa: PLC0415
    from thalweg.forecast.export import as_json  # noqa: PLC0415

    findings = build_findings(baselines={"copy yesterday": math.nan, "copy last week": math.inf})
    found = as_json(findings)
    assert found["baselines"] == {"copy yesterday": None, "copy last week": None}
    json.dumps(found, allow_nan=False)
