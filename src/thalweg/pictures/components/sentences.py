"""The components of a forecast in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.charts.numbers import estimate_decimals, number, signed, when
from thalweg.charts.rungs import rung_name
from thalweg.charts.steps import speaking
from thalweg.forecast.components import LEFT, LEVEL, LIMITED, SINGLE
from thalweg.messages import Message
from thalweg.series.calendar import COLUMN

if TYPE_CHECKING:
    from thalweg.forecast.components import Component
    from thalweg.messages import Catalogue
    from thalweg.pictures.components.study import ComponentsStudy


def speaking_of(study: ComponentsStudy, language: str) -> Catalogue:
    """Return the catalogue that speaks of the study's steps, and of the time over which the usual value is a mean."""
    frequency = study.days.frequency
    span = "year" if len(frequency.known) == 1 else "month"
    return speaking(language, frequency).speaking({"span": Message(f"look.why.span.{span}")})


def places_of(study: ComponentsStudy) -> int:
    """Return the decimals of all numbers of a study."""
    return estimate_decimals(study.days.values)


def least_remainder(study: ComponentsStudy) -> float:
    """Return the remainder below which none is written: a hundredth of the last decimal."""
    return 10.0 ** -(places_of(study) + 2)


def name_of(component: Component, translate: Catalogue) -> str:
    """Return what a component is called."""
    return translate(f"look.components.kind.{component.kind}", name=component.name)


def moved_most(study: ComponentsStudy) -> int | None:
    """Return the place of the component that changes most over the horizon, apart from the level; None without one."""
    made = study.made
    ranges = [
        0.0 if one.kind in (LEVEL, LEFT) else float(np.abs(row).max())
        for one, row in zip(made.components, made.values, strict=True)
    ]
    return int(np.argmax(ranges)) if max(ranges) > 0 else None


def sentences_of(study: ComponentsStudy, language: str) -> list[str]:
    """Return what the picture shows, in sentences."""
    made, places, translate = study.made, places_of(study), speaking_of(study, language)
    frequency, kinds = study.days.frequency, {one.kind for one in made.components}
    parts = [
        translate("look.components.part", what=name_of(one, translate), by=signed(float(row[0]), places))
        for one, row in zip(made.components, made.values, strict=True)
        if one.kind != LEVEL and round(float(row[0]), places)
    ]
    first = {
        "day": when(made.dates[0], frequency, language),
        "forecast": number(float(made.forecast[0]), places),
        "name": study.days.name,
        "level": number(float(made.values[0, 0]), places),
    }
    key = "first" if parts else "first_level"
    sentences = [translate(f"look.components.{key}", **first, parts=translate("look.why.join").join(parts))]
    most = moved_most(study)
    if most is not None:
        row = made.values[most]
        at = int(np.argmax(np.abs(row)))
        told = {"what": name_of(made.components[most], translate), "day": when(made.dates[at], frequency, language)}
        sentences.append(translate("look.components.most", **told, by=signed(float(row[at]), places)))
    sentences.append(translate("look.components.meaning.level"))
    short, long = frequency.known[:-1], frequency.known[-1]
    holds = {"year_ago": bool(short) and long in kinds} | {one: one in kinds for one in (COLUMN, SINGLE, LIMITED)}
    season = translate(f"look.components.kind.{long}")
    sentences += [translate(f"look.components.meaning.{each}", season=season) for each, there in holds.items() if there]
    if study.own:
        sentences.append(translate("look.components.own", function=rung_name(study.function, language)))
    at = int(np.argmax(np.abs(made.values[-1]) / np.where(made.allowed > 0, made.allowed, 1.0)))
    left, allowed = abs(float(made.values[-1, at])), float(made.allowed[at])
    least = least_remainder(study)
    bound = number(least, places + 2) if least <= allowed else number(allowed)
    written = number(left) if left >= min(least, allowed) else translate("look.why.less_than", bound=bound)
    sentences.append(translate("look.components.adds_up", remainder=written, allowed=number(allowed)))
    sentences.append(translate("look.why.listens"))
    return sentences
