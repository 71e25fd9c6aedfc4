"""The fast version: what `backprop.py`, `loss.py` and `optimizer.py` compute, compiled by Numba, nothing allocated.

An example is a lane: the a and ∂C/∂z of a layer lie as (neurons, lanes), so that one vector instruction serves 16
examples at once and the unknowns are read as they lie in θ. A batch fills up to a multiple of `LANES` with copies of
its last example, whose slopes are 0. Codes, not function objects, choose activation, loss and rule, so that one
compilation serves every network. In the files of this folder:

    plan     what does not change: widths, codes, numbers          `kernel.Plan`
    data     the arrays of `Examples`                              `kernel.Data`
    room     buffers, planned once                                 `kernel.Room`
    theta    (size,) the unknowns: per layer the rows of W, then b
    a        (lanes · Σ widths,) a of every layer, one after another; the features first
    slopes   (lanes · Σ widths,) ∂C/∂z of every layer, laid out as `a`
"""

from __future__ import annotations

from typing import Any

from numba import njit

LANES = 16

# Division as NumPy has it: Python's check for a zero divisor would keep a loop from being vectorised. Without Numba's
# runtime nothing can be allocated, and no array be counted, which took more time than a small network's arithmetic.
# Flags of floating point are stated, or a caller's would be taken over: NaN must stay NaN, and the same sum the same.
OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "error_model": "numpy", "_nrt": False}
compiled = njit(**OPTIONS, fastmath=False)
# To hand over a plan, data and room is to hand over some hundred numbers: what every batch calls becomes its caller's.
inlined = njit(**OPTIONS, fastmath=False, inline="always")
# Sums in any order, so that they are vectorised; the same numbers have the same sum all the same.
summing = njit(**OPTIONS, fastmath={"reassoc"})
