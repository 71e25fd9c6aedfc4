"""A network's description and its θ."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.learn.activation import ACTIVATIONS
from thalweg.learn.function import Network


def test_theta_is_the_rows_of_w_then_b_layer_by_layer():
    # N6, on 2-3-1: nine numbers of W and b, then four.
    network = Network((2, 3, 1))
    assert network.size == 13
    first, last = network.layers(np.arange(13.0))
    assert first.weights.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert first.biases.tolist() == [6, 7, 8]
    assert last.weights.tolist() == [[9, 10, 11]]
    assert last.biases.tolist() == [12]


def test_layers_are_views():
    theta = np.zeros(13)
    Network((2, 3, 1)).layers(theta)[1].biases[:] = 5
    assert theta[12] == 5


def test_counts_of_unknowns_of_the_ladder():
    assert Network((56, 1)).size == 57
    assert Network((56, 100, 1)).size == 5_801
    assert Network((56, 100, 100, 100, 1)).size == 26_001


@pytest.mark.parametrize(("activation", "bound"), [("relu", 0.05), ("sigmoid", (6 / 700) ** 0.5), ("identity", 0.05)])
def test_start_is_uniform_within_its_bound(activation, bound):
    network = Network((400, 300, 1), activation)
    layer = network.layers(network.start(3))[0]
    assert layer.weights.min() == pytest.approx(-bound, rel=1e-3)
    assert layer.weights.max() == pytest.approx(bound, rel=1e-3)
    assert layer.weights.var() == pytest.approx(bound**2 / 3, rel=0.02)
    assert not layer.biases.any()


def test_start_is_the_seed_s():
    network = Network((4, 3, 1))
    assert np.array_equal(network.start(1), network.start(1))
    assert not np.array_equal(network.start(1), network.start(2))


@pytest.mark.parametrize("widths", [(), (3,), (3, 0, 1), (3, -1)])
def test_impossible_widths(widths):
    with pytest.raises(ValueError, match="widths are"):
        Network(widths)


def test_unknown_names():
    with pytest.raises(ValueError, match=r"no activation 'swish'; choose one of identity, sigmoid, hard sigmoid, relu"):
        Network((1, 1), "swish")
    with pytest.raises(ValueError, match="no activation 'softmax' of hidden layers"):
        Network((1, 2, 1), "softmax")
    with pytest.raises(ValueError, match="no start 'zero'; choose one of small, glorot, he"):
        Network((1, 1)).start(0, "zero")


@pytest.mark.parametrize("hidden", [(), (5,), (5, 5), (5, 5, 5, 5), (5, 5, 4)])
def test_skip_connections_need_pairs_behind_a_first_layer(hidden):
    with pytest.raises(ValueError, match=r"need 3, 5, 7, … hidden layers of one width"):
        Network((3, *hidden, 1), skip=True)


def test_where_skip_connections_end():
    network = Network((3, 5, 5, 5, 5, 5, 2), skip=True)
    assert [network.skips_to(layer) for layer in range(8)] == [False, False, True, False, True, False, False, False]
    plain = Network((3, 5, 5, 5, 2))
    assert not any(plain.skips_to(layer) for layer in range(5))
    assert Network((3, 5, 5, 5, 2), skip=True).size == plain.size


def test_starts_have_their_bounds():
    network = Network((50, 200, 40))
    for kind, bound in (("small", 50**-0.5), ("glorot", (6 / 250) ** 0.5), ("he", (6 / 50) ** 0.5)):
        weights = network.layers(network.start(0, kind))[0].weights
        assert np.abs(weights).max() == pytest.approx(bound, rel=1e-3)


def test_theta_of_another_size():
    with pytest.raises(ValueError, match=r"13 unknowns.*\(12,\)"):
        Network((2, 3, 1)).layers(np.zeros(12))


def test_sigmoid_far_out():
    sigmoid = ACTIVATIONS["sigmoid"]
    z = np.array([-1000.0, -40, 0, 40, 1000, np.nan])
    np.testing.assert_allclose(sigmoid.value(z), [0, np.exp(-40), 0.5, 1, 1, np.nan], rtol=1e-14)
    np.testing.assert_allclose(sigmoid.slope(z), [0, np.exp(-40), 0.25, 0, 0, np.nan], rtol=1e-14, atol=1e-17)


def test_relu_keeps_nan():
    assert np.isnan(ACTIVATIONS["relu"].value(np.array([np.nan]))).all()
