"""The model that forecasts: what it holds stands in `thalweg.forecast.store.parts`, here is what it does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from thalweg.errors import InputError
from thalweg.files import write_whole
from thalweg.forecast.beforehand import check_ahead
from thalweg.forecast.belonging import strangers
from thalweg.forecast.distribution import TABLE, Distribution
from thalweg.forecast.features.past import past_of
from thalweg.forecast.interval import banded
from thalweg.forecast.levels import around
from thalweg.forecast.paths import Ahead
from thalweg.forecast.result import Forecast
from thalweg.forecast.sizes import ends_of_sizes
from thalweg.forecast.store.file import pack, unpack
from thalweg.forecast.store.parts import ModelParts
from thalweg.forecast.totals import lengths
from thalweg.forecast.unfinished import left_out, may_be_unfinished
from thalweg.learn.loss import LOSSES
from thalweg.messages import Argument, Message
from thalweg.series.filling import in_frequency
from thalweg.series.frequency.dates import day_numbers, iso, python_date, step_range, steps_after
from thalweg.series.frequency.words import words_of

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Past
    from thalweg.forecast.interval import Ends
    from thalweg.series.events import EventTable
    from thalweg.series.regressors import Regressors
    from thalweg.series.series import Series

WORSE_SHARE = 0.05  # recent days are worse than expected if fewer runs of the sealed test than this share were as bad


@dataclass(frozen=True)
class Recent:
    """The loss of the model on days that came after it was made.

    Attributes
    ----------
    days : int
        Observed days after the model's last day.
    loss : float
        One day ahead, in the user's units.
    expected : float
        The loss over the sealed test, as used.
    worse : bool
        Whether fewer than one in twenty runs of as many days over the sealed test were as bad.
    """

    days: int
    loss: float
    expected: float
    worse: bool


class Model(ModelParts):
    """A fitted choice that forecasts without training; its attributes are those of `store.ModelParts`."""

    def __repr__(self) -> str:
        ahead = f"{self.horizon} {self.days.frequency.steps} after {iso(self.days.dates[-1])}"
        return f"<Model {self.chosen!r} for {self.name!r}: {ahead}, made {self.made}>"

    @property
    def horizon(self) -> int:
        """The most days ahead."""
        return len(self.bands)

    @property
    def counts(self) -> bool:
        """Whether it was fitted on values that are never negative, as far as it knows."""
        return self.miss_transform.floor or any(limits.counts for limits in self.predictors.limits)

    @property
    def last_day(self) -> dt.date:
        """The day of the last value known when the model was made."""
        return python_date(self.days.dates[-1])

    @property
    def name(self) -> str:
        """What is forecast: the value's column."""
        return self.days.name

    def with_events(self, events: EventTable) -> Self:
        """Return the model with other events after its last day; those before it stay.

        Raises
        ------
        InputError
            If it was fitted without events, or without one of these or a day around one.
        """
        if self.calendar.events is None:
            raise InputError("events.model_without", argument=Argument("events"))
        table = self.calendar.events.replaced_after(int(day_numbers(self.days.dates[-1])), events)
        calendar = replace(self.calendar, events=table)
        return replace(self, calendar=calendar, predictors=self.predictors.with_calendar(calendar))

    def knowing(self, series: Series | None) -> Self:
        """Return the model with the columns that were read beside newer values; itself where it has none.

        Raises
        ------
        InputError
            If the series lacks one of the model's columns.
        """
        regressors = self.calendar.regressors
        if regressors is None or series is None:
            return self
        newer = series.regressors
        there = () if newer is None else newer.names
        absent = [one for one in regressors.each if one.name not in there]
        if newer is None or absent:
            argument = Argument("known" if absent[0].known else "past", absent[0].name)
            raise InputError("columns.not_read", source=series.source_name, name=absent[0].name, argument=argument)
        return self._with_regressors(regressors.continued(newer, self.days.after(1)))

    def with_ahead(self, ahead: Regressors) -> Self:
        """Return the model with other values of known columns on the dates to come.

        Raises
        ------
        InputError
            If it was fitted without known columns, or these lack one of them.
        """
        regressors = self.calendar.regressors
        known = () if regressors is None else tuple(one.name for one in regressors.known)
        if regressors is None or not known:
            raise InputError("columns.model_without", argument=Argument("with_"))
        return self._with_regressors(regressors.continued(ahead, self.days.after(1)))

    def _with_regressors(self, regressors: Regressors) -> Self:
        calendar = replace(self.calendar, regressors=regressors)
        return replace(self, calendar=calendar, predictors=self.predictors.with_calendar(calendar))

    def steps_asked(self, horizon: int | None) -> int:
        """Return how many steps ahead a horizon asks for: by default all that there are.

        Raises
        ------
        InputError
            If they are more than the model forecasts.
        """
        steps = self.horizon if horizon is None else horizon
        if not 1 <= steps <= self.horizon:
            raise InputError(
                "model.horizon", argument=Argument("horizon", steps), most=self.horizon, **words_of(self.days.frequency)
            )
        return steps

    def predict(self, series: Series | None = None, horizon: int | None = None, *, keep_last: bool = False) -> Forecast:
        """Forecast the days after the last known one.

        Parameters
        ----------
        series : Series, optional
            Newer days, joined to those stored in the model. Without it the forecast starts after the stored days.
        horizon : int, optional
            Days ahead; by default the model's whole horizon.
        keep_last : bool
            Whether a last newer value stays though it looks unfinished; see `without_unfinished`.

        Returns
        -------
        Forecast
            Its `notes` tell about a value that was left out.

        Raises
        ------
        InputError
            If the horizon is beyond the model's, or the series has another name, ends before the stored days, leaves a
            gap after them or holds values that the model cannot transform; or a known column has no value on one of
            the dates to forecast.
        """
        steps = self.steps_asked(horizon)
        note = None
        if series is not None and not keep_last:
            series, note = self.without_unfinished(series)
        notes = series.notes if series is not None else () if note is None else (note,)
        days = self.days if series is None else self.joined(series)
        serving = self.knowing(series)
        if serving.calendar.regressors is not None:
            check_ahead(serving.calendar.regressors, days, steps, fitted=True)
        past = past_of(days, np.array([len(days) - 1]))
        mean = serving.means_ahead(past, steps)[0]
        limits = self.predictors.limits
        within = limits[0].of_intervals(past, steps) if limits else None
        ends = banded(mean, self.bands[:steps], self.miss_transform, within)
        dates = step_range(days.frequency, days.after(1), steps)
        median = None
        if self.medians is not None:
            median = banded(mean, self.medians[:steps].reshape(-1, 1, 1), self.miss_transform, within)[:, 0, 0]
        if len(self.sizes):
            ends, median = ends_of_sizes(mean, self.sizes, self.levels)
        intervals = around(mean, ends, self.levels, median)
        whole = self.whole and days.whole
        intervals = (intervals.whole() if whole else intervals).of(self.asked.calibrated)
        return Forecast(
            dates,
            mean,
            intervals,
            notes,
            asked=self.asked,
            ahead=self._paths_ahead(mean, within, whole=whole),
            inside=self.inside,
            lengths=lengths(days.frequency, steps),
        )

    def _paths_ahead(self, mean: NDArray[np.float64], limits: Ends | None, *, whole: bool) -> Ahead | None:
        """Return what sample paths are made of; None for a model of an earlier version."""
        if self.medians is None or not len(self.rows):
            return None
        steps = len(mean)
        distribution = Distribution(self.levels, self.bands, self.medians).of(TABLE).first(steps)
        return Ahead(mean, distribution, self.rows[:, :steps], self.miss_transform, limits, whole, self.sizes)

    def means_ahead(self, past: Past, steps: int) -> NDArray[np.float64]:
        """Return the predictions of 1 to `steps` ahead, shape (rows, steps)."""
        return self.plan.combined(self.predictors.predict(past, self.plan.reach(steps)), steps, axis=1)

    def joined(self, series: Series) -> Series:
        """Return the stored days followed by newer ones.

        Raises
        ------
        InputError
            If they have another name or frequency, end before the stored days, leave a gap after them or hold negative
            values that the model cannot transform.
        """
        if series.name != self.days.name:
            names = {"name": series.name, "expected": self.days.name}
            raise InputError(
                "model.name", source=series.source_name, argument=Argument("value", self.days.name), **names
            )
        frequency = self.days.frequency
        given, series = series, in_frequency(series, frequency) or series
        if not series.frequency.same_step(frequency):
            known = {"found": given.frequency.name, "expected": frequency.name}
            raise InputError("model.frequency", source=series.source_name, **known)
        stored, newer = self.days.dates, series.dates
        if series.differenced != self.days.differenced:
            argument = Argument("difference", value=True) if self.days.differenced else Argument("difference")
            key = "model.totals" if self.days.differenced else "model.increases"
            raise InputError(key, source=series.source_name, argument=argument)
        if newer[-1] < stored[-1]:
            raise InputError("model.older", source=series.source_name, last=iso(newer[-1]), expected=iso(stored[-1]))
        if self.days.place(newer[0]) > len(self.days):
            raise InputError("model.gap", source=series.source_name, first=iso(newer[0]), expected=iso(stored[-1]))
        if self.counts and not series.counts:
            raise InputError("model.negative", source=series.source_name)
        kept = self.days.place(newer[0])
        if steps_after(frequency, self.days.start, kept) != newer[0]:
            raise InputError(
                "model.dates", source=series.source_name, first=iso(newer[0]), expected=iso(self.days.after(1))
            )
        if kept <= 0:
            return replace(series, frequency=frequency)
        return replace(
            series,
            frequency=frequency,
            start=self.days.start,
            values=np.concatenate([self.days.values[:kept], series.values]),
            observed=np.concatenate([self.days.observed[:kept], series.observed]),
        )

    def recent(self, series: Series, *, keep_last: bool = False) -> Recent | None:
        """Compare the loss on days after the model's last with the loss to be expected; None without such days.

        A last value that looks unfinished does not count, unless `keep_last` is true; see `without_unfinished`.
        """
        newer = series if keep_last else self.without_unfinished(series)[0]
        if newer is None:
            return None
        days = self.joined(newer)
        first = days.place(self.days.dates[-1]) + 1
        newest = np.arange(first - 1, len(days) - 1)
        if not len(newest):
            return None
        past = past_of(days, newest)
        predictions = self.knowing(newer).means_ahead(past, 1)[:, 0]
        observed = days.observed[newest + 1]
        errors = LOSSES[self.loss].error(predictions, days.values[newest + 1])[observed]
        if not len(errors):
            return None
        span = min(len(errors), max(len(self.errors) // 2, 1))
        run_losses = np.lib.stride_tricks.sliding_window_view(self.errors, span).mean(axis=1)
        mean = float(errors.mean())
        return Recent(len(errors), mean, float(self.errors.mean()), float((run_losses >= mean).mean()) < WORSE_SHARE)

    def without_unfinished(self, series: Series) -> tuple[Series | None, Message | None]:
        """Leave out a last newer value that is not complete yet: one far below all that may be expected.

        It is below every recent value at its place of the season (of its weekday), and below the 1% bound of what the
        model predicted for it.

        Parameters
        ----------
        series : Series
            Newer values, as `predict` takes them.

        Returns
        -------
        Series or None
            The newer values that count; None where that was the only one.
        Message or None
            The note about a value that was left out; the series has it too, as its first note.

        Raises
        ------
        InputError
            As `joined` does.
        """
        days = self.joined(series)
        last = len(days) - 1
        if days.place(self.days.dates[-1]) >= last or not may_be_unfinished(days):
            return series, None
        ahead = self.knowing(series).means_ahead(past_of(days, np.array([last - 1])), 1)[0]
        expected, actual = self.miss_transform.transform(np.array([ahead[0], days.values[last]]))
        if actual - expected >= self.low_residual:
            return series, None
        shorter = left_out(days)
        (note, *_) = shorter.notes
        kept = int(np.searchsorted(series.dates, shorter.dates[-1], side="right"))
        return (replace(series.head(kept), notes=(note, *series.notes)) if kept else None), note

    def save(self, path: str | Path) -> None:
        """Write the model to one file.

        Raises
        ------
        InputError
            If it cannot be written; an older file is then untouched.
        """
        write_whole(Path(path), pack(self))


def load(path: str | Path) -> Model:
    """Read a model that `Model.save` wrote.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Model
        Its `notes` say if the holidays that it was fitted with are no longer those of the installed library.

    Raises
    ------
    InputError
        If there is no such file, or it is no model, is cut short or changed, or is of another version. Nothing
        in the file is run, and nothing larger than the file is allocated.
    """
    path = Path(path)
    model = Model(**vars(unpack(path)))
    try:
        with np.errstate(all="ignore"):
            forecast = model.predict()
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise InputError("model.unusable", path=path, reason=Message("error.model.reason.incomplete")) from error
    if not all(np.isfinite(part).all() for part in (forecast.mean, forecast.intervals.low, forecast.intervals.high)):
        raise InputError("model.unusable", path=path, reason=Message("error.model.reason.forecast_not_finite"))
    others = strangers(path, model.lineage)
    if others:
        note = Message("model.note.mixed_set", {"path": path, "names": others})
        model = replace(model, notes=(*model.notes, note))
    return model
