"""What lies outside, ranked, with what falls near it; and everything that was judged, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.forecast.anomalies.judge import OUTSIDE
from thalweg.forecast.anomalies.options import FILES
from thalweg.forecast.export import csv_of, plain
from thalweg.forecast.names import rung_message
from thalweg.messages import Message
from thalweg.series.frequency.record import DAILY
from thalweg.series.holidays import holiday_of_step

if TYPE_CHECKING:
    from thalweg.forecast.anomalies.judge import Judged
    from thalweg.forecast.anomalies.nab import Score

DAYS_BETWEEN_REFITS = DAILY.between_refits  # of any step shorter than a day
LITTLE, MUCH = 0.1, 10  # values outside by chance, below which they are told with two decimals, or with one
LOUDEST_ECHO = 2.0  # times as far outside as the value that is echoed; what lies further outside has another cause
NEAR_DAYS = DAILY.season  # a holiday or an event further away is not named


@dataclass(frozen=True)
class Span:
    """Neighbouring values that lie outside on the same side.

    Attributes
    ----------
    first, last : int
        The places of the first and the last of them in the series.
    """

    first: int
    last: int

    @property
    def steps(self) -> int:
        """How many steps it lasts."""
        return self.last - self.first + 1


@dataclass(frozen=True, eq=False)
class Anomaly:
    """A value outside the interval that was told for it one step before.

    Attributes
    ----------
    rank : int
        1 is the highest score.
    date : numpy.datetime64
    actual, forecast, low, high : float
        In the user's units.
    outside : float
        How far beyond the end of the interval, in the user's units: above 0, or below 0.
    score : float
    span : Span
        The neighbouring values outside on its side, itself among them.
    holiday : str
        On or near the date, in English; "" for none.
    events : tuple of str
        Likewise.
    after : int
        The rank of the anomaly of the step or the season before, where that lies outside on the other side: the
        forecast looked back at it. 0 for none.
    after_steps : int
        How many steps before that is; 0 for none.
    """

    rank: int
    date: np.datetime64
    actual: float
    forecast: float
    low: float
    high: float
    outside: float
    score: float
    span: Span
    holiday: str
    events: tuple[str, ...]
    after: int
    after_steps: int

    @property
    def near(self) -> str:
        """What falls on or near the date, in English; "" where nothing is known of it."""
        return ", ".join([*self.events, *filter(None, [self.holiday])])


def anomalies_of(judged: Judged) -> tuple[Anomaly, ...]:
    """Return the values outside, the highest score first; of equal scores the earlier first.

    Of infinite scores the value that lies further from the interval comes first.
    """
    outside, frequency = judged.outside, judged.series.frequency
    further = np.where(np.isinf(judged.score), np.abs(outside), 0.0)
    order = [int(at) for at in np.lexsort((-further, -judged.score)) if outside[at]]
    ranks = {at: rank for rank, at in enumerate(order, 1)}
    spans = _spans(judged)
    dates, actual = judged.dates, judged.actual
    return tuple(
        Anomaly(
            rank,
            dates[at],
            float(actual[at]),
            float(judged.forecast[at]),
            float(judged.low[at]),
            float(judged.high[at]),
            float(outside[at]),
            float(judged.score[at]),
            spans[at],
            holiday_of_step(frequency, dates[at], judged.calendar.country, NEAR_DAYS),
            judged.calendar.events_near(dates[at], NEAR_DAYS),
            *_after(judged, at, ranks),
        )
        for rank, at in enumerate(order, 1)
    )


def _after(judged: Judged, at: int, ranks: dict[int, int]) -> tuple[int, int]:
    """Return the rank of the value that a forecast looked back at and so may echo, and how many steps before it is."""
    places, outside, frequency = judged.places, judged.outside, judged.series.frequency
    seasons = (frequency.season, frequency.long_season if frequency.sub_daily else frequency.season)
    for steps in sorted({1, *seasons}):
        before = int(np.searchsorted(places, places[at] - steps))
        opposite = places[before] == places[at] - steps and outside[before] * outside[at] < 0
        if opposite and abs(outside[at]) <= LOUDEST_ECHO * abs(outside[before]):
            return ranks[before], steps
    return 0, 0


def _spans(judged: Judged) -> dict[int, Span]:
    """Return the span of each value outside, by its index among those that were judged."""
    side, places = np.sign(judged.outside), judged.places.tolist()
    found: dict[int, Span] = {}
    group: list[int] = []
    for at in [*np.flatnonzero(side).tolist(), None]:
        if group and (at is None or places[at] != places[group[-1]] + 1 or side[at] != side[group[-1]]):
            found |= dict.fromkeys(group, Span(places[group[0]], places[group[-1]]))
            group = []
        if at is not None:
            group.append(at)
    return found


def anomaly_columns(judged: Judged, anomalies: tuple[Anomaly, ...]) -> dict[str, Any]:
    """Return the columns of ``anomalies.csv``, a row an anomaly."""
    names = ("rank", "date", "actual", "forecast", "low", "high", "outside", "score")
    columns: dict[str, Any] = {name: [getattr(each, name) for each in anomalies] for name in names}
    columns["date"] = np.array(columns["date"], dtype=judged.series.dates.dtype)
    columns["run_first"] = judged.series.dates[np.array([each.span.first for each in anomalies], dtype=int)]
    columns["run_steps"] = [each.span.steps for each in anomalies]
    columns["near"] = [each.near for each in anomalies]
    columns["after"] = [each.after or None for each in anomalies]
    return columns


def judged_columns(judged: Judged) -> dict[str, Any]:
    """Return the columns of ``judged.csv``, a row a value that was judged."""
    columns = {name: getattr(judged, name) for name in ("actual", "forecast", "low", "high", "outside", "score")}
    return {"date": judged.dates, **columns}


def rows_of(columns: dict[str, Any]) -> list[dict[str, Any]]:
    """Return columns as rows of JSON's types."""
    return [plain(dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)]


def tables_of(judged: Judged, anomalies: tuple[Anomaly, ...]) -> dict[str, bytes]:
    """Return the tables as files of CSV, by name."""
    tables = (anomaly_columns(judged, anomalies), judged_columns(judged))
    return {name: csv_of(tuple(each), rows_of(each)) for name, each in zip(FILES, tables, strict=False)}


def sentences_of(judged: Judged, anomalies: tuple[Anomaly, ...]) -> list[Message]:
    """Return what was judged, how many lie outside, and how many would by chance."""
    dates, level = judged.dates, f"{judged.level:g}"
    told = {"count": len(judged.places), "first": dates[0], "last": dates[-1], "level": level}
    expected = f"{judged.expected:.{2 if judged.expected < LITTLE else 1 if judged.expected < MUCH else 0}f}"
    how = "count_one" if len(anomalies) == 1 else "count" if anomalies else "none"
    sentences = [
        Message("anomalies.judged" if len(judged.places) > 1 else "anomalies.judged_one", told),
        Message(f"anomalies.{how}", {"outside": len(anomalies), "level": level, "expected": expected}),
    ]
    if anomalies:
        sentences.append(Message("anomalies.score", {"level": level}))
    if any(np.isinf(each.score) for each in anomalies):
        sentences.append(Message("anomalies.infinite"))
    if after := sum(each.after > 0 for each in anomalies):
        sentences.append(Message("anomalies.after_one" if after == 1 else "anomalies.after", {"count": after}))
    return sentences


def how_sentences(judged: Judged) -> list[Message]:
    """Return what judged the values."""
    how = "every_days" if judged.series.frequency.sub_daily else "every_one" if judged.refit_steps == 1 else "every"
    every = Message(f"anomalies.{how}", {"refit": judged.refit_steps, "days": DAYS_BETWEEN_REFITS})
    rungs = [rung_message(name) for name in dict.fromkeys(each.rung for each in judged.chosen)]
    key = "anomalies.rung" if len(judged.chosen) == 1 else "anomalies.rungs"
    return [Message(key, {"every": every, "count": len(judged.chosen), "rungs": rungs})]


def score_sentences(score: Score, best: Score, profile: str, rows: int, probation: int) -> list[Message]:
    """Return the score of the Numenta Anomaly Benchmark in words."""

    def told(one: Score) -> dict[str, Any]:
        threshold = "∞" if one.threshold == np.inf else f"{one.threshold:.4g}"
        values = {"found": one.found, "windows": one.windows, "false": one.false, "threshold": threshold}
        return values | {"score": f"{one.normalized:.1f}".replace("-", "−")}

    if not score.windows:
        return [Message("anomalies.nab_none", {"rows": rows, "probation": probation})]
    return [
        Message(
            "anomalies.nab" if score.threshold != OUTSIDE else "anomalies.nab_outside",
            told(score) | {"profile": profile},
        ),
        Message("anomalies.nab_best" if best.threshold < np.inf else "anomalies.nab_best_none", told(best)),
        Message("anomalies.nab_how", {"rows": rows, "probation": probation}),
    ]
