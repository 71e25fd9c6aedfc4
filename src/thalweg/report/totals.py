"""Sums over the next steps, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.charts.numbers import decimals, estimate_decimals, number, value_decimals
from thalweg.forecast.totals import LEVEL_TOLD
from thalweg.messages import Message
from thalweg.series.frequency.words import in_words_of

if TYPE_CHECKING:
    from thalweg.forecast.result import Forecast
    from thalweg.forecast.totals import Total
    from thalweg.series.series import Series


def total_sentences(forecast: Forecast, series: Series) -> list[Message]:
    """Return a sentence for each sum over the next steps, the shortest first; of values below zero too, their mean.

    Where such sums of the sealed test were looked at, it says how many of them fell inside their intervals.
    """
    return [_sentence(total, series, whole=forecast.whole) for total in forecast.totals()]


def _sentence(total: Total, series: Series, *, whole: bool) -> Message:
    kind, share = ("sum", 1) if series.counts else ("mean", total.steps)
    # A small rate has more decimals than its values; a sum of many has no use for them.
    places = min(estimate_decimals(series.values), max(value_decimals(series.values), decimals(total.mean / share)))
    ends = {"mean": total.mean, "low": total.low[LEVEL_TOLD], "high": total.high[LEVEL_TOLD]}
    inside: Message | str = ""
    if LEVEL_TOLD in total.coverage:
        percent = round(100 * total.coverage[LEVEL_TOLD])
        inside = Message(f"total.inside_{kind}", {"share": percent, "sums": total.sums})
    values = {name: number(value / share, 0 if whole and name != "mean" else places) for name, value in ends.items()}
    told = Message(f"total.{kind}", values | {"count": f"{total.steps:,}", "inside": inside})
    return in_words_of(series.frequency, told)
