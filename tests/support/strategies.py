"""Shared Hypothesis strategies. Shapes are drawn, and a seed fills them: shrinking then finds the smallest shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from thalweg.learn.activation import ACTIVATIONS
from thalweg.learn.data.examples import Examples
from thalweg.learn.function import Network
from thalweg.learn.optimizer import RULES, SCHEDULES, Optimizer

seeds = st.integers(0, 2**31)


def random_examples(random, count, window, columns, outputs, *, missing=0.25, emphasised=False):
    """Examples of both blocks; a share of `missing` of the targets is NaN and has no weight, and never all."""
    values = random.normal(size=window + count + 5)
    target = random.normal(size=(count, outputs))
    weight = random.uniform(0.5, 2, (count, outputs))
    absent = random.random((count, outputs)) < missing
    absent[0, 0] = False
    target[absent], weight[absent] = np.nan, 0
    return Examples(
        values=values,
        newest=random.integers(max(window - 1, 0), len(values), count),
        window=window,
        level=random.normal(size=count),
        scale=random.uniform(0.5, 2, count),
        dense=random.normal(size=(count, columns)),
        target=target,
        weight=weight,
        emphasis=random.uniform(-2, 2, window) if emphasised else None,
        limit=1.5 if emphasised else np.inf,
    )


@st.composite
def examples(draw, max_count=40):
    """Examples with a window, dense columns or both."""
    window, columns = draw(st.tuples(st.integers(0, 9), st.integers(0, 5)).filter(any))
    count, outputs = draw(st.integers(1, max_count)), draw(st.integers(1, 3))
    return random_examples(
        np.random.default_rng(draw(seeds)), count, window, columns, outputs, emphasised=draw(st.booleans())
    )


@dataclass(frozen=True)
class TrainingSet:
    """A network, somewhere in its space of unknowns, and what it may learn from."""

    network: Network
    theta: np.ndarray
    examples: Examples
    loss: str


@st.composite
def problems(draw, max_hidden=3):
    """Networks of any depth and width, activations and losses, with examples that fit."""
    given = draw(examples())
    hidden = draw(st.lists(st.integers(1, 9), max_size=max_hidden))
    names = st.sampled_from(sorted(ACTIVATIONS))
    # A ReLU at the output is dead for most of what it sees; the two others show more.
    output = draw(st.sampled_from(["identity", "identity", "sigmoid", "relu"]))
    network = Network((given.features, *hidden, given.outputs), draw(names), output)
    seed = draw(seeds)
    theta = network.start(seed)
    for layer in network.layers(theta):
        layer.biases[:] = np.random.default_rng(seed).normal(0, 0.3, layer.biases.shape)
    return TrainingSet(network, theta, given, draw(st.sampled_from(["huber", "mae", "mse", "quantile"])))


@st.composite
def optimizers(draw):
    """All rules and schedules.

    Adam's ε is large: at 1e-8 it divides one rounding error by another where a gradient happens to cancel.
    """
    return Optimizer(
        draw(st.sampled_from(sorted(RULES))),
        learning_rate=draw(st.sampled_from([1e-3, 1e-2])),
        schedule=draw(st.sampled_from(sorted(SCHEDULES))),
        warm_up=draw(st.sampled_from([0, 3])),
        step_every=draw(st.sampled_from([1, 4])),
        clip=draw(st.sampled_from([None, 0.1])),
        decay=draw(st.sampled_from([0.0, 0.01, 0.5])),
        momentum=draw(st.sampled_from([0.0, 0.9])),
        # At 0 a batch without weight would divide by ε alone, and the unknowns would leave all bounds.
        momentum_squares=draw(st.sampled_from([0.9, 0.99, 0.999])),
        epsilon=draw(st.sampled_from([1e-3, 1e-2])),
    )
