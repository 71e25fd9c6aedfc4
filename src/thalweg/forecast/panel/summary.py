"""What was found for a panel, in a few sentences and in JSON's types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.forecast.export import plain
from thalweg.forecast.levels import level_name
from thalweg.forecast.panel.days_told import check_sentence, days_json
from thalweg.forecast.panel.look_first import look_first
from thalweg.forecast.panel.options import BOTTOM_UP
from thalweg.forecast.panel.tables import beating, series_columns
from thalweg.messages import Message, catalogue
from thalweg.series.frequency.dates import iso
from thalweg.series.frequency.words import words_of

if TYPE_CHECKING:
    from thalweg.forecast.panel.hierarchy import Totals
    from thalweg.forecast.panel.run import PanelFindings


def sentences(findings: PanelFindings) -> list[Message]:
    """Return what a reader wants to know first: how many beat copying, by how much, whether intervals hold."""
    served, panel, plan = findings.served, findings.panel, findings.plan
    words = words_of(plan.frequency)
    counts = judged(findings)
    known = sum(counts.values())
    told: list[Message] = []
    if known:
        told.append(Message("panel.verdict.beats", {"count": known, **counts, **words}))
        ratio = relative_loss(findings)
        if ratio is not None:
            told.append(Message("panel.verdict.ratio", {"percent": 100 * ratio}))
        for at, level in enumerate(plan.levels):
            if level in served_levels(findings):
                share = float(np.nansum(served.coverage[:, at] * served.scored) / served.scored.sum())
                told.append(Message("panel.verdict.coverage", {"level": level_name(level), "percent": 100 * share}))
    if findings.days is not None:
        told.append(check_sentence(findings.days))
        if findings.days.never:
            told.append(Message("verdict.events_never", {"names": list(findings.days.never)}))
    if findings.idle:
        told.append(Message("panel.verdict.idle", {"names": list(findings.idle)}))
    if findings.totals is not None:
        told += totals_sentences(findings, findings.totals)
    if failed := len(findings.failed) + len(panel.refused):
        told.append(Message("panel.verdict.failed", {"count": failed}))
    rows = {"rows": plan.final.rows, "all_rows": plan.final.all_rows}
    told.append(Message("panel.verdict.network", {**rows, **words}))
    return told


def judged(findings: PanelFindings) -> dict[str, int]:
    """Return how many series are forecast better than by copying (``yes``), worse (``no``) and as well (``equal``)."""
    each = beating(findings)
    return {name: each.count(name) for name in ("yes", "no", "equal")}


def totals_sentences(findings: PanelFindings, totals: Totals) -> list[Message]:
    """Return what a reader should know of totals: of what they are sums, how they fared, and what they leave out."""
    hierarchy, words = totals.hierarchy, words_of(findings.plan.frequency)
    parts = [
        Message("panel.totals.level", {"level": level, "count": len(hierarchy.of_level(level))})
        for level in dict.fromkeys(hierarchy.levels)
    ]
    told = [
        Message(f"panel.totals.{totals.method}", {"count": hierarchy.count, "parts": parts}),
        Message("panel.totals.units", {"names": sorted({one.name for one in findings.panel.series})})
        if len({one.name for one in findings.panel.series}) > 1
        else Message("panel.totals.unit"),
    ]
    if totals.method != BOTTOM_UP and np.isfinite(totals.test[0]):
        share = 100 * totals.test[0] / totals.added[0] if totals.added[0] else 100.0
        told.append(Message("panel.totals.error", {"percent": share}))
    if totals.tried:
        scored = np.isfinite(totals.coverage).all(axis=1)
        for level in served_levels(findings):
            share = 100 * float(totals.coverage[scored, totals.levels.index(level)].mean())
            told.append(
                Message(
                    "panel.totals.coverage",
                    {"level": level_name(level), "percent": share, "cutoffs": totals.tried, **words},
                )
            )
    late = int((totals.late > 0).sum())
    if late:
        told.append(Message("panel.totals.late", {"count": late, "date": iso(findings.panel.last_date)}))
    if totals.ended:
        told.append(Message("panel.totals.ended", {"count": totals.ended, "date": iso(findings.panel.last_date)}))
    return told


def _totals_json(totals: Totals) -> list[dict[str, Any]]:
    hierarchy = totals.hierarchy
    return [
        {
            "level": hierarchy.levels[at],
            "key": hierarchy.keys[at],
            "series": len(hierarchy.members[at]),
            "forecast": totals.mean[at].tolist(),
            "test_mae": totals.test[at],
            "bottom_up_mae": totals.added[at],
            "coverage": {level_name(level): totals.coverage[at, place] for place, level in enumerate(totals.levels)},
        }
        for at in range(len(hierarchy))
    ]


def served_levels(findings: PanelFindings) -> list[float]:
    """Return the levels that are shown."""
    return list(findings.settings["level"])


def relative_loss(findings: PanelFindings) -> float | None:
    """Return the mean over series of the loss relative to copying's, leaving out where copying misses nothing."""
    served = findings.served
    there = (served.copied > 0) & ~np.isnan(served.test)
    return float(np.mean(served.test[there] / served.copied[there])) if there.any() else None


def summary(findings: PanelFindings, language: str = "en") -> dict[str, Any]:
    """Return what was found in JSON's types."""
    translate = catalogue(language)
    panel = findings.panel
    columns = series_columns(findings, translate)
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return plain(
        {
            "version": 1,
            "count": len(panel),
            "refused": [{"unique_id": each.name, "why": translate(each.why)} for each in panel.refused],
            "failed": [{"unique_id": panel.names[at], "why": translate(why)} for at, why in findings.failed.items()],
            "notes": [translate(note) for note in panel.notes],
            "verdict": [translate(each) for each in sentences(findings)],
            "relative_to_copying": relative_loss(findings),
            "look_first": [
                {"unique_id": each.name, "why": [translate(reason) for reason in each.reasons]}
                for each in look_first(findings)
            ],
            "series": rows,
            **days_json(findings),
            **({} if findings.totals is None else {"totals": _totals_json(findings.totals)}),
            "settings": findings.settings,
            "seconds": findings.seconds,
            "times": findings.times,
        }
    )
