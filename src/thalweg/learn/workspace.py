"""What a compiled pass over one network needs beside θ: codes and buffers, planned once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn import kernel
from thalweg.learn.activation import ACTIVATIONS, Values
from thalweg.learn.examples import COMPILED_FOR
from thalweg.learn.threads import one_blas_thread

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

    from thalweg.learn.examples import Examples
    from thalweg.learn.function import Network

PREDICTION_BATCH = 256


class Workspace:
    """Buffers for batches of up to `batch` examples through `network`.

    Attributes
    ----------
    widths, codes : ndarray of int64
    a, slopes : ndarray, shape (batch · Σ widths,)
        Room for every layer's a and ∂C/∂z.
    """

    def __init__(
        self, network: Network, batch: int, dtype: DTypeLike, *, loss: int = 0, rule: int = 0, training: bool = True
    ) -> None:
        self.widths: NDArray[np.int64] = np.array(network.widths, dtype=np.int64)
        activation, output = ACTIVATIONS[network.activation].code, ACTIVATIONS[network.output].code
        self.codes: NDArray[np.int64] = np.array([activation, output, loss, rule], dtype=np.int64)
        room = batch * sum(network.widths)
        self.a: Values = np.zeros(room, dtype=dtype)
        self.slopes: Values = np.zeros(room if training else 0, dtype=dtype)


def window_arrays(examples: Examples) -> tuple[Values, NDArray[np.int64], Values, float, Values, Values, Values]:
    """Return the arrays that the kernel's `gather` reads, in its order."""
    return (
        examples.values,
        examples.newest,
        examples.window_emphasis,
        examples.limit,
        examples.level,
        examples.scale,
        examples.dense,
    )


class Predictor:
    """Predictions of one network for the same examples, for one θ after another.

    Parameters
    ----------
    network : Network
    examples : Examples
        Their targets and weights are not read.
    dtype : dtype
        The precision of the pass.

    Raises
    ------
    ValueError
        If the examples' features are not as many as the network's.
    """

    def __init__(self, network: Network, examples: Examples, dtype: DTypeLike) -> None:
        if examples.features != network.widths[0]:
            raise ValueError(f"The examples have {examples.features} features; the network takes {network.widths[0]}.")
        self._network, self._dtype = network, dtype
        self._examples = examples.astype(dtype)
        self._space = Workspace(network, min(PREDICTION_BATCH, max(len(examples), 1)), dtype, training=False)
        self._order = np.arange(len(examples))
        self._out: Values = np.empty((len(examples), network.widths[-1]), dtype=dtype)

    def __call__(self, theta: Values) -> NDArray[np.float64]:
        """Return the predictions at θ, shape (examples, outputs), float64; a θ of another size is a ValueError."""
        self._network.layers(theta)
        space, batch = self._space, min(PREDICTION_BATCH, max(len(self._order), 1))
        theta = np.require(theta, self._dtype, COMPILED_FOR)
        with one_blas_thread():
            kernel.predict(
                space.widths, space.codes, theta, *window_arrays(self._examples), self._order, batch, space.a, self._out
            )
        return self._out.astype(np.float64)


def predict(network: Network, theta: Values, examples: Examples) -> NDArray[np.float64]:
    """Return the network's predictions, shape (examples, outputs), float64, computed in the precision of θ."""
    return Predictor(network, examples, theta.dtype)(theta)
