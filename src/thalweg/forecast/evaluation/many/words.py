"""A backtest of many series in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.evaluation.many.forecasts import Standing
from thalweg.forecast.evaluation.many.metrics import RELATIVE
from thalweg.forecast.names import rung_message
from thalweg.messages import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.forecast.evaluation.many.forecasts import PanelForecasts
    from thalweg.forecast.evaluation.many.metrics import PanelScores

MOST_NAMED = 3
LEFT_OUT = {Standing.NOT_BEGUN: "not_begun", Standing.NOTHING_COMES: "nothing_comes"}


def verdict(forecasts: PanelForecasts, scores: PanelScores, beaten: Sequence[str]) -> list[Message]:
    """Return how many series are forecast better than by copying, how much, and what is left out.

    Parameters
    ----------
    forecasts : PanelForecasts
    scores : PanelScores
    beaten : sequence of str
        For each series whether thalweg's own beats copying; see `tables.beats_copying`.
    """
    told: list[Message] = []
    counts = {name: beaten.count(name) for name in ("yes", "no", "equal")}
    if known := sum(counts.values()):
        own, copied = forecasts.own[0], rung_message(forecasts.copying)
        told.append(Message("backtest.many.beats", {"count": known, "own": own, "copying": copied, **counts}))
        share = scores.overall[RELATIVE][own]
        if np.isfinite(share):
            ratio = {"percent": 100 * share, "own": own, "copying": copied}
            told.append(Message("backtest.many.relative", ratio))
    return [*told, *left_out(forecasts)]


def left_out(forecasts: PanelForecasts) -> list[Message]:
    """Return which series do not count at some cutoffs, and how many could not be read or forecast."""
    names, standing = np.array(forecasts.panel.names, dtype=object), forecasts.standing
    told: list[Message] = []
    for why, key in LEFT_OUT.items():
        if len(some := names[(standing == why).any(axis=0)]):
            told.append(_named(key, some.tolist()))
    if forecasts.failed:
        told.append(_named("failed", [names[place] for place in forecasts.failed]))
        told.append(Message("backtest.many.why", {"reason": next(iter(forecasts.failed.values()))}))
    if refused := [each.name for each in forecasts.panel.refused]:
        told.append(_named("refused", refused))
    return told


def _named(key: str, names: Sequence[str]) -> Message:
    kind = "_one" if len(names) == 1 else "_such" if len(names) > MOST_NAMED else ""
    return Message(f"backtest.many.{key}{kind}", {"count": len(names), "names": list(names[:MOST_NAMED])})


def notes_of(forecasts: PanelForecasts, place: int) -> list[Message]:
    """Return at which cutoffs a series does not count and why, and what was odd in it."""
    cutoffs = forecasts.dates
    notes: list[Message] = []
    for why, key in (*LEFT_OUT.items(), (Standing.FAILED, "failed")):
        count = int((forecasts.standing[:, place] == why).sum())
        if count:
            told = {"count": count, "of": len(cutoffs), "reason": forecasts.failed.get(place, "")}
            notes.append(Message(f"backtest.many.note.{key}", told))
    return [*notes, *forecasts.panel.series[place].notes]
