"""Where the neurons of a network are drawn: a few columns of a few neurons, whatever its size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from thalweg.charts.drawing import Point
    from thalweg.pictures.passes.study import PassesStudy

MOST_NEURONS, FEW_NEURONS = 6, 3  # drawn in a layer; so few that there is room for more columns
MOST_COLUMNS, FEW_COLUMNS = 5, 4  # drawn of a deep network; of one with wide layers
ALL_WIRES, MOST_WIRES = 12, 9  # between two columns: so many all tell their numbers, of more the largest
TALL, LOW = 130, 74  # pixels between neurons, where there are few and where there are many
RADIUS, SMALL_RADIUS = 25, 23
TOP, BOTTOM = 22, 46


@dataclass(frozen=True)
class Wire:
    """A weight that is drawn: from a neuron of the layer before, counted from 1."""

    layer: int
    neuron: int
    source: int


@dataclass(frozen=True)
class Layout:
    """A network's drawing.

    Attributes
    ----------
    columns : tuple of int
        The layers drawn, 0 for the features.
    neurons : dict
        Layer to the neurons drawn, counted from 1.
    at : dict
        (layer, neuron) to its centre, in pixels.
    told : dict
        Layer to the weights into it whose numbers are drawn where there is room, the chosen one first, then by the
        size of ∂C/∂w.
    silent : tuple of Wire
        The other weights between drawn neurons: thin lines without numbers.
    radius, height : float
    """

    columns: tuple[int, ...]
    neurons: dict[int, list[int]]
    at: dict[tuple[int, int], Point]
    told: dict[int, list[Wire]]
    silent: tuple[Wire, ...]
    radius: float
    height: float


def layout(study: PassesStudy, left: float, right: float, *, first: int = 0) -> Layout:
    """Return where things stand between two margins, from layer `first` on.

    Of a deep network the layers about the chosen weight and the ends are drawn; of a wide layer the neurons of the
    chosen weight, then those with the largest |a · ∂C/∂z|.
    """
    columns = _columns(study, first)
    neurons = {layer: _neurons(study, layer) for layer in columns}
    most = max(map(len, neurons.values()))
    radius = RADIUS if most <= 4 else SMALL_RADIUS  # noqa: PLR2004 - then they stand closer
    step = TALL if most <= FEW_NEURONS else 104 if most == 4 else LOW  # noqa: PLR2004 - so that a picture fits a page
    height = TOP + BOTTOM + 2 * radius + step * (most - 1)
    across = np.linspace(left, right, len(columns)).tolist() if len(columns) > 1 else [(left + right) / 2]
    at: dict[tuple[int, int], Point] = {}
    for layer, x in zip(columns, across, strict=True):
        shown = neurons[layer]
        for place, neuron in enumerate(shown):
            at[layer, neuron] = (x, TOP + radius + step * (place + (most - len(shown)) / 2))
    told: dict[int, list[Wire]] = {}
    silent: list[Wire] = []
    for layer in columns:
        if layer - 1 in columns:
            told[layer], others = _wires(study, layer, neurons)
            silent.extend(others)
    return Layout(columns, neurons, at, told, tuple(silent), radius, height)


def _columns(study: PassesStudy, first: int) -> tuple[int, ...]:
    chosen, last = study.trace.layer, len(study.passes.z)
    wanted = [chosen - 1, chosen, last, 0, chosen + 1, last - 1, *range(1, last)]
    possible = [layer for layer in dict.fromkeys(wanted) if first <= layer <= last]
    wide = max(study.passes.network.widths[first:]) > FEW_NEURONS
    return tuple(sorted(possible[: FEW_COLUMNS if wide else MOST_COLUMNS]))


def importance(study: PassesStudy, layer: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return |a · ∂C/∂z| of each neuron of a layer; |x| times the steepest ∂C/∂z behind, of a feature."""
    passes = study.passes
    slopes = np.abs(passes.slopes[layer - 1]) if layer else float(np.abs(passes.slopes[0]).max())
    return np.asarray(np.abs(passes.a[layer]) * slopes, dtype=np.float64)


def _neurons(study: PassesStudy, layer: int) -> list[int]:
    """Return the neurons drawn of a layer, in their order."""
    trace = study.trace
    needed = {trace.layer: [trace.neuron], trace.layer - 1: [trace.source] if trace.source else []}.get(layer, [])
    ranked = (np.argsort(-importance(study, layer), kind="stable") + 1).tolist()
    return sorted(list(dict.fromkeys([*needed, *ranked]))[:MOST_NEURONS])


def _wires(study: PassesStudy, layer: int, neurons: dict[int, list[int]]) -> tuple[list[Wire], list[Wire]]:
    """Return the wires into a layer that tell their numbers, and the others.

    The chosen one tells, and the largest, of each neuron the largest in any case.
    """
    passes, trace = study.passes, study.trace
    sizes = {
        Wire(layer, neuron, source): abs(float(passes.a[layer - 1][source - 1] * passes.slopes[layer - 1][neuron - 1]))
        for neuron in neurons[layer]
        for source in neurons[layer - 1]
    }
    ranked = sorted(sizes, key=lambda wire: -sizes[wire])
    chosen = Wire(trace.layer, trace.neuron, trace.source)
    each = [next(wire for wire in ranked if wire.neuron == neuron) for neuron in neurons[layer]]
    first = [wire for wire in (chosen, *each) if wire in sizes]
    wires = list(dict.fromkeys([*first, *ranked]))
    told = len(sizes) if len(sizes) <= ALL_WIRES else MOST_WIRES
    return wires[:told], wires[told:]
