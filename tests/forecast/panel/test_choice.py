"""What serves each series and block of steps: drawn towards what the panel shows, and equal to what was chosen."""

import numpy as np
import pytest

from thalweg.forecast.panel.choice import MEAN, NETWORK, OWN, Prior, Validation, blend, mean_losses, relative

BLOCKS = (slice(0, 1), slice(1, 4))


def _dice(*shape, seed=0):
    return np.random.default_rng(seed).normal(0, 1, shape)


def test_losses_are_means_of_what_was_observed():
    errors = np.array([[1.0, 2, np.nan, 4], [3, np.nan, np.nan, np.nan], [5, 5, 5, 5]])
    made = mean_losses(errors, np.array([0, 0, 2]), 3, BLOCKS)
    np.testing.assert_allclose(made, [[2, 3], [np.nan, np.nan], [5, 5]])


def test_relative_losses_are_the_same_for_either_to_the_other():
    first, second = np.abs(_dice(20)), np.abs(_dice(20, seed=1))
    np.testing.assert_allclose(relative(first, second), -relative(second, first))
    assert relative(np.array([0.0]), np.array([0.0])) == 0
    assert relative(np.array([0.0]), np.array([3.0])) == -1
    assert relative(np.array([np.inf * 0]), np.array([1.0])) != 0  # what is not known stays unknown


def _validation(own_errors, network_errors, series=None):
    """Return a validation of given errors: the actual values are 0."""
    own = [np.asarray(each, float) for each in own_errors]
    network = np.asarray(network_errors, float)
    series = np.zeros(len(network), np.int64) if series is None else series
    return Validation(own, network, np.zeros_like(network), series, int(series.max()) + 1, BLOCKS, 0)


NOTHING_KNOWN = Prior(np.full((2, 2), np.nan), np.full((3, 2), np.nan))


def test_without_a_prior_the_least_loss_decides():
    choice = _validation([np.full((4, 4), 3.0), np.full((4, 4), 2.0)], np.full((4, 4), 9.0)).choose(NOTHING_KNOWN)
    np.testing.assert_array_equal(choice.own, [[1, 1]])
    np.testing.assert_array_equal(choice.share, [[0, 0]])  # far better than the mean with the network
    choice = _validation([np.full((4, 4), 3.0), np.full((4, 4), 2.0)], np.full((4, 4), 1.0)).choose(NOTHING_KNOWN)
    np.testing.assert_array_equal(choice.share, [[1, 1]])
    opposite = [np.full((4, 4), 2.0), np.full((4, 4), 2.5)]
    choice = _validation(opposite, np.full((4, 4), -2.0)).choose(NOTHING_KNOWN)
    np.testing.assert_array_equal(choice.own, [[0, 0]])
    np.testing.assert_array_equal(choice.share, [[0.5, 0.5]])  # their errors cancel


def test_of_equal_losses_the_first_own_predictor_serves():
    choice = _validation([np.zeros((4, 4)), np.zeros((4, 4))], np.zeros((4, 4))).choose(NOTHING_KNOWN)
    np.testing.assert_array_equal(choice.own, [[0, 0]])
    np.testing.assert_array_equal(choice.share, [[0, 0]])


def test_the_panel_draws_a_choice_that_is_nearly_even():
    own = [np.full((4, 4), 2.0), np.full((4, 4), 1.9)]
    validation = _validation(own, np.full((4, 4), 2.0))
    prior = Prior(np.array([[0.0, 0.0], [0.3, 0.0]]), np.zeros((3, 2)))
    np.testing.assert_array_equal(validation.choose(prior).own, [[0, 1]])


def test_a_predictor_that_is_absent_at_a_cutoff_does_not_serve():
    absent = np.full((4, 4), 0.5)
    absent[2] = np.nan
    validation = _validation([np.full((4, 4), 2.0), absent], np.full((4, 4), 50.0))
    np.testing.assert_array_equal(validation.choose(NOTHING_KNOWN).own, [[0, 0]])
    alone = _validation([np.full((4, 4), np.nan), np.full((4, 4), np.nan)], np.full((4, 4), 5.0))
    np.testing.assert_array_equal(alone.choose(NOTHING_KNOWN).share, [[1, 1]])


def test_the_prior_is_the_mean_over_series_whatever_their_size():
    series = np.repeat(np.arange(3), 4)
    sizes = np.repeat([1.0, 10, 1000], 4)[:, None] * np.ones(4)
    prior = _validation([2 * sizes, 3 * sizes], sizes, series).prior()
    np.testing.assert_allclose(prior.own, [[0, 0], [0.2, 0.2]])
    np.testing.assert_allclose(prior.share[[OWN, NETWORK]], [[0.5 / 3.5] * 2, [-0.5 / 2.5] * 2])
    assert prior.share[MEAN].tolist() == [0, 0]


def test_a_choice_does_not_depend_on_the_series_beside_it():
    dice = np.random.default_rng(3)
    series = np.repeat(np.arange(5), 6)
    own, network = [dice.normal(0, 1, (30, 4)) for _ in range(3)], dice.normal(0, 1, (30, 4))
    prior = Prior(np.zeros((3, 2)), np.zeros((3, 2)))
    together = Validation(own, network, np.zeros((30, 4)), series, 5, BLOCKS, 0).choose(prior)
    assert len(np.unique(together.own)) > 1
    for place in range(5):
        mine = series == place
        alone = Validation(
            [each[mine] for each in own], network[mine], np.zeros((6, 4)), series[mine] - place, 1, BLOCKS, 0
        )
        choice = alone.choose(prior)
        np.testing.assert_array_equal(choice.own[0], together.own[place])
        np.testing.assert_array_equal(choice.share[0], together.share[place])


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_what_is_blended_is_what_was_chosen(share):
    own, network = [_dice(3, 4, seed=each) for each in (1, 2)], _dice(3, 4, seed=3)
    made = blend(own, network, np.array([[0, 1]] * 3), np.full((3, 2), share), BLOCKS)
    mine = np.concatenate([own[0][:, :1], own[1][:, 1:]], axis=1)
    np.testing.assert_array_equal(made, network if share == 1 else mine if share == 0 else 0.5 * network + 0.5 * mine)
