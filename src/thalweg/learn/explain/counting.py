"""The number of multiplications in the passes of one example: from the output back, each ∂C/∂z is computed once (P6).

Computed from the first layer on, each ∂C/∂z needs all those of the layers behind it, and the work multiplies with every
layer. The naive way can therefore be counted by a formula only; a test counts the passes of small networks.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def forward_count(widths: Sequence[int]) -> int:
    """Return the multiplications of the forward pass: one for each weight."""
    return sum(inputs * outputs for inputs, outputs in pairwise(widths))


def backward_count(widths: Sequence[int]) -> int:
    """Return those of all ∂C/∂z from the output back: the weights after the first layer and each neuron's σ′."""
    return forward_count(widths[1:]) + sum(widths[1:])


def naive_count(widths: Sequence[int]) -> int:
    """Return those of all ∂C/∂z from the first layer on: of a neuron 1 + Σ over the next layer (1 + theirs)."""
    each = total = 0
    for at in range(len(widths) - 1, 0, -1):
        each = 1 + (widths[at + 1] * (1 + each) if at + 1 < len(widths) else 0)
        total += widths[at] * each
    return total
