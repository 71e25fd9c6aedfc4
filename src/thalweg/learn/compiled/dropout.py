"""Dropout's masks (Srivastava et al. 2014), from a counter: the same for an update however the descent is cut."""

# Numba infers every type from what it is given; the package's docstring tells the roles:
# ruff: noqa: ANN001
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false

from __future__ import annotations

import numpy as np

from thalweg.learn.compiled import compiled

# SplitMix64 (Steele, Lea and Flood 2014).
GAP, FIRST, SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
BY_30, BY_27, BY_31, BY_40 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(40)


@compiled
def _mixed(counter) -> np.uint64:
    counter = (counter ^ (counter >> BY_30)) * FIRST
    counter = (counter ^ (counter >> BY_27)) * SECOND
    return counter ^ (counter >> BY_31)


@compiled
def draw_mask(seed, update, layer, share, mask) -> None:
    """Fill `mask`, shape (neurons · lanes,), with 0 for a share of the places and 1 / (1 − share) for the others."""
    start = _mixed(_mixed(_mixed(np.uint64(seed) + GAP) + np.uint64(update)) + np.uint64(layer))
    limit = np.uint64(share * 2.0**24)
    kind = mask.dtype.type
    kept, zero = kind(1.0 / (1.0 - share)), kind(0)
    for i in range(len(mask)):
        mask[i] = kept if _mixed(start + GAP * np.uint64(i)) >> BY_40 >= limit else zero
