"""The picture of a backtest that `thalweg backtest` writes, with its tables and its sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.rungs import rung_name
from thalweg.charts.steps import speaking
from thalweg.forecast.evaluation.tables import cutoff_columns, score_columns, step_columns
from thalweg.forecast.evaluation.words import is_share, metric_message, of_one_quantile, span_messages
from thalweg.messages import catalogue
from thalweg.report.charts.backtest import backtest_chart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.forecast.evaluation.backtested import Backtested
    from thalweg.forecast.evaluation.compare import Compared
    from thalweg.forecast.evaluation.metrics import Scores
    from thalweg.messages import Message


def backtest_illustration(
    forecasts: Backtested,
    scores: Scores,
    compared: Compared | None,
    language: str = "en",
    *,
    more: Sequence[Message] = (),
) -> Illustration:
    """Return the picture of a backtest.

    Parameters
    ----------
    forecasts : Backtested
    scores : Scores
    compared : Compared, optional
    language : str
    more : sequence of Message
        What else is told.
    """
    translate = speaking(language, forecasts.frequency)
    sentences = [*span_messages(forecasts, scores), *(() if compared is None else compared.sentences), *more]
    return Illustration(
        "backtest",
        language,
        backtest_chart(forecasts, scores, language),
        {
            "ranking": Numbers(_ranking(scores, language)),
            "scores": Numbers(score_columns(scores)),
            "by_step": Numbers(step_columns(scores)),
            "by_cutoff": Numbers(cutoff_columns(forecasts, scores)),
            "forecasts": Numbers(forecasts.columns()),
        },
        tuple(map(translate, sentences)),
        shown=("ranking",),
        frequency=forecasts.frequency,
    )


def _ranking(scores: Scores, language: str) -> dict[str, list[Any]]:
    """Return a row a model, the best first and marked, and a column a metric, as the terminal has them."""
    translate = catalogue(language)
    marks = ("▸ ", *("" for _ in scores.order[1:])) if scores.ranking else ("",) * len(scores.order)
    table: dict[str, list[Any]] = {
        translate("cli.backtest.model"): [
            mark + rung_name(name, language) for mark, name in zip(marks, scores.order, strict=True)
        ]
    }
    for metric, values in scores.overall.items():
        if not of_one_quantile(metric):
            percent = 100 if is_share(metric) else 1
            called = translate(metric_message(metric)) + (translate("backtest.in_percent") if percent > 1 else "")
            table[called] = [_known(percent * values[name]) for name in scores.order]
    return table


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
