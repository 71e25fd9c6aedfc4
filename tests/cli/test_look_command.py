"""`thalweg look`: the list, what it prints and writes, and what it refuses. Each picture's own tests are elsewhere."""

import contextlib
import csv
import io
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from thalweg.pictures import PICTURES


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@pytest.mark.parametrize(("language", "word"), [("en", "loss"), ("zh", "损失")])
def test_without_a_name_it_lists_the_pictures_a_line_each(thalweg, language, word):
    told = thalweg("look", "--lang", language)
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert [line.split()[0] for line in lines[: len(PICTURES)]] == list(PICTURES)
    assert word in told.stdout
    assert len(lines) == len(PICTURES) + 2


def test_a_wrong_name_is_refused_and_the_right_one_guessed(thalweg):
    told = thalweg("look", "eror")
    assert told.exit_code == 2
    assert "no picture 'eror'. Did you mean error?" in told.stderr
    assert told.stdout == ""


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_has_help_with_an_example(thalweg, name):
    told = thalweg("look", name, "--help")
    assert told.exit_code == 0
    assert f"thalweg look {name}" in " ".join(told.stdout.split())
    assert "--json" in told.stdout


def test_it_tells_what_is_seen_and_writes_a_page(thalweg, channel, folder):
    told = thalweg("look", "error", channel, "--days", 20)
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith("Each bar is a value's error e; their mean over 20 values is L = ")
    assert "\nWritten into channel-error.html\nThe page answers: Can a loss be negative?\n" in told.stdout
    assert max(map(len, told.stdout.splitlines())) <= 80
    page = (folder / "channel-error.html").read_text(encoding="utf-8")
    assert "Can a loss be negative?" in page
    again = thalweg("look", "error", channel, "--lang", "zh")  # our own page may be replaced
    assert again.exit_code == 0
    assert "损失可以是负的吗" in (folder / "channel-error.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("ending", "begin"), [("png", b"\x89PNG"), ("svg", b"<svg"), ("json", b'{"'), ("html", b"<!")])
def test_the_ending_says_what_is_written(thalweg, channel, folder, ending, begin):
    assert thalweg("look", "error", channel, "--out", f"seen.{ending}").exit_code == 0
    assert (folder / f"seen.{ending}").read_bytes().lstrip().startswith(begin)
    assert [path.name for path in folder.iterdir()] == [f"seen.{ending}"]


def test_json_and_csv_print_the_numbers_and_nothing_else(thalweg, channel, folder):
    options = ("look", "error", channel, "--days", 30)
    found = json.loads(thalweg(*options, "--json").stdout)
    assert found["look"] == "error"
    assert len(found["tables"]["days"]) == 30
    text = thalweg(*options, "--csv", "--table", "days").stdout
    table = list(csv.DictReader(io.StringIO(text)))
    for row, same in zip(table, found["tables"]["days"], strict=True):
        assert row["date"] == same["date"]
        for name in ("target", "prediction", "absolute", "squared"):
            assert float(row[name]) == pytest.approx(same[name], rel=1e-9)
    first = next(iter(found["tables"].values()))
    assert len(list(csv.DictReader(io.StringIO(thalweg(*options, "--csv").stdout)))) == len(first)
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--json", "--csv"], "Choose one of them"),
        (["--table", "days"], "Add --csv"),
        (["--csv", "--table", "day"], "there is no such table. Choose one of losses, days"),
        (["--out", "seen.gif"], "seen.gif ends in .gif"),
        (["--out", "seen"], "seen has no ending"),
        (["--out", "nowhere/seen.png"], "there is no folder nowhere"),
        (["--days", "1"], "--days 1: give a whole number from 2 to 366 steps"),
        (["--layers", "100,x"], "--layers 100,x: give from 1 to 50 whole numbers"),
        (["--days-back", "200"], "--days-back 200"),
    ],
)
def test_what_cannot_be_served_is_refused_with_a_sentence_and_nothing_written(thalweg, channel, folder, options, said):
    told = thalweg("look", "error", channel, *options)
    assert told.exit_code == 2
    assert said in told.stderr
    assert "Traceback" not in told.output
    assert not list(folder.iterdir())


def test_a_foreign_file_is_not_replaced_unless_named(thalweg, channel, folder):
    Path("channel-error.html").write_text("mine", encoding="utf-8")
    told = thalweg("look", "error", channel)
    assert told.exit_code == 2
    assert "not a page of thalweg's" in told.stderr
    assert (folder / "channel-error.html").read_text(encoding="utf-8") == "mine"
    assert thalweg("look", "error", channel, "--out", "channel-error.html").exit_code == 0


def test_a_saved_model_is_refused_where_a_picture_fits_anew(thalweg, run, folder):
    told = thalweg("look", "error", run.folder / "model.thalweg")
    assert told.exit_code == 2
    assert "a saved model holds too few days" in told.stderr
    assert not list(folder.iterdir())


def test_a_file_that_is_not_there_and_a_short_one(thalweg, folder):
    assert thalweg("look", "error", "nothing.csv").exit_code == 2
    assert thalweg("sample", "short.csv", "--days", 30).exit_code == 0
    told = thalweg("look", "error", "short.csv")
    assert told.exit_code == 2
    assert "At least 56" in told.stderr
    assert [path.name for path in folder.iterdir()] == ["short.csv"]


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent otherwise there")
@pytest.mark.slow
def test_an_interrupt_leaves_nothing_half_written(command, folder):
    slow = [*command, "look", "error", "--layers", "1000,1000,1000", "--days-back", "56"]
    with subprocess.Popen(
        slow,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        time.sleep(4)
        errors = ""
        # While a library loads, Python may drop an interrupt (in a callback of the collector); a person presses again.
        for _ in range(5):
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                _, errors = process.communicate(timeout=8)
                break
    assert process.returncode == 130
    assert "Interrupted; no file was left half-written." in errors
    assert not list(folder.iterdir())
