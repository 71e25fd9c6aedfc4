"""The share of the core's limit of multiply-adds that an update reaches; the limit is measured in the same rounds."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from cases import CASES, Case
from measure import one_core, processor_seconds, table
from peak import best_of, compile_all
from updates import Ours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peak import Compiled


def multiply_adds(widths: Sequence[int], batch: int) -> int:
    """Return those of an update: forward and ∂C/∂w one a weight and example, ∂C/∂a too but for the first layer's."""
    products = [inputs * outputs for inputs, outputs in pairwise(widths)]
    return batch * (3 * sum(products) - products[0])


def section(*, quick: bool = False) -> list[str]:
    """Measure and return Markdown."""
    rows: list[list[str]] = []
    compiled = compile_all()
    with one_core():
        for case in [replace(each, updates=20) for each in CASES[:2]] if quick else CASES:
            rows.append(_row(case, compiled, rounds=1 if quick else 9))
            print("  " + " | ".join(rows[-1]), flush=True)
    return [
        "The limit: independent multiply-adds in registers, nothing read or written, on the same core in the same",
        "turns. An update does in these terms only its three matrix products (forward, ∂C/∂z, ∂C/∂w); gathering,",
        "activations and the update itself count as nothing, so no engine could reach 100%. float32, medians of turns.",
        "",
        *table(("network", "multiply-adds an update", "GFLOP/s", "limit, GFLOP/s", "share"), rows),
        "",
    ]


def _row(case: Case, compiled: Compiled, *, rounds: int) -> list[str]:
    made = multiply_adds(case.widths, case.batch)
    limit: list[float] = []
    ours = Ours(case, case.network.start(0)).epoch
    turns = {"ours": ours, "limit": lambda: limit.append(best_of(compiled))}
    seconds = processor_seconds(turns, rounds)["ours"] / case.updates
    speed, most = 2 * made / seconds, 2 * sorted(limit)[len(limit) // 2]
    return [case.name, f"{made:,}", f"{speed / 1e9:.1f}", f"{most / 1e9:.0f}", f"{speed / most:.1%}"]
