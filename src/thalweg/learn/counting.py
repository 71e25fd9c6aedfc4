"""How many multiplications the passes of one example take: from the output back each ∂C/∂z is asked once (P6).

Asked from the first layer on, each ∂C/∂z asks for all behind it, and the work repeats with every layer: for some layers
of some width that would take longer than the world has stood. So here are formulas; a test counts small networks.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def forward_count(widths: Sequence[int]) -> int:
    """Return the multiplications of the forward pass: one a weight."""
    return sum(inputs * outputs for inputs, outputs in pairwise(widths))


def backward_count(widths: Sequence[int]) -> int:
    """Return those of all ∂C/∂z from the output back: one a weight behind the first layer, one σ′ a neuron."""
    return forward_count(widths[1:]) + sum(widths[1:])


def naive_count(widths: Sequence[int]) -> int:
    """Return those of all ∂C/∂z from the first layer on: a neuron's are 1 + Σ over the next layer's (1 + theirs)."""
    each = total = 0
    for at in range(len(widths) - 1, 0, -1):
        each = 1 + (widths[at + 1] * (1 + each) if at + 1 < len(widths) else 0)
        total += widths[at] * each
    return total
