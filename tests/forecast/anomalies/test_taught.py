"""A value far outside hides no later one; what chance brings, and what lasts, is learned as before."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.forecast.anomalies.taught import AMONG, CHANGED, FAR, Bounded, bounded
from thalweg.forecast.distribution import StepCalibration, read

FIRST, STEPS = 182, 547


def ends(residuals, level=99.0, teaching=None, first=FIRST):
    """Return the ends told at each step from `first` on."""
    known = np.ones(len(residuals), dtype=bool)
    step = StepCalibration(residuals, known, first, 1, used=365, least=1e-9, teaching=teaching)
    steps = range(first, len(residuals))
    return read([step] * len(steps), steps, (level,))[0][:, 0]


def outside(residuals, **options):
    told = ends(residuals, **options)
    judged = residuals[len(residuals) - len(told) :]
    return (judged < told[:, 0]) | (judged > told[:, 1])


NOISE = {
    "normal": lambda rng: rng.normal(size=STEPS),
    "Student's t, 3 degrees": lambda rng: rng.standard_t(3, STEPS),
    "Laplace": lambda rng: rng.laplace(size=STEPS),
    "lognormal": lambda rng: np.exp(0.7 * rng.normal(size=STEPS)),
}


@pytest.mark.parametrize("kind", NOISE)
def test_of_noise_about_one_in_a_hundred_lies_outside(kind):
    shares = [outside(NOISE[kind](np.random.default_rng(seed)), teaching=Bounded()).mean() for seed in range(25)]
    assert 0.006 < np.mean(shares) < 0.014


@pytest.mark.parametrize("far", [8.0, 20.0, 1e6])
def test_equal_spikes_are_all_outside_and_the_interval_stays_of_their_noise(far):
    spikes = np.arange(FIRST, STEPS, 40)
    for seed in range(5):
        residuals = np.random.default_rng(seed).normal(size=STEPS)
        residuals[spikes] = far
        made = outside(residuals, teaching=Bounded())
        assert made[spikes - FIRST].all()
        assert ends(residuals, teaching=Bounded())[:, 1].max() < far
        plain = outside(residuals)
        assert plain[spikes - FIRST].sum() < len(spikes)  # what is mended: one spike hid others


def test_a_spike_before_the_first_interval_hides_none_either():
    residuals = np.random.default_rng(3).normal(size=STEPS)
    residuals[[100, 300]] = 30
    assert outside(residuals, teaching=Bounded())[300 - FIRST]
    before = slice(0, 300 - FIRST)
    assert ends(residuals, teaching=Bounded())[before, 1].max() < 7
    assert ends(residuals)[before, 1].max() > 15


@pytest.mark.parametrize("change", [lambda later: 3 * later, lambda later: 10 * later, lambda later: later + 15])
def test_what_lasts_is_learned_within_a_month_of_days(change):
    shares = []
    for seed in range(8):
        residuals = np.random.default_rng(seed).normal(size=STEPS)
        residuals[282:] = change(residuals[282:])
        made = outside(residuals, teaching=Bounded())[282 - FIRST :]
        assert made[:30].sum() <= 20
        shares.append(made[30:].mean())
    assert np.mean(shares) < 0.04


def test_a_change_is_learned_from_its_eighth_far_value_on():
    bands, teaching = np.array([[-1.0, 1.0], [-2.0, 2.0]]), Bounded()
    taught = [teaching.learned(100.0, bands) for _ in range(CHANGED + 1)]
    assert taught == [(FAR * 2, False)] * (CHANGED - 1) + [(100.0, True)] * 2
    for _ in range(AMONG - CHANGED):
        assert teaching.learned(0.5, bands) == (0.5, True)
    assert teaching.learned(100.0, bands) == (100.0, True)
    for _ in range(2):
        teaching.learned(0.5, bands)
    assert teaching.learned(-100.0, bands) == (-FAR * 2, False)


@given(
    st.floats(-1e6, 1e6),
    st.lists(st.floats(0, 1e3), min_size=4, max_size=4),
    st.floats(-1e3, 1e3),
)
def test_what_lies_within_twice_the_95_percent_interval_is_learned_whole(residual, widths, centre):
    inner_low, inner_high, low, high = widths
    bands = np.array(
        [[centre - inner_low, centre + inner_high], [centre - inner_low - low, centre + inner_high + high]]
    )
    made = bounded(residual, bands)
    assert min(residual, bands[1, 0]) <= made <= max(residual, bands[1, 1])
    if bands[1, 0] <= residual <= bands[1, 1]:
        assert made == residual


def test_without_a_teaching_every_residual_is_learned():
    residuals = np.random.default_rng(3).normal(size=STEPS)
    residuals[300] = 30
    step = StepCalibration(residuals, np.ones(STEPS, dtype=bool), FIRST, 1, used=365, least=0.0)
    assert step.residuals is residuals
    assert step.learned(301)[-1] == 30
