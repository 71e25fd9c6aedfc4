"""What was found for a panel as a table, a row a series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.forecast.levels import level_name
from thalweg.forecast.names import rung_message
from thalweg.forecast.panel.own_ladder import NAME as OWN_LADDER
from thalweg.forecast.panel.result import prediction_columns
from thalweg.messages import Message
from thalweg.series.frequency.dates import iso

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.levels import Asked
    from thalweg.forecast.panel.hierarchy import Totals
    from thalweg.forecast.panel.run import PanelFindings
    from thalweg.messages import Catalogue


CRUMB = 1e-4  # of the range of a series


def totals_columns(totals: Totals, asked: Asked) -> dict[str, NDArray[Any]]:
    """Return a row for each step of each total, in long format: ``level``, ``key``, ``ds``, ``thalweg``, intervals.

    The level is ``total``, or the columns whose values the key holds.
    """
    count, steps = totals.mean.shape
    columns: dict[str, NDArray[Any]] = {
        name: np.repeat(np.array(each, dtype=object), steps)
        for name, each in (("level", totals.hierarchy.levels), ("key", totals.hierarchy.keys))
    }
    columns["ds"] = np.tile(totals.dates, count)
    return columns | prediction_columns(totals.mean, totals.levels, totals.low, totals.high, asked)


def serving(own: str, share: float) -> Message | str:
    """Return what serves: an own predictor, by its name, the network, or the mean of both, by the network's share."""
    if share == 1:
        return Message("panel.serves.network")
    name = Message("panel.serves.own_ladder") if own == OWN_LADDER else rung_message(own)
    return Message("panel.serves.mean", {"rung": name}) if share > 0 else name


def rung_of(findings: PanelFindings, place: int) -> Message:
    """Return what serves a series: for each run of steps ahead, which of its own predictors, the network, or both."""
    served, plan = findings.served, findings.plan
    runs: list[tuple[int, int, Message | str]] = []
    for block, own, share in zip(plan.blocks, served.own[place], served.share[place], strict=True):
        called = serving(plan.names[own], share)
        if runs and str(runs[-1][2]) == str(called):
            runs[-1] = (runs[-1][0], block.stop, called)
        else:
            runs.append((block.start + 1, block.stop, called))
    if len(runs) == 1:
        return Message("panel.serves.all", {"what": runs[0][2]})
    parts = [
        Message(f"panel.serves.step{'s' * (last > first)}", {"first": first, "last": last, "what": what})
        for first, last, what in runs
    ]
    return Message("panel.serves.blocks", {"parts": parts})


def notes_of(findings: PanelFindings, place: int) -> list[Message]:
    """Return what a reader should know of a series before its forecast is used."""
    panel, served = findings.panel, findings.served
    one = panel.series[place]
    if place in findings.failed:
        return [findings.failed[place]]
    notes: list[Message] = []
    values = one.values[one.observed]
    if values.min() == values.max():
        notes.append(Message("panel.note.constant", {"value": float(values[0])}))
    if not served.scored[place]:
        notes.append(Message("panel.note.tiny", {"count": len(one)}))
    elif served.steps[place] < findings.plan.horizon:
        notes.append(Message("panel.note.short", {"steps": int(served.steps[place])}))
    if one.after(0) < panel.last_date:
        notes.append(Message("panel.note.ended", {"date": iso(one.after(0))}))
    return [*notes, *one.notes]


def series_columns(findings: PanelFindings, translate: Catalogue) -> dict[str, Any]:
    """Return a row for each series, those that could not be read or served last.

    Its name and the columns that make it, its first and last date, how many values it has, what serves it, the mean
    absolute errors over validation and test (its own, that of copying the last season, that of the network and of its
    own predictors alone), the coverage of each level, the sum of its forecast, whether it beats copying, and notes.
    """
    panel, served = findings.panel, findings.served
    refused = panel.refused
    empty = np.full(len(refused), np.nan)

    def numbers(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.concatenate([values, empty])

    def texts(values: list[str]) -> list[str]:
        return [*values, *[""] * len(refused)]

    columns: dict[str, Any] = {"unique_id": [*panel.names, *(each.name for each in refused)]}
    columns |= {name: texts(list(each)) for name, each in panel.keys.items()}
    columns["first"] = texts([iso(one.start) for one in panel.series])
    columns["last"] = texts([iso(one.after(0)) for one in panel.series])
    columns["values"] = [*map(len, panel.series), *[0] * len(refused)]
    columns["rung"] = texts([translate(rung_of(findings, place)) for place in range(len(panel))])
    columns["validation_mae"] = numbers(served.validation)
    columns["test_mae"] = numbers(served.test)
    columns["copying_mae"] = numbers(served.copied)
    columns["network_mae"] = numbers(served.network)
    columns["own_mae"] = numbers(served.alone)
    columns["test_predictions"] = [*served.scored.tolist(), *[0] * len(refused)]
    for at, level in enumerate(findings.plan.levels):
        columns[f"coverage_{level_name(level)}"] = numbers(served.coverage[:, at])
    columns["forecast_sum"] = numbers(served.forecast.sum(axis=1))
    columns["beats_copying"] = texts(beating(findings))
    columns["notes"] = [" ".join(map(translate, notes_of(findings, place))) for place in range(len(panel))]
    columns["notes"] += [translate(each.why) for each in refused]
    return columns


def beating(findings: PanelFindings) -> list[str]:
    """Return for each series whether its test loss is less than copying's; see `beats`."""
    ranges = (float(np.ptp(one.values)) for one in findings.panel.series)
    return [beats(*each) for each in zip(findings.served.test, findings.served.copied, ranges, strict=True)]


def beats(own: float, copied: float, size: float) -> str:
    """Return whether a loss is less than copying's: ``yes``, ``no``, ``equal``, or nothing where none is known.

    Parameters
    ----------
    own, copied : float
    size : float
        How far apart the values of the series lie: losses that differ by less than `CRUMB` of it are equal.
    """
    if np.isnan(own) or np.isnan(copied):
        return ""
    return "equal" if abs(own - copied) <= CRUMB * size else "yes" if own < copied else "no"
