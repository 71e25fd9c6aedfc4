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

import contextlib
from pathlib import Path
from typing import Any

from numba import njit

LANES = 16


def _forget_older_compilations() -> None:
    """Remove what was compiled before a source changed: Numba's cache does not look at the files of callees."""
    here = Path(__file__).parent
    with contextlib.suppress(OSError):
        newest = max(file.stat().st_mtime for folder in (here, here.parent) for file in folder.glob("*.py"))
        for compilation in here.glob("__pycache__/*.nb[ic]"):
            if compilation.stat().st_mtime < newest:
                compilation.unlink(missing_ok=True)


_forget_older_compilations()

# Division as NumPy has it: Python's check for a zero divisor would keep a loop from being vectorised. Without Numba's
# runtime (an option that Numba keeps to itself) nothing can be allocated, and no array is counted, which took more
# time than a small network's arithmetic.
# Flags of floating point are stated, or a caller's would be taken over: NaN must stay NaN, and the same sum the same.
OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "error_model": "numpy", "_nrt": False}
compiled = njit(**OPTIONS, fastmath=False)
# To hand over a plan, data and room is to hand over some hundred numbers: what every batch calls becomes its caller's.
inlined = njit(**OPTIONS, fastmath=False, inline="always")
# Sums in any order, so that they are vectorised; the same numbers have the same sum all the same.
summing = njit(**OPTIONS, fastmath={"reassoc"})
