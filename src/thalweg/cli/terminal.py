"""The findings as the terminal shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rich.padding import Padding
from rich.styled import Styled
from rich.table import Table
from rich.text import Text

from thalweg.charts.events import day_names, miss_names
from thalweg.charts.numbers import day, estimate_decimals, missed, number, signed, value_decimals, when
from thalweg.charts.rungs import rung_name
from thalweg.charts.steps import speaking
from thalweg.cli.answer import forecast_table
from thalweg.cli.table import ladder_table
from thalweg.cli.wrap import Sentence
from thalweg.forecast.names import is_shared
from thalweg.forecast.result import mean_of_steps
from thalweg.report.holidays import holiday_sentences
from thalweg.report.totals import total_sentences
from thalweg.report.what_if import what_if_sentences
from thalweg.series.frequency.dates import last_day_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rich.console import Console, RenderableType

    from thalweg.forecast.model import Model, Recent
    from thalweg.forecast.result import Findings, Forecast, Miss, RungResult
    from thalweg.forecast.what_if import WhatIf
    from thalweg.messages import Catalogue, Message
    from thalweg.series.calendar import Calendar
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.series import Series

_MISSES_SHOWN = 5  # days; the report shows all of them
_FEWEST_RESIDUALS = 10  # behind a loss that is printed


def print_series(console: Console, series: Series, translate: Catalogue) -> None:
    """Print what was read, and what was odd in it."""
    frequency, translate = series.frequency, speaking(translate, series.frequency)
    console.print(
        Sentence(
            translate(
                "cli.read_simulated" if series.simulated else "cli.read",
                source=series.source,
                days=number(len(series), 0),
                first=when(series.dates[0], frequency, translate.language),
                last=when(series.dates[-1], frequency, translate.language),
                value=series.name,
            )
        )
    )
    print_notes(console, series.notes, translate)


def print_notes(console: Console, notes: Iterable[Message], translate: Catalogue) -> None:
    """Print what was odd, a line a note."""
    for note in notes:
        console.print(_bullet(translate(note)))


def print_findings(console: Console, findings: Findings, translate: Catalogue) -> None:
    """Print how sure the forecast is, whose holidays count, and how it was found."""
    translate = speaking(translate, findings.series.frequency)
    for part in _parts(console, findings, translate):
        console.print(part)


def print_model(console: Console, model: Model, age: int, translate: Catalogue) -> None:
    """Print what a saved model is, that it is `age` days old, and how old its days are."""
    translate = speaking(translate, model.days.frequency)

    last = model.days.dates[-1]

    def ago(days: int) -> str:
        return translate({0: "cli.today", 1: "cli.yesterday"}.get(days, "cli.days_ago"), days=number(days, 0))

    console.print(
        Sentence(
            translate(
                "cli.model",
                rung=rung_name(model.chosen, translate.language),
                value=model.name,
                made=day(np.datetime64(model.made), translate.language),
                age=ago(age),
                last=when(last, model.days.frequency, translate.language),
                ended=ago(max(age + (model.made - last_day_of(model.days.frequency, last)).days, 0)),
            )
        )
    )
    for note in model.notes:
        console.print(Sentence(translate(note)))


def print_recent(console: Console, recent: Recent | None, frequency: Frequency, translate: Catalogue) -> None:
    """Print how large a saved model's loss is on values that it has not learned from."""
    translate = speaking(translate, frequency)
    if recent is None:
        console.print(Sentence(translate("cli.recent_none")))
        return
    losses = {"loss": number(recent.loss), "expected": number(recent.expected)}
    key = f"cli.recent_{'worse' if recent.worse else 'well'}{'_one' if recent.days == 1 else ''}"
    console.print(Sentence(translate(key, days=recent.days, **losses)))


def print_forecast(
    console: Console,
    forecast: Forecast,
    days: Series,
    translate: Catalogue,
    calendar: Calendar,
    supposed: WhatIf | None = None,
) -> None:
    """Print every step of a forecast with its intervals and events, as exact as the values before it, and its sums.

    Of a what-if, the forecast without it and the difference stand beside it in place of the events, and sentences say
    what was changed and what that changes.
    """
    called: list[str] = []
    beside: dict[str, list[str]] = {}
    if supposed is None:
        called = [day_names("", calendar.events_near(date, 0), translate.language) for date in forecast.dates]
    else:
        places = estimate_decimals(days.values)
        beside = {
            "cli.forecast_first": [number(float(value), places) for value in supposed.first.mean],
            "cli.forecast_difference": [signed(float(by), places) for by in supposed.difference],
        }
    console.print(
        forecast_table(
            console, forecast, days, translate, holidays=called, head="cli.forecast_event_alone", beside=beside
        )
    )
    for sentence in total_sentences(forecast, days):
        console.print(Sentence(translate(sentence)))
    for told in () if supposed is None else what_if_sentences(supposed, days, translate):
        console.print(Sentence(told))


def _parts(console: Console, findings: Findings, translate: Catalogue) -> Iterator[RenderableType]:
    """Yield how sure the forecast is, and then how it was found; the hyperparameters come last."""
    yield Text(translate("cli.how_sure"), style="bold")
    yield from (Sentence(translate(sentence)) for sentence in findings.verdict)
    if len(findings.steps) > 1 and _steps_shown(findings):
        yield _losses_ahead(findings, translate)
    yield from (Sentence(translate(sentence)) for sentence in holiday_sentences(findings, translate.language))
    places = estimate_decimals(findings.series.values)
    misses = [miss for miss in findings.misses if missed(miss.target, miss.prediction, places)]
    if misses:
        yield ""
        yield translate("cli.misses")
        yield _misses(misses[:_MISSES_SHOWN], findings, places, translate)
    yield ""
    yield Text(translate("cli.how_found"), style="bold")
    split = findings.split
    yield Sentence(
        translate(
            "cli.split",
            train=number(split.train, 0),
            train_last=when(split.train_last, findings.series.frequency, translate.language),
            validation=number(split.validation, 0),
            validation_last=when(split.validation_last, findings.series.frequency, translate.language),
            test=number(split.test, 0),
            last=when(split.last, findings.series.frequency, translate.language),
        )
    )
    yield from (_bullet(translate(note)) for note in split.notes)
    yield ""
    yield ladder_table(console, findings.ladder, translate, findings.chosen)
    yield ""
    yield Styled(Sentence(translate(f"cli.legend_{findings.loss}")), "dim")
    if findings.scales is not None:
        yield Styled(Sentence(translate("cli.legend_scaled", count=findings.scales.steps)), "dim")
    if any(is_shared(line.rung) for line in findings.ladder):
        yield Styled(Sentence(translate("cli.legend_shared")), "dim")
    yield ""
    yield from _settings(findings, translate)
    yield ""


def _losses_ahead(findings: Findings, translate: Catalogue) -> Sentence:
    """Return the loss of some steps ahead, with that of copying beside each."""
    steps, copied = findings.steps, findings.copied[findings.compared]
    losses = [
        translate(
            "cli.step",
            ahead=ahead,
            loss=number(float(steps[ahead - 1])),
            copied=number(float(copied[ahead - 1])),
        )
        for ahead in _steps_shown(findings)
    ]
    values = {
        "copy": rung_name(findings.compared, translate.language),
        "mean": number(findings.served),
        "copied": number(mean_of_steps(copied)),
        "horizon": len(steps),
    }
    return Sentence(translate("cli.steps", losses=" · ".join(losses), **values))


def _steps_shown(findings: Findings) -> list[int]:
    """Return the days ahead whose loss is printed, the farthest among them; a loss of few residuals is left out."""
    split, observed = findings.split, findings.series.observed
    farthest = len(findings.steps)

    def residuals(step: int) -> int:
        # The first forecast that far ahead was made on the last day of training.
        return int(observed[max(split.train + split.validation, split.train + step - 1) : split.days].sum())

    enough = [step for step in range(1, farthest + 1) if residuals(step) >= _FEWEST_RESIDUALS]
    frequency = findings.series.frequency
    shown = (1, frequency.season, 2 * frequency.season, *frequency.lags[:3])
    return [step for step in enough if step in shown or step == enough[-1]]


def _bullet(sentence: str) -> Padding:
    grid = Table.grid(padding=(0, 1))
    grid.add_row("·", Sentence(sentence))
    return Padding(grid, (0, 0, 0, 2), expand=False)


def _misses(misses: list[Miss], findings: Findings, places: int, translate: Catalogue) -> Padding:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column()
    target_places = value_decimals(findings.series.values)
    for miss in misses:
        grid.add_row(
            when(miss.date, findings.series.frequency, translate.language),
            translate(
                "cli.miss", target=number(miss.target, target_places), prediction=number(miss.prediction, places)
            ),
            Text(miss_names(miss, translate.language, findings.country)),
        )
    return Padding(grid, (0, 0, 0, 2), expand=False)


def _settings(findings: Findings, translate: Catalogue) -> Iterator[RenderableType]:
    """Yield the hyperparameters (O6), which a person set, apart from the unknowns, which descent found."""
    choice = findings.choice
    members: list[RungResult] = [line for line in findings.ladder if line.rung in choice.members] or [choice]
    fitted = [line for line in members if line.parameters]
    chosen = rung_name(choice.rung, translate.language)
    if not fitted:
        yield translate("cli.no_unknowns", rung=chosen)
        return
    yield translate("cli.unknowns_found", rung=chosen, count=number(choice.parameters, 0))
    common = _common([line.hyperparameters for line in fitted])
    yield Sentence(translate("cli.hyperparameters", values=_listed(common, translate)))
    if len(fitted) > 1:
        for line in fitted:
            own = {name: value for name, value in line.hyperparameters.items() if name not in common}
            values = _listed(own, translate)
            name = rung_name(line.rung, translate.language)
            yield _bullet(translate("cli.hyperparameter", name=name, value=values) if own else name)


def _common(settings: list[Mapping[str, object]]) -> dict[str, object]:
    first, *others = settings
    absent = object()
    return {name: value for name, value in first.items() if all(other.get(name, absent) == value for other in others)}


def _listed(settings: Mapping[str, object], translate: Catalogue) -> str:
    def written(value: object) -> str:
        match value:
            case bool():
                return translate("cli.yes" if value else "cli.no")
            case int():
                return f"{value:,}"
            case float():
                return f"{value:g}"
            case list() | tuple():
                return "-".join(map(written, value))
            case _:
                return str(value)

    def named(name: str) -> str:
        key = f"table.set.{name}"
        return translate(key) if key in translate.templates else name

    pairs = [(named(name), written(value)) for name, value in settings.items() if value != []]
    return translate("cli.semicolon").join(
        translate("cli.hyperparameter", name=name, value=value) for name, value in pairs
    )
