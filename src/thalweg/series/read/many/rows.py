"""From the rows of one table to a panel: each row's series is named by some of its columns."""
# ruff: noqa: S608  (the SQL is made of our own names)

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.read.columns import choose_columns, named
from thalweg.series.read.groups import by_day, by_moment
from thalweg.series.read.many.assembled import Assembled, Rest, assembled
from thalweg.series.read.many.columns import columns_ahead, own_columns
from thalweg.series.read.many.frequency import LEAST_SHARE
from thalweg.series.read.many.groups import SeriesGroups, series_groups
from thalweg.series.read.many.keys import Keys, keys_of
from thalweg.series.read.many.static import static_columns
from thalweg.series.read.orders import check_exchanged
from thalweg.series.read.parts_of_day import MINUTE, are_steps_of, offsets_of
from thalweg.series.read.regressors import choose_regressors, with_columns
from thalweg.series.read.rows import decide
from thalweg.series.read.steps import NO_OFFSETS, Steps, is_by_moment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from thalweg.series.panel import Panel
    from thalweg.series.read.options import PanelOptions
    from thalweg.series.read.profiles import ColumnProfile
    from thalweg.series.read.rows import Rows
    from thalweg.series.read.table import Column, Table

_MOST_DIFFER = 1 / 2  # of the series, that have dates whose rows differ, before one is told for all
_LEAKS = {f"error.columns.{key}" for key in ("copy", "one_ahead")}
_CONTRADICTIONS = {f"error.read.{key}" for key in ("rows_differ", "rows_differ_often", "many_series", "hours_apart")}


def panel_of_rows(
    table: Table,
    profiles: list[ColumnProfile],
    by: tuple[ColumnProfile, ...],
    options: PanelOptions,
    *,
    wide: bool = False,
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
    wide : bool
        Whether the last of them holds the name of the column that a value comes from.
    """
    static = [named(table, profiles, "static", name) for name in options.static]
    others = choose_regressors(table, profiles, options)
    _check_roles(table, options)
    left = [profile for profile in profiles if profile not in (*by, *static, *others)]
    _check_left(table, left, by, options)
    date, value = choose_columns(table, left, options.date, options.value, options.date_format)
    keys = keys_of(table, profiles, by)
    rows = decide(table, profiles, date, value, options)
    check_exchanged(table, date.column.name, rows.sql, rows.date_format, ", ".join(keys.fields))
    rows = replace(rows, sql=keys.of(rows.sql), many=True)
    constant = static_columns(rows, keys, static, options)
    reading = _Reading.of(rows, keys, options, wide=wide)
    reading.check()
    found = assembled(reading, options)
    found.check(_CONTRADICTIONS)
    if options.known or options.past:
        _beside(found, reading, others, options)
    kept = found.kept(keys.order)
    constant = {name: values[kept] for name, values in constant.items()}
    used = [profile.column for profile in (*by, *static, *others, date, value)]
    notes = [*reading.notes, *_notes_ahead(reading.groups, [each for each in table.columns if each not in used])]
    return found.panel(keys.order, notes, keys=keys.columns(kept), static=constant)


def _notes_ahead(groups: SeriesGroups, others: list[Column]) -> list[Message]:
    """Return a note where rows after the last value of their series are filled in columns that are not used."""
    count = groups.ahead() if others else 0
    filled = groups.filled_ahead(others) if count else []
    if not filled:
        return []
    names = [column.name for column in filled]
    return [Message("note.panel_ahead", {"count": count, "columns": names, "known": Argument("known", names[0])})]


def _beside(found: Assembled, reading: _Reading, others: list[ColumnProfile], options: PanelOptions) -> None:
    """Give each series the columns beside it."""
    by = tuple(profile.column.name for profile in reading.keys.by)
    ahead = columns_ahead(by, next(iter(found.made.values())).frequency, options)
    for number, dated in own_columns(reading.groups, others, options):
        if number not in found.made:
            continue
        there = ahead(reading.names[number])
        try:
            found.made[number] = with_columns(found.made[number], dated, there, options, alone=False)
        except InputError as error:
            found.fail(number, error)
    found.check(_LEAKS)


def _check_roles(table: Table, options: PanelOptions) -> None:
    """Refuse a column that is named for two purposes."""
    roles = {role: set(getattr(options, role)) for role in ("by", "static", "known", "past")}
    for one, other in combinations(roles, 2):
        if twice := roles[one] & roles[other]:
            told = {"one": Argument(one), "other": Argument(other)}
            raise InputError("panel.two_roles", source=table.source_name, name=min(twice), **told)


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


def _by_moment(days: SeriesGroups, keys: Keys, options: PanelOptions) -> bool:
    """Whether each moment is a value of its own, as in nearly all series that show it, or in none."""
    in_parts, whole = days.in_parts()
    share = len(in_parts) / max(len(in_parts) + len(whole), 1)
    if options.asked is None and options.duplicates is None and 1 - LEAST_SHARE < share < LEAST_SHARE:
        source = days.rows.table.source_name
        raise InputError(
            "panel.mixed_in_parts",
            source=source,
            parts=len(in_parts),
            part=keys.names[in_parts[0]],
            days=len(whole),
            day=keys.names[whole[0]],
            by_hour=Argument("freq", "h"),
            by_day=[Argument("freq", "D"), Argument("duplicates", "sum")],
        )
    most = bool(in_parts) if options.asked is not None and options.asked.sub_daily else share > 1 - LEAST_SHARE
    return is_by_moment(options, in_parts=most, dates=max(days.counts.values(), default=0))


@dataclass(frozen=True)
class _Reading:
    """The series of one table: how their rows become steps, and the groups of each."""

    keys: Keys
    steps: Steps
    groups: SeriesGroups
    differing: dict[int, list[object]]
    wide: bool

    @classmethod
    def of(cls, rows: Rows, keys: Keys, options: PanelOptions, *, wide: bool) -> _Reading:
        """Group the rows by series and day, or by moment where each is a value of its own."""
        groups = series_groups(rows, by_day(rows))
        parts = rows.timed and _by_moment(groups, keys, options)
        if parts:
            groups = series_groups(rows, by_moment(rows))
            asked = options.asked
            if asked is not None and options.duplicates is not None:
                longest = max(groups.counts, key=lambda number: groups.counts[number])
                if not are_steps_of(asked, next(groups.each([longest]))[1]):
                    groups = series_groups(rows, by_moment(rows, asked.units * MINUTE))
        steps = Steps(rows, options, parts, offsets_of(rows) if parts else NO_OFFSETS, alone=False)
        return cls(keys, steps, groups, groups.differing() if options.duplicates is None else {}, wide)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each series."""
        return self.keys.names

    @property
    def called(self) -> Message | str:
        """What a sentence calls the source."""
        return self.steps.rows.table.source_name

    @property
    def notes(self) -> list[Message]:
        """What was odd in the source as a whole."""
        rows = self.steps.rows
        left_out = rows.timed and not self.steps.by_moment
        return [*rows.table.notes, *rows.notes, *([Message("note.time_of_day")] if left_out else [])]

    def each(self, wanted: Collection[int] | None = None) -> Iterator[tuple[int, Rest]]:
        """Yield the number of each series, or of those wanted, and its groups."""
        for number, groups in self.groups.each(wanted):
            rows = self.steps.rows
            rows = replace(rows, table=replace(rows.table, series=self.names[number]))
            if self.wide:
                column = replace(rows.value_profile.column, name=self.keys.values[number][-1])
                rows = replace(rows, value_profile=replace(rows.value_profile, column=column))
            steps = replace(self.steps, rows=rows, differing=self.differing.get(number, []))
            yield number, Rest(steps, groups)

    def check(self) -> None:
        """Refuse rows that belong to no series, and days of which most series have several rows that differ."""
        for number in self.groups.counts:
            column = self.keys.empty(number)
            if column is None:
                continue
            table = self.steps.rows.table
            ((record,),) = table.query(f"SELECT min(record) FROM series_rows WHERE series = {number}")
            raise InputError("panel.no_name", source=table.source_name, row=table.row(record), name=column.column.name)
        if not self.steps.by_moment and len(self.differing) > _MOST_DIFFER * len(self.groups.counts):
            for _, rest in self.each(sorted(self.differing)[:1]):  # each of them would ask the table
                rest.series(None, None)
