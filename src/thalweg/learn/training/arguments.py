"""Checks of the arguments that several functions take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

PRECISIONS = (np.dtype(np.float32), np.dtype(np.float64))


def at_least_one(**counts: int | None) -> None:
    """Refuse counts below 1; None stands for a count that was not given.

    Raises
    ------
    ValueError
        If a count is below 1. The message names the first.
    """
    for name, value in counts.items():
        if value is not None and value < 1:
            raise ValueError(f"{name} is {value}; it must be 1 or more.")


def expect_precision(dtype: DTypeLike) -> None:
    """Refuse a precision that the kernel is not compiled for.

    Raises
    ------
    ValueError
        If it is neither float32 nor float64.
    """
    if np.dtype(dtype) not in PRECISIONS:
        raise ValueError(f"The precision is {np.dtype(dtype)}; choose float32 or float64.")
