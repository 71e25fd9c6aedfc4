"""The mean of two medians: what it predicts, and which values it rests on."""

import numpy as np
import pytest

from thalweg.forecast.features.past import Past
from thalweg.forecast.predictors.baselines import Medians
from thalweg.series.frequency.record import DAILY

VALUES = np.array([9.0, 1, 8, 2, 7, 100, 3, 6, 4, 5])


def _past(*newest):
    places = np.array(newest)
    return Past(VALUES, places, np.repeat(np.datetime64("2024-01-01"), len(places)), places + 1, DAILY)


def test_it_predicts_the_mean_of_the_medians_of_few_and_of_more_values():
    made = Medians(3, 6).direct(_past(9, 5), 2)
    np.testing.assert_array_equal(made, [[(5 + 5.5) / 2] * 2, [(7 + 7.5) / 2] * 2])
    assert Medians(3, 6).needed == 6


@pytest.mark.parametrize(("fewer", "more"), [(3, 6), (1, 4), (2, 5), (4, 7)])
def test_its_weights_are_those_of_the_values_in_the_middle(fewer, more):
    own = Medians(fewer, more)
    for newest in (6, 8, 9):
        weights = own.weights(_past(newest))
        assert weights.sum() == pytest.approx(1)
        assert 2 <= np.count_nonzero(weights) + 1 <= 5
        seen = VALUES[newest + 1 - more : newest + 1]
        assert weights @ seen == pytest.approx(own.direct(_past(newest), 1)[0, 0])
