"""What all campaigns share: numbered trials from a seed, a bar of progress, a summary."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import track

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_SLOWEST_SHOWN = 3


@dataclass(frozen=True)
class Outcome:
    """How one trial ended.

    Attributes
    ----------
    kind : str
        What happened, such as the key of a refusal. The summary counts the trials of each kind.
    fault : str
        What was wrong with it; empty where nothing was.
    """

    kind: str
    fault: str = ""


@dataclass(frozen=True)
class Campaign:
    """Many trials of one promise.

    Attributes
    ----------
    about : str
        What is tried, in one sentence.
    count : int
        How many trials a whole campaign has.
    begin : callable
        From an empty folder to the trial: a function of a random number generator that returns an `Outcome`. A trial
        may leave files in the folder.
    """

    about: str
    count: int
    begin: Callable[[Path], Callable[[random.Random], Outcome]]


@dataclass
class Summary:
    """What the trials came to: the number of each kind, the faults by the trial's number, the seconds of each trial."""

    kinds: Counter[str] = field(default_factory=Counter)
    faults: dict[int, Outcome] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """Return the summary as a person reads it, the faults last."""
        told = [f"{count:6,}  {kind}" for kind, count in self.kinds.most_common()]
        slowest = sorted(self.seconds, key=self.seconds.__getitem__, reverse=True)[:_SLOWEST_SHOWN]
        told.append("slowest: " + ", ".join(f"trial {trial} {self.seconds[trial]:.1f} s" for trial in slowest))
        told += [f"FAULT   trial {trial}: {each.kind}: {each.fault}" for trial, each in self.faults.items()]
        told.append(f"{len(self.seconds):,} trials in {sum(self.seconds.values()):,.0f} s, {len(self.faults)} faults")
        return told


def dice(seed: int, trial: int) -> random.Random:
    """Return the random numbers of one trial: they do not depend on the trials before it."""
    return random.Random(f"{seed}/{trial}")  # noqa: S311


def run(campaign: Campaign, trials: Iterable[int], seed: int, folder: Path, *, show: bool = False) -> Summary:
    """Run the trials of these numbers in a folder; `show` draws a bar of progress and prints faults as they come.

    Ctrl-C ends them early, and the summary is of those that were run.
    """
    summary = Summary()
    console = Console(stderr=True, quiet=not show)
    trial_of = campaign.begin(folder)
    for trial in track(list(trials), description="", console=console):
        started = time.perf_counter()
        try:
            outcome = trial_of(dice(seed, trial))
        except KeyboardInterrupt:
            break
        summary.seconds[trial] = time.perf_counter() - started
        summary.kinds[outcome.kind] += 1
        if outcome.fault:
            summary.faults[trial] = outcome
            console.print(f"trial {trial}: {outcome.kind}: {outcome.fault}", markup=False, highlight=False)
    return summary
