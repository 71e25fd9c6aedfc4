"""Names for the unknowns in θ: w1 … and b of a straight line, layer, neuron and input of a network (N6)."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.messages import Argument

if TYPE_CHECKING:
    from thalweg.pictures.surface.loss_surface import LossSurface


def unknown_of(loss_surface: LossSurface, name: str) -> int:
    """Return the index in θ of a name: w1 … and b of a straight line; W2.3.1 (layer, neuron, input), b1.4; or a number.

    Raises
    ------
    InputError
        If there is no such unknown.
    """
    wanted, size = name.strip().lower(), loss_surface.network.size
    if wanted.isdecimal():
        found = int(wanted) - 1
    else:
        found = (_of_a_line if loss_surface.is_straight else _of_a_network)(loss_surface, wanted)
    if found is None or not 0 <= found < size:
        kind = "line" if loss_surface.is_line else "straight" if loss_surface.is_straight else "network"
        raise InputError(f"surface.unknown_of_{kind}", argument=Argument("unknowns", name), size=size, last=size - 1)
    return found


def _of_a_line(loss_surface: LossSurface, name: str) -> int | None:
    if name == "b":
        return loss_surface.network.size - 1
    found = re.fullmatch(r"w(\d*)", name)
    number = int(found[1] or 1) if found else 0
    return number - 1 if 1 <= number < loss_surface.network.size else None


def _of_a_network(loss_surface: LossSurface, name: str) -> int | None:
    found = re.fullmatch(r"w(\d+)\.(\d+)\.(\d+)|b(\d+)\.(\d+)", name)
    if not found:
        return None
    widths = loss_surface.network.widths
    layer, neuron, entered = (int(part or 0) for part in (found[1] or found[4], found[2] or found[5], found[3]))
    if not (1 <= layer < len(widths) and 1 <= neuron <= widths[layer]):
        return None
    before = sum((inputs + 1) * outputs for inputs, outputs in pairwise(widths[:layer]))
    inputs, outputs = widths[layer - 1], widths[layer]
    if found[4]:
        return before + inputs * outputs + neuron - 1
    return before + (neuron - 1) * inputs + entered - 1 if 1 <= entered <= inputs else None


def name_of(loss_surface: LossSurface, which: int) -> str:
    """Return the name of an unknown; the inverse of `unknown_of`."""
    if loss_surface.is_straight:
        last = loss_surface.network.size - 1
        return "b" if which == last else "w" if last == 1 else f"w{which + 1}"
    for layer, (inputs, outputs) in enumerate(pairwise(loss_surface.network.widths), start=1):
        if which < inputs * outputs:
            return f"W{layer}.{which // inputs + 1}.{which % inputs + 1}"
        which -= inputs * outputs
        if which < outputs:
            return f"b{layer}.{which + 1}"
        which -= outputs
    raise IndexError(which)


def unknowns_of(loss_surface: LossSurface, text: str) -> list[int]:
    """Return the indices of the unknowns that an option names, by names or numbers with commas between.

    Raises
    ------
    InputError
        If there is no such unknown, or one is named twice.
    """
    found = [unknown_of(loss_surface, name) for name in text.split(",") if name.strip()]
    if len(set(found)) < len(found):
        raise InputError("surface.unknown_twice", argument=Argument("unknowns", text))
    return found
