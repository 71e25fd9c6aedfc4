"""Whose holidays and which events count in a forecast, in sentences; what falls on the dates ahead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from thalweg.charts.events import day_names
from thalweg.charts.holidays import holiday_name
from thalweg.charts.rungs import rung_name
from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.country import country_title
from thalweg.series.frequency.words import words_of
from thalweg.series.holidays import holiday_of_step

if TYPE_CHECKING:
    from thalweg.forecast.result import Findings, Forecast
    from thalweg.series.frequency.record import Frequency

_ENGLISH = re.compile(r"[A-Za-z]{3,}")
EXAMPLE = Argument("country", "TW")


def holiday_sentences(findings: Findings, language: str = "en") -> list[Message]:
    """Return whose holidays and which events the choice knows, and whether some names have no translation."""
    sentences = [_whose(findings, language)]
    if findings.events is not None:
        values = {"names": list(findings.events.names), "rung": rung_name(findings.chosen, language)}
        key = "report.events_known" if findings.choice.known else "report.events_idle"
        sentences.append(Message(key, values))
    named = {
        *holidays_ahead(findings.forecast, findings.country, findings.series.frequency),
        *(miss.holiday for miss in findings.misses),
    }
    told = (holiday_name(name, language, findings.country) for name in named)
    if language != "en" and any(map(_ENGLISH.search, told)):
        sentences.append(Message("report.holidays_untranslated"))
    return sentences


def _whose(findings: Findings, language: str) -> Message:
    knows, country = findings.choice.known, findings.country
    if findings.series.frequency.by_month:
        return Message("report.holidays_without", words_of(findings.series.frequency))
    if not country:
        return Message("report.holidays_year_end" if knows else "report.holidays_none", {"option": EXAMPLE})
    values = {"country": country_title(country, language), "rung": rung_name(findings.chosen, language)}
    return Message("report.holidays_known" if knows else "report.holidays_idle", values)


def holidays_ahead(forecast: Forecast, country: str, frequency: Frequency) -> list[str]:
    """Return the holiday of each date of a forecast, in English; "" for most, and for all without a country."""
    dates = forecast.dates
    try:
        return [holiday_of_step(frequency, date, country, within=0) for date in dates]
    except InputError:  # findings of a country that the installed library does not know
        return [""] * len(dates)


def called_ahead(findings: Findings, language: str = "en") -> list[str]:
    """Return what falls on each date of the forecast, events and holidays; "" for most."""
    holidays = holidays_ahead(findings.forecast, findings.country, findings.series.frequency)
    events = findings.events_ahead or ((),) * len(holidays)
    return [
        day_names(holiday, of_day, language, findings.country) for holiday, of_day in zip(holidays, events, strict=True)
    ]
