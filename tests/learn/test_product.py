import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.learn.product import backward_product, forward_product, gradient_product, gradient_room

GUARD = 64


def guarded(kind, *shape):
    """An array between two guard regions, and the whole it lies in."""
    whole = np.full(int(np.prod(shape)) + 2 * GUARD, 77, kind)
    return whole[GUARD:-GUARD].reshape(shape), whole


def products(weights, biases, before, slope):
    """All three, each output guarded."""
    (outputs, inputs), lanes, kind = weights.shape, before.shape[1], weights.dtype
    after, behind = guarded(kind, outputs, lanes), guarded(kind, inputs, lanes)
    gradient, sums, room = (
        guarded(kind, outputs, inputs),
        guarded(kind, outputs),
        guarded(kind, gradient_room(inputs, lanes)),
    )
    forward_product(weights, biases, before, after[0])
    backward_product(weights, slope, behind[0])
    gradient_product(slope, before, gradient[0], sums[0], room[0])
    for _, whole in (after, behind, gradient, sums, room):
        assert (whole[:GUARD] == 77).all()
        assert (whole[-GUARD:] == 77).all()
    return after[0], behind[0], gradient[0], sums[0]


def expected(weights, biases, before, slope):
    w, b, x, s = (array.astype(np.float64) for array in (weights, biases, before, slope))
    return w @ x + b[:, None], w.T @ s, s @ x.T, s.sum(axis=1)


def drawn(outputs, inputs, lanes, kind, seed=0):
    generator = np.random.default_rng(seed)
    shapes = (outputs, inputs), (outputs,), (inputs, lanes), (outputs, lanes)
    return [generator.standard_normal(shape).astype(kind) for shape in shapes]


shapes = {
    "outputs": st.integers(1, 70),
    "inputs": st.integers(1, 70),
    "lanes": st.sampled_from([16, 32, 48, 64]),
    "kind": st.sampled_from([np.float32, np.float64]),
    "seed": st.integers(0, 2**32 - 1),
}


@settings(deadline=None, max_examples=150)
@given(**shapes)
def test_as_in_double_precision(outputs, inputs, lanes, kind, seed):
    given_ = drawn(outputs, inputs, lanes, kind, seed)
    sizes = [np.abs(array).astype(np.float64) for array in given_]
    for result, right, size in zip(products(*given_), expected(*given_), expected(*sizes), strict=True):
        assert (np.abs(result - right) <= 8 * np.finfo(kind).eps * size).all()


@settings(deadline=None, max_examples=100)
@given(**shapes)
def test_whole_numbers_are_exact(outputs, inputs, lanes, kind, seed):
    generator = np.random.default_rng(seed)
    given_ = [generator.integers(-9, 10, array.shape).astype(kind) for array in drawn(outputs, inputs, lanes, kind)]
    for result, right in zip(products(*given_), expected(*given_), strict=True):
        assert result.dtype == kind
        assert (result == right).all()


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("sizes", [(1000, 429, 128), (300, 784, 128), (40, 1000, 256)])
def test_large(sizes, kind):
    given_ = drawn(*sizes, kind)
    sizes = [np.abs(array).astype(np.float64) for array in given_]
    for result, right, size in zip(products(*given_), expected(*given_), expected(*sizes), strict=True):
        assert (np.abs(result - right) <= 8 * np.finfo(kind).eps * size).all()
