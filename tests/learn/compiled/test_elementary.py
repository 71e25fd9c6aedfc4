"""exp, sigmoid and tanh: right to the bounds they state, the same bits wherever a number stands, and vector code."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from thalweg.learn.compiled.elementary import exponential, sigmoid, tanh

FUNCTIONS = (exponential, sigmoid, tanh)
BOUND = {exponential: 1.1, sigmoid: 2.5, tanh: 3.0}  # ulp, as the docstrings state
TYPES = (np.float32, np.float64)
BITS = {np.float32: np.uint32, np.float64: np.uint64}
FIRST_NORMAL = {np.float32: -87.33654, np.float64: -708.396418532264}  # e to it is the least normal number


def looped(function):
    @njit(nogil=True, error_model="numpy")
    def loop(x, out):
        for i in range(len(x)):
            out[i] = function(x[i])

    return loop


LOOPS = {function: looped(function) for function in FUNCTIONS}


def over(function, x):
    out = np.full_like(x, 7)
    LOOPS[function](x, out)
    return out


def bits(values):
    """Return values as whole numbers, bit by bit; every NaN has the same, since the sign of a NaN has no meaning."""
    return np.where(np.isnan(values), np.nan, values).astype(values.dtype).view(BITS[values.dtype.type])


def next_to(x, count):
    """Every number from `count` places below x to `count` places above it, for x other than 0."""
    whole = bits(np.array([x]))[0].astype(np.int64) + np.arange(-count, count + 1)
    return np.sort(whole.astype(BITS[type(x)]).view(type(x)))


def assorted(kind, count, seed=0):
    random = np.random.default_rng(seed)
    x = random.normal(0, 4, count).astype(kind)
    some = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1e-40, -1e-30, 88.5, -87.3, -87.4, 710.0, -709.0], kind)
    x[random.permutation(count)[: min(len(some), count)]] = some[:count]
    return x


def exactly(function, x):
    """The function of float64 numbers, by NumPy, far inside the precision of float32."""
    if function is sigmoid:
        e = np.exp(-np.abs(x))
        return np.where(x < 0, e, 1) / (1 + e)
    return np.exp(x) if function is exponential else np.tanh(x)


def to_many_digits(function, x):
    """The function of one float64 number, to 30 digits and more."""
    with localcontext(prec=60):
        if function is exponential:
            return Decimal(x).exp()
        if function is sigmoid:
            return 1 / (1 + Decimal(-x).exp())
        m = Decimal(2 * x).exp() - 1
        return m / (m + 2)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_float32_within_the_bound_for_every_exponent(function):
    with np.errstate(over="ignore", under="ignore"):
        for part in np.array_split(np.arange(0, 2**32, 509, dtype=np.uint32), 16):
            x = part.view(np.float32)
            x = x[np.isfinite(x)]
            ours = over(function, x)
            exact = exactly(function, x.astype(np.float64))
            normal = (np.abs(exact) >= 2.0**-126) & (exact < 2.0**128)
            ulp = np.ldexp(1.0, np.frexp(exact[normal])[1] - 24)
            assert np.max(np.abs(ours[normal] - exact[normal]) / ulp, initial=0) < BOUND[function]
            assert np.all(ours[exact >= 2.0**128] == np.inf)
            tiny = np.abs(exact) < 2.0**-126
            np.testing.assert_array_equal(ours[tiny], x[tiny] if function is tanh else 0)
            if function is not exponential:
                assert np.all(np.abs(ours) <= 1)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_float64_within_the_bound(function):
    random = np.random.default_rng(1)
    of_every_size = random.choice([-1, 1], 1500) * np.exp2(random.uniform(-60, 9.4, 1500))
    x = np.concatenate([random.uniform(-708, 709, 500), random.uniform(-3, 5, 2000), of_every_size])
    for number, ours in zip(x.tolist(), over(function, x).tolist(), strict=True):
        exact = to_many_digits(function, number)
        ulp = Decimal(2) ** int(np.frexp(float(exact))[1] - 53)
        assert abs(Decimal(ours) - exact) < Decimal(BOUND[function]) * ulp, number


def test_far_out_on_the_left_sigmoid_is_small_and_not_wrong():
    x = np.array([-50.0, -87.0])  # where σ(x) is eˣ to 20 digits
    for kind in TYPES:
        np.testing.assert_allclose(over(sigmoid, x.astype(kind)), np.exp(x), rtol=3 * np.finfo(kind).eps)


@pytest.mark.parametrize("kind", TYPES)
def test_special_values(kind):
    largest, least = np.finfo(kind).max, np.finfo(kind).smallest_subnormal
    x = np.array([np.inf, largest, least, 0, -0.0, -least, -largest, -np.inf], kind)
    np.testing.assert_array_equal(over(exponential, x), [np.inf, np.inf, 1, 1, 1, 1, 0, 0])
    np.testing.assert_array_equal(over(sigmoid, x), [1, 1, 0.5, 0.5, 0.5, 0.5, 0, 0])
    expected = np.array([1, 1, least, 0, -0.0, -least, -1, -1], kind)
    np.testing.assert_array_equal(bits(over(tanh, x)), bits(expected))
    every_nan = (bits(np.array([np.nan], kind)) | np.arange(600).astype(BITS[kind])).view(kind)
    for function in FUNCTIONS:
        assert np.isnan(over(function, every_nan)).all()
        assert np.isnan(over(function, -every_nan)).all()


@pytest.mark.parametrize("kind", TYPES)
def test_at_both_ends_of_exp(kind):
    largest, least = np.finfo(kind).max, np.finfo(kind).smallest_normal
    start = next_to(kind(FIRST_NORMAL[kind]), 40)
    for function in (exponential, sigmoid):
        y = over(function, start)
        normal = start >= kind(FIRST_NORMAL[kind])
        assert np.all(y[~normal] == 0)
        np.testing.assert_allclose(y[normal], least, rtol=1e-3)
        assert y[normal].min() >= least
    end = next_to(np.log(largest, dtype=kind), 40)
    y = over(exponential, end)
    assert np.isinf(y[-1])
    assert np.isfinite(y[0])
    assert np.all(np.diff(np.isinf(y).astype(int)) >= 0)
    np.testing.assert_allclose(y[np.isfinite(y)], largest, rtol=1e-3)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_rising(function, kind):
    spread = over(function, np.arange(-90, 88, 2.0**-10).astype(kind))
    assert np.all(spread[1:] - spread[:-1] >= -2 * np.spacing(np.abs(spread[:-1])))
    for n in range(-12, 12):  # where the next n begins
        y = over(function, next_to(kind((n + 0.5) * np.log(2)), 200))
        assert np.all(y[1:] - y[:-1] >= -2 * np.spacing(np.abs(y[:-1])))


@given(x=st.floats(allow_nan=False))
def test_symmetry(x):
    for kind in TYPES:
        with np.errstate(over="ignore", under="ignore"):
            both = np.array([x, -x]).astype(kind)
        left, right = over(tanh, both)
        assert left.tobytes() == (-right).tobytes()
        assert abs(over(sigmoid, both).sum() - 1) <= 2 * np.finfo(kind).eps


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_same_bits_alone_and_anywhere_in_an_array(function, kind):
    x = assorted(kind, 67 + 33)
    alone = np.array([function(number) for number in x], kind)
    for length in range(1, 68):
        for offset in (*range(18), 33):
            at = slice(offset, offset + length)
            np.testing.assert_array_equal(bits(over(function, x[at])), bits(alone[at]))
    out = np.zeros(2 * len(x), kind)[::2]
    LOOPS[function](np.repeat(x, 3)[::3], out)
    np.testing.assert_array_equal(bits(out.copy()), bits(alone))


ELSEWHERE = """
import sys
import numpy as np
from numba import njit
from thalweg.learn.compiled import elementary

for name in ("exponential", "sigmoid", "tanh"):
    function = getattr(elementary, name)

    @njit(fastmath={"contract", "reassoc", "arcp", "afn"})
    def loop(x, out):
        for i in range(len(x)):
            out[i] = function(x[i])

    for kind in ("float32", "float64"):
        x = np.load(f"{kind}.npy")
        out = np.empty_like(x)
        loop(x, out)
        np.save(f"{name}-{kind}.npy", out)
"""


@pytest.mark.parametrize(
    "processor",
    [pytest.param({}, marks=pytest.mark.slow), {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}],
)
def test_the_same_bits_on_any_processor_whatever_the_flags_of_the_caller(processor, tmp_path):
    # In a process of its own, where nothing is compiled yet: Numba hands flags down as it compiles.
    for kind in TYPES:
        np.save(tmp_path / f"{kind.__name__}.npy", assorted(kind, 1001, seed=3))
    environment = {**os.environ, **processor, "NUMBA_CACHE_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", ELSEWHERE], env=environment, cwd=tmp_path, check=True)
    for kind in TYPES:
        x = np.load(tmp_path / f"{kind.__name__}.npy")
        for function in FUNCTIONS:
            there = np.load(tmp_path / f"{function.py_func.__name__}-{kind.__name__}.npy")
            np.testing.assert_array_equal(bits(there), bits(over(function, x)))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_comes_out_has_the_type_of_what_goes_in(function):
    for kind in TYPES:
        over(function, np.ones(1, kind))
    assert {str(s.return_type) for s in function.nopython_signatures} == {"float32", "float64"}


@pytest.mark.skipif(
    platform.machine() not in {"x86_64", "AMD64"}, reason="only x86's vector instructions are known to this test"
)
@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_loop_becomes_vector_instructions(function, kind):
    x = np.ones(3, kind)
    over(function, x)
    loop = LOOPS[function]
    signature = next(s for s in loop.signatures if s[0].dtype.name == np.dtype(kind).name)
    name = {np.float32: "float", np.float64: "double"}[kind]
    code = loop.inspect_llvm(signature)
    assert re.search(rf"fmul [a-z ]*<\d+ x {name}>", code)
    if function is not exponential:
        assert re.search(rf"fdiv [a-z ]*<\d+ x {name}>", code)
    assert not re.search(r"call \w+ @\w*exp", code)
    packed = {np.float32: "ps", np.float64: "pd"}[kind]
    assert re.search(rf"\bv?mul{packed}\b.*mm", loop.inspect_asm(signature))
