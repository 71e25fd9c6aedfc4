"""What ``--strict`` demands of a forecast: that it beats copying, and that its intervals hold what they promise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from thalweg.forecast.levels import LEVELS, level_name
from thalweg.forecast.names import rung_message
from thalweg.forecast.result import mean_of_steps
from thalweg.forecast.verdict import figures
from thalweg.messages import Message
from thalweg.series.frequency.words import in_words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from thalweg.forecast.result import Findings

CONFIDENCE = 0.99  # of the band that chance explains
LEAST_OFF = 0.05  # how far a share may be off in any case


@dataclass(frozen=True)
class Strictness:
    """Whether a forecast serves by itself, with nobody who reads its report.

    Attributes
    ----------
    unmet : tuple of Message
        Which conditions failed, a sentence each; empty where all are met.
    bounds : mapping
        By level in percent between which shares (0 to 1) of the sealed days should lie inside its interval.
    """

    unmet: tuple[Message, ...]
    bounds: Mapping[float, tuple[float, float]]


def strictness(findings: Findings) -> Strictness:
    """Return which of the two conditions a forecast fails.

    It beats copying if a rung that is no copy was chosen, and its loss over all steps ahead, as used on the sealed
    days, is below that of each copy. Its intervals hold if for each level shown the share of the sealed days inside
    lies in the `band` around the level.
    """
    copied = {name: mean_of_steps(losses) for name, losses in findings.copied.items()}
    best = min(copied, key=lambda name: copied[name])
    values = {"rung": rung_message(findings.chosen), "copy": rung_message(best)}
    unmet: list[Message] = []
    if findings.choice.kind == "copy":
        unmet.append(Message("strict.copies", values))
    elif not findings.served < copied[best]:
        losses = {"loss": figures(findings.served), "copy_loss": figures(copied[best])}
        unmet.append(Message("strict.no_better", values | losses))
    count = len(findings.as_used.target)
    bounds = {level: band(level / 100, count) for level in findings.forecast.asked.levels or LEVELS}
    for level, (low, high) in bounds.items():
        share = findings.as_used.coverage[level]
        if not low <= share <= high:
            shares = {"share": 100 * share, "low": 100 * low, "high": 100 * high, "count": count}
            unmet.append(Message("strict.coverage", shares | {"level": level_name(level)}))
    frequency = findings.series.frequency
    return Strictness(tuple(in_words_of(frequency, message) for message in unmet), bounds)


def band(share: float, count: int) -> tuple[float, float]:
    """Return between which shares of `count` trials chance explains a share to be expected, of 0 to 1.

    It is the interval of the binomial distribution that holds 99%, half of the rest to each side, and at least five
    points to each side.
    """
    outside = (1 - CONFIDENCE) / 2
    below, low, high = 0.0, 0, count
    for inside in range(count + 1):
        before = below
        below += _probability(inside, share, count)
        if before <= outside:
            low = inside
        if below >= 1 - outside:
            high = inside
            break
    few = max(count, 1)
    return max(0.0, min(low / few, share - LEAST_OFF)), min(1.0, max(high / few, share + LEAST_OFF))


def _probability(inside: int, share: float, count: int) -> float:
    ways = math.lgamma(count + 1) - math.lgamma(inside + 1) - math.lgamma(count - inside + 1)
    return math.exp(ways + inside * math.log(share) + (count - inside) * math.log1p(-share))
