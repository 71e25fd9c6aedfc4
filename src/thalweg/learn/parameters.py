"""The places of the parameters in θ: the rows of W, then b, layer by layer (N6)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from thalweg.learn.function import Network


@dataclass(frozen=True)
class Part:
    """A part of θ: ``theta[first:end].reshape(shape)``.

    Attributes
    ----------
    layer : int
        Counted from 1; the last is the output layer.
    kind : str
        ``weights`` or ``biases``.
    first, end : int
        The place in θ where the part begins, counted from 0, and the place where the next part begins.
    shape : tuple of int
        (neurons, inputs) for weights, (neurons,) for biases.
    """

    layer: int
    kind: str
    first: int
    end: int
    shape: tuple[int, ...]


def parts_of(network: Network) -> list[Part]:
    """Return all parts of θ in their order, which is that of `Network.layers` (N6)."""
    parts: list[Part] = []
    at = 0
    for layer, (inputs, outputs) in enumerate(pairwise(network.widths), 1):
        for kind, shape, size in (("weights", (outputs, inputs), outputs * inputs), ("biases", (outputs,), outputs)):
            parts.append(Part(layer, kind, at, at + size, shape))
            at += size
    return parts


def place_of(network: Network, layer: int, neuron: int, source: int) -> int:
    """Return the place of an unknown in θ, counted from 0.

    Parameters
    ----------
    network : Network
    layer, neuron : int
        The neuron that the weight leads to, counted from 1; the last layer is the output layer.
    source : int
        The value of the layer before that it is connected to, counted from 1; 0 for the bias, which is connected to 1.

    Raises
    ------
    ValueError
        If there is no such unknown; the message says which there are.
    """
    layers = len(network.widths) - 1
    if not 1 <= layer <= layers:
        raise ValueError(f"there is no layer {layer}; layers are 1 to {layers}, the last the output's.")
    inputs, neurons = network.widths[layer - 1 : layer + 1]
    if not 1 <= neuron <= neurons:
        raise ValueError(f"layer {layer} has no neuron {neuron}; its neurons are 1 to {neurons}.")
    if not 0 <= source <= inputs:
        raise ValueError(
            f"neurons of layer {layer} have no input {source}; inputs are 1 to {inputs}, and 0 is the bias."
        )
    weights, biases = parts_of(network)[2 * layer - 2 : 2 * layer]
    return biases.first + neuron - 1 if source == 0 else weights.first + (neuron - 1) * inputs + source - 1
