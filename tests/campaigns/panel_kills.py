"""Runs of `thalweg forecast --by` that are ended again and again: each goes on, the last leaves what one run leaves.

A run is killed outright or asked to end, at any moment or about when its files move into place; the signal goes to the
command alone or to all processes that it started. The same command is given again, until it ends by itself. Then every
file is, byte for byte, that of a run that nobody ended. What was ended late is not begun anew, and other options are
refused, with nothing changed, while it is unfinished.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np

from campaigns.campaign import Campaign, Outcome

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

COMMAND = (sys.executable, "-c", "from thalweg.cli import main; main()")
FILE = "panel.parquet"
SERIES, DAYS = 60, 300
_HORIZON, _OTHER_HORIZON = 7, 8
_MOST_KILLS = 5
_LATE = 0.6  # of the seconds of processors of a whole run: by then much of the work is done
_ANEW = 0.95  # of them: what goes on after a late end needs less
_MOVING_SECONDS = 0.005
_LOOK_SECONDS = 0.002
_GONE_SECONDS = 10.0  # within which processes end whose parent was killed


@dataclass(frozen=True)
class Ended:
    """How a run ended: exit code, seconds of processors, its group of processes, and what it wrote to stderr."""

    code: int
    work: float
    group: int
    complaint: str


def write_panel(path: Path, series: int) -> None:
    """Write some daily series in long format, one of them all zeros, one short."""
    dice = np.random.default_rng(0)
    week = np.exp(dice.normal(2, 1, (series, 1)) + dice.normal(0, 0.3, (series, 7)))
    values = dice.poisson(np.resize(week, (DAYS // 7 + 1, series, 7)).transpose(1, 0, 2).reshape(series, -1)[:, :DAYS])
    values[1] = 0
    name, day = (axis.ravel() for axis in np.indices((series, DAYS)))
    there = (name != 2) | (day >= DAYS - 40)
    base = duckdb.connect()
    base.register("rows", {"name": name[there], "day": day[there], "y": values.ravel()[there]})
    base.execute(
        "COPY (SELECT format('S{:03d}', name) AS unique_id, DATE '2023-01-01' + day::INTEGER AS ds, y::DOUBLE AS y "  # noqa: S608 - all of it stands here
        f"FROM rows ORDER BY unique_id, ds) TO '{path}' (FORMAT parquet)"
    )


def run(
    folder: Path,
    command: Sequence[str],
    out: Path,
    *,
    horizon: int = _HORIZON,
    end: Callable[[subprocess.Popen[bytes]], None] = lambda _: None,
) -> Ended:
    """Run the command and have `end` end it; without that it ends by itself."""
    options = ("--by", "unique_id", "--ladder", "quick", "--horizon", str(horizon), "--out", str(out), "--threads", "2")
    with tempfile.TemporaryFile() as complaints:  # not a pipe: it would stay open where the command's children live on
        process = subprocess.Popen(
            [*command, "forecast", FILE, *options],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            start_new_session=True,
        )
        end(process)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        complaints.seek(0)
        told = complaints.read().decode(errors="replace")
    return Ended(process.returncode, used.ru_utime + used.ru_stime, process.pid, told)


def contents(out: Path) -> dict[str, bytes]:
    """Return every file of a folder by its name."""
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def difference(wanted: dict[str, bytes], found: dict[str, bytes]) -> str:
    """Say in which files two folders differ; empty where they do not."""
    missing, added = sorted(wanted.keys() - found.keys()), sorted(found.keys() - wanted.keys())
    changed = [name for name in sorted(wanted.keys() & found.keys()) if wanted[name] != found[name]]
    told = (("missing", missing), ("added", added), ("changed", changed))
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in told if names)


@dataclass
class Trials:
    """What the trials share: the command, what a run comes to that nobody ends, and the runs so far."""

    folder: Path
    command: Sequence[str]
    seconds: float
    work: float
    wanted: dict[str, bytes]
    groups: list[int] = field(default_factory=list)

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def run(self, *, horizon: int = _HORIZON, end: Callable[[subprocess.Popen[bytes]], None] = lambda _: None) -> Ended:
        """Run the command on what runs before left, and keep in mind which processes are its own."""
        ended = run(self.folder, self.command, self.out, horizon=horizon, end=end)
        self.groups.append(ended.group)
        return ended

    def trial(self, dice: random.Random) -> Outcome:
        """Be one trial."""
        shutil.rmtree(self.out, ignore_errors=True)
        self.groups.clear()
        try:
            outcome = self.tried(dice)
            if not outcome.fault and (alive := living(self.groups)):
                return Outcome(outcome.kind, f"{alive} processes of runs that were ended live on")
            return outcome
        finally:
            for group in self.groups:
                _signal(group, signal.SIGKILL)

    def tried(self, dice: random.Random) -> Outcome:
        """End some runs and let the last one go on."""
        ended, late = 0, False
        for _ in range(dice.randint(1, _MOST_KILLS)):
            number = dice.choice((signal.SIGKILL, signal.SIGTERM))
            one = self.run(end=self.ender(dice, number))
            if one.code == 0 or not difference(self.wanted, contents(self.out)):
                return Outcome(f"whole after {ended} ends", difference(self.wanted, contents(self.out)))
            if fault := _badly_ended(one, number):
                return Outcome(number.name, fault)
            ended, late = ended + 1, late or one.work > _LATE * self.work
        kind = f"gone on after {ended} ends"
        if late and dice.random() < 0.5 and contents(self.out):  # ended before anything was kept, nothing is to refuse
            kind += ", other options refused"
            if fault := self.other_options():
                return Outcome(kind, fault)
        return Outcome(kind, self.gone_on(late=late))

    def gone_on(self, *, late: bool) -> str:
        """Let a run end by itself and say what is wrong with it."""
        last = self.run()
        if last.code:
            return f"the exit code is {last.code}: {last.complaint[-500:]}"
        if late and last.work > _ANEW * self.work:
            return f"begun anew: {last.work:.2f} s of processors after a late end, a whole run {self.work:.2f} s"
        return difference(self.wanted, contents(self.out))

    def other_options(self) -> str:
        """Go on with other options and say what is wrong with how that is refused."""
        before = contents(self.out)
        other = self.run(horizon=_OTHER_HORIZON)
        if other.code != 2:
            return f"with other options the exit code is {other.code}, not 2: {other.complaint[-500:]}"
        differ = difference(before, contents(self.out))
        return f"other options are refused, yet files differ. {differ}" if differ else ""

    def ender(self, dice: random.Random, number: signal.Signals) -> Callable[[subprocess.Popen[bytes]], None]:
        """Return what sends a run its signal, after some seconds or about when its files move into place."""
        wait, moving, everyone = dice.random() * self.seconds, dice.random() < 0.25, dice.random() < 0.5

        def end(process: subprocess.Popen[bytes]) -> None:
            began = time.perf_counter()
            while not exited(process) and time.perf_counter() - began < wait:
                time.sleep(_LOOK_SECONDS)
            while moving and not exited(process) and not [*self.out.rglob("*series.csv*")]:
                time.sleep(_LOOK_SECONDS)
            if moving:
                time.sleep(wait % _MOVING_SECONDS)
            if not exited(process):
                (os.killpg if everyone else os.kill)(process.pid, number)

        return end


def prepared(folder: Path, command: Sequence[str] = COMMAND, series: int = SERIES) -> Trials:
    """Write a panel, forecast it twice without an end in between, and return what the trials share."""
    write_panel(folder / FILE, series)
    found: list[dict[str, bytes]] = []
    work: list[float] = []
    began = time.perf_counter()
    for _ in range(2):
        # Always the same folder: the report tells the command with it.
        shutil.rmtree(folder / "out", ignore_errors=True)
        ended = run(folder, command, folder / "out")
        assert ended.code == 0, f"A run that nobody ended has the exit code {ended.code}: {ended.complaint[-2000:]}"
        found.append(contents(folder / "out"))
        work.append(ended.work)
    seconds = (time.perf_counter() - began) / len(found)
    wanted, again = found
    assert {"forecast.parquet", "series.csv"} <= wanted.keys(), f"A run leaves {sorted(wanted)}"
    differ = difference(wanted, again)
    assert not differ, f"Two runs that nobody ended differ. {differ}"
    shutil.rmtree(folder / "out")
    return Trials(folder, command, seconds, min(work), wanted)


def begin(folder: Path) -> Callable[[random.Random], Outcome]:
    """Return the trial."""
    return prepared(folder).trial


def exited(process: subprocess.Popen[bytes]) -> bool:
    """Whether a run has ended; it is not waited for, so that its seconds can still be asked for."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _signal(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return


def _badly_ended(ended: Ended, number: signal.Signals) -> str:
    """Say what is wrong with how a run ended after a signal; one that was asked to end may not have been ready to."""
    allowed = (-number,) if number == signal.SIGKILL else (-number, 128 + number)
    if ended.code not in allowed:
        return f"the exit code is {ended.code}: {ended.complaint[-500:]}"
    return "a traceback" if "Traceback" in ended.complaint else ""


def living(groups: Sequence[int]) -> int:
    """Return how many processes of some groups are still there after a while; 0 where the system does not tell."""
    until = time.monotonic() + _GONE_SECONDS
    while True:
        count = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                state, _, group = path.read_text("utf-8", "replace").rpartition(")")[2].split()[:3]
            except OSError:  # it has ended
                continue
            count += int(group) in groups and state != "Z"
        if not count or time.monotonic() > until:
            return count
        time.sleep(0.1)


CAMPAIGN = Campaign(
    "Forecasts of many series that are ended at random moments go on, and leave what one run leaves.", 100, begin
)
