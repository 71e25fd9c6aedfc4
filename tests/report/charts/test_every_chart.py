"""What holds for all charts of the report: they draw, they say what is simulated, and no clock moves a day."""

import subprocess
import sys
from dataclasses import replace

import pytest
import vl_convert

from support.findings_builder import build_findings
from thalweg.charts.numbers import common_decimals, day, number
from thalweg.charts.steps import speaking
from thalweg.charts.style import VEGA_LITE
from thalweg.report.charts.descent import descent_chart
from thalweg.report.charts.forecast import forecast_chart
from thalweg.report.charts.ladder import ladder_chart
from thalweg.report.charts.series import series_chart
from thalweg.report.charts.steps import steps_chart
from thalweg.report.charts.truth import every, truth_chart
from thalweg.series.frequency.record import yearly

CHARTS = [descent_chart, forecast_chart, ladder_chart, series_chart, steps_chart, truth_chart]
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.__name__)
def test_it_draws_as_a_picture(chart, findings):
    png = vl_convert.vegalite_to_png(chart(findings).to_dict(), vl_version=VEGA_LITE)
    assert png.startswith(PNG)
    width, height = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
    assert width > 700
    assert height > 200
    assert len(png) > 10_000


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.__name__)
def test_simulated_days_are_called_simulated_and_real_ones_are_not(chart):
    for simulated in (True, False):
        findings = build_findings(simulated=simulated)
        assert ("simulated" in chart(findings).to_dict()["title"]["text"]) is simulated
        assert ("模拟" in chart(findings, "zh").to_dict()["title"]["text"]) is simulated


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.__name__)
def test_chinese_pictures_speak_chinese(chart, findings, draw):
    svg = draw(chart(findings, "zh"))
    assert "预测" in svg or "验证" in svg
    for english in ("interval", "training", "sealed", "forecast", "mean absolute error", "February", "Sunday"):
        assert english not in svg


def test_how_often_it_is_refitted_is_told_in_singular_and_plural():
    used = build_findings().as_used
    for language, once, often in (("en", "year", "30 years"), ("zh", "年", "隔 30 年")):
        translate = speaking(language, yearly())
        assert every(replace(used, refit_days=1), translate) == once
        assert every(used, translate) == often


DRAW = """
import sys; sys.path.insert(0, "tests")
import vl_convert
from support.findings_builder import build_findings
from thalweg.report.charts.truth import truth_chart
from thalweg.charts.style import VEGA_LITE
print(vl_convert.vegalite_to_svg(truth_chart(build_findings()).to_dict(), vl_version=VEGA_LITE))
"""


@pytest.mark.slow
def test_no_clock_moves_a_day(request):
    drawn = {
        subprocess.run(
            [sys.executable, "-c", DRAW],
            env={"TZ": zone, "PATH": "/usr/bin:/bin"},
            cwd=request.config.rootpath,
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for zone in ("Pacific/Honolulu", "Pacific/Auckland")
    }
    assert len(drawn) == 1
    assert "September" in drawn.pop()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (152.34, "152"), (98.46, "98.5"), (9.846, "9.85"), (0.012345, "0.0123"), (1234567.8, "1,234,568"),
        (-12.34, "−12.3"), (float("nan"), "–"), (float("inf"), "–"), (1e300, "1.000e300"), (-0.0, "0"),
        (1.3374e9, "1.337e9"), (-1.1824e12, "−1.182e12"), (999_999_999.0, "999,999,999"),
    ],
)  # fmt: skip
def test_numbers_show_three_figures_and_never_less_than_the_whole(value, text):
    assert number(value) == text


def test_a_column_of_numbers_lines_up():
    assert common_decimals([469.2, 74.0, 0.0, float("nan")]) == 1
    assert common_decimals([]) == 0
    assert number(469.25, 1) == "469.2"


def test_days_are_written_in_both_languages(findings):
    date = findings.series.dates[0]
    assert day(date) == "Mon 2 Jan 2017"
    assert day(date, "zh") == "2017年1月2日周一"
    assert day(date, "en", "report.day_short") == "2 Jan"
