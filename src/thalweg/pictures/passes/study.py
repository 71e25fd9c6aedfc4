"""One example's forward and backward pass, and one weight traced through them (P0 to P8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.model import Model
from thalweg.learn.explain.counting import backward_count, forward_count, naive_count
from thalweg.learn.explain.passes import Passes, Trace, both_passes, central_differences, each_example, traced
from thalweg.learn.function import Network
from thalweg.learn.parameters import place_of
from thalweg.messages import Argument
from thalweg.pictures.passes.options import ExamplesOptions, PassesOptions
from thalweg.pictures.shared.example import Example, example_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.forecast.watch import Watcher
    from thalweg.learn.activation import Values
    from thalweg.pictures.shared.source import Source

MOST_DIFFERENCES = 3000  # unknowns; a larger network has them for the drawn weights alone
DEEPEST_COUNTED = 8  # hidden layers

# The lecture's worked network (P3): the rows of W, then b, layer by layer. The lecture names no target.
WORKED = Network((2, 2, 2, 2), activation="sigmoid", output="sigmoid")
WORKED_THETA = np.array([1, -2, -1, 1, 1, 0, 2, -1, -2, -1, 0, 0, 3, -1, -1, 4, -2, 2], dtype=float)
WORKED_X = np.array([[1, -1], [-1, 1], [1, 1], [-1, -1], [1, 0], [0, 1], [-1, 0], [0, -1]], dtype=float)
WORKED_TARGET = np.array([0.25, 0.5])
WORKED_MARKED = ((1, 1, 2), (2, 1, 2), (3, 1, 2))  # from the second value of each layer: ∂z/∂w is −1, 0.12, 0.11
# The lecture speaks of 7 to 8 layers of 1,000 neurons (P0). The features, 11 frames of 39, and 40 phones are ours.
SPEECH = (429, *[1000] * DEEPEST_COUNTED, 40)


@dataclass(frozen=True)
class Count:
    """Multiplications of one example in networks of growing depth (P6).

    Attributes
    ----------
    widths : tuple of int
    forward, backward, naive : int
        For the forward pass; for all ∂C/∂z from the output back; for each ∂C/∂z computed by itself.
    here : bool
        Whether it is the network that is shown.
    """

    widths: tuple[int, ...]
    forward: int
    backward: int
    naive: int
    here: bool


@dataclass(frozen=True, eq=False)
class PassesStudy:
    """One example's forward and backward pass, and the trace of one weight.

    Attributes
    ----------
    view : str
        The view that is drawn.
    passes : Passes
    trace : Trace
        The trace of the chosen weight.
    differences : ndarray, shape (size,)
        The central difference of C by every unknown; NaN where it was not computed.
    example : Example or None
        The day; None for the lecture's worked network.
    labels : tuple
        A day, or a number from 1, for each example.
    x, target : ndarray, shape (examples, features) and (examples, outputs)
        The examples' features and targets, as the network sees them.
    asked : int
        The number of examples asked for; the lecture's network has those of `WORKED_X` alone.
    shares : ndarray, shape (examples,)
        ∂Cⁿ/∂w of the chosen weight (P1).
    counts, speech_counts : tuple of Count
        For this network with more and more hidden layers, and for the lecture's network of speech.
    """

    view: str
    passes: Passes
    trace: Trace
    differences: Values
    example: Example | None
    labels: tuple[np.datetime64 | int, ...]
    x: Values
    target: Values
    asked: int
    shares: Values
    counts: tuple[Count, ...]
    speech_counts: tuple[Count, ...]

    @property
    def own(self) -> Count:
        """The counts for the network that is shown."""
        return _count(self.passes.network.widths, here=True)

    @property
    def marked(self) -> tuple[tuple[int, int, int], ...]:
        """The weights that the lecture marks in its network."""
        return () if self.example else WORKED_MARKED


def passes_study(source: Source, options: PassesOptions, _watcher: Watcher) -> PassesStudy:
    """Run one example forward and back.

    Without a source and without options for the network, it is the lecture's worked network. Of a saved model it is the
    first network with neurons, and C is the loss that the model was trained with.

    Parameters
    ----------
    source : Series or Model, optional
    options : PassesOptions
    _watcher : Watcher
        Not used: this takes less than a second.

    Raises
    ------
    InputError
        If the weight or the day is not there, or the series is too short.
    """
    # The loss that the model was trained with: only then is ∂C/∂w what its descent used.
    loss = source.loss if isinstance(source, Model) else options.loss
    examples = options.examples if isinstance(options, ExamplesOptions) else ExamplesOptions().examples
    worked = source is None and not options.changed(("day", "days_back", "layers", "activation", "seed"))
    if worked:
        example, network, theta = None, WORKED, WORKED_THETA
        x = WORKED_X[:examples]
        target = np.broadcast_to(WORKED_TARGET, x.shape)
        labels: tuple[np.datetime64 | int, ...] = tuple(range(1, len(x) + 1))
        passes = both_passes(network, theta, x[0], target[0], loss)
    else:
        example = example_of(source, "passes", options)
        network, theta = example.network, example.theta
        days = example.days_until(examples)
        x, target = example.rows(days)
        labels = tuple(example.series.dates[days])
        passes = both_passes(network, theta, x[-1], target[-1], loss)
    chosen = _weight(options.weight, passes, worked=worked)
    trace = traced(passes, *chosen)
    shares = each_example(network, theta, x, target, loss, chosen)
    differences = np.full(network.size, np.nan)
    if network.size <= MOST_DIFFERENCES:
        differences = central_differences(passes)
    differences[trace.place] = trace.difference
    return PassesStudy(
        options.view,
        passes,
        trace,
        differences,
        example,
        labels,
        x,
        target,
        examples,
        shares,
        tuple(counts_of(network.widths)),
        tuple(counts_of(SPEECH)),
    )


def counts_of(widths: Sequence[int]) -> list[Count]:
    """Count for this network, and for it with fewer hidden layers or with its last one repeated.

    A straight line gets hidden layers as wide as its features.
    """
    features, *hidden, outputs = widths
    repeated = hidden[-1] if hidden else features
    counts: list[Count] = []
    for depth in range(1, max(DEEPEST_COUNTED, len(hidden)) + 1):
        these = (features, *[*hidden, *[repeated] * depth][:depth], outputs)
        counts.append(_count(these, here=depth == len(hidden)))
    return counts


def _count(widths: tuple[int, ...], *, here: bool) -> Count:
    return Count(widths, forward_count(widths), backward_count(widths), naive_count(widths), here)


def _weight(text: str, passes: Passes, *, worked: bool) -> tuple[int, int, int]:
    """Return layer, neuron and input of the chosen weight.

    Raises
    ------
    InputError
        If the option does not name one.
    """
    if not text:
        if worked:
            return WORKED_MARKED[0]
        first = np.abs(np.outer(passes.slopes[0], passes.a[0]))
        neuron, source = np.unravel_index(int(first.argmax()), first.shape)
        return 1, int(neuron) + 1, int(source) + 1
    named, widths = Argument("weight", text), "-".join(map(str, passes.network.widths))
    try:
        layer, neuron, source = (int(word) for word in text.split(","))
    except ValueError as error:
        raise InputError("passes.weight", argument=named, widths=widths) from error
    try:
        place_of(passes.network, layer, neuron, source)
    except ValueError as error:
        raise InputError("passes.no_weight", argument=named, widths=widths) from error
    return layer, neuron, source
