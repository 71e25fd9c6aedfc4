"""Runs of `thalweg forecast` that are ended at random moments: each leaves a whole set of files, old or new.

A run is killed outright, or asked to end by a signal; at any moment, or while its files move into place. Asked to end,
it leaves a whole set and nothing else, and its exit code says which signal it was. Killed, it may leave temporary
files, which the next run removes before it begins, and between two files that move into place it may leave a mixed set,
which is told.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

from campaigns.campaign import Campaign, Outcome
from thalweg.cli import main
from thalweg.files import check_writable
from thalweg.forecast.belonging import MODEL_FILE, strangers
from thalweg.forecast.model import load
from thalweg.leftovers import take_all_away
from thalweg.series.sample import sample, sample_csv

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

FILES = {"forecast.csv", "ladder.csv", MODEL_FILE, "report.html"}
_SIGNALS = ("SIGKILL", "SIGKILL", "SIGKILL", "SIGTERM", "SIGINT", "SIGHUP")
_LADDER = "epochs = 20\nseeds = 1\n[[rung]]\ndays_back = 14\n"
_LOOK_SECONDS = 0.0005
_BY_ITSELF = "ended by itself"
_MOVING_SECONDS = 0.003  # from the last file that is written to the last that is moved
_TRIES = 4  # where a run ended by itself before its signal


def _run(folder: Path, seed: int) -> None:
    """Be the command."""
    os.chdir(folder)
    sys.stdout = sys.stderr = io.StringIO()
    sys.argv = ["thalweg", "forecast", "channel.csv", "--ladder", "small.toml", "--horizon", "7", "--seed", str(seed)]
    try:
        main()
    finally:
        take_all_away()  # as at the end of a program; this process is a fork, whose end calls nothing


def _stamped(out: Path) -> bool:
    """Whether a model stands there, and some file of another one beside it."""
    return (out / MODEL_FILE).is_file() and bool(strangers(out / MODEL_FILE))


def begin(folder: Path) -> Callable[[random.Random], Outcome]:
    """Make a series and a first forecast, and return the trial."""
    out = folder / "channel"
    (folder / "channel.csv").write_bytes(sample_csv(sample(days=200, seed=0)))
    (folder / "small.toml").write_text(_LADDER, "utf-8")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["thalweg.cli.app", "thalweg.api.fit", "thalweg.report.page", "campaigns.kills"])

    def run_until(end: Callable[[multiprocessing.process.BaseProcess], None], seed: int) -> int:
        process = context.Process(target=_run, args=(folder, seed))
        process.start()
        end(process)
        process.join()
        return process.exitcode or 0

    def measured(process: multiprocessing.process.BaseProcess) -> None:
        process.join()

    began = time.perf_counter()
    assert run_until(measured, 0) == 0
    seconds = [time.perf_counter() - began]

    def trial(dice: random.Random) -> Outcome:
        number, moving = getattr(signal, dice.choice(_SIGNALS)), dice.random() < 0.5

        def end(process: multiprocessing.process.BaseProcess) -> None:
            started = time.perf_counter()
            while moving and process.is_alive() and not list(out.glob(".thalweg.*.part/report.html")):
                time.sleep(_LOOK_SECONDS)
            process.join(dice.random() * (_MOVING_SECONDS if moving else 0.9 * seconds[0]))
            with contextlib.suppress(ProcessLookupError, TypeError):
                if process.is_alive():
                    os.kill(process.pid or 0, number)
            process.join()
            if not process.exitcode:
                seconds[0] = time.perf_counter() - started

        outcome = Outcome(_BY_ITSELF)
        for _ in range(_TRIES):
            outcome = _judged(run_until(end, dice.randrange(10**6)), number, out)
            if outcome.fault or outcome.kind != _BY_ITSELF:
                break
        return outcome

    return trial


def _judged(code: int, number: int, out: Path) -> Outcome:
    """Say what a run left that ended with an exit code, after a signal."""
    killed = code == -signal.SIGKILL
    kind = _BY_ITSELF if code == 0 else signal.Signals(number).name
    if code not in (0, -signal.SIGKILL if number == signal.SIGKILL else 128 + number):
        return Outcome(kind, f"the exit code is {code}")
    left = {path.name for path in out.iterdir()} - FILES
    if left and not killed:
        return Outcome(kind, f"it left {sorted(left)}")
    missing = FILES - {path.name for path in out.iterdir()}
    if missing:
        return Outcome(kind, f"{sorted(missing)} are missing")
    kind += ", leftovers" if left else ""
    if _stamped(out):
        told = [note.key for note in load(out / MODEL_FILE).notes]
        if not killed or told != ["model.note.mixed_set"]:
            return Outcome(kind, f"the set is mixed; told: {told}")
        kind += ", mixed and told"
    check_writable(out, sorted(FILES))  # what the next run begins with
    left = {path.name for path in out.iterdir()} - FILES
    return Outcome(kind, f"the next run leaves {sorted(left)}" if left else "")


CAMPAIGN = Campaign(
    "Runs that are ended at random moments leave whole sets, and nothing after the next run.", 100, begin
)
