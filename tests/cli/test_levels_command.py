"""`--level`, `--quantiles` and `--samples`: what was asked for stands in every output, and wrong ones write nothing."""

from __future__ import annotations

import csv
import json
import re

import numpy as np
import pytest

ASKED = ("--level", "50,80", "--quantiles", "0.1,0.5")
COLUMNS = ["date", "mean", "low50", "high50", "low80", "high80", "q0.1", "q0.5"]


@pytest.fixture(scope="module")
def asked(tmp_path_factory, thalweg):
    """A folder with the files of a run, and its JSON."""
    folder = tmp_path_factory.mktemp("asked")
    channel, ladder = folder / "channel.csv", folder / "one.toml"
    assert thalweg("sample", channel, "--days", 300).exit_code == 0
    ladder.write_text("days_back = 7\nseeds = 1\nepochs = 20\nmean = false\n[[rung]]\n")
    done = thalweg(
        "forecast", channel, "--ladder", ladder, "--out", folder / "out", "--samples", folder / "paths.csv",
        *ASKED, "--json",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return folder, json.loads(done.stdout)


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_every_output_has_the_columns_asked_for(asked, thalweg):
    folder, told = asked
    assert list(told["forecast"][0]) == COLUMNS
    assert list(rows_of(folder / "out" / "forecast.csv")[0]) == [*COLUMNS, "model"]
    assert {"80", "95", "50"} == set(told["coverage"])
    assert set(told["quantile_coverage"]) == {"0.1", "0.5"}
    assert {"low50", "high80", "q0.5"} <= set(told["totals"][0])
    again = json.loads(thalweg("predict", folder / "out", "--json").stdout)
    assert again["forecast"] == told["forecast"]
    assert again["totals"] == told["totals"]
    printed = " ".join(thalweg("predict", folder / "out").stdout.split())
    assert "50%" in printed
    assert "q0.1" in printed
    assert "95%" not in printed


def test_the_report_has_the_intervals_and_quantiles_asked_for(asked):
    folder, told = asked
    report = (folder / "out" / "report.html").read_text(encoding="utf-8")
    head = [cell.strip() for cell in re.findall(r"<th scope=\"col\"[^>]*>([^<]*)", report)][:6]
    assert head == ["Day", "Forecast", "50% interval", "80% interval", "q0.1", "q0.5"]
    first = told["forecast"][0]
    cells = re.findall(r"<td[^>]*>([^<]*)", report)[:5]
    ends = [f"{first[f'low{level}']:,.0f} to {first[f'high{level}']:,.0f}" for level in (50, 80)]
    assert [cell.strip() for cell in cells[1:3]] == ends
    assert [cell.strip() for cell in cells[3:]] == [f"{first[name]:,.0f}" for name in ("q0.1", "q0.5")]


def test_sums_are_told_in_both_languages_and_in_the_report(asked, thalweg):
    folder, told = asked
    week, month = told["totals"]
    assert (week["steps"], month["steps"]) == (7, 28)
    sentence = (
        f"The next 28 days: {month['mean']:,.0f} in all, 80% between {month['low80']:,.0f} and {month['high80']:,.0f}; "
        f"in the sealed test {100 * month['coverage']['80']:.0f}% of {month['sums']} such sums fell inside."
    )
    assert sentence in " ".join(thalweg("predict", folder / "out").stdout.split())
    report = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert sentence in report
    assert "The forecast column is a median" in report
    chinese = "".join(thalweg("predict", folder / "out", "--lang", "zh").stdout.split())
    assert f"未来28天：合计{month['mean']:,.0f}，80%在{month['low80']:,.0f}到{month['high80']:,.0f}之间" in chinese


def test_sample_paths_are_written(asked, thalweg):
    folder, told = asked
    rows = rows_of(folder / "paths.csv")
    assert len(rows) == 1000 * 28
    values = np.array([float(row["value"]) for row in rows]).reshape(1000, 28)
    assert [row["date"] for row in rows[:28]] == [row["date"] for row in told["forecast"]]
    assert (values == values.round()).all()
    assert values.sum(axis=1).mean() == pytest.approx(told["totals"][-1]["mean"])
    few = folder / "few.csv"
    assert thalweg("predict", folder / "out", "--horizon", 3, "--samples", few).exit_code == 0
    short = np.array([float(row["value"]) for row in rows_of(few)]).reshape(1000, 3)
    np.testing.assert_array_equal(short, values[:, :3])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--level", "50,x"), "--level 50,x: x is no number"),
        (("--level", "100"), "--level 100: 100 does not lie between 0 and 100"),
        (("--quantiles", "0.5,0.5"), "--quantiles 0.5,0.5: 0.5 stands there twice"),
        (("--samples", "paths.txt"), "Give a name that ends in .csv"),
        (("--samples", "nowhere/paths.csv"), "there is no folder nowhere"),
        (("--samples", "channel.csv"), "channel.csv is read or written here already"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(given, said, asked, thalweg, tmp_path, monkeypatch):
    folder, _ = asked
    monkeypatch.chdir(tmp_path)
    (tmp_path / "channel.csv").write_bytes((folder / "channel.csv").read_bytes())
    done = thalweg("forecast", "channel.csv", *given)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.split())
    assert [path.name for path in tmp_path.iterdir()] == ["channel.csv"]


def test_two_files_of_one_name_are_refused(asked, thalweg, tmp_path):
    folder, _ = asked
    same = tmp_path / "next.csv"
    done = thalweg("predict", folder / "out", "--out", same, "--samples", same)
    assert done.exit_code == 2
    assert "written here already" in " ".join(done.stderr.split())
    assert not same.exists()
