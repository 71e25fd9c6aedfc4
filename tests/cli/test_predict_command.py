"""`thalweg predict`: without training, from the model's own days or from newer ones."""

import datetime as dt
import json
import re

import pytest

LAST = dt.date(2019, 10, 27)  # of the channel's 300 days


@pytest.fixture(scope="module")
def longer(tmp_path_factory, thalweg):
    """The same channel, 20 days later."""
    file = tmp_path_factory.mktemp("newer") / "longer.csv"
    assert thalweg("sample", file, "--days", 320).exit_code == 0
    return file


def test_it_says_the_age_and_repeats_the_forecast(thalweg, run):
    told = thalweg("predict", run.folder / "model.thalweg")
    assert told.exit_code == 0
    assert re.search(r"was made on .+, (today|yesterday);", " ".join(told.stdout.split()))  # midnight may have passed
    assert "it has learned from days to Sun 27 Oct 2019" in " ".join(told.stdout.split())
    ended = (dt.datetime.now().astimezone().date() - LAST).days
    assert f"its values end {ended:,} days ago" in " ".join(told.stdout.split())
    assert told.stdout.count("Mon 28 Oct 2019") == 1, "the table tells it, and nothing repeats it"
    assert max(map(len, told.stdout.splitlines())) <= 80


def test_json_equals_what_forecast_wrote(thalweg, run):
    found = json.loads(thalweg("predict", run.folder / "model.thalweg", "--json").stdout)
    assert found["model"]["chosen"] == run.json["chosen"]
    assert found["model"]["last_day"] == LAST.isoformat()
    assert found["recent"] is None
    assert [row["date"] for row in found["forecast"]] == [row["date"] for row in run.json["forecast"]]
    for name in ("mean", "low80", "high80", "low95", "high95"):
        ours, theirs = ([row[name] for row in rows["forecast"]] for rows in (found, run.json))
        assert ours == pytest.approx(theirs, rel=1e-6)


def test_it_goes_on_from_newer_days_and_tells_how_it_did(thalweg, run, longer):
    found = json.loads(thalweg("predict", run.folder / "model.thalweg", longer, "--horizon", 3, "--json").stdout)
    assert [row["date"] for row in found["forecast"]] == ["2019-11-17", "2019-11-18", "2019-11-19"]
    assert found["recent"]["days"] == 20
    assert found["recent"]["loss"] > 0
    told = thalweg("predict", run.folder / "model.thalweg", longer)
    assert "On the last 20 days its loss is" in told.stdout
    wanted = "worse than it should" if found["recent"]["worse_than_expected"] else "as it should"
    assert wanted in " ".join(told.stdout.split())


def test_a_model_gone_bad_is_told(thalweg, run, longer, tmp_path):
    rows = longer.read_text().splitlines()
    bad = [f"{line.split(',')[0]},{9 * int(line.split(',')[1])}" for line in rows[301:]]
    file = tmp_path / "bad.csv"
    file.write_text("\n".join([*rows[:301], *bad]) + "\n")
    found = json.loads(thalweg("predict", run.folder / "model.thalweg", file, "--json").stdout)
    assert found["recent"]["worse_than_expected"] is True


def test_in_chinese(thalweg, run):
    told = thalweg("predict", run.folder / "model.thalweg", "--lang", "zh")
    assert "2019年10月28日周一" in told.stdout


@pytest.mark.parametrize("break_it", ["cut", "flip", "other", "absent"])
def test_a_model_file_that_is_not_whole_is_refused(thalweg, run, tmp_path, break_it):
    content = bytearray((run.folder / "model.thalweg").read_bytes())
    file = tmp_path / "model.thalweg"
    if break_it == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif break_it == "flip":
        content[len(content) // 2] ^= 0xFF
        file.write_bytes(content)
    elif break_it == "other":
        file.write_text("date,views\n2020-01-01,1\n")
    result = thalweg("predict", file)
    assert result.exit_code == 2
    assert "model.thalweg" in result.stderr
    assert result.stdout == ""


def test_days_the_model_cannot_go_on_from_are_refused(thalweg, run, tmp_path):
    file = tmp_path / "later.csv"
    file.write_text("date,simulated views\n" + "".join(f"2020-06-{day:02d},{100 + day}\n" for day in range(1, 31)))
    result = thalweg("predict", run.folder / "model.thalweg", file)
    assert result.exit_code == 2
    assert "gap" in result.stderr
    result = thalweg("predict", run.folder / "model.thalweg", "--horizon", 100)
    assert result.exit_code == 2
    assert "1 to 7" in result.stderr


def test_one_new_day_is_enough(thalweg, run, longer, tmp_path):
    """What is done each morning: yesterday's row, and tomorrow's number."""
    header, *rows = longer.read_text().splitlines()
    file = tmp_path / "yesterday.csv"
    file.write_text(f"{header}\n{rows[300]}\n")
    found = json.loads(
        thalweg("predict", run.folder / "model.thalweg", file, "--date-format", "%Y-%m-%d", "--json").stdout
    )
    assert found["forecast"][0]["date"] == "2019-10-29"
    assert found["recent"]["days"] == 1
    alone = thalweg("forecast", file, "--out", tmp_path / "out")
    assert alone.exit_code == 2
    assert "has one day only" in alone.stderr
