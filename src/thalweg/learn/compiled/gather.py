"""A batch, gathered from the blocks of `Examples` into lanes."""

# Numba infers every type from what it is given; the package's docstring tells the roles:
# ruff: noqa: ANN001
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# An intrinsic is given its first parameter by Numba:
# pyright: reportCallIssue=false

from __future__ import annotations

from thalweg.learn.compiled import compiled, inlined
from thalweg.learn.compiled.product import VECTOR_BYTES, at, transpose

LEAST = 16  # numbers that the rows of a batch are padded to: a vector of the smaller precision


@inlined
def gather(data, room, order, first, count, summed, x) -> None:
    """Write the features of examples ``order[first : first + count]`` into x, shape (features, lanes).

    One-hot features that are `summed` are not written out: their indices are, one row a place.
    """
    window, columns, lanes = len(data.emphasis), data.dense.shape[1], x.shape[1]
    apart = (window + columns + LEAST - 1) // LEAST * LEAST
    most = x.dtype.type(data.limit)
    for lane in range(lanes):
        row, here = order[first + min(lane, count - 1)], lane * apart
        if window:
            last, level, scale = data.newest[row], data.level[row], data.scale[row]
            for j in range(window):
                seen = (data.values[last - j] - level) * scale * data.emphasis[j]
                room.rows[here + j] = min(max(seen, -most), most)
        for j in range(columns):
            room.rows[here + window + j] = data.dense[row, j]
    lay_out(room.rows, window + columns, lanes, apart, x)
    if summed:
        for place in range(data.indices.shape[1]):
            for lane in range(lanes):
                room.indices[place * lanes + lane] = data.indices[order[first + min(lane, count - 1)], place]
    else:
        expand(data.indices, order, first, count, window + columns, x)


@compiled
def lay_out(rows, features, lanes, apart, x) -> None:
    """Turn rows of features into lanes, block by block; a block may reach beyond x, where nothing is yet."""
    length = VECTOR_BYTES // rows.itemsize
    for i in range(0, features, length):
        for lane in range(0, lanes, length):
            transpose(at(rows, lane * apart + i), apart, lanes - lane, at(x, i * lanes + lane), lanes)


@compiled
def expand(indices, order, first, count, base, x) -> None:
    """Write one-hot features out, from row `base` of x on: each counts how often it was chosen."""
    one = x.dtype.type(1)
    x[base:] = 0
    for lane in range(x.shape[1]):
        row = order[first + min(lane, count - 1)]
        for place in range(indices.shape[1]):
            index = indices[row, place]
            if index >= 0:
                x[base + index, lane] += one


@compiled
def add_columns(weights, base, indices, after) -> None:
    """Add to each lane of `after` the columns of `weights` that its indices choose, from column `base` on."""
    for k in range(after.shape[0]):
        for place in range(indices.shape[0]):
            for lane in range(after.shape[1]):
                index = indices[place, lane]
                if index >= 0:
                    after[k, lane] += weights[k, base + index]


@compiled
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


@inlined
def gather_targets(data, order, first, count, target, weight) -> None:
    """Write targets and weights, each of shape (columns, lanes); the lanes beyond `count` have no weight."""
    weight[:, count:] = 0
    for lane in range(target.shape[1]):
        row = order[first + min(lane, count - 1)]
        for k in range(target.shape[0]):
            target[k, lane] = data.target[row, k]
        if lane < count:
            for k in range(weight.shape[0]):
                weight[k, lane] = data.weight[row, k]
