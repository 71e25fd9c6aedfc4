"""Which column holds the dates and which the values: found where only one fits, asked for elsewhere."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.read.candidates import forecastable
from thalweg.series.read.dates import has_codes, shape_of
from thalweg.series.read.numbers import is_number
from thalweg.text import quotable

if TYPE_CHECKING:
    from thalweg.series.read.profiles import ColumnProfile
    from thalweg.series.read.table import Table

_COLUMNS_LISTED = 12
_UNITS = re.compile(r"^[^\d\s.,+-]{1,3}(?=[\s\d.,+-])|(?<=[\d.])\s?[^\d\s.,]{1,12}$")  # 5 km, 12 views


def choose_columns(
    table: Table,
    profiles: list[ColumnProfile],
    date: str | None,
    value: str | None,
    date_format: str | None,
) -> tuple[ColumnProfile, ColumnProfile]:
    """Return the date column and the value column, as named or as found.

    Raises
    ------
    InputError
        If there is no column of a given name, or several columns could be meant.
    """
    source = table.source_name
    date_profile = named(table, profiles, "date", date) if date is not None else None
    value_profile = named(table, profiles, "value", value) if value is not None else None
    if date_profile is not None and date_profile is value_profile:
        raise InputError(
            "read.same_column",
            source=source,
            name=date_profile.column.name,
            date=Argument("date"),
            value=Argument("value"),
        )
    if date_profile is not None and date_format is None:
        _check_dated(table, date_profile)
    date_profile = date_profile or _found_date(table, profiles, value_profile, date_format)
    if value_profile is None:
        value_profile = _found_value(table, profiles, date_profile, date_format)
    return date_profile, value_profile


def choose_date(
    table: Table, profiles: list[ColumnProfile], date: str | None, date_format: str | None
) -> ColumnProfile:
    """Return the date column, as named or as found; errors as of `choose_columns`."""
    if date is None:
        return _found_date(table, profiles, None, date_format)
    profile = named(table, profiles, "date", date)
    if date_format is None:
        _check_dated(table, profile)
    return profile


def _found_date(
    table: Table, profiles: list[ColumnProfile], value_profile: ColumnProfile | None, date_format: str | None
) -> ColumnProfile:
    candidates = [each for each in profiles if each.content == "dates" and each is not value_profile]
    # A month, quarter or week beside dates is the one that they lie in.
    candidates = [each for each in candidates if each.shape is None or not each.shape.period] or candidates
    if not candidates:
        raise _no_dates(table, profiles, date_format)
    return _only_one("read.several_dates", table, profiles, candidates, "date")


def _no_dates(table: Table, profiles: list[ColumnProfile], date_format: str | None) -> InputError:
    """Return the error about a table without a column of dates."""
    if sum(shape_of([each.column.name]) is not None for each in profiles) > 1:
        advice = Message("read.days_in_columns")
    else:
        names = {"date": Argument("date", "NAME"), "date_format": Argument("date_format", "%d.%m.%Y")}
        advice = Message("read.name_the_dates", names)
    if date_format is None:
        return InputError("read.no_dates", source=table.source_name, advice=advice, columns=_listed(profiles))
    near = next((each for each in profiles if each.shape is not None), profiles[0])
    return InputError(
        "read.no_dates_of_format" if has_codes(date_format) else "read.no_dates_of_format_without_codes",
        source=table.source_name,
        format=date_format,
        name=near.column.name,
        example=near.example or Message("read.empty_cell"),
        advice=advice,
        columns=_listed(profiles),
    )


def _found_value(
    table: Table, profiles: list[ColumnProfile], date_profile: ColumnProfile, date_format: str | None
) -> ColumnProfile:
    others = [each for each in profiles if each is not date_profile]
    candidates = [each for each in others if each.content == "numbers"]
    empty = [each for each in others if each.content == "empty"]
    with_units = next((each for each in others if _has_units(each)), None)
    if not candidates and len(empty) == 1:
        candidates = empty  # a later check refuses it by its name, as empty
    if not candidates and with_units is None:
        raise InputError("read.no_numbers", source=table.source_name, columns=_listed(profiles))
    if len(candidates) > 1 or with_units is not None:
        left = forecastable(table, candidates, date_profile, date_format)
        candidates = left if left or with_units is not None else candidates
    # A rate in percent stands beside the numbers that it is of; it is meant where there is nothing else.
    candidates = [each for each in candidates if not each.example.rstrip('" ').endswith(("%", "％"))] or candidates
    if not candidates and with_units is not None:
        raise InputError(
            "read.numbers_with_units",
            source=table.source_name,
            name=with_units.column.name,
            example=with_units.example,
            columns=_listed(profiles),
        )
    return _only_one("read.several_numbers", table, profiles, candidates, "value")


def _only_one(
    key: str, table: Table, profiles: list[ColumnProfile], candidates: list[ColumnProfile], argument: str
) -> ColumnProfile:
    """Return the candidate; where there are several, raise the error that asks for the argument."""
    if len(candidates) > 1:
        raise InputError(
            key,
            source=table.source_name,
            count=len(candidates),
            argument=Argument(argument, candidates[0].column.name),
            columns=_listed(profiles),
        )
    return candidates[0]


def _check_dated(table: Table, profile: ColumnProfile) -> None:
    """Refuse a column named as the dates whose cells are no dates."""
    if profile.column.kind == "time" or profile.shape is not None:
        return
    raise InputError(
        "read.not_dates",
        source=table.source_name,
        name=profile.column.name,
        example=profile.example or Message("read.empty_cells"),
        argument=Argument("date_format", "%d.%m.%Y"),
    )


def _has_units(profile: ColumnProfile) -> bool:
    """Whether a column holds numbers with a unit or a sign of percent or currency."""
    bare = _UNITS.sub("", profile.example.strip('"'))
    return profile.content == "text" and any(letter.isdigit() for letter in bare) and is_number(bare)


def named(table: Table, profiles: list[ColumnProfile], argument: str, name: str) -> ColumnProfile:
    """Return the column of a name; refuse one that there is not, and tell a near one."""
    name = quotable(name.strip()).strip()  # as the columns' own names are
    for profile in profiles:
        if profile.column.name == name:
            return profile
    names = {profile.column.name.casefold(): profile.column.name for profile in profiles}
    near = difflib.get_close_matches(name.casefold(), names, n=1)
    if not near:
        raise InputError("read.no_column", source=table.source_name, name=name, columns=_listed(profiles))
    raise InputError(
        "read.no_column_but_near",
        source=table.source_name,
        name=name,
        argument=Argument(argument, names[near[0]]),
        columns=_listed(profiles),
    )


def _listed(profiles: list[ColumnProfile]) -> Message:
    """Return the sentence that lists the columns."""
    columns = [
        Message(
            "read.column" if profile.example else "read.column_without_example",
            {
                "name": profile.column.name,
                "content": Message(f"read.content.{profile.content}"),
                "example": profile.example,
            },
        )
        for profile in profiles[:_COLUMNS_LISTED]
    ]
    if len(profiles) > _COLUMNS_LISTED:
        return Message("read.columns_and_more", {"columns": columns, "count": len(profiles) - _COLUMNS_LISTED})
    return Message("read.columns", {"columns": columns})
