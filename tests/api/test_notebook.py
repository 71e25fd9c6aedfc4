"""How results show themselves in a notebook: no script, and nothing from elsewhere."""

import base64
import re
from dataclasses import replace

import pytest

from thalweg.api.notebook import findings_html
from thalweg.charts.rungs import rung_name
from thalweg.messages import catalogue


@pytest.mark.parametrize("language", ["en", "zh"])
def test_verdict_table_and_picture(findings, language):
    fragment = findings_html(findings, language)
    translate = catalogue(language)
    assert translate(findings.verdict[0]) in fragment
    for line in findings.ladder:
        assert rung_name(line.rung, language) in fragment
    assert re.search(
        rf"<strong>{re.escape(rung_name('mean of 3', language))}.*{translate('report.mark_choice')}</strong>", fragment
    )
    assert translate("table.test_of") in fragment
    assert translate("report.simulated") in fragment
    (picture,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', fragment)
    drawn = base64.b64decode(picture).decode()
    assert drawn.startswith("<svg")
    assert translate("report.mark_forecast") in drawn


def test_it_runs_no_script_and_asks_nothing(findings):
    fragment = findings_html(findings)
    assert "<script" not in fragment
    assert not re.findall(r'(?:src|href)="(?!data:)', fragment)
    assert len(fragment) < 300_000


def test_names_are_escaped(findings):
    hostile = '<img src=x onerror="alert(1)">'
    ladder = (replace(findings.ladder[0], rung=hostile), *findings.ladder[1:])
    fragment = findings_html(replace(findings, series=replace(findings.series, name=hostile), ladder=ladder))
    assert hostile not in fragment
    assert "&lt;img src=x" in fragment
