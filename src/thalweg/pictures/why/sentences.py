"""The contributions to a day's prediction in words: lines that add up as rounded, and sentences about them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.charts.events import event_name
from thalweg.charts.holidays import holiday_name
from thalweg.charts.numbers import estimate_decimals, number, when
from thalweg.charts.rungs import rung_name
from thalweg.charts.steps import speaking
from thalweg.forecast.features.sets import covariates
from thalweg.forecast.features.usual_place import SEASONS_AGO
from thalweg.messages import Message, catalogue
from thalweg.series.calendar import EVENT
from thalweg.series.frequency.dates import clock, months, weekdays

if TYPE_CHECKING:
    from thalweg.forecast.contributions import Fact
    from thalweg.messages import Catalogue
    from thalweg.pictures.why.study import WhyStudy

MOST_CLAUSES = 6  # lines of the table in the sentence
WITHOUT_YEAR_SHARE = 0.82  # of a year; what is no longer ago is written without its year


@dataclass(frozen=True)
class Told:
    """One contribution to the prediction.

    Attributes
    ----------
    what, spoken : str
        Its name beside a bar and in a sentence.
    moved : float
        In the user's units.
    many : bool
        Whether the name stands for several contributions.
    """

    what: str
    spoken: str
    moved: float
    many: bool = False


def speaking_of(study: WhyStudy, language: str) -> Catalogue:
    """Return the catalogue that speaks of the study's steps, and of the time over which the usual value is a mean."""
    frequency = study.days.frequency
    span = "year" if len(frequency.known) == 1 else "month"
    return speaking(language, frequency).speaking({"span": Message(f"look.why.span.{span}")})


def key_of(study: WhyStudy, name: str) -> str:
    """Return the key of a text. Of many series there are others: they are compared with the level, not with a month."""
    return f"look.why.panel_{name}" if study.series else f"look.why.{name}"


def function_of(study: WhyStudy, language: str) -> str:
    """Return the name of what made the forecast; of several functions, how many there are."""
    if study.serves is not None:
        return catalogue(language)(study.serves)
    if len(study.ways) > 1:
        return catalogue(language)("look.why.mean_of", count=len(study.ways))
    return rung_name(study.function, language)


def places_of(study: WhyStudy) -> int:
    """Return the decimals of all numbers of a study."""
    return estimate_decimals(study.days.values)


def moved_of(study: WhyStudy) -> float:
    """Return the difference between prediction and base, both rounded."""
    places = places_of(study)
    return round(round(study.why.prediction, places) - round(study.why.base, places), places)


def lines_of(study: WhyStudy, language: str, count: int) -> list[Told]:
    """Return the largest contributions, then all other days, then the rest, rounded so that they add up.

    Parameters
    ----------
    study : WhyStudy
    language : str
    count : int
        The number of days and facts to name; those that round to zero are left out.
    """
    why, places, translate = study.why, places_of(study), speaking_of(study, language)
    moved = [*why.contributions.tolist(), *(fact.contribution for fact in why.facts)]  # the days' come first
    days = len(why.dates)
    largest = sorted(range(len(moved)), key=lambda at: -abs(moved[at]))[:count]
    named = [at for at in largest if round(moved[at], places)]
    others = [at for at in range(days) if at not in named]
    together = translate("look.why.other_days", count=len(others))
    lines = [
        _of_day(study, at, places, translate) if at < days else _of_fact(why.facts[at - days], study, language)
        for at in named
    ]
    lines.append(Told(together, together, sum(moved[at] for at in others), many=True))
    lines = [replace(one, moved=round(one.moved, places)) for one in lines]
    unnamed = any(at not in named and round(moved[at], places) for at in range(days, len(moved)))
    rest = translate(key_of(study, "rest") if unnamed else "look.why.rounding")
    lines.append(Told(rest, rest, round(moved_of(study) - sum(one.moved for one in lines), places)))
    return [one for one in lines if one.moved]


def name_of(fact: Fact, study: WhyStudy, language: str, form: str = "") -> str:
    """Return the name of a fact beside its bar, or in a sentence with the form ``_spoken``."""
    translate, why = speaking_of(study, language), study.why
    name, kind = fact.name, fact.kind
    if kind == "weekday":
        name = translate("look.why.weekdays").split()[int(weekdays(np.array([why.date]))[0])]
    if kind == "time":
        name = clock(why.date)
    if kind == "month":
        names = translate("look.why.months").split()
        units = study.days.frequency.units
        first = int(months(np.array([why.date]))[0]) // units * units
        span = {"first": names[first], "last": names[first + units - 1]}
        name = names[first] if units == 1 else translate("look.why.months_of", **span)
    if kind == "panel_profile" and study.days.frequency.sub_daily:
        kind = "panel_profile_of_day"
    if kind == "holiday":
        name = holiday_name(name, language, study.country)
    if kind == EVENT:
        name = event_name(name, language)
    if kind == "no_event" and any(other.kind == EVENT for other in why.facts):
        kind = "no_other_event"
    if kind == "ordinary" and any(other.kind == "holiday" for other in why.facts):
        kind = "no_other"
    called = translate(f"look.why.{kind}{form}", name=name)
    return translate(f"look.why.between{form}", fact=called) if fact.between and kind != "calendar" else called


def _of_fact(fact: Fact, study: WhyStudy, language: str) -> Told:
    return Told(name_of(fact, study, language), name_of(fact, study, language, "_spoken"), fact.contribution)


def _of_day(study: WhyStudy, at: int, places: int, translate: Catalogue) -> Told:
    why, frequency = study.why, study.days.frequency
    ago = len(why.dates) - at
    recent = ago < round(WITHOUT_YEAR_SHARE * frequency.year)
    date = when(why.dates[at], frequency, translate.language, "look.day" if recent else "report.day")
    value = number(float(why.values[at]), places)
    before = ago + why.ahead - 1
    spoken = "week_before" if frequency.by_day and before == frequency.season else "before" if before == 1 else "then"
    what = translate("look.why.day_value", day=date, value=value)
    return Told(what, translate(f"look.why.{spoken}_spoken", day=date, value=value), float(why.contributions[at]))


def sentences_of(study: WhyStudy, language: str) -> list[str]:
    """Return what the picture shows, in sentences."""
    why, places, translate = study.why, places_of(study), speaking_of(study, language)
    name = study.days.name
    date = when(why.date, study.days.frequency, language)
    estimated = number(why.prediction, places)
    sentences = [
        translate("look.why.estimated", day=date, prediction=estimated, name=name)
        if math.isnan(study.actual)
        else translate(
            "look.why.estimated_came", day=date, prediction=estimated, name=name, actual=number(study.actual, places)
        ),
        translate(
            key_of(study, "average_day_one" if study.level_steps == 1 else "average_day"),
            base=number(why.base, places),
            usual=number(why.usual, places),
            count=study.level_steps,
        ),
    ]
    lines = lines_of(study, language, study.count)
    if len(lines) > MOST_CLAUSES + 1:  # the table's lines; those that are left become one
        together = translate("look.why.others_spoken")
        moved = round(sum(one.moved for one in lines[MOST_CLAUSES:]), places)
        lines = [*lines[:MOST_CLAUSES], *([Told(together, together, moved, many=True)] if moved else [])]
    if lines:
        phrases = translate("look.why.join").join(_phrase(one, places, language) for one in lines)
        sentences.append(translate("look.why.moved", phrases=phrases))
    if why.ahead > 1:
        last = when(why.dates[-1], study.days.frequency, language)
        sentences.append(translate(key_of(study, "ahead"), ahead=why.ahead, last=last))
    if len(study.ways) > 1:
        ways = translate("list.comma").join(rung_name(way, language) for way in study.ways)
        sentences.append(translate("look.why.ways", ways=ways))
    if study.serves is not None:
        sentences.append(translate("look.why.panel_serves", what=study.serves))
    if study.known:
        sentences.append(_further_back(study, translate))
    if study.own:
        sentences.append(translate("look.why.own", function=rung_name(study.function, language)))
    if not math.isnan(study.actual):
        sentences.append(translate("look.why.fitted_on_it"))
    if not why.whole:
        sentences.append(translate(key_of(study, "few_days"), count=len(why.dates)))
    sentences.append(
        translate(
            "look.why.adds_up",
            difference=number(moved_of(study), places),
            remainder=_small(why.remainder, places, language),
            allowed=number(why.allowed),
            rounding=_small(why.served - why.prediction, places, language),
        )
        if why.allowed
        else translate("look.why.adds_up_exactly")
    )
    sentences.append(translate("look.why.listens"))
    return sentences


def _further_back(study: WhyStudy, translate: Catalogue) -> str:
    """Return what a function that knows a season looks at beside the last values."""
    frequency = study.days.frequency
    long = covariates(study.known, frequency).long
    if len(frequency.known) == 1:
        return translate("look.why.far_months")
    kind = "times_" if frequency.sub_daily else ""
    return translate(f"look.why.far_{kind}{'long' if long else 'short'}", seasons=max(SEASONS_AGO))


def _phrase(line: Told, places: int, language: str) -> str:
    """Return a clause such as ``Thursday adds 60``."""
    kind = ("adds" if line.moved > 0 else "takes") + ("_many" if line.many else "")
    return catalogue(language)(f"look.why.{kind}", what=line.spoken, by=number(abs(line.moved), places))


def _small(size: float, places: int, language: str) -> str:
    """Write a number near zero; a very small one only as less than a limit."""
    bound = 10.0 ** -(places + 2)
    if abs(size) < bound:
        return catalogue(language)("look.why.less_than", bound=number(bound, places + 2))
    return number(abs(size))
