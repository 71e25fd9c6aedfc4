"""Whose holidays count in a forecast, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.charts.rungs import rung_name
from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.country import country_title
from thalweg.series.holidays import nearest_holiday

if TYPE_CHECKING:
    from thalweg.forecast.result import Findings, Forecast

EXAMPLE = Argument("country", "TW")


def holiday_sentence(findings: Findings, language: str = "en") -> Message:
    """Return whose holidays the choice knows, and how to name a country where none was named."""
    knows, country = findings.choice.known, findings.country
    if not country:
        return Message("report.holidays_year_end" if knows else "report.holidays_none", {"option": EXAMPLE})
    values = {"country": country_title(country, language), "rung": rung_name(findings.chosen, language)}
    return Message("report.holidays_known" if knows else "report.holidays_idle", values)


def holidays_ahead(forecast: Forecast, country: str) -> list[str]:
    """Return the holiday of each date of a forecast, in English; "" for most, and for all without a country."""
    dates = forecast.dates
    try:
        return [nearest_holiday(date, country, within=0) for date in dates]
    except InputError:  # findings of a country that the installed library does not know
        return [""] * len(dates)
