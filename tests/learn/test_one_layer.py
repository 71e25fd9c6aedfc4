"""One hidden layer with as many unknowns as a deep network: the nearest that there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.learn.function import Network, one_layer_of_size


@given(st.integers(1, 60), st.lists(st.integers(1, 40), min_size=1, max_size=4), st.integers(1, 4))
def test_no_other_width_comes_nearer(features, hidden, outputs):
    network = Network((features, *hidden, outputs), "sigmoid")
    found = one_layer_of_size(network)
    assert len(found.widths) == 3
    assert (found.widths[0], found.widths[-1], found.activation) == (features, outputs, "sigmoid")
    away = [
        abs(Network((features, width, outputs)).size - network.size) for width in range(1, 3 * found.widths[1] + 20)
    ]
    assert abs(found.size - network.size) == min(away)


def test_three_layers_of_a_hundred():
    # 56-100-100-100-1 has 26,001 unknowns; 58 a neuron and 1: 448 neurons make 25,985, 449 make 26,043.
    assert one_layer_of_size(Network((56, 100, 100, 100, 1))) == Network((56, 448, 1))
    assert Network((56, 448, 1)).size == 25_985


def test_one_layer_is_its_own_counterpart():
    assert one_layer_of_size(Network((7, 13, 2), "tanh", "sigmoid")) == Network((7, 13, 2), "tanh", "sigmoid")
    assert one_layer_of_size(Network((1, 1, 1))).widths == (1, 1, 1)


def test_a_straight_line_has_none():
    with pytest.raises(ValueError, match="without a hidden layer"):
        one_layer_of_size(Network((7, 1)))
