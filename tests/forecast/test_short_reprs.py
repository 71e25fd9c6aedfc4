"""Records are shown as one short line in a Python session."""

import numpy as np

import thalweg
from support.findings_builder import build_findings
from thalweg.series.series import Series


def test_a_series_is_shown_in_one_line():
    series = Series(np.datetime64("2022-01-01"), np.arange(400.0), np.ones(400, dtype=bool), "v", "views.csv")
    assert repr(series) == "<Series 'v' of views.csv: 400 days, 2022-01-01 to 2023-02-04>"


def test_findings_and_forecasts_are_shown_in_one_line():
    findings = build_findings(horizon=28)
    assert repr(findings) == "<Findings for 'views': 15 rungs, chosen 'mean of 3'>"
    assert repr(findings.forecast) == "<Forecast of 28 days, 2021-02-10 to 2021-03-09>"


def test_a_model_is_shown_in_one_line():
    found = thalweg.fit(thalweg.sample(days=150), ladder="quick", horizon=3, threads=1)
    shown = repr(found.model)
    assert shown.startswith(f"<Model {found.model.chosen!r} for 'simulated views': 3 days after 2019-05-30, made 20")
    assert "\n" not in shown
