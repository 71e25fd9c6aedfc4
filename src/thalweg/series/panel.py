"""Several series of one frequency, in one array."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from thalweg.errors import InputError
from thalweg.series.frames import frame_of
from thalweg.series.frequency.dates import iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from thalweg.messages import Message
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.series import Series

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True)
class Refused:
    """A series that could not be read: its name, and the sentence that says why."""

    name: str
    why: Message


@dataclass(frozen=True, eq=False)
class Panel:
    """Several series of one frequency. Their values lie one after another in one array, each series is a view of it.

    Read one with `thalweg.read_panel`, or make one with `panel_of`. A single series is a panel of one, whose array is
    its own. ``panel["name"]`` is one series; iterating gives pairs of a name and its series.

    Attributes
    ----------
    series : tuple of Series
    values : ndarray of float64, shape (all values,)
        In the user's units.
    observed : ndarray of bool, shape (all values,)
    offsets : ndarray of int64, shape (series + 1,)
        The values of series i lie at ``offsets[i]`` to ``offsets[i + 1]`` (excluded).
    names : tuple of str
        What each series is called; no two are alike.
    keys : mapping
        The columns whose values name a series, each to its value for each series.
    static : mapping
        The columns that are the same in all rows of a series, each to its value for each series: float64, NaN where
        there is none, or text, empty where there is none.
    refused : tuple of Refused
        The series of the source that are not here.
    notes : tuple of Message
        What was odd in the source as a whole; what was odd in one series stands in its own notes.
    reading : mapping
        The options that newer values of the same series are to be read by too; see `PanelOptions.remembered`.
    """

    series: tuple[Series, ...]
    values: NDArray[np.float64]
    observed: NDArray[np.bool_]
    offsets: NDArray[np.int64]
    names: tuple[str, ...]
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, "tuple[str, ...]"])
    static: Mapping[str, NDArray[Any]] = field(default_factory=dict[str, "NDArray[Any]"])
    refused: tuple[Refused, ...] = ()
    notes: tuple[Message, ...] = ()
    reading: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __len__(self) -> int:
        return len(self.series)

    def __iter__(self) -> Iterator[tuple[str, Series]]:
        return zip(self.names, self.series, strict=True)

    def __contains__(self, name: object) -> bool:
        return name in self.places

    def __getitem__(self, name: str) -> Series:
        return self.series[self.places[name]]

    def __repr__(self) -> str:
        first = min(one.start for one in self.series)
        refused = f", {len(self.refused)} refused" if self.refused else ""
        steps = f"{len(self.values)} {self.frequency.steps}"
        return f"<Panel of {len(self)} series: {steps}, {iso(first)} to {iso(self.last_date)}{refused}>"

    @cached_property
    def places(self) -> dict[str, int]:
        """The index of each name."""
        return {name: place for place, name in enumerate(self.names)}

    def key(self, name: str) -> dict[str, str]:
        """Return what names a series: its value of each column of `keys`, and its whole name as ``unique_id``."""
        place = self.places[name]
        return {"unique_id": name} | {column: values[place] for column, values in self.keys.items()}

    @property
    def frequency(self) -> Frequency:
        """The frequency of all series."""
        return self.series[0].frequency

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """The date of each value, shape (all values,)."""
        return np.concatenate([one.dates for one in self.series])

    @cached_property
    def last_date(self) -> np.datetime64:
        """The last date on which a series has a value."""
        return max(one.after(0) for one in self.series)

    def part(self, values: NDArray[Scalar], place: int) -> NDArray[Scalar]:
        """Return what belongs to one series, of an array whose last axis is that of all values."""
        return values[..., self.offsets[place] : self.offsets[place + 1]]

    def only(self, kept: Sequence[int], refused: Iterable[Refused] = ()) -> Panel:
        """Return the panel of some of the series, in their order, with more that are refused.

        Raises
        ------
        InputError
            If there is none.
        """
        return joined(
            [self.series[at] for at in kept],
            [self.names[at] for at in kept],
            keys={name: tuple(each[at] for at in kept) for name, each in self.keys.items()},
            static={name: each[list(kept)] for name, each in self.static.items()},
            refused=(*self.refused, *refused),
            notes=self.notes,
            reading=self.reading,
        )

    def to_frame(self, backend: str | None = None) -> Any:  # noqa: ANN401 - a frame of the user's library
        """Return a frame of the columns ``unique_id``, ``ds`` and ``y``, which is NaN where no value is known.

        Parameters
        ----------
        backend : str, optional
            ``pandas``, ``polars`` or ``pyarrow``; by default the library of the frame that was read.

        Raises
        ------
        InputError
            If there is no such library, or it is not installed.
        """
        columns = {
            "unique_id": np.repeat(np.array(self.names, dtype=object), np.diff(self.offsets)),
            "ds": self.dates,
            "y": np.where(self.observed, self.values, np.nan),
        }
        return frame_of(columns, backend, self.series[0].backend)


def panel_of(*given: Series | Panel) -> Panel:
    """Return the panel of some series; a panel that is given alone is returned as it is.

    Raises
    ------
    InputError
        If there is no series, or their frequencies differ.
    """
    if len(given) == 1 and isinstance(given[0], Panel):
        return given[0]
    pairs = [pair for each in given for pair in (each if isinstance(each, Panel) else [(each.name, each)])]
    return joined([one for _, one in pairs], different([name for name, _ in pairs]))


def joined(series: Sequence[Series], names: Iterable[str], **others: Any) -> Panel:  # noqa: ANN401 - of a panel
    """Return the panel of some series, with their names and what else a panel has.

    Raises
    ------
    InputError
        If there is no series, or their frequencies differ.
    """
    if not series:
        raise InputError("panel.empty")
    for one in series:
        if one.frequency != series[0].frequency:
            raise InputError("panel.frequencies", first=series[0].frequency.name, other=one.frequency.name)
    offsets = np.cumsum([0, *map(len, series)])
    if len(series) == 1:
        return Panel(tuple(series), series[0].values, series[0].observed, offsets, tuple(names), **others)
    values = np.concatenate([one.values for one in series])
    observed = np.concatenate([one.observed for one in series])
    views = tuple(
        replace(one, values=values[first:last], observed=observed[first:last])
        for one, first, last in zip(series, offsets[:-1], offsets[1:], strict=True)
    )
    return Panel(views, values, observed, offsets, tuple(names), **others)


def different(names: Iterable[str]) -> tuple[str, ...]:
    """Return names of which no two are alike: one that stands there again gets a number."""
    given: dict[str, None] = {}
    counts: dict[str, int] = {}  # how often each stood there before, so that many alike take no longer
    for name in names:
        unique, count = name, counts.get(name, 1)
        while unique in given:
            count += 1
            unique = f"{name} ({count})"
        given[unique] = None
        counts[name] = count
    return tuple(given)
