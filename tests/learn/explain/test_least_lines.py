"""The best line: no other has a smaller loss."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.strategies import seeds
from thalweg.learn import best_line


def loss_of(weight, bias, x, y, loss):
    error = bias + weight * x - y
    return float(np.abs(error).mean() if loss == "mae" else (error**2).mean())


@given(seeds, st.integers(2, 14), st.sampled_from(["mae", "mse"]))
def test_no_other_line_is_better(seed, count, loss):
    random = np.random.default_rng(seed)
    x, y = random.normal(3, 2, count), random.standard_t(2, count)
    line = best_line(x, y, loss)
    least = loss_of(*line, x, y, loss)
    if loss == "mae":  # every line through two of the points
        slopes = [((y[b] - y[a]) / (x[b] - x[a]), a) for a, b in combinations(range(count), 2)]
        by_hand = min(loss_of(slope, y[a] - slope * x[a], x, y, loss) for slope, a in slopes)
        np.testing.assert_allclose(least, by_hand, rtol=1e-12, atol=1e-12)
    else:
        np.testing.assert_allclose(line, np.polyfit(x, y, 1), rtol=1e-7, atol=1e-9)
    for _ in range(50):
        moved = np.array(line) + random.normal(0, 10.0 ** random.uniform(-6, 0), 2)
        assert loss_of(*moved, x, y, loss) >= least - 1e-12
    np.testing.assert_allclose(line.at(x), line.bias + line.weight * x, rtol=1e-15)


@given(seeds, st.integers(3, 14))
def test_whole_numbers_with_many_ties_are_no_trap(seed, count):
    random = np.random.default_rng(seed)
    x, y = random.integers(0, 4, count).astype(float), random.integers(0, 5, count).astype(float)
    x[:2] = 0, 3
    slopes = [((y[b] - y[a]) / (x[b] - x[a]), a) for a, b in combinations(range(count), 2) if x[a] != x[b]]
    by_hand = min(loss_of(slope, y[a] - slope * x[a], x, y, "mae") for slope, a in slopes)
    np.testing.assert_allclose(loss_of(*best_line(x, y), x, y, "mae"), by_hand, rtol=1e-12, atol=1e-12)


def test_twenty_years_of_days_take_no_square_of_memory():
    random = np.random.default_rng(0)
    x = random.normal(0, 1e4, 7300)
    y = 0.8 * x + random.standard_t(2, 7300) * 1e3
    line = best_line(x, y)
    # At the best line as many points lie above as below, and their x balance (the slopes of L are 0 there).
    sign = np.sign(y - line.at(x))
    assert abs(sign.sum()) <= 2
    assert abs((sign * x).sum()) <= 2 * np.abs(x).max()


def test_one_wild_point_does_not_move_the_line_of_absolute_errors():
    x = np.arange(9.0)
    y = 2 + 3 * x
    y[4] += 1000
    np.testing.assert_allclose(best_line(x, y), (3, 2), rtol=1e-12)
    assert best_line(x, y, "mse").bias > 50


def test_what_cannot_be_is_refused():
    for x, y, loss, told in (
        ([1, 2], [1, 2], "huber", "'huber' came"),
        ([1, 1], [1, 2], "mae", "one x"),
        ([], [], "mae", "one x"),
        ([1, 2], [1, np.nan], "mae", "finite"),
        ([1, 2, 3], [1, 2], "mae", r"\(3,\) and \(2,\)"),
    ):
        with pytest.raises(ValueError, match=told):
            best_line(x, y, loss)
