"""The whole ladder for one series of a panel: networks of its own, as `thalweg.fit` finds them for it alone."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.features.past import past_of
from thalweg.forecast.forecaster import fit_series
from thalweg.forecast.model import Model
from thalweg.forecast.model import load as load_model
from thalweg.forecast.options import FitOptions
from thalweg.forecast.plan import longest_horizon
from thalweg.forecast.store.file import pack
from thalweg.series.calendar import EVENT
from thalweg.series.frequency.dates import step_range
from thalweg.series.split import split_by_date

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.calendar import Calendar
    from thalweg.series.series import Series

NAME = "its own ladder"


def fitted(series: Series, ladder: str, horizon: int, seed: int, calendar: Calendar | None = None) -> Model | None:
    """Return what `thalweg.fit` finds for a series alone; None where the series is too short for it.

    Parameters
    ----------
    series : Series
        The values to learn from.
    ladder : str
    horizon : int
        Of a short series the longest that can be checked.
    seed : int
    calendar : Calendar, optional
        The holidays and events that are known.
    """
    try:
        longest = longest_horizon(split_by_date(series), series.frequency)
        steps = min(horizon, longest)
        options = FitOptions(ladder=ladder, horizon=steps, seed=seed, threads=1, keep_last=True)
        if calendar is not None:
            ahead = step_range(series.frequency, series.start, len(series) + steps)
            events = calendar.events if EVENT in calendar.groups and calendar.group(EVENT, ahead).any() else None
            options = replace(options, country=calendar.country or None, events=events)
        return fit_series(series, options)[1]
    except InputError:
        return None


def predicted(model: Model, series: Series, newest: NDArray[np.int64], steps: int) -> NDArray[np.float64]:
    """Return a model's predictions at some cutoffs, shape (rows, steps); NaN beyond its horizon.

    Parameters
    ----------
    model : Model
    series : Series
        The whole series, which begins as the model's values do.
    newest : ndarray of int64, shape (rows,)
        How many values stand before the newest one known at each cutoff.
    steps : int
    """
    made = np.full((len(newest), steps), np.nan)
    asked = min(steps, model.horizon)
    made[:, :asked] = model.means_ahead(past_of(series, newest), asked)
    return made


def written(model: Model) -> NDArray[np.uint8]:
    """Return a model as the bytes of its file."""
    return np.frombuffer(pack(model), dtype=np.uint8)


def read(content: NDArray[np.uint8]) -> Model:
    """Return the model of a file's bytes."""
    with tempfile.TemporaryDirectory(prefix="thalweg-") as folder:
        path = Path(folder, "model.thalweg")
        path.write_bytes(content.tobytes())
        return load_model(path)
