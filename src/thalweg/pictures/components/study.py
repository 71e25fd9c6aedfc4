"""What a forecast is made of: its components at every date of the horizon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from thalweg.forecast.beforehand import check_ahead
from thalweg.forecast.components import Components, components_of
from thalweg.forecast.model import Model
from thalweg.pictures.shared.as_forecast import FITTING, fitted_as_forecast
from thalweg.pictures.shared.source import check_defaults
from thalweg.series.sample import sample

if TYPE_CHECKING:
    from thalweg.forecast.watch import Watcher
    from thalweg.pictures.components.options import ComponentsOptions
    from thalweg.pictures.shared.source import Source
    from thalweg.series.series import Series


@dataclass(frozen=True, eq=False)
class ComponentsStudy:
    """The components of a forecast.

    Attributes
    ----------
    made : Components
    function : str
        The name of the choice, such as ``100 relu 28 week``.
    days : Series
        The values that the forecast goes on from.
    own : bool
        Whether the function was fitted for this study to a given series, so that a forecast may choose another.
    """

    made: Components
    function: str
    days: Series
    own: bool = False


def components_study(source: Source, options: ComponentsOptions, watcher: Watcher) -> ComponentsStudy:
    """Take a forecast apart.

    A saved model is taken as it is, on the values that it stores. For a series, a rung is fitted as for a forecast, and
    is fed its own predictions as far as the usual horizon. Without a source, the simulated channel is used.

    Parameters
    ----------
    source : Series or Model, optional
    options : ComponentsOptions
    watcher : Watcher
        Receives the progress.

    Raises
    ------
    InputError
        If the series is too short, the horizon is beyond that of the model, or a known column has no value on one of
        its dates.
    """
    if isinstance(source, Model):
        check_defaults(source, options, FITTING)
        steps = source.steps_asked(options.horizon)
        if source.calendar.regressors is not None:
            check_ahead(source.calendar.regressors, source.days, steps, fitted=True)
        made = components_of(source.predictors, source.plan, source.calendar, source.days, steps)
        return ComponentsStudy(made, source.chosen, source.days)
    series = sample() if source is None else source
    fit = fitted_as_forecast(source, series, options, watcher)
    made = components_of(fit.predictors, fit.plan, fit.calendar, series, options.horizon)
    return ComponentsStudy(made, fit.rung.name, series, own=source is not None)
