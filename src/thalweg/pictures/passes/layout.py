"""Positions of a network's neurons in the drawing: a few columns of a few neurons for any size of network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from thalweg.charts.drawing import Point
    from thalweg.pictures.passes.study import PassesStudy

MOST_NEURONS, FEW_NEURONS = 6, 3  # drawn in a layer; up to the second number there is room for more columns
MOST_COLUMNS, FEW_COLUMNS = 5, 4  # drawn of a deep network; of one with wide layers
MOST_WIRES_ALL_LABELLED, MOST_LABELLED_WIRES = (
    12,
    9,
)  # between two columns; up to the first all have numbers, of more the largest
NEURON_SPACING_PIXELS, LOW_NEURON_SPACING_PIXELS = (
    130,
    74,
)  # where a layer has few neurons, and where it has many
RADIUS_PIXELS, SMALL_RADIUS_PIXELS = 25, 23
TOP_MARGIN_PIXELS, BOTTOM_MARGIN_PIXELS = 22, 46


@dataclass(frozen=True)
class Wire:
    """A weight that is drawn, from a neuron of the layer before; neurons count from 1."""

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
    labelled : dict
        Layer to the weights into it whose numbers are drawn where there is room: the chosen one, then by |∂C/∂w|.
    unlabelled : tuple of Wire
        The other weights between drawn neurons: thin lines without numbers.
    radius, height : float
    """

    columns: tuple[int, ...]
    neurons: dict[int, list[int]]
    at: dict[tuple[int, int], Point]
    labelled: dict[int, list[Wire]]
    unlabelled: tuple[Wire, ...]
    radius: float
    height: float


def layout(study: PassesStudy, left: float, right: float, *, first: int = 0) -> Layout:
    """Return the layout between two margins in pixels, from layer `first` on.

    Of a deep network, the layers around the chosen weight and the first and last are drawn; of a wide layer, the
    neurons of the chosen weight and those with the largest |a · ∂C/∂z|.
    """
    columns = _columns(study, first)
    neurons = {layer: _neurons(study, layer) for layer in columns}
    most = max(map(len, neurons.values()))
    radius = RADIUS_PIXELS if most <= 4 else SMALL_RADIUS_PIXELS  # noqa: PLR2004 - then they stand closer
    step = NEURON_SPACING_PIXELS if most <= FEW_NEURONS else 104 if most == 4 else LOW_NEURON_SPACING_PIXELS  # noqa: PLR2004 - so that a picture fits a page
    height = TOP_MARGIN_PIXELS + BOTTOM_MARGIN_PIXELS + 2 * radius + step * (most - 1)
    across = np.linspace(left, right, len(columns)).tolist() if len(columns) > 1 else [(left + right) / 2]
    at: dict[tuple[int, int], Point] = {}
    for layer, x in zip(columns, across, strict=True):
        shown = neurons[layer]
        for place, neuron in enumerate(shown):
            at[layer, neuron] = (x, TOP_MARGIN_PIXELS + radius + step * (place + (most - len(shown)) / 2))
    labelled: dict[int, list[Wire]] = {}
    unlabelled: list[Wire] = []
    for layer in columns:
        if layer - 1 in columns:
            labelled[layer], others = _wires(study, layer, neurons)
            unlabelled.extend(others)
    return Layout(columns, neurons, at, labelled, tuple(unlabelled), radius, height)


def _columns(study: PassesStudy, first: int) -> tuple[int, ...]:
    chosen, last = study.trace.layer, len(study.passes.z)
    wanted = [chosen - 1, chosen, last, 0, chosen + 1, last - 1, *range(1, last)]
    possible = [layer for layer in dict.fromkeys(wanted) if first <= layer <= last]
    wide = max(study.passes.network.widths[first:]) > FEW_NEURONS
    return tuple(sorted(possible[: FEW_COLUMNS if wide else MOST_COLUMNS]))


def importance(study: PassesStudy, layer: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return |a · ∂C/∂z| of each neuron of a layer; for a feature |x| times the largest |∂C/∂z| of the next layer."""
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
    """Return the wires into a layer that have their numbers beside them, and the others.

    The chosen wire has them, the largest wire of each neuron, and then the largest of all.
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
    count = len(sizes) if len(sizes) <= MOST_WIRES_ALL_LABELLED else MOST_LABELLED_WIRES
    return wires[:count], wires[count:]
