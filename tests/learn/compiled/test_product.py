import importlib.util
import os
import shutil
import subprocess
import sys

import llvmlite.binding
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.learn.compiled import product

GUARD = 64
KINDS = [np.float32, np.float64]


def guarded(kind, *shape):
    """An array between two guard regions, and the whole it lies in."""
    whole = np.full(int(np.prod(shape)) + 2 * GUARD, 77, kind)
    return whole[GUARD:-GUARD].reshape(shape), whole


def products(weights, biases, before, slope, by=product):
    """All three, each output and the scratch guarded."""
    (outputs, inputs), lanes, kind = weights.shape, before.shape[1], weights.dtype
    after, behind = guarded(kind, outputs, lanes), guarded(kind, inputs, lanes)
    gradient, sums = guarded(kind, outputs, inputs), guarded(kind, outputs)
    scratch = guarded(kind, by.gradient_scratch(inputs, lanes))
    by.forward_product(weights, biases, before, after[0])
    by.backward_product(weights, slope, behind[0], 0, len(behind[0]))
    by.gradient_product(slope, before, gradient[0], sums[0], scratch[0])
    for _, whole in (after, behind, gradient, sums, scratch):
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


def whole_numbers(outputs, inputs, lanes, kind, seed=0):
    generator = np.random.default_rng(seed)
    return [generator.integers(-9, 10, array.shape).astype(kind) for array in drawn(outputs, inputs, lanes, kind)]


def check_close(matrices):
    sizes = expected(*(abs(matrix) for matrix in matrices))
    for result, right, size in zip(products(*matrices), expected(*matrices), sizes, strict=True):
        assert (abs(result - right) <= 8 * np.finfo(result.dtype).eps * size).all()


def check_exact(matrices, by=product):
    for result, right in zip(products(*matrices, by=by), expected(*matrices), strict=True):
        assert result.dtype == matrices[0].dtype
        assert (result == right).all()


shapes = {
    "outputs": st.integers(1, 70),
    "inputs": st.integers(1, 70),
    "lanes": st.sampled_from([16, 32, 48, 64]),
    "kind": st.sampled_from(KINDS),
    "seed": st.integers(0, 2**32 - 1),
}


@settings(deadline=None, max_examples=150)
@given(**shapes)
def test_as_in_double_precision(outputs, inputs, lanes, kind, seed):
    check_close(drawn(outputs, inputs, lanes, kind, seed))


@settings(deadline=None, max_examples=150)
@given(**shapes)
def test_whole_numbers_are_exact(outputs, inputs, lanes, kind, seed):
    check_exact(whole_numbers(outputs, inputs, lanes, kind, seed))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("inputs", [4, 5, 8, 9, 16, 17, 32, 33, 48])
@pytest.mark.parametrize("outputs", [2, 13])
def test_where_strips_end(outputs, inputs, kind):
    check_exact(whole_numbers(outputs, inputs, 32, kind))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sizes", [(1000, 429, 128), (300, 784, 128), (40, 1000, 256), (257, 263, 16)])
def test_large(sizes, kind):
    check_close(drawn(*sizes, kind))
    check_exact(whole_numbers(*sizes, kind))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sizes", [(1, 1, 16), (1, 37, 16), (7, 1, 32), (9, 20, 48), (31, 70, 32)])
@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_stays_so(sizes, odd, kind):
    for which in range(4):
        matrices = drawn(*sizes, kind)
        matrices[which].flat[matrices[which].size // 2] = odd
        matrices[which].flat[-1] = odd
        if which != 1:
            matrices[3 if which == 2 else 2].flat[-1] = 0  # 0 · ∞ is NaN
        with np.errstate(invalid="ignore"):
            rights = expected(*matrices)
        for result, right in zip(products(*matrices), rights, strict=True):
            assert (np.isnan(result) == np.isnan(right)).all()
            assert (np.isposinf(result) == np.isposinf(right)).all()
            assert (np.isneginf(result) == np.isneginf(right)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_zero_has_a_sign(kind):
    ones, zeros = np.ones((1, 16), kind), np.full((1, 16), -0.0, kind)
    after, *_ = products(np.ones((1, 1), kind), np.full(1, -0.0, kind), zeros, ones)
    assert np.signbit(after).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sizes", [(1, 7, 16), (100, 56, 32), (64, 33, 96), (300, 784, 128)])
def test_same_bits_again(sizes, kind):
    matrices = drawn(*sizes, kind)
    for first, second in zip(products(*matrices), products(*matrices), strict=True):
        assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sizes", [(1, 7, 96), (100, 56, 96), (300, 300, 96)])
def test_an_example_has_the_same_bits_in_any_company(sizes, kind):
    weights, biases, before, slope = drawn(*sizes, kind)
    after, behind, *_ = products(weights, biases, before, slope)
    for first, last in ((0, 16), (16, 64), (64, 96)):
        own = np.ascontiguousarray(before[:, first:last]), np.ascontiguousarray(slope[:, first:last])
        own_after, own_behind, *_ = products(weights, biases, *own)
        assert own_after.tobytes() == after[:, first:last].tobytes()
        assert own_behind.tobytes() == behind[:, first:last].tobytes()


@pytest.mark.parametrize(
    ("features", "vector_bytes", "kind"),
    [
        ({}, 16, np.float32),
        pytest.param({}, 16, np.float64, marks=pytest.mark.slow),
        pytest.param({"avx2": True}, 32, np.float32, marks=pytest.mark.slow),
        ({"avx512f": True}, 64, np.float64),
    ],
)
def test_right_with_the_vectors_of_other_machines(features, vector_bytes, kind, tmp_path, monkeypatch):
    # A copy, so that what is compiled for the pretended machine goes into a cache of its own.
    path = shutil.copy(product.__file__, tmp_path / "product_elsewhere.py")
    monkeypatch.setattr(llvmlite.binding, "get_host_cpu_features", lambda: features)
    specification = importlib.util.spec_from_file_location("product_elsewhere", path)
    elsewhere = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(elsewhere)
    assert vector_bytes == elsewhere.VECTOR_BYTES
    for sizes in [(1, 1, 16), (1, 13, 16), (7, 5, 16), (31, 70, 48), (13, 18, 32), (5, 34, 64), (30, 9, 16)]:
        check_exact(whole_numbers(*sizes, kind), by=elsewhere)


CALLER = """
import numpy as np
from numba import njit
from thalweg.learn.compiled.product import forward_product

@njit(nogil=True, cache=True, error_model="numpy")
def twice(weights, biases, before, between, after):
    forward_product(weights, biases, before, between)
    forward_product(weights, biases, between, after)

ones = np.ones((3, 3), np.float32)
before, between, after = np.ones((3, 16), np.float32), np.empty((3, 16), np.float32), np.empty((3, 16), np.float32)
twice(ones, ones[0], before, between, after)
print(after.sum(), sum(twice.stats.cache_hits.values()))
"""


@pytest.mark.slow
def test_a_caller_is_compiled_once_for_all_processes(tmp_path):
    path = tmp_path / "caller.py"
    path.write_text(CALLER)
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    for hits in (0, 1):
        done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True, env=environment)
        assert done.stdout.split() == [str(16 * 3 * 13.0), str(hits)]


AT_THE_EDGE = """
import ctypes, mmap
import numpy as np
from thalweg.learn.compiled.product import backward_product, forward_product, gradient_product, gradient_scratch

PAGE = mmap.PAGESIZE
protect = ctypes.CDLL(None).mprotect
kept = []

def filled(*shape, last):
    'Ones, the last (or the first) of which touches a page that must not be touched.'
    pages = mmap.mmap(-1, 8 * PAGE)
    kept.append(pages)
    first = ctypes.addressof(ctypes.c_char.from_buffer(pages))
    assert protect(ctypes.c_void_p(first + (7 * PAGE if last else 0)), PAGE, 0) == 0
    size = int(np.prod(shape))
    array = np.frombuffer(pages, np.float32, size, 7 * PAGE - 4 * size if last else PAGE).reshape(shape)
    array[:] = 1
    return array

for last in (True, False):
    for n, k, lanes in [(1, 1, 16), (1, 9, 16), (2, 5, 16), (7, 9, 32), (13, 18, 48), (3, 33, 16)]:
        weights, biases, before, after, slope, behind, gradient, sums, scratch = (
            filled(*shape, last=last)
            for shape in [
                (n, k), (n,), (k, lanes), (n, lanes), (n, lanes), (k, lanes), (n, k), (n,),
                (gradient_scratch(k, lanes),),
            ]
        )
        forward_product(weights, biases, before, after)
        backward_product(weights, slope, behind, 0, len(behind))
        gradient_product(slope, before, gradient, sums, scratch)
        assert (after == k + 1).all() and (behind == n).all() and (gradient == lanes).all() and (sums == lanes).all()
print("untouched")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="mprotect belongs to POSIX")
def test_nothing_outside_is_read():
    done = subprocess.run([sys.executable, "-c", AT_THE_EDGE], capture_output=True, text=True, check=False)
    assert done.stdout == "untouched\n", done.stderr
