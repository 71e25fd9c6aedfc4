"""Time and memory of the command: starting, compiling and running, each in processes of its own."""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from measure import run, table, thalweg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Runs the command until the first slice of training is done, then tells how long that took since the start.
_UNTIL_TRAINING = """
import os, sys, time
from thalweg.learn.compiled import kernel

descend = kernel.descend

def first(*arguments):
    descend(*arguments)
    os.write(1, f"{time.time() - float(os.environ['BENCH_STARTED'])}\\n".encode())  # whole, whatever threads there are
    os._exit(0)

kernel.descend = first
sys.argv = ["thalweg", *sys.argv[1:]]
from thalweg.cli import main
main()
"""
# Compiles, or loads from the cache, what a first training and a first prediction need.
_FIRST_USE = """
import time
import numpy as np
from thalweg.learn.data.examples import dense_examples
from thalweg.learn.function import Network
started = time.perf_counter()
from thalweg.learn.descent import Descent
from thalweg.learn.prediction import predict
network = Network((3, 4, 1))
examples = dense_examples(np.ones((8, 3)), np.ones((8, 1)))
descent = Descent(network, examples, batch=4, epochs=1)
descent.run()
predict(network, descent.theta, examples)
print(time.perf_counter() - started)
"""


class Timed(NamedTuple):
    """Wall-clock seconds, and seconds of processors of the whole process."""

    seconds: float
    work: float


def until_training(arguments: Sequence[str]) -> Timed:
    """Return the time from the start of a process to the end of its first slice of training (about 50 ms)."""
    started = {"BENCH_STARTED": str(time.time())}
    done = run([sys.executable, "-c", _UNTIL_TRAINING, *arguments], started)
    return Timed(float(done.output.splitlines()[-1]), done.work)


def first_use(environment: Mapping[str, str]) -> Timed:
    """Return the time that a first training and a first prediction need beside the imports of NumPy."""
    done = run([sys.executable, "-c", _FIRST_USE], environment)
    return Timed(float(done.output), done.work)


def typical(made: Sequence[Timed]) -> Timed:
    """Return the medians."""
    return Timed(statistics.median(one.seconds for one in made), statistics.median(one.work for one in made))


def section(csv: Path, value: str | None, *, quick: bool = False) -> list[str]:
    """Measure and return Markdown.

    Parameters
    ----------
    csv : Path
        Daily numbers.
    value : str or None
        The value column, where it is not plain.
    quick : bool
        Fewer repeats and the quick ladder only.
    """
    chosen = ["--value", value] if value else []
    repeats = 2 if quick else 10
    rows: list[list[str]] = []

    def told(what: str, taken: Timed, note: str) -> None:
        rows.append([what, f"{taken.seconds:.2f} s", f"{taken.work:.2f} s", note])
        print("  " + " | ".join(rows[-1]), flush=True)

    run(thalweg("--help"))  # the first reads the files from disk
    made = [run(thalweg("--help")) for _ in range(repeats)]
    told("`thalweg --help`", typical([Timed(one.seconds, one.work) for one in made]), f"median of {repeats}")

    with tempfile.TemporaryDirectory() as folder:
        cache = {"NUMBA_CACHE_DIR": str(Path(folder) / "cache")}
        out = str(Path(folder) / "out")
        quick_run = ["forecast", str(csv), *chosen, "--ladder", "quick", "--out", out]
        few = 2 if quick else 5
        told("first use: the engine compiles", first_use(cache), "once for a machine, with an empty cache")
        told("later: it loads from the cache", typical([first_use(cache) for _ in range(few)]), f"median of {few}")
        until_training(quick_run)  # fills the cache
        begins = typical([until_training(quick_run) for _ in range(few)])
        told("start to first training, `--ladder quick`", begins, f"{csv.name}, cache warm, median of {few}")

        for ladder in ("quick",) if quick else ("quick", "full"):
            command = thalweg("forecast", str(csv), *chosen, "--ladder", ladder, "--out", out, "--json")
            done = run(command)
            found = json.loads(done.output)
            told(
                f"`thalweg forecast --ladder {ladder}`, whole",
                Timed(done.seconds, done.work),
                f"{csv.name}, {len(found['ladder'])} rungs, peak memory {done.peak_megabytes:.0f} MB",
            )
    return [
        f"Processes of their own on {os.cpu_count()} cores: wall-clock time, and time of processors, which a busy",
        "machine does not stretch. Peak memory is the resident set's.",
        "",
        *table(("what", "time", "of processors", "how"), rows),
        "",
    ]
