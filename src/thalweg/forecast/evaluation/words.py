"""A backtest in words: what its metrics are called, and where it stood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.forecast.evaluation.ahead import ahead_message
from thalweg.forecast.names import rung_message
from thalweg.messages import Message
from thalweg.series.frequency.dates import iso
from thalweg.series.frequency.words import words_of

if TYPE_CHECKING:
    from thalweg.forecast.evaluation.backtested import Backtested
    from thalweg.forecast.evaluation.metrics import Scores


SHARES = ("relative_mae", "smape", "wape", "coverage")  # told in percent


def is_share(metric: str) -> bool:
    """Whether a metric is told in percent."""
    return metric.partition("-")[0] in SHARES


def of_one_quantile(metric: str) -> bool:
    """Whether a row is of one quantile; the tables of the files alone tell these."""
    return metric.startswith("pinball-")


def metric_message(name: str) -> Message:
    """Return what a metric is called; that of a level has it behind its name."""
    kind, _, level = name.partition("-")
    called = Message(f"backtest.metric.{kind}")
    return Message("backtest.of_level", {"metric": called, "level": level}) if level else called


def span_messages(forecasts: Backtested, scores: Scores) -> list[Message]:
    """Return where a backtest stood, and what MASE compares with."""
    cutoffs, dates, frequency = forecasts.cutoffs, forecasts.dates, forecasts.frequency
    values = {
        "count": len(cutoffs.seen),
        "first": iso(dates[0]),
        "last": iso(dates[-1]),
        "ahead": ahead_message(cutoffs.ahead, frequency),
        "gap": cutoffs.gap,
        "refit": cutoffs.refit,
        "lag": scores.season,
        **words_of(frequency),
    }
    told = [Message("backtest.span" if len(cutoffs.seen) > 1 else "backtest.span_one", values)]
    if cutoffs.gap:
        told.append(Message("backtest.gap" if cutoffs.gap > 1 else "backtest.gap_one", values))
    if cutoffs.refit > 1:
        told.append(Message("backtest.refit", values))
    if "mase" in scores.overall:
        told.append(Message("backtest.season", values))
    return [*told, *forecasts.basis, *unkept_messages(forecasts)]


def unkept_messages(forecasts: Backtested) -> list[Message]:
    """Return which models' forecasts are not kept in the folder, and why; nothing where all are, or none should be."""
    if not forecasts.unkept:
        return []
    return [Message("backtest.unkept", {"names": [rung_message(name) for name in forecasts.unkept]})]
