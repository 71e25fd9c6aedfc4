"""What the report shows of the glass box, after a real fit: the choice explained, on the days that it forecasts."""

from dataclasses import replace

import numpy as np
import pytest

import thalweg
from support.findings_builder import simulated_series
from support.page_reader import PageReader
from thalweg.errors import InputError
from thalweg.forecast.ladder import Ladder
from thalweg.forecast.predictors.network import Rung
from thalweg.messages import Argument
from thalweg.report import insights as insights_module
from thalweg.report.insights import insights
from thalweg.report.page import page

NAMES = ["why", "shift", "lags", "surface"]
SMALL = Ladder("small", (Rung(7, seeds=1, epochs=30), Rung(14, hidden=(8,), known="week", seeds=1, epochs=30)))


@pytest.fixture(scope="module")
def result():
    return thalweg.fit(simulated_series(430, missing=(400, 401)), ladder=SMALL, horizon=2, threads=1)


def test_every_picture_is_of_this_fit(result):
    made, missing = insights(result.findings, result.model)
    assert list(made) == NAMES
    assert missing == []
    forecast, used = result.findings.forecast, result.findings.as_used
    assert f"{forecast.mean[0]:,.0f}" in made["why"].title
    at = (used.dates - result.findings.series.start).astype(int)
    before = np.where(at == 402, 399, at - 1)  # 400 and 401 are missing
    copying = np.abs(result.findings.series.values[before] - used.target).mean()
    assert copying == pytest.approx(result.findings.baselines["copy yesterday"], rel=1e-12)
    assert f"{used.test:,.0f}" in " ".join(made["shift"].sentences)
    assert f"{copying:,.0f}" in " ".join(made["shift"].sentences)
    assert "sealed days" in made["shift"].subtitle


@pytest.mark.parametrize("language", ["en", pytest.param("zh", marks=pytest.mark.slow)])
def test_the_report_shows_them_with_their_words_and_questions(result, language):
    text = page(result.findings, language, result.model)
    reader = PageReader(text)
    made, _ = insights(result.findings, result.model, language)
    drawn = {attributes["id"] for _, attributes in reader.tags if attributes.get("id", "").startswith("picture-")}
    assert {f"picture-{name}" for name in NAMES} <= drawn
    for illustration in made.values():
        assert illustration.title in reader.text
        for sentence in (*illustration.sentences, *(question for question, _ in illustration.questions())):
            assert " ".join(sentence.split()) in reader.text
    assert len(text.encode()) < 3_000_000


@pytest.mark.slow
def test_days_that_are_all_the_same_have_no_surface_and_the_page_says_so():
    flat = replace(simulated_series(60), values=np.full(60, 5.0))
    result = thalweg.fit(flat, ladder=SMALL, horizon=1, threads=1)
    made, missing = insights(result.findings, result.model)
    assert "why" in made
    assert [each.name for each in missing] == [name for name in NAMES if name not in made]
    (surface,) = [each for each in missing if each.name == "surface"]
    assert surface.reason.startswith("views.csv: all 30 training values hold 5")
    text = PageReader(page(result.findings, "en", result.model)).text
    assert surface.reason in text
    assert "One picture is missing here (the loss for every w and b" in text
    chinese = PageReader(page(result.findings, "zh", result.model)).text
    assert "这里缺一幅图" in chinese
    assert surface.reason not in chinese


@pytest.mark.slow
def test_a_short_series_still_shows_them_all():
    result = thalweg.fit(simulated_series(60), ladder=SMALL, horizon=1, threads=1)
    made, _ = insights(result.findings, result.model)
    assert list(made) == NAMES
    assert "<h1>" in page(result.findings, "en", result.model)


def raising(error):
    def study_of(*_, **__):
        raise error

    return study_of


@pytest.mark.parametrize(
    ("language", "reason"), [("en", "--loss rmse: choose one of mae, mse."), ("zh", "--loss rmse：")]
)
def test_the_page_states_which_pictures_are_missing_and_why(result, language, reason, monkeypatch):
    error = InputError("option.word", argument=Argument("loss", "rmse"), choices=("mae", "mse"))
    monkeypatch.setattr(insights_module, "study_of", raising(error))
    made, missing = insights(result.findings, result.model, language)
    assert list(made) == ["shift"]  # it is made of the findings alone
    assert [each.name for each in missing] == ["why", "lags", "surface"]
    assert all(each.reason.startswith(reason) for each in missing)
    text = page(result.findings, language, result.model)
    assert text.count('class="missing"') == 3
    assert all(each.reason in PageReader(text).text for each in missing)
    assert 'id="picture-shift"' in text
    assert 'id="picture-why"' not in text


@pytest.mark.parametrize("error", [ValueError("a mistake of ours"), FloatingPointError("likewise"), KeyError("loss")])
def test_a_mistake_of_ours_is_not_hidden(result, error, monkeypatch):
    monkeypatch.setattr(insights_module, "study_of", raising(error))
    with pytest.raises(type(error)):
        insights(result.findings, result.model)


@pytest.mark.browser
def test_a_browser_draws_the_whole_report(result, browse):
    document = browse(page(result.findings, "en", result.model).replace("<details ", "<details open "))
    assert "Error" not in PageReader(document).text
    for name in NAMES:
        assert 'class="marks"' in document.split(f'id="picture-{name}"')[1].split("</figure>")[0]
