"""The tables of the page, with their cells as text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thalweg.charts.events import miss_names
from thalweg.charts.numbers import (
    ABSENT,
    duration,
    estimate_decimals,
    missed,
    number,
    percent,
    significant,
    thousands,
    value_decimals,
    when,
)
from thalweg.charts.rungs import rung_name
from thalweg.charts.steps import speaking
from thalweg.forecast.levels import level_name
from thalweg.forecast.result import mean_of_steps
from thalweg.messages import catalogue
from thalweg.report.ladder import COLUMNS, LOSSES, SCALED, LadderTable
from thalweg.series.frequency.dates import steps_after

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from thalweg.forecast.result import Findings, Forecasted, RungResult
    from thalweg.messages import Catalogue


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes
    ----------
    caption : str
        The title above it.
    head : sequence of (str, str)
        Each column's name and a note under it (or ``""``).
    rows : sequence of sequence of str
        The first cell of a row names it.
    words : frozenset of int
        The columns of words, which are aligned to the left; the others hold numbers.
    marked : int or None
        The row of the choice.
    """

    caption: str
    head: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[str]]
    words: frozenset[int] = frozenset({0})
    marked: int | None = None


def _unit(findings: Findings, language: str) -> str:
    return catalogue(language)(f"report.unit_{findings.loss}", name=findings.series.name)


def ladder_table(findings: Findings, language: str = "en") -> Table:
    """Return the ladder (U3): a line per rung, the choice marked."""
    translate = speaking(language, findings.series.frequency)
    table = LadderTable.of(findings.ladder, language, findings.series.frequency)
    notes = {name: translate(f"table.{name}_of") for name in LOSSES}
    if table.columns != COLUMNS:
        notes |= {"validation": "", **{name: translate(f"table.{name}_of") for name in SCALED}}
    head = [(table.head("rung"), ""), *((table.head(name), notes.get(name, "")) for name in table.columns)]

    def cell(line: RungResult, name: str) -> str:
        return ABSENT if name == "time" and not line.seconds else table.cell(line, name)

    rows = [
        [
            _named(line, language),
            *(cell(line, name) for name in table.columns),
        ]
        for line in findings.ladder
    ]
    marked = next(at for at, line in enumerate(findings.ladder) if line.rung == findings.chosen)
    return Table(_unit(findings, language), head, rows, marked=marked)


def _named(line: RungResult, language: str) -> str:
    name = rung_name(line.rung, language)
    members = [rung_name(member, language) for member in line.members]
    return catalogue(language)("report.members", name=name, members=members) if members else name


def hyperparameter_table(findings: Findings, language: str = "en") -> Table | None:
    """Return the hyperparameters of the choice (O6), one column per member of a mean; None for copying."""
    translate = speaking(language, findings.series.frequency)
    lines = {line.rung: line for line in findings.ladder}
    shown = [lines[name] for name in findings.choice.members if name in lines] or [findings.choice]
    shown = [line for line in shown if line.kind != "copy"]
    if not any(line.hyperparameters for line in shown):
        return None
    names = list(dict.fromkeys(name for line in shown for name in line.hyperparameters))
    rows = [
        [_called(name, translate), *(_setting(line.hyperparameters.get(name, ABSENT), language) for line in shown)]
        for name in names
    ]
    return Table(
        "", [(translate("report.setting"), ""), *((rung_name(line.rung, language), "") for line in shown)], rows
    )


def unknowns_table(findings: Findings, language: str = "en") -> Table | None:
    """Return the number of unknowns and of descents of the choice; None for copying."""
    translate = speaking(language, findings.series.frequency)
    lines = {line.rung: line for line in findings.ladder}
    shown = [lines[name] for name in findings.choice.members if name in lines] or [findings.choice]
    if not any(line.parameters for line in shown):
        return None
    head = [
        (translate("table.rung"), ""),
        (translate("table.unknowns"), ""),
        (translate("table.seeds"), ""),
        (translate("table.epochs"), ""),
    ]
    rows = [
        [
            rung_name(line.rung, language),
            thousands(line.parameters),
            str(line.seeds),
            ", ".join(str(epoch) for epoch in line.epochs) or ABSENT,
        ]
        for line in shown
    ]
    return Table("", head, rows)


def forecast_table(
    findings: Forecasted, language: str = "en", called: Sequence[str] = (), count: int | None = None
) -> Table:
    """Return the forecast with its intervals, a line for each of the first `count` steps; all of them by default.

    What `called` says of a date, a holiday or an event, stands beside it.
    """
    translate = speaking(language, findings.series.frequency)
    forecast, frequency = findings.forecast, findings.series.frequency
    places = estimate_decimals(findings.series.values)
    end_places = 0 if forecast.whole else places

    asked = forecast.asked
    intervals = forecast.intervals.of(asked.levels)
    quantiles = [forecast.intervals.quantile(each) for each in asked.quantiles]

    def interval(row: int, at: int) -> str:
        low, high = (number(float(ends[row, at]), end_places) for ends in (intervals.low, intervals.high))
        return translate("report.from_to", low=low, high=high)

    head = [
        (translate("report.date"), ""),
        (translate("report.mean"), ""),
        *((translate("report.mark_interval", coverage=level_name(level)), "") for level in asked.levels),
        *((f"q{level_name(each)}", "") for each in asked.quantiles),
    ]
    called = called or [""] * len(forecast.dates)
    rows = [
        [
            translate("report.on_holiday", day=when(date, frequency, language), holiday=name)
            if name
            else when(date, frequency, language),
            number(float(forecast.mean[at]), places),
            *(interval(row, at) for row in range(len(asked.levels))),
            *(number(float(each[at]), end_places) for each in quantiles),
        ]
        for at, (date, name) in enumerate(zip(forecast.dates[:count], called, strict=False))
    ]
    return Table(translate("report.in_units", name=findings.series.name), head, rows)


def miss_table(findings: Findings, language: str = "en") -> Table | None:
    """Return the days with the largest errors, the worst first, and what falls near them (U5); None without errors."""
    translate = speaking(language, findings.series.frequency)
    places = estimate_decimals(findings.series.values)
    misses = [miss for miss in findings.misses if missed(miss.target, miss.prediction, places)]
    if not misses:
        return None
    head = [
        (translate("report.date"), ""),
        (translate("report.came"), ""),
        (translate("report.estimated"), ""),
        (translate("report.missed"), ""),
    ]
    rows = [
        [
            when(miss.date, findings.series.frequency, language),
            number(miss.target, value_decimals(findings.series.values)),
            number(miss.prediction, places),
            _signed(miss.target - miss.prediction, places),
        ]
        for miss in misses
    ]
    for name, note in _with_and_without(findings, language):
        head.append((translate("report.would_estimate", rung=rung_name(name, language)), note))
        rows = [[*row, number(miss.others.get(name, math.nan), places)] for row, miss in zip(rows, misses, strict=True)]
    words = {0}
    if findings.country or any(miss.holiday or miss.events for miss in misses):
        words.add(len(head))
        head.append((translate("report.holiday" if findings.events is None else "report.holiday_or_event"), ""))
        rows = [
            [*row, miss_names(miss, language, findings.country) or ABSENT]
            for row, miss in zip(rows, misses, strict=True)
        ]
    return Table(translate("report.in_units", name=findings.series.name), head, rows, words=frozenset(words))


def _with_and_without(findings: Findings, language: str) -> list[tuple[str, str]]:
    """Return the rungs that the misses are compared with, each with a note on its calendar."""
    translate = speaking(language, findings.series.frequency)
    named = dict.fromkeys(name for miss in findings.misses for name in miss.others)
    known = {line.rung: line.known for line in findings.ladder}
    return [
        (name, translate("report.with_calendar" if known.get(name) else "report.without_calendar")) for name in named
    ]


def coverage_table(findings: Findings, language: str = "en") -> Table:
    """Return the number of scored days inside each interval."""
    translate = speaking(language, findings.series.frequency)
    used = findings.as_used
    head = [(translate("report.interval"), ""), (translate("report.inside"), ""), (translate("report.share"), "")]
    rows = [
        [
            f"{level_name(coverage)}%",
            f"{thousands(round(share * len(used.dates)))} / {thousands(len(used.dates))}",
            f"{percent(share, 1)}%",
        ]
        for coverage, share in sorted(used.coverage.items())
    ]
    return Table("", head, rows)


def steps_table(findings: Findings, language: str = "en") -> Table | None:
    """Return the loss of each step ahead, with that of every copying rung beside it; None for one step."""
    translate = speaking(language, findings.series.frequency)
    if len(findings.steps) == 1:
        return None
    losses = {findings.chosen: findings.steps} | {
        name: copied for name, copied in findings.copied.items() if name != findings.chosen
    }
    head = [(translate("report.ahead"), ""), *((rung_name(name, language), "") for name in losses)]
    rows = [
        [str(step), *(number(float(each[step - 1])) for each in losses.values())]
        for step in range(1, len(findings.steps) + 1)
    ]
    rows.append([translate("report.mean_of_steps"), *(number(mean_of_steps(each)) for each in losses.values())])
    return Table(_unit(findings, language), head, rows)


def split_table(findings: Findings, language: str = "en") -> Table:
    """Return the training, validation and test parts by date."""
    translate = speaking(language, findings.series.frequency)
    split, frequency = findings.split, findings.series.frequency
    parts: tuple[tuple[str, np.datetime64, np.datetime64, int], ...] = (
        ("train", split.first, split.train_last, split.train),
        ("validation", steps_after(frequency, split.train_last, 1), split.validation_last, split.validation),
        ("test", steps_after(frequency, split.validation_last, 1), split.last, split.test),
    )
    head = [
        (translate("report.part"), ""),
        (translate("report.first_day"), ""),
        (translate("report.last_day"), ""),
        (translate("report.days"), ""),
    ]
    rows = [
        [
            translate(f"report.part_{part}"),
            when(first, frequency, language),
            when(last, frequency, language),
            thousands(count),
        ]
        for part, first, last, count in parts
    ]
    return Table("", head, rows, words=frozenset({0, 1, 2}))


def settings_table(findings: Findings, version: str, language: str = "en") -> Table:
    """Return the settings that reproduce the result."""
    translate = speaking(language, findings.series.frequency)
    translate = speaking(language, findings.series.frequency)
    settings: Mapping[str, Any] = {"loss": findings.loss, "country": findings.country} | dict(findings.settings)
    rows = [[_called(name, translate), _setting(value, language)] for name, value in settings.items()]
    rows.append([translate("report.version"), version])
    rows.append([translate("report.took"), duration(findings.seconds, language)])
    return Table(
        "", [(translate("report.setting"), ""), (translate("report.value"), "")], rows, words=frozenset({0, 1})
    )


def _signed(value: float, places: int) -> str:
    return ("+" if value > 0 else "") + number(value, places)


def _called(name: str, translate: Catalogue) -> str:
    key = f"table.set.{name}"
    return translate(key) if key in translate.templates else name.replace("_", " ")


def _setting(value: object, language: str) -> str:
    if value is None or value == "":
        return catalogue(language)("report.none")
    if isinstance(value, bool):
        return catalogue(language)("report.yes" if value else "report.no")
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value) or catalogue(language)("report.none")
    return significant(value) if isinstance(value, float) else str(value)
