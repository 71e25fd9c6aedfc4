"""Data larger than memory: a Parquet file that is streamed, beside the same rows in memory, and beside the peers."""

from __future__ import annotations

import json
import math
import os
import shutil
import statistics
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import duckdb

from measure import run, table

FEATURES = 64
ROWS, FEWER = 10_000_000, 1_000_000
QUICK_ROWS = 5_000
FLOOR = 0.8  # of the rate in memory
ROUNDS, PEER_ROUNDS, EPOCHS = 5, 3, 4
BYTES = 4 * (FEATURES + 1)  # of a row
PEERS = {"scikit-learn": "sklearn", "PyTorch": "torch"}


class Found(NamedTuple):
    """What one process came to."""

    rate: float  # rows a second, in the median of its epochs but the first, in which things are compiled
    peak: float  # megabytes
    loss: float


def write(path: Path, rows: int) -> None:
    """Write rows of noise, and a target that follows some of it."""
    noise = ", ".join(f"((random() - 0.5) * 3.46)::FLOAT AS f{number}" for number in range(FEATURES))
    weighted = " + ".join(f"{(-1) ** number * 0.7 / (number + 1):.4f} * f{number}" for number in range(16))
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SELECT setseed(0.5)")
        connection.execute(
            f"COPY (SELECT *, (sin({weighted}) + 0.1 * random())::FLOAT AS y FROM (SELECT {noise} FROM range({rows}))) "  # noqa: S608 - all of it stands here
            f"TO '{path}' (FORMAT parquet)"
        )


def measured(contender: str, path: Path, rows: int, epochs: int, *, here: bool) -> Found:
    """Run a contender, in a process of its own or, where memory is not looked at, here."""
    if here:
        from larger_run import CONTENDERS  # noqa: PLC0415 - it loads the engine

        seconds, loss = CONTENDERS[contender](str(path), epochs)
        peak = float("nan")
    else:
        script = str(Path(__file__).with_name("larger_run.py"))
        done = run([sys.executable, script, contender, str(path), str(epochs)])
        told = json.loads(done.output.splitlines()[-1])
        seconds, loss, peak = told["seconds"], told["loss"], done.peak_megabytes
    return Found(rows / statistics.median(seconds[1:]), peak, loss)


def middle(found: list[Found]) -> Found:
    """Return the median of each figure."""
    return Found(*(statistics.median(figures) for figures in zip(*found, strict=True)))


def section(*, quick: bool = False, rows: int = ROWS, fewer: int = FEWER) -> list[str]:
    """Measure and return Markdown."""
    if quick:
        rows = fewer = QUICK_ROWS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        needed, free = 1.2 * BYTES * (rows + fewer), shutil.disk_usage(folder).free
        if free < needed:
            return [f"Skipped: {needed / 1e9:.1f} GB are needed in {folder.parent}, {free / 1e9:.1f} GB are free.", ""]
        large, small = folder / "large.parquet", folder / "small.parquet"
        write(large, rows)
        write(small, fewer)
        megabytes = large.stat().st_size / 1e6
        found, share = _found(large, small, rows, fewer, quick=quick)
    return _told(found, share, rows, fewer, megabytes)


def _found(
    large: Path, small: Path, rows: int, fewer: int, *, quick: bool
) -> tuple[dict[tuple[str, int], Found], float]:
    """Return what each contender came to on so many rows, and the rate of streaming by that in memory of its turn."""
    rounds, epochs = (1, 2) if quick else (ROUNDS, EPOCHS)
    shares: list[float] = []
    turns: dict[tuple[str, int], list[Found]] = {}

    def turn(contender: str, path: Path, count: int) -> None:
        one = measured(contender, path, count, epochs, here=quick)
        turns.setdefault((contender, count), []).append(one)
        print(f"  {contender}, {count:,} rows: {one.rate / 1e6:.2f} M rows/s, {one.peak:.0f} MB", flush=True)

    for _ in range(rounds):
        turn("memory", large, rows)
        turn("stream", large, rows)
        # The machine is faster at some times than at others, so neighbours are compared.
        shares.append(turns["stream", rows][-1].rate / turns["memory", rows][-1].rate)
    share = statistics.median(shares)
    if quick:
        return {key: middle(found) for key, found in turns.items()}, share
    if hasattr(os, "posix_fadvise"):
        turn("cold", large, rows)
    for _ in range(PEER_ROUNDS):
        turn("stream", small, fewer)
        for peer, module in PEERS.items():
            if find_spec(module):
                turn(peer, small, fewer)
    return {key: middle(found) for key, found in turns.items()}, share


NAMES = {
    "memory": "all rows in memory",
    "stream": "streamed",
    "cold": "streamed, none of the file in the system's memory",
    "scikit-learn": "scikit-learn, `partial_fit` a window",
    "PyTorch": "PyTorch eager, a window at a time",
}


def _told(found: dict[tuple[str, int], Found], streamed: float, rows: int, fewer: int, megabytes: float) -> list[str]:
    whole = found["memory", rows]
    lines: list[list[str]] = []
    for (contender, count), one in found.items():
        judged = f"{one.rate / whole.rate:.0%}"
        if contender == "stream" and count == rows:
            judged = f"{streamed:.0%} (≥ {FLOOR:.0%}{'' if streamed >= FLOOR else ' missed'})"
        peak = "–" if math.isnan(one.peak) else f"{one.peak:,.0f}"
        lines.append([NAMES[contender], f"{count:,}", f"{one.rate / 1e6:.2f}", judged, peak, f"{one.loss:.4f}"])
    head = ("how", "rows", "million rows a second", "of the rate in memory", "peak, MB", "last loss")
    return [
        f"A Parquet file of {megabytes:,.0f} MB, {rows:,} rows of {FEATURES} features, float32; network",
        f"{FEATURES}-100-1, Adam, batch 256; windows of 262,144 rows. Each in a process of its own, taking turns;",
        "whole epochs by the clock, reading and shuffling included, but the first, in which things are compiled;",
        f"medians; {rows:,} rows streamed and in memory are compared turn by turn, {ROUNDS} of them. The peers get",
        f"{fewer:,} rows from the same reader, and read and learn in turn.",
        "",
        *table(head, lines),
        "",
    ]
