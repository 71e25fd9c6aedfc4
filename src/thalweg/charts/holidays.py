"""Holidays and the days around them in the reader's language, as far as the catalogue knows their names (U5)."""

from __future__ import annotations

import re

from thalweg.messages import catalogue

# How `nearest_holiday` describes a day that is not itself a holiday.
_RELATIONS = {
    "eve": re.compile(r"the eve of (?P<name>.+)"),
    "after": re.compile(r"the day after (?P<name>.+)"),
    "days_before": re.compile(r"(?P<days>\d+) days before (?P<name>.+)"),
    "days_after": re.compile(r"(?P<days>\d+) days after (?P<name>.+)"),
    "day_off": re.compile(r"the day off for (?P<name>.+)"),
}


def holiday_name(called: str, language: str = "en") -> str:
    """Translate a description by `thalweg.series.calendar.nearest_holiday`.

    Parameters
    ----------
    called : str
        In English; ``""`` stays empty.
    language : str
        ``en`` or ``zh``. A name that the catalogue does not know stays as it is.
    """
    translate = catalogue(language)
    slug = re.sub(r"\W+", "_", called.lower()).strip("_")
    if f"holiday.name.{slug}" in translate.templates:
        return translate(f"holiday.name.{slug}")
    for relation, form in _RELATIONS.items():
        if found := form.fullmatch(called):
            return translate(
                f"holiday.{relation}", **found.groupdict() | {"name": holiday_name(found["name"], language)}
            )
    return called
