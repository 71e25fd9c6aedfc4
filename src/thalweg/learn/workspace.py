"""What a compiled pass over one network needs beside θ: codes and buffers, planned once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.learn import kernel
from thalweg.learn.activation import ACTIVATIONS, Values
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


def window_arrays(examples: Examples) -> tuple[Any, ...]:
    """Return the arrays that the kernel's `gather` reads, in its order."""
    return (examples.values, examples.newest, examples.window, examples.level, examples.scale, examples.dense)


def predict(network: Network, theta: Values, examples: Examples) -> Values:
    """Return the network's predictions, shape (examples, outputs), float64.

    Parameters
    ----------
    network : Network
    theta : ndarray, shape (size,)
        Its precision is the precision of the pass.
    examples : Examples
        Their targets and weights are not read.

    Raises
    ------
    ValueError
        If the examples' features are not as many as the network's.
    """
    if examples.features != network.widths[0]:
        raise ValueError(f"The examples have {examples.features} features; the network takes {network.widths[0]}.")
    theta = np.ascontiguousarray(theta)
    examples = examples.astype(theta.dtype)
    space = Workspace(network, PREDICTION_BATCH, theta.dtype, training=False)
    out = np.empty((len(examples), network.widths[-1]), dtype=theta.dtype)
    order = np.arange(len(examples))
    with one_blas_thread():
        kernel.predict(
            space.widths, space.codes, theta, *window_arrays(examples), order, PREDICTION_BATCH, space.a, out
        )
    return out.astype(np.float64)
