"""How each block of steps ahead is predicted, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.charts.numbers import ABSENT, number, thousands
from thalweg.charts.rungs import rung_name
from thalweg.charts.steps import speaking
from thalweg.forecast.ways import RECURSIVE
from thalweg.messages import catalogue
from thalweg.report.tables import Table

if TYPE_CHECKING:
    from thalweg.forecast.plan import Block
    from thalweg.forecast.result import Findings


def ways_table(findings: Findings, language: str = "en") -> Table | None:
    """Return a row for each block of steps ahead: its ways, and their losses on earlier dates; None for one step."""
    if len(findings.plan.blocks) == 1:
        return None
    translate = speaking(language, findings.series.frequency)
    copies = [name for name, _ in findings.series.frequency.copies]
    head = [
        (translate("report.ways_ahead"), ""),
        (translate("report.ways_by"), ""),
        (translate("report.ways_loss"), translate("report.ways_loss_of")),
        (translate("report.ways_copying"), ""),
        (translate("report.ways_cutoffs"), ""),
    ]
    rows = [
        [
            f"{block.first}" if block.first == block.last else f"{block.first} – {block.last}",
            ways_in_words(block, findings.chosen, language),
            _loss(block, block.ways),
            _loss(block, [min(copies, key=lambda name: (block.losses or {}).get(name, float("inf")))]),
            thousands(block.cutoffs) if block.cutoffs else ABSENT,
        ]
        for block in findings.plan.blocks
    ]
    return Table("", head, rows, words=frozenset({0, 1}))


def ways_in_words(block: Block, chosen: str, language: str = "en") -> str:
    """Return the ways of a block, the ladder's choice by its name."""
    translate = catalogue(language)
    choice = rung_name(chosen, language)
    ways = [
        translate("report.way_recursive", rung=choice) if way == RECURSIVE else rung_name(way, language)
        for way in block.ways
    ]
    return ways[0] if len(ways) == 1 else translate("report.ways_mean", ways=ways)


def _loss(block: Block, ways: tuple[str, ...] | list[str]) -> str:
    losses = block.losses or {}
    key = " + ".join(ways)
    return number(losses[key]) if key in losses else ABSENT
