"""Simulated daily series, as many as one likes: what shops, stations and sites count, in long format as Parquet.

python benchmarks/many_series.py FILE COUNT [SEED]

A series depends on the seed and its own number alone, so that it is the same among ten and among ten thousand. What
makes it is drawn anew for each: its level, from a third of a unit to thousands a day; a level that wanders and returns;
growth; a week, with closed days in some; a year of two waves; holidays that recur; noise that remembers the day before;
days that stand out; a break of the level in some. What is counted is a whole number, so that small levels have many
zeros. Some series start late, some end early, a few are nothing but zeros or one number.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

START = np.datetime64("2020-05-15")
DAYS = 1461  # four years
SHORTEST = 120  # days of a series that starts late or ends early
CHUNK = 250  # series that are in memory at once
HOLIDAYS = ("01-01", "05-01", "08-15", "10-03", "11-11", "12-24", "12-25", "12-26", "12-31")
EMPTY, FLAT = 0.01, 0.01  # shares of the series that are zeros, and one number
LATE, EARLY, CLOSED, BROKEN = 0.15, 0.08, 0.25, 0.2  # shares of those that start late, end early and so on
RETURN = 0.985  # of what the level has wandered, the share that is left a day later

DATES = START + np.arange(DAYS).astype("timedelta64[D]")
WEEKDAY = (DATES.astype(np.int64) + 3) % 7  # Monday is 0
TURN = 2 * np.pi * np.arange(DAYS) / 365.25
HOLIDAY = np.array([HOLIDAYS.index(day) if day in HOLIDAYS else -1 for day in (str(date)[5:] for date in DATES)])


def series(seed: int, numbers: range) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the values of some series and which of their days exist, each of shape (series, days)."""
    dice = [np.random.default_rng((seed, number)) for number in numbers]
    noise, wandered = (np.stack([die.normal(size=DAYS) for die in dice]) for _ in range(2))
    memory = np.array([die.uniform(0.1, 0.8) for die in dice])
    for day in range(1, DAYS):
        noise[:, day] += memory * noise[:, day - 1]
        wandered[:, day] += RETURN * wandered[:, day - 1]
    values, there = np.empty_like(noise), np.empty(noise.shape, np.bool_)
    for at, die in enumerate(dice):
        values[at] = counted(die, noise[at], wandered[at])
        there[at] = existing(die)
    return values, there


def counted(
    dice: np.random.Generator, noise: NDArray[np.float64], wandered: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the counts of one series, a value a day."""
    level = dice.uniform(np.log(0.3), np.log(5000))
    kind = dice.random()
    if kind < EMPTY + FLAT:
        return np.full(DAYS, 0.0 if kind < EMPTY else np.ceil(np.exp(level)))
    logs = level + dice.uniform(0.05, 0.25) * noise + dice.uniform(0.01, 0.05) * wandered
    logs += dice.normal(0, 0.15) * np.arange(DAYS) / 365.25  # growth a year
    logs += dice.normal(0, dice.uniform(0.05, 0.4), 7)[WEEKDAY]
    for wave in (1, 2):
        logs += dice.uniform(0, 0.3 / wave) * np.sin(wave * TURN + dice.uniform(0, 2 * np.pi))
    effects = dice.normal(dice.choice((-0.5, 0.5)), 0.4, len(HOLIDAYS))
    logs += np.where(HOLIDAY >= 0, effects[HOLIDAY], 0)
    if dice.random() < BROKEN:
        logs[dice.integers(DAYS) :] += dice.normal(0, 0.7)
    logs += np.where(dice.random(DAYS) < dice.uniform(0, 0.01), np.log1p(dice.exponential(2, DAYS)), 0)
    if dice.random() < CLOSED:
        first_closed = dice.choice((5, 6))  # from Saturday or Sunday on
        logs[first_closed <= WEEKDAY] = -np.inf
    return dice.poisson(np.exp(np.minimum(logs, 15))).astype(np.float64)


def existing(dice: np.random.Generator) -> NDArray[np.bool_]:
    """Return which days of one series exist: all, but of those that start late or end early."""
    first = dice.integers(DAYS - SHORTEST) if dice.random() < LATE else 0
    last = dice.integers(first + SHORTEST, DAYS + 1) if dice.random() < EARLY else DAYS
    return (np.arange(DAYS) >= first) & (np.arange(DAYS) < last)


def write(path: Path, count: int, *, seed: int = 0, held_out: Path | None = None, horizon: int = 0) -> None:
    """Write series in long format, ``unique_id, ds, y``, by series and date; in memory are a few of them at a time.

    Parameters
    ----------
    path : Path
        The Parquet file.
    count : int
        How many series.
    seed : int
    held_out : Path, optional
        The Parquet file into which the last days of each series go, in place of the first.
    horizon : int
        How many days these are.
    """
    with tempfile.TemporaryDirectory() as folder:
        base = duckdb.connect(str(Path(folder) / "series.duckdb"), config={"memory_limit": "400MB", "threads": 1})
        base.execute("CREATE TABLE rows (unique_id VARCHAR, ds DATE, y DOUBLE, held_out BOOLEAN)")
        for first in range(0, count, CHUNK):
            numbers = range(first, min(first + CHUNK, count))
            values, there = series(seed, numbers)
            ahead = np.cumsum(there[:, ::-1], axis=1)[:, ::-1] <= horizon  # so many days at each series' end
            at, day = np.nonzero(there)
            base.register("chunk", {"number": at + first, "day": day, "y": values[there], "ahead": ahead[there]})
            base.execute(
                f"INSERT INTO rows SELECT format('S{{:06d}}', number), DATE '{START}' + day::INTEGER, y, ahead "  # noqa: S608 - all of it stands here
                "FROM chunk"
            )
        for file, which in ((path, "NOT held_out"), (held_out, "held_out")):
            if file is not None:
                base.execute(f"COPY (SELECT unique_id, ds, y FROM rows WHERE {which}) TO '{file}' (FORMAT parquet)")  # noqa: S608 - likewise
        base.close()


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]), seed=int(sys.argv[3]) if len(sys.argv) > 3 else 0)
