"""What the report shows of the glass box, after a real fit: the choice explained, on the days that it forecasts."""

from dataclasses import replace

import numpy as np
import pytest
from test_page import Reader

import thalweg
from support.findings_builder import simulated_series
from thalweg.forecast.ladder import Ladder, Rung
from thalweg.report.insights import glass
from thalweg.report.page import page

LOOKS = ["why", "shift", "lags", "surface"]
SMALL = Ladder("small", (Rung(7, seeds=1, epochs=30), Rung(14, hidden=(8,), known="week", seeds=1, epochs=30)))


@pytest.fixture(scope="module")
def found():
    return thalweg.fit(simulated_series(430, missing=(400, 401)), ladder=SMALL, horizon=2, threads=1)


def test_every_look_is_of_this_fit(found):
    looks = glass(found.findings, found.model)
    assert list(looks) == LOOKS
    forecast, used = found.findings.forecast, found.findings.as_used
    assert f"{forecast.mean[0]:,.0f}" in looks["why"].title
    yesterday = np.array([found.findings.series.values[day - 1] for day in (used.dates - used.dates[0]).astype(int)
                          + int((used.dates[0] - found.findings.series.start).astype(int))])  # fmt: skip
    copying = np.abs(yesterday - used.target).mean()
    assert f"{used.test:,.0f}" in " ".join(looks["shift"].said)
    assert f"{copying:,.0f}" in " ".join(looks["shift"].said)
    assert "sealed days" in looks["shift"].subtitle


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_shows_them_with_their_words_and_questions(found, language):
    text = page(found.findings, language, found.model)
    reader = Reader(text)
    looks = glass(found.findings, found.model, language)
    drawn = {attributes["id"] for _, attributes in reader.tags if attributes.get("id", "").startswith("picture-")}
    assert {f"picture-{name}" for name in LOOKS} <= drawn
    for look in looks.values():
        assert look.title in reader.text
        for sentence in (*look.said, *(question for question, _ in look.questions())):
            assert " ".join(sentence.split()) in reader.text
    assert len(text.encode()) < 3_000_000


def test_a_report_is_written_whatever_the_days_are():
    days = simulated_series(60)
    flat = replace(days, values=np.full(60, 5.0))
    for series in (flat, days):
        found = thalweg.fit(series, ladder=SMALL, horizon=1, threads=1)
        looks = glass(found.findings, found.model)
        assert "why" in looks
        assert "<h1>" in page(found.findings, "en", found.model)
    assert list(looks) == LOOKS


def test_a_browser_draws_the_whole_report(found, browse):
    seen = browse(page(found.findings, "en", found.model))
    assert "Error" not in Reader(seen).text
    for name in LOOKS:
        assert 'class="marks"' in seen.split(f'id="picture-{name}"')[1].split("</figure>")[0]
