"""How what known days add, and the columns beside the values, lie in the file of a panel's model."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.forecast.panel.columns import Beside, Columns
from thalweg.forecast.panel.day_effects import DayEffects
from thalweg.forecast.panel.known_days import known_days
from thalweg.forecast.store.calendar import describe_events, describe_holidays, read_days_of_events, read_holidays
from thalweg.series.calendar import Calendar
from thalweg.series.frequency.dates import a_date
from thalweg.series.regressors import Regressor, Regressors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.series.panel import Panel
    from thalweg.series.series import Series


def describe_days(effects: DayEffects | None, panel: Panel) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return what a file holds of the effects of known days, as JSON values and arrays; nothing of none."""
    if effects is None:
        return {}, {}
    calendars = effects.days.calendars
    description = {
        "country": calendars[0].country,
        "holidays": describe_holidays(calendars[0], min(one.start for one in panel.series), panel.last_date),
        "events": [describe_events(calendar).get("events") for calendar in calendars],
        "idle": list(effects.idle),
    }
    tensors: dict[str, NDArray[Any]] = {
        "days.columns": effects.of_columns,
        "days.own": effects.own,
        "days.kinds": effects.days.kinds.astype(np.uint8),
        "days.chosen": effects.days.chosen,
    }
    return {"days": description}, tensors


def read_days(
    description: dict[str, Any], tensors: dict[str, NDArray[Any]], panel: Panel, horizon: int
) -> DayEffects | None:
    """Return the effects that a file describes; None where it describes none."""
    stored = description.get("days")
    if stored is None:
        return None
    table = None if stored["holidays"] is None else read_holidays(stored["holidays"])
    calendars = [
        Calendar(str(stored["country"]), frequency=panel.frequency, table=table, events=read_days_of_events(events))
        for events in stored["events"]
    ]
    chosen, kinds = tensors["days.chosen"], tensors["days.kinds"].astype(np.bool_)
    days = known_days(panel.series, calendars, chosen, horizon, kinds)
    of_columns, own = tensors["days.columns"], tensors["days.own"]
    if (len(of_columns), *own.shape) != (len(days.columns), len(panel), len(kinds)):
        raise ValueError("The effects do not belong to the calendars.")
    return DayEffects(days, of_columns, own, tuple(stored.get("idle", ()))).on_days(days)


def describe_columns(beside: Beside | None, panel: Panel) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return what a file holds of the columns beside the values; nothing where there are none.

    The values of each column lie one series after another; where they begin, and on which date, stands beside them.
    """
    if beside is None:
        return {}, {}
    tensors: dict[str, NDArray[Any]] = {"columns.static": beside.static}
    starts: list[str] = []
    lengths: list[list[int]] = []
    each = beside.columns.each
    values: list[list[NDArray[np.float64]]] = [[] for _ in each]
    for one in panel.series:
        found = {} if one.regressors is None else {column.name: column.values for column in one.regressors.each}
        starts.append("" if one.regressors is None else str(one.regressors.start))
        lengths.append([len(found.get(name, ())) for name in each])
        for place, name in enumerate(each):
            values[place].append(found.get(name, np.zeros(0)))
    tensors |= {f"columns.{place}": np.concatenate(of_column) for place, of_column in enumerate(values)}
    tensors["columns.lengths"] = np.array(lengths, np.int64).reshape(len(panel), len(each))
    static = {
        name: [None if each != each else each for each in values.tolist()]  # noqa: PLR0124 - NaN is no JSON
        for name, values in panel.static.items()
    }
    return {"columns": {**beside.columns.described(), "starts": starts, "given": static}}, tensors


def read_static(description: dict[str, Any]) -> dict[str, NDArray[Any]]:
    """Return the static columns that a file holds, as `Panel.static` has them."""
    given = description.get("columns", {}).get("given", {})
    return {
        name: np.array(values, object)
        if any(isinstance(each, str) for each in values)
        else np.array([np.nan if each is None else each for each in values], np.float64)
        for name, values in given.items()
    }


def read_columns(
    description: dict[str, Any], tensors: dict[str, NDArray[Any]], series: Sequence[Series]
) -> tuple[list[Series], Beside | None]:
    """Return the series with the columns that a file describes, and what the networks see of these."""
    stored = description.get("columns")
    if stored is None:
        return list(series), None
    columns, lengths = Columns.read(stored), tensors["columns.lengths"]
    ends = np.cumsum(lengths, axis=0)
    made: list[Series] = []
    for at, (one, start) in enumerate(zip(series, stored["starts"], strict=True)):
        if not start:
            made.append(one)
            continue
        each = tuple(
            Regressor(name, name in columns.known, tensors[f"columns.{place}"][end - length : end])
            for place, (name, end, length) in enumerate(
                zip(columns.each, ends[at].tolist(), lengths[at].tolist(), strict=True)
            )
        )
        first = a_date(one.frequency, dt.datetime.fromisoformat(start))
        made.append(replace(one, regressors=Regressors(first, one.frequency, each)))
    return made, Beside(columns, tensors["columns.static"])
