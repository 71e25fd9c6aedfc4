"""The three matrix products of a training step, compiled. An example is a SIMD lane.

    weights, gradient   (outputs, inputs)    biases         (outputs,)
    before, behind      (inputs, lanes)      after, slope   (outputs, lanes)

All are C-contiguous and of one precision, float32 or float64; lanes are a multiple of 16. Nothing is allocated.

BLAS is made for large matrices, and plain loops keep sums in memory that should stay in registers. So `strip` writes
vector code: a tile of the result, a few rows by one or two vectors, stays in registers while its terms are added one
after another. The bits of `after` and `behind` in one lane are therefore the same whatever the other lanes hold. A
product may fuse with its sum (`contract`), and `inner` adds the numbers of a vector in any order (`reassoc`). No other
change of the arithmetic is allowed: NaN stays NaN, and infinity stays infinity.
"""

# Numba infers all types, so the table above takes the place of annotations. A function marked `intrinsic` runs at
# compile time: it takes types, after the context of Numba, and returns its signature with a function that writes LLVM
# code.
# ruff: noqa: ANN001, ANN201, ANN202, ARG001
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportUnknownLambdaType=false
# pyright: reportCallIssue=false

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from llvmlite.binding import get_host_cpu_features
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from thalweg.learn.compiled import compiled, internal

# The widest vector of this machine. It matters for speed only, and the cache of Numba is kept per kind of machine.


def bytes_of_a_vector() -> int:
    """Return the bytes of a vector register of this processor; 16 where LLVM does not know the processor."""
    try:
        features = get_host_cpu_features()
    except RuntimeError:
        return 16
    return 64 if features.get("avx512f") else 32 if features.get("avx2") else 16


VECTOR_BYTES = bytes_of_a_vector()
# Vectors of sums in a tile. 12 of them and the factors fit into 16 registers; the remaining rows take smaller tiles.
TILE_VECTORS = (12, 4)
# Of more weights than these, the backward product takes a block of so many inputs at a time.
LARGE_WEIGHTS, BLOCK_INPUTS = 2**16, 24

PLACE = ir.IntType(32)


def vector_of(pointer, vector_bytes=VECTOR_BYTES):
    """Return the type of a vector of the numbers that `pointer` points to, its length, and the bytes of one number."""
    size = pointer.dtype.bitwidth // 8
    number = ir.FloatType() if pointer.dtype == types.float32 else ir.DoubleType()
    return ir.VectorType(number, vector_bytes // size), vector_bytes // size, size


def spread(builder, value, length):
    """Return a vector that holds `value` in every place."""
    vector = ir.VectorType(value.type, length)
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), value, PLACE(0))
    return builder.shuffle_vector(first, first, ir.Constant(ir.VectorType(PLACE, length), [0] * length))


def address(builder, pointer, offset, vector):
    """Return a pointer to the vector whose first number is `offset` numbers after `pointer`."""
    return builder.bitcast(builder.gep(pointer, [offset]), vector.as_pointer())


def add_product(builder, cell, factor, other) -> None:
    """Add ``factor · other`` to the value of `cell`."""
    product = builder.fmul(factor, other, flags=("contract",))
    builder.store(builder.fadd(builder.load(cell), product, flags=("contract",)), cell)


def store_part(builder, value, target, size, first, limit) -> None:
    """Store those elements of a vector whose number, counted from `first`, is below `limit`."""
    length = value.type.count
    numbers = ir.Constant(ir.VectorType(limit.type, length), list(range(first, first + length)))
    mask = builder.icmp_signed("<", numbers, spread(builder, limit, length))
    kind = ir.FunctionType(ir.VoidType(), [value.type, target.type, PLACE, mask.type])
    store = cgutils.get_or_insert_function(builder.module, kind, f"llvm.masked.store.v{length}f{8 * size}.p0")
    builder.call(store, [value, target, PLACE(size), mask])


@intrinsic
def at(_typing, array, offset):
    """Return a pointer to the number `offset` places after the first of an array."""

    def build(context, builder, _signature, arguments):
        first = context.make_array(array)(context, builder, arguments[0]).data
        return builder.gep(first, [arguments[1]])

    return types.CPointer(array.dtype)(array, offset), build


class Operands(NamedTuple):
    """The arguments of `strip`, as values of LLVM (llvmlite has no types for them)."""

    a: Any
    a_row: Any
    a_step: Any
    b: Any
    b_step: Any
    c: Any
    c_row: Any
    columns: Any
    start: Any
    start_row: Any
    rows: Any
    depth: Any


def tile(builder, given: Operands, vector, size, count, first, height) -> None:
    """Write `height` rows of a strip that is `count` vectors wide, from row `first` on."""
    number, length = first.type, vector.count
    offsets = [v * length for v in range(count)]

    def element(pointer, row, stride):
        return builder.gep(pointer, [builder.mul(builder.add(first, number(row)), stride)])

    cells = {}
    for r in range(height):
        value = builder.load(element(given.start, r, given.start_row))
        value = builder.select(builder.icmp_signed("==", given.start_row, number(0)), value.type(0), value)
        for j in offsets:
            cells[r, j] = cgutils.alloca_once_value(builder, spread(builder, value, length))

    with cgutils.for_range(builder, given.depth) as step:
        a = builder.gep(given.a, [builder.mul(step.index, given.a_step)])
        b = builder.gep(given.b, [builder.mul(step.index, given.b_step)])
        others = {j: builder.load(address(builder, b, number(j), vector), align=size) for j in offsets}
        for r in range(height):
            factor = spread(builder, builder.load(element(a, r, given.a_row)), length)
            for j in offsets:
                add_product(builder, cells[r, j], factor, others[j])

    def write(store) -> None:
        for (r, j), cell in cells.items():
            store(builder.load(cell), address(builder, element(given.c, r, given.c_row), number(j), vector), j)

    with builder.if_else(builder.icmp_signed(">=", given.columns, number(count * length))) as (whole, part):
        with whole:
            write(lambda value, target, _: builder.store(value, target, align=size))
        with part:
            write(lambda value, target, j: store_part(builder, value, target, size, j, given.columns))


@intrinsic(prefer_literal=True)
def strip(_typing, halves, a, a_row, a_step, b, b_step, c, c_row, columns, start, start_row, rows, depth):
    """Write ``c[r, j] = start[r] + Σₛ a[r, s] · b[s, j]`` for all rows r of a strip of columns j.

    The strip is `halves` half vectors wide (1, 2 or 4). So much of `b` is read, and the first `columns` of `c` are
    written. The strides are the distances between rows (`_row`) and between steps s (`_step`). With ``start_row = 0``
    the sum begins at zero, whatever `start` points to.
    """
    count = max(halves.literal_value // 2, 1)
    vector, _, size = vector_of(a, VECTOR_BYTES // 2 * min(halves.literal_value, 2))

    def build(_context, builder, _signature, arguments) -> None:
        given = Operands(*arguments[1:])
        first = given.rows.type(0)
        for height in (*(sums // count for sums in TILE_VECTORS), 1):
            left = builder.srem(builder.sub(given.rows, first), first.type(height))
            last = builder.sub(given.rows, left)
            with cgutils.for_range_slice(builder, first, last, first.type(height)) as (row, _):
                tile(builder, given, vector, size, count, row, height)
            first = last

    n = types.intp
    return types.void(halves, a, n, n, b, n, c, n, n, start, n, n, n), build


def store_turned(builder, block, target, target_row, size) -> None:
    """Store a square block of vectors, transposed, from `target` on."""
    vector, length = block[0].type, len(block)
    # Interleave row j with row j + length/2, number by number. After log₂ length rounds the block is transposed.
    zipped = [[half + n // 2 + n % 2 * length for n in range(length)] for half in (0, length // 2)]
    zipped = [ir.Constant(ir.VectorType(PLACE, length), places) for places in zipped]
    for _ in range(length.bit_length() - 1):
        block = [builder.shuffle_vector(block[j // 2], block[(j + length) // 2], zipped[j % 2]) for j in range(length)]
    for j in range(length):
        row = builder.mul(target_row.type(j), target_row)
        builder.store(block[j], address(builder, target, row, vector), align=size)


def least(builder, one, other):
    """Return the lesser of two whole numbers."""
    return builder.select(builder.icmp_signed("<", one, other), one, other)


@intrinsic
def transpose(_typing, source, source_row, rows, target, target_row):
    """Write the transpose of a square block, a vector wide; the last of its `rows` replaces any missing row."""
    vector, length, size = vector_of(source)

    def build(_context, builder, _signature, arguments):
        source, source_row, rows, target, target_row = arguments
        block = []
        for j in range(length):
            row = builder.mul(least(builder, rows.type(j), builder.sub(rows, rows.type(1))), source_row)
            block.append(builder.load(address(builder, source, row, vector), align=size))
        store_turned(builder, block, target, target_row, size)

    return types.void(source, types.intp, types.intp, target, types.intp), build


@intrinsic
def transpose_chosen(_typing, source, column, rows, count, target, target_row):
    """Do what `transpose` does for the `count` rows of a matrix that `rows` points to.

    The block begins at `column`; columns that the matrix does not have are written as 0.
    """
    vector, length, size = vector_of(source)

    def build(context, builder, _signature, arguments):
        array, column, rows, count, target, target_row = arguments
        array = context.make_array(source)(context, builder, array)
        columns = builder.extract_value(array.shape, 1)
        numbers = ir.Constant(ir.VectorType(column.type, length), list(range(length)))
        mask = builder.icmp_signed("<", numbers, spread(builder, builder.sub(columns, column), length))
        block = []
        for j in range(length):
            place = least(builder, count.type(j), builder.sub(count, count.type(1)))
            row = builder.mul(builder.load(builder.gep(rows, [place])), columns)
            first = address(builder, array.data, builder.add(row, column), vector)
            kind = ir.FunctionType(vector, [first.type, PLACE, mask.type, vector])
            load = cgutils.get_or_insert_function(builder.module, kind, f"llvm.masked.load.v{length}f{8 * size}.p0")
            block.append(builder.call(load, [first, PLACE(size), mask, ir.Constant(vector, None)]))
        store_turned(builder, block, target, target_row, size)

    pointer = types.CPointer(types.int64)
    return types.void(source, types.intp, pointer, types.intp, target, types.intp), build


@intrinsic
def choose(_typing, source, column, rows, count, target):
    """Write a vector from a column of a matrix, at the rows that `rows` points to; the last of `count` repeats."""
    vector, length, size = vector_of(source)

    def build(context, builder, _signature, arguments):
        array, column, rows, count, target = arguments
        array = context.make_array(source)(context, builder, array)
        columns = builder.extract_value(array.shape, 1)
        chosen = ir.Constant(vector, None)
        for j in range(length):  # one by one, because the gather instruction of processors is slower
            place = least(builder, count.type(j), builder.sub(count, count.type(1)))
            row = builder.mul(builder.load(builder.gep(rows, [place])), columns)
            number = builder.load(builder.gep(array.data, [builder.add(row, column)]))
            chosen = builder.insert_element(chosen, number, PLACE(j))
        builder.store(chosen, address(builder, target, column.type(0), vector), align=size)

    pointer = types.CPointer(types.int64)
    return types.void(source, types.intp, pointer, types.intp, target), build


@intrinsic
def inner(_typing, a, b, depth):
    """Return ``Σₛ a[s] · b[s]``, or the sum of `a` if `b` is None; `depth` is a multiple of a vector's length."""
    vector, length, size = vector_of(a)

    def build(_context, builder, _signature, arguments):
        depth = arguments[2]
        cell = cgutils.alloca_once_value(builder, ir.Constant(vector, None))
        with cgutils.for_range_slice(builder, depth.type(0), depth, depth.type(length)) as (step, _):
            factor, other = (
                ir.Constant(vector, [1.0] * length)
                if kind == types.none
                else builder.load(address(builder, pointer, step, vector), align=size)
                for kind, pointer in ((a, arguments[0]), (b, arguments[1]))
            )
            add_product(builder, cell, factor, other)
        kind = ir.FunctionType(vector.element, [vector.element, vector])
        total = cgutils.get_or_insert_function(builder.module, kind, f"llvm.vector.reduce.fadd.v{length}f{8 * size}")
        return builder.call(total, [vector.element(0.0), builder.load(cell)], fastmath=("reassoc",))

    return a.dtype(a, b, types.intp), build


@internal
def panel(a, a_row, a_step, b, b_step, c, c_row, columns, start, start_row, rows, depth, length) -> None:
    """Write the narrowest `strip` that holds the columns, or the widest one; `length` is that of a vector."""
    if columns > length:
        strip(4, a, a_row, a_step, b, b_step, c, c_row, columns, start, start_row, rows, depth)
    elif columns > length // 2:
        strip(2, a, a_row, a_step, b, b_step, c, c_row, columns, start, start_row, rows, depth)
    else:
        strip(1, a, a_row, a_step, b, b_step, c, c_row, columns, start, start_row, rows, depth)


@compiled
def forward_product(weights, biases, before, after) -> None:
    """Write ``weights · before + biases`` into `after`; weights beyond the rows of `before` are not used."""
    (outputs, apart), (inputs, lanes), length = weights.shape, before.shape, VECTOR_BYTES // weights.itemsize
    one = np.intp(1)  # a literal 1 has another type, for which `panel` would be compiled again
    w, start = at(weights, 0), at(biases, 0)
    for j in range(0, lanes, 2 * length):
        x, z = at(before, j), at(after, j)
        panel(w, apart, one, x, lanes, z, lanes, lanes - j, start, one, outputs, inputs, length)


@compiled
def backward_product(weights, slope, behind, first, last) -> None:
    """Write ``weightsᵀ · slope`` into the rows of `behind` from `first` to `last`, excluded."""
    (outputs, inputs), lanes, length = weights.shape, slope.shape[1], VECTOR_BYTES // weights.itemsize
    one, zero = np.intp(1), np.intp(0)
    # Rows of large weights lie pages apart. The few numbers that a tile needs of each stay in the cache for all lanes.
    most = inputs if weights.size <= LARGE_WEIGHTS else BLOCK_INPUTS
    for i in range(first, last, most):
        w, rows = at(weights, i), min(most, last - i)
        for j in range(0, lanes, 2 * length):
            s, x = at(slope, j), at(behind, i * lanes + j)
            panel(w, one, inputs, s, lanes, x, lanes, lanes - j, w, zero, rows, outputs, length)


def gradient_scratch(inputs: int, lanes: int) -> int:
    """Return how many numbers of scratch memory `gradient_product` needs."""
    return min(-(-inputs // 16) * 16, VECTOR_BYTES // 2) * lanes


@compiled
def gradient_product(slope, before, gradient, biases, scratch) -> None:
    """Write ``slope · beforeᵀ`` into `gradient` and the sum of `slope` over the lanes into `biases`.

    Columns of `gradient` beyond the rows of `before` are left as they are.
    `scratch` holds the transposed inputs of one strip, `gradient_scratch` numbers in all.
    """
    (outputs, lanes), inputs, length = slope.shape, before.shape[0], VECTOR_BYTES // slope.itemsize
    one, zero, apart = np.intp(1), np.intp(0), gradient.shape[1]
    s, x = at(slope, 0), at(scratch, 0)
    for o in range(outputs):
        biases[o] = inner(at(slope, o * lanes), None, lanes)
    if outputs == 1:  # a transposition would cost more than it saves
        for i in range(inputs):
            gradient[0, i] = inner(at(before, i * lanes), s, lanes)
        return
    for i in range(0, inputs, 2 * length):
        width = 2 * length if inputs - i > length else length
        for j in range(0, width, length):
            for lane in range(0, lanes, length):
                block, turned = at(before, (i + j) * lanes + lane), at(scratch, lane * width + j)
                transpose(block, lanes, inputs - i - j, turned, width)
        panel(s, lanes, one, x, width, at(gradient, i), apart, inputs - i, s, zero, outputs, lanes, length)
