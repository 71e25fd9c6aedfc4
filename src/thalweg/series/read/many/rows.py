"""From the rows of one table to a panel: each row's series is named by some of its columns."""
# ruff: noqa: S608  (the SQL is made of our own names)

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.frequency.dates import iso
from thalweg.series.panel import Panel, Refused, joined
from thalweg.series.read.columns import choose_columns, named
from thalweg.series.read.groups import by_day, by_moment
from thalweg.series.read.many.frequency import Shown, found_in, mixed, most_common, other_frequency, shown_by
from thalweg.series.read.many.groups import SeriesGroups, series_groups
from thalweg.series.read.many.keys import Keys, keys_of
from thalweg.series.read.orders import check_exchanged
from thalweg.series.read.parts_of_day import MINUTE, are_steps_of, offsets_of
from thalweg.series.read.regressors import choose_regressors
from thalweg.series.read.rows import decide
from thalweg.series.read.steps import NO_OFFSETS, Steps, is_by_moment

if TYPE_CHECKING:
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.read.groups import Groups
    from thalweg.series.read.options import PanelOptions
    from thalweg.series.read.profiles import ColumnProfile
    from thalweg.series.read.rows import Rows
    from thalweg.series.read.table import Table
    from thalweg.series.series import Series

_MOST_CONTRADICT = 1 / 2  # of the series, whose rows contradict each other, before the file is refused as a whole
_MOST_REFUSED_SO = 100  # series likewise
_CONTRADICTIONS = {f"error.read.{key}" for key in ("rows_differ", "rows_differ_often", "many_series", "hours_apart")}


def panel_of_rows(
    table: Table, profiles: list[ColumnProfile], by: tuple[ColumnProfile, ...], options: PanelOptions
) -> Panel:
    """Make a panel of a table's rows; errors as in `thalweg.read_panel`.

    Parameters
    ----------
    table : Table
    profiles : list of ColumnProfile
        All its columns.
    by : tuple of ColumnProfile
        Those that name the series of a row.
    options : PanelOptions
    """
    static = [named(table, profiles, "static", name) for name in options.static]
    others = choose_regressors(table, profiles, options)
    left = [profile for profile in profiles if profile not in (*by, *static, *others)]
    _check_left(table, left, by, options)
    date, value = choose_columns(table, left, options.date, options.value, options.date_format)
    keys = keys_of(table, profiles, by)
    rows = decide(table, profiles, date, value, options)
    check_exchanged(table, date.column.name, rows.sql, rows.date_format, keys.fields)
    return _Reading.of(replace(rows, sql=keys.of(rows.sql), many=True), keys, options).panel()


def _check_left(table: Table, left: list[ColumnProfile], by: tuple[ColumnProfile, ...], options: PanelOptions) -> None:
    """Refuse a column that names the series though it is the only one of dates, or the only one of numbers."""
    for role, given, content in (("date", options.date, "dates"), ("value", options.value, "numbers")):
        named_so = [profile for profile in by if profile.column.name == given]
        only = [profile for profile in by if profile.content == content]
        if given is None and not any(profile.content == content for profile in left):
            named_so = only
        if named_so:
            raise InputError(
                f"panel.by_is_{role}", source=table.source_name, argument=Argument("by", named_so[0].column.name)
            )


@dataclass(frozen=True)
class _Reading:
    """The reading of one table: how rows become steps, and the groups of each series."""

    keys: Keys
    steps: Steps
    groups: SeriesGroups
    differing: dict[int, list[object]]
    notes: tuple[Message, ...]

    @classmethod
    def of(cls, rows: Rows, keys: Keys, options: PanelOptions) -> _Reading:
        """Group the rows by series and day, or by moment where each is a value of its own."""
        groups = series_groups(rows, by_day(rows))
        parts = rows.timed and is_by_moment(
            options, in_parts=groups.in_parts(), dates=max(groups.counts.values(), default=0)
        )
        if parts:
            groups = series_groups(rows, by_moment(rows))
            asked = options.asked
            if asked is not None and options.duplicates is not None:
                longest = max(groups.counts, key=lambda number: groups.counts[number])
                if not are_steps_of(asked, next(groups.each([longest]))[1]):
                    groups = series_groups(rows, by_moment(rows, asked.units * MINUTE))
        notes = (*rows.table.notes, *rows.notes, *([Message("note.time_of_day")] if rows.timed and not parts else []))
        steps = Steps(rows, options, parts, offsets_of(rows) if parts else NO_OFFSETS, alone=False)
        differing = groups.differing() if options.duplicates is None else {}
        return cls(keys, steps, groups, differing, notes)

    @property
    def _source(self) -> Message | str:
        return self.steps.rows.table.source_name

    def panel(self) -> Panel:
        """Return the panel of the series that can be read; those of another frequency are read again in its own."""
        self._check_named()
        made: dict[int, Series] = {}
        failed: dict[int, InputError] = {}
        contradict = 0
        early = not self.steps.by_moment and len(self.differing) > _MOST_CONTRADICT * len(self.groups.counts)
        for number, groups in self.groups.each(sorted(self.differing)[:1] if early else None):
            try:
                made[number] = self._series(number, groups)
            except InputError as error:
                failed[number] = error
                contradict += error.message.key in _CONTRADICTIONS
                if early or contradict > min(_MOST_CONTRADICT * len(self.groups.counts), _MOST_REFUSED_SO):
                    raise self._named(number, error) from error
        frequency = self._frequency(made, failed)
        others = [number for number, series in made.items() if series.frequency != frequency]
        for number, groups in self.groups.each([*others, *failed]):
            shown = made.pop(number, None)
            try:
                made[number] = self._series(number, groups, frequency, shown)
                failed.pop(number, None)
            except InputError as error:
                failed[number] = error
        if not made:
            number = min(failed)
            raise self._named(number, failed[number])
        return self._joined(made, failed)

    def _named(self, number: int, error: InputError) -> InputError:
        """Return an error with the name of the series that it is about."""
        return InputError("panel.in_series", name=self.keys.names[number], sentence=error.message)

    def _check_named(self) -> None:
        """Refuse rows that belong to no series."""
        for number in self.groups.counts:
            column = self.keys.empty(number)
            if column is None:
                continue
            table = self.steps.rows.table
            ((record,),) = table.query(f"SELECT min(first) FROM series_dates WHERE series = {number}")
            raise InputError("panel.no_name", source=table.source_name, row=table.row(record), name=column.column.name)

    def _series(
        self, number: int, groups: Groups, frequency: Frequency | None = None, shown: Series | None = None
    ) -> Series:
        """Return one series in the frequency that its dates show, or in that of the panel.

        Parameters
        ----------
        number : int
        groups : Groups
        frequency : Frequency, optional
            That of the panel.
        shown : Series, optional
            The series in the frequency that it shows.
        """
        steps, notes = replace(self.steps, differing=self.differing.get(number, [])), list[Message]()
        groups = steps.counted(groups, notes)
        if frequency is None:
            return steps.series(steps.found(groups), notes)
        found = found_in(frequency, groups)
        if found is not None:
            return steps.series(found, notes)
        if shown is None:
            found = steps.found(groups)  # raises what it did before
            shown = steps.series(found, notes)
        raise other_frequency(self._source, Shown(shown.frequency, shown.start), frequency)

    def _frequency(self, made: dict[int, Series], failed: dict[int, InputError]) -> Frequency:
        """Return the frequency of the panel."""
        if not made:
            number = min(failed)
            raise self._named(number, failed[number])
        shown = {number: one for number, series in made.items() if (one := shown_by(series)) is not None}
        if not shown:  # too short, each of them
            shown = {number: Shown(series.frequency, series.start) for number, series in made.items()}
        asked = self.steps.options.asked
        frequency = most_common((one.frequency for one in shown.values()), any_share=asked is not None)
        if frequency is None:
            raise mixed(self._source, {self.keys.names[number]: one for number, one in shown.items()})
        return frequency

    def _joined(self, made: dict[int, Series], failed: dict[int, InputError]) -> Panel:
        """Return the panel of the series, in the order of their names."""
        kept, lost = ([number for number in self.keys.order if number in some] for some in (made, failed))
        panel = joined(
            [made[number] for number in kept],
            [self.keys.names[number] for number in kept],
            keys=self.keys.columns(kept),
            refused=tuple(Refused(self.keys.names[number], failed[number].message) for number in lost),
        )
        return replace(panel, notes=(*self.notes, *ends_early(panel)))


def ends_early(panel: Panel) -> list[Message]:
    """Return a note about series that end before the last date of the panel."""
    last = panel.last_date
    early = [(name, series.after(0)) for name, series in panel if series.after(0) < last]
    if not early:
        return []
    name, end = early[0]
    told = {"count": len(early), "of": len(panel), "last": iso(last), "name": name, "end": iso(end)}
    return [Message("note.panel_ends_early", told)]
