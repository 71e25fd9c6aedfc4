"""The verdict's sentences: the horizon that is served is judged, and there is no gain where there is none."""

from types import SimpleNamespace

import numpy as np
import pytest

from support.findings_builder import build_findings
from thalweg.forecast.verdict import verdict
from thalweg.messages import Message, catalogue
from thalweg.series.frequency.record import DAILY

FINDINGS = build_findings()


def sentences_for(steps, yesterday, last_week, loss="mae", *, chosen=None, language="en", undecided=None):
    """Return the verdict on losses of each step ahead."""
    calibration = SimpleNamespace(steps=np.atleast_1d(np.asarray(steps, float)), as_used=FINDINGS.as_used)
    copied = {
        name: np.broadcast_to(np.asarray(losses, float), calibration.steps.shape)
        for name, losses in (("copy yesterday", yesterday), ("copy last week", last_week))
    }
    line = next(line for line in FINDINGS.ladder if line.rung == (chosen or FINDINGS.chosen))
    made = verdict(line, calibration, copied, DAILY, loss, undecided=undecided, overfit=None, notes=[])
    return [catalogue(language)(said) for said in made]


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
    assert sentences[0].startswith("Copying is at least as good: ")
    assert "10% more than copy yesterday" in sentences[0]
    assert not any("better" in sentence for sentence in sentences)


def test_as_good_as_copying_is_no_minus():
    assert " 0% more than copy yesterday" in sentences_for(100.0, 100.0, 200.0)[0]


def test_squared_errors_are_called_so():
    first = sentences_for(12345.6, 40000.0, 30000.0, loss="mse")[0]
    assert "has a mean squared error of 12,346 on unseen days" in first
    assert "a day" not in first


def test_a_month_is_judged_where_a_month_is_served():
    steps = np.linspace(2000.0, 13956.0, 28)
    first, tomorrow, ahead, *_ = sentences_for(steps, np.linspace(3000, 16000, 28), 5650.0)
    assert first.startswith(
        "Copying is at least as good: mean of 3 was chosen on validation, but as used on the sealed"
    )
    assert "misses by 7,978 a day, on average over the 28 days ahead that are forecast" in first
    assert "41% more than copy last week (5,650). Do not rely on it" in first
    assert tomorrow == "One day ahead it misses by 2,000, and copy yesterday by 3,000."
    crossed = int(np.argmax(steps > 5650)) + 1
    assert ahead == (
        f"From {crossed} days ahead on, copy last week is better: 28 days ahead it misses by 5,650 and the choice by"
        " 13,956."
    )


def test_steps_at_which_copying_is_better_are_told_though_the_mean_is_not():
    steps, week = np.full(28, 100.0), np.full(28, 150.0)
    week[[3, 20]] = 90.0, 70.0
    first, _, ahead, *_ = sentences_for(steps, 400.0, week)
    assert "less than copy last week" in first
    assert ahead == (
        "At 2 of the 28 days ahead copy last week is better, most of all 21 days ahead: it misses by 70 and the choice"
        " by 100."
    )


@pytest.mark.parametrize("week", [90.0, 150.0])
def test_nothing_is_said_of_single_steps_where_all_are_alike(week):
    assert not any(
        "days ahead on" in said or "days ahead copy" in said for said in sentences_for([100.0] * 28, 400, week)
    )


def test_a_copy_that_another_copy_beats_says_so():
    first, other, *_ = sentences_for([90.0] * 28, 90.0, 60.0, chosen="copy yesterday")
    assert first.startswith(
        "Nothing beat copying on validation, so the forecast copies: copy yesterday. It misses by 90"
    )
    assert other == "Over the same days copy last week misses by less: 60."


def test_where_validation_could_not_choose_that_comes_first_and_is_not_contradicted():
    note = Message("verdict.rests_on_order", {"why": "all are alike", "rung": "copy yesterday"})
    first, second, *_ = sentences_for([90.0] * 28, 90.0, 160.0, chosen="copy yesterday", undecided=note)
    assert first.startswith("Neither validation nor training can tell the rungs apart: all are alike.")
    assert second.startswith("The forecast copies: copy yesterday. It misses by 90 a day")


@pytest.mark.parametrize("loss", ["mae", "mse"])
@pytest.mark.parametrize("chosen", ["mean of 3", "copy yesterday"])
def test_each_sentence_stands_in_chinese(loss, chosen):
    said = sentences_for(np.linspace(10, 300, 28), 90.0, 60.0, loss, chosen=chosen, language="zh")
    assert "28 天" in said[0]
    assert not any("{" in sentence or "verdict." in sentence for sentence in said)
