"""Model bias: the loss that the best straight line keeps, and that of networks of a few neurons (N1, N4, N5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn.backprop import forward
from thalweg.learn.data.examples import dense_examples
from thalweg.learn.descent import Descent
from thalweg.learn.explain.least_lines import best_line
from thalweg.learn.explain.pieces import pieces_of
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.runs.ensembles import run_together
from thalweg.pictures.shared.curve import target_curve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.watch import Watcher
    from thalweg.learn.activation import Values
    from thalweg.learn.explain.least_lines import Line
    from thalweg.pictures.bias.options import BiasOptions
    from thalweg.pictures.shared.curve import TargetCurve
    from thalweg.pictures.shared.source import Source

STARTS_PER_NETWORK = 5  # descents, of which the best is shown; one may end in a local minimum (O3)
UPDATES_PER_START = 2000
OPTIMIZER = Optimizer("adam", 0.02, schedule="cosine")


@dataclass(frozen=True, eq=False)
class CurveNetwork:
    """A network of one feature, fitted to the curve.

    Attributes
    ----------
    neurons, unknowns : int
    prediction : ndarray, shape (count,)
        In the curve's units.
    loss : float
        L, in the curve's units (squared for MSE).
    """

    neurons: int
    unknowns: int
    prediction: NDArray[np.float64]
    loss: float


@dataclass(frozen=True, eq=False)
class BiasStudy:
    """A curve, the line that fits it best, and networks.

    Attributes
    ----------
    curve : TargetCurve
    loss : str
    activation : str
    line : Line
        The best line: no other w and b have a smaller L.
    line_loss : float
        Its L, in the units of the curve (squared for MSE).
    networks : tuple of CurveNetwork
        The networks, the smallest first.
    """

    curve: TargetCurve
    loss: str
    activation: str
    line: Line
    line_loss: float
    networks: tuple[CurveNetwork, ...]

    def loss_of(self, prediction: NDArray[np.float64]) -> float:
        """Return L of any prediction of the curve."""
        return float(LOSSES[self.loss].error(prediction, self.curve.y).mean())


def bias_study(source: Source, options: BiasOptions, watcher: Watcher) -> BiasStudy:
    """Fit the best line to a curve, exactly, and networks of a few neurons, by descent from several starts.

    Parameters
    ----------
    source : Series, optional
    options : BiasOptions
    watcher : Watcher
        Receives the progress.

    Raises
    ------
    InputError
        If the curve cannot be made of this source.
    """
    found = target_curve(source, options.curve, "bias")
    loss, activation = options.loss, options.activation
    line = best_line(found.x, found.y, loss)
    error = LOSSES[loss].error
    watcher.stage("fit", len(options.neurons))
    networks: list[CurveNetwork] = []
    for count in options.neurons:
        networks.append(_network(found, count, activation, loss, options.seed))
        watcher.advance(1)
    return BiasStudy(found, loss, activation, line, float(error(line.at(found.x), found.y).mean()), tuple(networks))


def _network(curve: TargetCurve, neurons: int, activation: str, loss: str, seed: int) -> CurveNetwork:
    """Fit a network. Each start is a sum of pieces by the lecture's recipe (N2), which the descent improves."""
    network = Network((1, neurons, 1), activation)
    middle, half = float(curve.x.mean()), float(np.ptp(curve.x)) / 2
    centre, spread = float(curve.y.mean()), float(curve.y.std()) or 1.0
    x, y = (curve.x - middle) / half, (curve.y - centre) / spread
    examples = dense_examples(x[:, None], y)
    random = np.random.default_rng(seed)
    descents = [
        Descent(
            network,
            examples,
            loss=loss,
            optimizer=OPTIMIZER,
            batch=len(x),
            epochs=UPDATES_PER_START,
            seed=seed,
            theta=_start(x, y, neurons, None if start == 0 else random),
        )
        for start in range(STARTS_PER_NETWORK)
    ]
    run_together(descents)
    made = [
        centre + spread * forward(network, one.theta.astype(np.float64), x[:, None]).prediction[:, 0].astype(np.float64)
        for one in descents
    ]
    losses = [float(LOSSES[loss].error(each, curve.y).mean()) for each in made]
    best = int(np.nanargmin(losses))
    return CurveNetwork(neurons, network.size, made[best], losses[best])


def _start(x: NDArray[np.float64], y: NDArray[np.float64], neurons: int, random: np.random.Generator | None) -> Values:
    """Return θ of the pieces between points taken evenly or at random; a sigmoid stands for the hard one (N4)."""
    inner = np.linspace(-1, 1, neurons + 1)[1:-1] if random is None else np.sort(random.uniform(-1, 1, neurons - 1))
    points = np.concatenate([[-1.0], inner, [1.0]])
    # With x = 0 at the left end, the y axis cuts no slope, and there are as many pieces as neurons.
    network, theta = pieces_of(points + 1, np.interp(points, x, y)).network()
    hidden = network.layers(theta)[0]
    hidden.biases[:] += hidden.weights[:, 0]  # w·(x + 1) + b
    return theta
