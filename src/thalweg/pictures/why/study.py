"""Why this number: the contributions of past days and calendar facts to a day's prediction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.contributions import Why, used_by, why_of
from thalweg.forecast.model import Model
from thalweg.forecast.panel.explain import why_of_series
from thalweg.forecast.panel.joining import MOST_NAMED
from thalweg.forecast.predictors.network import NetworkPredictor
from thalweg.forecast.ways import RECURSIVE
from thalweg.messages import Argument, Message
from thalweg.pictures.shared.as_forecast import FITTING, fitted_as_forecast
from thalweg.pictures.shared.source import check_defaults, refuse_changed
from thalweg.series.frequency.dates import a_date
from thalweg.series.frequency.record import KNOWN
from thalweg.series.sample import sample

if TYPE_CHECKING:
    from thalweg.forecast.panel.model import PanelModel
    from thalweg.forecast.watch import Watcher
    from thalweg.pictures.shared.source import Source
    from thalweg.pictures.why.options import WhyOptions
    from thalweg.series.series import Series


@dataclass(frozen=True, eq=False)
class WhyStudy:
    """The contributions to a day's prediction.

    Attributes
    ----------
    why : Why
    function : str
        The name of the function, such as ``100 relu 28 week``.
    days : Series
        The days that the function looked back at.
    count : int
        The number of days and facts to name; the others are added up.
    known : str
        What the function knows apart from past values, a word of `Frequency.known`; of several members, the most that
        one knows.
    own : bool
        Whether the function was fitted for this study to a given series, so that a forecast may choose another.
    ways : tuple of str
        The names of all functions whose mean is the forecast of a model, where they are several.
    country : str
        The code of the country whose holidays are known; several are joined, as in `Calendar`.
    series : str
        Of a model of many series, the name of the one that is explained; else empty.
    serves : Message, optional
        What serves the date there.
    level_steps : int
        Over how many of its last steps the usual value is a mean.
    """

    why: Why
    function: str
    days: Series
    count: int
    known: str = ""
    own: bool = False
    ways: tuple[str, ...] = ()
    country: str = ""
    series: str = ""
    serves: Message | None = None
    level_steps: int = 0

    @property
    def actual(self) -> float:
        """The actual value of the day, in the user's units; NaN where it is not known."""
        at = self.days.place(self.why.date)
        return float(self.days.values[at]) if at < len(self.days) and self.days.observed[at] else float("nan")


def why_study(source: Source, options: WhyOptions, watcher: Watcher) -> WhyStudy:
    """Split the forecast of a date into contributions.

    A saved model is explained as it is, on the days that it stores; any date of its horizon can be asked for. For a
    series, a rung is fitted as for a forecast, and is fed its own predictions where a later date is asked for. Without
    a source, the simulated channel is used, with the holidays of its country.

    Parameters
    ----------
    source : Series or Model, optional
    options : WhyOptions
    watcher : Watcher
        Receives the progress.

    Raises
    ------
    InputError
        If the series is too short, or too few days precede the day.
    """
    if options.series is not None:
        raise InputError("why.one_series", argument=Argument("series", options.series))
    series = source.days if isinstance(source, Model) else sample() if source is None else source
    date = None if options.day is None else a_date(series.frequency, options.day)
    if isinstance(source, Model):
        check_defaults(source, options, FITTING)
        why = why_of(source.predictors, source.plan, source.calendar, source.days, date, horizon=source.horizon)
        used = used_by(source.predictors, source.plan, np.array([why.ahead]))
        ways = [way for way, weight in source.plan.weights(why.ahead).items() if weight[-1]]
        learned = [used.one_step] if RECURSIVE in ways else []
        learned += [mean for one in used.beside for mean in (one.near, one.far) if mean is not None]
        members = [member for mean in learned for member in mean.members]
        seen = [member.rung.known for member in members if isinstance(member, NetworkPredictor)]
        most = max(seen, key=("", *KNOWN).index, default="")
        names = tuple(source.chosen if way == RECURSIVE else way for way in ways)
        return WhyStudy(
            why, names[0], source.days, options.count, most, own=False, ways=names, country=source.calendar.country
        )
    fit = fitted_as_forecast(source, series, options, watcher)
    why = why_of(fit.predictors, fit.plan, fit.calendar, series, date)
    return WhyStudy(
        why, fit.rung.name, series, options.count, fit.rung.known, own=source is not None, country=fit.calendar.country
    )


def panel_why_study(model: PanelModel, options: WhyOptions) -> WhyStudy:
    """Split the forecast of a series and a date into contributions, as a saved model of many series makes it.

    Parameters
    ----------
    model : PanelModel
    options : WhyOptions

    Raises
    ------
    InputError
        If no series is named or there is none of this name, or too few values precede the day.
    """
    panel = model.panel
    if options.series is None:
        names = list(panel.names[:MOST_NAMED])
        raise InputError("why.which_series", count=len(panel), names=names, argument=Argument("series", panel.names[0]))
    refuse_changed(options, FITTING, Message("why.many", {"count": len(panel)}))
    date = None if options.day is None else a_date(panel.frequency, options.day)
    found = why_of_series(model, options.series, date)
    return WhyStudy(
        found.why, "", found.series, options.count,
        series=options.series, serves=found.serves, level_steps=found.level_steps,
    )  # fmt: skip
