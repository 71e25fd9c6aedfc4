"""An article that is sold now and then, as a user types it: a rate, its sums, and why."""

import csv
import json
import re
import subprocess
import sys

import numpy as np
import pytest

from support.articles import article
from thalweg.series.frequency.dates import date_range

COMMAND = [sys.executable, "-c", "from thalweg.cli import main; main()"]
SOLD, DAYS = article(728, seed=14), 700  # with an ordinary month at the end: 10 where 11 may be expected


def ran(*arguments, cwd):
    done = subprocess.run([*COMMAND, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("article")
    dates = date_range(np.datetime64("2022-01-03"), len(SOLD)).astype(str)
    for name, count in (("sold.csv", DAYS), ("newer.csv", len(SOLD))):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("date", "sold"), *zip(dates[:count], SOLD[:count].astype(int), strict=True)])
    (folder / "small.toml").write_text("epochs = 100\nseeds = 1\n[[rung]]\ndays_back = 7\n", encoding="utf-8")
    return folder


@pytest.mark.slow
def test_an_article_with_four_fifths_of_zeros_gets_a_positive_rate(folder):
    assert np.mean(SOLD == 0) == pytest.approx(0.8, abs=0.03)
    told = json.loads(ran("forecast", "sold.csv", "--ladder", "small.toml", "--json", cwd=folder))
    mean = np.array([row["mean"] for row in told["forecast"]])
    came = SOLD[DAYS:].sum()
    assert (mean > 0).all()
    assert (mean < 1).all()
    assert mean.sum() == pytest.approx(came, rel=0.35)
    total = told["totals"][-1]
    assert total["low80"] <= came <= total["high80"]
    assert total["mean"] == pytest.approx(mean.sum(), rel=0.05)
    assert told["chosen"] in ("rate and size", "seasonal share 7")
    assert told["loss"] == "mse"
    assert told["settings"]["loss"] == "mae"
    line = {each["rung"]: each["scaled"] for each in told["ladder"]}
    assert told["mostly_zero"]["zero_line"]["sums"] > line[told["chosen"]]["sums"] > 0
    why = " ".join(told["verdict"])
    assert "mostly zero" in why
    assert "a rate" in why
    assert "A line of zeros has" in why
    for row in told["forecast"]:
        ends = [row[name] for name in ("low95", "low80", "high80", "high95")]
        assert ends == sorted(ends)
        assert all(end >= 0 and end == round(end) for end in ends)


@pytest.mark.slow
def test_its_page_its_model_and_its_update(folder):
    shown = ran("forecast", "sold.csv", "--ladder", "small.toml", "--out", "made", cwd=folder)
    assert "Single, sums: on validation" in shown
    assert "--loss mae still trains the networks" in shown
    first = shown.splitlines()[2]
    rate = float(first.partition(": ")[2].split(" ")[0])
    assert 0.05 < rate < 1, first  # two figures, and not 0
    assert re.search(r"The next 28 days: (\d\.\d\d|\d\d\.\d) in all", shown), "three figures of a sum"
    page = (folder / "made" / "report.html").read_text(encoding="utf-8")
    assert "The forecast column is a rate" in page
    assert "by copying" not in page
    told = json.loads(ran("predict", "made", "newer.csv", "--json", cwd=folder))
    assert all(0 < row["mean"] < 1 for row in told["forecast"])
    assert "The next 28 days" in ran("update", "made/model.thalweg", "newer.csv", cwd=folder)
    assert "estimate" in ran("look", "why", "made/model.thalweg", "--out", "why.json", cwd=folder)
    chinese = ran("forecast", "sold.csv", "--ladder", "small.toml", "--lang", "zh", "--out", "zh", cwd=folder)
    assert "大多为零" in chinese
    assert "\n▸ 频率与大小" in chinese or "\n▸ 周期份额 7" in chinese
