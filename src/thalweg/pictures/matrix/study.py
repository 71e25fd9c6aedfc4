"""One example in matrices, r = b + W·x, a = σ(r), y = b + cᵀ·a, and θ as one vector (N5, N6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from thalweg.learn.backprop import Forward, forward
from thalweg.learn.parameters import Part, parts_of
from thalweg.pictures.shared.example import Example, example_of

if TYPE_CHECKING:
    from thalweg.forecast.watch import Watcher
    from thalweg.pictures.matrix.options import MatrixOptions
    from thalweg.pictures.shared.source import Source


@dataclass(frozen=True, eq=False)
class MatrixStudy:
    """One example and its forward pass.

    Attributes
    ----------
    example : Example
        The network and the day.
    passed : Forward
        Its forward pass, with one row. The lecture's r is `z`.
    parts : tuple of Part
        Where each part of θ lies.
    """

    example: Example
    passed: Forward
    parts: tuple[Part, ...]


def matrix_study(source: Source, options: MatrixOptions, _watcher: Watcher) -> MatrixStudy:
    """Fit a small network and compute its forward pass for one day.

    Of a saved model, the first member with neurons is shown.

    Parameters
    ----------
    source : Series or Model, optional
    options : MatrixOptions
    _watcher : Watcher
        Not used: this takes less than a second.

    Raises
    ------
    InputError
        If the day cannot be predicted, or the series is too short.
    """
    example = example_of(source, "matrix", options)
    passed = forward(example.network, example.theta, example.x[None])
    return MatrixStudy(example, passed, tuple(parts_of(example.network)))
