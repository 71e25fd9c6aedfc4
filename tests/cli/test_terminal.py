"""What the terminal tells of findings: narrow windows, wide numbers, decimals, misses, steps, days long past."""

import io
import re
from dataclasses import replace

import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console

from support.findings_builder import HYPERPARAMETERS, build_findings
from support.frequencies import WEEKLY
from thalweg.charts.numbers import estimate_decimals, value_decimals
from thalweg.cli.answer import forecast_table, print_answer
from thalweg.cli.table import ladder_table
from thalweg.cli.terminal import print_findings, print_recent
from thalweg.cli.wrap import broken
from thalweg.forecast.levels import Asked, Intervals
from thalweg.forecast.model import Recent
from thalweg.forecast.mostly_zero import Scaled
from thalweg.forecast.result import Miss
from thalweg.messages import Message, catalogue
from thalweg.series.frequency.dates import date_range, days_after
from thalweg.series.frequency.record import monthly, yearly


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


@pytest.mark.parametrize("width", [80, 72])
def test_the_columns_of_a_mostly_zero_series_cut_off_no_number(width):
    """They make the table wider: the longest names take two lines, and every figure stays whole."""
    findings = build_findings(scale=1e-4)
    long = "copy the same hour of last week + trend"
    ladder = [replace(line, scaled=Scaled(0.98765, 5.64321)) for line in findings.ladder]
    text = table(replace(findings, ladder=(replace(ladder[0], rung=long), *ladder[1:])), width)
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width
    assert text.count("0.988") == text.count("5.643") == len(ladder)
    first, second = text.splitlines()[2:4]
    assert f"{first.split('  ')[1]} {second.strip()}" == long
    assert second.startswith("  ")


def test_a_table_with_many_columns_becomes_narrower_and_breaks_no_date():
    findings = build_findings()
    levels = (50.0, 80.0, 95.0)
    sides = findings.forecast.intervals
    intervals = Intervals(levels, np.stack([sides.low[0], *sides.low]), np.stack([sides.high[0], *sides.high]))
    asked = replace(findings.forecast, intervals=intervals, asked=Asked(levels, (0.1, 0.9)))
    values = [f"{value:,.0f}" for value in asked.mean]
    beside = {"cli.forecast_first": values, "cli.forecast_difference": values}

    def printed(width, beside=None, names=()):
        return shown(
            lambda console: console.print(
                forecast_table(console, asked, findings.series, catalogue(), 7, names, beside=beside)
            ),
            width,
        ).splitlines()

    wide = printed(200, beside)
    assert wide[2].startswith("Wed 10 Feb 2021 ")
    small = len(wide[2]) - 8  # between nine columns are two cells in place of three
    assert printed(small, beside)[2].startswith("Wed 10 Feb 2021 ")
    assert len(printed(small, beside)[2]) == small
    assert printed(small - 1, beside)[2].startswith("Wed 10 Feb  ")
    assert {"q0.1", "q0.9"} <= set(printed(small - 5, beside)[0].split())
    narrow = printed(small - 6, beside)  # the quantiles are ends of the 80% interval
    assert not {"q0.1", "q0.9"} & set(narrow[0].split())
    assert len(narrow) == len(wide) == 2 + 7
    assert sum(line.startswith("Wed 10 Feb ") for line in printed(72, beside)) == 1
    named = printed(90, names=["", "a release and a campaign", *[""] * 5])
    assert f"{intervals.low[0, 0]:,.0f} to {intervals.high[0, 0]:,.0f}" in named[2], (
        "no number is broken for the sake of a name"
    )
    assert "a release and" in named[3]


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
    assert "actual 12, estimated 10" in text
    assert "actual 10" not in text
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
    assert "Loss by days ahead" in text
    few = replace(findings, split=replace(findings.split, train=345))  # of the test, 5 days are left
    assert "Loss by days ahead" not in " ".join(told(few).split())


def answered(findings, language="en", width=80):
    return shown(lambda console: print_answer(console, findings, catalogue(language)), width)


def ahead_of_today(findings, days):
    """The same findings, with a forecast that begins so many days after today."""
    dates = date_range(days_after(np.datetime64("today"), days), len(findings.forecast.dates))
    return replace(findings, forecast=replace(findings.forecast, dates=dates))


@pytest.mark.parametrize(("away", "word"), [(0, "Today, "), (1, "Tomorrow, "), (2, "The day after the last, ")])
def test_the_first_day_is_called_by_its_place_beside_today(away, word):
    assert answered(ahead_of_today(build_findings(), away)).lstrip().startswith(word)


def test_the_next_week_stands_in_the_answer_with_its_intervals_and_holidays():
    findings = build_findings()
    text = answered(findings)
    assert "The day after the last, Wed 10 Feb 2021: 2,670 views (80% interval: 2,444 to" in text
    rows = re.findall(
        r"^(\w{3} \d+ Feb 2021) +([\d,]+) +([\d,]+ to [\d,]+) +([\d,]+ to [\d,]+) *(.*?) *$", text, re.MULTILINE
    )
    assert len(rows) == findings.series.frequency.season
    assert rows[0] == ("Wed 10 Feb 2021", "2,670", "2,444 to 2,896", "2,308 to 3,032", "")
    assert rows[1][4].startswith("Lunar New")
    assert "All 28 days stand in forecast.csv and in report.html." in text
    assert "holiday" not in answered(replace(findings, country=""))
    assert "All" not in answered(build_findings(horizon=7))


def test_the_answer_in_chinese_breaks_no_date_and_translates_the_holidays():
    text = answered(build_findings(), "zh")
    assert len(re.findall(r"^2021年2月\d+日周. ", text, re.MULTILINE)) == 7
    assert "除夕" in text
    assert not re.search("[A-Za-z]{3,}", re.sub("forecast.csv|report.html|views", "", text))


@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_number_of_the_answer_is_cut_off(language, width):
    text = answered(build_findings(scale=1e4), language, width)
    assert "…" not in text
    assert max(map(cell_len, text.splitlines())) <= width
    assert "26,700,000" in text.replace("\n", "")


def test_steps_have_the_words_of_their_frequency():
    findings = build_findings(horizon=5)
    weekly = replace(findings, series=replace(findings.series, frequency=WEEKLY))
    assert "The week after the last, " in answered(weekly)
    assert "week 1: 149" in " ".join(told(weekly).split())
    assert "数据之后的第一周，" in answered(weekly, "zh")
    by_month = replace(
        findings, series=replace(findings.series, start=np.datetime64("2015-01-01"), frequency=monthly())
    )
    assert "数据之后的第一个月，" in answered(by_month, "zh"), "一月 is January"


def test_how_sure_comes_before_how_it_was_found_and_the_hyperparameters_last():
    text = told(build_findings(verdict=(Message("verdict.coverage", {"share80": 80, "share95": 95}),)))
    places = [text.index(part) for part in ("How sure", "80% interval", "How was it found", "Training: ", "▸", "Hyper")]
    assert places == sorted(places)


def test_whose_holidays_count_is_told():
    findings = build_findings()
    assert "Country of the holidays: China (CN). The choice knows them." in told(findings)
    copying = replace(findings, chosen="copy last week")
    assert "does not look at a calendar, so they do not count" in " ".join(told(copying).split())
    assert "No holidays count" in told(replace(copying, country=""))
    assert "only Christmas and New Year count; --country TW" in " ".join(
        told_to_command(replace(findings, country="")).split()
    )


def told_to_command(findings):
    translate = catalogue(command=True)
    return shown(lambda console: print_findings(console, findings, translate))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_rungs_have_names_in_the_reader_s_language(language):
    text = told(build_findings(), language)
    for name in ("linear 28", "mean of 3", "copy last week", "2×100 relu 28 week"):
        assert (name in text) is (language == "en")
    for name in ("线性 28", "3 个的平均", "照抄上周", "2×100 relu 28（含星期）"):
        assert (name in text) is (language == "zh")


def test_a_day_long_past_is_not_called_tomorrow():
    findings = build_findings()
    assert answered(findings).lstrip().startswith("The day after the last, Wed 10 Feb 2021: 2,670 ")


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


@pytest.mark.parametrize("worse", [False, True])
def test_a_single_new_value_is_told_in_the_singular(worse):
    recent = Recent(days=1, loss=3.0, expected=2.0, worse=worse)
    english = shown(lambda console: print_recent(console, recent, yearly(), catalogue()))
    chinese = shown(lambda console: print_recent(console, recent, yearly(), catalogue("zh")))
    assert english.startswith("On the last year its loss is 3.0")
    assert chinese.startswith("最近一年的损失为 3.0")


def test_it_is_told_that_shared_rungs_are_not_chosen():
    findings = build_findings()
    shared = replace(findings.ladder[-1], rung="2×64 relu 28 week shared", validation=1.0)
    legend = "Rungs named shared help to predict later days"
    assert legend not in " ".join(told(findings).split())
    assert legend in " ".join(told(replace(findings, ladder=(*findings.ladder, shared))).split())
    assert "名称带“共享”的梯级" in "".join(told(replace(findings, ladder=(*findings.ladder, shared)), "zh").split())
