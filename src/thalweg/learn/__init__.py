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
    from thalweg.learn.attribution import Attribution, input_slopes, integrated_gradients
    from thalweg.learn.carried import Carried
    from thalweg.learn.descent import Descent
    from thalweg.learn.examples import Examples, dense_examples, mixed_examples, window_examples
    from thalweg.learn.frames import frame_examples
    from thalweg.learn.function import Network
    from thalweg.learn.labels import encode_labels
    from thalweg.learn.larger_than_memory import StreamEpoch, StreamOutcome, descend_stream
    from thalweg.learn.line import Line, best_line
    from thalweg.learn.loss import huber, mean_loss, own_loss, quantile
    from thalweg.learn.neurons import Contributions, contributions
    from thalweg.learn.optimizer import Optimizer
    from thalweg.learn.outcome import Outcome
    from thalweg.learn.parquet import ParquetBatches, parquet_batches
    from thalweg.learn.parts import Part, parts_of, place_of
    from thalweg.learn.passes import Passes, Trace, both_passes, central_differences, each_example, trace
    from thalweg.learn.pieces import (
        Joined,
        Pieces,
        pieces_of,
        piecewise_network,
        points_on,
        relu_pairs,
        turning_points_on,
    )
    from thalweg.learn.plane import Plane, path_plane, random_plane, unknowns_plane
    from thalweg.learn.prediction import loss_on, predict
    from thalweg.learn.rate_finder import find_learning_rate
    from thalweg.learn.record import Record
    from thalweg.learn.stream import stream_examples
    from thalweg.learn.surface import Curve, Surface, Units, brute_force, curve_of, slope_at, surface_of
    from thalweg.learn.together import descents, run_together

_HOMES = {
    "Attribution": "thalweg.learn.attribution",
    "Carried": "thalweg.learn.carried",
    "Contributions": "thalweg.learn.neurons",
    "Curve": "thalweg.learn.surface",
    "Descent": "thalweg.learn.descent",
    "Examples": "thalweg.learn.examples",
    "Joined": "thalweg.learn.pieces",
    "Line": "thalweg.learn.line",
    "Network": "thalweg.learn.function",
    "Optimizer": "thalweg.learn.optimizer",
    "Outcome": "thalweg.learn.outcome",
    "ParquetBatches": "thalweg.learn.parquet",
    "Part": "thalweg.learn.parts",
    "Passes": "thalweg.learn.passes",
    "Pieces": "thalweg.learn.pieces",
    "Plane": "thalweg.learn.plane",
    "Record": "thalweg.learn.record",
    "StreamEpoch": "thalweg.learn.larger_than_memory",
    "StreamOutcome": "thalweg.learn.larger_than_memory",
    "Surface": "thalweg.learn.surface",
    "Trace": "thalweg.learn.passes",
    "Units": "thalweg.learn.surface",
    "best_line": "thalweg.learn.line",
    "both_passes": "thalweg.learn.passes",
    "brute_force": "thalweg.learn.surface",
    "central_differences": "thalweg.learn.passes",
    "contributions": "thalweg.learn.neurons",
    "curve_of": "thalweg.learn.surface",
    "dense_examples": "thalweg.learn.examples",
    "descend_stream": "thalweg.learn.larger_than_memory",
    "descents": "thalweg.learn.together",
    "each_example": "thalweg.learn.passes",
    "encode_labels": "thalweg.learn.labels",
    "find_learning_rate": "thalweg.learn.rate_finder",
    "frame_examples": "thalweg.learn.frames",
    "huber": "thalweg.learn.loss",
    "input_slopes": "thalweg.learn.attribution",
    "integrated_gradients": "thalweg.learn.attribution",
    "loss_on": "thalweg.learn.prediction",
    "mean_loss": "thalweg.learn.loss",
    "mixed_examples": "thalweg.learn.examples",
    "own_loss": "thalweg.learn.loss",
    "parquet_batches": "thalweg.learn.parquet",
    "parts_of": "thalweg.learn.parts",
    "path_plane": "thalweg.learn.plane",
    "pieces_of": "thalweg.learn.pieces",
    "piecewise_network": "thalweg.learn.pieces",
    "place_of": "thalweg.learn.parts",
    "points_on": "thalweg.learn.pieces",
    "predict": "thalweg.learn.prediction",
    "quantile": "thalweg.learn.loss",
    "random_plane": "thalweg.learn.plane",
    "relu_pairs": "thalweg.learn.pieces",
    "run_together": "thalweg.learn.together",
    "slope_at": "thalweg.learn.surface",
    "stream_examples": "thalweg.learn.stream",
    "surface_of": "thalweg.learn.surface",
    "trace": "thalweg.learn.passes",
    "turning_points_on": "thalweg.learn.pieces",
    "unknowns_plane": "thalweg.learn.plane",
    "window_examples": "thalweg.learn.examples",
}

__all__ = [
    "Attribution",
    "Carried",
    "Contributions",
    "Curve",
    "Descent",
    "Examples",
    "Joined",
    "Line",
    "Network",
    "Optimizer",
    "Outcome",
    "ParquetBatches",
    "Part",
    "Passes",
    "Pieces",
    "Plane",
    "Record",
    "StreamEpoch",
    "StreamOutcome",
    "Surface",
    "Trace",
    "Units",
    "best_line",
    "both_passes",
    "brute_force",
    "central_differences",
    "contributions",
    "curve_of",
    "dense_examples",
    "descend_stream",
    "descents",
    "each_example",
    "encode_labels",
    "find_learning_rate",
    "frame_examples",
    "huber",
    "input_slopes",
    "integrated_gradients",
    "loss_on",
    "mean_loss",
    "mixed_examples",
    "own_loss",
    "parquet_batches",
    "parts_of",
    "path_plane",
    "pieces_of",
    "piecewise_network",
    "place_of",
    "points_on",
    "predict",
    "quantile",
    "random_plane",
    "relu_pairs",
    "run_together",
    "slope_at",
    "stream_examples",
    "surface_of",
    "trace",
    "turning_points_on",
    "unknowns_plane",
    "window_examples",
]

__getattr__ = loader(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
