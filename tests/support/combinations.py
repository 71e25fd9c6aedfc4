"""Every activation × loss × output × skip: a network, its θ and examples that show a slope and stay off every kink.

The passes here share no code with the package: they are what its gradients are held to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import NamedTuple
from zlib import crc32

import numpy as np

from thalweg.learn.function import Network

HIDDEN = ("identity", "sigmoid", "hard sigmoid", "relu", "tanh")
OUTPUTS = (*HIDDEN, "softmax")
# A loss and the kind of target it is shown with.
AIMS = (
    ("mae", "numbers"),
    ("mse", "numbers"),
    ("huber", "numbers"),
    ("quantile", "numbers"),
    ("cross-entropy", "labels"),
    ("cross-entropy", "distributions"),
    ("binary cross-entropy", "shares"),
)
MARGIN = 0.05  # how far z and e stay from every kink
WIDTHS = {False: (4, 6, 5, 3), True: (4, 5, 5, 5, 3)}


class Combination(NamedTuple):
    activation: str
    output: str
    loss: str
    aim: str
    skip: bool

    def __str__(self):
        return f"{self.activation}, {self.output}, {self.loss} of {self.aim}{', skip' if self.skip else ''}"


ALL = [
    Combination(activation, output, loss, aim, skip)
    for activation, output, (loss, aim), skip in product(HIDDEN, OUTPUTS, AIMS, (False, True))
]


def activate(name, z):
    """σ(z) and which of σ's pieces each z is on."""
    if name == "softmax":
        e = np.exp(z)
        return e / e.sum(axis=-1, keepdims=True), np.zeros_like(z)
    if name == "sigmoid":
        return 0.5 + 0.5 * np.tanh(z / 2), np.zeros_like(z)
    if name == "hard sigmoid":
        piece = (z > -3).astype(int) + (z > 3)
        return np.choose(piece, [np.zeros_like(z), (z + 3) / 6, np.ones_like(z)]), piece
    if name == "relu":
        return np.where(z > 0, z, 0), z > 0
    return (np.tanh(z) if name == "tanh" else z), np.zeros_like(z)


KINKS = {"relu": (0,), "hard sigmoid": (-3, 3)}


def run(network, thetas, x, masks=()):
    """For each of many θ, shape (many, size): the predictions, the pieces of every layer, and how near a kink is."""
    many, a, at, kept = len(thetas), x[None], 0, None
    pieces, near = [], []
    widths = network.widths
    for layer, (inputs, outputs) in enumerate(pairwise(widths), start=1):
        weights = thetas[:, at : at + inputs * outputs].reshape(many, outputs, inputs)
        biases = thetas[:, None, at + inputs * outputs : at + inputs * outputs + outputs]
        at += inputs * outputs + outputs
        z = np.einsum("mnj,mkj->mnk", np.broadcast_to(a, (many, *a.shape[1:])), weights) + biases
        if network.skip and layer % 2 == 0:
            kept = a
        if network.skip and layer % 2 and 1 < layer < len(widths) - 1:
            z = z + kept
        name = network.output if layer == len(widths) - 1 else network.activation
        a, piece = activate(name, z)
        if layer <= len(masks):
            a = a * masks[layer - 1]
        pieces.append(piece)
        distances = [np.abs(z - kink).min(axis=-1) for kink in KINKS.get(name, ())]
        near.append(np.min(distances, axis=0) if distances else np.full(z.shape[:-1], np.inf))
    return a, pieces, np.min(near, axis=0)


def errors(loss, y, target):
    """e, shape (many, examples, outputs), or (many, examples, 1) for cross-entropy; and its pieces."""
    if loss == "cross-entropy":
        if target.shape[1] == 1:
            chosen = np.take_along_axis(y, np.broadcast_to(target.astype(int), (*y.shape[:-1], 1)), axis=-1)
            return -np.log(chosen), np.zeros(1)
        return -(target * np.log(y)).sum(axis=-1, keepdims=True), np.zeros(1)
    if loss == "binary cross-entropy":
        return -target * np.log(y) - (1 - target) * np.log(1 - y), np.zeros(1)
    e = y - target
    if loss == "mse":
        return e * e, np.zeros(1)
    if loss == "huber":
        return np.where(np.abs(e) < 1, e * e / 2, np.abs(e) - 0.5), np.sign(e) * (np.abs(e) > 1)
    return np.abs(e) * {"mae": 1, "quantile": 0.5}[loss], np.sign(e)


@dataclass(frozen=True)
class Problem:
    """A combination with numbers."""

    combination: Combination
    network: Network
    theta: np.ndarray
    x: np.ndarray
    target: np.ndarray
    weight: np.ndarray

    def losses(self, thetas, masks=()):
        """L at each of many θ; all must be on the pieces on which this θ is."""
        y, pieces, _ = run(self.network, thetas, self.x, masks)
        scored = self.weight > 0
        aim = np.where(scored, self.target, 0.5 if self.combination.aim != "labels" else 0)
        e, sides = errors(self.combination.loss, y, aim)
        for piece in (*pieces, sides * scored):
            assert (piece == piece[:1]).all()
        weight = np.broadcast_to(self.weight, e.shape[1:])
        return (np.where(weight > 0, e, 0) * weight).sum(axis=(1, 2)) / weight.sum()

    def differences(self, step=5e-4, masks=()):
        """The six-point central difference of L by each unknown: it misses O(step⁶)."""
        size, at = self.network.size, (-3, -2, -1, 1, 2, 3)
        moves = np.concatenate([self.theta[None], *(self.theta + k * step * np.eye(size) for k in at)])
        values = self.losses(moves, masks)[1:].reshape(len(at), size)
        return np.array([-1, 9, -45, 45, -9, 1]) @ values / (60 * step)

    def rows(self, which):
        """Only these examples."""
        return replace(self, x=self.x[which], target=self.target[which], weight=self.weight[which])

    def with_one_weight_an_example(self):
        """One column of weights serves all outputs."""
        weight = np.where((self.weight == 0).any(axis=1), 0, self.weight[:, 0])[:, None]
        return replace(self, weight=weight)


def start(network, random, *, tame):
    """θ with slopes everywhere; a tame output layer makes probabilities of any output's values."""
    theta, at = np.zeros(network.size), 0
    for layer, (inputs, outputs) in enumerate(pairwise(network.widths), start=1):
        last = layer == len(network.widths) - 1
        name = network.output if last else network.activation
        # Wide enough for all pieces of the hard sigmoid; not so wide that a tanh is flat.
        spread = {"hard sigmoid": 3, "sigmoid": 2, "softmax": 2}.get(name, 0.8)
        middle = 0.0
        if last and tame and name in ("identity", "relu", "tanh"):
            spread, middle = 0.15, 0.5
        count = inputs * outputs
        theta[at : at + count] = random.normal(0, spread / np.sqrt(inputs), count)
        theta[at + count : at + count + outputs] = middle + random.normal(0, spread / 4, outputs)
        at += count + outputs
    return theta


def targets(combination, random, prediction):
    """Targets that fit the aim; a number's distance from the prediction is on all sides of every kink, and off it."""
    shape = prediction.shape
    if combination.aim == "labels":
        return random.integers(0, shape[1], (shape[0], 1)).astype(float)
    if combination.aim == "distributions":
        shares = random.exponential(size=shape)
        shares[: shape[0] // 4, 0] = 0  # a class that cannot be
        return shares / shares.sum(axis=1, keepdims=True)
    if combination.aim == "shares":
        return random.choice([0, 0.25, 0.8, 1], shape)
    distance = random.uniform(0.2, 0.8, shape) + random.choice([0, 1], shape)
    return prediction - random.choice([-1, 1], shape) * distance


def problem_of(combination, count=12):
    """A combination's problem: the same numbers every time; a share of the targets is NaN and has no weight."""
    activation, output, loss, _, skip = combination
    random = np.random.default_rng(crc32(str(combination).encode()))
    network = Network(WIDTHS[skip], activation, output, skip)
    tame = loss.endswith("cross-entropy")
    while True:
        theta = start(network, random, tame=tame)
        x = random.normal(size=(600, network.widths[0]))
        (prediction,), _, (near,) = run(network, theta[None], x)
        fits = near > MARGIN
        if tame:
            fits &= ((prediction > 0.1) & (prediction < 0.9)).all(axis=1)
        alive = np.abs(prediction[fits]).max(axis=1, initial=0) > 0  # a ReLU may be dead on all outputs
        if alive.sum() >= count:
            break
    rows = np.flatnonzero(fits)[alive][:count]
    x, prediction = x[rows], prediction[rows]
    target = targets(combination, random, prediction)
    weight = random.uniform(0.3, 2, (count, 1 if loss == "cross-entropy" else prediction.shape[1]))
    absent = random.random(weight.shape) < 0.2
    absent[0] = False
    weight[absent] = 0
    target[np.broadcast_to(absent, target.shape)] = np.nan
    return Problem(combination, network, theta, x, target, weight)
