"""How time and memory are measured: medians, contenders taking turns, commands in processes of their own."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# A process's peak counts what it was forked from, so the one that starts it must be small: no NumPy, no PyTorch.
_LAUNCHER = """
import json, os, sys, time
started = time.perf_counter()
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(child, 0)
peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
code = os.waitstatus_to_exitcode(status)
work = used.ru_utime + used.ru_stime
told = {"seconds": time.perf_counter() - started, "work": work, "peak": peak, "code": code}
with open(sys.argv[1], "w") as file:
    json.dump(told, file)
"""


class BenchError(RuntimeError):
    """Something that was to be measured failed; the message says how."""


@dataclass(frozen=True)
class Run:
    """A command that ran.

    Attributes
    ----------
    seconds : float
        Wall-clock time from its start to its end.
    work : float
        Seconds of processors: what it would take on one core of an idle machine.
    peak_megabytes : float
        The most memory that it held at once (resident set).
    output : str
        Its standard output.
    """

    seconds: float
    work: float
    peak_megabytes: float
    output: str


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Run:
    """Run a command to its end.

    Parameters
    ----------
    command : sequence of str
    environment : mapping, optional
        Variables added to those of this process.

    Raises
    ------
    BenchError
        If its exit code is not 0.
    """
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.json"
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(told), *command],
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        if not told.exists():
            raise BenchError(f"{' '.join(command)} could not be started:\n{done.stderr[-2000:]}")
        figures = json.loads(told.read_text())
    if figures["code"]:
        raise BenchError(f"{' '.join(command)} ended with exit code {figures['code']}:\n{done.stderr[-2000:]}")
    return Run(figures["seconds"], figures["work"], figures["peak"] / 1e6, done.stdout)


def thalweg(*arguments: str) -> list[str]:
    """Return the command line of the `thalweg` that is installed beside this Python."""
    script = Path(sysconfig.get_path("scripts")) / "thalweg"
    if script.exists():
        return [str(script), *arguments]
    return [sys.executable, "-c", "from thalweg.cli import main; main()", *arguments]


def take_turns(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Time contenders one after another, round by round, so that a busy moment hits all of them alike.

    Parameters
    ----------
    contenders : mapping
        Name to what is timed; each is called once before, untimed.
    rounds : int

    Returns
    -------
    dict
        Name to the median of its seconds.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for work in contenders.values():
        work()
    for _ in range(rounds):
        for name, work in contenders.items():
            started = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table in Markdown, the first column to the left, the others to the right."""
    rule = ["---", *("---:" for _ in head[1:])]
    return ["| " + " | ".join(cells) + " |" for cells in (head, rule, *rows)]
