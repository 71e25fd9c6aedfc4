"""The loss of copying at each step ahead, by hand, and what the choice rests on where validation cannot tell."""

import numpy as np
import pytest

from support.small_searches import COPIES, SHORT, channel, search, series_of
from thalweg.forecast.ladder import Ladder, trends
from thalweg.messages import catalogue

ONLY_COPIES = Ladder("copies", (*COPIES, *trends()))


@pytest.mark.parametrize("loss", ["mae", "mse"])
def test_copying_the_same_weekday_by_hand(loss):
    series = channel(200, missing=(150, 171))
    findings, _ = search(series, ladder=ONLY_COPIES, horizon=28, loss=loss)
    values, sealed = series.values, findings.split.train + findings.split.validation

    def source(place):
        while not series.observed[place]:
            place -= 7
        return values[place]

    for step, weeks in ((1, 1), (7, 1), (8, 2), (28, 4)):
        days = [day for day in range(sealed, len(series)) if series.observed[day]]
        misses = [abs(values[day] - source(day - 7 * weeks)) for day in days]
        by_hand = np.mean([miss if loss == "mae" else miss**2 for miss in misses])
        assert findings.copied["copy last week"][step - 1] == pytest.approx(by_hand)
    for name, first in findings.baselines.items():
        assert findings.copied[name][0] == pytest.approx(first)


def test_the_copy_to_compare_with_is_the_best_over_all_steps_and_not_the_choice():
    findings, _ = search(channel(200), ladder=ONLY_COPIES, horizon=28)
    means = {name: losses.mean() for name, losses in findings.copied.items() if name != findings.chosen}
    assert findings.compared == min(means, key=means.get) != findings.chosen
    assert findings.served == pytest.approx(findings.steps.mean())


WEEK = np.array([1.0, 1.1, 1.2, 1.1, 1.0, 0.7, 0.6])
DAYS = np.arange(120)


@pytest.mark.parametrize(
    ("values", "rung", "basis", "told"),
    [
        (np.zeros(120), "copy yesterday", "order", "all 24 validation days have the value 0"),
        (np.full(120, 7.0), "copy yesterday", "order", "all 24 validation days have the value 7"),
        # What has not begun before the sealed test is mostly zero, and its rates come first.
        (np.where(DAYS < 90, 0, 1200 * WEEK[DAYS % 7]), "rate and size", "order", "have the value 0"),
        (np.where(DAYS < 60, 1000 * WEEK[DAYS % 7], 0), "copy last week", "training", "have the value 0"),
        (np.where(DAYS < 60, DAYS, 5.0), "copy last week + trend", "training", "have the value 5"),
    ],
)
def test_where_validation_is_constant_it_says_so_and_on_what_the_choice_rests(values, rung, basis, told):
    findings, _ = search(series_of(values), ladder=Ladder("lines", (*ONLY_COPIES.rungs, *SHORT.rungs[2:])), horizon=7)
    assert (findings.chosen, findings.rests_on) == (rung, basis)
    place = next(at for at, sentence in enumerate(findings.verdict) if sentence.key.startswith("verdict.rests_on"))
    first = catalogue()(findings.verdict[place])
    assert told in first
    assert first.endswith(f"{rung}.") if basis == "order" else f"{rung} has the least loss there" in first
    assert told.split()[-1] in catalogue("zh")(findings.verdict[place])
    assert place == 0 or findings.verdict[0].key.startswith("verdict.mostly_zero")


def test_rungs_that_are_all_alike_on_validation_are_told():
    values = 100.0 + DAYS % 2  # the two copies below miss alike: one copies 1 day back, one 3
    findings, _ = search(series_of(values), ladder=Ladder("odd", (COPIES[0],)), horizon=3)
    assert findings.rests_on == "order"
    assert "all have the same loss, 1" in catalogue()(findings.verdict[0])


def test_validation_that_can_tell_is_not_mentioned():
    findings, _ = search(channel(200), ladder=ONLY_COPIES, horizon=7)
    assert findings.rests_on == "validation"
    assert not any(sentence.key.startswith("verdict.rests_on") for sentence in findings.verdict)
