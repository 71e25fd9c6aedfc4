"""A curve as a sum of pieces: made by hand, found in a fitted network, or under one's own hands (N2 to N5, N7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.model import Model
from thalweg.forecast.study.curve import target_curve
from thalweg.forecast.study.neurons import NeuronsStudy, neurons_study
from thalweg.forecast.study.source import as_it_is, one_of, whole_number
from thalweg.learn.activation import ACTIVATIONS
from thalweg.learn.backprop import forward
from thalweg.learn.pieces import MADE_OF, Joined, pieces_of, points_on, turning_points_on

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.study.curve import TargetCurve
    from thalweg.forecast.study.source import Source
    from thalweg.learn.activation import Values
    from thalweg.learn.function import Network
    from thalweg.learn.pieces import Pieces

VIEWS = ("build", "fitted", "sliders")
SHOWN = ("sigmoid", "hard sigmoid", "relu")
USUAL_POINTS, MOST_POINTS = 12, 65
ROUNDING = 1e-9  # relative
FARTHEST = 100.0  # a slider's end


@dataclass(frozen=True, eq=False)
class Built:
    """A network made of the pieces.

    Attributes
    ----------
    network : Network
    theta : ndarray, shape (size,)
    gap : float
        How far its output lies from the joined points, at most, in the units of the curve.
    """

    network: Network
    theta: Values
    gap: float


@dataclass(frozen=True, eq=False)
class BuildStudy:
    """A curve, points on it, the pieces of the joined points, and the two networks made of them.

    Attributes
    ----------
    curve : TargetCurve
    joined : Joined
        The points and how far what joins them lies from the curve.
    pieces : Pieces
    built : tuple of Built
        Of hard sigmoids, and of twice as many ReLUs.
    even : Joined
        As many points taken evenly, to compare.
    closer : tuple of (int, Joined, Joined)
        Numbers of pieces, and points that make so many: taken where the curve turns, and taken evenly (N3).
    """

    curve: TargetCurve
    joined: Joined
    pieces: Pieces
    built: tuple[Built, ...]
    even: Joined
    closer: tuple[tuple[int, Joined, Joined], ...]

    @property
    def rounding(self) -> float:
        """What is nearer to the curve than this differs from it by rounding alone."""
        return ROUNDING * float(np.ptp(self.curve.y) or 1.0)


@dataclass(frozen=True)
class SlidersStudy:
    """c·σ(b + w·x): where the sliders stand (N4).

    Attributes
    ----------
    c, b, w : float
    """

    c: float
    b: float
    w: float

    def highest_slope(self, name: str) -> tuple[float, float, float]:
        """Return the highest σ′ of an activation, and from where to where in z it is reached."""
        z = np.linspace(-10, 10, 2001)
        slopes = ACTIVATIONS[name].slope(z)
        where = z[slopes >= slopes.max()]
        return float(slopes.max()), float(where.min()), float(where.max())

    def value(self, name: str, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return c·σ(b + w·x)."""
        return (self.c * ACTIVATIONS[name].value(self.b + self.w * x)).astype(np.float64)

    def slope(self, name: str, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return σ′(b + w·x)."""
        return ACTIVATIONS[name].slope(self.b + self.w * x).astype(np.float64)


PiecesStudy: TypeAlias = BuildStudy | NeuronsStudy | SlidersStudy


def pieces_study(
    source: Source = None,
    *,
    view: str = "build",
    curve: str = "auto",
    points: int = 0,
    input: int = 1,  # noqa: A002 - what the option is called: x₁, x₂, …
    hold: str = "mean",
    days_back: int = 1,
    layers: str = "6",
    activation: str = "relu",
    loss: str = "mae",
    seed: int = 0,
    c: float = 1.0,
    b: float = 0.0,
    w: float = 1.0,
) -> PiecesStudy:
    """Make or find the pieces.

    Parameters
    ----------
    source : Series or Model, optional
        A saved model for the view ``fitted`` only.
    view : str
        ``build``: the recipe. ``fitted``: the neurons of a fitted network. ``sliders``: one neuron in three kinds.
    curve : str
        Of ``build``: one of `curve.CURVES`.
    points : int
        Of ``build``: how many points are taken on the curve; 0 for its own turning points, or `USUAL_POINTS`.
    input, hold, days_back, layers, activation, loss, seed
        Of ``fitted``: see `neurons_study`.
    c, b, w : float
        Of ``sliders``: where they stand at first.

    Raises
    ------
    InputError
        If an option is out of its range, or the view cannot be made of what was given.
    """
    one_of("view", view, VIEWS)
    if view == "fitted":
        if isinstance(source, Model):
            fitting = {"days_back": days_back, "layers": layers, "activation": activation, "loss": loss, "seed": seed}
            as_it_is(source, pieces_study, **fitting)
        return neurons_study(
            source,
            number=input,
            hold=hold,
            days_back=days_back,
            layers=layers,
            activation=activation,
            loss=loss,
            seed=seed,
        )
    if view == "build":
        return _build(target_curve(source, curve, "pieces --view build"), points)
    if source is not None:
        raise InputError("--view sliders shows functions alone, not days. Leave the file out.")
    for name, value in (("c", c), ("b", b), ("w", w)):
        if not -FARTHEST <= value <= FARTHEST:
            raise InputError(f"--{name} {value}: give a number from {-FARTHEST:g} to {FARTHEST:g}.")
    return SlidersStudy(float(c), float(b), float(w))


def _build(curve: TargetCurve, points: int) -> BuildStudy:
    most = min(MOST_POINTS, len(curve.x))
    if points:
        whole_number("points", points, 2, most)
    if curve.turns is not None and not points:
        away = np.abs(np.interp(curve.x, *curve.turns) - curve.y)
        joined = Joined(*curve.turns, float(away.max()), float(away.mean()))
    else:
        joined = turning_points_on(curve.x, curve.y, points or min(USUAL_POINTS, most))
    pieces = pieces_of(joined.x, joined.y)
    truth = np.interp(curve.x, joined.x, joined.y)
    built: list[Built] = []
    for name in MADE_OF:
        network, theta = pieces.network(name)
        made = forward(network, theta, curve.x[:, None]).prediction[:, 0]
        built.append(Built(network, theta, float(np.abs(made - truth).max())))
    counts = [2**power for power in range(1, 8) if 2**power < len(curve.x)]
    closer = tuple(
        (count, turning_points_on(curve.x, curve.y, count + 1), points_on(curve.x, curve.y, count + 1))
        for count in counts
    )
    even = points_on(curve.x, curve.y, len(joined.x))
    return BuildStudy(curve, joined, pieces, tuple(built), even, closer)
