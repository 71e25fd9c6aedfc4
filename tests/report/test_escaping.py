"""Text of a user's stays text: no template writes it as HTML, whatever a column, a file or a rung is called."""

import re
from dataclasses import replace
from importlib.resources import files

import pytest

from support.findings_builder import build_findings, simulated_series
from support.page_reader import PageReader
from thalweg.api.notebook import findings_html, illustration_html
from thalweg.api.picture import look
from thalweg.messages import Message
from thalweg.report.html import scripts, template
from thalweg.report.page import page
from thalweg.report.picture import rendered

HOSTILE = """<script>alert("views")</script><img src=x onerror='alert(1)'>"""
TEMPLATES = sorted(file.name for file in files("thalweg.report").iterdir() if file.name.endswith(".jinja"))
SAFE = {"font", "style", "script.text", "picture.spec", "series_data"}  # our own text, or JSON without a "<"


@pytest.fixture(scope="module")
def hostile():
    findings = build_findings(name=HOSTILE, verdict=(Message("report.in_units", {"name": HOSTILE}),))
    ladder = (*findings.ladder[:-1], replace(findings.ladder[-1], rung=HOSTILE, members=(HOSTILE,)))
    miss = replace(findings.misses[0], holiday=HOSTILE, others={HOSTILE: 1.0})
    return replace(
        findings, ladder=ladder, chosen=HOSTILE, misses=(miss,), country=HOSTILE, settings={HOSTILE: HOSTILE}
    )


def test_every_template_is_rendered_with_autoescape():
    assert {"page.html.jinja", "picture.html.jinja", "findings.html.jinja", "illustration.html.jinja"} <= set(TEMPLATES)
    for name in TEMPLATES:
        assert template(name).environment.autoescape is True
        marked = re.findall(r"\{\{\s*([\w.]+)\s*\|\s*safe", files("thalweg.report").joinpath(name).read_text("utf-8"))
        assert set(marked) <= SAFE, name
        assert "autoescape" not in files("thalweg.report").joinpath(name).read_text("utf-8")


def check(text, *, scripts_of_ours):
    text = text.replace(scripts(), "")
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    reader = PageReader(text)
    assert len(reader.all("script")) == scripts_of_ours
    assert not [attributes for _, attributes in reader.tags if any(name.startswith("on") for name in attributes)]
    return reader


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_shows_hostile_names_as_text(hostile, language):
    plain = PageReader(page(replace(build_findings(), chosen="copy last week"), language).replace(scripts(), ""))
    reader = check(page(hostile, language), scripts_of_ours=len(plain.all("script")))
    assert HOSTILE in " ".join(reader.words)
    titles = [spec for spec in reader.specs if "alert" in str(spec)]
    assert titles


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_notebook_shows_hostile_names_as_text(hostile, language):
    reader = check(findings_html(hostile, language), scripts_of_ours=0)
    assert HOSTILE in " ".join(reader.words)


@pytest.mark.parametrize("name", ["error", "lags"])
def test_a_picture_s_page_and_face_show_hostile_names_as_text(name):
    made = look(name, replace(simulated_series(300), name=HOSTILE)).illustration
    reader = check(rendered(made, ".html").decode(), scripts_of_ours=3)
    assert HOSTILE in " ".join(reader.words)
    face = check(illustration_html(made), scripts_of_ours=0)
    assert HOSTILE in " ".join(face.words)
