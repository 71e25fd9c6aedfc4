"""Adaptive conformal intervals against a plain computation, where they drift as far as they may."""

from math import ceil, log

import numpy as np
import pytest
from scipy import stats

from support.small_searches import calibrated
from thalweg.forecast.interval import miss_transform

REMEMBERED_DAYS, FEW = 365, 60


def by_hand(residuals, known, first, delay):
    """The method as Gibbs and Candès state it, in plain Python: one list of bounds per day, and the last one."""
    shares = [1 - 80 / 100, 1 - 95 / 100]
    wanted = list(shares)
    bands = {}
    band = None
    for day in range(first, len(residuals) + delay):
        latest = day - delay
        if latest in bands and bands[latest] and known[latest]:
            low80, high80, low95, high95 = bands[latest]
            for place, (low, high) in enumerate([(low80, high80), (low95, high95)]):
                outside = 0.0 if low <= residuals[latest] <= high else 1.0
                shares[place] = shares[place] + 0.02 / delay * (wanted[place] - outside)
                shares[place] = min(max(shares[place], 0.002), 0.9)
        used = [residuals[day_] for day_ in range(max(latest + 1, 0)) if known[day_]][-REMEMBERED_DAYS:]
        if used:
            ordered = sorted(used)
            band = []
            for share in (shares[0], min(shares)):
                count = len(ordered)
                rank = ceil((count + 1) * (1 - share / 2))
                low, high = ordered[max(count - rank, 0)], ordered[min(rank, count) - 1]
                if rank > count and 2 <= count < FEW:  # the prediction interval of normal residuals
                    spread = np.std(ordered, ddof=1) * np.sqrt(1 + 1 / count)
                    half = stats.t.isf(share / 2, max(count - 1, 3)) * spread
                    low, high = min(low, np.mean(ordered) - half), max(high, np.mean(ordered) + half)
                band += [low, high]
        if day < len(residuals):
            bands[day] = band
    return [bands[day] or [np.nan] * 4 for day in range(first, len(residuals))], band


CASES = {
    "noise": np.random.default_rng(0).standard_t(4, 900),
    # Every residual is inside, so the shares left outside grow as far as they may; then all lie outside.
    "calm, then growing": np.concatenate([np.zeros(300), np.arange(1.0, 400.0)]),
    # Every residual lies outside, so the shares shrink as far as they may; then all lie inside.
    "growing, then calm": np.concatenate([np.arange(1.0, 400.0), np.linspace(200, 210, 300)]),
    "waves": np.sin(np.arange(800) / 60) * np.linspace(0.1, 4, 800),
}


@pytest.mark.parametrize("delay", [1, 2, 7])
@pytest.mark.parametrize("case", CASES)
def test_every_band_is_the_one_computed_by_hand(case, delay):
    residuals = CASES[case]
    known = np.random.default_rng(1).random(len(residuals)) < 0.9
    made = calibrated(residuals, known, 20, delay)
    bands, last = by_hand(residuals.tolist(), known.tolist(), 20, delay)
    np.testing.assert_allclose(made.bands.reshape(-1, 4), np.array(bands), rtol=1e-9)
    np.testing.assert_array_equal(made.last.ravel(), np.array(last))


def test_the_first_interval_counts_already():
    """The residual of the first day with an interval moves the shares, as every later one does."""
    residuals = np.append(np.arange(-50.0, 50.0), [1e6, *range(-5, 5)])
    known = np.ones(len(residuals), dtype=bool)
    bands, _ = by_hand(residuals.tolist(), known.tolist(), 100, 1)
    np.testing.assert_array_equal(calibrated(residuals, known, 100).bands.reshape(-1, 4), np.array(bands))


def test_residuals_are_those_of_one_step_ahead_by_default():
    residuals = CASES["noise"]
    known = np.ones(len(residuals), dtype=bool)
    default, one = calibrated(residuals, known, 50), calibrated(residuals, known, 50, 1)
    np.testing.assert_array_equal(default.bands, one.bands)
    assert not np.array_equal(default.bands, calibrated(residuals, known, 50, 2).bands)


def test_a_year_of_residuals_is_used_to_the_day():
    residuals = np.arange(1000.0)
    last = calibrated(residuals, np.ones(1000, dtype=bool), 1000).last
    # 366 · 0.9 = 329.4, so rank 330; 366 · 0.975 = 356.85, so rank 357; the residuals used are 635 to 999.
    assert last.ravel().tolist() == [635 + 365 - 330, 635 + 329, 635 + 365 - 357, 635 + 356]


@pytest.mark.parametrize(
    ("values", "offset"),
    [
        ([100.0, 200.0, 300.0], 2.0),  # a hundredth of the median
        ([0.0, 100.0, 200.0, 300.0], 50.0),  # a quarter of the median of the days above 0
        ([10.0, 200.0, 300.0], 50.0),  # 10 is exactly 5% of the median
        ([10.5, 200.0, 300.0], 2.0),
    ],
)
def test_the_offset_before_the_logarithm(values, offset):
    chosen = miss_transform(np.array(values), counts=True)
    assert chosen.offset == pytest.approx(offset, rel=1e-15)
    made = chosen.transform(np.array([40.0, -3.0])).tolist()
    assert made == pytest.approx([log(40 + offset), log(offset)], rel=1e-14)
    assert miss_transform(np.array(values), counts=False).offset is None
