"""One example in matrices, r = b + W·x, a = σ(r), y = b + cᵀ·a, and θ as one vector (N5, N6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from thalweg.forecast.model import Model
from thalweg.forecast.study.example import Example, example_of
from thalweg.forecast.study.source import as_it_is
from thalweg.learn.backprop import Forward, forward
from thalweg.learn.parts import Part, parts_of

if TYPE_CHECKING:
    from thalweg.forecast.study.source import Source


@dataclass(frozen=True, eq=False)
class MatrixStudy:
    """What is seen of one example.

    Attributes
    ----------
    example : Example
        The network and the day.
    passed : Forward
        Its forward pass, of one row: the lecture's r is `z`.
    parts : tuple of Part
        Where each part of θ lies.
    """

    example: Example
    passed: Forward
    parts: tuple[Part, ...]


def matrix_study(
    source: Source = None,
    *,
    day: str = "",
    days_back: int = 3,
    layers: str = "3",
    activation: str = "sigmoid",
    loss: str = "mse",
    seed: int = 0,
) -> MatrixStudy:
    """Fit a small network and take its forward pass for one day apart.

    Parameters
    ----------
    source : Series or Model, optional
        Of a saved model its first network with neurons; without any the simulated channel.
    day : str
        Which day, as 2021-02-11; the last training day where it is empty.
    days_back, layers, activation, loss, seed
        The network to fit: three neurons over three days, as in the lecture, where nothing else is said. A saved model
        has its own.

    Raises
    ------
    InputError
        If an option is out of its range.
    """
    if isinstance(source, Model):
        as_it_is(source, matrix_study, days_back=days_back, layers=layers, activation=activation, loss=loss, seed=seed)
    example = example_of(
        source, "matrix", days_back=days_back, layers=layers, activation=activation, loss=loss, day=day, seed=seed
    )
    passed = forward(example.network, example.theta, example.x[None])
    return MatrixStudy(example, passed, tuple(parts_of(example.network)))
