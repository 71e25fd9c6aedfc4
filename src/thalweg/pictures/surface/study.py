"""The error surface of a series, and what descent, brute force and many starts find on it (L3, O1 to O6)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from thalweg.errors import InputError
from thalweg.forecast.ladder import suited
from thalweg.forecast.predictors.network import Rung
from thalweg.messages import Argument
from thalweg.pictures.shared.source import days_of
from thalweg.pictures.surface.curve_study import CurveStudy, curve_study, toy_curve
from thalweg.pictures.surface.loss_surface import loss_surface_of
from thalweg.pictures.surface.options import (
    CurveOptions,
    FunctionOptions,
    PathOptions,
    RatesOptions,
    SearchOptions,
    StartsOptions,
    SurfaceOptions,
)
from thalweg.pictures.surface.path_study import PathStudy, path_study
from thalweg.pictures.surface.rates_study import RatesStudy, rates_study
from thalweg.pictures.surface.search_study import LossesStudy, SearchStudy, losses_study, search_study
from thalweg.pictures.surface.starts_study import StartsStudy, starts_study

if TYPE_CHECKING:
    from thalweg.forecast.watch import Watcher
    from thalweg.pictures.shared.source import Source
    from thalweg.pictures.surface.loss_surface import LossSurface
    from thalweg.series.series import Series

SurfaceStudy: TypeAlias = PathStudy | CurveStudy | LossesStudy | SearchStudy | StartsStudy | RatesStudy


def surface_study(source: Source, options: SurfaceOptions, watcher: Watcher) -> SurfaceStudy:
    """Compute L over one or two unknowns of a function, and a search on it.

    Parameters
    ----------
    source : Series, optional
    options : SurfaceOptions
    watcher : Watcher
        Receives the progress.

    Raises
    ------
    InputError
        If the view cannot be made of this function, or the series is too short.
    """
    if isinstance(options, CurveOptions) and source is None and not options.layers and options.days_back == 1:
        return toy_curve(options.rate)
    series = days_of(source, "surface")
    study: SurfaceStudy
    match options:
        case PathOptions():
            surface = _surface_of(series, options)
            _check_of_a_line(surface, plane=options.plane, rate=options.rate, updates=options.updates)
            study = path_study(surface, options, watcher)
        case CurveOptions():
            study = curve_study(_surface_of(series, options), options.unknowns, options.rate, options.seed)
        case StartsOptions():
            surface = _surface_of(series, options)
            _check_of_a_line(surface, rate=options.rate, updates=options.updates)
            study = starts_study(surface, options.starts, options.rate, options.updates, options.seed, watcher)
        case SearchOptions():
            study = search_study(_of_a_line(series, options.loss), options.rate, options.updates, options.seed)
        case RatesOptions():
            study = rates_study(_of_a_line(series, options.loss), options.rate, options.updates, options.seed)
        case _:
            study = losses_study(_of_a_line(series, "mae"))
    return study


def _surface_of(series: Series, options: FunctionOptions) -> LossSurface:
    rung = replace(Rung(options.days_back, hidden=options.layers), activation=options.activation)
    return loss_surface_of(series, suited(rung), options.loss)


def _of_a_line(series: Series, loss: str) -> LossSurface:
    """Return the surface of the two unknowns of a straight line over one day."""
    return loss_surface_of(series, suited(Rung(1)), loss)


def _check_of_a_line(surface: LossSurface, *, rate: float, updates: int, plane: str = "auto") -> None:
    """Refuse options of a straight line over one day for a larger function, and the other way round."""
    if surface.is_line:
        if plane != "auto":
            raise InputError("surface.plane_of_a_line", argument=Argument("plane", plane))
        return
    for name, given in (("rate", rate), ("updates", updates)):
        if given:
            raise InputError("surface.of_a_line", argument=Argument(name, given), option=Argument(name))
