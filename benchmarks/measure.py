"""How time and memory are measured: medians, contenders taking turns, commands in processes of their own."""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kept import source_checksum
from resident import Peak, looked_at

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

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


def run(command: Sequence[str], environment: Mapping[str, str] | None = None, *, family: bool = False) -> Run:
    """Run a command to its end.

    Parameters
    ----------
    command : sequence of str
    environment : mapping, optional
        Variables added to those of this process.
    family : bool
        Whether the memory is that of the command and all processes that it starts, together, where that is more. The
        system tells of each alone; their sum is looked at ten times a second.

    Raises
    ------
    BenchError
        If its exit code is not 0.
    """
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.json"
        with (
            subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(told), *command],
                env={**os.environ, **(environment or {})},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            ) as launcher,
            looked_at(launcher.pid) if family else nullcontext(Peak()) as together,
        ):
            try:
                output, complaints = launcher.communicate()
            except BaseException:  # an interrupt: nothing is waited for
                launcher.kill()
                raise
        if not told.exists():
            raise BenchError(f"{' '.join(command)} could not be started:\n{complaints[-2000:]}")
        figures = json.loads(told.read_text())
    if figures["code"]:
        raise BenchError(f"{' '.join(command)} ended with exit code {figures['code']}:\n{complaints[-2000:]}")
    return Run(figures["seconds"], figures["work"], max(figures["peak"], together.held) / 1e6, output)


def work_of_others() -> float:
    """Return the seconds of processors that all other processes have had so far; 0 where the system does not tell."""
    told = Path("/proc/stat")
    if not told.exists():
        return 0.0
    user, nice, system, _, _, *rest = (int(field) for field in told.read_text().splitlines()[0].split()[1:9])
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK") - time.process_time()


def own_cache() -> None:
    """Have Numba keep what it compiles from this very source by itself; to be called before Numba is imported.

    Its cache looks at the file of the function it keeps, not at those of the functions which that calls: after a change
    to a product, a loop over updates that is still kept would run the old one.
    """
    os.environ["NUMBA_CACHE_DIR"] = str(Path(tempfile.gettempdir()) / f"thalweg-bench-{source_checksum()}")


def ready_engine() -> None:
    """Compile the engine where that is not done yet, before anything is timed."""
    from thalweg.learn.prepare import prepare  # noqa: PLC0415 - it must not load before its cache is chosen

    prepare(lambda: print("  The engine is being compiled, which takes up to a minute.", flush=True))


def thalweg(*arguments: str) -> list[str]:
    """Return the command line of the `thalweg` that is installed beside this Python."""
    script = Path(sysconfig.get_path("scripts")) / "thalweg"
    if script.exists():
        return [str(script), *arguments]
    return [sys.executable, "-c", "from thalweg.cli import main; main()", *arguments]


def take_turns(
    contenders: Mapping[str, Callable[[], object]],
    rounds: int,
    *,
    least: float = 0.0,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """Time contenders one after another, round by round, so that a busy moment hits all of them alike.

    Parameters
    ----------
    contenders : mapping
        Name to what is timed; each is called before, untimed.
    rounds : int
    least : float
        A turn repeats its call until about so many seconds are filled, for what is quick once its caches are warm.
    clock : callable
        What tells the seconds.

    Returns
    -------
    dict
        Name to the seconds of one call, a figure a round.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    calls: dict[str, int] = {}
    for name, work in contenders.items():
        work()
        started = clock()
        if least:
            work()
        calls[name] = max(1, math.ceil(least / max(clock() - started, 1e-9))) if least else 1
    for _ in range(rounds):
        for name, work in contenders.items():
            started = clock()
            for _ in range(calls[name]):
                work()
            seconds[name].append((clock() - started) / calls[name])
    return seconds


def medians(seconds: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Return each contender's median."""
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def processor_seconds(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median of each contender's seconds of the processor for one call, in turns of 50 ms at least.

    For what runs within `one_core`: others who use the machine do not stretch them, as they do wall-clock time. One
    round is a smoke run, its turns one call.
    """
    return medians(take_turns(contenders, rounds, least=0.05 if rounds > 1 else 0, clock=time.process_time))


@contextmanager
def one_core() -> Generator[None]:
    """Hold this thread, and those it starts meanwhile, to one core, where the system has that.

    Not every library can be told to use one thread; what cannot, starts within.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table in Markdown, the first column to the left, the others to the right."""
    rule = ["---", *("---:" for _ in head[1:])]
    return ["| " + " | ".join(cells) + " |" for cells in (head, rule, *rows)]
