"""Conformal intervals: ranks by hand, coverage on noise, and nothing from later days."""

from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.small_searches import calibrated
from thalweg.forecast.interval import miss_transform, quantiles, widening
from thalweg.series.frequency.record import DAILY

OUTSIDE = np.array([1 - 80 / 100, 1 - 95 / 100])


def noise(days, seed=0, scale=1.0):
    return np.random.default_rng(seed).standard_t(4, days) * scale


def all_known(residuals):
    return np.ones(len(residuals), dtype=bool)


def covered(residuals, bands, first, until=None):
    """Shares of days inside the 80% and the 95% interval."""
    came = residuals[first:][:until]
    low80, high80, low95, high95 = bands[:until].reshape(-1, 4).T
    return np.mean((came >= low80) & (came <= high80)), np.mean((came >= low95) & (came <= high95))


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        # 90% of 20 is rank 18, so two from each end; 97.5% of 20 is rank 20, beyond 19: by the t table, 2.101 · 5.627 ·
        # √(20 / 19) to each side of 10. 90% of 10 is 9: all nine; beyond 97.5%, 2.306 · 2.739 · √(10 / 9) around 5.
        (19, (2, 18, -2.1297, 22.1297)),
        (9, (1, 9, -1.6569, 11.6569)),
        # 90% of 40 is 36, 97.5% of 40 is 39; 97.5% of 100 is 97.5, so 98.
        (39, (4, 36, 1, 39)),
        (99, (10, 90, 2, 98)),
        (1, (1, 1, 1, 1)),
    ],
)
def test_ranks_by_hand(count, expected):
    residuals = np.random.default_rng(0).permutation(np.arange(1.0, count + 1))
    assert tuple(quantiles(residuals, OUTSIDE).ravel()) == pytest.approx(expected, abs=5e-5)


def test_ranks_are_exact_for_every_number_of_residuals():
    """Floating point must not push a rank over an edge, as 20 · 0.9 = 18.000000000000004 would."""
    for count in range(1, DAILY.year + 1):
        made = quantiles(np.arange(1.0, count + 1), OUTSIDE)
        for (low, high), share in zip(made, (Fraction(9, 10), Fraction(39, 40)), strict=True):
            rank = ceil((count + 1) * share)
            if rank <= count or count == 1:
                assert (low, high) == (count + 1 - min(rank, count), min(rank, count)), count
            else:
                assert low < 1 < count < high, count


@pytest.mark.parametrize("delay", [1, 7, 28])
@pytest.mark.parametrize("seed", [0, 1])
def test_exchangeable_noise_is_covered_as_promised(delay, seed):
    residuals = noise(4000, seed)
    share80, share95 = covered(residuals, calibrated(residuals, all_known(residuals), 182, delay).bands, 182)
    assert share80 == pytest.approx(0.80, abs=0.03)
    assert share95 == pytest.approx(0.95, abs=0.03)


def test_a_share_falls_outside_on_each_side():
    residuals = np.random.default_rng(2).exponential(1, 4000)
    bands = calibrated(residuals, all_known(residuals), 182).bands
    assert np.mean(residuals[182:] < bands[:, 0, 0]) == pytest.approx(0.10, abs=0.03)
    assert np.mean(residuals[182:] > bands[:, 0, 1]) == pytest.approx(0.10, abs=0.03)


@given(
    day=st.integers(0, 119), delay=st.integers(1, 60), first=st.integers(0, 100), seed=st.integers(0, 2**31)
)  # fmt: skip
@settings(max_examples=60)
def test_no_interval_changes_with_residuals_known_later(day, delay, first, seed):
    """The interval of a day uses residuals of `delay` days before at the latest, however short the past is."""
    residuals = noise(120, 3)
    other = residuals.copy()
    other[day:] = noise(120 - day, seed, 50.0)
    one, two = (calibrated(given_, all_known(residuals), first, delay).bands for given_ in (residuals, other))
    unchanged = max(day + delay - first, 0)
    np.testing.assert_array_equal(one[:unchanged], two[:unchanged])


@pytest.mark.parametrize("delay", [1, 3, 10])
def test_the_delay_to_the_day(delay):
    """The first interval uses the residuals up to `delay` days before it; the next uses one more."""
    residuals = noise(80, 4)
    bands = calibrated(residuals, all_known(residuals), 40, delay).bands
    np.testing.assert_array_equal(bands[0], quantiles(residuals[: 41 - delay], OUTSIDE))
    np.testing.assert_array_equal(bands[delay - 1], quantiles(residuals[:40], OUTSIDE))


@pytest.mark.parametrize("delay", [1, 28])
def test_the_95_interval_is_never_narrower_than_the_80_interval(delay):
    """Each adapts by itself, but a run of residuals outside the 80% interval must not make it wider than the other."""
    residuals = np.cumsum(noise(900, 10)) * 0.1
    low80, high80, low95, high95 = calibrated(residuals, all_known(residuals), 60, delay).bands.reshape(-1, 4).T
    assert (low95 <= low80).all()
    assert (high80 <= high95).all()


def test_without_a_residual_there_is_no_interval():
    residuals = noise(30)
    bands = calibrated(residuals, all_known(residuals), 5, 12).bands
    assert np.isnan(bands[:7]).all()
    assert np.isfinite(bands[7:]).all()


@pytest.mark.parametrize("delay", [1, 5, 30])
def test_the_interval_of_a_forecast_uses_every_residual(delay):
    residuals = noise(30)
    known = all_known(residuals)
    known[: delay - 1] = False  # step h has no forecast of the first h − 1 days
    last = calibrated(residuals, known, len(residuals), delay).last
    np.testing.assert_array_equal(last, quantiles(residuals[known], OUTSIDE))


def test_only_the_residuals_of_the_last_year_are_used():
    old, new = noise(800, 5, 100.0), noise(DAILY.year, 6)
    residuals = np.concatenate([old, new])
    last = calibrated(residuals, all_known(residuals), len(residuals)).last
    np.testing.assert_array_equal(last, quantiles(new, OUTSIDE))


def test_intervals_follow_a_jump_in_the_spread():
    residuals = np.concatenate([noise(800, 7), noise(800, 8, 5.0)])
    bands = calibrated(residuals, all_known(residuals), 400).bands
    rigid = quantiles(residuals[:800], OUTSIDE)
    share80, _ = covered(residuals, bands[500:], 900)
    rigid80, _ = covered(residuals, np.tile(rigid, (700, 1)), 900)
    assert share80 == pytest.approx(0.80, abs=0.05)
    assert rigid80 < 0.5, "an interval that does not adapt fails here"


def test_days_without_a_residual_are_passed_over():
    residuals = noise(400, 9)
    known = np.random.default_rng(1).random(400) > 0.3
    other = np.where(known, residuals, 1e9)
    one, two = calibrated(residuals, known, 100, 2), calibrated(other, known, 100, 2)
    np.testing.assert_array_equal(one.bands, two.bands)
    np.testing.assert_array_equal(one.last, two.last)
    came = known[100:]
    share80 = np.mean((residuals[100:] >= one.bands[:, 0, 0])[came] & (residuals[100:] <= one.bands[:, 0, 1])[came])
    assert share80 == pytest.approx(0.8, abs=0.06)


@pytest.mark.parametrize("first", [-1, 31])
def test_a_first_day_outside_is_a_mistake(first):
    with pytest.raises(ValueError, match="lies outside the 30 steps"):
        calibrated(noise(30), all_known(noise(30)), first)


@given(st.lists(st.floats(0, 1e12), min_size=1, max_size=20))
def test_a_transform_has_an_inverse(values):
    values = np.array(values)
    for transform in (miss_transform(values, counts=True), miss_transform(values, counts=False)):
        size = np.median(values[values > 0]) if (values > 0).any() else 1.0
        np.testing.assert_allclose(transform.inverse(transform.transform(values)), values, rtol=1e-9, atol=1e-9 * size)


def test_intervals_of_counts_stay_above_zero_and_widen_with_the_level():
    transform = miss_transform(np.array([100.0, 200, 150]), counts=True)
    band = np.array([-2.0, 2.0])
    small, large = (transform.inverse(transform.transform(np.array([level])) + band) for level in (10.0, 1000.0))
    assert small[0] >= 0
    assert large[1] - large[0] > 50 * (small[1] - small[0])
    assert transform.inverse(np.array([-50.0]))[0] == 0


@given(seed=st.integers(0, 2**31), steps=st.integers(1, 40))
@settings(max_examples=40)
def test_further_ahead_no_band_is_narrower_and_each_holds_its_own(seed, steps):
    generator = np.random.default_rng(seed)
    residuals = generator.standard_t(4, (60, steps)) + generator.normal(0, 0.5, steps)  # a bias of each step
    bands = np.array([quantiles(of_step, OUTSIDE) for of_step in residuals.T])
    low, high = np.moveaxis(widening(bands), -1, 0)
    assert (np.diff(low, axis=0) <= 0).all()
    assert (np.diff(high, axis=0) >= 0).all()
    assert (low <= bands[..., 0]).all()
    assert (high >= bands[..., 1]).all()
    assert (low[:, 1] <= low[:, 0]).all(), "the 95% interval holds the 80% interval"
    assert (high[:, 1] >= high[:, 0]).all()
    np.testing.assert_array_equal(widening(bands)[0], bands[0])


def test_what_is_as_wide_already_stays_as_it_is():
    bands = np.arange(1.0, 6)[:, None, None] * np.array([[-1, 1], [-2, 2]])
    np.testing.assert_array_equal(widening(bands), bands)


def test_a_model_serves_bands_that_do_not_narrow(found):
    _, model = found
    width = model.bands[..., 1] - model.bands[..., 0]
    assert (np.diff(width, axis=0) >= 0).all()


def test_noise_that_is_alike_at_every_step_is_covered_as_promised_28_steps_ahead():
    """The worst case: nothing grows with the distance, so that all widening is chance."""
    generator = np.random.default_rng(0)
    covered_by_step = []
    for _ in range(40):
        shared, own = generator.standard_t(4, (DAILY.year, 1)), generator.standard_t(4, (DAILY.year, 28))
        bands = widening(np.array([quantiles(of_step, OUTSIDE) for of_step in (shared + 0.7 * own).T]))[:, 0]
        came = generator.standard_t(4, (1000, 1)) + 0.7 * generator.standard_t(4, (1000, 28))
        covered_by_step.append(((came >= bands[:, 0]) & (came <= bands[:, 1])).mean(axis=0))
    shares = np.mean(covered_by_step, axis=0)
    assert shares[0] == pytest.approx(0.80, abs=0.02)
    assert shares.max() < 0.87


def test_a_higher_level_holds_a_lower_one_where_both_are_widened():
    random = np.random.default_rng(0)
    for _ in range(300):
        residuals = random.normal(size=random.integers(5, 60)) * random.choice([0.01, 1.0])
        (low80, high80), (low95, high95) = quantiles(residuals, np.array([0.2, 0.05]), random.uniform(0, 2))
        assert low95 <= low80 <= high80 <= high95
