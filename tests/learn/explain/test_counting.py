"""The blackboard's counts are of passes that are right, and the formulas give the same counts."""

import numpy as np
import pytest

from support.blackboard import Blackboard
from thalweg.learn import backprop
from thalweg.learn.explain import counting
from thalweg.learn.function import Network


@pytest.mark.parametrize("widths", [(3, 1), (2, 2, 2, 2), (4, 3, 2), (3, 5, 4, 3, 2), (1, 1, 1, 1, 1, 1)])
def test_counts_are_of_the_real_passes(widths):
    network = Network(widths, "sigmoid")
    random = np.random.default_rng(3)
    theta, x = network.start(1) + random.normal(size=network.size), random.normal(size=(1, widths[0]))
    slope = random.normal(size=(1, widths[-1]))
    passed = backprop.forward(network, theta, x)
    wanted = backprop.backward(network, theta, passed, slope).slopes

    def counted(work, *arguments):
        board.multiplications = 0
        return work(*arguments), board.multiplications

    board = Blackboard(network, theta)
    z, forward = counted(board.forward, x[0])
    for ours, reference in zip(z, passed.z, strict=True):
        np.testing.assert_allclose(ours, reference[0], rtol=1e-12)
    found, backward = counted(board.backward, z, slope[0])
    asked, naive = counted(board.naive, z, slope[0])
    for once, each, reference in zip(found, asked, wanted, strict=True):
        np.testing.assert_allclose(once, reference[0], rtol=1e-12)
        np.testing.assert_allclose(each, reference[0], rtol=1e-12)
    assert forward == counting.forward_count(widths)
    assert backward == counting.backward_count(widths)
    assert naive == counting.naive_count(widths)


def test_the_work_repeats_with_every_layer():
    assert counting.backward_count((2, 2, 2, 2)) == 14
    assert counting.naive_count((2, 2, 2, 2)) == 2 * (1 + 5 + 13)
    deep = (429, *[1000] * 8, 40)
    assert counting.backward_count(deep) < 1.01 * counting.forward_count(deep)
    assert counting.naive_count(deep) > 1e24
