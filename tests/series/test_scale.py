"""The transform of values for a network, and its inverse."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from thalweg.series.scale import fit_scale, trailing_mean

sizes = st.sampled_from([1e-6, 0.01, 1.0, 37.0, 1e4, 1e9, 1e13])
LEVELS = (0, 1, 7)


@st.composite
def days(draw, least=0.0):
    """Return values of one magnitude; often with zeros and equal values."""
    shape = draw(st.integers(20, 60))
    elements = st.one_of(st.just(max(least, 0.0)), st.floats(least, 1.0, allow_subnormal=False))
    return draw(arrays(np.float64, shape, elements=elements)) * draw(sizes)


def round_trip(values, level_days, *, counts):
    """Transform every day from the day before, as the target of a row is, and return the inverse of it."""
    scale = fit_scale(values, level_days=level_days, season=7, counts=counts)
    transformed = scale.transform(values)
    newest = np.arange(6, len(values) - 1)
    level = scale.level(transformed, newest)
    outputs = (transformed[newest + 1] - level) / scale.spread
    return scale, values[newest + 1], scale.inverse(outputs[:, None], level)[:, 0]


@pytest.mark.parametrize("level_days", LEVELS)
@given(values=days())
def test_counts_come_back(values, level_days):
    scale, given_, back = round_trip(values, level_days, counts=True)
    typical = np.median(values[values > 0]) if (values > 0).any() else 1.0
    # A value below `least` is raised to it; every other value comes back, up to rounding relative to the largest.
    expected = np.maximum(given_, scale.least) if scale.logarithm else given_
    np.testing.assert_allclose(back, expected, rtol=1e-7, atol=1e-7 * typical + 1e-12 * values.max())
    assert (back >= 0).all()


@pytest.mark.parametrize("level_days", LEVELS)
@given(values=days(least=-1.0))
def test_values_below_zero_come_back_without_logarithm_or_floor(values, level_days):
    assume(values.min() < 0)
    scale, given_, back = round_trip(values, level_days, counts=False)
    assert not scale.logarithm
    assert not scale.floor
    np.testing.assert_allclose(back, given_, rtol=0, atol=1e-9 * np.abs(values).max())


@pytest.mark.parametrize("level_days", LEVELS)
@pytest.mark.parametrize("constant", [0.0, 0.1, 1 / 3, 7.0, 1e13 / 3])
def test_a_constant_stretch_has_spread_one(constant, level_days):
    """Rounding in the mean must not count as a spread: later values would be divided by almost nothing."""
    scale = fit_scale(np.full(61, constant), level_days=level_days, season=7, counts=True)
    assert scale.spread == 1.0


def test_the_inverse_of_counts_stops_at_zero():
    scale = fit_scale(np.tile([0.0, 3, 5, 1, 0, 2, 8], 10), level_days=7, season=7, counts=True)
    back = scale.inverse(np.array([[-1e3, 0.0]]), np.zeros(1))
    assert back[0, 0] == 0
    assert back[0, 1] > 0


def test_the_inverse_of_an_extreme_output_is_finite():
    scale = fit_scale(np.tile([10.0, 30, 50, 10, 40, 20, 80], 10), level_days=7, season=7, counts=True)
    back = scale.inverse(np.array([[1e6]]), np.zeros(1))
    assert np.isfinite(back**2).all()


def test_values_with_zeros_get_an_offset_and_values_well_above_zero_do_not():
    well_above = fit_scale(np.tile([100.0, 120, 90, 80, 60, 50, 110], 5), level_days=7, season=7, counts=True)
    with_zeros = fit_scale(np.tile([100.0, 120, 0, 80, 60, 50, 110], 5), level_days=7, season=7, counts=True)
    assert well_above.offset == 0
    assert well_above.transform(np.array([0.0]))[0] > -np.inf
    assert with_zeros.offset > 0
    assert np.isfinite(with_zeros.transform(np.array([0.0]))[0])


@given(days(), st.integers(1, 20), st.integers(0, 2**31))
def test_trailing_mean_is_the_mean_of_the_days_up_to_the_newest(values, span, seed):
    newest = np.random.default_rng(seed).integers(span - 1, len(values), 12)
    slow = [values[at - span + 1 : at + 1].mean() for at in newest]
    np.testing.assert_allclose(trailing_mean(values, newest, span), slow, rtol=1e-12, atol=1e-12 * values.max())


@pytest.mark.parametrize("level_days", LEVELS)
def test_small_fractions_are_scaled_like_large_numbers(level_days):
    """Units do not matter: a scale fitted in thousandths gives what one fitted in thousands gives."""
    values = np.random.default_rng(3).gamma(3, 1, 90)
    scaled = []
    for unit in (1e-4, 1.0, 1e6):
        scale = fit_scale(values * unit, level_days=level_days, season=7, counts=True)
        transformed = scale.transform(values * unit)
        newest = np.arange(6, 90)
        scaled.append((transformed[newest] - scale.level(transformed, newest)) / scale.spread)
    np.testing.assert_allclose(scaled[0], scaled[1], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(scaled[2], scaled[1], rtol=1e-9, atol=1e-9)
