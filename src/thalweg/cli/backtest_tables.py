"""The tables of a backtest in the terminal: scores by model, by step ahead and by cutoff."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from rich import box
from rich.table import Table
from rich.text import Text

from thalweg.charts.numbers import cell_number, common_decimals, when
from thalweg.charts.rungs import rung_name
from thalweg.charts.steps import speaking
from thalweg.forecast.evaluation.words import is_share, metric_message, of_one_quantile, span_messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console

    from thalweg.api.backtest import BacktestResult
    from thalweg.api.backtest_many import PanelBacktestResult
    from thalweg.messages import Catalogue

STEPS_SHOWN, CUTOFFS_SHOWN, MODELS_SHOWN = 5, 12, 3


def print_backtest(console: Console, result: BacktestResult | PanelBacktestResult, translate: Catalogue) -> None:
    """Print where the backtest stood, its tables, the best model marked, and the best two compared."""
    forecasts, scores = result.forecasts, result.metrics
    cutoffs, frequency = forecasts.cutoffs, forecasts.frequency
    say = speaking(translate, frequency)
    metric, order = scores.metric, scores.order
    for message in span_messages(forecasts, scores):
        console.print(say(message))
    console.print()
    for group in (("mae", "relative_mae", "rmse", "mase", "smape", "wape", "bias"), ("pinball", "crps", "coverage")):
        kinds = [name for name in scores.overall if name.partition("-")[0] in group and not of_one_quantile(name)]
        if kinds:
            heads = [say(metric_message(name)) for name in kinds]
            each = [_cells(name, [scores.overall[name][model] for model in order]) for name in kinds]
            cells = dict(zip(order, zip(*each, strict=True), strict=True))
            console.print(_table(say("cli.backtest.model"), heads, _marked(cells, order[0], translate.language)))
            console.print()
    if cutoffs.horizon > 1:
        some = [cutoffs.gap + 1 + int(at) for at in _spread(cutoffs.horizon, STEPS_SHOWN)]
        console.print(say("cli.backtest.by_step", metric=say(metric_message(metric))))
        each = [scores.by_step[step][metric][model] for model in order for step in some]
        cells = dict(zip(order, _rows(_cells(metric, each), len(some)), strict=True))
        console.print(_table(say("cli.backtest.model"), list(map(str, some)), _marked(cells, "", translate.language)))
        console.print()
    if len(cutoffs.seen) > 1:
        shown = order[:MODELS_SHOWN]
        console.print(say("cli.backtest.by_cutoff", metric=say(metric_message(metric))))
        dates = forecasts.dates
        places = _spread(len(dates), CUTOFFS_SHOWN)
        each = [scores.by_cutoff[at][metric][model] for at in places for model in shown]
        named = [Text("  " + when(dates[at], frequency, translate.language)) for at in places]
        rows = zip(named, _rows(_cells(metric, each), len(shown)), strict=True)
        heads = [rung_name(name, translate.language) for name in shown]
        console.print(_table(say("cli.backtest.cutoff"), heads, rows))
        console.print()
    for sentence in result.sentences(say):
        console.print(sentence)


def _spread(count: int, most: int) -> Sequence[int]:
    """Return some places out of so many, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int)).tolist()


def _rows(cells: Sequence[str], width: int) -> list[Sequence[str]]:
    return [cells[at : at + width] for at in range(0, len(cells), width)]


def _cells(metric: str, values: Sequence[float]) -> list[str]:
    """Return the values of one metric as text, with as many decimals each."""
    share = is_share(metric)
    places = 1 if share else common_decimals([value for value in values if math.isfinite(value)])
    shown = [100 * value if share else value for value in values]
    return [f"{cell_number(value, places)}{'%' * share}" if math.isfinite(value) else "–" for value in shown]


def _marked(cells: Mapping[str, Sequence[str]], best: str, language: str) -> Iterable[tuple[Text, Sequence[str]]]:
    for model, row in cells.items():
        mark, style = ("▸ ", "bold green") if model == best else ("  ", "")
        yield Text(mark + rung_name(model, language), style=style), row


def _table(head: str, heads: Sequence[str], rows: Iterable[tuple[Text, Sequence[str]]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(Text(f"  {head}"), overflow="fold")
    for each in heads:
        table.add_column(Text(each, justify="right"), justify="right", no_wrap=len(each) <= 10)  # noqa: PLR2004 - letters
    for name, cells in rows:
        table.add_row(name, *cells)
    return table
