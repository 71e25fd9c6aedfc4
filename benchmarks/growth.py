"""How the cost of an update grows with the number of unknowns: from a thousand to ten million."""

from __future__ import annotations

import math

import numpy as np

from cases import Case
from measure import one_core, processor_seconds, table
from updates import Ours, micro

LOW, HIGH = 3, 7  # powers of ten
FLOOR = (0.9, 1.1)  # of the slope
BATCH = 32


def neurons(unknowns: float) -> int:
    """Return how many neurons three hidden layers over 56 features have with about so many unknowns."""
    return round((-60 + math.sqrt(60**2 + 8 * unknowns)) / 4)  # 2h² + 60h + 1


def section(*, quick: bool = False) -> list[str]:
    """Measure and return Markdown."""
    powers = (3, 3.5) if quick else np.linspace(LOW, HIGH, 9)
    cases = [Case((56, *[neurons(10.0**power)] * 3, 1), "gradient descent", BATCH, 4) for power in powers]
    cost: list[float] = []
    with one_core():
        for case in cases:
            longer = Case(case.widths, case.rule, BATCH, max(4, min(1000, int(3e6 / case.network.size))))
            work = Ours(longer, longer.network.start(0)).epoch
            cost.append(processor_seconds({"ours": work}, 1 if quick else 9)["ours"] / longer.updates)
            print(f"  {case.network.size:,} unknowns: {micro(cost[-1])} µs", flush=True)
    sizes = [case.network.size for case in cases]
    slope = np.polyfit(np.log10(sizes), np.log10(cost), 1)[0]
    reached = "reached" if FLOOR[0] <= slope <= FLOOR[1] else "**missed**"
    rows = [
        [f"{size:,}", f"56-{case.widths[1]}×3-1", micro(each), f"{each / size * 1e9:.2f}"]
        for size, case, each in zip(sizes, cases, cost, strict=True)
    ]
    return [
        "One update of gradient descent, three hidden layers, batch 32, float32, one core and thread; seconds",
        "of the processor, medians of turns.",
        "",
        *table(("unknowns", "network", "one update, µs", "an unknown, ns"), rows),
        "",
        f"The slope in logarithms, by least squares: **{slope:.2f}** (0.9 to 1.1 asked for, {reached}).",
        "",
    ]
