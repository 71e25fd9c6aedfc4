"""The names of rungs as messages: files have them in English, what a person reads has them in each language."""

from __future__ import annotations

import re

from thalweg.messages import Message

# How the predictors name themselves, by the key below `rung` that has the same name in each language.
_FORMS = {
    "copy_yesterday": re.compile(r"copy yesterday"),
    "copy_last_week": re.compile(r"copy last week"),
    "copy_last_year": re.compile(r"copy last year"),
    "trend_last_week": re.compile(r"copy last week \+ trend"),
    "trend_last_year": re.compile(r"copy last year \+ trend"),
    "copy": re.compile(r"copy (?P<steps>\d+)"),
    "seasonal_mean": re.compile(r"mean of (?P<seasons>\d+) × (?P<season>\d+) back"),
    "mean": re.compile(r"mean of (?P<count>\d+)"),
    "linear": re.compile(r"linear (?P<steps>\d+)"),
    "linear_week": re.compile(r"linear (?P<steps>\d+) week"),
    "linear_year": re.compile(r"linear (?P<steps>\d+) year"),
    "network_week": re.compile(r"(?P<network>[\d×-]+ \w+ \d+) week"),
    "network_week_shared": re.compile(r"(?P<network>[\d×-]+ \w+ \d+) week shared"),
    "network_year_shared": re.compile(r"(?P<network>[\d×-]+ \w+ \d+) year shared"),
    "last_year_at_its_level": re.compile(r"last year at its level"),
    "damped_line": re.compile(r"damped line"),
    "network_year": re.compile(r"(?P<network>[\d×-]+ \w+ \d+) year"),
}


def rung_message(name: str) -> Message | str:
    """Return the name of a rung as a message; a name that is the same in every language stays text."""
    for key, form in _FORMS.items():
        if found := form.fullmatch(name):
            return Message(f"rung.{key}", found.groupdict())
    return name
