"""What is told of the effects of holidays and events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from thalweg.forecast.panel.day_effects import LEAST_CHECKED
from thalweg.messages import Message
from thalweg.series.calendar import HOLIDAY, YEAR_END

if TYPE_CHECKING:
    from thalweg.forecast.panel.day_effects import DayEffects
    from thalweg.forecast.panel.days_of_fit import DaysOfFit
    from thalweg.forecast.panel.run import PanelFindings

GENERAL = ("any public holiday", "eve of a holiday", "day after a holiday")  # are named where nothing else is


class ToldDay(NamedTuple):
    """What a kind of day adds in all series.

    Attributes
    ----------
    holidays, events : tuple of str
        What falls together, in English.
    share : float
        What is added, as a share of what is usual for a series.
    dates : int
        How many dates up to the last value are such days, of some series at least.
    """

    holidays: tuple[str, ...]
    events: tuple[str, ...]
    share: float
    dates: int


def told_days(findings: PanelFindings) -> list[ToldDay]:
    """Return what known days add, the largest first; those alone that were seen."""
    if findings.days is None or findings.days.final is None:
        return []
    effects, panel = findings.days.final, findings.panel
    known = effects.days.place(panel.series[0]) + panel.series[0].place(panel.last_date) + 1
    seen = effects.days.of_dates[np.unique(effects.days.chosen), :known]
    found: dict[tuple[tuple[str, ...], tuple[str, ...]], list[tuple[float, int]]] = {}
    for kind, share in enumerate(effects.of_kinds.tolist()):
        dates = int((seen == kind).any(axis=0).sum())
        if kind and dates and kind not in effects.idle:
            found.setdefault(_names(effects, kind), []).append((share, dates))
    told: list[ToldDay] = []
    for (holidays, events), each in found.items():
        dates = sum(count for _, count in each)
        told.append(ToldDay(holidays, events, sum(share * count for share, count in each) / dates, dates))
    return sorted(told, key=lambda one: (-abs(one.share), one[:2]))


def _names(effects: DayEffects, kind: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the holidays and the events of a kind of day: the most special of its columns."""
    holidays = {name for calendar in effects.days.calendars for name in calendar.groups.get(HOLIDAY, ())}
    names = [name for name, holds in zip(effects.days.columns, effects.days.kinds[kind], strict=True) if holds]
    events = tuple(name for name in names if name not in holidays)
    general = [name for name in names if name in holidays]
    dated = [name for name in general if name in YEAR_END]
    named = [name for name in general if name not in GENERAL]
    return tuple(dated or named or general), events


def check_sentence(days: DaysOfFit) -> Message:
    """Return how the effects of known days fared over validation, and whether they are used."""
    check = days.check
    if check.count < LEAST_CHECKED:
        return Message("panel.verdict.days_unchecked", {"least": LEAST_CHECKED})
    best = min(check.common, check.own, check.without)
    told = {"count": check.count, "without": 100 * check.without}
    if check.serves == "without":
        key = "panel.verdict.days_idle" if days.final is None else "panel.verdict.days_partly"
        return Message(key, {**told, "with_": 100 * min(check.common, check.own)})
    return Message("panel.verdict.days", {**told, "with_": 100 * best})


def days_json(findings: PanelFindings) -> dict[str, Any]:
    """Return the effects of known days in JSON's types; nothing where the user named none."""
    if findings.days is None:
        return {}
    check, told = findings.days.check, told_days(findings)
    return {
        "known_days": {
            "serves": check.serves,
            "validation": {
                "values": check.count, "without": check.without, "common": check.common, "own": check.own
            },
            "effects": [
                {"names": [*each.events, *each.holidays], "share": each.share, "dates": each.dates} for each in told
            ],
        }
    }  # fmt: skip
