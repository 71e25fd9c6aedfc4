"""Read other columns beside the values: those whose future is known, and those of the past alone."""
# ruff: noqa: S608  (the SQL is made of our own names)

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.frequency.dates import are_in, iso, places
from thalweg.series.read.columns import choose_columns, named
from thalweg.series.read.groups import of_days, of_moments, told_date
from thalweg.series.read.opened import open_table
from thalweg.series.read.profiles import profile_columns
from thalweg.series.read.rows import decide
from thalweg.series.regressors import Regressor, Regressors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from narwhals.typing import IntoFrame
    from numpy.typing import NDArray

    from thalweg.series.frequency.record import Frequency
    from thalweg.series.read.groups import Groups
    from thalweg.series.read.options import ReadOptions
    from thalweg.series.read.profiles import ColumnProfile
    from thalweg.series.read.rows import Rows
    from thalweg.series.read.table import Table
    from thalweg.series.series import Series

_LEAST_COMPARED = 8  # values, before a column counts as a copy
_EXACT = 1e-9  # relative difference of a value and its copy, at most


def choose_regressors(table: Table, profiles: list[ColumnProfile], options: ReadOptions) -> list[ColumnProfile]:
    """Return the columns that `known` and `past` name, without those that only the second source has.

    Raises
    ------
    InputError
        If one is the value or the date, holds no numbers, or is not there.
    """
    given = [("known", name) for name in options.known] + [("past", name) for name in options.past]
    found: list[ColumnProfile] = []
    here = {profile.column.name for profile in profiles}
    for argument, name in given:
        if argument == "known" and options.with_ is not None and name not in here:
            continue
        profile = named(table, profiles, argument, name)
        what = {"source": table.source_name, "name": profile.column.name, "argument": Argument(argument)}
        if options.value is not None and profile.column.name == options.value.strip():
            raise InputError("columns.is_value", **what)
        if profile.content == "dates" or (options.date is not None and profile.column.name == options.date.strip()):
            raise InputError("columns.is_date", **what)
        _check_numbers(profile, what)
        found.append(profile)
    if found and options.value is None and not any(one.content == "numbers" for one in profiles if one not in found):
        argument = Argument("known" if found[0].column.name in options.known else "past")
        raise InputError("columns.is_value", source=table.source_name, name=found[0].column.name, argument=argument)
    return found


def _check_numbers(profile: ColumnProfile, what: Mapping[str, object]) -> None:
    """Refuse a column that holds no numbers."""
    if profile.content == "empty":
        raise InputError("columns.empty", **what)
    if profile.content not in {"numbers", "row_numbers"}:
        raise InputError("columns.no_numbers", **what, example=profile.example)


def up_to_the_last_value(groups: Groups) -> Groups:
    """Return the dates up to the last that has a value: what follows is the known columns' future."""
    valued = np.flatnonzero(groups.valued)
    return groups.where(np.arange(len(groups)) <= valued[-1]) if len(valued) else groups


def regressors_of(
    series: Series,
    rows: Rows,
    groups: Groups,
    profiles: list[ColumnProfile],
    options: ReadOptions,
    *,
    alone: bool = True,
) -> Series:
    """Return the series with the columns beside it.

    Parameters
    ----------
    series : Series
    rows : Rows
        All rows of its source, those after the last value among them.
    groups : Groups
        Their dates.
    profiles : list of ColumnProfile
        As `choose_regressors` found them.
    options : ReadOptions
    alone : bool
        As of `with_columns`.

    Raises
    ------
    InputError
        If a column holds something else than numbers, no value, or always the same one, or copies the values.
    """
    dated = {profile.column.name: _by_date(rows, groups, profile, options) for profile in profiles}
    there = dated_ahead(options.with_, options.known, series.frequency, options)[0] if options.with_ is not None else {}
    return with_columns(series, dated, there, options, alone=alone)


def with_columns(
    series: Series, dated: Mapping[str, Dated], there: Mapping[str, Dated], options: ReadOptions, *, alone: bool = True
) -> Series:
    """Return the series with the columns beside it, and their notes; errors as of `regressors_of`.

    Parameters
    ----------
    series : Series
    dated : mapping
        The values of each column that stands in the source of the series.
    there : mapping
        Those of the known ones that stand in the second source.
    options : ReadOptions
    alone : bool
        Whether the series is the only one. Then a column that is always the same is refused.
    """
    each: list[Regressor] = []
    notes: list[Message] = []
    for name in (*options.known, *options.past):
        known, own = name in options.known, dated.get(name)
        values = np.full(len(series), np.nan) if own is None else _by_step(series, own, options)
        source = series.source_name if own is not None else Message("columns.second")
        if known:
            later = _by_step(series, there[name], options) if name in there else None
            values = _with(values, later, len(series), whole=own is None)
        what = {"source": source, "name": name, "argument": Argument("known" if known else "past")}
        _check(values[: len(series)], series, what, goes_on=options.goes_on, alone=alone)
        each.append(Regressor(name, known, _filled(values, len(series), name, series, notes, known=known)))
    made = Regressors(series.start, series.frequency, tuple(each))
    return replace(series, regressors=made, notes=(*series.notes, *notes))


@dataclass(frozen=True, eq=False)
class Dated:
    """The values of a column and their dates, which rise; NaN where there is none."""

    dates: NDArray[np.datetime64]
    values: NDArray[np.float64]


def _by_date(rows: Rows, groups: Groups, profile: ColumnProfile, options: ReadOptions) -> Dated:
    """Return the mean of a column on each date of the rows."""
    own = decide(rows.table, rows.profiles, rows.date_profile, profile, options)
    taken = rows.table.query_arrays(
        f"SELECT dated.{groups.by} AS date, avg(cells.value) AS value FROM ({groups.sql}) AS dated "
        f"JOIN (SELECT record, value FROM ({own.sql})) AS cells USING (record) GROUP BY 1 ORDER BY 1"
    )
    values = np.ma.filled(np.ma.asarray(taken["value"], dtype=np.float64), np.nan)
    dates = np.ma.getdata(taken["date"])
    return Dated(dates if groups.by == "day" else dates.astype(groups.date.dtype), values)


def _by_step(series: Series, dated: Dated, options: ReadOptions) -> NDArray[np.float64]:
    """Return the value of each step from the first date of a series on, NaN where there is none."""
    frequency, start = series.frequency, series.start
    dates = dated.dates.astype(start.dtype)
    kept = (dates >= start) & ~np.isnan(dated.values)
    if options.duplicates is None:
        kept &= are_in(frequency, dates)
    if not kept.any():
        return np.zeros(0)
    at = places(frequency, start, dates[kept])
    count = np.bincount(at)
    total = np.bincount(at, weights=dated.values[kept])
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def read_ahead(
    source: str | Path | IntoFrame, names: tuple[str, ...], series: Series, options: ReadOptions
) -> tuple[dict[str, NDArray[np.float64]], Message | str]:
    """Read the known columns that a second source has: for each its values by step from the first date of a series on.

    Beside them stands what a sentence calls the source. Errors are those of `dated_ahead`.
    """
    dated, called = dated_ahead(source, names, series.frequency, options)
    return {name: _by_step(series, one, options) for name, one in dated.items()}, called


def dated_ahead(
    source: str | Path | IntoFrame, names: tuple[str, ...], frequency: Frequency, options: ReadOptions
) -> tuple[dict[str, Dated], Message | str]:
    """Read the known columns that a second source has: for each its values by date.

    Beside them stands what a sentence calls the source.

    Raises
    ------
    InputError
        If it cannot be read, or has none of the columns.
    """
    table = open_table(source)
    try:
        profiles = profile_columns(table, options.date_format)
        found: dict[str, Dated] = {}
        for what, rows in rows_ahead(table, profiles, names, options):
            groups = of_moments(rows) if frequency.sub_daily else of_days(rows)
            found[rows.value_profile.column.name] = dated_once(groups, what, options)
        return found, table.source_name
    finally:
        table.close()


def rows_ahead(
    table: Table, profiles: list[ColumnProfile], names: tuple[str, ...], options: ReadOptions
) -> Iterator[tuple[Mapping[str, object], Rows]]:
    """Yield what a message says of each known column that a second source has, and its rows; errors as `dated_ahead`.

    Parameters
    ----------
    table : Table
    profiles : list of ColumnProfile
        The columns that dates and values may be among.
    names : tuple of str
        Those of the known columns.
    options : ReadOptions
    """
    here = {profile.column.name for profile in profiles}
    wanted = [name for name in names if name in here]
    if not wanted:
        raise InputError("columns.none_there", source=table.source_name, names=names, found=sorted(here))
    date = options.date if options.date in here else None
    for name in wanted:
        profile = named(table, profiles, "known", name)
        what = {"source": table.source_name, "name": name, "argument": Argument("known")}
        if profile.content == "dates":
            raise InputError("columns.is_date", **what)
        _check_numbers(profile, what)
        others = [one for one in profiles if one.column.name not in names or one is profile]
        dates, values = choose_columns(table, others, date, name, options.date_format)
        yield what, decide(table, profiles, dates, values, options)


def dated_once(groups: Groups, what: Mapping[str, object], options: ReadOptions) -> Dated:
    """Return the values of a column by date; refuse several for one date that differ, unless they are to be combined.

    Parameters
    ----------
    groups : Groups
    what : mapping
        What the message says of the column.
    options : ReadOptions
    """
    unlike = (groups.rows > 1) & ~np.isclose(groups.mean, groups.last, equal_nan=True)
    if unlike.any() and options.duplicates is None:
        raise InputError("columns.twice", **what, day=told_date(groups.date[unlike][0]))
    return Dated(groups.date, groups.mean)


def ahead_of(
    source: str | Path | IntoFrame, regressors: Regressors, series: Series, options: ReadOptions, horizon: int
) -> Regressors:
    """Read other values of known columns after the last value of a series: a what-if.

    Raises
    ------
    InputError
        As `read_ahead`; or if one of the columns is not there, or has no value on one of the dates.
    """
    names = tuple(one.name for one in regressors.known)
    found, called = read_ahead(source, names, series, options)
    each: list[Regressor] = []
    for name in names:
        if name not in found:
            raise InputError("columns.one_absent", source=called, name=name, names=names, argument=Argument("with_"))
        values = found[name][len(series) :]
        missing = np.flatnonzero(np.isnan(values))
        values = values[: missing[0]] if len(missing) else values
        if len(values) < horizon:
            raise InputError(
                "columns.ahead_short" if len(values) else "columns.ahead_none",
                source=called,
                name=name,
                day=iso(series.after(len(values) + 1)),
                last=iso(series.after(horizon)),
                argument=Argument("with_"),
                fewer=Argument("horizon", len(values)),
            )
        each.append(Regressor(name, known=True, values=values))
    return Regressors(series.after(1), series.frequency, tuple(each))


def _with(
    values: NDArray[np.float64], there: NDArray[np.float64] | None, known: int, *, whole: bool
) -> NDArray[np.float64]:
    """Return a column's values with those of the second source: after the last value of the series, or `whole`."""
    if there is None:
        return values
    joined = np.full(max(len(values), len(there), known), np.nan)
    joined[: len(values)] = values
    first = 0 if whole else known
    later = there[first:]
    joined[first : first + len(later)] = np.where(np.isnan(later), joined[first : first + len(later)], later)
    return joined


def _check(
    values: NDArray[np.float64], series: Series, what: Mapping[str, object], *, goes_on: bool, alone: bool
) -> None:
    """Refuse a column without values, with one value alone, or that copies the values of the series.

    Where the values go on from those of a model, few of them may well be alike. Where the series is one of many, the
    column may differ between them alone.
    """
    there = np.flatnonzero(~np.isnan(values))
    if not len(there):
        raise InputError("columns.empty", **what)
    if goes_on:
        return
    if values[there].min() == values[there].max():
        if alone:
            raise InputError("columns.constant", **what, value=f"{values[there[0]]:.12g}")
        return
    for key, later in (("copy", 0), ("one_ahead", 1)):
        at = there[there + later < len(series)]
        at = at[series.observed[at + later]]
        if len(at) >= _LEAST_COMPARED and _in_proportion(values[at], series.values[at + later]):
            raise InputError(f"columns.{key}", **what, value=series.name)


def _in_proportion(values: NDArray[np.float64], others: NDArray[np.float64]) -> bool:
    """Whether values are others times one positive number, as of a copy or of one in another unit."""
    at = int(np.argmax(np.abs(others)))
    if not others[at] or values[at] / others[at] <= 0:
        return False
    return bool(np.allclose(values, others * (values[at] / others[at]), rtol=_EXACT, atol=0))


def _filled(
    values: NDArray[np.float64], past: int, name: str, series: Series, notes: list[Message], *, known: bool
) -> NDArray[np.float64]:
    """Return a column without gaps, and note those that were filled.

    Missing past values have the last value before them, those before the first value the first. The future ends where
    the first value is missing.
    """
    values = values[:past] if not known else values
    if len(values) < past:
        values = np.concatenate([values, np.full(past - len(values), np.nan)])
    missing = np.isnan(values)
    filled = np.maximum.accumulate(np.where(missing, -1, np.arange(len(values))))
    first = int(np.flatnonzero(~missing)[0])
    values = values[np.where(filled < 0, first, filled)]
    gaps = np.flatnonzero(missing[:past])
    late, gaps = gaps[gaps < first], gaps[gaps > first]
    if len(late):
        notes.append(Message("note.column_late", {"name": name, "first": iso(series.dates[first]), "count": len(late)}))
    if len(gaps):
        told = {"name": name, "count": len(gaps), "first": iso(series.dates[int(gaps[0])])}
        notes.append(Message("note.column_gaps", told))
    ends = np.flatnonzero(missing[past:])
    return values[: past + int(ends[0])] if len(ends) else values
