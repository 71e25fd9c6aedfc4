"""Several series of one frequency, in one array."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from thalweg.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.frequency.record import Frequency
    from thalweg.series.series import Series

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Panel:
    """Several series of one frequency. Their values lie one after another in one array, each series is a view of it.

    Make one with `panel_of`. A single series is a panel of one, whose array is its own.

    Attributes
    ----------
    series : tuple of Series
    values : ndarray of float64, shape (all values,)
        In the user's units.
    observed : ndarray of bool, shape (all values,)
    offsets : ndarray of int64, shape (series + 1,)
        The values of series i lie at ``offsets[i]`` to ``offsets[i + 1]`` (excluded).
    """

    series: tuple[Series, ...]
    values: NDArray[np.float64]
    observed: NDArray[np.bool_]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.series)

    def __repr__(self) -> str:
        return f"<Panel of {len(self)} series: {len(self.values)} {self.frequency.steps}>"

    @property
    def frequency(self) -> Frequency:
        """The frequency of all series."""
        return self.series[0].frequency

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """The date of each value, shape (all values,)."""
        return np.concatenate([one.dates for one in self.series])

    def part(self, values: NDArray[Scalar], place: int) -> NDArray[Scalar]:
        """Return what belongs to one series, of an array whose last axis is that of all values."""
        return values[..., self.offsets[place] : self.offsets[place + 1]]


def panel_of(*given: Series | Panel) -> Panel:
    """Return the panel of some series; a panel that is given alone is returned as it is.

    Raises
    ------
    InputError
        If there is no series, or their frequencies differ.
    """
    if len(given) == 1 and isinstance(given[0], Panel):
        return given[0]
    series = tuple(one for each in given for one in (each.series if isinstance(each, Panel) else (each,)))
    if not series:
        raise InputError("panel.empty")
    for one in series:
        if one.frequency != series[0].frequency:
            raise InputError("panel.frequencies", first=series[0].frequency.name, other=one.frequency.name)
    offsets = np.cumsum([0, *map(len, series)])
    if len(series) == 1:
        return Panel(series, series[0].values, series[0].observed, offsets)
    values = np.concatenate([one.values for one in series])
    observed = np.concatenate([one.observed for one in series])
    views = tuple(
        replace(one, values=values[first:last], observed=observed[first:last])
        for one, first, last in zip(series, offsets[:-1], offsets[1:], strict=True)
    )
    return Panel(views, values, observed, offsets)
