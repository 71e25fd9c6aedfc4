"""The memory of a process and of all that it started, looked at again and again while they run."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

LOOK_SECONDS = 0.1
PROCESSES = Path("/proc")


class Peak:
    """The most memory that was seen, in bytes; 0 where the system does not tell."""

    def __init__(self) -> None:
        self.held = 0


def descendants(root: int) -> list[int]:
    """Return the numbers of the processes that a process has started, and that those have, without itself."""
    parents: dict[int, int] = {}
    for path in PROCESSES.glob("[0-9]*/stat"):
        try:
            told = path.read_text(encoding="utf-8", errors="replace")
        except OSError:  # it has ended
            continue
        parents[int(path.parent.name)] = int(told.rpartition(")")[2].split()[1])
    found, new = set[int](), {root}
    while new:
        new = {number for number, parent in parents.items() if parent in new} - found
        found |= new
    return sorted(found)


def held_by(number: int) -> int:
    """Return the bytes that a process holds in memory; what it shares with others counts in part, so that sums fit."""
    try:
        lines = (PROCESSES / str(number) / "smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:  # it has ended
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))


@contextmanager
def looked_at(root: int) -> Generator[Peak]:
    """Look at what the descendants of a process hold together, for as long as this lasts."""
    peak, ended = Peak(), threading.Event()

    def look() -> None:
        while not ended.wait(LOOK_SECONDS):
            peak.held = max(peak.held, sum(held_by(number) for number in descendants(root)))

    looker = threading.Thread(target=look, daemon=True)
    if PROCESSES.is_dir():
        looker.start()
    try:
        yield peak
    finally:
        ended.set()
        if looker.ident is not None:
            looker.join()
