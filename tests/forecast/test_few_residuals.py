"""Few residuals: Student's t against SciPy, coverage on noise, and intervals that grow with the steps ahead."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from thalweg.forecast.distribution import TABLE, StepCalibration, distribution_of
from thalweg.forecast.few_residuals import MANY, beyond_ranks, growth, t_quantile
from thalweg.forecast.interval import quantiles


@given(st.floats(1e-4, 0.99), st.integers(1, MANY))
def test_the_quantile_of_student_s_t_is_that_of_scipy(share, freedom):
    assert t_quantile(share, freedom) == pytest.approx(stats.t.isf(share / 2, freedom), rel=1e-7, abs=1e-9)


def test_the_interval_is_the_prediction_interval_of_scipy():
    residuals = np.random.default_rng(0).normal(3, 2, 12)
    spread = residuals.std(ddof=1) * np.sqrt(13 / 12)
    expected = stats.t.interval(0.95, 11, loc=residuals.mean(), scale=spread)
    assert beyond_ranks(residuals.tolist(), 0.05) == pytest.approx(expected)
    assert beyond_ranks([1.0], 0.05) is None
    assert beyond_ranks([1.0] * MANY, 0.05) is None
    low, high = beyond_ranks([1e300, -1e300, 1e300], 0.05)
    assert np.isfinite([low, high]).all()


@pytest.mark.parametrize("count", [4, 8, 18, 38])
def test_few_residuals_cover_what_is_promised(count):
    """Before, the largest of 8 residuals to each side held 78% of the next ones at 95%."""
    random = np.random.default_rng(count)
    outside = np.array([0.2, 0.05])
    draws = random.normal(5, 3, (4000, count + 1))
    bands = np.array([quantiles(row[:-1], outside) for row in draws])
    inside = ((bands[..., 0] <= draws[:, -1:]) & (draws[:, -1:] <= bands[..., 1])).mean(axis=0)
    assert 0.79 <= inside[0] <= 0.81 + 2 / (count + 1)  # as split conformal promises
    assert 0.94 <= inside[1] <= 0.975


def walks(values, steps, seed=0):
    """Return the residuals of copying a random walk, of each step ahead."""
    walk = np.cumsum(np.random.default_rng(seed).normal(0, 1, values + 1))
    return [walk[ahead:] - walk[:-ahead] for ahead in range(1, steps + 1)]


def test_residuals_of_a_walk_grow_with_the_root_of_the_steps_and_those_of_noise_do_not():
    grown = [growth(walks(40, 6, seed)) for seed in range(200)]
    assert np.mean(grown) == pytest.approx(0.5, abs=0.06)
    random = np.random.default_rng(0)
    alike = [growth([random.normal(size=40 - ahead) for ahead in range(6)]) for _ in range(200)]
    assert np.median(alike) < 0.05
    assert growth([np.arange(3.0, 9.0) * ahead for ahead in (1, 2, 3)]) == pytest.approx(1)
    assert growth([np.zeros(9), np.ones(8)]) == growth([np.ones(2), np.ones(9) * 5]) == growth([np.ones(9)]) == 0


def test_a_step_with_few_residuals_has_a_wider_interval_than_the_first():
    made, power = [], []
    for seed in range(50):
        residuals = [np.concatenate([np.zeros(ahead), each]) for ahead, each in enumerate(walks(15, 3, seed))]
        known = [np.arange(15) >= ahead for ahead in range(3)]
        steps = [
            StepCalibration(*each, 5, at, used=60, least=0.0)
            for at, each in enumerate(zip(residuals, known, strict=True), 1)
        ]
        made.append(np.ptp(distribution_of(steps, TABLE, 20).bands, axis=2))
        power.append(growth([each.learned(each.end) for each in steps]))
    wider = np.array(made)[:, 2] / np.array(made)[:, 0]
    assert max(power) > 0.5
    assert (wider >= 3 ** np.array(power)[:, None] - 1e-9).all()
    assert np.mean(wider) > 1.5
