"""The order of an epoch (B1) and the masks of dropout, drawn from a counter, so that a resumed descent has the same."""

# Numba infers all types; the docstring of the package describes the parameters:
# ruff: noqa: ANN001
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false

from __future__ import annotations

import numpy as np

from thalweg.learn.compiled import compiled, internal

# SplitMix64 (Steele, Lea and Flood 2014).
GAP, FIRST, SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
BY_30, BY_27, BY_31, BY_32, BY_40 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(32), np.uint64(40)
ONE, ORDERS = np.uint64(1), np.uint64(2**40)  # the purpose of an order; no layer has this number


@internal
def _mixed(counter) -> np.uint64:
    counter = (counter ^ (counter >> BY_30)) * FIRST
    counter = (counter ^ (counter >> BY_27)) * SECOND
    return counter ^ (counter >> BY_31)


@internal
def _start(seed, number, purpose) -> np.uint64:
    return _mixed(_mixed(_mixed(np.uint64(seed) + GAP) + np.uint64(number)) + purpose)


@compiled
def draw_order(seed, epoch, order) -> None:
    """Fill `order` with the numbers from 0 on, in an order drawn uniformly from all (Durstenfeld 1964)."""
    start = _start(seed, epoch, ORDERS)
    for i in range(len(order)):
        order[i] = i
    for i in range(len(order) - 1, 0, -1):
        # The upper half of the product of a number below 2³² and i + 1 is a number from 0 to i.
        drawn = _mixed(start + GAP * np.uint64(i)) >> BY_32
        j = np.int64((drawn * (np.uint64(i) + ONE)) >> BY_32)
        order[i], order[j] = order[j], order[i]


@compiled
def draw_mask(seed, update, layer, share, first, mask) -> None:
    """Fill `mask` with 0 at a share of the places and 1 / (1 − share) at the others (Srivastava et al. 2014).

    It is the part of the layer's mask that begins at place `first`.
    """
    start = _start(seed, update, np.uint64(layer))
    limit = np.uint64(share * 2.0**24)
    kind = mask.dtype.type
    kept, zero = kind(1.0 / (1.0 - share)), kind(0)
    for i in range(len(mask)):
        mask[i] = kept if _mixed(start + GAP * np.uint64(first + i)) >> BY_40 >= limit else zero
