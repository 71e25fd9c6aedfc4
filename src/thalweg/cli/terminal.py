"""The findings as the terminal shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rich import box
from rich.padding import Padding
from rich.styled import Styled
from rich.table import Table
from rich.text import Text

from thalweg.charts.numbers import day, estimate_decimals, missed, number, past, value_decimals
from thalweg.charts.rungs import rung_name
from thalweg.cli.table import ladder_table
from thalweg.cli.wrap import Sentence
from thalweg.forecast.result import mean_of_steps
from thalweg.series.frequency.record import DAILY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rich.console import Console, RenderableType

    from thalweg.forecast.model import Model, Recent
    from thalweg.forecast.result import Findings, Forecast, Miss, RungResult
    from thalweg.messages import Catalogue, Message
    from thalweg.series.series import Series

# Days ahead whose loss is printed; the report shows all of them.
_STEPS_SHOWN = (1, DAILY.season, 2 * DAILY.season, DAILY.month)
_MISSES_SHOWN = 5  # days; the report shows all of them
_FEWEST_RESIDUALS = 10  # behind a loss that is printed


def print_series(console: Console, series: Series, translate: Catalogue) -> None:
    """Print what was read, and what was odd in it."""
    console.print(
        Sentence(
            translate(
                "cli.read_simulated" if series.simulated else "cli.read",
                source=series.source,
                days=number(len(series), 0),
                first=day(series.dates[0], translate.language),
                last=day(series.dates[-1], translate.language),
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
    """Print everything that was found, the ladder's table first."""
    for part in _parts(console, findings, translate):
        console.print(part)


def print_first_day(console: Console, findings: Findings, translate: Catalogue) -> None:
    """Print the forecast of the first day in bold; it is called tomorrow's only where that day is not past."""
    forecast = findings.forecast
    places = estimate_decimals(findings.series.values)
    values = {name: number(float(getattr(forecast, name)[0]), places) for name in ("mean", "low80", "high80")}
    key = "cli.day_after_last" if past(forecast.dates[0]) else "cli.tomorrow"
    console.print(Text(translate(key, date=day(forecast.dates[0], translate.language), **values), style="bold"))


def print_model(console: Console, model: Model, age: int, translate: Catalogue) -> None:
    """Print what a saved model is, that it is `age` days old, and how old its days are."""

    def ago(days: int) -> str:
        return translate({0: "cli.today", 1: "cli.yesterday"}.get(days, "cli.days_ago"), days=number(days, 0))

    console.print(
        Sentence(
            translate(
                "cli.model",
                rung=model.chosen,
                value=model.name,
                made=day(np.datetime64(model.made), translate.language),
                age=ago(age),
                last=day(np.datetime64(model.last_day), translate.language),
                ended=ago(age + (model.made - model.last_day).days),
            )
        )
    )
    for note in model.notes:
        console.print(Sentence(translate(note)))


def print_recent(console: Console, recent: Recent | None, translate: Catalogue) -> None:
    """Print how large a saved model's loss is on days that it has not learned from."""
    if recent is None:
        console.print(Sentence(translate("cli.recent_none")))
        return
    losses = {"loss": number(recent.loss), "expected": number(recent.expected)}
    key = "cli.recent_worse" if recent.worse else "cli.recent_well"
    console.print(Sentence(translate(key, days=recent.days, **losses)))


def print_forecast(console: Console, forecast: Forecast, days: Series, translate: Catalogue) -> None:
    """Print every day of a forecast with its intervals, with the decimals of the days before it."""
    places = estimate_decimals(days.values)

    def interval(low: float, high: float) -> str:
        return translate("cli.interval", low=number(float(low), places), high=number(float(high), places))

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column(Text(translate("cli.forecast_date")), overflow="fold")
    for key in ("mean", "80", "95"):
        table.add_column(Text(translate(f"cli.forecast_{key}"), justify="right"), justify="right")
    for row, date in enumerate(forecast.dates):
        table.add_row(
            day(date, translate.language),
            number(float(forecast.mean[row]), places),
            interval(forecast.low80[row], forecast.high80[row]),
            interval(forecast.low95[row], forecast.high95[row]),
        )
    console.print(table)


def _parts(console: Console, findings: Findings, translate: Catalogue) -> Iterator[RenderableType]:
    split = findings.split
    yield Sentence(
        translate(
            "cli.split",
            train=number(split.train, 0),
            train_last=day(split.train_last, translate.language),
            validation=number(split.validation, 0),
            validation_last=day(split.validation_last, translate.language),
            test=number(split.test, 0),
            last=day(split.last, translate.language),
        )
    )
    yield from (_bullet(translate(note)) for note in split.notes)
    yield ""
    yield ladder_table(console, findings.ladder, translate, findings.chosen)
    yield ""
    yield Styled(Sentence(translate(f"cli.legend_{findings.loss}")), "dim")
    yield ""
    yield from _settings(findings, translate)
    yield ""
    yield from (Sentence(translate(sentence)) for sentence in findings.verdict)
    if len(findings.steps) > 1:
        yield _losses_ahead(findings, translate)
    places = estimate_decimals(findings.series.values)
    misses = [miss for miss in findings.misses if missed(miss.target, miss.prediction, places)]
    if misses:
        yield ""
        yield translate("cli.misses")
        yield _misses(misses[:_MISSES_SHOWN], value_decimals(findings.series.values), places, translate)
    yield ""


def _losses_ahead(findings: Findings, translate: Catalogue) -> Sentence:
    """Return the loss of some steps ahead, with that of copying beside each."""
    steps, name = findings.steps, findings.compared
    copied = findings.copied[name]
    losses = [
        translate("cli.step", step=step, loss=number(float(steps[step - 1])), copied=number(float(copied[step - 1])))
        for step in _steps_shown(findings)
    ]
    mean, copied_mean = number(findings.served), number(mean_of_steps(copied))
    values = {"copy": rung_name(name, translate.language), "mean": mean, "copied": copied_mean, "horizon": len(steps)}
    return Sentence(translate("cli.steps", losses=" · ".join(losses), **values))


def _steps_shown(findings: Findings) -> list[int]:
    """Return the days ahead whose loss is printed, the farthest among them; a loss of few residuals is left out."""
    split, observed = findings.split, findings.series.observed
    farthest = len(findings.steps)

    def residuals(step: int) -> int:
        # The first forecast that far ahead was made on the last day of training.
        return int(observed[max(split.train + split.validation, split.train + step - 1) : split.days].sum())

    enough = [step for step in range(1, farthest + 1) if residuals(step) >= _FEWEST_RESIDUALS]
    return [step for step in enough if step in _STEPS_SHOWN or step == enough[-1]]


def _bullet(sentence: str) -> Padding:
    grid = Table.grid(padding=(0, 1))
    grid.add_row("·", Sentence(sentence))
    return Padding(grid, (0, 0, 0, 2), expand=False)


def _misses(misses: list[Miss], target_places: int, places: int, translate: Catalogue) -> Padding:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column()
    for miss in misses:
        grid.add_row(
            day(miss.date, translate.language),
            translate(
                "cli.miss", target=number(miss.target, target_places), prediction=number(miss.prediction, places)
            ),
            miss.holiday,
        )
    return Padding(grid, (0, 0, 0, 2), expand=False)


def _settings(findings: Findings, translate: Catalogue) -> Iterator[RenderableType]:
    """Yield the hyperparameters (O6), which a person set, apart from the unknowns, which descent found."""
    choice = findings.choice
    members: list[RungResult] = [line for line in findings.ladder if line.rung in choice.members] or [choice]
    fitted = [line for line in members if line.kind != "copy"]
    if not fitted:
        yield translate("cli.no_unknowns", rung=choice.rung)
        return
    yield translate("cli.unknowns_found", rung=choice.rung, count=number(choice.parameters, 0))
    common = _common([line.hyperparameters for line in fitted])
    yield Sentence(translate("cli.hyperparameters", values=_listed(common, translate)))
    if len(fitted) > 1:
        for line in fitted:
            own = {name: value for name, value in line.hyperparameters.items() if name not in common}
            values = _listed(own, translate)
            yield _bullet(translate("cli.hyperparameter", name=line.rung, value=values) if own else line.rung)


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
