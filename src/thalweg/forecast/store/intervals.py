"""How what is shown around a forecast lies in the file of a model: levels, sums, residuals, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.forecast.distribution import TABLE
from thalweg.forecast.interval import MissTransform
from thalweg.forecast.levels import USUAL, Asked
from thalweg.forecast.limits import Limits, Room
from thalweg.forecast.paths import MOST_ROWS, Inside
from thalweg.forecast.store.checked import UnusableError, floats, number, real

if TYPE_CHECKING:
    from numpy.typing import NDArray


def read_asked(stored: dict[str, Any] | None) -> Asked:
    """Return the levels and quantiles that are shown; models of earlier versions show the usual levels."""
    if stored is None:
        return USUAL
    levels, quantiles = (tuple(number(each) for each in stored[name]) for name in ("levels", "quantiles"))
    if not all(0 < each < 100 for each in levels) or not all(0 < each < 1 for each in quantiles):  # noqa: PLR2004 - percent
        raise UnusableError("model.reason.intervals_incomplete")
    return Asked(levels, quantiles)


def read_inside(stored: list[dict[str, Any]]) -> tuple[Inside, ...]:
    """Return how many sums fell inside their intervals."""
    return tuple(
        Inside(
            int(number(each["steps"])),
            tuple(map(number, each["levels"])),
            tuple(map(number, each["coverage"])),
            int(number(each["sums"])),
        )
        for each in stored
    )


def read_distribution(
    tensors: dict[str, NDArray[Any]], bands: NDArray[np.float64], levels: tuple[float, ...]
) -> tuple[NDArray[np.float64] | None, NDArray[np.float32]]:
    """Return the medians and the residuals of whole forecasts; models of earlier versions hold neither."""
    if "medians" not in tensors:
        return None, np.zeros((0, len(bands)), dtype=np.float32)
    medians, rows = floats(tensors, "medians", 1), real(tensors["paths"], np.float32)
    within = medians.shape == (len(bands),) and (bands[:, 0, 0] <= medians).all() and (medians <= bands[:, 0, 1]).all()
    if not within or not set(levels) >= set(TABLE) or np.isinf(rows).any():
        raise UnusableError("model.reason.intervals_incomplete")
    if rows.ndim != 2 or rows.shape[1] != len(bands) or len(rows) > MOST_ROWS:  # noqa: PLR2004 - a table
        raise UnusableError("model.reason.intervals_incomplete")
    return medians, rows


def read_transform(stored: object, *, counts: bool) -> MissTransform:
    """Return the transform with an offset, or that of plain differences."""
    offset = None if stored is None else float(number(stored))
    if offset is not None and offset <= 0:
        raise UnusableError("model.reason.offset", offset=f"{offset:g}")
    return MissTransform(offset, floor=counts or offset is not None)


def describe_limits(limits: tuple[Limits, ...], tensors: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Describe what the past bears out; its numbers are added to the tensors."""
    (one,) = limits
    tensors["limits"] = np.stack([np.stack([room.fall, room.rise, room.noise]) for room in one.rooms])
    offsets = [room.transform.offset for room in one.rooms]
    return {"offsets": offsets, "counts": one.counts, "low": one.low, "high": one.high}


def read_limits(stored: dict[str, Any] | None, tensors: dict[str, NDArray[Any]], steps: int) -> tuple[Limits, ...]:
    """Return what the past bears out; models of earlier versions do not say it."""
    if stored is None:
        return ()
    rooms = floats(tensors, "limits", 3)
    if rooms.shape != (len(stored["offsets"]), 3, steps) or not len(rooms) or (rooms < 0).any():
        raise UnusableError("model.reason.intervals_incomplete")
    transforms = [read_transform(offset, counts=bool(stored["counts"])) for offset in stored["offsets"]]
    made = tuple(Room(transform, *room) for transform, room in zip(transforms, rooms, strict=True))
    low, high = (tuple(float(number(value)) for value in stored[name]) for name in ("low", "high"))
    return (Limits(made, low, high),)
