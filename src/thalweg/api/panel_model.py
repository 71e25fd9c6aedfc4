"""A saved model of many series as a Python user holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from thalweg.forecast.panel.model import PanelModel as Forecaster
from thalweg.forecast.panel.newer import read_newer
from thalweg.forecast.panel.update import updated
from thalweg.options import Switch, Text, WholeNumber
from thalweg.series.panel_events import keys_of_events
from thalweg.series.read.event_option import EventsOfMany, events_named

if TYPE_CHECKING:
    from thalweg.forecast.panel.result import PanelForecast
    from thalweg.series.panel import Panel

HORIZON = WholeNumber(1, unit="steps")
THREADS = WholeNumber(1)
SERIES = Text("NAME")
EVENTS = EventsOfMany()
KEEP_LAST = Switch()


class PanelModel(Forecaster):
    """A fitted panel, which forecasts without training, also series that it has never seen."""

    @classmethod
    def holding(cls, model: Forecaster) -> PanelModel:
        """Return a model of what another holds."""
        return cls(**vars(model))

    def predict(
        self,
        newer: Any = None,  # noqa: ANN401 - users have no type checker
        horizon: int | None = None,
        series: str | None = None,
        *,
        keep_last: bool = False,
        events: Any = None,  # noqa: ANN401 - as above
    ) -> PanelForecast:
        """Forecast the steps after the last known ones, for each series.

        Parameters
        ----------
        newer : Panel, Series, path or frame, optional
            Newer values, joined to those stored in the model: what `thalweg.read_panel` takes, read by the columns that
            the model was read by. A series that the model has never seen is served by the network over all series.
            Without it the forecasts start after the stored values.
        horizon : int, optional
            Steps ahead; by default the model's whole horizon.
        series : str, optional
            The name of the only one that is forecast.
        keep_last : bool
            Whether the last date of the newer values stays, though it looks unfinished; else it is left out of all
            series that end on it, and named in the forecast's ``notes``.
        events : EventTable, path or frame, optional
            The events after the model's last date, in place of those that it was fitted with; as of
            `thalweg.fit_panel`.

        Returns
        -------
        PanelForecast
            Arrays, and `to_frame`; its ``new`` names the series that the model has never seen, its ``refused`` those
            that could not be forecast, each with the reason.

        Raises
        ------
        InputError
            If the horizon is beyond the model's, there is no such series, none of the newer values can be read or
            fits, or an event was not learned.
        """
        horizon = None if horizon is None else HORIZON.checked("horizon", horizon)
        series = None if series is None else SERIES.checked("series", series)
        keep_last = KEEP_LAST.checked("keep_last", keep_last)
        if events is not None:
            events = events_named(EVENTS.checked("events", events), keys_of_events(self.panel))
        return self.forecast(self._read(newer), horizon, series, keep_last=keep_last, events=events)

    def update(self, newer: Any, *, keep_last: bool = False, threads: int | None = None) -> PanelModel:  # noqa: ANN401
        """Return the model after it has learned from newer values, without a new choice.

        The networks over all series go on from where they ended, the lines are fitted on all values. What serves each
        series and the calibration of its intervals stay; series that the model has never seen are served by the
        networks from now on.

        Parameters
        ----------
        newer : Panel, Series, path or frame
            As of `predict`; the values after those of the model are enough.
        keep_last : bool
            As of `predict`.
        threads : int, optional
            By default one for each core.

        Raises
        ------
        InputError
            If nothing is new, or as of `predict`.
        """
        threads = None if threads is None else THREADS.checked("threads", threads)
        keep_last = KEEP_LAST.checked("keep_last", keep_last)
        read = self._read(newer)
        assert read is not None  # noqa: S101 - something is read of all but nothing
        return PanelModel.holding(updated(self, read, threads, keep_last=keep_last)[0])

    def _read(self, newer: object) -> Panel | None:
        return None if newer is None else read_newer(self, newer)
