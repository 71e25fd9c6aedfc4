"""Series, one at a time, assembled to a panel of one frequency; those that fail are named, and stop nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from thalweg.errors import InputError
from thalweg.messages import Message
from thalweg.series.frequency.dates import iso
from thalweg.series.panel import Panel, Refused, joined
from thalweg.series.read.many.frequency import Shown, found_in, mixed, most_common, other_frequency, shown_by

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from thalweg.series.frequency.record import Frequency
    from thalweg.series.read.groups import Groups
    from thalweg.series.read.options import PanelOptions
    from thalweg.series.read.steps import Steps
    from thalweg.series.series import Series

_MOST = 1 / 2  # of the series, that a mistake of the source may have, before it is refused as a whole
_MOST_ALIKE = 100  # series likewise


@dataclass(frozen=True)
class Rest:
    """What is read of one series before its frequency is known.

    Attributes
    ----------
    steps : Steps
    groups : Groups
    notes : sequence of Message
        What was odd so far.
    finish : callable, optional
        What the series becomes then: one with the columns beside it.
    """

    steps: Steps
    groups: Groups
    notes: Sequence[Message] = ()
    finish: Callable[[Series], Series] | None = None

    def series(self, frequency: Frequency | None, shown: Series | None) -> Series:
        """Return the series in the frequency that its dates show, or in that of the panel.

        Parameters
        ----------
        frequency : Frequency, optional
            That of the panel.
        shown : Series, optional
            The series in the frequency that it shows.
        """
        notes = [*self.notes]
        groups = self.steps.counted(self.groups, notes)
        if frequency is None:
            found = self.steps.found(groups)
        elif (found := found_in(frequency, groups)) is None:
            if shown is None:
                shown = self.steps.series(self.steps.found(groups), notes)  # raises what it did before
            raise other_frequency(self.steps.rows.table.source_name, Shown(shown.frequency, shown.start), frequency)
        series = self.steps.series(found, notes)
        return self.finish(series) if self.finish else series


class Source(Protocol):
    """What gives many series, each by its number."""

    @property
    def names(self) -> Sequence[str]:
        """The name of each series, by its number."""
        ...

    @property
    def called(self) -> Message | str:
        """What a sentence calls the source."""
        ...

    def each(self, wanted: Collection[int] | None = None) -> Iterator[tuple[int, Rest | InputError]]:
        """Yield the number of each series, or of those wanted, and what is read of it, or why it cannot be read."""
        ...


@dataclass
class Assembled:
    """The series that could be read, and why others could not, by their numbers."""

    source: Source
    options: PanelOptions
    made: dict[int, Series]
    failed: dict[int, InputError]

    def panel(self, order: Sequence[int], notes: Sequence[Message], **others: Any) -> Panel:  # noqa: ANN401 - of a panel
        """Return the panel, its series in an order.

        Raises
        ------
        InputError
            If none of the series can be read: that of the first.
        """
        if not self.made:
            raise self.failed[min(self.failed)]
        names = self.source.names
        kept = self.kept(order)
        panel = joined(
            [self.made[number] for number in kept],
            [names[number] for number in kept],
            refused=tuple(
                Refused(names[number], self.failed[number].message) for number in order if number in self.failed
            ),
            **others,
        )
        return replace(panel, notes=(*notes, *_ends_early(panel)))

    def kept(self, order: Sequence[int]) -> list[int]:
        """Return the numbers of the series that could be read, in an order."""
        return [number for number in order if number in self.made]

    def fail(self, number: int, error: InputError) -> None:
        """Leave out a series."""
        self.made.pop(number, None)
        self.failed[number] = error

    def check(self, mistakes: Collection[str]) -> None:
        """Refuse the source as a whole where a mistake, by its key, is made in so many series that it is one of all."""
        alike = [number for number, error in sorted(self.failed.items()) if error.message.key in mistakes]
        if len(alike) > min(_MOST * len(self.made | self.failed), _MOST_ALIKE):
            raise self.failed[alike[0]]


def assembled(source: Source, options: PanelOptions) -> Assembled:
    """Read each series in the frequency that its dates show, and then the few others in that of most.

    Raises
    ------
    InputError
        If there is no frequency that most of them show, or none of them can be read.
    """
    found = Assembled(source, options, {}, {})
    _read(found, None, None)
    if not found.made:
        raise found.failed[min(found.failed)]
    frequency = _frequency(found)
    others = [number for number, series in found.made.items() if series.frequency != frequency]
    _read(found, [*others, *found.failed], frequency)
    return found


def _read(found: Assembled, wanted: Collection[int] | None, frequency: Frequency | None) -> None:
    for number, rest in found.source.each(wanted):
        try:
            if isinstance(rest, InputError):
                raise rest
            found.made[number] = rest.series(frequency, found.made.get(number))
            found.failed.pop(number, None)
        except InputError as error:
            found.fail(number, error)


def _frequency(found: Assembled) -> Frequency:
    """Return the frequency of the panel."""
    shown = {number: one for number, series in found.made.items() if (one := shown_by(series)) is not None}
    if not shown:  # too short, each of them
        shown = {number: Shown(series.frequency, series.start) for number, series in found.made.items()}
    frequency = most_common((one.frequency for one in shown.values()), found.options.asked)
    if frequency is None:
        names = found.source.names
        raise mixed(found.source.called, {names[number]: one for number, one in shown.items()})
    return frequency


def _ends_early(panel: Panel) -> list[Message]:
    """Return a note about series that end before the last date of the panel."""
    last = panel.last_date
    early = [(name, series.after(0)) for name, series in panel if series.after(0) < last]
    if not early:
        return []
    name, end = early[0]
    told = {"count": len(early), "of": len(panel), "last": iso(last), "name": name, "end": iso(end)}
    return [Message("note.panel_ends_early", told)]
