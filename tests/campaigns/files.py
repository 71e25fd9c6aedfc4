"""Damaged files of daily numbers: each is refused in the user's language, or read as the right series.

A file is written from known days in one of the ways in which such files come. What a change may do to it is known:

- a change that keeps the meaning (delimiter, quotes, line ends, row order, compression) must give the same days;
- a change that destroys cells must be refused, or leave those days out and keep the others;
- after bytes are changed at random, every day that is read must be the day as it was, or as it now stands in the
  file by an independent reading of it.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import re
from typing import TYPE_CHECKING

import thalweg
from campaigns.campaign import Campaign, Outcome
from campaigns.refusal import wrong_with
from campaigns.tables import DESTROYING, KEEPING, bytes_changed, drawn_file
from thalweg.messages import LANGUAGES, catalogue

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    from campaigns.tables import Days, File
    from thalweg.series.series import Series

_TODAY = dt.date(2026, 1, 31)
_LEFT_OUT = (
    "note.rows_below",
    "note.rows_below_header",
    "note.future",
    "note.rare_weekdays",
    "note.trimmed",
    "note.total",
)


def read_plainly(content: bytes, file: File) -> dict[dt.date, set[float]]:
    """Return every day that stands in a file, with its values, as a reader that knows how it was written sees it."""
    found: dict[dt.date, set[float]] = {}
    text = content.decode("utf-8-sig", errors="replace").replace("\0", "\ufffd")
    for line in text.splitlines():
        for row in csv.reader([line], delimiter=file.delimiter):
            for place, cell in enumerate(row[:-1]):
                try:
                    day = dt.datetime.strptime(cell.strip(), file.form).date()  # noqa: DTZ007
                    value = float(row[place + 1].replace(",", ""))
                except ValueError:
                    continue
                found.setdefault(day, set()).add(value)
    return found


# Files that are no plain text.


def packed(file: File, dice: random.Random) -> tuple[str, bytes]:
    """Return another kind of file with the same days: how its name ends, and its bytes."""
    rows = [{"Date": day.isoformat(), "Views": value} for day, value in file.days.items()]
    match dice.randrange(4):
        case 0:
            return ".csv.gz", gzip.compress(file.content())
        case 1:
            return ".json", json.dumps(rows, indent=dice.choice((None, 1))).encode()
        case 2:
            return ".jsonl", "\n".join(map(json.dumps, rows)).encode()
        case _:
            return ".parquet", _parquet(file.days, dice)


def _parquet(days: Days, dice: random.Random) -> bytes:
    import pyarrow as pa  # noqa: PLC0415 - slow to load
    import pyarrow.parquet as pq  # noqa: PLC0415 - likewise

    dates = list(days)
    typed = dice.choice(
        (dates, [day.isoformat() for day in dates], [dt.datetime.combine(day, dt.time()) for day in dates])
    )
    written = io.BytesIO()
    pq.write_table(pa.table({"Date": typed, "Views": list(days.values())}), written)
    return written.getvalue()


def _packed_trial(path: Path, dice: random.Random) -> Outcome:
    file = drawn_file(dice)
    ending, content = packed(file, dice)
    damaged = dice.random() < 0.7
    if damaged:
        content = bytes_changed(content, dice)
    path = path.with_name(path.name + ending)
    path.write_bytes(content)
    sort = f"{ending} {'damaged' if damaged else 'whole'}"
    try:
        series = thalweg.read(path, today=_TODAY)
    except Exception as error:  # noqa: BLE001 - as below
        fault = wrong_with(error, path.name)
        return Outcome(f"{sort}: refused", fault or ("" if damaged else f"refused: {error}"))
    seen = _seen(series)
    fault = ""
    if not damaged or ending == ".csv.gz":  # gzip has a checksum of its own
        fault = _difference(seen, file.days)
    elif ending != ".parquet":  # whose numbers have none: what stands there counts
        standing = set(map(float, re.findall(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", content.decode(errors="replace"))))
        fault = next(
            (
                f"{day} is read as {value}, which is not in the file"
                for day, value in seen.items()
                if value not in standing
            ),
            "",
        )
    return Outcome(f"{sort}: read", fault)


# Trials.


def begin(folder: Path) -> Callable[[random.Random], Outcome]:
    """Return the trial, which writes its file into the folder."""
    return lambda dice: _trial(folder, dice)


def _trial(folder: Path, dice: random.Random) -> Outcome:
    if dice.random() < 0.15:
        return _packed_trial(folder / dice.choice(("views", "播放 views", "it's")), dice)
    file = drawn_file(dice)
    kept = dice.sample(KEEPING, dice.choice((0, 1, 1, 2)))
    changes = [change.__name__ for change in kept]
    for change in kept:
        file = change(file, dice)
    sort = dice.choice(("kept", "destroyed", "bytes", "bytes"))
    if sort == "destroyed":
        change = dice.choice(DESTROYING)
        file = change(file, dice)
        changes.append(change.__name__)
    content = file.content()
    name = dice.choice(("views.csv", "views.txt", "a b.csv", "播放.csv", "it's.csv", "{0}.csv"))
    if sort == "bytes":
        content = bytes_changed(content, dice)
    path = folder / name
    path.write_bytes(content)
    try:
        series = thalweg.read(path, today=_TODAY)
    except Exception as error:  # noqa: BLE001 - what may come is what is tried
        fault = wrong_with(error, name)
        if sort == "kept" and not fault:
            fault = f"refused after {', '.join(changes)}: {error}"
        return Outcome(f"{sort}: refused", fault)
    told = [catalogue(language)(note) for language in LANGUAGES for note in series.notes]
    seen = _seen(series)
    if sort == "bytes":
        fault = _byte_fault(seen, content, file, [note.key for note in series.notes])
    else:
        fault = _difference(seen, file.days)
        fault = fault and f"after {', '.join(changes)}: {fault}; {told[: len(series.notes)]}"
    return Outcome(f"{sort}: read", fault)


def _seen(series: Series) -> Days:
    """Return the days that were read, without those that were filled."""
    told = zip(series.dates.tolist(), series.values.tolist(), series.observed, strict=True)
    return {day: value for day, value, there in told if there}


def _byte_fault(seen: Days, content: bytes, file: File, notes: list[str]) -> str:
    standing = read_plainly(content, file)
    for day, value in seen.items():
        if value not in standing.get(day, set()) | {file.days.get(day)}:
            return f"{day} is read as {value}; the file had {file.days.get(day)} and has {standing.get(day)}"
    lost = [day for day in file.days if day in standing and day not in seen]
    if lost and not set(notes) & set(_LEFT_OUT):
        return f"{lost[0]} is not read, and no note says so: {notes}"
    return ""


def _difference(seen: Days, wanted: Days) -> str:
    for day in sorted(seen.keys() | wanted.keys()):
        if seen.get(day) != wanted.get(day):
            return f"{day} is read as {seen.get(day)}, not {wanted.get(day)}"
    return ""


CAMPAIGN = Campaign("Damaged files of daily numbers are refused in words, or read as the right series.", 10_000, begin)
