"""The predictions of a network for examples, and the loss over all of them."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn.compiled import kernel
from thalweg.learn.data.examples import COMPILED_FOR, Examples, expect_examples
from thalweg.learn.data.validated_targets import expect_features, suited
from thalweg.learn.loss import STABLE_PAIRS, loss_of, mean_loss
from thalweg.learn.training.thread_group import thread_group, threads_for
from thalweg.learn.training.workspace import buffers_of, data_of, plan_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import DTypeLike, NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.function import Network
    from thalweg.learn.loss import Loss

PREDICTION_BATCH = 256


class Predictor:
    """Predictions of one network for the same examples, for one θ after another.

    Parameters
    ----------
    network : Network
    examples : Examples
        Their targets and weights are not read.
    dtype : dtype
        The precision of the pass.
    threads : int, optional
        The most threads that work together where the network is large; None for all cores. The bits are the same.

    Raises
    ------
    ValueError
        If the examples' features are not as many as the network's.
    """

    def __init__(self, network: Network, examples: Examples, dtype: DTypeLike, *, threads: int | None = 1) -> None:
        expect_examples(examples)
        expect_features(network, examples)
        self._network, self._dtype = network, dtype
        self._examples = examples.astype(dtype)
        self._batch = min(PREDICTION_BATCH, max(len(examples), 1))
        self._plan, self._buffers = plan_of(network, examples), buffers_of(network, examples, self._batch, dtype)
        self._order = np.arange(len(examples))
        self._out: Values = np.empty((len(examples), network.widths[-1]), dtype=dtype)
        self._one_at_a_time = Lock()
        self._threads = threads_for(network, self._batch, threads)

    def __call__(self, theta: Values) -> NDArray[np.float64]:
        """Return the predictions at θ, shape (examples, outputs), float64; a θ of another size is a ValueError."""
        self._network.layers(theta)
        theta = np.require(theta, self._dtype, COMPILED_FOR)
        with self._one_at_a_time:
            with thread_group(self._threads) as group:
                group.run(
                    lambda team: kernel.predict(
                        self._plan, data_of(self._examples), self._buffers, theta, self._order,
                        self._batch, self._out, team,
                    )
                )  # fmt: skip
            return self._out.astype(np.float64)


def predict(network: Network, theta: Values, examples: Examples, *, threads: int | None = None) -> NDArray[np.float64]:
    """Return the network's predictions, shape (examples, outputs), float64, computed in the precision of θ.

    Parameters
    ----------
    network : Network
    theta : ndarray, shape (size,)
    examples : Examples
        Their targets and weights are not read.
    threads : int, optional
        The most threads that work together where the network is large; all cores where it is not given. The bits are
        the same.

    Raises
    ------
    ValueError
        If features or unknowns are not as many as the network's.
    """
    given = _of_a_precision(theta)
    return Predictor(network, examples, given.dtype, threads=threads)(given)


class LossOn:
    """L of one network over the same examples, for one θ after another.

    Parameters
    ----------
    network : Network
    examples : Examples
    loss : Loss
    dtype : dtype
        The precision of the pass.
    target : ndarray, shape (examples, outputs), or labels of shape (examples, 1), optional
        The examples' own targets where it is not given.
    units : callable, optional
        Turns outputs, shape (examples, outputs), into the units of the targets. Where it is not given, the loss is
        computed in the stable form, if output and loss have one.
    threads : int, optional
        As for `Predictor`.
    """

    def __init__(
        self,
        network: Network,
        examples: Examples,
        loss: Loss,
        dtype: DTypeLike,
        *,
        target: Values | None = None,
        units: Callable[[Values], Values] | None = None,
        threads: int | None = 1,
    ) -> None:
        pair = STABLE_PAIRS.get((network.output, loss.code)) if units is None else None
        of_z = network if pair is None else replace(network, output="identity")
        self._predictor = Predictor(of_z, examples, dtype, threads=threads)
        self._loss, self._units = pair or loss, units
        self._target = examples.target if target is None else target
        self._weight = examples.weight

    def __call__(self, theta: Values) -> float:
        """Return L at θ."""
        made = self._predictor(theta)
        made = made if self._units is None else self._units(made)
        weight = self._weight if self._loss.of_classes else np.broadcast_to(self._weight, made.shape)
        return mean_loss(self._loss, made, self._target, weight)


def loss_on(network: Network, theta: Values, examples: Examples, loss: str | Loss) -> float:
    """Return L of a network over all examples (L1), in the stable form where output and loss have one.

    Parameters
    ----------
    network : Network
    theta : ndarray, shape (size,)
    examples : Examples
        For instance those of validation.
    loss : str or Loss

    Raises
    ------
    ValueError
        If features, targets, output or loss do not fit.
    """
    loss = loss_of(loss)
    given = _of_a_precision(theta)
    return LossOn(network, suited(network, loss, examples), loss, given.dtype, threads=None)(given)


def _of_a_precision(theta: Values) -> Values:
    """Return θ in a precision of the kernel: whole numbers become float64."""
    given = np.asarray(theta)
    return given.astype(np.result_type(given, np.float32), copy=False)
