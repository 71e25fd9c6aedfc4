"""The forecasts of many series, and as tables: a row a step of each series."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.forecast.export import plain
from thalweg.forecast.levels import level_of
from thalweg.forecast.tables import json_of, nixtla_columns, parquet_of
from thalweg.series.frames import frame_of
from thalweg.series.frequency.dates import steps_after

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.levels import Asked
    from thalweg.messages import Message
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.panel import Refused
    from thalweg.series.series import Series

_FIGURES = 10  # significant figures in CSV


@dataclass(frozen=True, eq=False)
class PanelForecast:
    """The forecasts of some series; arrays whose first axis is the series.

    Attributes
    ----------
    names : tuple of str
    keys : mapping
        The columns whose values name a series, each to its value for each series.
    dates : ndarray of datetime64, shape (series, horizon)
    mean : ndarray of float64, shape (series, horizon)
        In the user's units.
    levels : tuple of float
        In percent, rising.
    low, high : ndarray of float64, shape (series, horizon, levels)
    asked : Asked
        The levels and quantiles that are shown.
    backend : str
        The library of the frame that the values were read from; empty for a file.
    new : tuple of str
        The series that the model has never seen, which the network over all series serves.
    refused : tuple of Refused
        The series that could not be forecast.
    notes : tuple of Message
        What was odd as newer values were joined to those of the model.
    """

    names: tuple[str, ...]
    keys: dict[str, tuple[str, ...]]
    dates: NDArray[np.datetime64]
    mean: NDArray[np.float64]
    levels: tuple[float, ...]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    asked: Asked
    backend: str = ""
    new: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    notes: tuple[Message, ...] = ()

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        refused = f", {len(self.refused)} refused" if self.refused else ""
        return f"<PanelForecast of {len(self)} series, {self.mean.shape[1]} steps each{refused}>"

    def to_frame(self, backend: str | None = None) -> Any:  # noqa: ANN401 - a frame of the user's library
        """Return the forecasts as a frame: ``unique_id``, ``ds``, ``thalweg``, ``thalweg-lo-80`` and so on.

        Parameters
        ----------
        backend : str, optional
            ``pandas``, ``polars`` or ``pyarrow``; by default the library of the frame that was read.

        Raises
        ------
        InputError
            If there is no such library, or it is not installed.
        """
        return frame_of(forecast_columns(self), backend, self.backend)


def forecast_columns(made: PanelForecast) -> dict[str, NDArray[Any]]:
    """Return a row for each step of each series, in long format with the names of Nixtla's columns.

    ``unique_id``, the columns that name a series where there are several, ``ds``, ``thalweg``, and the intervals as
    ``thalweg-lo-80`` and ``thalweg-hi-80``, quantiles as ``thalweg-q-10``.
    """
    steps = made.mean.shape[1]
    columns: dict[str, NDArray[Any]] = {"unique_id": np.repeat(np.array(made.names, dtype=object), steps)}
    if len(made.keys) > 1:
        columns |= {name: np.repeat(np.array(each, dtype=object), steps) for name, each in made.keys.items()}
    columns["ds"] = made.dates.ravel()
    return columns | prediction_columns(made.mean, made.levels, made.low, made.high, made.asked)


def prediction_columns(
    mean: NDArray[np.float64],
    levels: tuple[float, ...],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    asked: Asked,
) -> dict[str, NDArray[Any]]:
    """Return predictions and what was asked for of their intervals, by the names of Nixtla's columns.

    Parameters
    ----------
    mean : ndarray, shape (series, horizon)
    levels : tuple of float
    low, high : ndarray, shape (series, horizon, levels)
    asked : Asked
    """

    def ends(level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        at = levels.index(level)
        return low[..., at].ravel(), high[..., at].ravel()

    def of_quantile(quantile: float) -> NDArray[np.float64]:
        level = level_of(quantile)
        return mean.ravel() if not level else ends(level)[quantile > 1 / 2]

    return nixtla_columns(mean.ravel(), ends, of_quantile, asked)


def dates_ahead(series: Sequence[Series], steps: int, frequency: Frequency) -> NDArray[np.datetime64]:
    """Return the dates of the steps after the last value of each series, shape (series, steps)."""
    firsts = np.array([one.after(1) for one in series], dtype=f"M8[{frequency.date_unit}]")
    return steps_after(frequency, firsts[:, None], np.arange(steps))


def forecast_table(made: PanelForecast, kind: str) -> bytes:
    """Return forecasts as a file of a kind, one of `thalweg.forecast.tables.KINDS`."""
    columns = forecast_columns(made)
    if kind == ".parquet":
        return parquet_of(columns)
    if kind == ".json":
        return json_of([plain(dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)])
    return csv_of_columns(columns)


def csv_of_columns(columns: Mapping[str, Any]) -> bytes:
    """Return columns as CSV; numbers with ten figures, dates as ISO 8601, nothing for a number that is not known."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(_told(np.asarray(each)) for each in columns.values()), strict=True))
    return text.getvalue().encode()


def figures_of(column: NDArray[np.float64]) -> list[str]:
    """Return numbers as text with ten figures; nothing for a number that is not known."""
    return ["" if value != value else f"{value:.{_FIGURES}g}" for value in column.tolist()]  # noqa: PLR0124 - NaN


def _told(column: Any) -> list[Any]:  # noqa: ANN401 - an array of any type
    if column.dtype.kind == "f":
        return figures_of(column)
    if column.dtype.kind == "M":
        return [text.replace("T", " ") for text in np.datetime_as_string(column).tolist()]
    return column.tolist()
