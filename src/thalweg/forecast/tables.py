"""A forecast as a table for other tools: by the names of their columns, as CSV, as Parquet and as JSON."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.forecast.levels import LEVELS, level_name
from thalweg.options import Word
from thalweg.series.frequency.dates import isos
from thalweg.sql import identifier, interruptible, literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from thalweg.forecast.levels import Asked
    from thalweg.forecast.result import Forecast

OURS, NIXTLA, PROPHET = NAMINGS = ("thalweg", "nixtla", "prophet")
"""Whose names of columns a table has."""
COLUMNS = Word(NAMINGS)
KINDS = (".csv", ".parquet", ".json")
"""How the name of a file ends that a table can be written to."""
MODEL = "thalweg"  # what the columns of Nixtla call the model


def columns_as(forecast: Forecast, naming: str, name: str) -> dict[str, Any]:
    """Return the columns of a forecast by the names that a tool gives them.

    Parameters
    ----------
    forecast : Forecast
    naming : {"thalweg", "nixtla", "prophet"}
        ``date, mean, low80, high80, …, q0.1, …``; ``unique_id, ds, thalweg, thalweg-lo-80, thalweg-hi-80, …,
        thalweg-q-10, …``; or ``ds, yhat, yhat_lower, yhat_upper``, with the 80% interval, or the lowest level shown
        where that is not among them.
    name : str
        Of the series.
    """
    if naming == OURS:
        return forecast.columns()
    intervals, asked = forecast.intervals, forecast.asked
    if naming == PROPHET:
        usual = LEVELS[0]
        levels = [usual] if usual in asked.levels else list(asked.levels[:1])
        ends = {
            part: each
            for level in levels
            for part, each in zip(("lower", "upper"), _ends(forecast, level), strict=True)
        }
        return {"ds": forecast.dates, "yhat": forecast.mean, **{f"yhat_{part}": each for part, each in ends.items()}}
    columns: dict[str, Any] = {"unique_id": np.array([name] * len(forecast.dates), dtype=object)}
    columns["ds"] = forecast.dates
    return columns | nixtla_columns(forecast.mean, lambda level: _ends(forecast, level), intervals.quantile, asked)


def nixtla_columns(
    mean: Any,  # noqa: ANN401 - an array of any shape
    ends: Callable[[float], tuple[Any, Any]],
    quantile: Callable[[float], Any],
    asked: Asked,
) -> dict[str, Any]:
    """Return predictions and what was asked for of their distribution, by the names of Nixtla's columns.

    Parameters
    ----------
    mean : ndarray
    ends : callable
        From a level, in percent, to the lower and the upper ends of its intervals.
    quantile : callable
        From a quantile, between 0 and 1, to its values.
    asked : Asked
    """
    columns: dict[str, Any] = {MODEL: mean}
    for level in asked.levels:
        low, high = ends(level)
        columns |= {f"{MODEL}-lo-{level_name(level)}": low, f"{MODEL}-hi-{level_name(level)}": high}
    return columns | {f"{MODEL}-q-{level_name(100 * each)}": quantile(each) for each in asked.quantiles}


def _ends(forecast: Forecast, level: float) -> tuple[Any, Any]:
    of = forecast.intervals.of((level,))
    return of.low[0], of.high[0]


def naming_of(header: Sequence[str]) -> str:
    """Return whose names the header of a forecast's CSV has."""
    return NIXTLA if "unique_id" in header else PROPHET if "yhat" in header else OURS


def parquet_of(columns: Mapping[str, Any]) -> bytes:
    """Return columns as a file of Parquet; dates become timestamps, which every reader takes for dates."""
    from thalweg.series.read.table import connect  # noqa: PLC0415 - DuckDB is loaded only where it is needed

    held = {f"c{place}": _stored(np.asarray(column)) for place, column in enumerate(columns.values())}
    dates = {name for name, column in columns.items() if np.asarray(column).dtype.kind == "M"}
    named = ", ".join(
        f"{field}{'::TIMESTAMP' if name in dates else ''} AS {identifier(name)}"
        for field, name in zip(held, columns, strict=True)
    )
    with interruptible(), tempfile.TemporaryDirectory(prefix="thalweg-") as folder, connect() as connection:
        path = Path(folder, "table.parquet")
        connection.register("columns", held)
        connection.execute(f"COPY (SELECT {named} FROM columns) TO {literal(str(path))} (FORMAT parquet)")  # noqa: S608 - our own names, or quoted
        return path.read_bytes()


def _stored(column: Any) -> Any:  # noqa: ANN401 - an array of any type
    return isos(column).astype(object) if column.dtype.kind == "M" else column


def json_of(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return rows of plain values as a list of JSON objects."""
    return (json.dumps(list(rows), ensure_ascii=False, allow_nan=False) + "\n").encode()
