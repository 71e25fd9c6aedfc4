"""Numbers from a file that may hold anything, and the error for what is no model."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from thalweg.messages import Message

if TYPE_CHECKING:
    from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)


class UnusableError(Exception):
    """A file describes no model that can forecast; `reason` says why, by a key without the leading ``error.``."""

    def __init__(self, reason: str, **values: object) -> None:
        self.reason = Message(f"error.{reason}", values)
        super().__init__(reason)


def number(value: object) -> float:
    """Return a value that must be a finite number."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise UnusableError("model.reason.no_number", value=repr(value))
    return value


def floats(tensors: dict[str, NDArray[Any]], name: str, dimensions: int) -> NDArray[np.float64]:
    """Return an array that must have so many dimensions, and finite numbers alone."""
    values = real(tensors[name], np.float64)
    if values.ndim != dimensions or not np.isfinite(values).all():
        raise UnusableError("model.reason.no_table", name=name)
    return values


def real(stored: NDArray[Any], dtype: type[Number]) -> NDArray[Number]:
    """Return an array in a precision; a number beyond it becomes infinite, and a complex one is none."""
    if stored.dtype.kind not in "fiub":
        raise UnusableError("model.reason.incomplete")
    with np.errstate(over="ignore"):
        return stored.astype(dtype)
