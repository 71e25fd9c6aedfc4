"""The table of how each block of steps ahead is predicted."""

from dataclasses import replace

import pytest

from support.findings_builder import build_findings
from support.page_reader import PageReader
from thalweg.forecast.plan import Block, Plan, one_way
from thalweg.report.page import page
from thalweg.report.ways import ways_in_words, ways_table


def test_a_row_for_each_block_with_what_it_missed_by_and_what_copying_missed_by():
    table = ways_table(build_findings(horizon=120))
    assert [name for name, _ in table.head][:2] == ["days ahead", "Predicted by"]
    assert table.rows == [
        ["1", "mean of 3 (fed its own forecasts)", "146", "–", "182"],
        ["2 – 7", "mean of 3 (fed its own forecasts)", "158", "179", "176"],
        [
            "8 – 28",
            "the mean of mean of 3 (fed its own forecasts), 64 relu 28 year shared",
            "171",
            "192",
            "155",
        ],
        ["29 – 91", "64 relu 28 year shared", "190", "197", "92"],
        ["92 – 365", "last year at its level", "–", "–", "–"],
    ]


def test_one_step_has_no_table():
    assert ways_table(build_findings(horizon=1)) is None
    findings = build_findings()
    assert ways_table(replace(findings, plan=one_way("recursive", 28))) is None


def test_the_page_shows_the_table_in_both_languages():
    findings = build_findings()
    english, chinese = (PageReader(page(findings, language)).text for language in ("en", "zh"))
    assert "How each step ahead is predicted" in english
    assert "8 – 28" in english
    assert "mean of 3 (fed its own forecasts)" in english
    assert "未来每一步怎样预测" in chinese
    assert "以自己的预测为输入" in chinese
    alone = PageReader(page(build_findings(horizon=1))).text
    assert "How each step ahead is predicted" not in alone


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_way_has_words(language):
    for way in ("recursive", "damped line", "last year at its level", "copy last year", "mean of 4 × 7 back"):
        told = ways_in_words(Block(2, 7, (way,)), "linear 28", language)
        assert told
        assert not told.startswith("report.")
        if language == "zh":
            assert not {"recursive", "damped", "year", "mean"} & set(told.split())


def test_a_name_in_a_plan_breaks_out_of_nothing():
    findings = build_findings()
    hostile = "<script>alert(1)</script>"
    first, *_ = findings.plan.blocks
    plan = Plan((first, Block(2, 28, (hostile,), 20, {hostile: 1.0})))
    assert hostile not in page(replace(findings, plan=plan))
