"""The score of the Numenta Anomaly Benchmark: its published expectations, and a plain oracle."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.errors import InputError
from thalweg.forecast.anomalies.nab import (
    WEIGHTS,
    Weights,
    best_score,
    probation,
    rows_of,
    scaled_sigmoid,
    score_at,
    sweep,
    windows_of,
)

PUBLISHED = Weights(found=1.1, false=0.11, missed=1.2)  # those of NAB's tests/unit/scorer_test.py
EARLIEST, MIDDLE = 0.9866142981514305, 0.8482836399575131  # scaled sigmoids that stand in that file


@pytest.mark.parametrize(
    ("flagged", "windows", "begin", "expected"),
    [
        ([0, 0, 0, 0, 0], [], 0, 0.0),
        ([0, 1, 0, 1, 0], [], 0, -2 * 0.11),
        ([0] * 7, [(1, 2), (4, 5)], 0, -2 * 1.2),
        ([0, 1, 0, 1, 0], [], 4, 0.0),
        ([0, 1, 0, 1, 0], [], 3, -0.11),
        ([0, 0, 1, 0, 0, 0, 0], [(1, 2)], 0, MIDDLE * 1.1 / EARLIEST),
        ([0, 0, 1, 0, 0, 0, 0], [(1, 2), (4, 5)], 0, MIDDLE * 1.1 / EARLIEST - 1.2),
        ([0, 0, 0, 0, 1, 0, 0], [(4, 5)], 0, 1.1),
        ([0, 0, 0, 0, 1, 1, 0], [(4, 5)], 0, 1.1),
        ([0, 0, 1, 0, 1, 0, 0], [(1, 2), (4, 5)], 0, MIDDLE * 1.1 / EARLIEST + 1.1),
    ],
)
def test_the_expectations_that_the_benchmark_publishes(flagged, windows, begin, expected):
    assert score_at(np.array(flagged, float), windows, 0.5, PUBLISHED, begin).raw == pytest.approx(expected, abs=1e-12)


def test_the_sigmoid_and_the_probationary_period_are_those_published():
    assert scaled_sigmoid(-1.0) == pytest.approx(0.98661, abs=5e-6)
    assert scaled_sigmoid(-0.5) == pytest.approx(0.84828, abs=5e-6)
    assert scaled_sigmoid(0.0) == 0.0
    assert scaled_sigmoid(1.0) == pytest.approx(-0.98661, abs=5e-6)
    assert scaled_sigmoid(3.0) == -1.0
    assert [probation(rows) for rows in (10, 4032, 5000, 22695)] == [1, 604, 750, 750]
    assert {
        "standard": Weights(1.0, 0.11, 1.0),
        "reward_low_FP_rate": Weights(1.0, 0.22, 1.0),
        "reward_low_FN_rate": Weights(1.0, 0.11, 2.0),
    } == WEIGHTS


def oracle(flagged, windows, weights):
    """Return the score as Lavin and Ahmad (2015) define it, row by row, and how many rows were false."""
    total, false = 0.0, 0
    begin = min(int(0.15 * len(flagged)), 750)
    for start, last in windows:
        if last < begin:
            continue
        gains = [
            (2 / (1 + math.exp(-5 * (last - row + 1) / (last - start + 1))) - 1) / (2 / (1 + math.exp(-5)) - 1)
            for row in range(max(start, begin), last + 1)
            if flagged[row]
        ]
        total += weights.found * max(gains) if gains else -weights.missed
    for row in range(begin, len(flagged)):
        if not flagged[row] or any(start <= row <= last for start, last in windows):
            continue
        false += 1
        ended = [(last, start) for start, last in windows if last < row]
        if not ended:
            total -= weights.false
            continue
        last, start = max(ended)
        away = (row - last) / max(last - start, 1)
        total -= weights.false * (1.0 if away >= 3 else 1 - 2 / (1 + math.exp(5 * away)))
    return total, false


@st.composite
def detections(draw):
    rows = draw(st.integers(20, 120))
    scores = draw(st.lists(st.sampled_from([0.0, 0.2, 0.9, 1.5, 4.0]), min_size=rows, max_size=rows))
    edges = sorted(draw(st.sets(st.integers(0, rows - 1), min_size=2, max_size=6)))
    return np.array(scores), list(zip(edges[::2], edges[1::2], strict=False))


@given(detections(), st.sampled_from(list(WEIGHTS)))
def test_every_threshold_scores_as_the_plain_definition_does(made, profile):
    scores, windows = made
    weights = WEIGHTS[profile]
    found = sweep(scores, rows_of(len(scores), windows, weights), weights)
    for one in found:
        raw, false = oracle(scores >= one.threshold, windows, weights)
        assert one.raw == pytest.approx(raw, abs=1e-9)
        assert one.false == false
        assert score_at(scores, windows, one.threshold, weights).raw == one.raw
    assert best_score(scores, windows, weights).raw == max(one.raw for one in found)


def test_nothing_flagged_is_0_and_each_window_at_once_is_100():
    windows = [(40, 49), (70, 89)]
    for weights in WEIGHTS.values():
        assert score_at(np.zeros(100), windows, 1.0, weights).normalized == 0
        perfect = np.zeros(100)
        perfect[[40, 70]] = 2
        assert score_at(perfect, windows, 1.0, weights).normalized == pytest.approx(100)
        noisy = perfect + np.where(np.arange(100) == 30, 2, 0)
        assert score_at(noisy, windows, 1.0, weights).normalized == pytest.approx(
            100 - 100 * weights.false / (2 * (weights.found + weights.missed))
        )
    late = np.zeros(100)
    late[[89, 3]] = 2  # the second lies in the probationary period
    assert score_at(late, windows, 1.0, WEIGHTS["standard"]).found == 1
    assert score_at(late, windows, 1.0, WEIGHTS["standard"]).false == 0


DATES = np.datetime64("2014-07-01T00:00", "m") + np.arange(100) * np.timedelta64(30, "m")
LABELS = {
    "realKnownCause/nyc_taxi.csv": [
        ["2014-07-02 00:00:00.000000", "2014-07-02 05:10:00.000000"],
        ["2014-07-01 10:00:00.000000", "2014-07-01 12:00:00.000000"],
    ],
    "realTweets/Twitter_volume_UPS.csv": [],
    "a/twice.csv": [],
    "b/twice.csv": [["2014-07-01 10:00:00", "2014-07-01 12:00:00"]],
}


@pytest.fixture
def labels(tmp_path):
    path = tmp_path / "combined_windows.json"
    path.write_text(json.dumps(LABELS), encoding="utf-8")
    return path


def test_windows_are_those_of_the_file_in_the_order_of_its_rows(labels):
    assert windows_of(labels, "/data/nyc_taxi.csv", DATES) == ((20, 24), (48, 58))
    assert windows_of(labels, "/data/b/twice.csv", DATES) == ((20, 24),)
    assert windows_of(labels, "Twitter_volume_UPS.csv", DATES) == ()


@pytest.mark.parametrize(
    ("text", "name", "parts"),
    [
        ("{", "nyc_taxi.csv", ("is no JSON",)),
        ("[]", "nyc_taxi.csv", ("no JSON object",)),
        (None, "nyc_taxy.csv", ("has no windows for 'nyc_taxy.csv'", "realKnownCause/nyc_taxi.csv")),
        (None, "twice.csv", ("several times", "a/twice.csv", "b/twice.csv")),
        ('{"x.csv": [["2014-07-01"]]}', "x.csv", ("no pair of dates",)),
        ('{"x.csv": [["noon", "2014-07-01"]]}', "x.csv", ("no pair of dates", "noon")),
        ('{"x.csv": [["2010-01-01", "2010-01-02"]]}', "x.csv", ("holds none of the values", "2014-07-01")),
        ('{"x.csv": 5}', "x.csv", ("no pair of dates",)),
    ],
)
def test_labels_that_do_not_serve_are_told(labels, text, name, parts):
    if text is not None:
        labels.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        windows_of(labels, name, DATES)
    for part in ("combined_windows.json", *parts):
        assert part in str(caught.value)
