"""`--events`: a file of events through the whole command, as a shell runs it."""

import json
import re
import subprocess
from types import SimpleNamespace

import numpy as np
import pytest

from thalweg.series.frequency.dates import days_after

DAYS, START = 500, np.datetime64("2023-01-02")
RELEASES = [*sorted({int(at) * 5 for at in np.random.default_rng(3).integers(2, DAYS // 5 - 1, 45)}), DAYS + 2]
HOSTILE = "{0} <b>%s</b> release"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("events")
    values = 1000 + np.array([0, 40, 60, 50, 20, -120, -150])[np.arange(DAYS) % 7]
    values = values + np.random.default_rng(1).integers(-15, 16, DAYS)
    for at in RELEASES[:-1]:
        values[at] += 300
        values[at + 1] -= 100
    rows = [f"{days_after(START, at)},{value}" for at, value in enumerate(values)]
    (folder / "visits.csv").write_text("\n".join(["date,visits", *rows]) + "\n")
    lines = [f"{HOSTILE},{days_after(START, at)},0,1" for at in RELEASES]
    (folder / "events.csv").write_text("\n".join(["holiday,ds,lower_window,upper_window", *lines]) + "\n")
    return folder


def run(command, folder, *words):
    done = subprocess.run([*command, *map(str, words)], cwd=folder, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def forecast(files, command):
    options = ("--ladder", "quick", "--horizon", 7, "--threads", 2)
    told = run(command, files, "forecast", "visits.csv", "--events", "events.csv", *options, "--out", "told")
    assert told.returncode == 0, told.stderr
    plain = run(command, files, "forecast", "visits.csv", *options, "--out", "plain", "--json")
    return SimpleNamespace(text=told.stdout, plain=json.loads(plain.stdout))


def words(text):
    return " ".join(text.split())


@pytest.mark.slow
def test_it_tells_the_events_and_the_command_to_paste(forecast, files):
    assert "event or holiday" in forecast.text
    assert f"Events that count: {HOSTILE}. The choice knows them." in words(forecast.text)
    assert "--events events.csv" in forecast.text.splitlines()[-1]
    page = (files / "told" / "report.html").read_text(encoding="utf-8")
    assert "<b>%s</b> release" not in page, "a name is text"
    assert "{0} &lt;b&gt;%s&lt;/b&gt; release" in page


@pytest.mark.slow
def test_the_model_knows_the_events_to_come(forecast, files, command):
    done = run(command, files, "predict", "told", "--json")
    made = {row["date"]: row["mean"] for row in json.loads(done.stdout)["forecast"]}
    plain = {row["date"]: row["mean"] for row in forecast.plain["forecast"]}
    assert made[str(days_after(START, DAYS + 2))] - plain[str(days_after(START, DAYS + 2))] > 200
    assert made[str(days_after(START, DAYS + 3))] - plain[str(days_after(START, DAYS + 3))] < -50
    table = run(command, files, "predict", "told").stdout
    assert table.count("release") == 2, "its own day and the day after are named"
    (files / "later.csv").write_text(f"date,event\n{days_after(START, DAYS + 4)},{HOSTILE}\n")
    later = run(command, files, "predict", "told", "--events", "later.csv", "--json")
    assert later.returncode == 0, later.stderr
    moved = {row["date"]: row["mean"] for row in json.loads(later.stdout)["forecast"]}
    assert moved[str(days_after(START, DAYS + 4))] - made[str(days_after(START, DAYS + 4))] > 200
    assert moved[str(days_after(START, DAYS + 2))] - made[str(days_after(START, DAYS + 2))] < -200


@pytest.mark.slow
def test_why_names_an_event(files, command, forecast):
    last = days_after(START, RELEASES[-2])
    done = run(command, files, "look", "why", "told/model.thalweg", "--day", last)
    assert done.returncode == 0, done.stderr
    assert HOSTILE in words(done.stdout)
    assert forecast.text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("holiday,ds\nrelease,2023-02-30\n", r'row 2: "2023-02-30" in the column .ds. is no date'),
        ("holiday,ds,colour\nrelease,2023-02-03,red\n", "these columns are not known of events: colour"),
        ("holiday,ds\nrelease,2033-02-03\n", "no event falls on a day of the data, 2023-01-02 to 2024-05-15"),
        ("holiday,ds\nMonday,2023-02-03\n", "'Monday' already is a column of the calendar"),
        ("", "bad.csv is empty"),
        (None, "There is no file bad.csv"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_no_event_is_refused_before_anything_is_written(files, command, tmp_path, text, told, language):
    if text is not None:
        (tmp_path / "bad.csv").write_text(text)
    given = ("forecast", files / "visits.csv", "--events", "bad.csv", "--out", "out", "--lang", language)
    done = run(command, tmp_path, *given)
    assert done.returncode == 2
    assert done.stdout == ""
    assert not (tmp_path / "out").exists()
    assert "bad.csv" in done.stderr
    if language == "en":
        assert re.search(told, words(done.stderr)), done.stderr


@pytest.mark.slow
def test_predict_refuses_an_event_that_the_model_does_not_know(files, command, forecast):
    assert forecast.text
    (files / "other.csv").write_text(f"date,event\n{days_after(START, DAYS + 4)},sale\n")
    done = run(command, files, "predict", "told", "--events", "other.csv", "--out", "never.csv")
    assert done.returncode == 2
    assert "the model knows no event 'sale'" in words(done.stderr)
    done = run(command, files, "predict", "plain", "--events", "other.csv", "--out", "never.csv")
    assert done.returncode == 2
    assert "--events: this model was fitted without events" in words(done.stderr)
    assert not (files / "never.csv").exists()
