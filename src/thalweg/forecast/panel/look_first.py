"""Which series of a panel to look at first, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.levels import level_name
from thalweg.forecast.panel.tables import notes_of
from thalweg.messages import Message
from thalweg.series.frequency.dates import steps_between
from thalweg.series.variation import as_told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from thalweg.forecast.panel.run import PanelFindings

SEASONS = 4  # whose mean absolute value is the size of a series
LIGHTEST, HEAVIEST = 0.1, 10.0  # what the size of a series may weigh
WORSE, MOST_WORSE = 0.05, 3.0  # of copying's error: less counts as none, more as no worse
SHORTFALL = 0.15  # of the share inside an interval, that is far below its level
LEAST_SCORED = 20  # predictions, for a share to tell anything
LITTLE = 0.01  # of the size of a series; a smaller error counts as none
FAILED, BEATEN, COVERAGE, ENDED, TINY, CONSTANT = 3.0, 1.0, 2.0, 0.5, 0.5, 0.2  # how bad each is
FIGURES = 3  # of an error below 1,000


@dataclass(frozen=True)
class Concern:
    """A series that somebody should look at.

    Attributes
    ----------
    place : int or None
        Its place in the panel; None where it could not be read.
    name : str
    reasons : tuple of Message
    score : float
        How bad it is, times a weight that grows as the root of the series' size.
    """

    place: int | None
    name: str
    reasons: tuple[Message, ...]
    score: float


def look_first(findings: PanelFindings) -> list[Concern]:
    """Return the series that somebody should look at, the one to begin with first."""
    panel = findings.panel
    weights = np.clip(_roots(sizes_of(findings)), LIGHTEST, HEAVIEST).tolist()
    found: list[Concern] = []
    failures = 0
    for place, name in enumerate(panel.names):
        bad = list(_concerns(findings, place))
        if place in findings.failed:
            failures += 1
            bad = [(FAILED / failures, findings.failed[place])]  # less for each, so that many do not hide the others
        if bad:
            bad.sort(key=lambda one: -one[0])
            score = weights[place] * sum(severity for severity, _ in bad)
            found.append(Concern(place, name, tuple(reason for _, reason in bad), score))
    for count, each in enumerate(panel.refused, failures + 1):
        found.append(Concern(None, each.name, (each.why,), FAILED / count))
    return sorted(found, key=lambda one: -one.score)


def sizes_of(findings: PanelFindings) -> NDArray[np.float64]:
    """Return the mean absolute value of each series over its last seasons."""
    panel = findings.panel
    count = SEASONS * panel.frequency.season
    return np.array([float(np.mean(np.abs(one.values[-count:]))) for one in panel.series])


def _roots(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    mean = float(sizes.mean())
    return np.sqrt(sizes / mean) if mean > 0 else np.ones_like(sizes)


def _concerns(findings: PanelFindings, place: int) -> Iterator[tuple[float, Message]]:
    """Yield how bad each thing is that is odd in a series, and the sentence that tells it."""
    panel, served, frequency = findings.panel, findings.served, findings.plan.frequency
    one = panel.series[place]
    own, copied = float(served.test[place]), float(served.copied[place])
    if copied > 0 and own > (1 + WORSE) * copied:
        told = {"percent": 100 * own / copied, "own": told_error(own), "copied": told_error(copied)}
        yield min(own / copied - 1, MOST_WORSE), Message("panel.look.worse", told)
    elif copied == 0 and own > LITTLE * float(np.mean(np.abs(one.values))):
        yield BEATEN, Message("panel.look.beaten", {"own": told_error(own)})
    if served.scored[place] >= LEAST_SCORED:
        shown = [findings.plan.levels.index(level) for level in findings.settings["level"]]
        short = [findings.plan.levels[at] / 100 - float(served.coverage[place, at]) for at in shown]
        if shown and max(short) > SHORTFALL:
            at = shown[int(np.argmax(short))]
            told = {"percent": 100 * served.coverage[place, at], "level": level_name(findings.plan.levels[at])}
            yield COVERAGE * max(short), Message("panel.look.coverage", told)
    for note in notes_of(findings, place):
        if note.key == "panel.note.ended":
            steps = steps_between(frequency, one.after(0), panel.last_date)
            yield ENDED * min(steps / frequency.season, 1.0), note
        elif note.key == "panel.note.tiny":
            yield TINY, note
        elif note.key == "panel.note.constant":
            yield CONSTANT, note


def told_error(error: float) -> str:
    """Return an error as a sentence tells it: with three figures, or all that stand before the point."""
    return as_told(float(f"{error:.{FIGURES}g}")) if error < 10**FIGURES else f"{error:,.0f}"
