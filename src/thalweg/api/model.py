"""A saved model as a Python user holds it: it takes any days that can be read."""

from __future__ import annotations

from dataclasses import replace
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from thalweg.api.forecast import Forecast
from thalweg.api.panel_model import PanelModel
from thalweg.checksummed import is_of
from thalweg.forecast.model import Model as Forecaster
from thalweg.forecast.model import load as load_model
from thalweg.forecast.panel.model import PANEL_MODEL, load_panel
from thalweg.forecast.update import updated
from thalweg.forecast.what_if import what_if
from thalweg.options import Switch, WholeNumber
from thalweg.series.read.event_option import Events
from thalweg.series.read.given import series_of
from thalweg.series.read.options import ReadOptions
from thalweg.series.regressors import columns_of

if TYPE_CHECKING:
    from thalweg.forecast.model import Recent
    from thalweg.series.series import Series

HORIZON = WholeNumber(1, unit="steps")
KEEP_LAST = Switch()
THREADS = WholeNumber(1)
EVENTS = Events()


class Model(Forecaster):
    """A fitted choice that forecasts without training; its attributes are those of `store.ModelParts`."""

    @classmethod
    def of(cls, model: Forecaster) -> Model:
        """Return a model of what another holds."""
        return cls(**vars(model))

    def predict(
        self,
        series: Any = None,  # noqa: ANN401 - users have no type checker
        horizon: int | None = None,
        *,
        keep_last: bool = False,
        events: Any = None,  # noqa: ANN401 - as above
        with_: Any = None,  # noqa: ANN401 - as above
    ) -> Forecast:
        """Forecast the days after the last known one.

        Parameters
        ----------
        series : Series, path, frame or int, optional
            Newer days, joined to those stored in the model: a series, or what `thalweg.read` takes. Without it the
            forecast starts after the stored days. A whole number alone is the horizon.
        horizon : int, optional
            Days ahead; by default the model's whole horizon.
        keep_last : bool
            Whether a last newer value stays though it looks unfinished. Without it such a value is left out, its date
            is the first one forecast, and the forecast's `notes` tell of it.
        events : EventTable, path or frame, optional
            The events after the model's last day, in place of those that it was fitted with; see `thalweg.read_events`.
            Their names are those that the model knows.
        with_ : path or frame, optional
            Other values of the known columns on the dates to forecast: a what-if. Its `supposed` holds the forecast
            without them too, and `plot` draws both.

        Raises
        ------
        InputError
            If the horizon is beyond the model's, or the days cannot be read, have another name, end before the stored
            days, leave a gap after them or hold values that the model cannot transform; or it
            does not know an event; or a known column has no value on one of the dates to forecast.
        """
        if events is not None:
            told: Any = EVENTS.checked("events", events)
            return self.with_events(told).predict(series, horizon, keep_last=keep_last, with_=with_)
        keep_last = KEEP_LAST.checked("keep_last", keep_last)
        if horizon is None and type(series) is not bool and isinstance(series, (Integral, float)):
            series, horizon = None, HORIZON.checked("horizon", series)
        elif horizon is not None:
            horizon = HORIZON.checked("horizon", horizon)
        newer = None if series is None else self._read(series)
        if with_ is not None:
            supposed = what_if(self, newer, with_, ReadOptions(), horizon, keep_last=keep_last)
            return replace(cast("Forecast", supposed.forecast), supposed=supposed)
        days = self.days if newer is None else self.joined(newer)
        predictions = super().predict(newer, horizon, keep_last=keep_last)
        return Forecast.of(predictions, days.head(days.place(predictions.dates[0])))

    def recent(self, series: Any, *, keep_last: bool = False) -> Recent | None:  # noqa: ANN401 - as above
        """Compare the loss on days after the model's last with the loss to be expected; None without such days.

        Parameters
        ----------
        series : Series, path or frame
            A series, or what `thalweg.read` takes.
        keep_last : bool
            As of `predict`.

        Raises
        ------
        InputError
            As of `predict`.
        """
        return super().recent(self._read(series), keep_last=keep_last)

    def update(self, series: Any, *, keep_last: bool = False, threads: int | None = None) -> Model:  # noqa: ANN401
        """Return the model after it has learned from new values, without a new climb.

        The choice, the ways in which steps ahead are predicted and the calibration of the intervals stay as they are.

        Parameters
        ----------
        series : Series, path or frame
            The whole history with the new values: a series, or what `thalweg.read` takes.
        keep_last : bool
            As of `predict`.
        threads : int, optional
            By default one for each core.

        Raises
        ------
        InputError
            If the model is of an earlier version, which does not say how it was fitted; the series begins later than
            the one it was fitted on, holds other values or nothing new; or as of `predict`.
        """
        keep_last = KEEP_LAST.checked("keep_last", keep_last)
        threads = None if threads is None else THREADS.checked("threads", threads)
        return Model.of(updated(self, self._read(series), threads, keep_last=keep_last))

    def _read(self, series: object) -> Series:
        columns = columns_of(self.calendar.regressors)
        return series_of(series, value=self.name, goes_on=True, difference=self.days.differenced, **columns)


def load(path: str | Path) -> Model | PanelModel:
    """Read a model that `Model.save` or `PanelModel.save` wrote.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Model, or PanelModel where it is one of many series
        The `notes` of a model of one series say if the holidays that it was fitted with are no longer those of the
        installed library.

    Raises
    ------
    InputError
        If there is no such file, or it is no model, is cut short or changed, or is of another version. Nothing
        in the file is run, and nothing larger than the file is allocated.
    """
    if is_of(PANEL_MODEL, Path(path)):
        return PanelModel.holding(load_panel(Path(path)))
    return Model.of(load_model(path))
