"""The units in which the network sees each row of a panel: a level and a spread, from no later value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.panel.flat import Flat
    from thalweg.forecast.panel.inputs import Inputs
    from thalweg.forecast.panel.rows import Rows

LEAST_SPREAD = 0.1  # of the usual difference of neighbours


def scales(flat: Flat, rows: Rows, inputs: Inputs) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return level and spread of each row, in units of `Flat.numbers`, from values up to its newest one."""
    at, known = flat.starts[rows.series] + rows.newest, rows.newest + 1
    level = flat.mean(at, np.minimum(known, inputs.level))
    usual = (flat.usual / flat.units)[rows.series]
    if inputs.divisor == "level":
        spread = np.abs(level + (flat.centres / flat.units)[rows.series])
    elif inputs.divisor == "usual":
        spread = usual
    else:
        spread = flat.numbers[at[:, None] - np.arange(inputs.deviation)].std(axis=1)
    spread = np.maximum(spread, LEAST_SPREAD * usual)
    return level, np.where(spread > 0, spread, 1.0)


def spreads_in_user_units(flat: Flat, rows: Rows, inputs: Inputs) -> NDArray[np.float64]:
    """Return the spread of each row in the user's units: residuals over it have one size over a series."""
    _, spread = scales(flat, rows, inputs)
    return spread * flat.units[rows.series]
