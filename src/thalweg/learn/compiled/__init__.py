"""The fast version: what `backprop.py`, `loss.py` and `optimizer.py` compute, compiled by Numba without allocation.

An example is a SIMD lane: the a and ∂C/∂z of a layer have shape (neurons, lanes), so that one vector instruction works
on several examples at once, and the unknowns are read in the order of θ. A batch is filled up to a multiple of `LANES`
with copies of its last example, whose slopes are 0. Activation, loss and rule are chosen by numbers instead of function
objects, so that one compilation serves every network. In the files of this folder:

    plan     what does not change: widths, codes, numbers          `kernel.Plan`
    data     the arrays of `Examples`                              `kernel.Data`
    buffers  arrays that are written, allocated once               `kernel.Buffers`
    theta    (size,) the unknowns: per layer the rows of W, then b
    a        (lanes · Σ widths,) a of every layer, one after another; the features first
    slopes   (lanes · Σ widths,) ∂C/∂z of every layer, laid out as `a`
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from numba import njit
from numba.core import config

from thalweg.errors import InputError

if getattr(config, "DISABLE_JIT", 0):  # set by the environment variable NUMBA_DISABLE_JIT
    raise InputError("engine.not_compiled")

LANES = 16


def _forget_older_compilations() -> None:
    """Remove compilations that are older than a source: Numba's cache does not check the files of callees."""
    here = Path(__file__).parent
    with contextlib.suppress(OSError):
        newest = max(file.stat().st_mtime for folder in (here, here.parent) for file in folder.glob("*.py"))
        for compilation in here.glob("__pycache__/*.nb[ic]"):
            if compilation.stat().st_mtime < newest:
                compilation.unlink(missing_ok=True)


def _can_keep_compilations() -> bool:
    """Whether Numba finds a folder to write to, here or in the user's home; nothing is compiled."""
    try:
        njit(cache=True)(_forget_older_compilations)
    except RuntimeError:
        return False
    return True


_forget_older_compilations()
KEEPS_COMPILATIONS = _can_keep_compilations()

# Division works as in NumPy, because Python's check for a zero divisor would prevent the vectorisation of a loop.
# Without Numba's runtime (`_nrt`, an undocumented option) nothing can be allocated and references to arrays are not
# counted, which would take more time than the arithmetic of a small network.
# The flags of floating-point arithmetic are set here, because otherwise those of a caller would apply: NaN must stay
# NaN, and the same sum must give the same bits.
OPTIONS: dict[str, Any] = {"nogil": True, "cache": KEEPS_COMPILATIONS, "error_model": "numpy", "_nrt": False}
compiled = njit(**OPTIONS, fastmath=False)
# A plan, data and buffers are about a hundred numbers. To pass them in each call is slow, so these calls are inlined.
inlined = njit(**OPTIONS, fastmath=False, inline="always")
# Sums may be taken in any order, so that they are vectorised; equal numbers still have equal sums.
summing = njit(**OPTIONS, fastmath={"reassoc"})
# What compiled code alone calls: without an entry for Python and a place in the cache it is compiled in half the time.
# Python must not call such a function, which would end the process.
_inner: dict[str, Any] = OPTIONS | {"cache": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
internal = njit(**_inner, fastmath=False)
internal_summing = njit(**_inner, fastmath={"reassoc"})
# A few instructions, which LLVM puts in the place of the call.
small = njit(**_inner, fastmath=False, forceinline=True)
