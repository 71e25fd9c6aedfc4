"""Intervals of many series: they cover what they say, also where a series has few residuals."""

import numpy as np
import pytest

from thalweg.forecast.panel.bands import LEAST_CUTOFFS, bands_of, shape_of

BLOCKS, LEVELS = (slice(0, 2), slice(2, 5)), (80.0, 95.0)


def _residuals(count, cutoffs, seed=0, sizes=None):
    dice = np.random.default_rng(seed)
    series = np.repeat(np.arange(count), cutoffs)
    sizes = np.exp(dice.normal(0, 1, count)) if sizes is None else sizes
    return dice.normal(0, 1, (count * cutoffs, 5)) * sizes[series][:, None], series, sizes


@pytest.mark.parametrize("cutoffs", [4, 60])
def test_the_share_inside_is_the_level(cutoffs):
    residuals, series, sizes = _residuals(300, cutoffs)
    shape = shape_of(residuals, series, 300, BLOCKS, LEVELS)
    bands = bands_of(residuals, series, 300, BLOCKS, LEVELS, shape)
    unseen, later, _ = _residuals(300, 50, seed=1, sizes=sizes)
    for place, block in enumerate(BLOCKS):
        for at, level in enumerate(LEVELS):
            low, high = (bands[later, place, at, end][:, None] for end in range(2))
            inside = ((unseen[:, block] >= low) & (unseen[:, block] <= high)).mean()
            assert abs(100 * inside - level) < (6 if cutoffs == 4 else 2)


def test_a_higher_level_holds_a_lower_one():
    residuals, series, _ = _residuals(40, 25, seed=2)
    bands = bands_of(residuals, series, 40, BLOCKS, LEVELS, shape_of(residuals, series, 40, BLOCKS, LEVELS))
    assert (bands[:, :, 1, 0] <= bands[:, :, 0, 0]).all()
    assert (bands[:, :, 1, 1] >= bands[:, :, 0, 1]).all()
    assert (bands[..., 1] > bands[..., 0]).all()


def test_a_series_that_is_always_predicted_exactly_has_no_width():
    residuals, series, _ = _residuals(3, 30, sizes=np.array([1.0, 0.0, 2.0]))
    bands = bands_of(residuals, series, 3, BLOCKS, LEVELS, shape_of(residuals, series, 3, BLOCKS, LEVELS))
    assert (bands[1] == 0).all()
    assert (bands[0] != 0).all()


def test_a_series_without_residuals_has_the_panels_shape():
    residuals, series, _ = _residuals(20, 30, seed=4)
    shape = shape_of(residuals, series, 20, BLOCKS, LEVELS)
    bands = bands_of(residuals, series, 21, BLOCKS, LEVELS, shape)
    np.testing.assert_allclose(bands[20], shape.scale[:, None, None] * shape.ends)
    assert (bands[20, :, :, 1] > 0).all()


def test_bands_of_a_series_do_not_depend_on_those_beside_it():
    residuals, series, _ = _residuals(6, LEAST_CUTOFFS + 3, seed=5)
    shape = shape_of(residuals, series, 6, BLOCKS, LEVELS)
    together = bands_of(residuals, series, 6, BLOCKS, LEVELS, shape)
    for place in range(6):
        mine = series == place
        alone = bands_of(residuals[mine], np.zeros(mine.sum(), np.int64), 1, BLOCKS, LEVELS, shape)
        np.testing.assert_array_equal(alone[0], together[place])


def test_a_panel_of_constants_has_a_shape():
    residuals, series = np.zeros((12, 5)), np.repeat(np.arange(3), 4)
    shape = shape_of(residuals, series, 3, BLOCKS, LEVELS)
    bands = bands_of(residuals, series, 3, BLOCKS, LEVELS, shape)
    assert np.isfinite(shape.ends).all()
    assert (bands == 0).all()


def test_one_cutoff_alone_gives_a_width():
    residuals, series, sizes = _residuals(200, 1, seed=6)
    shape = shape_of(residuals, series, 200, BLOCKS, LEVELS)
    bands = bands_of(residuals, series, 200, BLOCKS, LEVELS, shape)
    unseen, later, _ = _residuals(200, 50, seed=7, sizes=sizes)
    inside = (unseen >= bands[later, 1, 0, :1]) & (unseen <= bands[later, 1, 0, 1:])
    assert 0.6 < inside.mean() < 0.95
