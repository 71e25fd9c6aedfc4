"""A model as one file: θ in safetensors, everything else as JSON in its header, a checksum over both."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.checksummed import Kind, seal, unseal
from thalweg.errors import InputError
from thalweg.forecast.backtest import STRATEGIES, needs_direct
from thalweg.forecast.features import days_needed
from thalweg.forecast.fit import Fit
from thalweg.forecast.interval import MissTransform
from thalweg.forecast.ladder import KNOWN, Rung
from thalweg.forecast.model import Model
from thalweg.forecast.options import LONGEST_HORIZON, TOLD_IN
from thalweg.forecast.result import COVERAGES
from thalweg.learn.function import Network
from thalweg.learn.optimizer import Optimizer
from thalweg.messages import Message
from thalweg.series.calendar import Calendar
from thalweg.series.scale import Scale
from thalweg.series.series import Series

if TYPE_CHECKING:
    from numpy.typing import NDArray

MODEL = Kind(name="model", key="thalweg", version=1)


class _UnusableError(Exception):
    """A file describes no model that can forecast; `reason` says why, by a key without the leading ``error.``."""

    def __init__(self, reason: str, **values: object) -> None:
        self.reason = Message(f"error.{reason}", values)
        super().__init__(reason)


def pack(model: Model) -> bytes:
    """Return the file's bytes."""
    tensors: dict[str, NDArray[Any]] = {
        "days.values": model.days.values,
        "days.observed": model.days.observed.astype(np.uint8),
        "bands": model.bands,
        "errors": model.errors,
    }
    description = {
        "chosen": model.chosen,
        "loss": model.loss,
        "strategy": model.strategy,
        "country": model.calendar.country,
        "calendar": list(model.calendar.names),
        "made": model.made.isoformat(),
        "offset": model.miss_transform.offset,
        "days": {
            "start": str(model.days.start),
            "name": model.days.name,
            "source": model.days.source,
            "simulated": model.days.simulated,
        },
        "daily": _members(model.daily, "daily", tensors),
        "many": _members(model.many, "many", tensors) if model.many is not model.daily else None,
    }
    return seal(MODEL, description, tensors)


def _members(members: list[Fit | Rung], prefix: str, tensors: dict[str, NDArray[Any]]) -> list[dict[str, Any]]:
    described: list[dict[str, Any]] = []
    for place, member in enumerate(members):
        if isinstance(member, Rung):
            described.append({"rung": asdict(member)})
            continue
        tensors[f"{prefix}.{place}"] = np.asarray(member.thetas, dtype=np.float32)
        described.append(
            {"rung": asdict(member.rung), "scale": asdict(member.scale), "widths": list(member.network.widths)}
        )
    return described


def load(path: str | Path) -> Model:
    """Read a model that `Model.save` wrote.

    Parameters
    ----------
    path : str or Path

    Raises
    ------
    InputError
        If there is no such file, or it is no model, is cut short or changed, or is of another version. Nothing
        in the file is run, and nothing larger than the file is allocated.
    """
    path = Path(path)
    description, tensors = unseal(MODEL, path)
    try:
        return _model(description, tensors)
    except _UnusableError as error:
        raise InputError("model.unusable", path=path, reason=error.reason) from error
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise InputError("model.unusable", path=path, reason=Message("error.model.reason.incomplete")) from error


def _model(description: dict[str, Any], tensors: dict[str, NDArray[Any]]) -> Model:
    calendar = Calendar(description["country"])
    if list(calendar.names) != description["calendar"]:
        raise _UnusableError("model.reason.other_holidays")
    days = description["days"]
    values = _floats(tensors, "days.values", 1)
    start = dt.date.fromisoformat(days["start"])
    if (dt.date.max - start).days < len(values) + LONGEST_HORIZON:
        raise _UnusableError("model.reason.days_too_late", last=dt.date.max)
    series = Series(
        start=np.datetime64(start, "D"),
        values=values,
        observed=tensors["days.observed"].astype(bool),
        name=str(days["name"]),
        source=str(days["source"]),
        simulated=bool(days["simulated"]),
    )
    if not len(series) or series.observed.shape != series.values.shape:
        raise _UnusableError("model.reason.days_incomplete")
    bands, errors = _floats(tensors, "bands", 2), _floats(tensors, "errors", 1)
    if bands.shape[1] != 2 * len(COVERAGES) or not 1 <= len(bands) <= LONGEST_HORIZON or not len(errors):
        raise _UnusableError("model.reason.intervals_incomplete")
    if description["loss"] not in TOLD_IN or description["strategy"] not in (*STRATEGIES, "copy"):
        raise _UnusableError(
            "model.reason.unknown_settings", loss=repr(description["loss"]), strategy=repr(description["strategy"])
        )
    daily = _fits(description["daily"], "daily", tensors, len(series), 1)
    many = daily
    if description["many"] is not None:
        many = _fits(description["many"], "many", tensors, len(series), len(bands))
    elif needs_direct(description["strategy"], len(bands)):
        raise _UnusableError("model.reason.networks_missing")
    offset = None if description["offset"] is None else _number(description["offset"])
    if offset is not None and offset <= 0:
        raise _UnusableError("model.reason.offset", offset=f"{offset:g}")
    model = Model(
        chosen=str(description["chosen"]),
        loss=description["loss"],
        strategy=description["strategy"],
        daily=daily,
        many=many,
        calendar=calendar,
        days=series,
        miss_transform=MissTransform(offset),
        bands=bands,
        errors=errors,
        made=dt.date.fromisoformat(description["made"]),
    )
    with np.errstate(all="ignore"):
        forecast = model.predict()
    if not all(np.isfinite(part).all() for part in (forecast.mean, forecast.low95, forecast.high95)):
        raise _UnusableError("model.reason.forecast_not_finite")
    return model


def _number(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise _UnusableError("model.reason.no_number", value=repr(value))
    return float(value)


def _floats(tensors: dict[str, NDArray[Any]], name: str, dimensions: int) -> NDArray[np.float64]:
    values = tensors[name].astype(np.float64)
    if values.ndim != dimensions or not np.isfinite(values).all():
        raise _UnusableError("model.reason.no_table", name=name)
    return values


def _fits(
    members: list[dict[str, Any]], prefix: str, tensors: dict[str, NDArray[Any]], days: int, steps: int
) -> list[Fit | Rung]:
    """Return the members; each must find the days that it looks back at, and have as many outputs as steps."""
    fits: list[Fit | Rung] = []
    for place, member in enumerate(members):
        stored: dict[str, Any] = member["rung"]
        changed: dict[str, Any] = {"hidden": tuple(stored["hidden"]), "optimizer": Optimizer(**stored["optimizer"])}
        rung = Rung(**(stored | changed))
        if type(rung.days_back) is not int or rung.days_back < 1 or rung.known not in KNOWN:
            raise _UnusableError("model.reason.unknown_rung", days_back=repr(rung.days_back), known=repr(rung.known))
        if days_needed(rung) > days:
            raise _UnusableError("model.reason.too_few_days", needed=rung.days_back, days=days)
        if rung.copy:
            fits.append(rung)
            continue
        network = Network(tuple(int(width) for width in member["widths"]), rung.activation)
        thetas = tensors[f"{prefix}.{place}"].astype(np.float32)
        if network.widths[1:] != (*rung.hidden, steps) or thetas.ndim != 2 or thetas.shape[1] != network.size:  # noqa: PLR2004
            raise _UnusableError("model.reason.unknowns_misfit", rung=rung.name)
        if not len(thetas) or not np.isfinite(thetas).all():
            raise _UnusableError("model.reason.unknowns_not_finite", rung=rung.name)
        fits.append(Fit(rung, _scale(member["scale"]), network, thetas))
    if not fits:
        raise _UnusableError("model.reason.no_networks")
    return fits


def _scale(stored: dict[str, Any]) -> Scale:
    for value in stored.values():
        _number(value)
    scale = Scale(**stored)
    positive = scale.offset + scale.least > 0 or not scale.logarithm  # otherwise a value of 0 has no logarithm
    if scale.spread <= 0 or min(scale.offset, scale.least, scale.level_days) < 0 or not positive:
        raise _UnusableError("model.reason.scale")
    return scale
