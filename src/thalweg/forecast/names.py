"""The names of rungs as messages: files have them in English, what a person reads has them in each language."""

from __future__ import annotations

import re

from thalweg.messages import Message

_COPIES = {
    "copy the last hour": "copy_last_hour",
    "copy the last value": "copy_last_value",
    "copy the same hour of yesterday": "copy_hour_of_yesterday",
    "copy the same time of yesterday": "copy_time_of_yesterday",
    "copy the same hour of last week": "copy_hour_of_last_week",
    "copy the same time of last week": "copy_time_of_last_week",
    "copy yesterday": "copy_yesterday",
    "copy last week": "copy_last_week",
    "copy last month": "copy_last_month",
    "copy last quarter": "copy_last_quarter",
    "copy last year": "copy_last_year",
}
# How the other predictors name themselves, by the key below `rung` that has the same name in each language.
_FORMS = {
    "copy": re.compile(r"copy (?P<steps>\d+)"),
    "seasonal_mean": re.compile(r"mean of (?P<seasons>\d+) × (?P<season>\d+) back"),
    "medians": re.compile(r"medians of (?P<fewer>\d+) and (?P<count>\d+) back"),
    "mean": re.compile(r"mean of (?P<count>\d+)"),
    "linear": re.compile(r"linear (?P<steps>\d+)"),
    "last_year_at_its_level": re.compile(r"last year at its level"),
    "last_week_at_its_level": re.compile(r"last week at its level"),
    "damped_line": re.compile(r"damped line"),
    "rate_and_size": re.compile(r"rate and size"),
    "seasonal_share": re.compile(r"seasonal share (?P<season>\d+)"),
}
_TREND, _SHARED = " + trend", {" shared": "rung.shared", " shared smooth": "rung.shared_smooth"}
_ENDINGS = {**_SHARED, "": "rung.knows"}  # of rungs that know a season
_SINCE = re.compile(r"(?P<rung>.+) since (?P<date>\d{4}-\d\d-\d\d(?: \d\d:\d\d)?)")
_KNOWS = re.compile(r"(?P<rung>linear \d+|[\d×-]+ \w+ \d+) (?P<known>day|week|year)")


def is_shared(name: str) -> bool:
    """Whether a rung is named as one whose network is shared over the steps ahead."""
    return _SINCE.sub(r"\g<rung>", name).endswith(tuple(_SHARED))


def learns_since(name: str) -> bool:
    """Whether a rung is named as one that learns from a date on."""
    return _SINCE.fullmatch(name) is not None


def rung_message(name: str) -> Message | str:
    """Return the name of a rung as a message; a name that is the same in every language stays text."""
    if found := _SINCE.fullmatch(name):
        return Message("rung.since", {"rung": rung_message(found["rung"]), "date": found["date"]})
    if name in _COPIES:
        return Message(f"rung.{_COPIES[name]}")
    if name.endswith(_TREND) and (copied := name.removesuffix(_TREND)) in _COPIES:
        return Message("rung.trend", {"copy": rung_message(copied)})
    for ending, key in _ENDINGS.items():
        if name.endswith(ending) and (found := _KNOWS.fullmatch(name.removesuffix(ending))):
            known = Message(f"rung.known.{found['known']}")
            return Message(key, {"rung": rung_message(found["rung"]), "known": known})
    for key, form in _FORMS.items():
        if found := form.fullmatch(name):
            return Message(f"rung.{key}", found.groupdict())
    return name
