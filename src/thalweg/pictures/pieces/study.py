"""A curve as a sum of pieces: made by the recipe, found in a fitted network, or one with sliders (N2 to N5, N7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from thalweg.errors import InputError
from thalweg.learn.activation import ACTIVATIONS
from thalweg.learn.backprop import forward
from thalweg.learn.explain.pieces import MADE_OF, Joined, pieces_of, points_on, turning_points_on
from thalweg.messages import Argument
from thalweg.pictures.pieces.neurons_study import NeuronsStudy, neurons_study
from thalweg.pictures.pieces.options import MOST_POINTS, BuildOptions, NeuronsOptions, SlidersOptions
from thalweg.pictures.shared.curve import target_curve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.watch import Watcher
    from thalweg.learn.activation import Values
    from thalweg.learn.explain.pieces import Pieces
    from thalweg.learn.function import Network
    from thalweg.pictures.shared.curve import TargetCurve
    from thalweg.pictures.shared.source import Source

SHOWN = ("sigmoid", "hard sigmoid", "relu")
LEAST_POINTS, USUAL_POINTS = 2, 12
RELATIVE_ROUNDING = 1e-9  # relative


@dataclass(frozen=True, eq=False)
class Built:
    """A network made of the pieces.

    Attributes
    ----------
    network : Network
    theta : ndarray, shape (size,)
    gap : float
        The largest distance between its output and the joined points, in the curve's units.
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
        The points, and the distance between the lines that join them and the curve.
    pieces : Pieces
    built : tuple of Built
        A network of hard sigmoids, and one of twice as many ReLUs.
    even : Joined
        As many points at equal distances, to compare.
    closer : tuple of (int, Joined, Joined)
        A number of pieces, and the points for it: at turning points, and at equal distances (N3).
    """

    curve: TargetCurve
    joined: Joined
    pieces: Pieces
    built: tuple[Built, ...]
    even: Joined
    closer: tuple[tuple[int, Joined, Joined], ...]

    @property
    def rounding(self) -> float:
        """A smaller distance from the curve than this is due to rounding, in the curve's units."""
        return RELATIVE_ROUNDING * float(np.ptp(self.curve.y) or 1.0)


@dataclass(frozen=True)
class SlidersStudy:
    """The positions of the sliders in c·σ(b + w·x) (N4).

    Attributes
    ----------
    c, b, w : float
    """

    c: float
    b: float
    w: float

    def highest_slope(self, name: str) -> tuple[float, float, float]:
        """Return the highest σ′ of an activation, and the first and last z where it is reached."""
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
    source: Source, options: BuildOptions | NeuronsOptions | SlidersOptions, _watcher: Watcher
) -> PiecesStudy:
    """Make the pieces of a curve, or find them in a network.

    A saved model can be shown in the view ``fitted`` only.

    Parameters
    ----------
    source : Series or Model, optional
    options : BuildOptions | NeuronsOptions | SlidersOptions
    _watcher : Watcher
        Not used: this takes less than a second.

    Raises
    ------
    InputError
        If the view cannot be made of this source.
    """
    match options:
        case BuildOptions():
            return _build(target_curve(source, options.curve, "pieces build"), options.points)
        case NeuronsOptions():
            return neurons_study(source, options)
        case SlidersOptions():
            if source is not None:
                raise InputError("pieces.sliders_of_days")
            return SlidersStudy(options.c, options.b, options.w)


def _build(curve: TargetCurve, points: int) -> BuildStudy:
    most = min(MOST_POINTS, len(curve.x))
    if points and not LEAST_POINTS <= points <= most:
        raise InputError("pieces.points", argument=Argument("points", points), least=LEAST_POINTS, most=most)
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
