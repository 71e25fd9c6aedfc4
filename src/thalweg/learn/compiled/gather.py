"""A batch, gathered from the blocks of `Examples` into lanes."""

# Numba infers every type from what it is given; the package's docstring tells the roles:
# ruff: noqa: ANN001
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false

from __future__ import annotations

from thalweg.learn.compiled import inlined


@inlined
def gather(data, order, first, count, x) -> None:
    """Write the features of examples ``order[first : first + count]`` into x, shape (features, lanes)."""
    window, columns, lanes = len(data.emphasis), data.dense.shape[1], x.shape[1]
    most = x.dtype.type(data.limit)
    one = x.dtype.type(1)
    x[window + columns :] = 0  # the one-hot features
    for lane in range(lanes):
        row = order[first + min(lane, count - 1)]
        if window:
            last, level, scale = data.newest[row], data.level[row], data.scale[row]
            for j in range(window):
                seen = (data.values[last - j] - level) * scale * data.emphasis[j]
                x[j, lane] = min(max(seen, -most), most)
        for j in range(columns):
            x[window + j, lane] = data.dense[row, j]
        for j in range(data.indices.shape[1]):
            index = data.indices[row, j]
            if index >= 0:
                x[window + columns + index, lane] += one


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
