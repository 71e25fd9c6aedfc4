"""A model in one file: θ in safetensors, the rest as JSON, a checksum over both."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.checksummed import Kind, seal, unseal
from thalweg.errors import InputError
from thalweg.forecast.levels import LEVELS
from thalweg.forecast.options import TOLD_IN
from thalweg.forecast.store.calendar import (
    describe_columns,
    describe_events,
    describe_holidays,
    read_calendar,
    read_columns,
    read_frequency,
)
from thalweg.forecast.store.checked import UnusableError, floats, number, real
from thalweg.forecast.store.intervals import (
    describe_limits,
    read_asked,
    read_distribution,
    read_inside,
    read_limits,
    read_sizes,
    read_transform,
)
from thalweg.forecast.store.parts import ModelParts
from thalweg.forecast.store.predictors import (
    describe_plan,
    describe_predictors,
    describe_team,
    read_plan,
    read_predictors,
    read_team,
)
from thalweg.messages import Message
from thalweg.series.frequency.dates import a_date, occurs, steps_after
from thalweg.series.series import Series
from thalweg.text import clean, quotable

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


MODEL = Kind(name="model", key="thalweg", version=1)


def pack(model: ModelParts) -> bytes:
    """Return the file's bytes."""
    tensors: dict[str, NDArray[Any]] = {
        "days.values": model.days.values,
        "days.observed": model.days.observed.astype(np.uint8),
        "bands": model.bands.reshape(len(model.bands), -1),
        "errors": model.errors,
        "paths": model.rows,
    }
    if model.medians is not None:
        tensors["medians"] = model.medians
    if len(model.sizes):
        tensors["sizes"] = model.sizes
    description = {
        "chosen": model.chosen,
        "loss": model.loss,
        "plan": describe_plan(model.plan),
        "levels": list(model.levels),
        "asked": asdict(model.asked),
        "whole": model.whole,
        "sums": [asdict(each) for each in model.inside],
        "low_residual": model.low_residual,
        "country": model.calendar.country,
        "calendar": list(model.calendar.names),
        "holidays": describe_holidays(model.calendar, *model.days.dates[[0, -1]]),
        **describe_events(model.calendar),
        "frequency": asdict(model.days.frequency),
        "made": model.made.isoformat(),
        "offset": model.miss_transform.offset,
        "days": {
            "start": str(model.days.start),
            "name": model.days.name,
            "source": model.days.source,
            "simulated": model.days.simulated,
            "differenced": model.days.differenced,
        },
        "began": str(model.began),
        "lineage": list(model.lineage),
        "team": None if model.team is None else describe_team(model.team),
        **describe_predictors(model.predictors, tensors),
    }
    if model.trained_on and model.trained_on != model.loss:
        description["trained_on"] = model.trained_on
    if model.predictors.limits:
        description["limits"] = describe_limits(model.predictors.limits, tensors)
    if model.calendar.regressors is not None:
        description["columns"] = describe_columns(model.calendar.regressors, tensors)
    return seal(MODEL, description, tensors)


def unpack(path: Path) -> ModelParts:
    """Read what `pack` wrote.

    Raises
    ------
    InputError
        If there is no such file, or it is no model, is cut short or changed, or is of another version. Nothing
        in the file is run, and nothing larger than the file is allocated.
    """
    description, tensors = unseal(MODEL, path)
    try:
        return _read(description, tensors)
    except UnusableError as error:
        raise InputError("model.unusable", path=path, reason=error.reason) from error
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise InputError("model.unusable", path=path, reason=Message("error.model.reason.incomplete")) from error


def _read(description: dict[str, Any], tensors: dict[str, NDArray[Any]]) -> ModelParts:
    frequency = read_frequency(description.get("frequency"))
    regressors = read_columns(description.get("columns"), tensors, frequency)
    calendar, notes = read_calendar(description, frequency, regressors)
    days = description["days"]
    values = floats(tensors, "days.values", 1)
    observed = real(tensors["days.observed"], np.bool_)
    # Python reads the text first: NumPy alone would take years of any length, and units that are none of a file's.
    start = a_date(frequency, dt.datetime.fromisoformat(days["start"]))
    last = steps_after(frequency, start, len(values) + frequency.longest_horizon)
    if last > a_date(frequency, dt.date.max):
        raise UnusableError("model.reason.days_too_late", last=dt.date.max)
    if observed.shape != values.shape or not observed.any() or not occurs(frequency, start):
        raise UnusableError("model.reason.days_incomplete")
    series = Series(
        start=start,
        values=values,
        observed=observed,
        name=str(days["name"]),
        source=str(days["source"]),
        simulated=bool(days["simulated"]),
        differenced=bool(days.get("differenced", False)),
        frequency=frequency,
    )
    levels = tuple(number(level) for level in description.get("levels", LEVELS))
    asked, inside = read_asked(description.get("asked")), read_inside(description.get("sums", ()))
    if list(levels) != sorted(set(levels)) or not set(levels) >= set(asked.calibrated):
        raise UnusableError("model.reason.intervals_incomplete")
    bands, errors = floats(tensors, "bands", 2), floats(tensors, "errors", 1)
    if bands.shape[1] != 2 * len(levels) or not 1 <= len(bands) <= frequency.longest_horizon or not len(errors):
        raise UnusableError("model.reason.intervals_incomplete")
    bands = bands.reshape(len(bands), len(levels), 2)
    low, high = bands[..., 0], bands[..., 1]
    if (low > high).any() or (np.diff(low) > 0).any() or (np.diff(high) < 0).any() or errors.min() < 0:
        raise UnusableError("model.reason.intervals_crossed")
    medians, rows = read_distribution(tensors, bands, levels)
    trained_on = description.get("trained_on", description["loss"])
    for loss in (description["loss"], trained_on):
        if loss not in TOLD_IN:
            raise UnusableError("model.reason.unknown_settings", loss=repr(loss))
    plan = read_plan(description, len(bands))
    predictors = read_predictors(description, tensors, calendar, len(series))
    if not set(plan.ways) <= set(predictors.ways):
        raise UnusableError("model.reason.networks_missing")
    limits = read_limits(description.get("limits"), tensors, len(bands))
    counts = any(each.counts for each in limits)
    return ModelParts(
        chosen=quotable(str(description["chosen"])),
        loss=description["loss"],
        plan=plan,
        predictors=replace(predictors, limits=limits),
        calendar=calendar,
        days=series,
        miss_transform=read_transform(description["offset"], counts=counts),
        levels=levels,
        bands=bands,
        errors=errors,
        low_residual=float(number(description.get("low_residual", float(bands[0, -1, 0])))),
        made=dt.date.fromisoformat(description["made"]),
        began=a_date(frequency, dt.datetime.fromisoformat(description.get("began", days["start"]))),
        team=read_team(description.get("team"), predictors, frequency),
        lineage=tuple(clean(str(stamp)) for stamp in description.get("lineage", ())),
        notes=notes,
        medians=medians,
        asked=asked,
        rows=rows,
        inside=inside,
        whole=bool(description.get("whole", False)),
        trained_on=trained_on,
        sizes=read_sizes(tensors),
    )
