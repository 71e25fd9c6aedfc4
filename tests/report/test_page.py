"""The page: what it says, that it asks nothing of a network, that no name can break it, that a browser draws it."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
import vl_convert

from support.findings_builder import build_findings
from support.frequencies import WEEKLY
from support.page_reader import PageReader
from thalweg.charts.numbers import day
from thalweg.charts.steps import speaking
from thalweg.charts.style import VEGA_LITE
from thalweg.forecast.plan import one_way
from thalweg.forecast.ways import RECURSIVE
from thalweg.messages import Message, catalogue
from thalweg.report.page import page
from thalweg.report.tables import miss_table
from thalweg.series.frequency.dates import date_range, days_after
from thalweg.series.frequency.record import DAILY

PICTURES = ["forecast", "truth", "steps", "ladder", "descent", "series"]
HOSTILE = "<script>document.title='broken'</script>\"'&{{ 7777*7 }}</script><!--"


def test_it_states_everything(findings):
    text = PageReader(page(findings)).text
    assert "views: the 28 days after 9 Feb 2021" in text
    assert speaking("en", DAILY)(findings.verdict[0]) in text
    for line in findings.ladder:
        assert line.rung in text
        assert f"{line.validation:,.1f}" in text
        assert f"{line.test:,.1f}" in text
        assert f"{line.parameters:,}" in text
    assert "mean of 3 (2×100 relu 28 week, 3×100 relu 56 year, 3×100 relu 56) ◀ the choice" in text
    assert "L′ sealed test, not used to choose" in text
    assert "Sat 11 Apr 2020 2,450 3,307 −857 Lunar New Year's Eve" in text
    assert "Wed 10 Feb 2021 2,670 2,444 to 2,896 2,308 to 3,032" in text
    assert "295 / 365 80.8%" in text
    assert "learning rate 0.003 0.003 0.003" in text
    assert "43, 51, 40" in text
    assert "2017 to 9 Feb 2021, 1,500 days" in text
    assert "simulated for teaching" in text
    assert "1 min 11 s" in text


def test_misses_are_compared_with_and_without_a_calendar(findings):
    assert "with a calendar" not in PageReader(page(findings)).text
    others = {"3×100 relu 56": 2900.0, "3×100 relu 56 year": 2500.0}
    misses = (replace(findings.misses[0], others=others), *findings.misses[1:])
    text = PageReader(page(replace(findings, misses=misses))).text
    assert "By 3×100 relu 56 no calendar By 3×100 relu 56 year with a calendar" in text
    assert "2,450 3,307 −857 2,900 2,500 Lunar New Year's Eve" in text
    assert "fitted on training days alone" in text


def test_what_was_odd_and_a_short_split_are_stated():
    note = Message("note.delimiter", {"delimiter": "a semicolon"})
    findings = build_findings(days=400, missing=())
    findings = replace(findings, series=replace(findings.series, notes=(note,), simulated=False))
    text = PageReader(page(findings)).text
    assert catalogue()(note) in text
    assert speaking("en", DAILY)(findings.split.notes[0]) in text
    assert "Simulated" not in text


def test_it_asks_nothing_of_a_network(findings):
    text = page(findings)
    reader = PageReader(text)
    assert not reader.all("link")
    assert not reader.all("img")
    assert not reader.all("iframe")
    for tag, attributes in reader.tags:
        assert "src" not in attributes, tag
        assert attributes.get("href", "#").startswith("#"), tag
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL).group(1)
    assert "url(" not in style
    assert "@import" not in style
    (policy,) = (meta["content"] for meta in reader.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert not re.search(r"https?:|//", policy)
    for spec in reader.specs:
        assert '"url"' not in json.dumps(spec)


def test_the_scripts_stand_there_once_and_the_page_is_light(findings):
    text = page(findings)
    assert len(text.encode()) < 2_000_000
    assert text.count("window.vegaEmbed") == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_picture_compiles_and_can_be_read_aloud(findings, language):
    reader = PageReader(page(findings, language))
    assert len(reader.specs) == len(PICTURES)
    for spec in reader.specs:
        assert spec["width"] == "container"
        assert vl_convert.vegalite_to_vega(spec, vl_version=VEGA_LITE)["marks"]
    pictures = [tag for tag in reader.all("div") if tag.get("role") == "img"]
    assert [tag["id"] for tag in pictures] == [f"picture-{name}" for name in PICTURES]
    assert all(len(tag["aria-label"]) > 20 for tag in pictures)
    identities = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(identities) == len(set(identities))
    assert all(attributes.get("scope") in {"col", "row"} for attributes in reader.all("th"))


def test_the_chinese_page_is_chinese(findings):
    reader = PageReader(page(findings, "zh"))
    assert reader.all("html") == [{"lang": "zh-Hans"}]
    for term in (
        "损失",
        "梯度下降",
        "过拟合",
        "未知参数",
        "训练",
        "验证",
        "测试",
        "学习率",
        "批次",
        "神经元",
        "预测区间",
    ):
        assert term in reader.text
    assert "（除夕）" in reader.text
    english = set(re.findall(r"[A-Za-z]{3,}", reader.text))
    settings = {"relu", "adamw", "cosine", "mae", "full", "none", "dev", "epoch", "thalweg", "views", "csv"}
    assert not english - settings - {"JavaScript", "Shift"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_name_breaks_out_of_its_place(findings, language):
    plain = PageReader(page(findings, language))
    series = replace(findings.series, name=HOSTILE, source=HOSTILE)
    miss = replace(findings.misses[0], holiday=HOSTILE)
    ladder = (*findings.ladder[:-1], replace(findings.ladder[-1], rung=HOSTILE, members=()))
    hostile = replace(findings, series=series, misses=(miss,), ladder=ladder, chosen=HOSTILE, country=HOSTILE)
    reader = PageReader(page(hostile, language))
    assert len(reader.all("script")) == len(plain.all("script")) - 1  # a rung without a curve shows no descent
    assert HOSTILE in " ".join(reader.words)
    assert "54439" not in reader.text
    titles = {layer["encoding"]["y"].get("title") for layer in reader.specs[0]["layer"] if "y" in layer["encoding"]}
    assert HOSTILE in titles


def test_copying_is_described_as_copying(findings):
    text = page(replace(findings, chosen="copy last week", plan=one_way(RECURSIVE, 28)))
    reader = PageReader(text)
    assert 'id="picture-descent"' not in text
    assert "Copying has no unknowns" in reader.text
    assert "so the forecast copies" in reader.text
    assert "refitted" not in reader.text
    assert "learning rate" not in reader.text


def test_squared_losses_one_day_ahead_and_no_country():
    findings = build_findings(loss="mse", horizon=1, country="", misses=())
    text = PageReader(page(findings)).text
    assert "views: the day after 9 Feb 2021" in text
    assert "All 1 day" not in text
    assert "Mean squared error" in text
    assert "missed by" not in text
    assert "Holiday near it" not in text
    assert "The days missed most" not in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_that_is_read_later_speaks_of_dates_and_never_of_tomorrow(findings, language):
    dates = date_range(days_after(np.datetime64("today"), 1), 28)
    first = PageReader(page(replace(findings, forecast=replace(findings.forecast, dates=dates)), language))
    answer = first.text.partition(catalogue(language)("report.heading_believe"))[0]
    assert day(dates[0], language) in answer
    assert not re.search("[Tt]omorrow|明天", answer)


def test_the_answer_stands_first_and_the_hyperparameters_last(findings):
    text = PageReader(page(findings)).text
    parts = (
        "Wed 10 Feb 2021 2,670 views",
        "80% interval: 2,444 to 2,896",
        "Thu 11 Feb 2021",
        "How sure is it?",
        speaking("en", DAILY)(findings.verdict[0]),
        "Country of the holidays: China (CN)",
        "Why believe it",
        "How the function was found",
        "learning rate",
    )
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_the_lecture_is_folded_and_the_first_page_is_not(findings):
    reader = PageReader(page(findings))
    assert [fold["id"] for fold in reader.all("details") if fold.get("class") == "fold"] == [
        "believe",
        "found",
        "data",
        "again",
    ]
    assert not any("open" in fold for fold in reader.all("details"))
    before = page(findings).partition('<details class="fold"')[0]
    assert 'id="picture-forecast"' in before
    assert before.count("<tr>") == 1 + 7 + 1 + 28  # the first week, and folded below it all days


def test_the_command_can_be_pasted(findings):
    plain = PageReader(page(findings, command=("thalweg", "forecast", "views.csv", "--country", "TW")))
    assert "thalweg forecast views.csv --country TW" in plain.text
    assert "PowerShell" not in plain.text
    both = PageReader(page(findings, command=("thalweg", "forecast", "it's views.csv"))).text
    assert """On Linux and macOS thalweg forecast 'it'"'"'s views.csv'""" in both
    assert "On Windows (PowerShell) thalweg forecast 'it''s views.csv'" in both
    assert "pasted" not in PageReader(page(findings)).text


def test_holidays_and_rungs_of_the_chinese_page_are_chinese(findings):
    text = PageReader(page(findings, "zh")).text
    assert "（除夕）" in text  # 11 February 2021, in the forecast
    assert "−857 除夕" in text  # among the days missed most
    assert "3 个的平均（2×100 relu 28（含星期）、3×100 relu 56（含年）、3×100 relu 56）" in text
    assert not re.search("copy|linear|mean of|Lunar", text)
    for spec in PageReader(page(findings, "zh")).specs:
        assert not re.search("copy last|linear|mean of|Lunar", json.dumps(spec))


def test_a_holiday_without_a_chinese_name_is_told(findings):
    said = "没有中文名称的节日以英文列出"
    assert said not in PageReader(page(findings, "zh")).text
    misses = (replace(findings.misses[0], holiday="Founder's Feast"), *findings.misses[1:])
    assert said in PageReader(page(replace(findings, misses=misses), "zh")).text


def test_steps_have_the_words_of_their_frequency():
    findings = build_findings()
    text = PageReader(page(replace(findings, series=replace(findings.series, frequency=WEEKLY)))).text
    for words in ("views: the 28 weeks after", "1,500 weeks", "The last 90 weeks and the next 28", "Missed a week"):
        assert words in text


def test_days_that_were_not_missed_are_left_out(findings):
    hit = replace(findings.misses[0], prediction=findings.misses[0].target)
    assert "The days missed most" not in PageReader(page(replace(findings, misses=(hit,)))).text
    assert miss_table(replace(findings, misses=(hit, findings.misses[1]))).rows[0][0] == "Sat 29 Aug 2020"


def test_large_numbers_are_short_and_stand_small_in_their_tiles():
    text = page(build_findings(scale=1e9))
    assert "<strong>2.670e12 " in text
    assert '<strong class="wide">' in text
    assert "000,000,000" not in PageReader(text).text
    assert "<strong>26,700,000 " in page(build_findings(scale=1e4))
    assert "<strong>2,670 <small>views</small></strong>" in page(build_findings())


def test_small_numbers_keep_their_figures():
    text = PageReader(page(build_findings(scale=1e-4))).text
    assert "0.0152" in text
    assert "0.267" in text


def test_there_is_no_such_language(findings):
    with pytest.raises(ValueError, match="en, zh"):
        page(findings, "tlh")


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_browser_without_a_network_draws_every_picture(findings, language, browse):
    findings = replace(findings, series=replace(findings.series, name=HOSTILE))
    seen = browse(page(findings, language).replace("<details ", "<details open "))
    for name in PICTURES:
        drawn = re.search(rf'id="picture-{name}".*?</figure>', seen, re.DOTALL).group(0)
        assert 'class="marks"' in drawn
        assert drawn.count("<path") + drawn.count("<line") > 20
    assert "Error" not in PageReader(seen).text
    assert "<title>broken" not in seen


@pytest.mark.browser
def test_what_is_folded_is_drawn_when_its_fold_opens(findings, browse):
    seen = browse(page(findings), "#found")
    figures = {name: re.search(rf'id="picture-{name}".*?</figure>', seen, re.DOTALL).group(0) for name in PICTURES}
    drawn = {name: 'class="marks"' in figure for name, figure in figures.items()}
    assert drawn == {name: name in {"forecast", "ladder", "descent"} for name in PICTURES}
    width = re.search(r'<svg[^>]* width="(\d+)"', figures["ladder"]).group(1)
    assert int(width) > 500
