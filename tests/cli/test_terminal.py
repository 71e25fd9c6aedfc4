"""What the terminal tells of findings: narrow windows, wide numbers, decimals, misses, steps, days long past."""

import io
import re
from dataclasses import replace

import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console

from support.findings_builder import HYPERPARAMETERS, build_findings
from thalweg.charts.numbers import estimate_decimals, past, value_decimals
from thalweg.cli.table import ladder_table
from thalweg.cli.terminal import print_findings, print_first_day
from thalweg.cli.wrap import broken
from thalweg.forecast.result import Miss
from thalweg.messages import Message, catalogue
from thalweg.series.frequency.dates import date_range, days_after


def shown(translate, width=80):
    out = io.StringIO()
    translate(Console(file=out, width=width, markup=False, highlight=False, emoji=False))
    return out.getvalue()


def table(findings, width):
    translate = catalogue()
    return shown(
        lambda console: console.print(ladder_table(console, findings.ladder, translate, findings.chosen)), width
    )


def told(findings, language="en", width=80):
    return shown(lambda console: print_findings(console, findings, catalogue(language)), width)


@pytest.mark.parametrize(("scale", "width"), [(1, 80), (1, 60), (1e9, 80), (1e9, 60), (1e5, 60)])
def test_rungs_keep_their_names_and_losses_however_narrow(scale, width):
    findings = build_findings(scale=scale)
    text = table(findings, width)
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width
    for line in findings.ladder:
        assert f" {line.rung} " in text
    assert len(text.splitlines()) == len(findings.ladder) + 2


def test_the_time_is_left_out_first_and_then_the_days_looked_back():
    findings = build_findings()
    heads = [table(findings, width).splitlines()[0].split() for width in (80, 71, 62)]
    assert heads[0][-1] == "time"
    assert heads[1][-1] == heads[2][-1] == "L′"
    assert "back" in heads[1]
    assert "back" not in heads[2]


@pytest.mark.parametrize(
    ("values", "own", "estimated"),
    [
        ([10.0] * 30, 0, 0),
        ([1089.0, 1090.0, 1100.0], 0, 0),
        ([0.0, 1.0, 3.0], 0, 1),
        ([10.25, 10.5, 10.75], 2, 2),
        ([10.25] * 3, 1, 1),
        ([100.123456789, 221.987654321, 150.5], 1, 1),
        ([0.1 + 0.2, 0.4, 0.5], 1, 1),
        ([0.0, 0.0], 0, 1),
    ],
)
def test_decimals_are_those_of_the_data(values, own, estimated):
    assert value_decimals(np.array(values)) == own
    assert estimate_decimals(np.array(values)) == estimated


def test_days_that_were_not_missed_are_not_told():
    findings = build_findings()
    date = findings.split.last
    hit, off = Miss(date, 10.0, 10.0), Miss(date, 12.0, 10.0)
    text = told(replace(findings, misses=(off, hit)))
    assert "12 came, 10 estimated" in text
    assert "10 came" not in text
    assert "Missed most" not in told(replace(findings, misses=(hit,)))


def test_the_losses_by_days_ahead_end_at_the_horizon():
    text = " ".join(told(build_findings(horizon=60)).split())
    assert re.findall(r"day (\d+): ", text) == ["1", "7", "14", "28", "60"]
    text = " ".join(told(build_findings(horizon=10)).split())
    assert re.findall(r"day (\d+): ", text) == ["1", "7", "10"]


def test_a_loss_of_a_handful_of_misses_is_not_told():
    findings = build_findings(days=400, missing=(), horizon=180)  # 50 days of validation, 100 of test
    text = " ".join(told(findings).split())
    assert re.findall(r"day (\d+): ", text) == ["1", "7", "14", "28", "141"]


def test_a_day_long_past_is_not_called_tomorrow():
    findings = build_findings()
    today = np.datetime64("today")
    dates = date_range(days_after(today, 1), 28)
    coming = replace(findings, forecast=replace(findings.forecast, dates=dates))
    assert shown(lambda console: print_first_day(console, coming, catalogue())).startswith("Tomorrow, ")
    text = shown(lambda console: print_first_day(console, findings, catalogue()))
    assert text.startswith("The day after the last, Wed 10 Feb 2021: 2,670 ")
    assert past(days_after(today, -2))
    assert not past(days_after(today, 2))


def test_chinese_has_its_own_marks_and_breaks_between_characters():
    left_out = Message("verdict.left_out", {"days": 150, "count": 12})
    text = told(build_findings(verdict=(left_out,)), "zh")
    assert "学习率：0.003；" in text
    assert not re.search("[\u4e00-\u9fff]: ", text)
    lines = text.splitlines()
    first = next(line for line in lines if line.startswith("训练数据只有"))
    assert 74 <= cell_len(first) <= 80
    assert not any(re.match("[，。：；、）]", line) for line in lines)


@pytest.mark.parametrize("width", [10, 24, 79])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_breaking_loses_nothing(language, width):
    for text in catalogue(language).templates.values():
        lines = broken(text, width)
        assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
        longest = max((cell_len(word) for word in text.split()), default=0)
        assert all(cell_len(line) <= max(width, longest) for line in lines)


def test_the_settings_stand_in_the_account():
    assert f"learning rate: {HYPERPARAMETERS['learning rate']}" in " ".join(told(build_findings()).split())
