"""The verdict's sentences: numbers as people write them, and no gain where there is none."""

from dataclasses import replace

import pytest

from support.findings_builder import build_findings
from thalweg.forecast.verdict import verdict
from thalweg.messages import catalogue
from thalweg.series.frequency.record import DAILY


def sentences_for(test, yesterday, last_week, loss="mae"):
    findings = build_findings()
    used = replace(findings.as_used, test=test)
    baselines = {"copy yesterday": yesterday, "copy last week": last_week}
    return [catalogue()(said) for said in verdict(findings.choice, used, baselines, DAILY, loss, None, [])]


@pytest.mark.parametrize(
    ("test", "written"),
    [
        (0.0123456, "0.01235"),
        (135.64, "135.6"),
        (1470.4, "1,470"),
        (12345.6, "12,346"),
        (1.2345678e6, "1,234,568"),
        (1.5e26, "1.5e+26"),
    ],
)
def test_losses_are_written_as_people_write_them(test, written):
    first = sentences_for(test, 3 * test, 2 * test)[0]
    assert f"misses by {written} a day" in first
    assert "50% less than copy last week" in first


def test_last_week_is_named_beside_a_better_copy():
    better, week, *_ = sentences_for(50.0, 100.0, 200.0)
    assert "50% less than copy yesterday" in better
    assert "75% better" in week


def test_worse_than_both_copies_is_no_gain():
    sentences = sentences_for(110.0, 100.0, 105.0)
    assert "10% more than copy yesterday" in sentences[0]
    assert not any("better" in sentence for sentence in sentences)


def test_as_good_as_copying_is_no_minus():
    assert " 0% more than copy yesterday" in sentences_for(100.0, 100.0, 200.0)[0]


def test_squared_errors_are_called_so():
    first = sentences_for(12345.6, 40000.0, 30000.0, loss="mse")[0]
    assert "has a mean squared error of 12,346 on unseen days" in first
    assert "a day" not in first
