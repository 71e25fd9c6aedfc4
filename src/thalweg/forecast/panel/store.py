"""How what known days add lies in the file of a panel's model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.forecast.panel.day_effects import DayEffects
from thalweg.forecast.panel.known_days import known_days
from thalweg.forecast.store.calendar import describe_events, describe_holidays, read_days_of_events, read_holidays
from thalweg.series.calendar import Calendar

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.panel import Panel


def describe_days(effects: DayEffects | None, panel: Panel) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return what a file holds of the effects of known days, as JSON values and arrays; nothing of none."""
    if effects is None:
        return {}, {}
    calendars = effects.days.calendars
    description = {
        "country": calendars[0].country,
        "holidays": describe_holidays(calendars[0], min(one.start for one in panel.series), panel.last_date),
        "events": [describe_events(calendar).get("events") for calendar in calendars],
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
    return DayEffects(days, of_columns, own).on_days(days)
