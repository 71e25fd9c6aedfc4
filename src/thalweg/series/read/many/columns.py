"""The columns beside the values of each series: those of its own rows, and those of a second source."""
# ruff: noqa: S608  (the SQL is made of our own names)

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.read.columns import named
from thalweg.series.read.groups import by_day, by_moment
from thalweg.series.read.many.groups import counts_of, fetched, series_groups
from thalweg.series.read.many.keys import keys_of
from thalweg.series.read.opened import open_table
from thalweg.series.read.profiles import profile_columns
from thalweg.series.read.regressors import Dated, dated_ahead, dated_once, rows_ahead
from thalweg.series.read.rows import decide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from thalweg.series.frequency.record import Frequency
    from thalweg.series.read.many.groups import SeriesGroups
    from thalweg.series.read.options import PanelOptions
    from thalweg.series.read.profiles import ColumnProfile


def own_columns(
    groups: SeriesGroups, profiles: list[ColumnProfile], options: PanelOptions
) -> Iterator[tuple[int, dict[str, Dated]]]:
    """Yield the number of each series and its columns, by name: the mean of each date's rows.

    Parameters
    ----------
    groups : SeriesGroups
    profiles : list of ColumnProfile
        The columns.
    options : PanelOptions

    Raises
    ------
    InputError
        If a cell of a column is no number.
    """
    if not profiles:
        yield from ((number, {}) for number in groups.counts)
        return
    rows, grouping = groups.rows, groups.grouping
    means, joins = list[str](), list[str]()
    for at, profile in enumerate(profiles):
        own = decide(rows.table, rows.profiles, rows.date_profile, profile, options)
        means.append(f"avg(own{at}.value) AS own{at}")
        joins.append(f"LEFT JOIN (SELECT record, value FROM ({own.sql})) AS own{at} ON own{at}.record = dated.record")
    rows.table.prepare(
        f"CREATE OR REPLACE TEMP TABLE series_columns AS SELECT dated.series, dated.{grouping.by} AS date, "
        f"{', '.join(means)} FROM ({grouping.rows}) AS dated {' '.join(joins)} GROUP BY 1, 2 ORDER BY 1, 2"
    )
    counts = counts_of(rows.table, "series_columns")
    for number, taken in fetched(rows.table, "series_columns", counts, sorted(counts)):
        dates = np.ma.getdata(taken["date"]).astype("datetime64[D]" if grouping.by == "day" else "datetime64[s]")
        yield (
            number,
            {
                profile.column.name: Dated(dates, np.ma.filled(np.ma.asarray(taken[f"own{at}"], np.float64), np.nan))
                for at, profile in enumerate(profiles)
            },
        )


def columns_ahead(
    by: tuple[str, ...], frequency: Frequency, options: PanelOptions
) -> Callable[[str], Mapping[str, Dated]]:
    """Return what gives the known columns that a second source has for a series, by the series' name.

    A source that has the columns which name the series has rows for each of them; the rows of any other hold for all.

    Parameters
    ----------
    by : tuple of str
        The columns that name the series.
    frequency : Frequency
    options : PanelOptions

    Raises
    ------
    InputError
        As of `thalweg.series.read.regressors.dated_ahead`.
    """
    if options.with_ is None:
        return lambda _: {}
    table = open_table(options.with_)
    try:
        profiles = profile_columns(table, options.date_format)
        if not set(by) <= {profile.column.name for profile in profiles}:
            for_all = dated_ahead(options.with_, options.known, frequency, options)[0]
            return lambda _: for_all
        keyed = tuple(named(table, profiles, "by", name) for name in by)
        keys = keys_of(table, profiles, keyed, few=True)
        others = [profile for profile in profiles if profile not in keyed]
        of_each: dict[str, dict[str, Dated]] = {}
        for what, rows in rows_ahead(table, others, options.known, options):
            rows_of_all = replace(rows, sql=keys.of(rows.sql), many=True)
            grouping = by_moment(rows_of_all) if frequency.sub_daily else by_day(rows_of_all)
            for number, groups in series_groups(rows_of_all, grouping).each():
                dated = dated_once(groups, what, options)
                of_each.setdefault(keys.names[number], {})[rows.value_profile.column.name] = dated
        return lambda name: of_each.get(name, {})
    finally:
        table.close()
