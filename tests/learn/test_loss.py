"""The loss of a table of predictions (L1)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from thalweg.learn.loss import LOSSES, mean_loss


def test_by_hand():
    prediction, target, weight = np.array([1.0, 2, 5]), np.array([2.0, 2, 2]), np.array([1.0, 1, 2])
    assert mean_loss(LOSSES["mae"], prediction, target) == pytest.approx(4 / 3)
    assert mean_loss(LOSSES["mae"], prediction, target, weight) == 7 / 4
    assert mean_loss(LOSSES["mse"], prediction, target, weight) == 19 / 4


def test_a_target_without_weight_may_be_anything():
    assert mean_loss(LOSSES["mae"], np.array([1.0, 2]), np.array([np.nan, 5]), np.array([0.0, 3])) == 3


def test_nothing_scored_is_nan():
    assert math.isnan(mean_loss(LOSSES["mae"], np.zeros(2), np.zeros(2), np.zeros(2)))
    assert math.isnan(mean_loss(LOSSES["mse"], np.zeros(0), np.zeros(0)))


def test_unlike_shapes_are_not_broadcast():
    with pytest.raises(ValueError, match=r"\(3, 1\), \(3,\)"):
        mean_loss(LOSSES["mae"], np.zeros((3, 1)), np.zeros(3))


def test_no_slope_at_the_kink():
    assert LOSSES["mae"].slope(np.array([2.0]), np.array([2.0])) == 0
