"""The limit of the core: the float32 multiply-adds per second in registers, without access to memory."""

# Numba's own, of which it ships no types:
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

if TYPE_CHECKING:
    from collections.abc import Callable

    Compiled = list[tuple[int, Callable[[int], float]]]

# Lanes of a vector and vectors side by side. Enough of them to hide a multiply-add's latency, few enough to stay in
# registers; which is best differs from processor to processor, so the fastest is the limit.
SHAPES = ((16, 10), (8, 10), (4, 10))
MULTIPLY_ADDS = 2e8  # a timing; some milliseconds


def _multiply_adds(lanes: int, vectors: int):
    """Return a compiled function of n that makes n · lanes · vectors multiply-adds, none waiting for another's."""

    @intrinsic
    def run(typing_context, n):  # noqa: ARG001 - Numba's form
        def generate(context, builder, signature, arguments):  # noqa: ARG001 - likewise
            vector = ir.VectorType(ir.FloatType(), lanes)
            multiply_add = cgutils.get_or_insert_function(
                builder.module, ir.FunctionType(vector, [vector] * 3), f"llvm.fma.v{lanes}f32"
            )
            count = arguments[0]
            # Made of n, which the compiler does not know, so that nothing is computed ahead.
            start = builder.uitofp(count, ir.FloatType())
            factor = builder.fmul(start, ir.Constant(ir.FloatType(), 1e-12))
            spread = ir.Constant(vector, ir.Undefined)
            for lane in range(lanes):
                spread = builder.insert_element(spread, factor, ir.IntType(32)(lane))
            sums = [
                cgutils.alloca_once_value(builder, builder.fmul(spread, ir.Constant(vector, [float(k + 1)] * lanes)))
                for k in range(vectors)
            ]
            with cgutils.for_range(builder, count):
                for held in sums:
                    builder.store(builder.call(multiply_add, [builder.load(held), spread, spread]), held)
            total = builder.load(sums[0])
            for held in sums[1:]:
                total = builder.fadd(total, builder.load(held))
            out = builder.extract_element(total, ir.IntType(32)(0))
            for lane in range(1, lanes):
                out = builder.fadd(out, builder.extract_element(total, ir.IntType(32)(lane)))
            return out

        return types.float32(types.int64), generate

    @numba.njit(numba.float32(numba.int64), nogil=True)
    def work(n):
        return run(n)

    return work


def compile_all() -> Compiled:
    """Return what `best_of` times, compiled: (multiply-adds of one step, function of the number of steps)."""
    return [(lanes * vectors, _multiply_adds(lanes, vectors)) for lanes, vectors in SHAPES]


def best_of(compiled: Compiled) -> float:
    """Return the multiply-adds a second that the core makes now, at the best of the shapes."""
    best = 0.0
    for step, work in compiled:
        steps = int(MULTIPLY_ADDS / step)
        started = time.process_time()
        work(steps)
        best = max(best, steps * step / (time.process_time() - started))
    return best
