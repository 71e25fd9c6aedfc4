"""The three steps: a function with unknowns, a loss, gradient descent.

>>> from thalweg.learn import Descent, Network, dense_examples, predict
>>> examples = dense_examples([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
>>> descent = Descent(Network((1, 1)), examples, loss="mse", epochs=5000)
>>> outcome = descent.run()
>>> made = predict(descent.network, descent.kept, examples)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.lazy import loader

if TYPE_CHECKING:
    from thalweg.learn.descent import Descent
    from thalweg.learn.examples import Examples, dense_examples, mixed_examples, window_examples
    from thalweg.learn.frames import frame_examples
    from thalweg.learn.function import Network
    from thalweg.learn.labels import encode_labels
    from thalweg.learn.loss import huber, mean_loss, own_loss, quantile
    from thalweg.learn.optimizer import Optimizer
    from thalweg.learn.outcome import Outcome
    from thalweg.learn.prediction import loss_on, predict
    from thalweg.learn.rate_finder import find_learning_rate
    from thalweg.learn.record import Record
    from thalweg.learn.stream import stream_examples
    from thalweg.learn.together import descents, run_together

_HOMES = {
    "Descent": "thalweg.learn.descent",
    "Examples": "thalweg.learn.examples",
    "Network": "thalweg.learn.function",
    "Optimizer": "thalweg.learn.optimizer",
    "Outcome": "thalweg.learn.outcome",
    "Record": "thalweg.learn.record",
    "dense_examples": "thalweg.learn.examples",
    "descents": "thalweg.learn.together",
    "encode_labels": "thalweg.learn.labels",
    "find_learning_rate": "thalweg.learn.rate_finder",
    "frame_examples": "thalweg.learn.frames",
    "huber": "thalweg.learn.loss",
    "mean_loss": "thalweg.learn.loss",
    "mixed_examples": "thalweg.learn.examples",
    "own_loss": "thalweg.learn.loss",
    "loss_on": "thalweg.learn.prediction",
    "predict": "thalweg.learn.prediction",
    "quantile": "thalweg.learn.loss",
    "run_together": "thalweg.learn.together",
    "stream_examples": "thalweg.learn.stream",
    "window_examples": "thalweg.learn.examples",
}

__all__ = [
    "Descent",
    "Examples",
    "Network",
    "Optimizer",
    "Outcome",
    "Record",
    "dense_examples",
    "descents",
    "encode_labels",
    "find_learning_rate",
    "frame_examples",
    "huber",
    "loss_on",
    "mean_loss",
    "mixed_examples",
    "own_loss",
    "predict",
    "quantile",
    "run_together",
    "stream_examples",
    "window_examples",
]

__getattr__ = loader(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
