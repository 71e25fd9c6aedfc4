"""The forward and the backward pass of one example, and one weight traced through them (P0 to P8).

All numbers come from `backprop`, the reference, except those that are compared with it: central differences, and the
chain rule path by path. Layers, neurons and inputs are counted from 1, as on the blackboard; input 0 is the bias, which
is connected to the value 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn import backprop
from thalweg.learn.activation import OUTPUTS, Values
from thalweg.learn.loss import loss_of
from thalweg.learn.parameters import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike

    from thalweg.learn.function import Network
    from thalweg.learn.loss import Loss

# At this step the rounding error is as large as the error of the difference.
DIFFERENCE_STEP = float(np.finfo(float).eps ** (1 / 3))
MOST_PATHS = 4096  # more paths are not followed one by one

Node = tuple[int, int]  # layer and neuron, counted from 1


@dataclass(frozen=True, eq=False)
class Passes:
    """All numbers of the two passes of one example.

    Attributes
    ----------
    network : Network
    theta : ndarray of float64, shape (size,)
    loss : Loss
    target : ndarray, shape (outputs,)
    z, a : list of ndarray, shape (neurons,)
        The inputs and the outputs of each layer's neurons; ``a[0]`` is x, ``a[-1]`` the prediction (P3).
    derivatives : list of ndarray, shape (neurons,)
        σ′(z) of each layer: the constants of the op-amps (P7). Softmax has no such constants; each entry is then the
        slope of a neuron's output by its own z.
    slopes : list of ndarray, shape (neurons,)
        ∂C/∂z of each layer (P4, P5).
    output_slope : ndarray, shape (outputs,)
        ∂C/∂y.
    cost : float
        C: the mean of the error e over the outputs; for a loss of classes, the sum.
    gradient : ndarray, shape (size,)
        ∂C/∂θ, in the order of θ.
    """

    network: Network
    theta: Values
    loss: Loss
    target: Values
    z: list[Values]
    a: list[Values]
    derivatives: list[Values]
    slopes: list[Values]
    output_slope: Values
    cost: float
    gradient: Values


@dataclass(frozen=True)
class Path:
    """One path from a weight to the loss, or several paths that begin alike.

    Attributes
    ----------
    nodes : tuple of (int, int)
        Layer and neuron of each z on the path, that of the weight first. For several paths, those that they share.
    factors : tuple of float
        ∂z/∂w, then ∂z′/∂z = σ′(z)·w from each node to the next, then ∂C/∂z of the last.
    ways : int
        The number of paths that it stands for.
    """

    nodes: tuple[Node, ...]
    factors: tuple[float, ...]
    ways: int = 1

    @property
    def product(self) -> float:
        """The product of the slopes along the path (P0, case 1)."""
        return math.prod(self.factors)


@dataclass(frozen=True, eq=False)
class Trace:
    """One weight traced to the loss.

    Attributes
    ----------
    layer, neuron, source : int
        Which weight; `source` is 0 for a bias.
    place : int
        Its place in θ, from 0.
    weight : float
        Its value.
    connected : float
        The value it is connected to, ∂z/∂w (P3).
    slope : float
        ∂C/∂z of its neuron (P4).
    difference : float
        The central difference of C by this weight, from forward passes alone.
    paths : tuple of Path
        The paths to the loss with the largest products, the largest first.
    rest, rest_ways : float, int
        The sum over all other paths, and their number.
    """

    layer: int
    neuron: int
    source: int
    place: int
    weight: float
    connected: float
    slope: float
    difference: float
    paths: tuple[Path, ...]
    rest: float
    rest_ways: int

    @property
    def gradient(self) -> float:
        """∂C/∂w = a · ∂C/∂z (P8)."""
        return self.connected * self.slope

    @property
    def total(self) -> float:
        """The sum over all paths (P0, case 2), which is ∂C/∂w again."""
        return math.fsum([*(path.product for path in self.paths), self.rest])

    @property
    def ways(self) -> int:
        """The number of paths from the weight to the loss."""
        return sum(path.ways for path in self.paths) + self.rest_ways


def both_passes(
    network: Network, theta: ArrayLike, x: ArrayLike, target: ArrayLike, loss: str | Loss = "mse"
) -> Passes:
    """Run one example forward and back, and keep all numbers.

    Parameters
    ----------
    network : Network
    theta : array_like, shape (size,)
    x : array_like, shape (features,)
    target : array_like, shape (outputs,)
    loss : str or Loss

    Raises
    ------
    ValueError
        If a shape does not fit the network, or there is no such loss.
    """
    loss = loss_of(loss)
    theta, rows, aim = np.asarray(theta, float), np.asarray(x, float)[None], np.asarray(target, float)[None]
    for name, given, wanted in (("x", rows, network.widths[0]), ("target", aim, network.widths[-1])):
        if given.shape != (1, wanted):
            raise ValueError(f"{name} must have shape ({wanted},) for this network; its shape is {given.shape[1:]}.")
    passed = backprop.forward(network, theta, rows)
    slope = _output_slope(loss, passed.prediction, aim)
    back = backprop.backward(network, theta, passed, slope)
    return Passes(
        network,
        theta,
        loss,
        aim[0],
        [z[0] for z in passed.z],
        [a[0] for a in passed.a],
        [OUTPUTS[name].slope(z)[0] for name, z in zip(network.activations, passed.z, strict=True)],
        [slopes[0] for slopes in back.slopes],
        slope[0],
        _cost(loss, passed.prediction, aim),
        back.gradient,
    )


def central_differences(of: Passes, places: Sequence[int] | None = None) -> Values:
    """Return (C(θ + h) − C(θ − h)) / 2h for some unknowns, by forward passes alone.

    Parameters
    ----------
    of : Passes
    places : sequence of int, optional
        The unknowns, by their places in θ; all where they are not given. Each takes two forward passes.

    Returns
    -------
    ndarray, shape (places,)
        Right to about 1e-10 where C is smooth. At the kink of a ReLU or of an absolute error the slope is not defined.
    """
    rows, aim = of.a[0][None], of.target[None]
    wanted = range(of.network.size) if places is None else places
    found = np.empty(len(wanted))
    for at, place in enumerate(wanted):
        step = DIFFERENCE_STEP * max(1.0, abs(float(of.theta[place])))
        cost: list[float] = []
        moved = of.theta.copy()
        for value in (of.theta[place] + step, of.theta[place] - step):
            moved[place] = value
            cost.append(_cost(of.loss, backprop.forward(of.network, moved, rows).prediction, aim))
        found[at] = (cost[0] - cost[1]) / (2 * step)
    return found


def trace(
    network: Network,
    theta: ArrayLike,
    x: ArrayLike,
    target: ArrayLike,
    loss: str | Loss,
    layer: int,
    neuron: int,
    source: int,
    *,
    most: int = 6,
) -> Trace:
    """Trace one weight to the loss, with the chain rule's paths (P0, P2).

    Parameters
    ----------
    network, theta, x, target, loss
        As for `both_passes`.
    layer, neuron, source : int
        Which weight, counted from 1: to this neuron of this layer, from this value of the layer before; 0 for the bias.
    most : int
        The number of paths to list; the others are summed. Where there are more than `MOST_PATHS`, all paths through
        the same neuron of the next layer count as one.

    Raises
    ------
    ValueError
        If there is no such weight, or as `both_passes`.
    """
    return traced(both_passes(network, theta, x, target, loss), layer, neuron, source, most=most)


def traced(of: Passes, layer: int, neuron: int, source: int, *, most: int = 6) -> Trace:
    """Do what `trace` does, from passes that are already computed."""
    place = place_of(of.network, layer, neuron, source)
    connected = 1.0 if source == 0 else float(of.a[layer - 1][source - 1])
    paths = sorted(_paths(of, layer, neuron, connected), key=lambda path: -abs(path.product))
    return Trace(
        layer,
        neuron,
        source,
        place,
        float(of.theta[place]),
        connected,
        float(of.slopes[layer - 1][neuron - 1]),
        float(central_differences(of, [place])[0]),
        tuple(paths[:most]),
        math.fsum(path.product for path in paths[most:]),
        sum(path.ways for path in paths[most:]),
    )


def each_example(
    network: Network, theta: ArrayLike, x: ArrayLike, target: ArrayLike, loss: str | Loss, places: tuple[int, int, int]
) -> Values:
    """Return ∂Cⁿ/∂w of one weight for each example; their mean is ∂L/∂w of the batch (P1).

    Parameters
    ----------
    network, theta, loss
        As for `both_passes`.
    x : array_like, shape (examples, features)
    target : array_like, shape (examples, outputs)
    places : tuple of int
        Layer, neuron and source of the weight, as for `trace`.

    Returns
    -------
    ndarray, shape (examples,)

    Raises
    ------
    ValueError
        If there is no such weight, or a shape does not fit.
    """
    layer, neuron, source = places
    place_of(network, layer, neuron, source)
    loss, theta, rows, aim = loss_of(loss), np.asarray(theta, float), np.asarray(x, float), np.asarray(target, float)
    passed = backprop.forward(network, theta, rows)
    if aim.shape != passed.prediction.shape:
        raise ValueError(f"target has shape {aim.shape}; the prediction's is {passed.prediction.shape}.")
    back = backprop.backward(network, theta, passed, _output_slope(loss, passed.prediction, aim))
    slope = back.slopes[layer - 1][:, neuron - 1]
    return slope if source == 0 else passed.a[layer - 1][:, source - 1] * slope


def _cost(loss: Loss, prediction: Values, target: Values) -> float:
    error = loss.error(prediction, target)
    return float(error.sum() if loss.of_classes else error.mean())


def _output_slope(loss: Loss, prediction: Values, target: Values) -> Values:
    """Return ∂C/∂y, shape (examples, outputs): C is a mean over outputs, or a sum over classes."""
    return loss.slope(prediction, target) / (1 if loss.of_classes else prediction.shape[1])


def _paths(of: Passes, layer: int, neuron: int, connected: float) -> list[Path]:
    layers, last = of.network.layers(of.theta), len(of.z)
    ways: dict[Node, int] = {}

    def onward(node: Node) -> Iterator[tuple[Node, float]]:
        """Yield each z that this z enters, with ∂z′/∂z = σ′(z)·w."""
        at, k = node
        if at == last:
            return
        derivative = float(of.derivatives[at - 1][k - 1])
        for to, weight in enumerate(layers[at].weights[:, k - 1].tolist(), 1):
            yield (at + 1, to), derivative * weight
        if of.network.skips_to(at + 1):  # `skips_to` counts layers from 0; the identity leads around a pair
            yield (at + 2, k), derivative

    def count(node: Node) -> int:
        if node not in ways:
            ways[node] = sum(count(to) for to, _ in onward(node)) or 1
        return ways[node]

    def walk(nodes: tuple[Node, ...], factors: tuple[float, ...], *, far: bool) -> Iterator[Path]:
        at, k = nodes[-1]
        steps = list(onward(nodes[-1])) if far or len(nodes) == 1 else []
        if not steps:
            yield Path(nodes, (*factors, float(of.slopes[at - 1][k - 1])), count(nodes[-1]))
        for to, factor in steps:
            yield from walk((*nodes, to), (*factors, factor), far=far)

    start = (layer, neuron)
    return list(walk((start,), (connected,), far=count(start) <= MOST_PATHS))
