"""The answer, as the terminal shows it first: the next days, and how sure."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
from rich import box
from rich.cells import cell_len
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from thalweg.charts.numbers import estimate_decimals, number, when
from thalweg.charts.steps import first_steps, speaking
from thalweg.cli.wrap import Sentence
from thalweg.forecast.levels import level_name, level_of
from thalweg.report.holidays import called_ahead
from thalweg.report.totals import total_sentences
from thalweg.series.frequency.dates import days_between

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from thalweg.forecast.result import Findings, Forecast
    from thalweg.messages import Catalogue
    from thalweg.series.series import Series

WIDE_GAP, SMALL_GAP = 3, 2  # cells between columns
LEAST_OF_NAMES = 16  # cells kept for the names of holidays and events, which may take several lines
# How a forecast's table becomes narrower: the form of its dates, at last without the year; the gap; whether a quantile
# stands there that is an end of an interval shown.
NARROWER = (
    ("report.day", WIDE_GAP, True),
    ("report.day", SMALL_GAP, True),
    ("look.day", SMALL_GAP, True),
    ("look.day", SMALL_GAP, False),
)


def print_answer(console: Console, findings: Findings, translate: Catalogue) -> None:
    """Print the first step ahead in bold, the steps of the first season with their intervals, and the sum of all."""
    series, forecast, language = findings.series, findings.forecast, translate.language
    places = estimate_decimals(series.values)
    values = {"mean": number(float(forecast.mean[0]), places)}
    end_places = 0 if forecast.whole else places
    values |= {name: number(float(getattr(forecast, name)[0]), end_places) for name in ("low80", "high80")}
    translate = speaking(translate, series.frequency)
    date = when(forecast.dates[0], series.frequency, language)
    console.print()
    headline = translate(f"cli.{_when(series, forecast)}", date=date, name=series.name, **values)
    console.print(Sentence(headline), style="bold")
    frequency, horizon = series.frequency, len(forecast.dates)
    shown = min(horizon, first_steps(frequency))
    if horizon > 1:
        console.print()
        head = "cli.forecast_holiday" if findings.events is None else "cli.forecast_event"
        called = called_ahead(findings, language)
        console.print(forecast_table(console, forecast, series, translate, shown, called, head))
    if shown < horizon:
        more = translate("cli.more_ahead", horizon=horizon, **values)
        console.print(Sentence(more))
    for sentence in total_sentences(findings.forecast, findings.series)[-1:]:
        console.print(Sentence(translate(sentence)))
    console.print()


def _when(series: Series, forecast: Forecast) -> str:
    """Return how the first date ahead is called: by its place beside today only where one step is one day."""
    first, frequency = forecast.dates[0], series.frequency
    if not frequency.by_day:
        return "first_ahead"
    away = days_between(np.datetime64(dt.datetime.now().astimezone().date()), first)
    return {0: "first_today", 1: "first_tomorrow"}.get(away, "first_ahead")


def forecast_table(
    console: Console,
    forecast: Forecast,
    days: Series,
    translate: Catalogue,
    count: int | None = None,
    holidays: Sequence[str] = (),
    head: str = "cli.forecast_holiday",
    beside: Mapping[str, Sequence[str]] | None = None,
) -> Table:
    """Return a forecast as a table, with the decimals of the values before it; where there is room no cell is broken.

    Where there is none it is made narrower step by step, as `NARROWER` says.

    Parameters
    ----------
    console : Console
        Where it is to be shown.
    forecast : Forecast
    days : Series
        The values before it.
    translate : Catalogue
    count : int, optional
        How many steps to show; by default all.
    holidays : sequence of str
        What falls on each step, or ""; without one that is shown there is no column of them.
    head : str
        The key of that column's name.
    beside : mapping of str to sequence of str, optional
        More columns of numbers, by the keys of their names.
    """
    places, translate = estimate_decimals(days.values), speaking(translate, days.frequency)
    end_places = 0 if forecast.whole else places
    count = len(forecast.dates) if count is None else count

    def interval(low: float, high: float) -> str:
        return translate("cli.interval", low=number(float(low), end_places), high=number(float(high), end_places))

    asked, beside = forecast.asked, beside or {}
    intervals = forecast.intervals.of(asked.levels)
    unlimited = console.options.update(max_width=10_000)
    ends = {level_of(each) for each in asked.quantiles} & set(asked.levels)
    heads: list[str] = []
    rows: list[list[str]] = []
    names = holidays[:count]
    whole, room = False, console.width - min(max(map(cell_len, names), default=0), LEAST_OF_NAMES)
    gap = WIDE_GAP
    for form, gap, twice in NARROWER:
        quantiles = [each for each in asked.quantiles if twice or level_of(each) not in ends]
        columns = [forecast.intervals.quantile(each) for each in quantiles]
        heads = [translate(f"cli.forecast_{key}") for key in ("date", "mean")]
        heads += [translate("cli.forecast_level", level=level_name(level)) for level in asked.levels]
        heads += [*(f"q{level_name(each)}" for each in quantiles), *map(translate, beside)]
        rows = [
            [
                when(date, days.frequency, translate.language, form),
                number(float(forecast.mean[row]), places),
                *(interval(low, high) for low, high in zip(intervals.low[:, row], intervals.high[:, row], strict=True)),
                *(number(float(each[row]), end_places) for each in columns),
                *(column[row] for column in beside.values()),
            ]
            for row, date in enumerate(forecast.dates[:count])
        ]
        whole = (
            Measurement.get(console, unlimited, _laid(heads, rows, len(heads) - 1, gap)).maximum
            + (gap if any(names) else 0)
            <= room
        )
        if whole:
            break
    numbers = len(heads) - 1
    if any(names):
        heads.append(translate(head))
        rows = [[*row, name] for row, name in zip(rows, names, strict=True)]
    return _laid(heads, rows, numbers, gap, no_wrap=whole)


def _laid(
    heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: int, gap: int, *, no_wrap: bool = False
) -> Table:
    """Return the table: dates and names of holidays to the left, so many columns of numbers to the right."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, gap - 1, 0, 0))
    for place, head in enumerate(heads):
        side = "right" if 0 < place <= numbers else "left"
        table.add_column(
            Text(head, justify=side), justify=side, overflow="fold", no_wrap=not place or (no_wrap and place <= numbers)
        )
    for row in rows:
        table.add_row(*map(Text, row))
    return table
