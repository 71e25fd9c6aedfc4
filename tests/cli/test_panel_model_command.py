"""`predict`, `update` and `look why` with a model of many series: what is printed, what is written, how they end."""

import json
import re
import shutil
import subprocess

import numpy as np
import pytest

import thalweg as package
from thalweg.forecast.panel.global_network import Recipe

DAYS, MORE = 90, 6
SHOPS = ("Berlin", "Bern", "Rome")


def rows(shops, first, days, factor=1.0):
    """Return rows of a long table of some shops."""
    made = []
    for shop in shops:
        number = sum(map(ord, shop)) % 7
        dice = np.random.default_rng(number)
        wave = 50 + 30 * number + 10 * np.sin(np.arange(200) * 2 * np.pi / 7)
        values = np.round(factor * wave * dice.uniform(0.9, 1.1, 200), 1)
        dates = np.datetime64("2024-01-01") + np.arange(200).astype("timedelta64[D]")
        made += [f"{dates[at]},{shop},{values[at]}" for at in range(first, days)]
    return made


def written(path, *parts):
    path.write_text("\n".join(["day,shop,sold", *(row for part in parts for row in part)]) + "\n")
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder that `forecast --by` could have written, by a small network."""
    folder = tmp_path_factory.mktemp("many")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("thalweg.forecast.panel.run.recipe_of", lambda _: Recipe(hidden=(8,), seeds=2, epochs=1))
        panel = package.read_panel(written(folder / "old.csv", rows(SHOPS, 0, DAYS)), by=("shop",))
        package.fit_panel(panel, horizon=7, threads=1).save(folder / "shops")
    return folder / "shops"


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "shops")


@pytest.fixture(scope="module")
def newer(tmp_path_factory):
    return written(tmp_path_factory.mktemp("newer") / "newer.csv", rows((*SHOPS, "Oslo"), DAYS - 2, DAYS + MORE))


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """Berlin leaves a gap, Bern is another series, Rome is not there, Oslo is new."""
    path = tmp_path_factory.mktemp("odd") / "odd.csv"
    parts = (rows(["Berlin"], DAYS + 2, DAYS + 5), rows(["Bern"], DAYS - 3, DAYS + 5, 3.0), rows(["Oslo"], 80, DAYS))
    return written(path, *parts)


def test_the_command_forecasts_every_series(made, newer, command, tmp_path):
    out = tmp_path / "next.csv"
    ended = subprocess.run(
        [*command, "predict", made, newer, "--out", out], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    told = " ".join(ended.stdout.split())
    assert "The model of 3 series was made on" in told
    assert "forecast by the network over all series: Oslo." in told
    lines = out.read_text().splitlines()
    assert lines[0] == "unique_id,ds,thalweg,thalweg-lo-80,thalweg-hi-80,thalweg-lo-95,thalweg-hi-95"
    assert [line.split(",")[:2] for line in lines[1::7]] == [[shop, "2024-04-06"] for shop in (*SHOPS, "Oslo")]
    shown = {line.split()[0]: line for line in ended.stdout.splitlines() if "6 Apr 2024" in line}
    assert list(shown) == [*SHOPS, "Oslo"]
    for line in lines[1::7]:
        shop, _, mean, *_ = line.split(",")
        assert f"{float(mean):.1f}" in shown[shop]


def test_without_newer_values_it_repeats_what_the_fit_wrote(made, thalweg, tmp_path):
    assert thalweg("predict", made / "model.thalweg", "--out", tmp_path / "again.csv").exit_code == 0
    assert (tmp_path / "again.csv").read_bytes() == (made / "forecast.csv").read_bytes()
    for kind in ("parquet", "json"):
        out = tmp_path / f"again.{kind}"
        assert thalweg("predict", made, "--out", out).exit_code == 0
        assert len(package.read_panel(out, value="thalweg", by=("unique_id",), date="ds")) == 3


def test_one_series_alone(made, newer, thalweg):
    told = thalweg("predict", made, newer, "--series", "Rome", "--horizon", 2)
    assert told.exit_code == 0
    assert told.stdout.count("Apr 2024") == 2
    every = json.loads(thalweg("predict", made, newer, "--horizon", 2, "--json").stdout)
    alone = json.loads(thalweg("predict", made, newer, "--series", "Rome", "--horizon", 2, "--json").stdout)
    expected = [row for row in every["forecast"] if row["unique_id"] == "Rome"]
    assert [row["ds"] for row in alone["forecast"]] == ["2024-04-06", "2024-04-07"]
    assert [row["thalweg"] for row in alone["forecast"]] == pytest.approx(
        [row["thalweg"] for row in expected], rel=1e-6
    )
    assert every["new"] == ["Oslo"]
    assert every["model"]["series"] == 3


def test_with_names_the_newer_values_too(made, newer, thalweg):
    first, second = (thalweg("predict", made, *given, "--json").stdout for given in ((newer,), ("--with", newer)))
    assert json.loads(first) == json.loads(second)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_series_that_do_not_fit_are_named_and_the_exit_code_says_so(made, odd, thalweg, lang):
    told = thalweg("predict", made, odd, "--lang", lang)
    assert told.exit_code == 4
    found = json.loads(thalweg("predict", made, odd, "--lang", lang, "--json").stdout)
    assert [each["unique_id"] for each in found["refused"]] == ["Berlin", "Bern"]
    assert all(each["unique_id"] in each["why"] for each in found["refused"])
    assert {row["unique_id"] for row in found["forecast"]} == {"Rome", "Oslo"}
    text = told.stdout.replace("\n", "" if lang == "zh" else " ")
    assert "2024-04-02" in text, "the first of Berlin's new values"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--series", "rome"), "Near names: Rome"),
        (("--series", "Tokyo"), "the model has 3 series, and none is called that"),
        (("--horizon", 8), "1 to 7 days ahead"),
        (("--samples", "paths.csv"), "--samples is not used for many series yet"),
        (("--columns", "prophet"), "--columns is not used for many series yet"),
        (("--out", "next.txt"), "Give a name that ends in one of .csv, .parquet, .json"),
    ],
)
def test_what_cannot_be_served_is_told_in_a_sentence(made, thalweg, options, sentence):
    ended = thalweg("predict", made, *options)
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert sentence in " ".join(ended.stderr.split())


def test_a_last_date_that_is_not_complete_is_left_out_and_told(made, folder, thalweg, tmp_path):
    whole = rows(SHOPS, DAYS - 2, DAYS + MORE)
    running = [re.sub(r"^(2024-04-05,\w+),.*", r"\1,2.0", row) for row in whole]
    assert sum(row.endswith(",2.0") for row in running) == len(SHOPS)
    newer = written(tmp_path / "running.csv", running)
    told = " ".join(thalweg("predict", made, newer).stdout.split())
    assert "The last date, 2024-04-05, looks unfinished: its sum over 3 series is 6" in told
    assert "--keep-last keeps it." in told
    found = json.loads(thalweg("predict", made, newer, "--json").stdout)
    assert len([note for note in found["notes"] if "looks unfinished" in note]) == 1
    assert {row["ds"] for row in found["forecast"]} >= {"2024-04-05"}
    kept = json.loads(thalweg("predict", made, newer, "--keep-last", "--json").stdout)
    assert min(row["ds"] for row in kept["forecast"]) == "2024-04-06"
    assert not [note for note in kept["notes"] if "looks unfinished" in note]
    told = " ".join(thalweg("update", folder, newer).stdout.split())
    assert "looks unfinished" in told
    assert "has learned from 15 new values of 3 series" in told
    told = " ".join(thalweg("update", folder, newer, "--keep-last").stdout.split())
    assert "has learned from 3 new values of 3 series" in told


@pytest.mark.slow
def test_update_rewrites_the_files_together(folder, newer, command):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "totals.csv").write_text("level,key\n")  # of a fit that was asked for them
    ended = subprocess.run([*command, "update", folder, newer], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    told = " ".join(ended.stdout.split())
    assert "has learned from 26 new values of 4 series" in told
    assert "no longer the sums of these forecasts: totals.csv" in told
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    rewritten = {"model.thalweg", "forecast.csv", "forecast.parquet", "series.csv"}
    assert set(after) == set(before) == rewritten | {"report.html"}
    assert {name for name in before if after[name] != before[name]} == rewritten
    assert "report.html stay as the fit found them" in " ".join(ended.stdout.split())
    again = subprocess.run([*command, "predict", folder, "--json"], capture_output=True, text=True, check=True)
    forecast = json.loads(again.stdout)["forecast"]
    lines = (line.split(",") for line in after["forecast.csv"].decode().splitlines()[1:])
    assert [(row["unique_id"], row["ds"], f"{row['thalweg']:.10g}") for row in forecast] == [
        (*line[:2], line[2]) for line in lines
    ]
    table = {line.split(",")[0]: line.split(",") for line in after["series.csv"].decode().splitlines()}
    old = {line.split(",")[0]: line.split(",") for line in before["series.csv"].decode().splitlines()}
    at = {name: place for place, name in enumerate(table["unique_id"])}
    assert list(table) == ["unique_id", *SHOPS, "Oslo"]
    for shop in SHOPS:
        assert table[shop][at["last"]] == "2024-04-05"
        assert table[shop][at["values"]] == "96"
    assert [table["Oslo"][at[name]] for name in ("shop", "values", "test_mae")] == ["Oslo", "8", ""]
    whole = [shop for shop in SHOPS if len(old[shop]) == len(old["unique_id"])]  # no comma in what serves it
    assert all(table[shop][-5] == old[shop][-5] for shop in whole)


def test_update_elsewhere_leaves_the_folder_and_nothing_new_is_refused(folder, newer, odd, thalweg, tmp_path):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    out = tmp_path / "other.thalweg"
    ended = thalweg("update", folder, odd, "--out", out, "--json")
    assert ended.exit_code == 4
    found = json.loads(ended.stdout)
    assert (found["file"], found["new"], found["new_values"]) == (str(out), ["Oslo"], 10)
    assert [each["unique_id"] for each in found["refused"]] == ["Berlin", "Bern"]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert thalweg("update", folder, newer).exit_code == 0
    again = thalweg("update", folder, newer)
    assert again.exit_code == 2
    assert "nothing after 2024-04-05" in " ".join(again.stderr.split())


@pytest.mark.slow
def test_look_why_explains_a_series(made, command, tmp_path):
    out = tmp_path / "why.html"
    words = ["look", "why", made / "model.thalweg", "--series", "Bern", "--day", "2024-04-03", "--out", out]
    ended = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    told = " ".join(ended.stdout.split())
    assert told.startswith("Bern, Wed 3 Apr 2024:")
    assert "What forecasts this day of the series:" in told
    assert "3 days after the last value, that of Sun 31 Mar 2024" in told or "4 days after" in told
    assert b"Bern" in out.read_bytes()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_look_why_adds_up_to_what_predict_says(made, thalweg, lang):
    rows = json.loads(thalweg("predict", made, "--series", "Rome", "--json").stdout)["forecast"]
    for row in (rows[0], rows[-1]):
        words = ("look", "why", made / "model.thalweg", "--series", "Rome", "--day", row["ds"], "--lang", lang)
        (sums,) = json.loads(thalweg(*words, "--json").stdout)["tables"]["sums"]
        assert sums["in_float32"] == pytest.approx(row["thalweg"], rel=1e-6)
        assert sums["difference"] == pytest.approx(sums["of_days"] + sums["of_blocks"] + sums["remainder"])
        assert abs(sums["remainder"]) <= max(sums["allowed"], 1e-9)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("look", "why"), "This is a model of 3 series. Name the one to explain with --series Berlin"),
        (("look", "why", "--series", "Bernn"), "Near names: Bern"),
        (("look", "why", "--series", "Bern", "--day", "2025-01-01"), "can be explained from"),
        (
            ("look", "why", "--series", "Bern", "--layers", "5"),
            "A saved model is looked at as it is (a model of 3 series)",
        ),
        (
            (
                "look",
                "components",
            ),
            "look components cannot be made of a model of many series (3)",
        ),
        (("anomalies",), "is a model that thalweg saved"),
        (("forecast",), "is a model that thalweg saved"),
        (("backtest",), "is a model that thalweg saved"),
    ],
)
def test_what_cannot_be_made_of_it_is_told_in_one_sentence(made, thalweg, words, sentence):
    command = words[:2] if words[0] == "look" else words[:1]
    ended = thalweg(*command, made / "model.thalweg", *words[len(command) :])
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert sentence in " ".join(ended.stderr.split())


@pytest.mark.slow
def test_series_is_refused_where_there_is_one_alone(run, thalweg, channel):
    ended = thalweg("predict", run.folder / "model.thalweg", "--series", "x")
    assert ended.exit_code == 2
    assert "is a model of a single series; leave the option out" in " ".join(ended.stderr.split())
    for source in (run.folder / "model.thalweg", channel):
        ended = thalweg("look", "why", source, "--series", "x")
        assert ended.exit_code == 2
        assert "leave the option out" in " ".join(ended.stderr.split())
