"""Holidays and the days around them in the reader's language, as far as their names are translated (U5)."""

from __future__ import annotations

import re

from thalweg.messages import catalogue
from thalweg.series.holiday_words import translated_holidays

# How `nearest_holiday` describes a day that is not itself a holiday.
_RELATIONS = {
    "eve": re.compile(r"the eve of (?P<name>.+)"),
    "after": re.compile(r"the day after (?P<name>.+)"),
    "days_before": re.compile(r"(?P<days>\d+) days before (?P<name>.+)"),
    "days_after": re.compile(r"(?P<days>\d+) days after (?P<name>.+)"),
    "day_off": re.compile(r"the day off for (?P<name>.+)"),
}
# Between two descriptions; the "and" of a holiday's own name has none of these words behind it.
_AND = re.compile(r" and (?=the eve of |the day after |\d+ days (?:before|after) |the day off for )")


def holiday_name(called: str, language: str = "en", country: str = "") -> str:
    """Translate a description by `thalweg.series.calendar.nearest_holiday`.

    Parameters
    ----------
    called : str
        In English; ``""`` stays empty.
    language : str
        ``en`` or ``zh``. A name that neither the `holidays` library nor the catalogue translates stays as it is.
    country : str
        The code of the country whose holidays they are: the library translates those of some countries.
    """
    if language == "en" or not called:
        return called
    translate = catalogue(language)
    if called in (names := translated_holidays(country, language)):
        return names[called]
    slug = re.sub(r"\W+", "_", called.lower()).strip("_")
    if f"holiday.name.{slug}" in translate.templates:
        return translate(f"holiday.name.{slug}")
    return _described(called, language, country)


def _described(called: str, language: str, country: str) -> str:
    """Translate several names, or what relates a day to a holiday."""
    translate = catalogue(language)
    described = _AND.split(called)
    found = next(
        ((relation, found) for relation, form in _RELATIONS.items() if (found := form.fullmatch(called))), None
    )
    if len(described) == 1 and found:
        relation, parts = found[0], found[1].groupdict()
        return translate(f"holiday.{relation}", **parts | {"name": holiday_name(parts["name"], language, country)})
    if len(described) == 1:
        described = called.split(" and ")
    # The "and" of a holiday's own name, which has no translation, stays.
    named = [holiday_name(part, language, country) for part in described] if len(described) > 1 else described
    return translate("list.comma").join(named) if all(map(str.__ne__, named, described)) else called
