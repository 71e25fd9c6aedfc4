"""A prediction taken apart into its neurons: they add up to it, and turn where they are told to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.strategies import seeds
from thalweg.learn import Network, contributions, dense_examples, piecewise_network, predict


@given(
    seeds,
    st.lists(st.integers(1, 9), min_size=1, max_size=3),
    st.sampled_from(["relu", "sigmoid", "hard sigmoid", "tanh", "identity"]),
    st.integers(0, 2),
)
def test_they_add_up_to_the_prediction(seed, hidden, activation, feature):
    network = Network((3, *hidden, 2), activation)
    random = np.random.default_rng(seed)
    theta, x = random.normal(0, 1, network.size), random.normal(0, 1, (30, 3))
    parts = contributions(network, theta, x, feature, output=1)
    assert parts.each.shape == (hidden[-1], len(parts.grid))
    np.testing.assert_allclose(parts.bias + parts.each.sum(axis=0), parts.prediction, rtol=0, atol=1e-12)
    rows = np.tile(x.mean(axis=0), (len(parts.grid), 1))
    rows[:, feature] = parts.grid
    by_kernel = predict(network, theta, dense_examples(rows, np.zeros((len(rows), 2))))[:, 1]
    np.testing.assert_allclose(parts.prediction, by_kernel, rtol=0, atol=1e-12)
    assert np.abs(parts.prediction).max() > 0
    assert (parts.grid[0], parts.grid[-1]) == (x[:, feature].min(), x[:, feature].max())


def test_they_turn_at_the_points_of_the_curve():
    x, y = np.array([0.0, 1.3, 2.1, 4.0]), np.array([1.0, 3.0, 2.0, 2.5])
    across = np.linspace(-1, 5, 50)[:, None]
    parts = contributions(*piecewise_network(x, y), across)
    np.testing.assert_allclose(np.array(parts.turns), [[0, 1.3], [1.3, 2.1], [2.1, 4]], rtol=0, atol=1e-12)
    np.testing.assert_allclose(parts.prediction, np.interp(parts.grid, x, y), rtol=0, atol=1e-12)
    pairs = contributions(*piecewise_network(x, y, "relu"), across)
    np.testing.assert_allclose(np.concatenate(pairs.turns), [0, 1.3, 1.3, 2.1, 2.1, 4], rtol=0, atol=1e-12)
    assert not (parts.dead | parts.saturated).any()
    assert not (pairs.dead | pairs.saturated).any()


def test_others_are_held_where_one_says():
    network = Network((2, 1, 1), "sigmoid")
    theta = np.array([2.0, -1.0, 0.5, 3.0, 1.0])  # σ(2·x₁ − x₂ + 0.5)·3 + 1
    parts = contributions(network, theta, [[0.0, 5.0], [1.0, 7.0]], grid=[0.25], hold=[9.0, 1.5])
    np.testing.assert_allclose(parts.prediction, 1 + 3 / (1 + np.exp(0.5)), rtol=1e-15)


@pytest.mark.parametrize(
    ("activation", "biases", "dead", "saturated"),
    [
        ("relu", [-5, 0, 5], [1, 0, 0], [0, 0, 0]),
        ("hard sigmoid", [-9, 0, 9], [1, 0, 0], [0, 0, 1]),
        ("sigmoid", [-20, 0, 20], [0, 0, 0], [1, 0, 1]),
        ("tanh", [-20, 0, 20], [0, 0, 0], [1, 0, 1]),
        ("identity", [-20, 0, 20], [0, 0, 0], [0, 0, 0]),
    ],
)
def test_dead_and_saturated_neurons_are_told(activation, biases, dead, saturated):
    network = Network((1, 3, 1), activation)
    theta = np.array([1.0, 1, 1, *biases, 1, 1, 1, 0])
    parts = contributions(network, theta, np.linspace(-1, 1, 20)[:, None])
    np.testing.assert_array_equal(parts.dead, np.array(dead, dtype=bool))
    np.testing.assert_array_equal(parts.saturated, np.array(saturated, dtype=bool))
    assert (parts.each[parts.dead] == 0).all()


def test_what_cannot_be_is_refused():
    network = Network((2, 3, 1))
    theta, x = network.start(), np.ones((4, 2))
    line, several = Network((2, 1)), Network((2, 3, 1), output="sigmoid")
    for call, told in (
        (lambda: contributions(line, line.start(), x), "no hidden layer"),
        (lambda: contributions(several, several.start(), x), "Its output is a sigmoid"),
        (lambda: contributions(network, theta, x[:, :1]), r"the shape given is \(4, 1\)"),
        (lambda: contributions(network, theta, x[:0]), "one or more"),
        (lambda: contributions(network, theta, x, 2), "Feature 2 and output 0 are asked for"),
        (lambda: contributions(network, theta, x, output=1), "outputs 0 to 0"),
        (lambda: contributions(network, theta, x, hold=[1.0]), r"must be 2 features"),
    ):
        with pytest.raises(ValueError, match=told):
            call()
