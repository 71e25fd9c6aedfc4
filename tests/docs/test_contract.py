"""The page on the contract with the outside: whatever it lists, the program has, and nothing else of its kind."""

import csv
import datetime as dt
import inspect
import io
import json
import os
import re
import signal
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import typer.main
from safetensors import safe_open

from support.command import thalweg
from thalweg.adapters.sklearn import NetworkClassifier, NetworkRegressor
from thalweg.cli.app import app
from thalweg.errors import InputError
from thalweg.forecast.ladder_file import ladder_from_toml
from thalweg.forecast.model import load

ROOT = Path(__file__).parents[2]
OLD_MODEL = Path(__file__).parent / "models" / "version-1.thalweg"
COMMAND = [sys.executable, "-c", "from thalweg.cli import main; main()"]
LADDER = """
epochs = 30
seeds = 1
mean = true

[[rung]]
days_back = 14
known = "week"

[[rung]]
days_back = 14
layers = [4]
"""
LADDER_VALUES = {  # one value that each key takes
    "days_back": "14",
    "layers": "[4, 4]",
    "activation": '"tanh"',
    "known": '"year"',
    "rule": '"momentum"',
    "learning_rate": "0.5",
    "schedule": '"step"',
    "decay": "0.5",
    "batch": "8",
    "epochs": "9",
    "patience": "3",
    "seeds": "2",
    "mean": "true",
}


@cache
def tables(language="en"):
    """Return every table of the page in order: the heading above it, its head, its rows."""
    name = "contract.md" if language == "en" else f"contract.{language}.md"
    heading, found, inside = "", [], False
    for line in (ROOT / "docs" / name).read_text("utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        if not line.startswith("|"):
            inside = False
            continue
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if not inside:
            found.append((heading, cells, []))
            inside = True
        elif not set(line) <= set("|-"):
            found[-1][2].append(cells)
    return found


def listed(heading, column=0):
    """Return the first column, without its code marks, of the table under a heading; a later one by its number."""
    under = [rows for title, _, rows in tables() if title == heading]
    return [row[0].strip("`") for row in under[column]]


def paths(value, prefix=""):
    """Return the path of every key of a JSON object, in order; a key whose own keys are data has no paths below."""
    free = {
        "anomalies",
        "blocks[].losses",
        "by_cutoff",
        "by_step",
        "ladder[].hyperparameters",
        "baselines",
        "copied_steps",
        "coverage",
        "forecasts",
        "misses[].others",
        "scores",
        "totals[].coverage",
        "settings",
        "strict.bounds",
        "tables",
        "times",
    }
    found = []
    for key, part in value.items():
        path = prefix + key
        found.append(path)
        if path in free:
            continue
        if isinstance(part, dict):
            found += paths(part, path + ".")
        elif isinstance(part, list) and part and isinstance(part[0], dict):
            found += paths(part[0], path + "[].")
    return found


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A folder with a short series, and one forecast of it."""
    folder = tmp_path_factory.mktemp("contract")
    channel, newer, ladder = (folder / name for name in ("channel.csv", "newer.csv", "small.toml"))
    ladder.write_text(LADDER, "utf-8")
    for file, days in ((channel, 300), (newer, 310)):
        assert thalweg("sample", file, "--days", days).exit_code == 0
    options = ("--ladder", ladder, "--horizon", 7, "--threads", 1, "--out", folder / "out", "--json")
    done = thalweg("forecast", channel, *options)
    assert done.exit_code == 0, done.output
    return folder, json.loads(done.stdout)


def test_the_page_lists_every_command():
    assert sorted(listed("Commands")) == sorted(typer.main.get_command(app()).commands)


def ended(*arguments, **given):
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, **given)


@pytest.mark.slow
def test_exit_codes(run, tmp_path):
    folder, _ = run
    assert listed("Commands", 1) == ["0", "1", "2", "3", "4", "130", "143", "129"]
    served = ended("look")
    assert (served.returncode, served.stderr) == (0, "")
    refused = ended("forecast", "nowhere.csv", cwd=tmp_path)
    assert (refused.returncode, refused.stdout, list(tmp_path.iterdir())) == (2, "", [])
    assert len(refused.stderr.strip().splitlines()) == 1
    assert ended("predict", folder / "out" / "model.thalweg", "--horizon", "many").returncode == 2
    assert ended("climb").returncode == 2
    bug = "import thalweg.series.sample as s; s.sample_csv = None; from thalweg.cli import main; main()"
    broken = subprocess.run([sys.executable, "-c", bug, "sample", tmp_path / "a.csv"], capture_output=True, check=False)
    assert (broken.returncode, b"Traceback" in broken.stderr) == (1, True)


def test_a_closed_pipe_ends_with_1_and_without_a_traceback():
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([*COMMAND, "look"], stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
@pytest.mark.parametrize(
    "name", [*(pytest.param(each, marks=pytest.mark.slow) for each in ("SIGINT", "SIGHUP")), "SIGTERM"]
)
def test_a_signal_ends_with_its_code(run, tmp_path, name):
    number = getattr(signal, name)
    folder, _ = run
    options = ["forecast", folder / "channel.csv", "--ladder", "full", "--out", tmp_path / "out"]
    begun = subprocess.Popen(
        [*COMMAND, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    begun.stdout.readline()  # what was read is told before the fit begins
    os.killpg(begun.pid, number)
    begun.communicate(timeout=60)
    assert begun.returncode == 128 + number
    assert str(begun.returncode) in listed("Commands", 1)
    assert not (tmp_path / "out" / "model.thalweg").exists()


def test_the_keys_of_forecast(run):
    _, told = run
    for rung in told["ladder"]:
        assert list(rung) == list(told["ladder"][0])
    assert paths(told) == listed("`thalweg forecast --json`")
    assert told["version"] == 1
    assert set(told["coverage"]) == {"80", "95"}


def test_the_times_add_up(run):
    _, told = run
    assert told["seconds"] == pytest.approx(sum(told["times"].values()))
    assert told["times"]["search"] == pytest.approx(sum(rung["seconds"] for rung in told["ladder"]))
    assert (
        {"search", "open", "backtest", "calibration", "final_fit"} <= set(told["times"]) <= {"compile", *told["times"]}
    )


def test_a_mixed_set_is_told(run, tmp_path):
    folder, _ = run
    for file in (folder / "out").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    model = tmp_path / "model.thalweg"
    assert "belong to another model" not in thalweg("predict", model).stdout
    text = (tmp_path / "forecast.csv").read_text("utf-8")
    (tmp_path / "forecast.csv").write_text(re.sub("sha256:.{16}", "sha256:0123456789abcdef", text), "utf-8")
    told = " ".join(thalweg("predict", model).stdout.split())
    assert "belong to another model: forecast.csv" in told
    (note,) = json.loads(thalweg("predict", model, "--json").stdout)["notes"]
    assert "forecast.csv" in note


def test_the_keys_of_predict(run):
    folder, _ = run
    model = folder / "out" / "model.thalweg"
    for more in ((), (folder / "newer.csv",)):
        done = thalweg("predict", model, *more, "--json")
        assert done.exit_code == 0, done.output
        told = json.loads(done.stdout)
        wanted = [path for path in listed("`thalweg predict --json`") if more or not path.startswith("recent.")]
        assert paths(told) == wanted
        assert told["version"] == 1


@pytest.mark.slow
def test_the_keys_and_columns_of_a_backtest(run, tmp_path):
    folder, _ = run
    words = ("--windows", 5, "--step", 7, "--horizon", 7, "--rungs", "mean of 3 × 7 back", "--out", tmp_path / "tried")
    done = thalweg("backtest", folder / "channel.csv", *words, "--json")
    assert done.exit_code == 0, done.output
    assert listed("`thalweg backtest --json`") == paths(json.loads(done.stdout))
    written = csv.DictReader(io.StringIO((tmp_path / "tried" / "backtest.csv").read_text("utf-8")))
    names = [name.replace("MODEL", "copy yesterday") for name in listed("`backtest.csv`")]
    assert list(written.fieldnames or [])[: len(names)] == names


def test_the_keys_and_columns_of_anomalies(run, tmp_path):
    folder, _ = run
    labels = tmp_path / "labels.json"
    labels.write_text('{"made/channel.csv": [["2019-09-01", "2030-01-01"]]}', "utf-8")
    done = thalweg("anomalies", folder / "channel.csv", "--labels", labels, "--out", tmp_path / "unusual", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["anomalies"]
    assert listed("`thalweg anomalies --json`") == paths(told)
    written = csv.DictReader(io.StringIO((tmp_path / "unusual" / "anomalies.csv").read_text("utf-8")))
    assert list(written.fieldnames or []) == listed("`anomalies.csv`") == list(told["anomalies"][0])


@pytest.mark.slow
@pytest.mark.parametrize(("view", "words"), [(None, ["error"]), ("rates", ["surface", "rates"])])
def test_the_keys_of_look(view, words):
    done = thalweg("look", *words, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    wanted = [path for path in listed("`thalweg look NAME --json`") if view or path != "view"]
    assert paths(told) == wanted
    assert told["version"] == 1
    assert (told["look"], told.get("view")) == (words[0], view)


@pytest.mark.parametrize("name", ["forecast.csv", "ladder.csv"])
def test_the_columns_of_a_file(run, name):
    folder, _ = run
    head, *rows = csv.reader(io.StringIO((folder / "out" / name).read_text("utf-8")))
    assert head == listed(f"`{name}`")
    assert rows
    assert {path.name for path in (folder / "out").iterdir()} == {
        "forecast.csv",
        "ladder.csv",
        "model.thalweg",
        "report.html",
    }


def test_the_keys_of_a_ladder(tmp_path):
    file = tmp_path / "mine.toml"
    keys = listed("The ladder's TOML file")
    assert keys == list(LADDER_VALUES)
    for key, value in LADDER_VALUES.items():
        file.write_text(f"{key} = {value}\n[[rung]]\n", "utf-8")
        ladder_from_toml(file)
        if key != "mean":
            file.write_text(f"[[rung]]\n{key} = {value}\n", "utf-8")
            ladder_from_toml(file)
    file.write_text("[[rung]]\nnothing = 1\n", "utf-8")
    with pytest.raises(InputError) as refused:
        ladder_from_toml(file)
    told = set(re.findall(r"[a-z_]+", str(refused.value)))
    assert {key for key in keys if key != "mean"} <= told


def test_the_model_file(run):
    folder, _ = run
    for file in (folder / "out" / "model.thalweg", OLD_MODEL):
        with safe_open(file, framework="numpy") as opened:
            metadata, names = opened.metadata(), set(opened.keys())
        assert list(metadata) == ["thalweg"]
        description = json.loads(metadata["thalweg"])
        later = {"plan", "levels", "low_residual", "holidays", "frequency", "limits", "shared", "baselines"}
        later |= {"began", "lineage", "team", "asked", "whole", "sums"}
        left_out = {"events", "columns", "trained_on"} | (
            later if file == OLD_MODEL else {"strategy"}
        )  # these models have none
        assert list(description) == [key for key in listed("The model file") if key not in left_out]
        assert description["version"] == 1
        assert list(description["days"]) == ["start", "name", "source", "simulated"] + ["differenced"] * (
            file != OLD_MODEL
        )
        for member in description["daily"]:
            assert set(member) in ({"rung"}, {"rung", "scale", "widths"})
        assert {re.sub(r"\.\d+(?=\.|$)", ".N", name) if name != "sha256" else name for name in names} <= set(
            listed("The model file", 1)
        )


def test_a_model_of_version_1_loads_and_forecasts_as_it_did():
    """It was made by the first release's code, of 400 days of the simulated channel: networks, a line and a copy."""
    model = load(OLD_MODEL)
    forecast = model.predict()
    assert (model.chosen, str(model.last_day), str(forecast.dates[0])) == ("mean of 3", "2020-02-04", "2020-02-05")
    assert isinstance(model.made, dt.date)
    wanted = {
        "mean": [970.80466, 894.36295, 706.98880, 652.31404, 875.21509, 931.32415, 978.58408],
        "low80": [890.11757, 789.63209, 599.13211, 546.54120, 728.65919, 747.38459, 805.21583],
        "high95": [1703.66489, 1225.49596, 1058.44490, 1049.20025, 1488.69528, 1647.79196, 1808.13928],
    }
    for name, values in wanted.items():
        np.testing.assert_allclose(getattr(forecast, name), values, rtol=1e-4)


def test_the_public_names_of_the_package():
    import thalweg as package  # noqa: PLC0415 - the command line of this file has its name

    assert sorted(f"thalweg.{name}" for name in dir(package)) == sorted(listed("Python"))
    for name in dir(package):
        assert getattr(package, name) is not None


@pytest.mark.parametrize("module", ["thalweg.learn", "thalweg.adapters.sklearn", "thalweg.adapters.onnx"])
def test_the_public_names_of_a_module(module):
    text = (ROOT / "docs" / "contract.md").read_text("utf-8")
    section = text.partition(f"### `{module}`\n")[2].partition("\n#")[0]
    names = re.findall(r"`(\w+)`", section)
    assert sorted(names) == sorted(import_module(module).__all__)


@pytest.mark.parametrize(("place", "estimator"), [(1, NetworkRegressor), (2, NetworkClassifier)])
def test_the_parameters_of_an_estimator(place, estimator):
    (rows,) = [rows for title, _, rows in tables() if title == "Parameters of the estimators"]
    told = {row[0].strip("`"): row[place].strip("`") for row in rows if row[place] != "–"}
    real = {name: repr(each.default) for name, each in inspect.signature(estimator).parameters.items()}
    assert told == real
    assert set(estimator().get_params()) == set(real)


def test_both_languages_list_the_same():
    english, chinese = tables(), tables("zh")
    assert len(english) == len(chinese)
    for (_, ours, rows), (_, theirs, lines) in zip(english, chinese, strict=True):
        assert len(ours) == len(theirs)
        assert [row[0] for row in rows] == [line[0] for line in lines]
    quoted = [
        re.findall(r"`([^`]+)`", re.sub(r"(?m)^\|.*$", "", (ROOT / "docs" / name).read_text("utf-8")))
        for name in ("contract.md", "contract.zh.md")
    ]
    assert sorted(quoted[0]) == sorted(quoted[1])
