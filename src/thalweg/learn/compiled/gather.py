"""Gather a batch from the blocks of `Examples` into SIMD lanes."""

# Numba infers all types; the docstring of the package describes the parameters:
# ruff: noqa: ANN001
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# Numba passes the first parameter of an intrinsic itself:
# pyright: reportCallIssue=false

from __future__ import annotations

from thalweg.learn.compiled import inlined, internal
from thalweg.learn.compiled.product import VECTOR_BYTES, at, choose, transpose, transpose_chosen
from thalweg.learn.compiled.view import fetch_ahead

ROW_NUMBERS = 16  # rows of a batch are padded to a multiple of it, a vector of float32


@inlined
def gather(data, buffers, order, first, count, summed, x, from_, to) -> None:
    """Write the features of examples ``order[first : first + count]`` into lanes of x, shape (features, lanes).

    Only the lanes from `from_` to `to`, multiples of `LANES`, are written; the last example fills those beyond `count`.
    `summed` one-hot features are not written out. Their indices are, one row for each place.
    """
    window, columns = len(data.emphasis), data.dense.shape[1]
    if window:
        look_back(
            data.values, data.newest, data.emphasis, data.limit, data.level, data.scale,
            buffers.rows, order, first, count, x, from_, to,
        )  # fmt: skip
    if columns:
        turn(data.dense, order, first, count, window, x, from_, to)
    if summed:
        for place in range(data.indices.shape[1]):
            for lane in range(from_, to):
                buffers.indices[place * x.shape[1] + lane] = data.indices[order[first + min(lane, count - 1)], place]
    elif len(x) > window + columns:
        expand(data.indices, order, first, count, window + columns, x, from_, to)


@inlined
def look_back(values, newest, emphasis, limit, level, scale, rows, order, first, count, x, from_, to) -> None:
    """Write the windows: first as a row for each example, then transposed into lanes.

    A block may reach beyond the windows, where nothing is written yet.
    """
    window, lanes, length = len(emphasis), x.shape[1], VECTOR_BYTES // x.itemsize
    apart = (window + ROW_NUMBERS - 1) // ROW_NUMBERS * ROW_NUMBERS
    most = x.dtype.type(limit)
    for r in range(from_, min(to, count)):
        row, here = order[first + r], r * apart
        last, middle, factor = newest[row], level[row], scale[row]
        for j in range(window):
            seen = (values[last - j] - middle) * factor * emphasis[j]
            rows[here + j] = min(max(seen, -most), most)
    for j in range(0, window, length):
        for lane in range(from_, to, length):
            here = min(lane, count - 1)
            transpose(at(rows, here * apart + j), apart, count - here, at(x, j * lanes + lane), lanes)


@internal
def turn(dense, order, first, count, base, x, from_, to) -> None:
    """Write dense columns, from row `base` of x on. A block may reach beyond, where nothing is written yet."""
    lanes, length = x.shape[1], VECTOR_BYTES // x.itemsize
    for lane in range(from_, to, length):
        here = min(lane, count - 1)
        for j in range(0, dense.shape[1], length):
            rows, target = at(order, first + here), at(x, (base + j) * lanes + lane)
            transpose_chosen(dense, j, rows, count - here, target, lanes)


@internal
def expand(indices, order, first, count, base, x, from_, to) -> None:
    """Write one-hot features out, from row `base` of x on; each counts how often it was chosen."""
    zero, one = x.dtype.type(0), x.dtype.type(1)
    for feature in range(base, len(x)):
        for lane in range(from_, to):
            x[feature, lane] = zero
    for lane in range(from_, to):
        row = order[first + min(lane, count - 1)]
        for place in range(indices.shape[1]):
            index = indices[row, place]
            if index >= 0:
                x[base + index, lane] += one


@internal
def add_columns(weights, base, indices, after) -> None:
    """Add to each lane of `after` the columns of `weights` that its indices choose, from column `base` on."""
    for k in range(after.shape[0]):
        for place in range(indices.shape[0]):
            for lane in range(after.shape[1]):
                index = indices[place, lane]
                if index >= 0:
                    after[k, lane] += weights[k, base + index]


@internal
def add_slopes(slope, base, indices, gradient) -> None:
    """Write the slopes into the columns of `gradient` that the indices choose, from column `base` on; 0 elsewhere."""
    zero = gradient.dtype.type(0)
    for k in range(slope.shape[0]):
        for j in range(base, gradient.shape[1]):
            gradient[k, j] = zero
        for place in range(indices.shape[0]):
            for lane in range(slope.shape[1]):
                index = indices[place, lane]
                if index >= 0:
                    gradient[k, base + index] += slope[k, lane]


@internal
def pick(columns, order, first, count, lanes) -> None:
    """Write columns of a matrix into lanes, one by one; the last example fills the remaining lanes."""
    length = VECTOR_BYTES // lanes.itemsize
    for lane in range(0, lanes.shape[1], length):
        here = min(lane, count - 1)
        for k in range(columns.shape[1]):
            choose(columns, k, at(order, first + here), count - here, at(lanes, k * lanes.shape[1] + lane))


@inlined
def gather_targets(data, order, first, count, target, weight) -> None:
    """Write targets and weights, each of shape (columns, lanes); the lanes beyond `count` have weight 0."""
    pick(data.target, order, first, count, target)
    pick(data.weight, order, first, count, weight)
    for k in range(weight.shape[0]):
        for lane in range(count, weight.shape[1]):
            weight[k, lane] = 0


@inlined
def fetch_batch(dense, indices, target, weight, order, first, last) -> None:
    """Prefetch examples while those before are computed, because their rows may lie anywhere in memory."""
    for r in range(first, last):
        row = order[r]
        fetch_ahead(dense, row)
        fetch_ahead(indices, row)
        fetch_ahead(target, row)
        fetch_ahead(weight, row)
