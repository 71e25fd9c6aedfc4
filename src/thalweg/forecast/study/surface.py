"""The error surface of the user's days, and what descent, brute force and many starts find on it (L3, O1 to O6)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from thalweg.errors import InputError
from thalweg.forecast.ladder import Rung, suited
from thalweg.forecast.study.fitted import layers_of
from thalweg.forecast.study.ground import ground_of
from thalweg.forecast.study.source import MOST_BACK, days_of, one_of, whole_number
from thalweg.forecast.study.surface_curve import CurveStudy, curve_study, toy_curve
from thalweg.forecast.study.surface_path import PathStudy, path_study
from thalweg.forecast.study.surface_rates import RatesStudy, rates_study
from thalweg.forecast.study.surface_search import LossesStudy, SearchStudy, losses_study, search_study
from thalweg.forecast.study.surface_starts import StartsStudy, starts_study
from thalweg.forecast.watch import Silence
from thalweg.learn.activation import ACTIVATIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from thalweg.forecast.study.ground import Ground
    from thalweg.forecast.study.source import Source
    from thalweg.forecast.watch import Watcher

SurfaceStudy: TypeAlias = PathStudy | CurveStudy | LossesStudy | SearchStudy | StartsStudy | RatesStudy

VIEWS = ("path", "curve", "losses", "search", "starts", "rates")
OF_A_LINE = ("losses", "search", "rates")
PLANES = ("auto", "path", "random", "unknowns")
LARGEST_RATE = 1e6  # far beyond what any surface bears


def surface_study(
    source: Source = None,
    *,
    view: str = "path",
    plane: str = "auto",
    unknowns: str = "",
    days_back: int = 1,
    layers: str = "0",
    activation: str = "relu",
    loss: str = "auto",
    rate: float = 0.0,
    updates: int = 0,
    step: int = 0,
    starts: int = 12,
    seed: int = 0,
    watcher: Watcher | None = None,
) -> SurfaceStudy:
    """Compute L over one or two unknowns of a function, and what a search on it does.

    Parameters
    ----------
    source : Series, optional
    view : str
        ``path``: L over two unknowns with the descent's path; ``curve``: over one; ``losses``: absolute beside squared
        errors; ``search``: brute force beside descent; ``starts``: many starts; ``rates``: several learning rates.
    plane : str
        Of a function of more than two unknowns: ``path`` (the path's principal directions), ``random`` (two random
        filter-normalised directions) or ``unknowns`` (any two).
    unknowns : str
        Names or numbers of unknowns: two for the plane of unknowns, one for the curve; where none are given, those
        that moved most.
    days_back, layers, activation
        The function: a straight line over one day where nothing else is said.
    loss : str
        ``mae``, ``mse`` or ``auto``: absolute errors, and for ``rates`` squared ones, whose slope has no bound.
    rate : float
        η of the plain descent of a straight line over one day; 0 for one that suits the view.
    updates : int
        Of that descent; 0 for as many as it takes to arrive.
    step : int
        The update at which the gradient is first drawn.
    starts : int
        How many places are started from.
    seed : int
    watcher : Watcher, optional

    Raises
    ------
    InputError
        If an option is out of its range, the view cannot serve this function, or the days are too few.
    """
    _check_words(view, plane, activation, loss)
    _check_numbers(days_back, updates, step, starts, rate)
    series = days_of(source, "surface")
    widths = layers_of(layers)
    told = loss if loss != "auto" else "mse" if view == "rates" else "mae"
    if view == "curve" and source is None and not widths and days_back == 1:
        return toy_curve(rate)
    if view in OF_A_LINE and (widths or days_back > 1):
        raise InputError(
            f"--view {view} is of the two unknowns of a straight line over one day. Leave out --layers and "
            "--days-back, or choose --view path, curve or starts."
        )
    ground = ground_of(series, suited(replace(Rung(days_back, hidden=widths), activation=activation)), told)
    _check_of_a_line(ground, view, plane, rate, updates)
    watcher = watcher or Silence()
    studies: dict[str, Callable[[], SurfaceStudy]] = {
        "path": lambda: path_study(ground, plane, unknowns, rate, updates, step, seed, watcher),
        "curve": lambda: curve_study(ground, unknowns, rate, seed),
        "losses": lambda: losses_study(ground),
        "search": lambda: search_study(ground, rate, updates, seed),
        "starts": lambda: starts_study(ground, starts, rate, updates, seed, watcher),
        "rates": lambda: rates_study(ground, rate, updates, seed),
    }
    return studies[view]()


def _check_words(view: str, plane: str, activation: str, loss: str) -> None:
    one_of("view", view, VIEWS)
    one_of("plane", plane, PLANES)
    one_of("activation", activation, tuple(ACTIVATIONS))
    one_of("loss", loss, ("auto", "mae", "mse"))


def _check_numbers(days_back: int, updates: int, step: int, starts: int, rate: float) -> None:
    whole_number("days-back", days_back, 1, MOST_BACK)
    whole_number("updates", updates, 0, 2000)
    whole_number("step", step, 0, 2000)
    whole_number("starts", starts, 3, 40)
    if not (math.isfinite(rate) and 0 <= rate <= LARGEST_RATE):
        raise InputError(f"--rate {rate}: give a positive number such as 0.1, or 0 for one that suits.")


def _check_of_a_line(ground: Ground, view: str, plane: str, rate: float, updates: int) -> None:
    """Refuse what is of a straight line over one day for a larger function, and the other way round."""
    if ground.is_line:
        if plane != "auto":
            raise InputError(
                f"--plane {plane}: a straight line over one day has two unknowns, w and b, and all of its surface is "
                "shown. Add --layers or --days-back for a function of more."
            )
        return
    for option, given in (("rate", rate), ("updates", updates)):
        if given and view != "curve":
            raise InputError(
                f"--{option} {given:g} is of the plain descent of a straight line over one day; a larger function is "
                f"fitted as the forecast fits it. Leave --{option} out."
            )
